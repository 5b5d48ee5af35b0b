//! Functions and variables of the libc that a static program may be linked with: their addresses, or 0.

#[cfg(any(guest, native))]
crate::arch::optional_symbols! {
    environ = "__environ";
    getauxval = "getauxval";
}

#[cfg(guest)]
crate::arch::optional_symbols! {
    errno_location = "__errno_location";
    exit = "exit";
    fflush = "fflush";
    cxa_thread_atexit_impl = "__cxa_thread_atexit_impl";
    pthread_key_create = "pthread_key_create";
    pthread_setspecific = "pthread_setspecific";
    pthread_self = "pthread_self";
    pthread_getattr_np = "pthread_getattr_np";
    pthread_attr_getstack = "pthread_attr_getstack";
    pthread_attr_destroy = "pthread_attr_destroy";
    pthread_attr_init = "pthread_attr_init";
    pthread_attr_setstacksize = "pthread_attr_setstacksize";
    pthread_create = "pthread_create";
    pthread_detach = "pthread_detach";
    getrandom_fork_subprocess = "__getrandom_fork_subprocess";
    mq_notify_fork_subprocess = "__mq_notify_fork_subprocess";
}

// musl's `fork` and `pthread_atfork` are linked by this crate.
#[cfg(all(guest, not(all(target_env = "musl", target_feature = "crt-static"))))]
crate::arch::optional_symbols! {
    fork = "fork";
    pthread_atfork = "pthread_atfork";
    register_atfork = "__register_atfork";
}

#[cfg(all(guest, not(target_env = "musl")))]
crate::arch::optional_symbols! {
    nptl_setxid = "__nptl_setxid";
    malloc_fork_lock_parent = "__malloc_fork_lock_parent";
    malloc_fork_unlock_parent = "__malloc_fork_unlock_parent";
    mallopt = "mallopt";
    sbrk = "sbrk";
}
