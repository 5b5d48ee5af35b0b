use import_dynamic::import_dynamic;

#[import_dynamic]
unsafe extern "C" fn getpid() -> i32;

fn main() {}
