use import_dynamic::import_dynamic;

#[import_dynamic("libc", fallback = getpid_)]
unsafe extern "C" {
    fn getpid() -> i32;
}

fn main() {}
