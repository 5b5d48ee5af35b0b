//! Bringing up the guest, on a kernel thread of its own: the interpreter calls set_tid_address, set_robust_list and rseq
//! on the thread that it runs on, and a home thread must keep its own.

use core::ffi::{c_char, c_int};
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};

use crate::error::{Errno, Error};
use crate::guest::{ENTER, attach, functions, initial_stack, needed, MappedImage};
use crate::host::{Failure, Host, LinkMode, with_functions};
use crate::image::{Contents, ENTRY};
use crate::interpreter::{Interpreter, block_program_break};
use crate::message::Text;
use crate::start::{self, InitialStack};
use crate::sys::SignalsBlocked;
use crate::{arch, slots, sys};

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
/// AT_HWCAP2, for code that runs on the guest's main thread.
static HWCAP2: AtomicUsize = AtomicUsize::new(0);

/// Brings the host's libc up beside the program's own.
///
/// # Errors
/// Final once the interpreter has run; before that, everything made for it is given back.
pub(crate) fn bring_up(stack: InitialStack, hwcap2: usize) -> Result<Host, Failure> {
    let page = start::page_size();
    let interpreter = Interpreter::load(page)?;
    let contents = Contents {
        needed: needed(interpreter.libc),
        interpreter: crate::host::c_bytes(&interpreter.path),
        segments: &[],
        load_bias: None,
        exports: crate::export::all(),
        std: crate::image::Std::default(),
    };
    let image = MappedImage::new(&contents, page)?;
    let built = initial_stack::build(stack, &image.layout, &interpreter, page)?;
    block_program_break(page);

    ENTRY.start_main.store(image.layout.slots + slots::START_MAIN * 8, Ordering::Relaxed);
    ENTRY.main.store(guest_main as *const () as usize, Ordering::Relaxed);
    ENTRY.without_libc.store(guest_without_libc as *const () as usize, Ordering::Relaxed);
    TUNABLES.0.store(built.tunables.0, Ordering::Relaxed);
    TUNABLES.1.store(built.tunables.1, Ordering::Relaxed);
    HWCAP2.store(hwcap2, Ordering::Relaxed);
    if arch::has_fast_switch(hwcap2) {
        ENTER.store(arch::guest_enter_fast as *mut (), Ordering::Relaxed);
    }

    let blocked = SignalsBlocked::new();
    // SAFETY: a checked, mapped interpreter and an initial stack built for it. ENTRY and the rest above are written
    // before the thread exists, which orders them.
    let thread = unsafe { arch::clone_at(THREAD, built.stack, interpreter.entry) };
    drop(blocked);
    if thread < 0 {
        // SAFETY: no thread was made: nobody knows these addresses.
        unsafe { built.free() };
        return Err(Error::Thread(Errno(-thread as i32)).into());
    }
    sys::wait_while(&PROGRESS, RUNNING);

    let path = interpreter.keep();
    // SAFETY: the guest is up or has given up: the interpreter has filled the slots.
    let functions = unsafe { functions(image.keep()) };
    let has_threads = functions.pthread_create != 0 && functions.attr_init != 0;
    if PROGRESS.load(Ordering::Acquire) != UP || functions.dlopen == 0 || functions.dlsym == 0 || !has_threads {
        return Err(Failure { error: Error::NoLibc(Text::new(&path.1)), is_final: true });
    }
    attach::prepare(MAIN_THREAD_POINTER.load(Ordering::Relaxed) as *mut u8, &functions);
    attach::attach().map_err(|error| Failure { error, is_final: true })?;
    Ok(with_functions(LinkMode::Guest, path.0, &path.1, functions))
}

/// `main` of the guest, called by its libc on its main thread. It never returns: its control block serves threads that
/// attach.
extern "C" fn guest_main(_argc: c_int, _argv: *mut *mut c_char, _envp: *mut *mut c_char) -> c_int {
    restore_tunables();
    MAIN_THREAD_POINTER.store(arch::thread_pointer(HWCAP2.load(Ordering::Relaxed)), Ordering::Relaxed);
    PROGRESS.store(UP, Ordering::Release);
    sys::wake_all(&PROGRESS);
    park()
}

/// Where the guest's main thread goes when the interpreter found no libc.
extern "C" fn guest_without_libc() -> ! {
    PROGRESS.store(WITHOUT_LIBC, Ordering::Release);
    sys::wake_all(&PROGRESS);
    park()
}

fn park() -> ! {
    static NEVER: AtomicU32 = AtomicU32::new(0);
    loop {
        sys::wait_while(&NEVER, 0);
    }
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
