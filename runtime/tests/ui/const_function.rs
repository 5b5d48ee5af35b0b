use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
const unsafe extern "C" fn getpid() -> i32;

fn main() {}
