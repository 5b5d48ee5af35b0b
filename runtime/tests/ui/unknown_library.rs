use import_dynamic::import_dynamic;

#[import_dynamic("libSytem", "getpid")]
unsafe extern "C" fn getpid() -> i32;

fn main() {}
