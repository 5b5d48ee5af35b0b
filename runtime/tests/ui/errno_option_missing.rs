use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "C" fn close(fd: i32) -> Result<i32, import_dynamic::Errno>;

fn main() {}
