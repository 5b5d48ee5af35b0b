use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "win64" fn getpid() -> i32;

fn main() {}
