//! Which host there is: brought up at first need, once.

use core::cell::UnsafeCell;
use core::ffi::CStr;
use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use crate::error::{Error, PathText};
use crate::message::Text;

/// How this process reaches the host's dynamic linker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkMode {
    /// The process has a dynamic linker of its own.
    Native,
    /// The process had no libc: it has become one of the host's libc.
    Adopted,
    /// The process has a libc of its own: the host's lives beside it.
    Guest,
}

impl LinkMode {
    /// `native`, `adopted` or `guest`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Adopted => "adopted",
            Self::Guest => "guest",
        }
    }
}

/// Which C library the host has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LibcKind {
    /// glibc 2.34 or later.
    Glibc,
    /// glibc before 2.34, where `dlopen` and threads are libraries of their own.
    GlibcBefore234,
    /// musl.
    Musl,
    /// Another one.
    Unknown,
}

impl LibcKind {
    /// `glibc`, `musl` or `libc`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Glibc | Self::GlibcBefore234 => "glibc",
            Self::Musl => "musl",
            Self::Unknown => "libc",
        }
    }
}

/// The host as this process has it.
#[derive(Debug)]
pub struct Host {
    pub(crate) mode: LinkMode,
    pub(crate) interpreter: PathText,
    pub(crate) libc: LibcKind,
    pub(crate) version: Text<32>,
    pub(crate) functions: Functions,
    pub(crate) nanoseconds: u64,
}

/// Addresses of the host's functions; 0 where it has none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Functions {
    pub(crate) dlopen: usize,
    pub(crate) dlsym: usize,
    pub(crate) dlvsym: usize,
    pub(crate) dlerror: usize,
    pub(crate) errno_location: usize,
    pub(crate) exit: usize,
    pub(crate) fflush: usize,
    pub(crate) version: usize,
    pub(crate) pthread_create: usize,
    pub(crate) attr_init: usize,
    pub(crate) attr_setstacksize: usize,
    pub(crate) attr_setdetachstate: usize,
}

impl Functions {
    pub(crate) const NONE: Self = Self {
        dlopen: 0,
        dlsym: 0,
        dlvsym: 0,
        dlerror: 0,
        errno_location: 0,
        exit: 0,
        fflush: 0,
        version: 0,
        pthread_create: 0,
        attr_init: 0,
        attr_setstacksize: 0,
        attr_setdetachstate: 0,
    };
}

impl Host {
    /// How this process reaches the host's dynamic linker.
    pub fn link_mode(&self) -> LinkMode {
        self.mode
    }

    /// The interpreter's file name; empty in native mode, where the process came with it.
    pub fn interpreter(&self) -> &str {
        self.interpreter.as_str()
    }

    /// Which C library it is.
    pub fn libc(&self) -> LibcKind {
        self.libc
    }

    /// The C library's version as it gives it; empty where it cannot be asked.
    pub fn libc_version(&self) -> &str {
        self.version.as_str()
    }

    /// How long bringing it up took, in nanoseconds.
    pub fn bring_up_nanoseconds(&self) -> u64 {
        self.nanoseconds
    }

    /// Asks a function of the host that returns a C string for its text.
    ///
    /// # Safety
    /// `function` takes no arguments and returns null or a C string.
    pub(crate) unsafe fn text_of<const N: usize>(&self, function: usize) -> Text<N> {
        if function == 0 {
            return Text::EMPTY;
        }
        // SAFETY: the caller's.
        unsafe { Text::from_ptr(self.call(function, [0; 4]) as *const _) }
    }

    /// Calls a function of the host, with its thread pointer where it needs one.
    ///
    /// # Safety
    /// As for the function, which takes at most four integer or pointer arguments.
    pub(crate) unsafe fn call(&self, function: usize, arguments: [usize; 4]) -> usize {
        let [a, b, c, d] = arguments;
        #[cfg(target_os = "linux")]
        if self.mode == LinkMode::Guest {
            // SAFETY: guest mode; the caller's contract otherwise.
            return unsafe { crate::arch::enter(a, b, c, d, function) };
        }
        // SAFETY: the caller's.
        unsafe {
            let function: extern "C" fn(usize, usize, usize, usize) -> usize = core::mem::transmute(function);
            function(a, b, c, d)
        }
    }
}

const UNBOUND: u32 = 0;
const BUSY: u32 = 1;
const READY: u32 = 2;
const FAILED: u32 = 3;

static STATE: AtomicU32 = AtomicU32::new(UNBOUND);
/// Kernel id of the thread that is bringing the host up.
static OWNER: AtomicUsize = AtomicUsize::new(0);

/// Written once, while STATE is BUSY; read only when it is READY or FAILED.
struct Outcome(UnsafeCell<MaybeUninit<Result<Host, Error>>>);
// SAFETY: STATE orders the one write before every read (Release, Acquire), see `host`.
unsafe impl Sync for Outcome {}
static OUTCOME: Outcome = Outcome(UnsafeCell::new(MaybeUninit::uninit()));

/// A bring-up that failed, and whether it may be tried again.
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) is_final: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, is_final: false }
    }
}

/// The host, brought up by the first call.
///
/// # Errors
/// See [`Error`]. Until the host's interpreter has been started, a failure leaves nothing behind and a later call tries
/// again.
#[inline]
pub fn host() -> Result<&'static Host, Error> {
    if STATE.load(Ordering::Acquire) == READY {
        return outcome();
    }
    bring_up_once()
}

/// The host, if it is up.
pub fn host_if_up() -> Option<&'static Host> {
    if STATE.load(Ordering::Acquire) == READY { outcome().ok() } else { None }
}

fn outcome() -> Result<&'static Host, Error> {
    // SAFETY: only called when STATE is READY or FAILED, after which nobody writes.
    match unsafe { (*OUTCOME.0.get()).assume_init_ref() } {
        Ok(host) => Ok(host),
        Err(error) => Err(*error),
    }
}

#[cold]
fn bring_up_once() -> Result<&'static Host, Error> {
    let me = crate::sys::thread_id();
    loop {
        match STATE.compare_exchange(UNBOUND, BUSY, Ordering::Acquire, Ordering::Acquire) {
            Ok(_) => break,
            Err(READY | FAILED) => return outcome(),
            Err(_) if OWNER.load(Ordering::Relaxed) == me => return Err(Error::Recursive),
            Err(_) => crate::sys::wait_while(&STATE, BUSY),
        }
    }
    OWNER.store(me, Ordering::Relaxed);
    let before = crate::sys::monotonic_nanoseconds();
    let (state, result) = match bring_up() {
        Ok(mut host) => {
            host.nanoseconds = crate::sys::monotonic_nanoseconds().wrapping_sub(before);
            (READY, Ok(host))
        }
        Err(Failure { error, is_final: true }) => (FAILED, Err(error)),
        Err(Failure { error, is_final: false }) => {
            OWNER.store(0, Ordering::Relaxed);
            STATE.store(UNBOUND, Ordering::Release);
            crate::sys::wake_all(&STATE);
            return Err(error);
        }
    };
    // SAFETY: STATE is BUSY and this thread made it so: nobody else reads or writes.
    unsafe { (*OUTCOME.0.get()).write(result) };
    OWNER.store(0, Ordering::Relaxed);
    STATE.store(state, Ordering::Release);
    crate::sys::wake_all(&STATE);
    outcome()
}

/// The rest of a host, once its functions are known.
pub(crate) fn with_functions(
    mode: LinkMode,
    libc: LibcKind,
    interpreter: &[u8],
    functions: Functions,
) -> Host {
    let mut host =
        Host { mode, libc, interpreter: Text::new(interpreter), version: Text::EMPTY, functions, nanoseconds: 0 };
    // SAFETY: gnu_get_libc_version(3).
    host.version = unsafe { host.text_of(functions.version) };
    host
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn bring_up() -> Result<Host, Failure> {
    if let Some(adopted) = crate::std_start::adopted() {
        return Ok(crate::native::adopted_host(adopted)?);
    }
    if crate::own::is_dynamic() {
        return Ok(crate::native::host()?);
    }
    let stack = crate::start::initial_stack().ok_or(Error::NoInitialStack)?;
    let hwcap2 = stack.auxiliary(crate::start::at::HWCAP2).unwrap_or(0);
    if crate::arch::thread_pointer(hwcap2) == 0 {
        crate::adopted::bring_up(stack)
    } else {
        crate::guest::bring_up::bring_up(stack, hwcap2)
    }
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn bring_up() -> Result<Host, Failure> {
    Ok(crate::native::host()?)
}

/// A C string's bytes with its NUL, from a buffer that holds one.
pub(crate) fn c_bytes(buffer: &[u8]) -> &[u8] {
    CStr::from_bytes_until_nul(buffer).unwrap_or_default().to_bytes_with_nul()
}
