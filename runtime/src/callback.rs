//! Functions of the program that libraries call: what `#[callback]` wraps around their bodies.

import_dynamic_loader::__if_guest! {{
    /// What [`callback_leave`] puts back.
    #[derive(Clone, Copy)]
    pub struct CallbackToken(import_dynamic_loader::guest::callback::Token);

    /// Comes home, if the thread is in guest code: in native and adopted mode one load and a branch.
    ///
    /// # Safety
    /// Behavior is undefined if any of the following conditions are violated:
    /// - what runs next is a function of its own that is never inlined, then [`callback_leave`] with the token;
    /// - nothing unwinds past it.
    #[inline(always)]
    pub unsafe fn callback_enter() -> CallbackToken {
        import_dynamic_loader::guest::callback::mark!();
        CallbackToken(import_dynamic_loader::guest::callback::enter())
    }

    /// Goes back to where [`callback_enter`] came from.
    ///
    /// # Safety
    /// `token` is that of the [`callback_enter`] on this thread that was last and has not been left yet.
    #[inline(always)]
    pub unsafe fn callback_leave(token: CallbackToken) {
        // SAFETY: the caller's.
        unsafe { import_dynamic_loader::guest::callback::leave(token.0) }
    }
} {
    /// What [`callback_leave`] puts back: nothing, where there is no guest mode.
    #[derive(Clone, Copy)]
    pub struct CallbackToken(());

    /// Does nothing, where there is no guest mode.
    ///
    /// # Safety
    /// There is nothing to keep.
    #[inline(always)]
    pub unsafe fn callback_enter() -> CallbackToken {
        CallbackToken(())
    }

    /// Does nothing, where there is no guest mode.
    ///
    /// # Safety
    /// There is nothing to keep.
    #[inline(always)]
    pub unsafe fn callback_leave(_: CallbackToken) {}
}}
