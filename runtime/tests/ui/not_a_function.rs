use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
struct Getpid;

fn main() {}
