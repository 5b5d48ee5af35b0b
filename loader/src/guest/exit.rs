//! At the program's exit, what the guest's streams still hold is written out.

use crate::guest::attach::attach;
use crate::host::{LinkMode, host_if_up};

extern "C" fn flush_at_exit() {
    if let Some(host) = host_if_up()
        && host.link_mode() == LinkMode::Guest
        && attach().is_ok()
    {
        host.flush();
    }
}

/// Run by the home libc's `exit`.
#[used]
#[unsafe(link_section = ".fini_array")]
static FLUSH_AT_EXIT: extern "C" fn() = flush_at_exit;
