//! Statics that many crates put into one linker section, read as a slice.

/// The slice of all statics of type `$type` in the section `$section`, whose name is a C identifier: linkers then define
/// `__start_` and `__stop_` symbols around it (GNU ld manual, "Orphan Sections").
#[cfg(loader)]
#[doc(hidden)]
#[macro_export]
macro_rules! __section {
    ($type:ty, $section:literal) => {{
        let start = $crate::__weak!(concat!("__start_", $section)) as *const $type;
        let stop = $crate::__weak!(concat!("__stop_", $section)) as *const $type;
        if start.is_null() {
            &[][..]
        } else {
            // SAFETY: the section holds nothing but statics of this type, one after another: their size is a multiple
            // of their alignment, so that the linker adds no padding.
            unsafe {
                core::slice::from_raw_parts::<'static, $type>(
                    start,
                    (stop as usize - start as usize) / size_of::<$type>(),
                )
            }
        }
    }};
}
/// Likewise where no assembly can say that the symbols may be absent: an empty static makes sure of the section.
#[cfg(not(loader))]
#[doc(hidden)]
#[macro_export]
macro_rules! __section {
    ($type:ty, $section:literal) => {{
        #[used]
        #[unsafe(link_section = $section)]
        static EMPTY: [$type; 0] = [];
        // SAFETY: the linker's symbols, of which only the addresses are used.
        unsafe extern "C" {
            #[link_name = concat!("__start_", $section)]
            static START: u8;
            #[link_name = concat!("__stop_", $section)]
            static STOP: u8;
        }
        let (start, stop) = (&raw const START as *const $type, &raw const STOP);
        // SAFETY: the section holds nothing but statics of this type, one after another: their size is a multiple of
        // their alignment, so that the linker adds no padding.
        unsafe {
            core::slice::from_raw_parts::<'static, $type>(start, (stop as usize - start as usize) / size_of::<$type>())
        }
    }};
}
pub use __section as section;
