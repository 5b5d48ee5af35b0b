use import_dynamic::import_dynamic;

#[import_dynamic("libc.so.6\0", "get\0pid", version = "V\0")]
unsafe extern "C" fn getpid() -> i32;

fn main() {}
