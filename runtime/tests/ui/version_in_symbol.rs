use import_dynamic::import_dynamic;

#[import_dynamic("libc", "memcpy@GLIBC_2.14")]
unsafe extern "C" fn memcpy();

#[import_dynamic("libc", "memmove#GLIBC_2.2.5")]
unsafe extern "C" fn memmove();

fn main() {}
