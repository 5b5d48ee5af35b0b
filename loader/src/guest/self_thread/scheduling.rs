//! How a thread is scheduled, and on which processors; its clock.

use core::ffi::c_int;

use super::{borrower, errno_of, original};
use crate::arch::{self, number};
use crate::exported::Exported;

/// A system call about the borrower of a control block, or the libc's own function where nobody has borrowed it.
///
/// # Safety
/// As for both.
unsafe fn ask(
    name: &'static core::ffi::CStr,
    number: usize,
    thread: usize,
    [first, second]: [usize; 2],
) -> Result<isize, c_int> {
    // SAFETY: the caller's.
    unsafe {
        match borrower(thread) {
            Some(borrower) => Ok(arch::syscall(number, [borrower, first, second, 0, 0, 0])),
            None => Err(original(name, [thread, first, second, 0])),
        }
    }
}

/// pthread_setaffinity_np(3).
unsafe extern "C" fn set_affinity(thread: usize, size: usize, set: usize) -> c_int {
    // SAFETY: the caller's.
    unsafe { ask(c"pthread_setaffinity_np", number::SCHED_SETAFFINITY, thread, [size, set]) }
        .map_or_else(|result| result, errno_of)
}

/// pthread_getaffinity_np(3). The kernel writes as many bytes as it has processors for, and the libcs clear the rest.
unsafe extern "C" fn get_affinity(thread: usize, size: usize, set: usize) -> c_int {
    // SAFETY: the caller's.
    match unsafe { ask(c"pthread_getaffinity_np", number::SCHED_GETAFFINITY, thread, [size, set]) } {
        Ok(written @ 0..) => {
            for byte in written as usize..size {
                // SAFETY: in the caller's set. Volatile, or it would be a call of home's `memset`.
                unsafe { (set as *mut u8).add(byte).write_volatile(0) };
            }
            0
        }
        Ok(error) => errno_of(error),
        Err(result) => result,
    }
}

/// pthread_setschedparam(3).
unsafe extern "C" fn set_parameters(thread: usize, policy: c_int, parameters: usize) -> c_int {
    let arguments = [policy as usize, parameters];
    // SAFETY: the caller's.
    unsafe { ask(c"pthread_setschedparam", number::SCHED_SETSCHEDULER, thread, arguments) }
        .map_or_else(|result| result, errno_of)
}

/// pthread_getschedparam(3).
unsafe extern "C" fn get_parameters(thread: usize, policy: *mut c_int, parameters: usize) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let Some(borrower) = borrower(thread) else {
            return original(c"pthread_getschedparam", [thread, policy as usize, parameters, 0]);
        };
        match arch::syscall(number::SCHED_GETSCHEDULER, [borrower, 0, 0, 0, 0, 0]) {
            found @ 0.. => *policy = found as c_int,
            error => return errno_of(error),
        }
        errno_of(arch::syscall(number::SCHED_GETPARAM, [borrower, parameters, 0, 0, 0, 0]))
    }
}

/// pthread_getcpuclockid(3): the kernel makes a thread's clock of its id (`<linux/posix-timers.h>`).
unsafe extern "C" fn get_clock(thread: usize, clock: *mut c_int) -> c_int {
    const OF_A_THREAD: c_int = 4 | 2;
    // SAFETY: the caller's.
    unsafe {
        match borrower(thread) {
            Some(borrower) => {
                *clock = !(borrower as c_int) << 3 | OF_A_THREAD;
                0
            }
            None => original(c"pthread_getcpuclockid", [thread, clock as usize, 0, 0]),
        }
    }
}

/// How many there are.
pub(crate) const COUNT: usize = 5;
/// All of them, by name.
pub(crate) const ALL: [Exported; COUNT] = [
    Exported { name: c"pthread_setaffinity_np", code: set_affinity as *const () },
    Exported { name: c"pthread_getaffinity_np", code: get_affinity as *const () },
    Exported { name: c"pthread_setschedparam", code: set_parameters as *const () },
    Exported { name: c"pthread_getschedparam", code: get_parameters as *const () },
    Exported { name: c"pthread_getcpuclockid", code: get_clock as *const () },
];
