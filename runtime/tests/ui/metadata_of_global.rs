use import_dynamic::import_dynamic;

#[import_dynamic(global, "getpid", feature = "process")]
unsafe extern "C" fn getpid() -> i32;

fn main() {}
