use import_dynamic::import_dynamic;

#[import_dynamic("libc", "getpid")]
unsafe extern "C" fn getpid() -> i32 {
    1
}

fn main() {}
