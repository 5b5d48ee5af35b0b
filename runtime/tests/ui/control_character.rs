use import_dynamic::import_dynamic;

#[import_dynamic("libc.so.6\nlibm.so.6", "getpid")]
unsafe extern "C" fn getpid() -> i32;

fn main() {}
