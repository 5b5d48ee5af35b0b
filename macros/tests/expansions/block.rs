#[import_dynamic(["libresolv.so.2", "libc.so.6"], feature = "dns", priority = "recommended")]
unsafe extern "C" {
    #[cfg(target_os = "linux")]
    #[symbol(["res_search", "__res_search"], no_tls)]
    pub(crate) fn res_search(_: *const c_char, class: c_int) -> c_int;
    #[cfg(target_os = "macos")]
    safe fn other<'a>(text: &'a c_char);
}
