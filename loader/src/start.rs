//! What the kernel gave the process at its start: arguments, environment and auxiliary vector, all on the initial stack
//! (ABI, "Process Initialization").

use core::ffi::{CStr, c_char};
use core::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

/// The address of `argc`, null until somebody has told.
static INITIAL_STACK: AtomicPtr<usize> = AtomicPtr::new(core::ptr::null_mut());
/// The auxiliary vector: found once, since the environment before it may change later. Stored before INITIAL_STACK.
static AUXV: AtomicPtr<[usize; 2]> = AtomicPtr::new(core::ptr::null_mut());
/// Bytes below the initial stack that the program does not use: the interpreter's frames go there.
static RESERVED: AtomicUsize = AtomicUsize::new(0);

/// Auxiliary vector types (`<elf.h>`).
pub(crate) mod at {
    pub(crate) const NULL: usize = 0;
    pub(crate) const PHDR: usize = 3;
    pub(crate) const PHENT: usize = 4;
    pub(crate) const PHNUM: usize = 5;
    pub(crate) const PAGESZ: usize = 6;
    pub(crate) const BASE: usize = 7;
    pub(crate) const ENTRY: usize = 9;
    #[cfg(std_start)]
    pub(crate) const HWCAP: usize = 16;
    pub(crate) const SECURE: usize = 23;
    #[cfg(guest)]
    pub(crate) const RANDOM: usize = 25;
    pub(crate) const HWCAP2: usize = 26;
    #[cfg(guest)]
    pub(crate) const RSEQ_FEATURE_SIZE: usize = 27;
    #[cfg(guest)]
    pub(crate) const RSEQ_ALIGN: usize = 28;
    #[cfg(guest)]
    pub(crate) const EXECFN: usize = 31;
}

/// Tells where the initial stack is, and how many bytes below it the program has left free.
///
/// # Safety
/// Behavior is undefined if any of the following conditions are violated:
/// - `stack` is the stack pointer that the kernel started this process with;
/// - the `reserved` bytes below it are never used by the program.
pub unsafe fn set_initial_stack(stack: *mut usize, reserved: usize) {
    RESERVED.store(reserved, Ordering::Relaxed);
    // SAFETY: the caller's; told once, at the start.
    AUXV.store(unsafe { InitialStack(stack).find_auxv() }, Ordering::Relaxed);
    INITIAL_STACK.store(stack, Ordering::Release);
}

/// The initial stack, if somebody has told.
pub(crate) fn initial_stack() -> Option<InitialStack> {
    let stack = INITIAL_STACK.load(Ordering::Acquire);
    (!stack.is_null()).then_some(InitialStack(stack))
}

/// Bytes below the initial stack that the interpreter may use.
pub(crate) fn reserved() -> usize {
    RESERVED.load(Ordering::Relaxed)
}

/// The words that the kernel laid out: argc, argv, 0, envp, 0, auxv, AT_NULL.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct InitialStack(*mut usize);

impl InitialStack {
    /// The initial stack as an interpreter has left it.
    ///
    /// # Safety
    /// As for [`set_initial_stack`].
    #[cfg(std_start)]
    pub(crate) unsafe fn at(stack: *mut usize) -> Self {
        Self(stack)
    }

    pub(crate) fn as_ptr(self) -> *mut usize {
        self.0
    }

    /// The number of arguments.
    pub fn argc(self) -> usize {
        // SAFETY: the first word, by set_initial_stack's contract.
        unsafe { *self.0 }
    }

    /// The arguments, null-terminated.
    pub fn argv(self) -> *mut *mut c_char {
        self.0.wrapping_add(1).cast()
    }

    /// The environment, null-terminated.
    pub fn envp(self) -> *mut *mut c_char {
        self.argv().wrapping_add(self.argc() + 1)
    }

    /// The auxiliary vector: pairs of type and value up to AT_NULL's, which is left out.
    ///
    /// # Safety
    /// No other such slice is in use.
    pub(crate) unsafe fn auxv<'a>(self) -> &'a mut [[usize; 2]] {
        let (start, len) = self.find_entries();
        // SAFETY: the kernel's words, on the stack or a copy of it, for the caller alone.
        unsafe { core::slice::from_raw_parts_mut(start, len) }
    }

    /// The auxiliary vector's start, and how many entries it has.
    #[inline(never)]
    fn find_entries(self) -> (*mut [usize; 2], usize) {
        let known = AUXV.load(Ordering::Relaxed);
        // SAFETY: the environment ends with a null word, the auxiliary vector follows and ends with AT_NULL.
        unsafe {
            // What `set_initial_stack` was told has been looked through; `at` and the tests have others.
            let start = if cfg!(any(test, std_start)) && known.is_null() { self.find_auxv() } else { known };
            let mut len = 0;
            while (*start.add(len))[0] != at::NULL {
                len += 1;
            }
            (start, len)
        }
    }

    /// Where the auxiliary vector begins: behind the null words that end the environment. There are more than one when
    /// variables have been taken out of it, as libcs do at once in secure execution.
    ///
    /// # Safety
    /// Nobody changes the environment meanwhile.
    unsafe fn find_auxv(self) -> *mut [usize; 2] {
        let mut end = self.envp();
        // SAFETY: as in `auxv`, which is never empty: AT_PAGESZ is always there.
        unsafe {
            while !(*end).is_null() {
                end = end.add(1);
            }
            while (*end).is_null() {
                end = end.add(1);
            }
        }
        end.cast()
    }

    /// One value of the auxiliary vector.
    #[inline(never)]
    pub(crate) fn auxiliary(self, kind: usize) -> Option<usize> {
        let (start, len) = self.find_entries();
        // SAFETY: initialized words, which nobody writes but `adopted` and `run`, before there is a second thread.
        let auxv = unsafe { core::slice::from_raw_parts(start, len) };
        auxv.iter().find(|entry| entry[0] == kind).map(|entry| entry[1])
    }
}

/// Size of a page; 4096 where nobody told.
pub(crate) fn page_size() -> usize {
    initial_stack().and_then(|stack| stack.auxiliary(at::PAGESZ)).filter(|size| size.is_power_of_two()).unwrap_or(4096)
}

/// The program's environment as it is now: its libc's where it has one, else the initial one.
pub(crate) fn environment() -> *mut *mut c_char {
    #[cfg(any(guest, native))]
    {
        let variable = crate::optional::environ() as *const *mut *mut c_char;
        if !variable.is_null() {
            // SAFETY: glibc's and musl's variable, a pointer.
            let current = unsafe { *variable };
            if !current.is_null() {
                return current;
            }
        }
    }
    initial_stack().map_or(core::ptr::null_mut(), InitialStack::envp)
}

/// The value of an environment variable of this project; none in secure execution, where the environment is the
/// attacker's.
#[inline(never)]
pub fn variable(name: &[u8]) -> Option<&'static CStr> {
    let mut entry = environment();
    if is_secure() || entry.is_null() {
        return None;
    }
    // SAFETY: an environment ends with a null word; its strings live as long as the process, or until the program
    // replaces them, which it must not do while another thread reads its environment (environ(7)).
    unsafe {
        while !(*entry).is_null() {
            let mut text: *const u8 = (*entry).cast();
            // Ends at the latest at the string's NUL, which no name has.
            let mut wanted = name.iter();
            while wanted.as_slice().first() == Some(&*text) {
                (_, text) = (wanted.next(), text.add(1));
            }
            if wanted.as_slice().is_empty() && *text == b'=' {
                return Some(CStr::from_ptr(text.add(1).cast()));
            }
            entry = entry.add(1);
        }
    }
    None
}

/// Whether the process runs with more rights than who started it (AT_SECURE, getauxval(3)).
pub fn is_secure() -> bool {
    if let Some(stack) = initial_stack() {
        return stack.auxiliary(at::SECURE) != Some(0);
    }
    #[cfg(any(guest, native))]
    {
        let getauxval = crate::optional::getauxval();
        if getauxval != 0 {
            // SAFETY: libc's getauxval(3).
            let getauxval: extern "C" fn(usize) -> usize = unsafe { core::mem::transmute(getauxval) };
            return getauxval(at::SECURE) != 0;
        }
    }
    true
}

/// Finds the initial stack of a static program that has a libc, before `main` and before anything can have changed
/// the environment: its libc's `environ` still points to where the kernel put it.
#[cfg(any(guest, native))]
extern "C" fn capture() {
    let variable = crate::optional::environ() as *const *mut *mut usize;
    if variable.is_null() || crate::own::is_dynamic() {
        return;
    }
    // SAFETY: the words below envp are argv's terminator, argv and argc, which counts them; argument addresses are
    // never small enough to be mistaken for it.
    unsafe {
        let envp: *mut usize = (*variable).cast();
        if envp.is_null() || *envp.sub(1) != 0 {
            return;
        }
        let (mut word, mut count) = (envp.sub(2), 0);
        while *word != count {
            (word, count) = (word.sub(1), count + 1);
        }
        set_initial_stack(word, 0);
    }
}

#[cfg(any(guest, native))]
#[used]
#[unsafe(link_section = ".init_array")]
static CAPTURE: extern "C" fn() = capture;

#[cfg(test)]
pub(crate) mod tests;
