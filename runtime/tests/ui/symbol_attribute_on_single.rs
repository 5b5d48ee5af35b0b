use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
#[symbol("getpid")]
unsafe extern "C" fn process() -> i32;

fn main() {}
