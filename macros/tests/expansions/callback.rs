#[callback]
/// Orders.
unsafe extern "C" fn compare<T: Ord>(a: *const T, b: *const T) -> c_int {
    a.cmp(b) as c_int
}
