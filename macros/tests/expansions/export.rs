#[export_dynamic("plugin_log")]
#[cfg(unix)]
extern "C" fn log(message: *const c_char) {
    println!("{message:?}");
}
