#[import_dynamic("libc", errno, fallback = own_close)]
unsafe fn close(fd: c_int) -> Result<c_int, Errno>;
