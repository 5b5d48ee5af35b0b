//! The options of `import_dynamic`, and the other macros.
#![deny(missing_docs, unsafe_op_in_unsafe_fn, unreachable_pub, warnings, clippy::pedantic)]
#![allow(clippy::undocumented_unsafe_blocks, reason = "every call here is of a function that is always safe to call")]

#[allow(missing_docs, unused, unreachable_pub, clippy::all, clippy::pedantic, reason = "a stand-in")]
mod support;

use std::ffi::{c_char, c_int, c_long};

use import_dynamic_macros::{callback, export_dynamic, import_dynamic, require};
use support::private::{DEPTH, Flags};
use support::{Errno, ImportError};

/// A re-export by another name.
mod renamed {
    pub(crate) use crate::support as runtime;
}

extern "C" fn rust_labs(n: c_long) -> c_long {
    n.abs() + 1000
}

#[derive(Debug, PartialEq)]
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

#[import_dynamic(["libresolv.so.2", "libc.so.6"], ["__labs", "labs"], version = "GLIBC_2.14", version_optional, no_tls, crate = crate::support)]
safe extern "C" fn versioned(n: c_long) -> c_long;

#[import_dynamic(global, "answer", crate = renamed::runtime)]
static the_answer: usize;

#[import_dynamic("libc", crate = renamed::runtime, feature = "numbers", description = "a \"good\" one", priority = "suggested")]
unsafe extern "C" {
    #[symbol(optional)]
    fn labs(n: c_long) -> c_long;
    #[symbol("labs")]
    safe fn fallible_labs(n: c_long) -> Result<c_long, ImportError>;
    safe fn absent(n: c_long) -> Result<c_long, ImportError>;
    #[symbol("absent", fallback = rust_labs)]
    safe fn absent_labs(n: c_long) -> c_long;
    #[symbol("labs", fallback = crate::rust_labs)]
    safe fn present_labs(n: c_long) -> c_long;
    #[symbol(errno)]
    fn close(fd: c_int) -> Result<c_int, Errno>;
    #[symbol("close", errno, optional)]
    fn close_both(fd: c_int) -> Result<c_int, Failure>;
    #[symbol(errno, optional)]
    fn absent_close(fd: c_int) -> ::core::result::Result<c_int, Failure>;
    #[symbol(optional)]
    fn absent_printf(format: *const c_char, ...) -> c_int;
    #[symbol(optional)]
    static absent_data: c_int;
}

#[import_dynamic("libc.so.6", ["options_test_interposed", "labs"], interpose, crate = crate::support)]
safe extern "system" fn interposed_labs(n: c_long) -> c_long;

require!("libnss_resolve.so.2", optional, crate = crate::support);
require!(["libfirst.so", "libsecond.so"], crate = crate::support, feature = "first");

/// What would otherwise take `#[no_mangle]`.
#[export_dynamic("options_test_export", crate = crate::support)]
#[must_use = "as it is not `#[no_mangle]`"]
extern "C" fn exported(n: c_int) -> c_int {
    #![allow(clippy::no_mangle_with_rust_abi, reason = "an attribute within")]

    n + depth()
}

fn depth() -> c_int {
    c_int::try_from(DEPTH.get()).unwrap()
}

#[repr(C)]
struct Pair {
    a: u8,
    b: u8,
}

#[callback(crate = crate::support)]
extern "C" fn called_back(n: c_int, Pair { a, b }: Pair) -> c_int {
    #![expect(unused_variables, reason = "an attribute within")]
    #![cfg(not(windows))]
    //! Documented within.

    let unused = n;
    n + depth() * 100 + c_int::from(a) + c_int::from(b)
}

#[callback(crate = crate::support)]
unsafe extern "C" fn generic<'a, T, const N: usize>(data: *const T, _: &'a T) -> c_int
where
    T: Copy + Into<c_int> + 'a,
{
    unsafe { (0..N).map(|index| data.add(index).read().into()).sum::<c_int>() + depth() * 100 }
}

#[callback(crate = crate::support)]
extern "C" fn diverges() -> ! {
    std::process::exit(depth())
}

#[test]
fn flags_and_names() {
    let declaration = support::declaration(versioned::is_available);
    assert_eq!(declaration.libraries, [c"libresolv.so.2", c"libc.so.6"]);
    assert_eq!(declaration.symbols, [c"__labs", c"labs"]);
    assert_eq!(declaration.version, Some(c"GLIBC_2.14"));
    assert_eq!(declaration.flags, Flags::NONE.version_optional().no_tls());
    assert_eq!(versioned(-3), 3);
}

#[test]
fn global_data() {
    let declaration = support::declaration(|| the_answer.is_available());
    assert!(declaration.libraries.is_empty());
    assert_eq!(declaration.flags, Flags::NONE.data());
    assert_eq!(unsafe { the_answer.read() }, 42);
    assert!(!absent_data.is_available());
}

#[test]
fn optional_is_the_companion_only() {
    let labs = labs::resolve().unwrap();
    assert_eq!(unsafe { labs(-4) }, 4);
    assert_eq!(absent_printf::resolve().err(), Some(ImportError(c"absent_printf")));
    let declaration = support::declaration(labs::is_available);
    assert_eq!(declaration.flags, Flags::NONE.optional());
}

#[test]
fn fallible() {
    assert_eq!(fallible_labs(-5), Ok(5));
    assert_eq!(absent(-5), Err(ImportError(c"absent")));
    let function: extern "C" fn(c_long) -> c_long = fallible_labs::resolve().unwrap();
    assert_eq!(function(-6), 6);
}

#[test]
fn fallback() {
    assert_eq!(absent_labs(-5), 1005);
    assert_eq!(present_labs(-5), 5);
    let declaration = support::declaration(absent_labs::is_available);
    assert_eq!(declaration.flags, Flags::NONE.fallback());
}

#[test]
fn errno() {
    assert_eq!(unsafe { close(-1) }, Err(Errno(9)));
    assert_eq!(unsafe { close_both(-1) }, Err(Failure::Errno(Errno(9))));
    assert_eq!(unsafe { absent_close(-1) }, Err(Failure::Import(ImportError(c"absent_close"))));
}

#[test]
fn interpose() {
    assert_eq!(interposed_labs(-7), 7);
    // Code that never heard of this crate calls it by the C name, in a static program.
    #[cfg(all(target_os = "linux", target_feature = "crt-static"))]
    {
        unsafe extern "C" {
            safe fn options_test_interposed(n: c_long) -> c_long;
        }
        assert_eq!(options_test_interposed(-8), 8);
    }
}

#[test]
fn callbacks_run_at_home() {
    assert_eq!(called_back(1, Pair { a: 2, b: 3 }), 106);
    assert_eq!(unsafe { generic::<u8, 3>([1, 2, 3].as_ptr(), &0) }, 106);
    assert_eq!(exported(1), 2);
    assert_eq!(depth(), 0);
}
