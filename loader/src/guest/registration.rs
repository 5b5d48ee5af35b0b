//! What the kernel is told of a thread by the guest's libc, and must not be told of a home thread that has borrowed its
//! control block: done, or undone, by the thread itself before it lends. What that control block says of the process as well.

use core::ffi::CStr;
use core::sync::atomic::{AtomicUsize, Ordering};

use crate::arch::{self, number};
use crate::guest::process_id;
use crate::host::LibcKind;
use crate::slots::{self, Slots};
use crate::start::{self, at};

/// Gets the calling thread, which the guest's libc has made, ready to lend its control block.
pub(crate) fn prepare_to_lend(slots: Slots, libc: LibcKind) {
    match libc {
        LibcKind::Musl => register_robust_list(slots),
        LibcKind::GlibcBefore234 => process_id::tell_lender(),
        // Else the tunable has kept it from registering.
        LibcKind::Glibc if start::is_secure() => unregister_rseq(slots),
        _ => {}
    }
}

/// Addresses in the guest's global scope; 0 until they are asked for. Threads that race find the same.
struct Symbols<const N: usize>([&'static CStr; N], [AtomicUsize; N]);

impl<const N: usize> Symbols<N> {
    const fn new(names: [&'static CStr; N]) -> Self {
        Self(names, [const { AtomicUsize::new(0) }; N])
    }

    /// All of them, with the guest's thread pointer in place; none unless there are all.
    fn get(&self, slots: Slots) -> Option<[usize; N]> {
        let mut addresses = [0; N];
        for ((address, known), name) in addresses.iter_mut().zip(&self.1).zip(self.0) {
            *address = known.load(Ordering::Relaxed);
            if *address == 0 {
                // SAFETY: dlsym(3) in the global scope (a null handle), on a thread of the guest's.
                *address = unsafe {
                    let dlsym: extern "C" fn(usize, usize) -> usize = core::mem::transmute(slots.get(slots::DLSYM));
                    dlsym(0, name.as_ptr() as usize)
                };
                known.store(*address, Ordering::Relaxed);
            }
        }
        (!addresses.contains(&0)).then_some(addresses)
    }
}

/// The list of robust mutexes. glibc gives it to the kernel when it makes a thread; musl when the thread locks the first that
/// processes share (`pthread_mutex_trylock.c`): a home thread would lose its own list by that, and its death would free no
/// mutex, which carry the id of the thread that lends.
fn register_robust_list(slots: Slots) {
    static FUNCTIONS: Symbols<6> = Symbols::new([
        c"pthread_mutexattr_init",
        c"pthread_mutexattr_setrobust",
        c"pthread_mutexattr_setpshared",
        c"pthread_mutex_init",
        c"pthread_mutex_lock",
        c"pthread_mutex_unlock",
    ]);
    /// A pthread_mutex_t or a pthread_mutexattr_t, with room to spare.
    #[repr(C, align(16))]
    struct Object([u64; 16]);
    let Some(functions) = FUNCTIONS.get(slots) else { return };
    let (mut attributes, mut mutex) = (Object([0; 16]), Object([0; 16]));
    let (attributes, mutex) = (&raw mut attributes as usize, &raw mut mutex as usize);
    let arguments = [[attributes, 0], [attributes, 1], [attributes, 1], [mutex, attributes], [mutex, 0], [mutex, 0]];
    for (function, [first, second]) in functions.into_iter().zip(arguments) {
        // SAFETY: each function as its manual page says, on objects of this thread's, with its own thread pointer in place.
        unsafe {
            let function: extern "C" fn(usize, usize) -> i32 = core::mem::transmute(function);
            function(first, second);
        }
    }
}

/// Restartable sequences (rseq(2)): the kernel would go on telling the parked thread's processor. glibc takes no tunable for it
/// in secure execution. Once they are unregistered the number stands for none, and glibc asks the kernel.
fn unregister_rseq(slots: Slots) {
    static PLACE: Symbols<2> = Symbols::new([c"__rseq_offset", c"__rseq_size"]);
    const UNREGISTER: usize = 1;
    const SMALLEST: usize = 32;
    let Some([offset, size]) = PLACE.get(slots) else { return }; // glibc before 2.35
    // SAFETY: glibc's variables (`<sys/rseq.h>`): the distance of the area from the thread pointer, and 0 if not registered.
    let (offset, size) = unsafe { (*(offset as *const isize), *(size as *const u32)) };
    if size == 0 {
        return;
    }
    let auxiliary = |kind| start::initial_stack().and_then(|stack| stack.auxiliary(kind)).unwrap_or(0);
    let newer = auxiliary(at::RSEQ_FEATURE_SIZE).next_multiple_of(auxiliary(at::RSEQ_ALIGN).max(1));
    let area = (arch::own_thread_pointer() as usize).wrapping_add_signed(offset);
    // The size must be that which it was registered with: glibc 2.41 and later take as much as the kernel knows of.
    for size in [SMALLEST, newer.max(SMALLEST)] {
        // SAFETY: rseq(2) of this thread, which runs none.
        unsafe { arch::syscall(number::RSEQ, [area, size, UNREGISTER, arch::RSEQ_SIGNATURE, 0, 0]) };
    }
}
