//! IMPORT_DYNAMIC_DEBUG=1: a line on stderr per library opened and symbol bound.

use core::ffi::CStr;
use core::sync::atomic::{AtomicU8, Ordering};

use import_dynamic_loader::{Sink, Stderr, monotonic_nanoseconds, put_number, variable};

const UNKNOWN: u8 = 0;
const OFF: u8 = 1;
const ON: u8 = 2;
static STATE: AtomicU8 = AtomicU8::new(UNKNOWN);

fn is_on() -> bool {
    match STATE.load(Ordering::Relaxed) {
        UNKNOWN => {
            let on = variable(b"IMPORT_DYNAMIC_DEBUG").is_some_and(|value| !value.is_empty() && value != c"0");
            STATE.store(if on { ON } else { OFF }, Ordering::Relaxed);
            on
        }
        state => state == ON,
    }
}

/// A line about something that takes time.
pub(crate) struct Line {
    start: Option<u64>,
}

impl Line {
    /// Begins to measure, if lines are wanted.
    pub(crate) fn start() -> Self {
        Self { start: is_on().then(monotonic_nanoseconds) }
    }

    /// Writes the line: what was done and how long it took.
    #[inline(always)]
    pub(crate) fn end<const N: usize>(self, what: impl FnOnce() -> [&'static CStr; N]) {
        if let Some(start) = self.start {
            write(start, &what());
        }
    }
}

#[cold]
fn write(start: u64, what: &[&CStr]) {
    let mut out = Stderr::new();
    out.put(b"import-dynamic: ");
    for part in what {
        out.put(part.to_bytes());
    }
    out.put(b" in ");
    put_number(&mut out, monotonic_nanoseconds().wrapping_sub(start) / 1000);
    out.put(b" us\n");
    out.flush();
}
