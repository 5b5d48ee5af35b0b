//! Calls what no C library has.

unsafe extern "C" {
    fn no_such_function();
}

fn calls_it() {
    // SAFETY: none; the program ends in this call.
    unsafe { no_such_function() }
}

fn main() {
    println!("running");
    calls_it();
}
