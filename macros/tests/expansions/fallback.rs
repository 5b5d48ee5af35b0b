#[import_dynamic("libc", "getaddrinfo", fallback = crate::dns::getaddrinfo, interpose)]
unsafe extern "C" fn host_getaddrinfo(node: *const c_char) -> c_int;
