#[import_dynamic("libc", errno, optional)]
unsafe extern "C-unwind" fn close(fd: c_int) -> Result<c_int, Failure>;
