//! Expansions find what they need, whatever the user's names are, in a crate that forbids what it can.
#![no_std]
#![no_implicit_prelude]
#![deny(
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unsafe_op_in_unsafe_fn,
    unused_lifetimes,
    unused_qualifications,
    warnings,
    clippy::pedantic
)]

extern crate import_dynamic as renamed;
extern crate std as real_std;

/// Everything in here has names that an expansion might trip over.
pub mod hostile {
    #![allow(dead_code, non_camel_case_types, non_upper_case_globals, non_snake_case, reason = "names in the way")]
    #![allow(unused_macros, unused_imports, unused_qualifications, reason = "they are there to be in the way")]

    use crate::renamed as runtime;
    use crate::renamed::import_dynamic;

    mod std {}
    mod core {}
    mod private {}
    struct Result;
    struct Option;
    struct Import;
    struct Notes;
    type bool = ();
    type u8 = ();
    type usize = ();
    type real_usize = crate::real_std::primitive::usize;
    const IMPORT: () = ();
    const NOTES: () = ();
    const call: () = ();
    const code: () = ();
    const value: () = ();
    const error: () = ();
    const IMPORTS: real_usize = 2;
    const FUNCTION: real_usize = 2;
    struct Handle;
    static STATIC: () = ();
    fn Ok() {}
    fn Err() {}
    fn Some() {}
    fn None() {}
    macro_rules! stubs {
        () => {};
    }
    macro_rules! variadic {
        () => {};
    }

    /// Has the name of the default crate path's last segment.
    pub mod inner {
        mod import_dynamic {}
        mod core {}

        #[crate::renamed::import_dynamic("libc")]
        unsafe extern "C" {
            /// `labs(3)`
            pub safe fn labs(n: i64) -> i64;
        }
    }

    #[import_dynamic("libc", crate = runtime)]
    unsafe extern "C" {
        /// `labs(3)`
        pub safe fn labs(n: i64) -> i64;
        /// `getpid(2)`
        #[symbol("getpid", errno)]
        pub safe fn process() -> crate::real_std::result::Result<i32, runtime::Errno>;
        /// `close(2)`
        #[symbol("close", errno)]
        pub safe fn close_file(fd: i32) -> crate::real_std::result::Result<i32, runtime::Errno>;
        /// `getppid(2)`
        #[symbol("getppid")]
        pub fn parent() -> crate::real_std::result::Result<i32, runtime::ImportError>;
        /// `snprintf(3)`
        pub fn snprintf(buffer: *mut i8, size: u64, format: *const i8, ...) -> i32;
        /// `environ(7)`
        pub static environ: *const *const i8;
        fn llabs(__call: i64, IMPORT_: i64) -> i64;
        /// `pipe(2)`
        pub fn pipe(ends: *mut [i32; IMPORTS]) -> i32;
        /// `labs(3)`
        #[symbol("labs")]
        pub safe fn parameter(Handle: i64) -> i64;
        /// `labs(3)`
        #[symbol("labs", errno)]
        pub safe fn parameters(IMPORTS: i64, STATIC: i64) -> crate::real_std::result::Result<i32, runtime::Errno>;
    }

    #[import_dynamic(global, "labs", crate = crate::renamed)]
    pub(super) safe extern "C" fn global_labs(n: i64) -> i64;

    /// Fallbacks with names that the table and the constants beside it might have.
    pub mod fallbacks {
        extern "C" fn IMPORTS(n: i64) -> i64 {
            n + 1
        }

        extern "C" fn FUNCTION(n: i64) -> i64 {
            n + 2
        }

        #[crate::renamed::import_dynamic("libc")]
        unsafe extern "C" {
            /// Absent.
            #[symbol("no_such_symbol", fallback = IMPORTS)]
            pub safe fn first(n: i64) -> i64;
            /// Absent.
            #[symbol("no_such_symbol", fallback = FUNCTION)]
            pub safe fn second(n: i64) -> i64;
        }
    }
}

/// A macro of the user's that declares imports.
macro_rules! declare {
    ($library:literal, $name:ident($($parameter:ident: $type:ty),*) -> $output:ty) => {
        #[crate::renamed::import_dynamic($library)]
        unsafe extern "C" {
            safe fn $name($($parameter: $type),*) -> $output;
        }
    };
}

declare!("libc", labs(n: i64) -> i64);

#[test]
fn calls() {
    use real_std::{assert, assert_eq};
    assert_eq!(hostile::labs(-1), 1);
    assert_eq!(hostile::inner::labs(-2), 2);
    assert_eq!(hostile::global_labs(-3), 3);
    assert_eq!(labs(-4), 4);
    // SAFETY: it has no preconditions.
    assert!(unsafe { hostile::parent() }.is_ok());
    assert!(hostile::process().is_ok());
    assert_eq!(hostile::close_file(-1), real_std::result::Result::Err(renamed::Errno(9)));
    assert!(hostile::environ.is_available());
    assert!(hostile::snprintf::is_available());
    let mut ends = [0; 2];
    // SAFETY: there is room for two ends.
    assert_eq!(unsafe { hostile::pipe(&raw mut ends) }, 0);
    assert_eq!(hostile::parameter(-5), 5);
    assert_eq!(hostile::parameters(-6, 0), real_std::result::Result::Ok(6));
    assert_eq!((hostile::fallbacks::first(1), hostile::fallbacks::second(1)), (2, 3));
}

#[test]
fn inside_a_function() {
    use renamed::import_dynamic;

    #[import_dynamic("libc")]
    unsafe extern "C" {
        safe fn labs(n: i64) -> i64;
    }
    #[import_dynamic("libc", "labs")]
    unsafe extern "C" fn single(n: i64) -> i64;

    real_std::assert_eq!(labs(-5), 5);
    // SAFETY: it has no preconditions.
    real_std::assert_eq!(unsafe { single(-6) }, 6);
    real_std::assert!(single::is_available());
}
