use import_dynamic::import_dynamic;

#[import_dynamic("libc", fallback = here)]
unsafe extern "C" fn getpid() -> Result<i32, import_dynamic::ImportError>;

fn main() {}
