use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "C" {
    extern "C" fn getpid() -> i32;
}

fn main() {}
