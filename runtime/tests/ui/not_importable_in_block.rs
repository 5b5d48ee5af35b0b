use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "C" {
    type FILE;
    macro_call!();
    fn getpid() -> i32;
}

fn main() {}
