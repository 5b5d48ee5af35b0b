//! `labs` by every way to it. Each way is a loop in a function of its own, which nothing is inlined into but the call.

use core::ffi::c_long;
use core::hint::black_box;
use std::ptr::null;

use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "C" {
    safe fn labs(n: c_long) -> c_long;
}

type Labs = unsafe extern "C" fn(c_long) -> c_long;

/// The loop that makes `$count` calls.
macro_rules! calls {
    ($count:ident, |$n:ident| $call:expr) => {{
        let mut sum: c_long = 0;
        for $n in 0..$count as c_long {
            sum = sum.wrapping_add($call);
        }
        black_box(sum);
    }};
}

/// The way called `name`: makes as many calls as it is told.
pub(crate) fn contender(name: &str) -> Option<fn(u64)> {
    Some(match name {
        "rust" => rust,
        "pointer" => {
            let labs = labs::resolve().unwrap_or_else(|error| panic!("{error}"));
            // SAFETY: no other thread yet, and no call of `pointer`.
            unsafe { *black_box(&raw mut POINTER) = labs as *const () };
            pointer
        }
        "import" => import,
        #[cfg(target_os = "linux")]
        "import-syscall" => {
            import(1);
            import_dynamic_loader::guest::enter_by_system_call();
            import
        }
        #[cfg(not(target_feature = "crt-static"))]
        "libloading" => loaded::libloading,
        _ => return None,
    })
}

#[inline(never)]
fn rust(count: u64) {
    #[inline(never)]
    extern "C" fn labs(n: c_long) -> c_long {
        n.wrapping_abs()
    }
    calls!(count, |n| labs(n));
}

/// Not atomic, so that the compiler loads it within the call: `call *mem`.
static mut POINTER: *const () = null();

#[inline(never)]
fn pointer(count: u64) {
    // SAFETY: stored by `contender` before: labs(3).
    calls!(count, |n| unsafe { core::mem::transmute::<*const (), Labs>(POINTER)(n) });
}

#[inline(never)]
fn import(count: u64) {
    calls!(count, |n| labs(n));
}

#[cfg(not(target_feature = "crt-static"))]
mod loaded {
    use std::sync::OnceLock;

    use libloading::os::unix::{Library, Symbol};

    use super::{Labs, black_box, c_long};

    static LABS: OnceLock<Symbol<Labs>> = OnceLock::new();

    fn open() -> Symbol<Labs> {
        // SAFETY: a library that is open already, and labs(3), whose type this is.
        let labs = unsafe { Library::new("libc.so.6").and_then(|library| library.get::<Labs>(c"labs")) };
        labs.unwrap_or_else(|error| panic!("{error}"))
    }

    #[inline(never)]
    pub(super) fn libloading(count: u64) {
        let labs = black_box(LABS.get_or_init(open));
        // SAFETY: labs(3).
        calls!(count, |n| unsafe { labs(n) });
    }
}
