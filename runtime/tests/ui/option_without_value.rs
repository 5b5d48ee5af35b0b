use import_dynamic::import_dynamic;

#[import_dynamic("libc", version, fallback, feature("dns"))]
unsafe extern "C" fn getpid() -> i32;

fn main() {}
