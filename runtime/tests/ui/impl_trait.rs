use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "C" fn qsort(compare: impl Fn(i32), more: *const Option<impl Copy>) -> impl Sized;

fn main() {}
