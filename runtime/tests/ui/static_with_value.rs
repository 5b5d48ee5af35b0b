use import_dynamic::import_dynamic;

#[import_dynamic("libc")]
static environ: usize = 1;

fn main() {}
