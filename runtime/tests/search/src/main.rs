//! What Go's `net` imports on macOS, in this project's words: `res_search` of libSystem, which its first version used, and
//! the thread-safe functions of libresolv. On Linux they are glibc's, under its names.

use core::ffi::{CStr, c_char, c_int, c_void};

use import_dynamic::import_dynamic;

#[import_dynamic("libSystem", "res_search")]
unsafe extern "C" fn res_search(name: *const c_char, class: c_int, rtype: c_int, answer: *mut u8, len: c_int) -> c_int;

#[import_dynamic("libresolv")]
unsafe extern "C" {
    #[symbol(["res_9_ninit", "res_ninit"])]
    fn res_ninit(state: *mut c_void) -> c_int;
    #[symbol(["res_9_nsearch", "res_nsearch"])]
    fn res_nsearch(
        state: *mut c_void,
        name: *const c_char,
        class: c_int,
        rtype: c_int,
        answer: *mut u8,
        len: c_int,
    ) -> c_int;
    #[symbol(["res_9_nclose", "res_nclose"])]
    fn res_nclose(state: *mut c_void);
}

/// No library has it: that is no error of the program's start, on any system.
#[import_dynamic(["@rpath/libsearch.dylib", "libsearch.so.1"], "search_words", optional)]
safe extern "C" fn search_words() -> c_int;

/// Larger than any system's `struct __res_state`.
#[repr(C, align(16))]
struct State([u8; 4096]);

const INTERNET: c_int = 1;
const ADDRESS: c_int = 1;

/// The length of the answer to a query for the addresses of a name.
fn search(name: &CStr, answer: &mut [u8]) -> Option<usize> {
    let mut state = State([0; 4096]);
    let state = (&raw mut state).cast();
    let (place, len) = (answer.as_mut_ptr(), answer.len() as c_int);
    // SAFETY: res_ninit(3) and its kin with a state of zeros, as much room as said, and a C string.
    unsafe {
        if res_ninit(state) != 0 {
            return None;
        }
        let found = res_nsearch(state, name.as_ptr(), INTERNET, ADDRESS, place, len);
        res_nclose(state);
        let found = if found < 0 { res_search(name.as_ptr(), INTERNET, ADDRESS, place, len) } else { found };
        usize::try_from(found).ok()
    }
}

fn main() {
    let mut answer = [0; 512];
    let bound = [res_search::is_available(), res_ninit::is_available(), res_nsearch::is_available()];
    println!("bound: {bound:?}, {}", search_words::is_available());
    for name in std::env::args().skip(1) {
        let name = std::ffi::CString::new(name).expect("no NUL in an argument");
        println!("{name:?}: {:?} bytes", search(&name, &mut answer));
    }
}
