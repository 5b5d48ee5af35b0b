use import_dynamic::import_dynamic;

#[import_dynamic("libc", version = 2.14, fallback = |n| n, crate = "runtime")]
unsafe extern "C" fn getpid() -> i32;

fn main() {}
