use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "Rust" fn getpid() -> i32;

fn main() {}
