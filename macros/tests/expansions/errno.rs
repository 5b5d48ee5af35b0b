#[import_dynamic("libc", errno)]
pub unsafe extern "C" fn open(path: *const c_char, flags: c_int) -> Result<c_int, Errno>;
