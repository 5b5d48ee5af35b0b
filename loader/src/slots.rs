//! The symbols of the host's libc that the image asks for: one slot each, 0 where the host has none.

/// Defines an index per symbol, their number, and one string with all names.
macro_rules! slots {
    ($($index:ident = $name:literal,)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "indices, named as constants are")]
        #[cfg_attr(not(guest), allow(dead_code, reason = "some are guest mode's"))]
        enum Index { $($index,)* }
        $(
            #[cfg_attr(not(guest), allow(dead_code, reason = "some are guest mode's"))]
            pub(crate) const $index: usize = Index::$index as usize;
        )*
        /// How many slots there are.
        pub(crate) const COUNT: usize = [$($name,)*].len();
        /// All names, NUL-terminated, one after another.
        pub(crate) const NAMES: &str = concat!($($name, "\0",)*);
    };
}

slots! {
    START_MAIN = "__libc_start_main",
    DLOPEN = "dlopen",
    DLSYM = "dlsym",
    DLVSYM = "dlvsym",
    DLERROR = "dlerror",
    ERRNO_LOCATION = "__errno_location",
    VERSION = "gnu_get_libc_version",
    EXIT = "exit",
    FFLUSH = "fflush",
    PTHREAD_CREATE = "pthread_create",
    PTHREAD_ATTR_INIT = "pthread_attr_init",
    PTHREAD_ATTR_SETSTACKSIZE = "pthread_attr_setstacksize",
    PTHREAD_DETACH = "pthread_detach",
    PTHREAD_SELF = "pthread_self",
    PTHREAD_GETATTR = "pthread_getattr_np",
    PTHREAD_ATTR_GETSTACK = "pthread_attr_getstack",
    PTHREAD_ATTR_DESTROY = "pthread_attr_destroy",
    PTHREAD_KEY_CREATE = "pthread_key_create",
    PTHREAD_SETSPECIFIC = "pthread_setspecific",
    STDOUT = "stdout",
    FORK = "fork",
}
