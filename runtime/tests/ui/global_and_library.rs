use import_dynamic::import_dynamic;

#[import_dynamic(global, "libc.so.6")]
unsafe extern "C" fn getpid() -> i32;

#[import_dynamic(global, "libc.so.6", "getppid")]
unsafe extern "C" fn getppid() -> i32;

fn main() {}
