use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "C" fn strstr<'a, 'b: 'a>(text: &'a u8, part: &'b u8) -> &'a u8;

fn main() {}
