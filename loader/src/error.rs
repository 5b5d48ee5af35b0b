//! What can go wrong on the way to a `dlopen`: one variant per step, each naming what was tried.

use core::fmt;
use core::mem::MaybeUninit;

use crate::message::Text;
use crate::page::{PageBox, Zeroed};

/// A file name as it is kept in errors.
pub type PathText = Text<128>;
/// What the host's `dlerror` said.
pub type DlText = Text<320>;
/// How many interpreter candidates an error can name.
pub const MAX_ATTEMPTS: usize = 8;

/// Why there is no `dlopen` in this process.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// No candidate is a usable interpreter.
    NoInterpreter(Attempts),
    /// Memory for the program image or the guest's stack could not be had.
    Memory(Errno),
    /// The interpreter ran and found no libc with `__libc_start_main` and `dlopen`.
    NoLibc(&'static PathText),
    /// The kernel thread that brings up the guest could not be made.
    Thread(Errno),
    /// The guest's libc could not make a thread control block for this thread: its `pthread_create` gave this error.
    Attach(Errno),
    /// An import was called by code that runs while the libc is being brought up.
    Recursive,
    /// A program without libc whose entry point is not `main!`'s: nobody said where its initial stack is.
    NoInitialStack,
    /// A dynamic program in which no library offers `dlopen`.
    NoDlopen,
    /// A static program with a libc of its own, built without the feature `guest`.
    GuestModeLeftOut,
    /// A static program on a system or architecture for which there is no loader.
    Unsupported,
}

/// A file that was tried as the interpreter, and why it was not used.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// Its name.
    pub path: PathText,
    /// Why not.
    pub reason: Rejection,
}

/// The interpreter candidates that were tried, in order.
pub struct Attempts(Option<PageBox<List>>);

struct List {
    count: usize,
    entries: [MaybeUninit<Attempt>; MAX_ATTEMPTS],
}
// SAFETY: a number and memory that is not looked at beyond it.
unsafe impl Zeroed for List {}

impl Attempts {
    pub(crate) const NONE: Self = Self(None);

    pub(crate) fn push(&mut self, path: &[u8], reason: Rejection) {
        if self.0.is_none() {
            self.0 = PageBox::zeroed();
        }
        if let Some(list) = self.0.as_deref_mut()
            && let Some(place) = list.entries.get_mut(list.count)
        {
            place.write(Attempt { path: Text::new(path), reason });
            list.count += 1;
        }
    }

    /// The attempts, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Attempt> {
        // SAFETY: `push` has written the entries that it counts.
        self.0
            .iter()
            .flat_map(|list| list.entries.iter().take(list.count).map(|entry| unsafe { entry.assume_init_ref() }))
    }
}

impl fmt::Debug for Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Why a file is not used as the interpreter: one reason per check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection {
    /// It could not be opened or read.
    Open(Errno),
    /// It could not be mapped.
    Map(Errno),
    /// It is not a regular file.
    NotRegular,
    /// It ends before its headers do.
    Truncated,
    /// It does not begin with the ELF magic number.
    NotElf,
    /// It is not of the 64-bit class.
    Class,
    /// Its byte order is not this machine's.
    ByteOrder,
    /// Its ELF version is not 1.
    Version,
    /// It is not a shared object.
    NotShared,
    /// It is for another architecture.
    Machine,
    /// Its program header table is empty, too long, or of a wrong entry size.
    ProgramHeaders,
    /// A segment's addresses, sizes or alignment contradict each other or the file's size.
    Segment,
    /// It has no loadable segment.
    NoSegments,
    /// Its entry point lies in no executable segment.
    Entry,
    /// It has no dynamic section.
    NoDynamic,
    /// It names an interpreter itself: a program, not an interpreter.
    HasInterpreter,
    /// It names no interpreter (asked of a program that should).
    NoInterpreterNamed,
}

impl Rejection {
    fn text(self) -> &'static str {
        match self {
            Self::Open(errno) | Self::Map(errno) => errno.text(),
            Self::NotRegular => "not a regular file",
            Self::Truncated => "truncated",
            Self::NotElf => "not an ELF file",
            Self::Class => "not 64-bit",
            Self::ByteOrder => "wrong byte order",
            Self::Version => "unknown ELF version",
            Self::NotShared => "not a shared object",
            Self::Machine => "for another architecture",
            Self::ProgramHeaders => "bad program header table",
            Self::Segment => "bad segment",
            Self::NoSegments => "nothing to load",
            Self::Entry => "bad entry point",
            Self::NoDynamic => "no dynamic section",
            Self::HasInterpreter => "a program, not an interpreter",
            Self::NoInterpreterNamed => "names no interpreter",
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// A C library's or the kernel's error number.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Errno(pub i32);

impl Errno {
    pub(crate) const NO_MEMORY: Self = Self(12);

    /// A short text for the numbers that occur here, which are the same on every Linux architecture.
    fn text(self) -> &'static str {
        match self.0 {
            1 => "not permitted",
            2 => "not found",
            11 => "a limit on threads was reached",
            12 => "out of memory",
            13 => "permission denied",
            20 => "not a directory",
            22 => "invalid argument",
            23 | 24 => "too many open files",
            40 => "too many symbolic links",
            _ => "system error",
        }
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())?;
        f.write_str(" (errno ")?;
        write_number(f, self.0.unsigned_abs())?;
        f.write_str(")")
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Errno(")?;
        write_number(f, self.0.unsigned_abs())?;
        f.write_str(")")
    }
}

/// Writes a number without the formatting machinery, which would be a good part of a small program's size.
pub(crate) fn write_number(f: &mut fmt::Formatter<'_>, number: u32) -> fmt::Result {
    if number >= 10 {
        write_number(f, number / 10)?;
    }
    f.write_str(DIGITS.get((number % 10) as usize..).and_then(|rest| rest.get(..1)).unwrap_or_default())
}

const DIGITS: &str = "0123456789";

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoInterpreter(attempts) => {
                f.write_str("no usable host libc: no dynamic linker found (tried")?;
                for (index, attempt) in attempts.iter().enumerate() {
                    f.write_str(if index == 0 { " " } else { ", " })?;
                    f.write_str(attempt.path.as_str())?;
                    f.write_str(": ")?;
                    f.write_str(attempt.reason.text())?;
                }
                f.write_str("); install a libc or name its dynamic linker in IMPORT_DYNAMIC_INTERPRETER")
            }
            Self::Memory(errno) => step(f, "no memory to bring up the host libc", "", Some(errno)),
            Self::NoLibc(path) => step(f, "no usable host libc: none was found by ", path.as_str(), None),
            Self::Thread(errno) => step(f, "cannot start a thread for the host libc", "", Some(errno)),
            Self::Attach(errno) => step(f, "the host libc cannot make a thread", "", Some(errno)),
            Self::Recursive => f.write_str("an import was called while the host libc was being brought up"),
            Self::NoInitialStack => f.write_str("the program's entry point is not that of import_dynamic::main!"),
            Self::NoDlopen => f.write_str("this dynamic program has no dlopen: link it with a libc"),
            Self::GuestModeLeftOut => {
                f.write_str("this program has a libc: build import-dynamic with its feature `guest`")
            }
            Self::Unsupported => f.write_str("a static program cannot load a host libc on this platform"),
        }
    }
}

fn step(f: &mut fmt::Formatter<'_>, what: &str, path: &str, errno: Option<&Errno>) -> fmt::Result {
    f.write_str(what)?;
    f.write_str(path)?;
    if let Some(errno) = errno {
        f.write_str(": ")?;
        fmt::Display::fmt(errno, f)?;
    }
    Ok(())
}

impl core::error::Error for Error {}
impl core::error::Error for Rejection {}
impl core::error::Error for Errno {}
