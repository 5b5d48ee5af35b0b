use import_dynamic::import_dynamic;

#[import_dynamic(b"libc", c"getpid")]
unsafe extern "C" fn getpid() -> i32;

fn main() {}
