use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "C" {
    #[symbol]
    fn first() -> i32;
    #[symbol = "getpid"]
    fn second() -> i32;
    #[symbol()]
    fn third() -> i32;
    #[symbol("getpid", "getppid")]
    fn fourth() -> i32;
}

fn main() {}
