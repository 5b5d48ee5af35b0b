use import_dynamic::import_dynamic;

#[import_dynamic(libc, 7)]
unsafe extern "C" fn getpid() -> i32;

fn main() {}
