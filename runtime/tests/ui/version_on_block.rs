use import_dynamic::import_dynamic;

#[import_dynamic("libc", version = "GLIBC_2.14")]
unsafe extern "C" {
    fn getpid() -> i32;
}

fn main() {}
