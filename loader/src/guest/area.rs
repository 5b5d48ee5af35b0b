//! The few words that this project keeps beside each guest TCB: the program image's own thread-local block, which the
//! host's libc lays out for every thread that it makes (module 1: directly below the thread pointer on x86-64,
//! directly above the TCB on aarch64).
//!
//! Every word but `key` is written only by the one kernel thread that runs with this control block at the time: the
//! lender before it hands the block over, then its borrower, and signal handlers on that borrower's own kernel thread,
//! which put back what they find. None is shared between running threads but `borrower`, which tells others by one word
//! whom a signal for the control block's thread is for.

use core::mem::offset_of;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use crate::arch;
use crate::start::{self, at};

/// What a guest TCB knows of the home side.
#[repr(C, align(16))]
pub(crate) struct Area {
    /// The home thread pointer of the borrower; for a thread that the guest made, the one that it has borrowed itself.
    pub(crate) home: usize,
    /// The return address of the call in progress: it waits here so that stack arguments stay in place.
    pub(crate) return_address: usize,
    /// The lender's futex word, on the lender's own stack.
    pub(crate) lent: *const AtomicU32,
    /// [`key`], in every guest thread from its beginning.
    pub(crate) key: usize,
    /// The lender's own stack bounds as the guest keeps them, while the borrower's stand in the TCB; else zeros.
    pub(crate) stack: [usize; 2],
    /// The kernel's id of the thread that the guest made with this control block.
    pub(crate) thread: usize,
    /// The kernel's id of the home thread that has borrowed it; 0 for none.
    pub(crate) borrower: AtomicUsize,
}

/// Size of the image's thread-local block in bytes.
pub(crate) const SIZE: usize = size_of::<Area>();
const _: () = assert!(align_of::<Area>() == 16);
pub(crate) const HOME: usize = offset_of!(Area, home);
pub(crate) const RETURN_ADDRESS: usize = offset_of!(Area, return_address);

/// What tells a guest thread pointer from a home one: 0 until a guest is brought up, written once by the thread that
/// brings it up, before the guest has any thread. A thread that sees 0 is not in guest code: it has not entered any.
static KEY: AtomicUsize = AtomicUsize::new(0);

/// The word that stands in every guest thread's area and in no home thread's TLS; 0 while there is no guest.
#[inline]
pub(crate) fn key() -> usize {
    KEY.load(Ordering::Relaxed)
}

/// Chooses the key: random, so that home thread-local data at the same distance from a home thread pointer, which this
/// project does not own, is not equal to it.
pub(crate) fn choose_key() {
    if key() != 0 {
        return; // from an earlier try
    }
    let random = start::initial_stack().and_then(|stack| stack.auxiliary(at::RANDOM)).unwrap_or(0) as *const [u64; 2];
    let words = if random.is_null() {
        [crate::sys::monotonic_nanoseconds(), &raw const KEY as u64]
    } else {
        // SAFETY: AT_RANDOM is the address of 16 random bytes (getauxval(3)).
        unsafe { random.read_unaligned() }
    };
    // Mixed: libc takes its stack protector's secrets from the same bytes.
    let key = (words[0].rotate_left(17) ^ words[1]).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    KEY.store(key as usize, Ordering::Relaxed);
}

/// The first words of every guest thread's area.
pub(crate) fn initial() -> [u64; SIZE / 8] {
    core::array::from_fn(|index| if index == offset_of!(Area, key) / 8 { key() as u64 } else { 0 })
}

/// The area of the thread pointer that is in place, if it is the guest's.
///
/// Safe at any instruction of any thread in a process with a guest: both libcs keep at least [`SIZE`] bytes of TLS
/// where the area would be (home because of this crate's own thread-local), and a guest's thread has the key there from
/// its beginning, as part of the image's TLS initialisation.
pub(crate) fn current() -> Option<(*mut u8, *mut Area)> {
    let key = key();
    if key == 0 {
        return None;
    }
    let thread_pointer = arch::own_thread_pointer();
    let area = arch::area_of(thread_pointer);
    // Not by way of the area: a home thread pointer need not be as aligned as a guest's is.
    let word = area.wrapping_byte_add(offset_of!(Area, key)).cast::<usize>();
    // SAFETY: readable, as said above; both libcs align their thread pointers to words.
    (unsafe { *word } == key).then_some((thread_pointer, area))
}
