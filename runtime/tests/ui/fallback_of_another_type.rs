use import_dynamic::import_dynamic;

extern "C" fn here(n: i64) -> i64 {
    n
}

#[import_dynamic("libc", fallback = here)]
unsafe extern "C" fn getpid() -> i32;

fn main() {}
