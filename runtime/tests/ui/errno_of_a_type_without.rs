use import_dynamic::import_dynamic;

#[import_dynamic("libc", errno)]
unsafe extern "C" fn getppid() -> Result<(), import_dynamic::Errno>;

fn main() {}
