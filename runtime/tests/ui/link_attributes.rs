use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
#[link(name = "c")]
unsafe extern "C" {
    #[link_name = "getpid"]
    fn process() -> i32;
    #[unsafe(no_mangle)]
    fn getppid() -> i32;
}

fn main() {}
