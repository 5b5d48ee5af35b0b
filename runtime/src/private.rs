//! What macro expansions name, and nobody else.

pub use core;

pub use import_dynamic_loader::{__if_guest as if_guest, __if_loader as if_loader, Continuation};

pub use crate::data::Data;
pub use crate::declaration::{Code, Declaration, Flags};
pub use crate::error::errno_of;
pub use crate::error::{ErrnoReturn, ImportError};
pub use crate::import::{Import, is_available, resolve};
pub use crate::memory;
pub use crate::registry::{Export, Requirement};
pub use crate::stubs::*;
pub use crate::{__stubs as stubs, __target as target, __target_of as target_of, __variadic as variadic};
pub use crate::{Errno, errno};

pub use crate::callback::{CallbackToken, callback_enter, callback_leave};

/// Where an import's target word is.
pub const TARGET_OFFSET: usize = crate::import::TARGET_OFFSET;

if_loader! {{
    pub use import_dynamic_loader::{__start as start, InitialStack};
} {}}

if_guest! {{
    pub use import_dynamic_loader::guest::ENTER;
} {}}

/// What a panic of a program without std does: one line, and an end.
pub fn panicked() -> ! {
    import_dynamic_loader::exit_with(&"the program panicked")
}
