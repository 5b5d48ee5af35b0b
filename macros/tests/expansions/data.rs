#[import_dynamic(global, "environ", optional)]
pub static environ: *const *const c_char;
