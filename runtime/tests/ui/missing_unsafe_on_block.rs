use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
extern "C" {
    fn getpid() -> i32;
}

fn main() {}
