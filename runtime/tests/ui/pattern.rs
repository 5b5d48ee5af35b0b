use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
unsafe extern "C" fn labs((a, b): (i64, i64), mut n: i64, ref r: i64) -> i64;

fn main() {}
