use import_dynamic::import_dynamic;

#[import_dynamic("libc", version_optional)]
unsafe extern "C" fn getpid() -> i32;

fn main() {}
