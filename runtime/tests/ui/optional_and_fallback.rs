use import_dynamic::import_dynamic;

#[import_dynamic("libc", optional, fallback = here)]
unsafe extern "C" fn getpid() -> i32;

fn main() {}
