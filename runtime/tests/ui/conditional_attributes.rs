use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
#[cfg_attr(unix, link(name = "c"))]
unsafe extern "C" {
    #[cfg_attr(target_os = "macos", link_name = "stat$INODE64")]
    fn stat() -> i32;
    #[cfg_attr(true, cfg_attr(any(), unsafe(no_mangle)))]
    fn getppid() -> i32;
    #[cfg_attr(unix, allow(dead_code), unsafe(link_section = "data"))]
    static environ: *mut u8;
}

#[import_dynamic("libc", "labs")]
#[cfg_attr(unix, link_name = "llabs")]
unsafe extern "C" fn labs(n: i64) -> i64;

#[import_dynamic("libc")]
#[cfg_attr(unix, symbol("getpid"))]
unsafe extern "C" fn process() -> i32;

fn main() {}
