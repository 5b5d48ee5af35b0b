//! `check`: would every import bind on that host?

mod program;
mod report;
mod resolve;
mod text;

use std::path::{Path, PathBuf};

pub use program::Program;
pub use report::{
    CheckReport, ImportResult, ImportStatus, InterpreterReport, LibraryReport, LibraryStatus, Summary, Verdict,
};
pub use text::write_report;

use crate::host::{Files, Interpreter, Libc, Namespace, Requester, Root, Search, SearchOptions, version};
use crate::inspect::{ImportKind, Kind};
use crate::machine::{self, Machine};
use resolve::Process;

/// What to check against.
#[derive(Debug, Clone, Default)]
pub struct CheckOptions {
    /// The interpreter to use, inside of the root.
    pub interpreter: Option<PathBuf>,
    /// How libraries are searched.
    pub search: SearchOptions,
}

/// The host and all that would be loaded there.
#[derive(Debug)]
pub struct Checked<'f> {
    /// The findings.
    pub report: CheckReport,
    /// The interpreter.
    pub interpreter: Option<Interpreter<'f>>,
    /// The libraries that would be in the process; none without an interpreter.
    pub namespace: Option<Namespace<'f>>,
}

/// What a check borrows from.
#[derive(Debug)]
pub struct Context {
    root: Root,
    files: Files,
    search: std::cell::OnceCell<Search>,
}

impl Context {
    /// A check within `root`.
    pub fn new(root: Root) -> Self {
        Context { root, files: Files::new(), search: std::cell::OnceCell::new() }
    }

    /// The root directory.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// How the interpreter searches; known after the check when there is an interpreter.
    pub fn search(&self) -> Option<&Search> {
        self.search.get()
    }
}

/// Checks `program` against the host in the context's root. One context serves one check.
///
/// # Errors
/// When the program is for a machine that is not known here.
pub fn check<'f>(context: &'f Context, program: &Program, options: &CheckOptions) -> Result<Checked<'f>, CheckError> {
    let machine = machine::by_number(program.machine).ok_or(CheckError::Machine(program.machine))?;
    // A dynamic program is started by the interpreter that it names, and by no other.
    let named = program.interpreter.as_deref().map(Path::new);
    let explicit = options.interpreter.as_deref().or(named);
    let found = Interpreter::find(&context.root, &context.files, machine, explicit);
    let mut report = CheckReport {
        schema: crate::SCHEMA,
        file: program.path.clone(),
        kind: program.kind,
        machine: machine.name.to_owned(),
        root: context.root.directory().to_string_lossy().into_owned(),
        interpreter: InterpreterReport {
            path: None,
            libc: None,
            version: None,
            tried: Vec::new(),
            verdict: Verdict::Ok,
            error: None,
        },
        libraries: Vec::new(),
        imports: Vec::new(),
        summary: Summary::default(),
    };
    let started = match found {
        Ok(interpreter) => {
            report.interpreter.path = Some(interpreter.path.to_string_lossy().into_owned());
            report.interpreter.libc = Some(interpreter.libc);
            start(context, program, options, machine, interpreter, &mut report)
        }
        Err(tried) => {
            report.interpreter.tried = tried;
            report.interpreter.error = Some("no interpreter is found".to_owned());
            None
        }
    };
    let (interpreter, process) = match started {
        Some((interpreter, process)) => (Some(interpreter), Some(process)),
        None => (None, None),
    };
    Ok(finish(program, report, interpreter, process))
}

/// Why a program cannot be checked at all.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// No interpreters are known for it.
    #[error("is for machine {0}, of which no interpreter is known")]
    Machine(u16),
}

/// Brings the libc up, on paper.
fn start<'f>(
    context: &'f Context,
    program: &Program,
    options: &CheckOptions,
    machine: &'static Machine,
    interpreter: Interpreter<'f>,
    report: &mut CheckReport,
) -> Option<(Interpreter<'f>, Process<'f>)> {
    let search = context.search.get_or_init(|| Search::new(&context.root, &interpreter, machine, &options.search));
    let mut namespace = match Namespace::new(&context.root, &context.files, search, &interpreter) {
        Ok(namespace) => namespace,
        Err(error) => {
            report.interpreter.error = Some(format!("{} {error}", interpreter.path.display()));
            return None;
        }
    };
    let origin = context.root.inside(Path::new(&program.path)).unwrap_or_else(|| PathBuf::from(&program.path));
    let origin = origin.parent().unwrap_or(Path::new("/"));
    // What a static program is linked with, no interpreter sees: only a dynamic one has search paths.
    let expand = |list: &Option<Vec<u8>>| list.as_deref().map(|list| search.expand(list, origin)).unwrap_or_default();
    let paths = Requester { rpath: expand(&program.rpath), runpath: expand(&program.runpath), no_defaults: false };
    namespace.set_program(paths, program.exported());

    let mut process = Process::new(namespace);
    if program.kind == Kind::Dynamic {
        process.open_together(&program.needed);
        report.interpreter.error = process.first_error();
    } else {
        report.interpreter.error = bring_up(&mut process, interpreter.libc);
    }
    let libc = process.libc_bytes();
    report.interpreter.version = version(interpreter.libc, libc);
    Some((interpreter, process))
}

/// The libraries of the program image: libc, and for old glibc those that then held `dlopen` and threads.
fn bring_up(process: &mut Process<'_>, libc: Libc) -> Option<String> {
    if libc == Libc::Musl {
        return None;
    }
    if process.open("libc.so.6").is_none() {
        return process.first_error();
    }
    if !process.is_global("dlopen") {
        process.open("libpthread.so.0");
        process.open("libdl.so.2");
    }
    (!process.is_global("dlopen")).then(|| "libc.so.6 has no dlopen, and there is no libdl.so.2".to_owned())
}

/// Resolves every import and sums up.
fn finish<'f>(
    program: &Program,
    mut report: CheckReport,
    interpreter: Option<Interpreter<'f>>,
    mut process: Option<Process<'f>>,
) -> Checked<'f> {
    let unstarted = report.interpreter.error.is_some();
    // Libraries that are imported as a whole are in the global scope of the others.
    let (whole, rest): (Vec<_>, Vec<_>) =
        program.imports.iter().cloned().partition(|import| import.kind == ImportKind::Library);
    for import in whole.into_iter().chain(rest).filter(|import| import.kind != ImportKind::Export) {
        let result = match &mut process {
            Some(process) if !unstarted => process.resolve(import),
            _ => resolve::unresolved(import, ImportStatus::NoInterpreter),
        };
        report.summary.count(result.verdict);
        report.imports.push(result);
    }
    if unstarted {
        // The missing interpreter is as bad as the worst that it causes; a dynamic program does not even start.
        let worst = |verdict| report.imports.iter().any(|result| result.verdict == verdict);
        report.interpreter.verdict = match program.kind {
            Kind::Dynamic => Verdict::Error,
            _ if report.imports.is_empty() || worst(Verdict::Error) => Verdict::Error,
            _ if worst(Verdict::Warning) => Verdict::Warning,
            _ => Verdict::Fallback,
        };
    }
    report.summary.count(report.interpreter.verdict);
    let namespace = process.map(|process| {
        let (namespace, libraries) = process.finish();
        report.libraries = libraries;
        namespace
    });
    Checked { report, interpreter, namespace }
}
