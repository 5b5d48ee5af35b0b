//! What the `EAI_*` codes say, for where no host's libc can be asked.

use core::ffi::{CStr, c_int};

/// The message of a code (getaddrinfo(3)).
pub(crate) fn of(code: c_int) -> &'static CStr {
    match code {
        0 => c"Success",
        libc::EAI_AGAIN => c"Temporary failure in name resolution",
        libc::EAI_BADFLAGS => c"Bad value for ai_flags",
        libc::EAI_FAIL => c"Non-recoverable failure in name resolution",
        libc::EAI_FAMILY => c"ai_family not supported",
        libc::EAI_MEMORY => c"Memory allocation failure",
        libc::EAI_NODATA => c"No address associated with hostname",
        libc::EAI_NONAME => c"Name or service not known",
        libc::EAI_OVERFLOW => c"Argument buffer overflow",
        libc::EAI_SERVICE => c"Servname not supported for ai_socktype",
        libc::EAI_SOCKTYPE => c"ai_socktype not supported",
        libc::EAI_SYSTEM => c"System error",
        _ => c"Unknown error",
    }
}
