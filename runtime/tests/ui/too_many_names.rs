use import_dynamic::import_dynamic;

#[import_dynamic("libc", "getpid", "getppid")]
unsafe extern "C" fn getpid() -> i32;

fn main() {}
