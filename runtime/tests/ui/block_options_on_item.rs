use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "C" {
    #[symbol(crate = runtime, global)]
    fn getpid() -> i32;
}

fn main() {}
