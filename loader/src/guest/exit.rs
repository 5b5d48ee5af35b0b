//! The program's exit: what the guest's streams still hold is written out, and its `exit` runs if it was asked for.

use core::sync::atomic::{AtomicI32, AtomicU32, AtomicUsize, Ordering};

use crate::guest::attach;
use crate::guest::maker::GUEST;
use crate::guest::signals::SignalsBlocked;
use crate::host::{Host, LinkMode, host_if_up};
use crate::slots::{self, Slots};
use crate::{optional, sys};

/// The guest's variable `stdout`. Written at bring-up.
static STDOUT: AtomicUsize = AtomicUsize::new(0);

/// Remembers what the guest has.
pub(crate) fn prepare(slots: Slots) {
    STDOUT.store(slots.get(slots::STDOUT), Ordering::Relaxed);
}

/// The status that the guest's `exit` is to be run with; [`NOT_ASKED`] for not at all.
static STATUS: AtomicI32 = AtomicI32::new(NOT_ASKED);
const NOT_ASKED: i32 = i32::MIN;

/// Has home's `exit` run the guest's, with this status.
pub(crate) fn ask_for_exit(status: i32) {
    STATUS.store(status, Ordering::Relaxed);
}

/// Ends the process with both libcs' `exit`: home's first, so that its handlers may still call the guest.
pub(crate) fn exit(host: &Host, status: i32) -> ! {
    ask_for_exit(status);
    let exit = optional::exit();
    if exit != 0 {
        // SAFETY: exit(3) of the home libc, which runs `at_exit`.
        unsafe {
            let exit: extern "C" fn(i32) = core::mem::transmute(exit);
            exit(status);
        }
    }
    host.exit_now(status)
}

extern "C" fn at_exit() {
    let Some(host) = host_if_up().filter(|host| host.link_mode() == LinkMode::Guest) else { return };
    if attach::attach().is_err() {
        return; // no memory for it: there is nobody left to tell
    }
    match STATUS.load(Ordering::Relaxed) {
        NOT_ASKED => flush(host),
        status => {
            let flush = optional::fflush();
            if flush != 0 {
                // SAFETY: fflush(3) of the home libc, whose own turn would come after this function.
                unsafe {
                    let flush: extern "C" fn(usize) -> i32 = core::mem::transmute(flush);
                    flush(0);
                }
            }
            host.exit_now(status)
        }
    }
}

/// Writes out the guest's streams, though threads may be inside the guest and hold their locks for ever, as one that waits
/// for input does: then another thread does it, for as long as a process can wait at its end.
fn flush(host: &Host) {
    if host.slots.get(slots::FFLUSH) == 0 {
        return;
    }
    if attach::attached() == 1 {
        return host.flush();
    }
    static FLUSHED: AtomicU32 = AtomicU32::new(0);
    extern "C" fn flush_there(function: usize) -> usize {
        let stdout = STDOUT.load(Ordering::Relaxed) as *const usize;
        // SAFETY: fflush(3) on a thread of the guest's: of what is most likely written, then of all streams.
        unsafe {
            let flush: extern "C" fn(usize) -> i32 = core::mem::transmute(function);
            if !stdout.is_null() {
                flush(*stdout);
            }
            flush(0);
        }
        FLUSHED.store(1, Ordering::Release);
        sys::wake_all(&FLUSHED);
        0
    }
    const SECOND: u64 = 1_000_000_000;
    let _blocked = SignalsBlocked::new();
    if GUEST.start(flush_there, host.slots.get(slots::FFLUSH)).is_ok() {
        sys::wait_while_for(&FLUSHED, 0, SECOND);
    }
}

/// Run by the home libc's `exit`.
#[used]
#[unsafe(link_section = ".fini_array")]
static AT_EXIT: extern "C" fn() = at_exit;
