#[export_dynamic("plugin_quiet", no_tls)]
extern "C" fn quiet(n: c_int) {
    #![allow(unused)]
}
