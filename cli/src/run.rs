//! Runs a subcommand: arguments to reports, reports to output, findings to an exit status.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use serde::Serialize;

use crate::args::{BundleArgs, CheckArgs, Cli, Color, Command, HostArgs, InspectArgs};
use crate::build;
use crate::bundle;
use crate::check::{self, CheckOptions, Checked, Context, Program};
use crate::error::Error;
use crate::file::{Input, plain};
use crate::host::{Root, SearchOptions};
use crate::inspect::{self, Failure, InspectReport};
use crate::text::{BAD, clean};

/// Something that the program requires is missing.
const MISSING: u8 = 1;
/// Bad usage or input.
const BAD_INPUT: u8 = 2;

/// Parses `arguments` (with the program's name) and does what they say.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    // Cargo passes the subcommand's name on.
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    if arguments.get(1).is_some_and(|first| first == "import-dynamic") {
        arguments.remove(1);
    }
    if let Some(status) = run_build(&arguments) {
        return status;
    }
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let _unwritable = error.print();
            return ExitCode::from(if error.use_stderr() { BAD_INPUT } else { 0 });
        }
    };
    match cli.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    let result = match cli.command {
        Command::Inspect(args) => run_inspect(&args),
        Command::Check(args) => run_check(&args),
        Command::Bundle(args) => run_bundle(&args),
        // `run_build` has seen them, unless all that was asked for is help.
        Command::Build(_) | Command::Run(_) | Command::Test(_) | Command::Bench(_) | Command::Install(_) => Ok(0),
        Command::Completions(args) => crate::generate::completions(args.shell),
        Command::Man(args) => crate::generate::manual(args.out.as_deref()),
    };
    match result {
        Ok(status) => ExitCode::from(status),
        // Whoever reads has seen enough.
        Err(Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::from(BAD_INPUT)
        }
    }
}

/// Cargo's subcommands, whose arguments are cargo's, and the linker that they make of this program.
fn run_build(arguments: &[OsString]) -> Option<ExitCode> {
    let rest = arguments.get(1..)?;
    let is_mark = |argument: &OsString| argument.as_encoded_bytes().starts_with(build::arguments::MARK.as_bytes());
    // A command line that is too long comes as one response file.
    let is_response = |argument: &OsString| rest.len() == 1 && argument.as_encoded_bytes().starts_with(b"@");
    let result = if rest.iter().any(|argument| is_mark(argument) || is_response(argument)) {
        build::link::link(rest.iter().cloned()).map_err(|error| error.to_string())
    } else {
        let command = rest.first().filter(|first| build::COMMANDS.iter().any(|command| command == first))?;
        let rest = rest.get(1..)?;
        let before = || rest.iter().take_while(|argument| *argument != "--");
        if before().any(|argument| argument == "--help" || argument == "-h") {
            return None;
        }
        build::cargo(command, rest).map_err(|error| error.to_string())
    };
    Some(match result {
        Ok(status) => ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)),
        Err(message) => {
            complain(&message);
            ExitCode::from(BAD_INPUT)
        }
    })
}

/// One line on stderr.
fn complain(message: &str) {
    anstream::eprintln!("{BAD}error{BAD:#}: {}", clean(message));
}

/// Writes text for people to standard output; colours only where they are wanted.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Error::Output)
}

fn print_json(report: &impl Serialize) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, report).map_err(|error| Error::Output(error.into()))?;
    out.write_all(b"\n").and_then(|()| out.flush()).map_err(Error::Output)
}

fn run_inspect(args: &InspectArgs) -> Result<u8, Error> {
    let mut report = InspectReport { schema: crate::SCHEMA, files: Vec::new(), errors: Vec::new() };
    for path in &args.files {
        match inspect::inspect_file(path) {
            Ok(files) => report.files.extend(files),
            Err(error) => {
                report.errors.push(Failure { path: path.to_string_lossy().into_owned(), message: error.to_string() });
            }
        }
    }
    if args.json {
        print_json(&report)?;
    } else {
        let mut out = String::new();
        if report.files.len() > 1 {
            inspect::write_matrix(&mut out, &report.files);
        }
        for (index, file) in report.files.iter().enumerate() {
            if index > 0 || report.files.len() > 1 {
                out.push('\n');
            }
            inspect::write_report(&mut out, file, args.linked);
        }
        print(&out)?;
    }
    for failure in &report.errors {
        complain(&format!("{} {}", failure.path, failure.message));
    }
    Ok(if report.errors.is_empty() { 0 } else { BAD_INPUT })
}

fn open_program(path: &Path) -> Result<(Input, Program), Error> {
    let file = |error| Error::File { path: path.to_owned(), error };
    let input = Input::open(path).map_err(file)?;
    let program = Program::parse(&path.to_string_lossy(), input.bytes()).map_err(|error| file(error.into()))?;
    Ok((input, program))
}

fn open_root(host: &HostArgs) -> Result<Context, Error> {
    let root = Root::new(&host.root).map_err(|error| Error::Root { path: host.root.clone(), reason: plain(&error) })?;
    Ok(Context::new(root))
}

fn options(host: &HostArgs, root: &Root) -> CheckOptions {
    let here = root.directory() == Path::new("/");
    let of_environment = || std::env::var("LD_LIBRARY_PATH").ok().filter(|_| here);
    let hwcaps = host.hwcaps.clone().map(|names| names.into_iter().filter(|name| name != "none").collect());
    CheckOptions {
        interpreter: host.interpreter.clone().or_else(|| {
            // The variable by which a program is told at run time.
            std::env::var_os("IMPORT_DYNAMIC_INTERPRETER").filter(|name| here && !name.is_empty()).map(Into::into)
        }),
        search: SearchOptions {
            library_path: host.library_path.clone().or_else(of_environment),
            hwcaps,
            assume_ldconfig: host.assume_ldconfig,
        },
    }
}

fn check_program<'f>(context: &'f Context, program: &Program, options: &CheckOptions) -> Result<Checked<'f>, Error> {
    check::check(context, program, options).map_err(|error| Error::Check { path: program.path.clone().into(), error })
}

fn run_check(args: &CheckArgs) -> Result<u8, Error> {
    let (_input, program) = open_program(&args.file)?;
    let context = open_root(&args.host)?;
    let options = options(&args.host, context.root());
    let report = check_program(&context, &program, &options)?.report;
    if args.json {
        print_json(&report)?;
    } else {
        let mut out = String::new();
        check::write_report(&mut out, &report, args.verbose);
        print(&out)?;
    }
    Ok(if report.summary.errors > 0 { MISSING } else { 0 })
}

fn run_bundle(args: &BundleArgs) -> Result<u8, Error> {
    let (input, program) = open_program(&args.file)?;
    let context = open_root(&args.host)?;
    let mut options = options(&args.host, context.root());
    // What a bundle holds must not depend on the computer that makes it.
    options.search.hwcaps.get_or_insert_default();
    if args.host.library_path.is_none() {
        options.search.library_path = None;
    }
    let checked = check_program(&context, &program, &options)?;
    if checked.report.summary.errors > 0 {
        let mut out = String::new();
        check::write_report(&mut out, &checked.report, false);
        anstream::eprint!("{out}");
        complain("something that the program requires is missing in the root: nothing is bundled");
        return Ok(MISSING);
    }
    let request = bundle::Request {
        program: (!args.no_program).then_some(args.program.as_deref()),
        nss: args.nss,
        gconv: args.gconv.as_deref(),
        locale: args.locale.as_deref(),
        include: &args.include,
    };
    let plan = bundle::plan(&context, checked, &input, &request)?;
    let outputs = bundle::Outputs {
        directory: args.out.as_deref(),
        tar: args.tar.as_deref(),
        time: bundle::source_date_epoch(),
        progress: !args.quiet,
    };
    if !args.dry_run {
        bundle::write(&plan, &outputs)?;
    }
    for warning in &plan.warnings {
        anstream::eprintln!("{0}warning{0:#}: {1}", crate::text::WARNING, clean(warning));
    }
    let to_stdout = args.tar.as_deref() == Some(Path::new("-")) && !args.dry_run;
    if args.dockerfile {
        print(&bundle::dockerfile(&plan, &outputs))?;
    } else if args.json && !to_stdout {
        print_json(&bundle::report(&plan, &args.file, context.root(), args.dry_run))?;
    } else if !args.quiet && !to_stdout {
        let mut out = String::new();
        bundle::write_list(&mut out, &plan, args.dry_run);
        print(&out)?;
    }
    Ok(0)
}
