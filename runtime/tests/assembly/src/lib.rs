//! Imports in a library between the program and `import_dynamic`.

use core::ffi::{c_long, c_longlong};

use import_dynamic::{import_dynamic, require};

#[import_dynamic("libc", feature = "numbers", description = "Absolute \"values\"", priority = "suggested")]
unsafe extern "C" {
    /// labs(3).
    pub safe fn labs(n: c_long) -> c_long;
    /// llabs(3): another import in the same table.
    pub safe fn llabs(n: c_longlong) -> c_longlong;
}

require!(["libcall_cost.so.2", "libcall_cost.so.1"], optional, feature = "nothing");
