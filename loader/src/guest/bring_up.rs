//! Bringing up the guest, on a kernel thread of its own: the interpreter calls set_tid_address, set_robust_list and rseq
//! on the thread that it runs on, and a home thread must keep its own.

use core::ffi::{c_char, c_int};
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};

use crate::error::{Errno, Error};
use crate::export::Exports;
use crate::guest::maker::{self, GUEST};
use crate::guest::program_break::block_program_break;
use crate::guest::signals::SignalsBlocked;
use crate::guest::{
    ENTER, area, attach, exit, fork, handlers, identity, ids, initial_stack, internal, overrides, process_id, signals,
    stack_bounds,
};
use crate::host::{Failure, Host, LibcKind, LinkMode};
use crate::image::{Contents, ENTRY};
use crate::interpreter::{Interpreter, Path};
use crate::main_program::{MappedImage, needed};
use crate::slots::{self, Slots};
use crate::start::{self, InitialStack};
use crate::{arch, sys};

/// CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM: a thread, without TLS or ids.
const THREAD: usize = 0x100 | 0x200 | 0x400 | 0x800 | 0x1_0000 | 0x4_0000;

/// How far the guest's main thread is.
static PROGRESS: AtomicU32 = AtomicU32::new(RUNNING);
const RUNNING: u32 = 0;
const UP: u32 = 1;
const WITHOUT_LIBC: u32 = 2;

/// The environment entry to put back once the interpreter has read its tunables.
static TUNABLES: (AtomicPtr<*mut c_char>, AtomicPtr<c_char>) =
    (AtomicPtr::new(core::ptr::null_mut()), AtomicPtr::new(core::ptr::null_mut()));
/// The guest's main thread's thread pointer, written by it.
static MAIN_THREAD_POINTER: AtomicUsize = AtomicUsize::new(0);

/// Brings the host's libc up beside the program's own.
///
/// # Errors
/// Final once the interpreter has run; before that, everything made for it is given back.
#[allow(clippy::result_large_err, reason = "once per process, and never passed on")]
pub(crate) fn bring_up(stack: InitialStack, hwcap2: usize) -> Result<Host, Failure> {
    // The guest's first thread has the ids that the process has when it can be told of others.
    let _ids = ids::hold();
    // A handler that calls the host waits until there is a guest, and does not see its control block in place. Not before:
    // who changes ids waits for this thread.
    let _blocked = SignalsBlocked::new();
    let page = start::page_size();
    let mut path = Path::EMPTY;
    let interpreter = Interpreter::load(&mut path, page)?;
    area::choose_key();
    signals::prepare(interpreter.libc);
    internal::prepare();
    let contents = Contents {
        needed: needed(interpreter.libc),
        interpreter: path.as_c_str(),
        segments: &[],
        load_bias: None,
        tls: Some(&area::initial()),
        exports: Exports([crate::export::all(), &overrides::EXPORTS]),
        #[cfg(std_start)]
        std: crate::image::Std::NONE,
    };
    block_program_break(page).map_err(Error::Memory)?;
    let image = MappedImage::new(&contents, page)?;
    let built = initial_stack::build(stack, &image.layout, &interpreter, page)?;

    ENTRY.start_main.store(image.layout.slots + slots::START_MAIN * 8, Ordering::Relaxed);
    ENTRY.main.store(guest_main as *const () as usize, Ordering::Relaxed);
    ENTRY.without_libc.store(guest_without_libc as *const () as usize, Ordering::Relaxed);
    TUNABLES.0.store(built.tunables.0, Ordering::Relaxed);
    TUNABLES.1.store(built.tunables.1, Ordering::Relaxed);
    if arch::has_fast_switch(hwcap2) {
        ENTER.store(arch::guest_enter_fast as *mut (), Ordering::Relaxed);
    }

    // SAFETY: a checked, mapped interpreter and an initial stack built for it. ENTRY and the rest above are written
    // before the thread exists, which orders them.
    let thread = unsafe { arch::clone_at(THREAD, built.stack, interpreter.entry) };
    if thread < 0 {
        // SAFETY: no thread was made: nobody knows these addresses.
        unsafe { built.free() };
        return Err(Error::Thread(Errno(-thread as i32)).into());
    }
    sys::wait_while(&PROGRESS, RUNNING);

    let libc = interpreter.libc;
    // SAFETY: the guest is up or has given up: the interpreter has run.
    unsafe {
        image.finish(LinkMode::Guest, interpreter, |slots| {
            let is_up = PROGRESS.load(Ordering::Acquire) == UP && slots.get(slots::PTHREAD_CREATE) != 0;
            if is_up {
                prepare(MAIN_THREAD_POINTER.load(Ordering::Relaxed) as *mut u8, slots, libc);
            }
            is_up
        })
    }
}

/// Makes attaching possible, with the control block of the guest's main thread. Signals are blocked.
fn prepare(thread_pointer: *mut u8, slots: Slots, libc: LibcKind) {
    if libc == LibcKind::GlibcBefore234 {
        process_id::prepare(thread_pointer, slots);
    }
    attach::prepare();
    fork::prepare();
    exit::prepare(slots);
    stack_bounds::prepare(slots);
    handlers::prepare(thread_pointer, slots.get(slots::ERRNO_LOCATION));
    identity::prepare(thread_pointer, slots);
    GUEST.prepare(
        thread_pointer,
        maker::Functions {
            pthread_create: slots.get(slots::PTHREAD_CREATE),
            pthread_detach: slots.get(slots::PTHREAD_DETACH),
            attr_init: slots.get(slots::PTHREAD_ATTR_INIT),
            attr_setstacksize: slots.get(slots::PTHREAD_ATTR_SETSTACKSIZE),
        },
    );
}

/// `main` of the guest, called by its libc on its main thread. It never returns: its control block serves threads that
/// attach.
extern "C" fn guest_main(_argc: c_int, _argv: *mut *mut c_char, _envp: *mut *mut c_char) -> c_int {
    restore_tunables();
    MAIN_THREAD_POINTER.store(arch::own_thread_pointer() as usize, Ordering::Relaxed);
    signals::allow_internal();
    PROGRESS.store(UP, Ordering::Release);
    sys::wake_all(&PROGRESS);
    sys::park()
}

/// Where the guest's main thread goes when the interpreter found no libc.
extern "C" fn guest_without_libc() -> ! {
    PROGRESS.store(WITHOUT_LIBC, Ordering::Release);
    sys::wake_all(&PROGRESS);
    sys::exit_thread() // nobody could change the ids of a thread that stayed
}

/// Gives the environment back its own GLIBC_TUNABLES, or takes the entry out: programs that the guest's libraries start
/// must not inherit ours.
fn restore_tunables() {
    let (mut entry, original) = (TUNABLES.0.load(Ordering::Relaxed), TUNABLES.1.load(Ordering::Relaxed));
    if entry.is_null() {
        return;
    }
    // SAFETY: an entry of the environment that `initial_stack::build` laid out, which ends with a null word and is
    // read by nobody else yet: this is the guest's only thread.
    unsafe {
        *entry = original;
        while original.is_null() && !(*entry.add(1)).is_null() {
            *entry = *entry.add(1);
            *entry.add(1) = core::ptr::null_mut();
            entry = entry.add(1);
        }
    }
}
