use import_dynamic::{ImportError, import_dynamic};

type Result<T, E = ImportError> = core::result::Result<T, E>;

#[import_dynamic("libc")]
unsafe extern "C" {
    safe fn labs(n: i64) -> Result<i64>;
    #[symbol(errno)]
    fn close(fd: i32) -> std::io::Result<i32>;
    fn getpid() -> Result;
    fn getppid() -> (Result<i32, import_dynamic::Errno>);
    fn getuid() -> Result<u32, ImportError, ImportError>;
}

fn main() {}
