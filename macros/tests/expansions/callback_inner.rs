#[callback]
extern "C" fn quiet(n: c_int) {
    #![allow(unused)]
    //! Says nothing.
    #![cfg(unix)]
}
