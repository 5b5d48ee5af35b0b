use import_dynamic::import_dynamic;

#[import_dynamic("libc", "get pid")]
unsafe extern "C" fn getpid() -> i32;

fn main() {}
