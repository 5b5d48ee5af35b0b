//! Opens the library that the second argument names, and lets it call back.

use std::cell::Cell;
use std::ffi::{CStr, CString, c_char, c_int};
use std::{env, mem, panic, process, thread};

unsafe extern "C" {
    fn dlopen(name: *const c_char, flags: c_int) -> usize;
    fn dlsym(handle: usize, name: *const c_char) -> usize;
    fn dlerror() -> *const c_char;
    fn c_tls() -> *mut c_int;
}

#[unsafe(no_mangle)]
extern "C" fn program_function(number: c_int) -> c_int {
    number + 1
}

#[unsafe(no_mangle)]
static mut PROGRAM_DATA: c_int = 5;

#[import_dynamic::export_dynamic("program_exported")]
extern "C" fn exported(number: c_int) -> c_int {
    number * 2
}

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let path = CString::new(arguments[2].as_str()).unwrap();
    // SAFETY: dlopen(3), RTLD_NOW.
    let library = unsafe { dlopen(path.as_ptr(), 2) };
    if library == 0 {
        // SAFETY: dlerror(3) after a failure.
        eprintln!("{:?}", unsafe { CStr::from_ptr(dlerror()) });
        process::exit(1);
    }
    match arguments[1].as_str() {
        "names" => println!("{} {}", call(library, c"function"), call(library, c"pagesize")),
        "data" => {
            let twice = call(library, c"data");
            // SAFETY: nobody else writes it.
            println!("{twice} {}", unsafe { PROGRAM_DATA });
        }
        "tls" => {
            // SAFETY: this thread's variable.
            let set = |value| unsafe { *c_tls() = value };
            set(8);
            let other =
                thread::scope(|scope| scope.spawn(|| (call(library, c"tls"), set(9), call(library, c"tls"))).join());
            println!("{} {:?}", call(library, c"tls"), other.unwrap());
        }
        "exported" => println!("{}", call(library, c"exported")),
        "exceptions" => exceptions(library),
        other => panic!("no case {other:?}"),
    }
}

/// Calls a function without arguments.
fn call(library: usize, name: &CStr) -> c_int {
    // SAFETY: the library's functions of this type.
    let function: extern "C" fn() -> c_int = unsafe { mem::transmute(find(library, name)) };
    function()
}

fn find(library: usize, name: &CStr) -> usize {
    // SAFETY: dlsym(3).
    let found = unsafe { dlsym(library, name.as_ptr()) };
    assert!(found != 0, "{name:?}");
    found
}

thread_local! {
    static CAUGHT: Cell<c_int> = const { Cell::new(0) };
}

/// Panics and catches it, with the library's frames above.
extern "C" fn callback(number: c_int) -> c_int {
    let caught = panic::catch_unwind(|| {
        if number > 0 {
            panic!("below C++ frames");
        }
    });
    CAUGHT.set(CAUGHT.get() + c_int::from(caught.is_err()));
    number * 10
}

fn exceptions(library: usize) {
    panic::set_hook(Box::new(|_| {}));
    // SAFETY: the library's functions of these types.
    let (throws, calls): (extern "C" fn(c_int) -> c_int, extern "C" fn(extern "C" fn(c_int) -> c_int, c_int) -> c_int) =
        unsafe { (mem::transmute(find(library, c"throws")), mem::transmute(find(library, c"calls"))) };
    let all = move || {
        let before = panic::catch_unwind(|| panic!("before")).is_err();
        let thrown = throws(3);
        let after = panic::catch_unwind(|| panic!("after")).is_err();
        (before, thrown, after, calls(callback, 4), CAUGHT.get())
    };
    println!("{:?}", all());
    println!("{:?}", thread::spawn(all).join().unwrap());
}
