use import_dynamic::import_dynamic;

#[import_dynamic("libc", errno)]
unsafe extern "C" fn close(fd: i32) -> i32;

fn main() {}
