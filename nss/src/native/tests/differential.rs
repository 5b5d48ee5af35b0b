//! The same calls, with the same `/etc` and the same name servers, of the host's glibc.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::dns::{World, in_world};

mod call;
mod generate;
mod pools;

use call::Call;
use generate::{Configuration, Dice};

const CONFIGURATIONS: usize = 300;
const SEED: u64 = 4_711;

#[test]
fn as_glibc_answers() {
    compare_with(None);
}

/// Newer than CI's own. (An older one would not start a program that was linked here.)
#[test]
fn as_newer_glibcs_answer() {
    let program = std::env::current_exe().unwrap();
    let Some(roots) = program.ancestors().map(|above| above.join("roots")).find(|roots| roots.is_dir()) else {
        return println!("skipped: no target/roots: `cargo xtask root` makes them");
    };
    for root in ["trixie", "sid"] {
        compare_with(Some(&roots.join(root)));
    }
}

/// Compares with the libc of a root directory, or with the host's.
fn compare_with(root: Option<&Path>) {
    with_peer(|world, peer| {
        if let Some(root) = root {
            world.replace(&root.join("etc"));
        }
        let program = || match root {
            Some(root) => {
                let mut program = Command::new("/usr/sbin/chroot");
                program.arg(root).arg(Path::new("/etc").join(peer.file_name().unwrap()));
                program
            }
            None => Command::new(peer),
        };
        let mut dice = Dice::new(SEED);
        let mut tally = Tally::default();
        for number in 0..CONFIGURATIONS {
            if number == CONFIGURATIONS / 2 {
                for address in ["192.0.2.9/24", "10.1.2.9/8", "2001:db8::9/64", "fd00::9/64"] {
                    world.add_address(address);
                }
            }
            let configuration = generate::configuration(&mut dice);
            let calls = generate::calls(&mut dice, &configuration);
            write(world, &configuration);
            let ours: Vec<String> = calls.iter().map(Call::run).collect();
            let theirs = ask(program().env_clear(), &calls);
            tally.compare(&calls, &ours, &theirs, &configuration);
        }
        let name = root.and_then(Path::file_name).map_or("the host".into(), |name| name.to_string_lossy());
        tally.report(&format!("{name}'s"), 3_000);
    });
}

/// The calls that a process of this test itself is to make, one per line.
const CALLS: &str = "NATIVE_TEST_CALLS";
/// What its answers start with.
const ANSWER: &str = "answer: ";

#[test]
fn as_glibc_answers_with_variables() {
    if let Ok(calls) = std::env::var(CALLS) {
        return calls.lines().for_each(|line| println!("\n{ANSWER}{}", Call::parse(line).run()));
    }
    let variables = [
        ("LOCALDOMAIN", "one.test two.test"),
        ("LOCALDOMAIN", ""),
        ("LOCALDOMAIN", "test\tone.test"),
        ("RES_OPTIONS", "ndots:3 edns0"),
        ("RES_OPTIONS", "use-vc no-tld-query"),
        ("RES_OPTIONS", "ndots:0 no-aaaa"),
        ("RESOLV_MULTI", "on"),
        ("RESOLV_MULTI", "off"),
    ];
    with_peer(|world, peer| {
        let mut dice = Dice::new(SEED + 1);
        let mut tally = Tally::default();
        for variable in variables.iter().cycle().take(24) {
            let configuration = generate::configuration(&mut dice);
            let calls = generate::calls(&mut dice, &configuration);
            write(world, &configuration);
            let lines: Vec<String> = calls.iter().map(Call::line).collect();
            let mut child = Command::new(std::env::current_exe().unwrap());
            child.args(["native::tests::differential::as_glibc_answers_with_variables", "--exact", "--nocapture"]);
            child.env_clear().envs([*variable, (CALLS, &lines.join("\n"))]);
            let output = String::from_utf8(child.output().unwrap().stdout).unwrap();
            let ours: Vec<String> =
                output.lines().filter_map(|line| line.strip_prefix(ANSWER)).map(str::to_owned).collect();
            let theirs = ask(Command::new(peer).env_clear().envs([*variable]), &calls);
            tally.compare(&calls, &ours, &theirs, &configuration);
        }
        tally.report("the host's", 200);
    });
}

/// Runs `test` in a world with a server, with a program of the host's libc.
fn with_peer(test: impl FnOnce(&World, &Path) + Send) {
    in_world(|world| {
        let peer = compile(&world.etc());
        let _server = world.serve(&["127.0.0.1", "::1"]);
        world.replace_etc();
        test(world, &peer);
    });
}

/// Who agreed, and who did not.
#[derive(Default)]
struct Tally {
    agreed: usize,
    disagreements: Vec<String>,
}

impl Tally {
    fn compare(&mut self, calls: &[Call], ours: &[String], theirs: &[String], configuration: &Configuration) {
        assert_eq!((ours.len(), theirs.len()), (calls.len(), calls.len()));
        for ((call, ours), theirs) in calls.iter().zip(ours).zip(theirs) {
            if ours == theirs {
                self.agreed += 1;
            } else {
                let files = shown(configuration);
                self.disagreements.push(format!("{call:?}\n  glibc  {theirs}\n  native {ours}\n{files}"));
            }
        }
    }

    fn report(self, whose: &str, at_least: usize) {
        let all = self.agreed + self.disagreements.len();
        println!("native and {whose} glibc agree in {} of {all} calls", self.agreed);
        assert!(self.disagreements.is_empty(), "\n{}", self.disagreements.join("\n"));
        assert!(self.agreed >= at_least, "too few calls");
    }
}

fn write(world: &World, configuration: &Configuration) {
    for (name, text) in &configuration.files {
        match text {
            Some(text) => world.write(name, text),
            None => world.remove(name),
        }
    }
}

fn shown(configuration: &Configuration) -> String {
    let present = configuration.files.iter().filter_map(|(name, text)| Some((name, text.as_ref()?)));
    present.map(|(name, text)| format!("  -- {name}\n{text}")).collect()
}

/// What a process of the host's libc answers to the calls.
fn ask(peer: &mut Command, calls: &[Call]) -> Vec<String> {
    let mut process = peer.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let lines: String = calls.iter().map(|call| call.line() + "\n").collect();
    process.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", output.status);
    let answers: Vec<String> = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    assert_eq!(answers.len(), calls.len());
    answers
}

fn compile(directory: &Path) -> PathBuf {
    let (source, peer) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/native/peer.c"), directory.join("peer"));
    let status = Command::new("gcc").args(["-O1", "-Wall", "-o"]).arg(&peer).arg(source).status().unwrap();
    assert!(status.success(), "gcc: {status}");
    peer
}
