use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "C" {
    #[symbol("libc.so.6")]
    fn getpid() -> i32;
}

fn main() {}
