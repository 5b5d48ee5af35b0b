//! Every measure, and who takes part in it.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::Result;

use super::Options;
use super::contenders::{C, Contenders, compile_times};
use super::report::{Measure, Report, Unit};
use super::rounds::{self, Entry, Work};
use crate::headers::stripped_size;
use crate::workspace::Workspace;

/// How many threads call at once.
const THREADS: &str = "8";
const NAME: &str = "localhost";

/// Builds everybody, measures everything, and writes what came out.
pub(super) fn command(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let contenders = Contenders::build(workspace)?;
    let mut skipped = contenders.skipped.clone();
    skipped.push(
        "Implib.so's first call: it looks up by C code that its generator, a program of its own, writes".to_owned(),
    );
    if !has_wrfsbase() {
        skipped
            .push("wrfsbase_twice, and guest mode's fast way: the processor or the kernel has no wrfsbase".to_owned());
    }
    let mut report = Report::new(skipped);
    let wanted = |name: &str| options.only.is_empty() || options.only.iter().any(|only| only == name);
    for (name, title, unit, rounds, entries) in measures(workspace, &contenders, &wanted)? {
        eprintln!("xtask: measuring {name}");
        let rounds = ((f64::from(rounds) * options.effort) as usize).max(1);
        report.measures.push(Measure { name, title, unit, medians: rounds::measure(entries, rounds)? });
    }
    anyhow::ensure!(!report.measures.is_empty(), "there is no measure called {}", options.only.join(" or "));
    report.write(workspace)?;
    println!("{}", if options.json { report.json().to_string() } else { report.markdown() });
    Ok(ExitCode::SUCCESS)
}

/// Its name, what it is, its unit, how often each contender's turn comes, and the contenders.
type Plan = (&'static str, &'static str, Unit, u32, Vec<Entry>);

fn measures(workspace: &Workspace, contenders: &Contenders, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<Plan>> {
    let mut plans = vec![
        ("call", "a call of labs", Unit::Nanoseconds, 200, calls(contenders)),
        (
            "call_8_threads",
            "a call of labs on each of 8 threads at once",
            Unit::Nanoseconds,
            60,
            thread_calls(contenders),
        ),
    ];
    plans.push(("first_call", "the first call of a function", Unit::Nanoseconds, 60, first_calls(contenders)));
    plans.push(("bind_all", "each of 1,000 imports bound at once", Unit::Nanoseconds, 60, bind_all(contenders)));
    plans.push(("thread", "a thread made and joined", Unit::Nanoseconds, 200, threads(contenders)));
    plans.push(("bring_up", "a program that makes one call, start to end", Unit::Nanoseconds, 300, starts(contenders)));
    let programs = resolving(contenders);
    let native = ("std_dns_native", contenders.rust.std_dns.as_path());
    let all = || programs.iter().chain([&native]).copied();
    let timed = |(contender, program)| Entry {
        contender,
        work: Work::AskOnce(with_environment(contender, launch(contenders, program, NAME))),
    };
    let peak = |(contender, program)| {
        let mut command = Command::new(program);
        command.arg(NAME);
        Entry { contender, work: Work::Peak(with_environment(contender, command)) }
    };
    plans.push((
        "resolve",
        "a program that resolves localhost, start to end",
        Unit::Nanoseconds,
        300,
        all().map(timed).collect(),
    ));
    if cfg!(target_os = "linux") {
        plans.push(("memory", "its peak of resident memory", Unit::Bytes, 60, all().map(peak).collect()));
    }
    let mut sizes = Vec::new();
    let rust = &contenders.rust;
    let others = [("std_one_import", rust.one_import.as_path()), ("std_no_import", &rust.no_import)];
    let purego =
        contenders.go.iter().flat_map(|go| go.call_purego.as_deref()).map(|program| ("go_purego_call", program));
    for (name, program) in programs.iter().copied().chain(others).chain(purego) {
        sizes.push(Entry { contender: name, work: Work::Known(stripped_size(workspace, program)? as f64) });
    }
    plans.push(("size", "its executable, stripped", Unit::Bytes, 1, sizes));
    if wanted("compile_time") {
        let known = |(contender, time): (_, Duration)| Entry { contender, work: Work::Known(time.as_nanos() as f64) };
        let compile = compile_times(workspace)?.map(known).into();
        let title = "a release build of a crate with 1,000 declarations, the least of six";
        plans.push(("compile_time", title, Unit::Nanoseconds, 1, compile));
    }
    plans.retain(|(name, ..)| wanted(name));
    Ok(plans)
}

fn ask(contender: &'static str, program: &Path, arguments: &[&str]) -> Entry {
    let mut command = Command::new(program);
    command.args(arguments);
    Entry { contender, work: Work::Ask(command) }
}

fn calls(contenders: &Contenders) -> Vec<Entry> {
    let rust = &contenders.rust;
    let mut entries = vec![
        ask("import_native", &rust.std_dynamic, &["import"]),
        ask("import_adopted", &rust.no_std, &["import"]),
        ask("import_guest", &rust.std_static, &["import"]),
        ask("import_guest_scope", &rust.std_static, &["import-scope"]),
        ask("import_guest_no_tls", &rust.std_static, &["import-no-tls"]),
        ask("import_guest_syscall", &rust.std_static, &["import-syscall"]),
        // A static program has the host's libc near, a dynamic one far away, and processors tell these apart.
        ask("pointer_adopted", &rust.no_std, &["pointer"]),
        ask("pointer_guest", &rust.std_static, &["pointer"]),
        ask("rust_call", &rust.std_dynamic, &["rust"]),
        ask("rust_dlsym", &rust.std_dynamic, &["pointer"]),
        ask("libloading", &rust.std_dynamic, &["libloading"]),
        ask("dlopen2", &rust.std_dynamic, &["dlopen2"]),
    ];
    if has_wrfsbase() {
        entries.push(ask("wrfsbase_twice", &rust.std_static, &["wrfsbase-twice"]));
    }
    if let Some(c) = &contenders.c {
        entries.extend([
            ask("c_direct", &c.call, &["direct"]),
            ask("c_plt", &c.call, &["import"]),
            ask("c_no_plt", &c.call_no_plt, &["import"]),
            ask("c_pointer_mem", &c.call, &["pointer"]),
        ]);
        if cfg!(target_arch = "x86_64") {
            entries.push(ask("implib_so", &c.call, &["implib"]));
        }
    }
    if let Some(go) = &contenders.go {
        entries.push(ask("go_cgo", &go.call_cgo, &[]));
        entries.extend(go.call_import.iter().map(|program| ask("go_cgo_import_dynamic", program, &[])));
        entries.extend(go.call_purego.iter().map(|program| ask("purego_syscall", program, &["syscall"])));
        entries.extend(go.call_purego.iter().map(|program| ask("purego_func", program, &["func"])));
    }
    entries
}

/// Whether the kernel lets programs use the instruction (HWCAP2_FSGSBASE).
fn has_wrfsbase() -> bool {
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    return rustix::param::linux_hwcap().1 & 2 != 0;
    #[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
    return false;
}

fn thread_calls(contenders: &Contenders) -> Vec<Entry> {
    let rust = &contenders.rust;
    let mut entries = vec![
        ask("import_native", &rust.std_dynamic, &["import", THREADS]),
        ask("import_adopted", &rust.no_std, &["import", THREADS]),
        ask("import_guest", &rust.std_static, &["import", THREADS]),
        ask("import_guest_scope", &rust.std_static, &["import-scope", THREADS]),
        ask("pointer_adopted", &rust.no_std, &["pointer", THREADS]),
        ask("pointer_guest", &rust.std_static, &["pointer", THREADS]),
        ask("libloading", &rust.std_dynamic, &["libloading", THREADS]),
    ];
    entries.extend(contenders.c.iter().map(|c| ask("c_pointer_mem", &c.call, &["pointer", THREADS])));
    entries
}

fn thousand(contender: &'static str, c: &C, program: &Path, arguments: &[&str]) -> Entry {
    let mut command = Command::new(program);
    command.args(arguments).env("LD_LIBRARY_PATH", &c.library_directory);
    Entry { contender, work: Work::Thousand(command) }
}

fn first_calls(contenders: &Contenders) -> Vec<Entry> {
    let rust = &contenders.rust;
    let mut entries = vec![ask("libloading_open_get_call", &rust.std_dynamic, &["libloading-first"])];
    if let Some(c) = &contenders.c {
        entries.extend([
            thousand("import_native", c, &rust.thousand_dynamic, &["each"]),
            thousand("import_guest", c, &rust.thousand_static, &["each"]),
            thousand("ld_so_lazy", c, &c.first_call, &[]),
        ]);
    }
    entries
}

/// Nobody without a C compiler, which makes the library.
fn bind_all(contenders: &Contenders) -> Vec<Entry> {
    let (rust, Some(c)) = (&contenders.rust, &contenders.c) else { return Vec::new() };
    vec![
        thousand("bind_all_native", c, &rust.thousand_dynamic, &["all"]),
        thousand("dlsym_native", c, &rust.thousand_dynamic, &["look-up"]),
        thousand("bind_all_guest", c, &rust.thousand_static, &["all"]),
        thousand("dlsym_guest", c, &rust.thousand_static, &["look-up"]),
    ]
}

fn threads(contenders: &Contenders) -> Vec<Entry> {
    let rust = &contenders.rust;
    vec![
        ask("thread", &rust.std_static, &["thread"]),
        ask("thread_with_guest_call", &rust.std_static, &["thread-attach"]),
        ask("thread_dynamic", &rust.std_dynamic, &["thread"]),
    ]
}

/// A launch of a program: by the static program, which takes the time itself.
fn launch(contenders: &Contenders, program: &Path, argument: &str) -> Command {
    let mut command = Command::new(&contenders.rust.std_static);
    command.arg("launch").arg(program).arg(argument);
    command
}

/// With DNS code of the program's own in place of the host's, for the contender that has this.
fn with_environment(contender: &str, mut command: Command) -> Command {
    if contender == "std_dns_native" {
        command.env("IMPORT_DYNAMIC_NETDNS", "native");
    }
    command
}

fn starts(contenders: &Contenders) -> Vec<Entry> {
    let rust = &contenders.rust;
    let entry =
        |contender, program: &Path| Entry { contender, work: Work::AskOnce(launch(contenders, program, "start")) };
    let mut entries = vec![
        entry("import_native", &rust.std_dynamic),
        entry("import_adopted", &rust.no_std),
        entry("import_guest", &rust.std_static),
    ];
    if let Some(c) = &contenders.c {
        entries.extend([entry("c_dynamic", &c.start_dynamic), entry("c_static", &c.start_static)]);
    }
    entries
}

fn resolving(contenders: &Contenders) -> Vec<(&'static str, &Path)> {
    let rust = &contenders.rust;
    let mut programs: Vec<(&str, &Path)> = vec![
        ("nostd_dns", &rust.nostd_dns),
        ("dns_lookup", &rust.dns_lookup_static),
        ("dns_lookup_dynamic", &rust.dns_lookup_dynamic),
        ("std_dns", &rust.std_dns),
        ("std_dns_without", &rust.std_dns_without),
        ("std_dns_without_dynamic", &rust.std_dns_without_dynamic),
    ];
    if let Some(c) = &contenders.c {
        programs.extend([("c_dynamic", c.resolve_dynamic.as_path()), ("c_static", &c.resolve_static)]);
    }
    if let Some(go) = &contenders.go {
        programs.extend([("go_netgo", go.resolve_netgo.as_path()), ("go_cgo", &go.resolve_cgo)]);
    }
    programs
}
