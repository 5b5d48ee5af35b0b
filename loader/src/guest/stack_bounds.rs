//! The stack that the guest believes a borrowed control block has: garbage collectors and language runtimes ask
//! `pthread_getattr_np` for the bounds of the stack that they run on, and scan it.
//!
//! glibc keeps `stackblock` and `stackblock_size` in its `struct pthread` (nptl/descr.h), musl `stack` and `stack_size`
//! (src/internal/pthread_impl.h). Where they are differs between versions, so they are found by value once, and what is
//! found is believed only when the guest's own `pthread_getattr_np` then says what was written. They are put back before
//! the control block goes back: the guest frees its thread's stack by them.

use core::ffi::{CStr, c_char};
use core::sync::atomic::{AtomicUsize, Ordering};

use rustix::process::Resource;

use crate::guest::{errno, maker};
use crate::slots::{self, Slots};
use crate::start::{self, at};
use crate::{arch, optional};

/// Functions that ask for a stack: pthread_self(3), pthread_getattr_np(3), pthread_attr_getstack(3) and
/// pthread_attr_destroy(3).
#[derive(Clone, Copy)]
struct Functions([usize; 4]);

/// The guest's; 0 where it has none. Written by the thread that brings up the guest, before any thread attaches.
static GUEST: [AtomicUsize; 4] = [const { AtomicUsize::new(0) }; 4];

/// A stack: its lowest address and its size.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Bounds {
    low: usize,
    size: usize,
}

impl Bounds {
    fn end(self) -> usize {
        self.low.wrapping_add(self.size)
    }
}

/// Where the words are: 0 not looked for yet, [`ABSENT`], or their distance from the thread pointer with the layout in
/// the lowest bits. Every thread that looks finds the same, so that it does not matter whose store comes last.
static PLACE: AtomicUsize = AtomicUsize::new(0);
const ABSENT: usize = 1;
const LAYOUT: usize = 7;
/// The lowest address with the guard, then the size with the guard (glibc).
const LOWEST_FIRST: usize = 2;
/// The end, then the size (musl).
const END_FIRST: usize = 3;

/// Bytes of glibc's block below the lowest address that it reports: the guard, which every lender has alike.
static GUARD: AtomicUsize = AtomicUsize::new(0);

/// Remembers the guest's functions.
pub(crate) fn prepare(slots: Slots) {
    let indices =
        [slots::PTHREAD_SELF, slots::PTHREAD_GETATTR, slots::PTHREAD_ATTR_GETSTACK, slots::PTHREAD_ATTR_DESTROY];
    for (place, index) in GUEST.iter().zip(indices) {
        place.store(slots.get(index), Ordering::Relaxed);
    }
}

fn guest() -> Option<Functions> {
    let functions = [0, 1, 2, 3].map(|index| GUEST.get(index).map_or(0, |word| word.load(Ordering::Relaxed)));
    functions.iter().all(|&function| function != 0).then_some(Functions(functions))
}

fn home() -> Option<Functions> {
    let functions = [
        optional::pthread_self(),
        optional::pthread_getattr_np(),
        optional::pthread_attr_getstack(),
        optional::pthread_attr_destroy(),
    ];
    functions.iter().all(|&function| function != 0).then_some(Functions(functions))
}

/// Tells the guest that the borrower's stack is that of this home thread. Where the guest or home cannot be asked,
/// everything stays as it is.
///
/// # Safety
/// `thread_pointer` is a control block just borrowed by the calling thread, which has signals blocked and its home
/// thread pointer in place.
pub(crate) unsafe fn lend(thread_pointer: *mut u8) {
    let place = PLACE.load(Ordering::Relaxed);
    if place == ABSENT {
        return;
    }
    let Some(own) = own() else { return };
    if place == 0 {
        // SAFETY: the caller's.
        let found = unsafe { find(thread_pointer, own) }.unwrap_or(ABSENT);
        PLACE.store(found, Ordering::Relaxed);
    } else {
        // SAFETY: the caller's; the words are there, in every thread of this guest.
        unsafe { write(thread_pointer, place, own) };
    }
}

/// The bounds of the stack of this home thread.
fn own() -> Option<Bounds> {
    own_of_main_thread().or_else(|| {
        let own = arch::own_thread_pointer();
        // musl looks for the end of the first thread's stack by a system call that fails at last.
        let errno = errno::home();
        // SAFETY: the home libc's functions, on the home thread pointer.
        let bounds = home().and_then(|home| unsafe { ask(own, own, home) });
        errno::set_at(optional::errno_location(), errno);
        bounds
    })
}

/// What glibc's pthread_getattr_np(3) says on a program's first thread (nptl/pthread_getattr_np.c), which reads the list of
/// all mappings for it; None on other threads, and where a part of it is not certain.
///
/// The stack is taken to begin at the end of the page that the initial stack pointer is in, and may grow until the whole
/// mapping has the size of the limit. The mapping ends a word behind the name of the executed file (Linux `fs/exec.c`,
/// `bprm_mm_init` and `copy_string_kernel`).
fn own_of_main_thread() -> Option<Bounds> {
    /// Linux keeps as much free below the stack, whatever the limit is (`MIN_GAP` in `mm/util.c`).
    const FREE: usize = 128 << 20;
    let stack = start::initial_stack().filter(|_| cfg!(target_env = "gnu"))?;
    let page = start::page_size();
    let name = stack.auxiliary(at::EXECFN).filter(|&name| name != 0)? as *const c_char;
    // SAFETY: AT_EXECFN is the address of a C string (getauxval(3)).
    let name = unsafe { CStr::from_ptr(name) };
    let end_of_mapping = name.as_ptr() as usize + name.to_bytes_with_nul().len() + size_of::<usize>();
    let start = stack.as_ptr() as usize;
    let end = (start & !(page - 1)) + page;
    let limit = rustix::process::getrlimit(Resource::Stack).current.map(|limit| limit as usize)?;
    let size = limit.checked_sub(end_of_mapping.checked_sub(end)?)? & !(page - 1);
    let here = (&raw const limit).addr();
    let is_here = here < start && start - here < size;
    (is_here && end_of_mapping.is_multiple_of(page) && limit < FREE).then_some(Bounds { low: end - size, size })
}

/// Puts the lender's own stack back.
///
/// # Safety
/// As for [`lend`], before the control block is given back.
pub(crate) unsafe fn restore(thread_pointer: *mut u8) {
    let place = PLACE.load(Ordering::Relaxed);
    // SAFETY: the words and the area of a control block that is this thread's.
    unsafe {
        let area = arch::area_of(thread_pointer);
        if place > ABSENT && (*area).stack[1] != 0 {
            let words = words(thread_pointer, place);
            *words = (*area).stack;
            (*area).stack = [0; 2];
        }
    }
}

fn words(thread_pointer: *mut u8, place: usize) -> *mut [usize; 2] {
    thread_pointer.wrapping_add(place & !LAYOUT).cast()
}

/// Writes a stack's bounds into the words, and what they were into the area.
unsafe fn write(thread_pointer: *mut u8, place: usize, bounds: Bounds) {
    // SAFETY: the caller's.
    unsafe {
        let words = words(thread_pointer, place);
        let area = arch::area_of(thread_pointer);
        (*area).stack = *words;
        *words = if place & LAYOUT == LOWEST_FIRST {
            let guard = GUARD.load(Ordering::Relaxed);
            [bounds.low.wrapping_sub(guard), bounds.size.wrapping_add(guard)]
        } else {
            [bounds.end(), bounds.size]
        };
    }
}

/// Looks for the words in the control block of a lender, and leaves the bounds of `own` there.
unsafe fn find(thread_pointer: *mut u8, own: Bounds) -> Option<usize> {
    // A page on each side covers every libc's control block, wherever the thread pointer is in it.
    const REACH: usize = 4096;
    let guest = guest()?;
    // The questions are asked on the kept control block: the answer takes memory, for which the lender's has none set
    // aside yet, and may never need any.
    // SAFETY: the caller's: the control block is this thread's.
    let ask = || maker::GUEST.with_kept(|kept| unsafe { ask(kept, thread_pointer, guest) });
    let lender = ask()?;
    let middle = thread_pointer as usize;
    let from = middle.wrapping_sub(REACH).max(lender.low);
    // glibc's control block is at the upper end of the stack, musl's above it with thread-specific data (1 KiB) behind.
    let to = if middle < lender.end() { lender.end().min(middle + REACH) } else { middle + 512 };
    for address in (from.next_multiple_of(8)..to.saturating_sub(16)).step_by(8) {
        // SAFETY: between the lowest address of the lender's stack and the end of its control block.
        let [first, size] = unsafe { *(address as *const [usize; 2]) };
        let offset = address.wrapping_sub(middle);
        let place = if first == lender.end() && size == lender.size {
            offset | END_FIRST
        } else if first <= lender.low && size >= lender.size && first.wrapping_add(size) == lender.end() {
            GUARD.store(lender.low - first, Ordering::Relaxed);
            offset | LOWEST_FIRST
        } else {
            continue;
        };
        // SAFETY: two words in the control block that look right; put back unless the guest then agrees.
        unsafe {
            write(thread_pointer, place, own);
            if ask() == Some(own) {
                return Some(place);
            }
            let area = arch::area_of(thread_pointer);
            *words(thread_pointer, place) = (*area).stack;
            (*area).stack = [0; 2];
        }
    }
    None
}

/// What `pthread_getattr_np` says, with the thread pointer `on` in place, of the thread whose thread pointer is `of`.
///
/// # Safety
/// The functions belong to the libc of these thread pointers, which only this thread uses.
unsafe fn ask(on: *mut u8, of: *mut u8, functions: Functions) -> Option<Bounds> {
    let Functions([own, get, get_stack, destroy]) = functions;
    let mut attributes = [0u64; 16]; // larger than any libc's pthread_attr_t
    let mut bounds = Bounds { low: 0, size: 0 };
    let place = attributes.as_mut_ptr() as usize;
    // SAFETY: the caller's; each function as its manual page says.
    unsafe {
        let thread = arch::call_on(of, own, 0, 0, 0, 0);
        if arch::call_on(on, get, thread, place, 0, 0) as i32 != 0 {
            return None;
        }
        let (low, size) = (&raw mut bounds.low as usize, &raw mut bounds.size as usize);
        let result = arch::call_on(on, get_stack, place, low, size, 0) as i32;
        arch::call_on(on, destroy, place, 0, 0, 0);
        (result == 0 && bounds.size != 0).then_some(bounds)
    }
}
