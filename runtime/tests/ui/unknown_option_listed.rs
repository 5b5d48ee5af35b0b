use import_dynamic::import_dynamic;

#[import_dynamic("libc", symbol = "getpid", weak, eager)]
unsafe extern "C" fn getpid() -> i32;

fn main() {}
