#[import_dynamic("libSystem", "labs")]
/// The absolute value.
#[must_use]
pub unsafe extern "C" fn magnitude(n: c_long) -> c_long;
