#[import_dynamic("libc", version = "GLIBC_2.36", version_optional, optional, crate = my::runtime)]
unsafe extern "C" fn arc4random() -> u32;
