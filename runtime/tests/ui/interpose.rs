use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "C" {
    #[symbol(interpose)]
    fn printf(format: *const u8, ...) -> i32;
    #[symbol(interpose, optional)]
    fn getpid() -> i32;
    #[symbol(interpose)]
    fn getppid() -> Result<i32, import_dynamic::ImportError>;
}

fn main() {}
