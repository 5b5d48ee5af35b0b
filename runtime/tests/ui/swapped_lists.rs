use import_dynamic::import_dynamic;

#[import_dynamic(["res_search", "__res_search"], ["libresolv.so.2", "libc.so.6"])]
unsafe extern "C" fn search() -> i32;

fn main() {}
