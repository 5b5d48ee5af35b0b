//! What libraries find in the program, and what the program says without calling: exports, callbacks, its own symbols, its
//! own errno, required libraries.

use core::ffi::{c_char, c_int, c_long, c_void};
use core::sync::atomic::{AtomicUsize, Ordering};

use import_dynamic::{Errno, callback, export_dynamic, import_dynamic, require};

use super::Case;

require!("libabi_required.so");
require!("libabi_absent.so", optional);

#[import_dynamic("libabi_cases.so")]
unsafe extern "C" {
    safe fn call_required(x: c_long) -> c_long;
    safe fn call_exported(x: c_long) -> c_long;
    fn call_by_name(name: *const c_char, x: c_long) -> c_long;
    #[symbol("numbered_2")]
    safe fn nested(x: c_long) -> c_long;
}

#[import_dynamic("libc")]
unsafe extern "C" {
    fn qsort(
        base: *mut c_void,
        count: usize,
        size: usize,
        compare: extern "C" fn(*const c_void, *const c_void) -> c_int,
    );
    #[symbol(errno)]
    fn close(descriptor: c_int) -> Result<c_int, Errno>;
}

#[export_dynamic("abi_exported")]
extern "C" fn exported(x: c_long) -> c_long {
    nested(x) + 1
}

static COMPARED: AtomicUsize = AtomicUsize::new(0);

#[callback]
extern "C" fn compare(a: *const c_void, b: *const c_void) -> c_int {
    COMPARED.fetch_add(1, Ordering::Relaxed);
    // SAFETY: qsort(3) passes pointers to two of the numbers.
    let (a, b) = unsafe { (*a.cast::<c_long>(), *b.cast::<c_long>()) };
    nested(a).cmp(&nested(b)) as c_int
}

pub(super) const CASES: &[Case] = &[
    ("required library", || call_required(1) == 6),
    ("export, undefined in a library", || call_exported(3) == 303),
    ("export, by dlsym", || {
        // SAFETY: a C string; the program's function takes and gives a long.
        unsafe { call_by_name(c"abi_exported".as_ptr(), 4) == 403 && call_by_name(c"abi_no_such".as_ptr(), 4) == -1 }
    }),
    ("callback", || {
        let before = COMPARED.load(Ordering::Relaxed);
        let mut numbers: [c_long; 7] = [3, 1, 4, 1, 5, 9, 2];
        // SAFETY: qsort(3) with an array of as many numbers as said, and a function that compares two.
        unsafe { qsort(numbers.as_mut_ptr().cast(), 7, size_of::<c_long>(), compare) };
        numbers == [1, 1, 2, 3, 4, 5, 9] && COMPARED.load(Ordering::Relaxed) > before
    }),
    ("own errno", || {
        // SAFETY: there is no such descriptor.
        let error = unsafe { close(-1) };
        Errno(33).set_own();
        // In guest mode the host's is another.
        let guest = import_dynamic::host().is_ok_and(|host| host.link_mode() == import_dynamic::LinkMode::Guest);
        error == Err(Errno(9)) && import_dynamic::errno() == Errno(if guest { 9 } else { 33 })
    }),
    ("interposed variadic", interposed),
];

/// The import is the program's own C symbol as well, as a C library in the static link would call it.
#[cfg(all(target_os = "linux", target_feature = "crt-static"))]
fn interposed() -> bool {
    // SAFETY: the import's own declaration.
    unsafe extern "C" {
        fn sum_variadic(pairs: c_int, ...) -> f64;
    }
    // SAFETY: two pairs of a long and a double.
    unsafe { sum_variadic(2, 1 as c_long, 2.5, 3 as c_long, 4.5) == 1.0 + 2.5 + 2.0 * (3.0 + 4.5) }
}

#[cfg(not(all(target_os = "linux", target_feature = "crt-static")))]
fn interposed() -> bool {
    true
}
