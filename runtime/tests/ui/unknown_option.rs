use import_dynamic::import_dynamic;

#[import_dynamic("libc", optinal)]
unsafe extern "C" fn getpid() -> i32;

#[import_dynamic("libc", no_tsl)]
unsafe extern "C" fn getppid() -> i32;

fn main() {}
