use import_dynamic::import_dynamic;

#[import_dynamic("libc", optional = true)]
unsafe extern "C" fn getpid() -> i32;

fn main() {}
