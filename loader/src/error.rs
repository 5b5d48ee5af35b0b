//! What can go wrong on the way to a `dlopen`: one variant per step, each naming what was tried.

use core::ffi::CStr;
use core::fmt;

use crate::message::{self, Message, Sink, put_list, put_number};
use crate::strings::Strings;
use crate::texts::Texts;

/// The environment variable that names an interpreter, and the only one tried then.
pub(crate) const INTERPRETER_VARIABLE: &[u8] = b"IMPORT_DYNAMIC_INTERPRETER";

/// Why there is no `dlopen` in this process.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// No candidate is a usable interpreter.
    NoInterpreter(Attempts),
    /// Memory for the program image or the guest's stack could not be had.
    Memory(Errno),
    /// The interpreter of this name ran and found no libc with `__libc_start_main` and `dlopen`.
    NoLibc(&'static CStr),
    /// The host was asked for by code that runs while it is being brought up.
    Recursive,
    /// Nobody said where the initial stack is: a program without libc whose entry point is not `main!`'s, or one with a
    /// libc, built without the feature that it needs.
    NoInitialStack,
    /// A static program with a libc of its own, built without the feature `guest`.
    GuestModeLeftOut,
    /// A static program on a system or architecture for which there is no loader.
    Unsupported,
    /// The kernel thread that brings up the guest could not be made.
    Thread(Errno),
    /// The guest's libc could not make a thread control block for this thread: its `pthread_create` gave this error.
    Attach(Errno),
    /// A dynamic program in which no library offers `dlopen`.
    NoDlopen,
}

/// A file that was tried as the interpreter, and why it was not used.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// Its name.
    pub path: &'a CStr,
    /// Why not.
    pub reason: &'a CStr,
}

/// The interpreter candidates that were tried, in order.
pub struct Attempts(Texts);

impl Attempts {
    pub(crate) const NONE: Self = Self(Texts::NONE);

    pub(crate) fn push(&mut self, path: &CStr, reason: Refusal) {
        self.0.push(path.to_bytes());
        self.0.push(reason.text());
    }

    /// Whether a file of this name has been tried.
    pub(crate) fn has(&self, path: &CStr) -> bool {
        self.0.iter().any(|text| text == path)
    }

    /// The attempts, in order.
    pub fn iter(&self) -> impl Iterator<Item = Attempt<'_>> {
        let mut texts = self.0.iter();
        core::iter::from_fn(move || Some(Attempt { path: texts.next()?, reason: texts.next()? }))
    }
}

impl fmt::Debug for Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Why a file is not used as the interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It could not be opened, read or mapped.
    System(Errno),
    /// It does not pass the checks.
    Rejected(Rejection),
}

impl Refusal {
    #[inline(never)]
    fn text(self) -> &'static [u8] {
        match self {
            Self::System(errno) => errno.text(),
            Self::Rejected(rejection) => Strings::new(REJECTIONS).nth_text(rejection as usize),
        }
    }
}

impl From<Errno> for Refusal {
    fn from(errno: Errno) -> Self {
        Self::System(errno)
    }
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

/// What the checks of a file find: one reason per check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rejection {
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
    /// It is for another architecture, or for another ABI of RISC-V's.
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
    /// It is neither glibc's nor musl's interpreter.
    NotLinker,
    /// It names no interpreter (asked of a program that should).
    NoInterpreterNamed,
}

/// A text for each [`Rejection`], in their order.
const REJECTIONS: &str = concat!(
    "not a regular file\0",
    "truncated\0",
    "not an ELF file\0",
    "not 64-bit\0",
    "wrong byte order\0",
    "unknown ELF version\0",
    "not a shared object\0",
    "for another architecture\0",
    "bad program header table\0",
    "bad segment\0",
    "nothing to load\0",
    "bad entry point\0",
    "no dynamic section\0",
    "a program, not an interpreter\0",
    "not a dynamic linker\0",
    "names no interpreter\0",
);

/// A C library's or the kernel's error number.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Errno(pub i32);

impl Errno {
    pub(crate) const NO_MEMORY: Self = Self(12);
    #[cfg(guest)]
    pub(crate) const EXISTS: Self = Self(17);
    pub(crate) const NAME_TOO_LONG: Self = Self(36);

    /// A short text for the numbers that occur here: on Linux the same on every architecture, elsewhere those of the BSDs and
    /// macOS.
    fn text(self) -> &'static [u8] {
        #[cfg(target_os = "linux")]
        const NUMBERS: &[u8] = &[1, 2, 12, 13, 20, 22, 23, 24, 11, 36, 40];
        #[cfg(not(target_os = "linux"))]
        const NUMBERS: &[u8] = &[1, 2, 12, 13, 20, 22, 23, 24, 35, 63, 62];
        const TEXTS: &str = concat!(
            "not permitted\0",
            "not found\0",
            "out of memory\0",
            "permission denied\0",
            "not a directory\0",
            "invalid argument\0",
            "too many files in the system\0",
            "too many open files\0",
            "try again\0",
            "name too long\0",
            "too many symbolic links\0",
            "system error\0",
        );
        let mut index = 0;
        while NUMBERS.get(index).is_some_and(|&number| i32::from(number) != self.0) {
            index += 1;
        }
        Strings::new(TEXTS).nth_text(index)
    }
}

impl Message for Errno {
    fn write_to(&self, out: &mut dyn Sink) {
        out.put(self.text());
        out.put(b" (errno ");
        put_number(out, self.0.unsigned_abs().into());
        out.put(b")");
    }
}

impl Message for Error {
    fn write_to(&self, out: &mut dyn Sink) {
        let (text, errno): (&[u8], _) = match self {
            Self::NoInterpreter(attempts) => {
                out.put(b"no usable host libc: no dynamic linker (tried");
                put_list(out, attempts.0.iter(), c" ", Strings::new(": \0, \0"));
                // Not in the smallest programs.
                if cfg!(any(guest, native, std_start)) && attempts.0.are_cut() {
                    out.put(b"; and more");
                }
                out.put(b"); install a libc or set ");
                (INTERPRETER_VARIABLE, None)
            }
            Self::NoLibc(path) => {
                out.put(b"no usable host libc: none was found by ");
                (path.to_bytes(), None)
            }
            Self::Memory(errno) => (b"no memory to bring up the host libc: ", Some(errno)),
            Self::Recursive => (b"called by code that runs while the host libc is being brought up", None),
            Self::NoInitialStack => (
                b"a program without libc starts at main!, others need import-dynamic's feature `guest` or `native`",
                None,
            ),
            Self::GuestModeLeftOut => (b"this program has a libc: build import-dynamic with its feature `guest`", None),
            // The others do not occur in every build.
            #[cfg(any(guest, native))]
            Self::Unsupported => (b"a static program cannot load a host libc on this platform", None),
            #[cfg(guest)]
            Self::Thread(Errno(11)) => {
                (b"cannot start a thread for the host libc: thread limit reached (errno 11)", None)
            }
            #[cfg(guest)]
            Self::Thread(errno) => (b"cannot start a thread for the host libc: ", Some(errno)),
            // pthread_create(3) says it of both.
            #[cfg(guest)]
            Self::Attach(Errno(11)) => {
                (b"the host libc cannot make a thread: too little memory, or too many threads (errno 11)", None)
            }
            #[cfg(guest)]
            Self::Attach(errno) => (b"the host libc cannot make a thread: ", Some(errno)),
            #[cfg(native)]
            Self::NoDlopen => (b"this dynamic program has no dlopen: link it with a libc", None),
            #[allow(unreachable_patterns, reason = "where all occur")]
            _ => (b"", None),
        };
        out.put(text);
        if let Some(errno) = errno {
            errno.write_to(out);
        }
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        message::format(self, f)
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Errno({})", self.0)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        message::format(self, f)
    }
}

impl core::error::Error for Error {}
impl core::error::Error for Errno {}
