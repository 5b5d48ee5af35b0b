use import_dynamic::import_dynamic;

#[import_dynamic("libc", errno, no_tls, interpose, fallback = here)]
static environ: usize;

fn main() {}
