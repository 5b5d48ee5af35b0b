//! ICU: much data, and a C++ library below a C interface.

use core::ffi::{c_char, c_int};

use import_dynamic::import_dynamic;

#[import_dynamic(["libicuuc.so.72", "libicuuc.so.76", "libicuuc.so.78", "libicuuc.so.67", "libicuuc.so.74"])]
unsafe extern "C" {
    #[symbol(["u_strToUpper_72", "u_strToUpper_76", "u_strToUpper_78", "u_strToUpper_67", "u_strToUpper_74"])]
    fn u_strToUpper(
        to: *mut u16,
        size: c_int,
        from: *const u16,
        from_size: c_int,
        locale: *const c_char,
        error: *mut c_int,
    ) -> c_int;
}

pub(super) fn icu() {
    if super::missing(u_strToUpper::resolve()) {
        return;
    }
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let text: Vec<u16> = "straße, ıi".encode_utf16().collect();
                let (mut upper, mut error) = ([0u16; 64], 0);
                // SAFETY: buffers of the sizes given.
                let size = unsafe {
                    u_strToUpper(upper.as_mut_ptr(), 64, text.as_ptr(), text.len() as c_int, c"tr".as_ptr(), &mut error)
                };
                assert_eq!(
                    (error <= 0, String::from_utf16_lossy(&upper[..size as usize])),
                    (true, "STRASSE, Iİ".into())
                );
            });
        }
    });
}
