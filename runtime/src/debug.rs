//! IMPORT_DYNAMIC_DEBUG=1: a line on stderr per library opened and symbol bound.

use core::ffi::CStr;
use core::sync::atomic::{AtomicU8, Ordering};

use import_dynamic_loader::{Sink, Stderr, monotonic_nanoseconds, put_number, variable};

use crate::attempt::library_name;
use crate::import::Import;

const UNKNOWN: u8 = 0;
const OFF: u8 = 1;
const ON: u8 = 2;
static STATE: AtomicU8 = AtomicU8::new(UNKNOWN);

pub(crate) fn is_on() -> bool {
    match STATE.load(Ordering::Relaxed) {
        UNKNOWN => {
            let on = variable(b"IMPORT_DYNAMIC_DEBUG").is_some_and(|value| !matches!(value.to_bytes(), [] | [b'0']));
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

    /// Writes the line: what was done to an import, and how long it took.
    #[inline(always)]
    pub(crate) fn end(self, verb: &str, import: &Import) {
        if let Some(start) = self.start {
            write(start, verb, import.symbol(), Some(import.library()));
        }
    }

    /// Writes the line about a library.
    #[inline(always)]
    pub(crate) fn end_opened(self, file: &CStr) {
        if let Some(start) = self.start {
            write(start, "opened ", file, None);
        }
    }
}

#[cold]
#[inline(never)]
fn write(start: u64, verb: &str, what: &CStr, library: Option<&CStr>) {
    let mut out = Stderr::new();
    out.put(b"import-dynamic: ");
    out.put(verb.as_bytes());
    out.put(what.to_bytes());
    if let Some(library) = library {
        out.put(b" from ");
        out.put(library_name(library).to_bytes());
    }
    out.put(b" in ");
    put_number(&mut out, monotonic_nanoseconds().wrapping_sub(start) / 1000);
    out.put(b" us\n");
    out.flush();
}
