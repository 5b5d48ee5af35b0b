use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "C" {
    #[symbol("getpid")]
    #[symbol("getppid")]
    fn process() -> i32;
}

fn main() {}
