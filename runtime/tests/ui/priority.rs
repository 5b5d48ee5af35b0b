use import_dynamic::import_dynamic;

#[import_dynamic("libc", priority = "suggest", feature = "", description = "a\tb")]
unsafe extern "C" fn getpid() -> i32;

fn main() {}
