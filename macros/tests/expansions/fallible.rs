#[import_dynamic("libc")]
pub unsafe extern "C" fn getentropy(buffer: *mut c_void, length: usize) -> Result<c_int, ImportError>;
