use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "C" fn free<T>(pointer: *mut T);

fn main() {}
