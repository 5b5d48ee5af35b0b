//! A line on the terminal while much is copied.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crate::text::size;

/// Short work shows nothing.
const QUIET: Duration = Duration::from_millis(300);
const INTERVAL: Duration = Duration::from_millis(100);

/// How much of the work is done.
pub(super) struct Progress {
    shown: bool,
    next: Option<Instant>,
    files: usize,
    bytes: u64,
    total_files: usize,
    total_bytes: u64,
}

impl Progress {
    /// Nothing of so many files and bytes is done. Silent unless `wanted` and stderr is a terminal.
    pub(super) fn new(wanted: bool, total_files: usize, total_bytes: u64) -> Self {
        let next = (wanted && io::stderr().is_terminal()).then(|| Instant::now() + QUIET);
        Progress { shown: false, next, files: 0, bytes: 0, total_files, total_bytes }
    }

    /// One more file is done.
    pub(super) fn file(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes += bytes;
        let Some(next) = self.next else { return };
        let now = Instant::now();
        if now < next {
            return;
        }
        self.next = Some(now + INTERVAL);
        self.shown = true;
        let (done, total) = (size(self.bytes), size(self.total_bytes));
        // A terminal that went away is no reason to stop.
        let _ = write!(io::stderr(), "\r\x1b[K{}/{} files, {done} of {total}", self.files, self.total_files);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
