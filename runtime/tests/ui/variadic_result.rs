use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "C" {
    fn printf(format: *const u8, ...) -> Result<i32, import_dynamic::ImportError>;
}

fn main() {}
