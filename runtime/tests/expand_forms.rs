//! Every form of `import_dynamic`, against the host's own libraries.
#![allow(clippy::undocumented_unsafe_blocks, reason = "every call here is of a function that is always safe to call")]

use std::ffi::{CStr, c_char, c_int, c_long, c_void};

use import_dynamic::{Errno, ImportError, import_dynamic};

extern "C" fn here(n: c_long) -> c_long {
    n + 1000
}

#[derive(Debug)]
#[expect(dead_code, reason = "shown when a test fails")]
enum Failure {
    Import(ImportError),
    Errno(Errno),
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        Self::Import(error)
    }
}

impl From<Errno> for Failure {
    fn from(error: Errno) -> Self {
        Self::Errno(error)
    }
}

#[import_dynamic("libSystem", "labs")]
safe extern "C" fn single(n: c_long) -> c_long;

#[import_dynamic(["libnothing.so.9", "libc.so.6", "libSystem"], ["no_such_symbol", "labs"])]
safe extern "C-unwind" fn alternatives(n: c_long) -> c_long;

#[import_dynamic(global, "labs", no_tls)]
safe extern "C" fn anywhere(n: c_long) -> c_long;

#[import_dynamic("libc")]
unsafe extern "C" {
    #[symbol(["no_such_symbol", "labs"])]
    safe fn either(n: c_long) -> c_long;
    fn snprintf(buffer: *mut c_char, size: usize, format: *const c_char, ...) -> c_int;
    #[symbol(errno)]
    fn close(fd: c_int) -> Result<c_int, Errno>;
    #[symbol("close", errno, optional)]
    fn close_both(fd: c_int) -> Result<c_int, Failure>;
    #[symbol("no_such_symbol", errno, optional)]
    fn absent_both(fd: c_int) -> Result<c_int, Failure>;
    #[symbol("no_such_symbol", errno, fallback = own_chdir)]
    fn chdir_both(path: *const c_char) -> Result<c_int, Errno>;
    #[symbol("labs")]
    safe fn fallible(n: c_long) -> Result<c_long, ImportError>;
    #[symbol("no_such_symbol")]
    safe fn absent(n: c_long) -> Result<c_long, ImportError>;
    #[symbol("no_such_symbol", fallback = here)]
    safe fn fallback(n: c_long) -> c_long;
    #[symbol("labs", fallback = here)]
    safe fn no_fallback(n: c_long) -> c_long;
    #[symbol("no_such_symbol", optional)]
    #[allow(dead_code, reason = "only asked for")]
    fn optional(n: c_long) -> c_long;
    fn qsort(
        base: *mut c_void,
        count: usize,
        size: usize,
        compare: Option<unsafe extern "C" fn(*const c_void, *const c_void) -> c_int>,
    );
    static environ: *const *const c_char;
    #[symbol("no_such_symbol", optional)]
    static absent_data: c_int;
}

#[test]
fn plain() {
    assert_eq!((single(-1), alternatives(-2), anywhere(-3), either(-4)), (1, 2, 3, 4));
    let function: extern "C" fn(c_long) -> c_long = single::resolve().unwrap();
    assert_eq!(function(-4), 4);
}

#[test]
fn the_imports_of_a_block_have_each_their_own_symbols() {
    let symbols: Vec<_> = import_dynamic::imports().filter(|import| import.libraries() == [c"libc"]).collect();
    let symbols: Vec<_> = symbols.iter().map(|import| import.symbols()).collect();
    let block: [&[&CStr]; 4] = [&[c"no_such_symbol", c"labs"], &[c"snprintf"], &[c"close"], &[c"close"]];
    assert!(symbols.windows(block.len()).any(|symbols| symbols == block), "{symbols:?}");
}

#[test]
fn variadic_with_doubles_on_the_first_call() {
    let mut buffer = [0; 64];
    let length = unsafe {
        snprintf(buffer.as_mut_ptr(), 64, c"%d %.2f %s %.3f".as_ptr(), 3 as c_int, 2.5f64, c"x".as_ptr(), 0.125f64)
    };
    assert_eq!(unsafe { CStr::from_ptr(buffer.as_ptr()) }, c"3 2.50 x 0.125");
    assert_eq!(length, 14);
    assert!(snprintf::is_available());
}

unsafe extern "C" fn own_chdir(path: *const c_char) -> c_int {
    unsafe { libc::chdir(path) }
}

#[test]
fn errno() {
    assert_eq!(unsafe { close(-1) }, Err(Errno(9)));
    assert!(matches!(unsafe { close_both(-1) }, Err(Failure::Errno(Errno(9)))));
    assert!(matches!(unsafe { absent_both(-1) }, Err(Failure::Import(_))));
    // The program's own function sets the program's own.
    assert_eq!(unsafe { chdir_both(c"/there/is/none".as_ptr()) }, Err(Errno(2)));
    assert_eq!(unsafe { close(-1) }, Err(Errno(9)));
}

#[test]
fn fallible_and_fallback() {
    assert_eq!(fallible(-5).unwrap(), 5);
    assert!(absent(-5).is_err());
    assert_eq!(fallback(5), 1005);
    assert_eq!(no_fallback(-5), 5);
    assert!(!optional::is_available());
    assert!(optional::resolve().is_err());
}

#[test]
fn data() {
    assert!(!unsafe { environ.read() }.is_null());
    assert!(!absent_data.is_available());
}

#[test]
fn function_parameter() {
    let mut none: [u8; 0] = [];
    unsafe { qsort(none.as_mut_ptr().cast(), 0, 1, None) };
}
