use import_dynamic::import_dynamic;

pub struct Failure;

#[import_dynamic("libc")]
unsafe extern "C" fn getpid() -> Result<i32, Failure>;

fn main() {}
