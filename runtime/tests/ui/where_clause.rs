use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "C" fn free(pointer: *mut u8)
where
    u8: Copy;

fn main() {}
