use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe fn getpid() -> i32;

fn main() {}
