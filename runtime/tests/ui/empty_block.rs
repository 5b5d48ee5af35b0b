use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "C" {}

fn main() {}
