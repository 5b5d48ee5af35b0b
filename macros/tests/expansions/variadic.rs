#[import_dynamic("libc")]
unsafe extern "C" {
    pub fn printf(format: *const c_char, ...) -> c_int;
}
