use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "C" fn free<const N: usize>(pointer: *mut [u8; N]);

fn main() {}
