//! Which host there is: brought up at first need, once.

use core::cell::UnsafeCell;
use core::ffi::CStr;
use core::mem::MaybeUninit;
#[cfg(any(guest, native))]
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::{AtomicU32, Ordering};

use crate::error::Error;
use crate::slots::{self, Slots};

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
    pub(crate) interpreter: &'static CStr,
    /// The interpreter's load bias; 0 in native mode.
    pub(crate) base: usize,
    pub(crate) libc: LibcKind,
    pub(crate) slots: Slots,
    pub(crate) nanoseconds: u64,
}

impl Host {
    /// How this process reaches the host's dynamic linker.
    pub fn link_mode(&self) -> LinkMode {
        self.mode
    }

    /// The interpreter's file name; empty in native mode, where the process came with it.
    pub fn interpreter(&self) -> &'static str {
        self.interpreter.to_str().unwrap_or_default()
    }

    /// Which C library it is.
    pub fn libc(&self) -> LibcKind {
        self.libc
    }

    /// The C library's version as it gives it; empty where it cannot be asked: in native mode on musl and other systems.
    pub fn libc_version(&self) -> &'static str {
        self.version().and_then(|version| version.to_str().ok()).unwrap_or_default()
    }

    fn version(&self) -> Option<&'static CStr> {
        // Not of a musl: a std program without a libc of its own has such a function from its start code.
        if self.libc != LibcKind::Musl && self.slots.get(slots::VERSION) != 0 {
            // SAFETY: gnu_get_libc_version(3) gives a C string that stays.
            return Some(unsafe { CStr::from_ptr(self.call(slots::VERSION, [0; 4]) as *const _) });
        }
        #[cfg(loader)]
        if self.libc == LibcKind::Musl {
            // SAFETY: the interpreter of this process, which is never unmapped.
            return unsafe { crate::version::musl(self.base) };
        }
        None
    }

    /// How long bringing it up took, in nanoseconds.
    pub fn bring_up_nanoseconds(&self) -> u64 {
        self.nanoseconds
    }

    /// Calls the function in a slot, with its thread pointer where it needs one; 0 where the host has none.
    ///
    /// # Safety
    /// As for the function, which takes at most four integer or pointer arguments.
    pub(crate) unsafe fn call(&self, slot: usize, arguments: [usize; 4]) -> usize {
        let function = self.slots.get(slot);
        if function == 0 {
            return 0;
        }
        // SAFETY: the caller's.
        unsafe { self.call_at(function, arguments) }
    }

    /// Calls a function of the host's by its address, with its thread pointer where it needs one.
    ///
    /// # Safety
    /// As for the function, which takes at most four integer or pointer arguments.
    #[inline(always)]
    pub(crate) unsafe fn call_at(&self, function: usize, [a, b, c, d]: [usize; 4]) -> usize {
        #[cfg(guest)]
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
#[cfg(any(guest, native))]
static OWNER: AtomicUsize = AtomicUsize::new(0);

/// Written once, while STATE is BUSY; read only when it is READY or FAILED.
struct Outcome(UnsafeCell<MaybeUninit<Result<Host, &'static CStr>>>);
// SAFETY: STATE orders the one write before every read (Release, Acquire), see `host`.
unsafe impl Sync for Outcome {}
static OUTCOME: Outcome = Outcome(UnsafeCell::new(MaybeUninit::uninit()));

/// A bring-up that failed.
pub(crate) enum Failure {
    /// It may be tried again.
    Retry(Error),
    /// The interpreter of this name has run, and found no libc.
    Final(&'static CStr),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Retry(error)
    }
}

/// The host, brought up by the first call.
///
/// # Errors
/// See [`Error`]. Until the host's interpreter has been started, a failure leaves nothing behind and a later call tries
/// again.
#[inline]
pub fn host() -> Result<&'static Host, Error> {
    let host = if STATE.load(Ordering::Acquire) == READY { outcome()? } else { bring_up_once()? };
    #[cfg(guest)]
    if host.mode == LinkMode::Guest {
        crate::guest::attach::attach()?;
    }
    Ok(host)
}

/// The host, if it is up.
pub fn host_if_up() -> Option<&'static Host> {
    if STATE.load(Ordering::Acquire) == READY { outcome().ok() } else { None }
}

fn outcome() -> Result<&'static Host, Error> {
    // SAFETY: only called when STATE is READY or FAILED, after which nobody writes.
    match unsafe { (*OUTCOME.0.get()).assume_init_ref() } {
        Ok(host) => Ok(host),
        Err(interpreter) => Err(Error::NoLibc(interpreter)),
    }
}

#[cold]
fn bring_up_once() -> Result<&'static Host, Error> {
    loop {
        match STATE.compare_exchange(UNBOUND, BUSY, Ordering::Acquire, Ordering::Acquire) {
            Ok(_) => break,
            Err(BUSY) => wait()?,
            Err(_) => return outcome(),
        }
    }
    #[cfg(any(guest, native))]
    OWNER.store(me(), Ordering::Relaxed);
    let before = crate::sys::monotonic_nanoseconds();
    let (state, result) = match bring_up() {
        Ok(mut host) => {
            host.nanoseconds = crate::sys::monotonic_nanoseconds().wrapping_sub(before);
            (READY, Ok(host))
        }
        Err(Failure::Final(interpreter)) => (FAILED, Err(interpreter)),
        Err(Failure::Retry(error)) => {
            leave(UNBOUND);
            return Err(error);
        }
    };
    // SAFETY: STATE is BUSY and this thread made it so: nobody else reads or writes.
    unsafe { (*OUTCOME.0.get()).write(result) };
    leave(state);
    outcome()
}

/// Ends BUSY.
fn leave(state: u32) {
    #[cfg(any(guest, native))]
    OWNER.store(0, Ordering::Relaxed);
    STATE.store(state, Ordering::Release);
    #[cfg(any(guest, native))]
    crate::sys::wake_all(&STATE);
}

/// Waits for the thread that is bringing the host up.
#[cfg(any(guest, native))]
fn wait() -> Result<(), Error> {
    let owner = OWNER.load(Ordering::Relaxed);
    if owner == me() {
        return Err(Error::Recursive);
    }
    // In the child of a fork(2) meanwhile nobody goes on with it.
    #[cfg(guest)]
    if owner != 0 && crate::sys::is_gone(owner) && STATE.load(Ordering::Acquire) == BUSY {
        return Err(Error::Recursive);
    }
    crate::sys::wait_while(&STATE, BUSY);
    Ok(())
}

#[cfg(any(guest, native))]
fn me() -> usize {
    crate::sys::thread_id()
}

/// A process without a libc has one thread: it waits for itself.
#[cfg(not(any(guest, native)))]
fn wait() -> Result<(), Error> {
    Err(Error::Recursive)
}

#[cfg(loader)]
fn bring_up() -> Result<Host, Failure> {
    #[cfg(native)]
    if let Some(adopted) = crate::std_start::adopted() {
        return Ok(crate::native::adopted_host(adopted)?);
    }
    #[cfg(native)]
    if crate::own::is_dynamic() {
        return Ok(crate::native::host()?);
    }
    let stack = crate::start::initial_stack().ok_or(Error::NoInitialStack)?;
    // Without guest mode it is not worth a look whether the kernel has a fast way.
    let hwcap2 = if cfg!(guest) { stack.auxiliary(crate::start::at::HWCAP2).unwrap_or(0) } else { 0 };
    if crate::arch::thread_pointer(hwcap2) == 0 {
        return crate::adopted::bring_up(stack);
    }
    #[cfg(guest)]
    return crate::guest::bring_up::bring_up(stack, hwcap2);
    #[cfg(not(guest))]
    Err(Error::GuestModeLeftOut.into())
}

#[cfg(not(loader))]
#[allow(clippy::result_large_err, reason = "once per process, and never passed on")]
fn bring_up() -> Result<Host, Failure> {
    Ok(crate::native::host()?)
}
