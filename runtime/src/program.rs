//! Programs that have no libc of their own: `main!`.

use core::ffi::{CStr, c_char};

/// The arguments and the environment that a program was started with.
#[derive(Clone, Copy)]
pub struct Arguments {
    argc: usize,
    argv: *mut *mut c_char,
    envp: *mut *mut c_char,
}

impl Arguments {
    /// From what the entry point was given.
    ///
    /// # Safety
    /// Both lists are null-terminated and stay for the life of the process; `argv` has `argc` entries.
    #[doc(hidden)]
    pub unsafe fn new(argc: usize, argv: *mut *mut c_char, envp: *mut *mut c_char) -> Self {
        Self { argc, argv, envp }
    }

    /// The number of arguments, the program's name among them.
    pub fn count(&self) -> usize {
        self.argc
    }

    /// The arguments, the program's name first.
    pub fn args(&self) -> Strings {
        Strings { next: self.argv }
    }

    /// The environment, as `NAME=value`.
    pub fn vars(&self) -> Strings {
        Strings { next: self.envp }
    }

    /// `argv` as C has it.
    pub fn argv(&self) -> *mut *mut c_char {
        self.argv
    }

    /// `envp` as C has it.
    pub fn envp(&self) -> *mut *mut c_char {
        self.envp
    }
}

/// The strings of an argument list or an environment.
#[derive(Clone, Debug)]
pub struct Strings {
    next: *mut *mut c_char,
}

impl Iterator for Strings {
    type Item = &'static CStr;

    fn next(&mut self) -> Option<&'static CStr> {
        // SAFETY: a null-terminated list of strings that stay (Arguments::new).
        unsafe {
            if (*self.next).is_null() {
                return None;
            }
            let text = CStr::from_ptr(*self.next);
            self.next = self.next.add(1);
            Some(text)
        }
    }
}

/// Makes the program's entry point from a function `fn(Arguments) -> i32`, for a program without std and without libc.
///
/// Supplies `_start`, the panic handler and the memory functions that compiled code calls. What the function returns is
/// the exit status; if an import has been called, the host libc's `exit` runs, so that its buffers are flushed.
///
/// ```ignore
/// #![no_std]
/// #![no_main]
///
/// import_dynamic::main!(main);
///
/// fn main(arguments: import_dynamic::Arguments) -> i32 {
///     0
/// }
/// ```
///
/// The program is linked without start files (`cargo::rustc-link-arg-bins=-nostartfiles` and `-nostdlib` in its build
/// script) and with `panic = "abort"`. On systems other than Linux the entry point is C's `main`.
#[macro_export]
macro_rules! main {
    ($main:path) => {
        $crate::__entry!($main);

        #[panic_handler]
        fn panic(_: &$crate::private::core::panic::PanicInfo<'_>) -> ! {
            $crate::private::panicked()
        }
    };
}

/// The entry point itself: the kernel's where programs without a libc are served, else C's.
#[doc(hidden)]
#[macro_export]
macro_rules! __entry {
    ($main:path) => {
        $crate::private::if_loader! {{
            const _: () = {
                use $crate::private::core::ffi::{c_int, c_void};
                use $crate::private::{InitialStack, memory};

                extern "C" fn begin(stack: InitialStack) -> c_int {
                    // SAFETY: the kernel's own lists.
                    let arguments = unsafe { $crate::Arguments::new(stack.argc(), stack.argv(), stack.envp()) };
                    $main(arguments)
                }
                $crate::private::start!(begin);

                // SAFETY (of the symbols): a program without libc has none of these; the semantics are C's.
                #[unsafe(no_mangle)]
                unsafe extern "C" fn memcpy(to: *mut c_void, from: *const c_void, len: usize) -> *mut c_void {
                    // SAFETY: the caller's.
                    unsafe { memory::copy(to, from, len) }
                }
                #[unsafe(no_mangle)]
                unsafe extern "C" fn memmove(to: *mut c_void, from: *const c_void, len: usize) -> *mut c_void {
                    // SAFETY: the caller's.
                    unsafe { memory::copy_overlapping(to, from, len) }
                }
                #[unsafe(no_mangle)]
                unsafe extern "C" fn memset(to: *mut c_void, byte: c_int, len: usize) -> *mut c_void {
                    // SAFETY: the caller's.
                    unsafe { memory::fill(to, byte, len) }
                }
                #[unsafe(no_mangle)]
                unsafe extern "C" fn memcmp(a: *const c_void, b: *const c_void, len: usize) -> c_int {
                    // SAFETY: the caller's.
                    unsafe { memory::compare(a, b, len) }
                }
                #[unsafe(no_mangle)]
                unsafe extern "C" fn bcmp(a: *const c_void, b: *const c_void, len: usize) -> c_int {
                    // SAFETY: the caller's.
                    unsafe { memory::compare(a, b, len) }
                }
                #[unsafe(no_mangle)]
                unsafe extern "C" fn strlen(text: *const c_void) -> usize {
                    // SAFETY: the caller's.
                    unsafe { memory::length(text) }
                }
                // The compiled core library names these two in its unwind tables; nothing here unwinds.
                #[unsafe(no_mangle)]
                extern "C" fn rust_eh_personality() {}
                #[unsafe(no_mangle)]
                extern "C" fn _Unwind_Resume() -> ! {
                    $crate::private::panicked()
                }
            };
        } {
            const _: () = {
                use $crate::private::core::ffi::{c_char, c_int};

                #[unsafe(export_name = "main")]
                extern "C" fn begin(argc: c_int, argv: *mut *mut c_char, envp: *mut *mut c_char) -> c_int {
                    // SAFETY: as C gives them to main.
                    $main(unsafe { $crate::Arguments::new(argc as usize, argv, envp) })
                }
                // The compiled core library names it in its unwind tables; nothing here unwinds.
                #[unsafe(no_mangle)]
                extern "C" fn rust_eh_personality() {}
            };
        }}
    };
}
