//! `labs` by every way to it. Each way is a loop in a function of its own, which nothing is inlined into but the call.

use core::ffi::c_long;
use core::hint::black_box;
use std::ptr::null;

use import_dynamic::{guest_scope, import_dynamic};

#[import_dynamic("libc")]
unsafe extern "C" {
    safe fn labs(n: c_long) -> c_long;
}

/// As above, with the promise that it touches no thread-local storage.
#[import_dynamic("libc", "labs", no_tls)]
unsafe extern "C" fn labs_no_tls(n: c_long) -> c_long;

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

/// One call of the import.
pub(crate) fn once() {
    import(1);
}

/// The way called `name`: makes as many calls as it is told. It has been taken once: whatever is to be bound is bound.
pub(crate) fn contender(name: &str) -> Option<fn(u64)> {
    let calls = find(name)?;
    calls(1);
    Some(calls)
}

fn find(name: &str) -> Option<fn(u64)> {
    Some(match name {
        "rust" => rust,
        "pointer" => {
            // The host's own function in guest mode too: one that touches no thread-local storage needs no switch.
            let labs = labs_no_tls::resolve().unwrap_or_else(|error| panic!("{error}"));
            // SAFETY: no other thread yet, and no call of `pointer`.
            unsafe { *black_box(&raw mut POINTER) = labs as *const () };
            pointer
        }
        "import" => import,
        "import-no-tls" => import_no_tls,
        "import-scope" => import_scope,
        #[cfg(target_os = "linux")]
        "import-syscall" => {
            once();
            import_dynamic_loader::guest::enter_by_system_call();
            import
        }
        #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
        "wrfsbase-twice" if has_wrfsbase() => wrfsbase_twice,
        #[cfg(not(target_feature = "crt-static"))]
        "libloading" => loaded::libloading,
        #[cfg(not(target_feature = "crt-static"))]
        "dlopen2" => loaded::dlopen2,
        #[cfg(not(target_feature = "crt-static"))]
        "libloading-first" => loaded::libloading_first,
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

/// Whether the kernel lets programs use the instruction (HWCAP2_FSGSBASE).
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn has_wrfsbase() -> bool {
    // SAFETY: getauxval(3).
    unsafe { libc::getauxval(libc::AT_HWCAP2) & 2 != 0 }
}

/// `labs` between two changes of the thread pointer, to what it is: what a call in guest mode cannot do without.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
#[inline(never)]
fn wrfsbase_twice(count: u64) {
    use core::arch::asm;
    let own: usize;
    // SAFETY: the instructions are enabled, and the thread pointer stays what it is.
    unsafe { asm!("rdfsbase {}", out(reg) own, options(nomem, nostack, preserves_flags)) };
    calls!(count, |n| {
        // SAFETY: as above.
        unsafe { asm!("wrfsbase {0}", "wrfsbase {0}", in(reg) own, options(nostack, preserves_flags)) };
        n.wrapping_abs()
    });
}

#[inline(never)]
fn import(count: u64) {
    calls!(count, |n| labs(n));
}

#[inline(never)]
fn import_no_tls(count: u64) {
    // SAFETY: labs(3).
    calls!(count, |n| unsafe { labs_no_tls(n) });
}

/// All calls with one switch.
#[inline(never)]
fn import_scope(count: u64) {
    let labs = labs::resolve().unwrap_or_else(|error| panic!("{error}"));
    // SAFETY: calls labs(3) by what `direct` gives, and adds.
    let result = unsafe {
        guest_scope(|scope| {
            let labs = scope.direct(labs);
            calls!(count, |n| labs(n));
        })
    };
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[cfg(not(target_feature = "crt-static"))]
mod loaded {
    use std::sync::OnceLock;

    use dlopen2::wrapper::{Container, WrapperApi};
    use libloading::os::unix::{Library, Symbol};

    use super::{Labs, black_box, c_long};

    static LABS: OnceLock<Symbol<Labs>> = OnceLock::new();

    fn open() -> Symbol<Labs> {
        // SAFETY: a library that is open already.
        let library = unsafe { Library::new("libc.so.6") }.unwrap_or_else(|error| panic!("{error}"));
        // SAFETY: labs(3), whose type this is.
        let labs = unsafe { library.get::<Labs>(c"labs") };
        // Closing it is no part of a call: who calls keeps it open.
        std::mem::forget(library);
        labs.unwrap_or_else(|error| panic!("{error}"))
    }

    #[inline(never)]
    pub(super) fn libloading(count: u64) {
        let labs = black_box(LABS.get_or_init(open));
        // SAFETY: labs(3).
        calls!(count, |n| unsafe { labs(n) });
    }

    /// Everything that a first call takes, every time.
    pub(super) fn libloading_first(count: u64) {
        // SAFETY: labs(3).
        calls!(count, |n| unsafe { open()(n) });
    }

    #[derive(WrapperApi)]
    struct Api {
        labs: unsafe extern "C" fn(n: c_long) -> c_long,
    }

    static API: OnceLock<Container<Api>> = OnceLock::new();

    fn load() -> Container<Api> {
        // SAFETY: a library that is open already, and labs(3), whose type this is.
        unsafe { Container::load("libc.so.6") }.unwrap_or_else(|error| panic!("{error}"))
    }

    #[inline(never)]
    pub(super) fn dlopen2(count: u64) {
        let api = black_box(API.get_or_init(load));
        // SAFETY: labs(3).
        calls!(count, |n| unsafe { api.labs(n) });
    }
}
