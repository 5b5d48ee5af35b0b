use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "C" {
    #[must_use]
    fn printf(format: *const u8, ...) -> i32;
}

fn main() {}
