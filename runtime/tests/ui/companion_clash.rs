use import_dynamic::import_dynamic;

#[repr(C)]
pub struct stat_;

#[import_dynamic("libc")]
unsafe extern "C" {
    fn stat(path: *const u8, buffer: *mut stat) -> i32;
}

fn main() {}
