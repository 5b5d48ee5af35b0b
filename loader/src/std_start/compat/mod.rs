//! Where C libraries differ: what to give for a name that the host does not have. One table of other names for the same
//! thing, and one of functions of our own.
//!
//! Structures are the same on 64-bit targets for all that std calls. What else could notice a musl under a program compiled
//! for glibc is told in cli/README.md, "Differences between C libraries". It is not translated.

use core::ffi::CStr;

use super::lookup::Lookup;

mod checked;
mod functions;
mod thread_exit;
#[cfg_attr(target_arch = "x86_64", path = "variadic/x86_64.rs")]
#[cfg_attr(target_arch = "aarch64", path = "variadic/aarch64.rs")]
mod variadic;

/// Names that stand for each other beyond the rules of [`other_name`].
const SAME: &[(&[u8], &CStr)] = &[
    (b"__xpg_strerror_r", c"strerror_r"),      // musl's strerror_r is POSIX's
    (b"__register_atfork", c"pthread_atfork"), // a fourth argument, which musl does not look at
    (b"_setjmp", c"setjmp"),
    (b"_longjmp", c"longjmp"),
    (b"__libc_malloc", c"malloc"),
    (b"__libc_free", c"free"),
    (b"__libc_calloc", c"calloc"),
    (b"__libc_realloc", c"realloc"),
    (b"__libc_memalign", c"memalign"),
    (b"__strtok_r", c"strtok_r"),
    (b"__cxa_thread_atexit", c"__cxa_thread_atexit_impl"),
    (b"__open_2", c"open"), // _FORTIFY_SOURCE's of calls without a mode
    (b"__open64_2", c"open"),
    (b"__openat_2", c"openat"),
    (b"__openat64_2", c"openat"),
    (b"__mq_open_2", c"mq_open"),
    (b"strtoq", c"strtoll"),
    (b"strtouq", c"strtoull"),
    (b"strtol_l", c"strtol"), // numbers are the same in every locale there
    (b"strtoll_l", c"strtoll"),
    (b"strtoul_l", c"strtoul"),
    (b"strtoull_l", c"strtoull"),
    (b"strptime_l", c"strptime"),
    (b"timelocal", c"mktime"),
    (b"ssignal", c"signal"),
    (b"gsignal", c"raise"),
    (b"pthread_yield", c"sched_yield"),
    (b"pthread_mutex_consistent_np", c"pthread_mutex_consistent"),
    (b"pthread_mutexattr_setkind_np", c"pthread_mutexattr_settype"),
    (b"pthread_mutexattr_getkind_np", c"pthread_mutexattr_gettype"),
    (b"pthread_mutexattr_setrobust_np", c"pthread_mutexattr_setrobust"),
    (b"pthread_mutexattr_getrobust_np", c"pthread_mutexattr_getrobust"),
];

/// `__NAME_chk` functions whose first arguments are those of NAME, the sizes to check coming last (LSB, "Interfaces for
/// libc", and glibc `debug/`): the unchecked one does.
const CHECKED_LAST: &[&[u8]] = &[
    b"memcpy",
    b"memmove",
    b"mempcpy",
    b"memset",
    b"explicit_bzero",
    b"strcpy",
    b"stpcpy",
    b"strncpy",
    b"stpncpy",
    b"strcat",
    b"strncat",
    b"strlcpy",
    b"strlcat",
    b"read",
    b"pread",
    b"pread64",
    b"readlink",
    b"readlinkat",
    b"getcwd",
    b"realpath",
    b"confstr",
    b"gethostname",
    b"getdomainname",
    b"ttyname_r",
    b"ptsname_r",
    b"getlogin_r",
    b"getgroups",
    b"poll",
    b"ppoll",
    b"wcscpy",
    b"wcsncpy",
    b"wmemcpy",
    b"wmemmove",
    b"wmemset",
    b"wcscat",
    b"wcsncat",
    b"mbstowcs",
    b"wcstombs",
    b"mbsrtowcs",
    b"wcsrtombs",
    b"mbsnrtowcs",
    b"wcsnrtombs",
    b"wcrtomb",
    b"longjmp",
    b"siglongjmp",
    b"inet_ntop",
    b"inet_pton",
    b"wcpcpy",
    b"wcpncpy",
    b"wctomb",
];

/// What to bind `name` to, which the host does not have; 0 where nothing will do.
///
/// A program that refers to a name weakly alone has another way: it gets the same thing under another name, but nothing of
/// ours.
pub(super) fn find(name: &CStr, is_only_weak: bool, lookup: &Lookup) -> usize {
    let name = name.to_bytes();
    if !is_only_weak {
        let own = functions::find(name, lookup).or_else(|| checked::find(name, lookup));
        if let Some(function) = own.or_else(|| thread_exit::find(name, lookup)) {
            return function;
        }
    }
    other_name(name, lookup)
}

/// The same function under another name.
fn other_name(name: &[u8], lookup: &Lookup) -> usize {
    if let Some(&(_, same)) = SAME.iter().find(|&&(known, _)| known == name) {
        let found = lookup.find(same);
        if found != 0 {
            return found;
        }
    }
    // musl from 1.2.4 on gives the *64 names to old programs only; off_t has 64 bits in either.
    if let Some(at) = name.windows(2).rposition(|two| two == b"64")
        && let (Some(start), Some(end)) = (name.get(..at), name.get(at + 2..))
    {
        let found = lookup.find_parts([start, end]);
        if found != 0 {
            return found;
        }
    }
    // C99's and C23's variants of scanf and strtol: differ in how they read `%a` and `0b`.
    for prefix in [&b"__isoc23_"[..], b"__isoc99_"] {
        if let Some(rest) = name.strip_prefix(prefix) {
            let found = lookup.find_parts([rest, b""]);
            return if found == 0 { other_name(rest, lookup) } else { found };
        }
    }
    if let Some(rest) = name.strip_prefix(b"__") {
        if let Some(plain) = rest.strip_suffix(b"_chk") {
            let found = if CHECKED_LAST.contains(&plain) { lookup.find_parts([plain, b""]) } else { 0 };
            return if found == 0 && CHECKED_LAST.contains(&plain) { other_name(plain, lookup) } else { found };
        }
        let found = lookup.find_parts([rest, b""]);
        if found != 0 {
            return found;
        }
    }
    // libresolv before glibc 2.34 has `res_query` as `__res_query`.
    lookup.find_parts([b"__", name])
}
