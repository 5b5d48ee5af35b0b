use import_dynamic::import_dynamic;

#[import_dynamic("res_search", "libSystem")]
unsafe extern "C" fn search() -> i32;

fn main() {}
