#[export_dynamic("plugin_quiet", no_tls)]
/// Not `#[no_mangle]`, for that would be the program's own symbol.
extern "C" fn quiet(n: c_int) {
    #![allow(unused)]
}
