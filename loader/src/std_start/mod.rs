//! Start of a std program that has no libc of its own: every libc symbol in it is an import, written by
//! `cargo import-dynamic`'s linker. `_start` shows the interpreter a program image whose relocations are those imports, the
//! interpreter binds them in one pass, and the host's `__libc_start_main` runs `main`.
//!
//! The linker's side of the contract: each import is a static [`Import`] in the section `import_dynamic_std`. A function's
//! symbol is an indirect function (STT_GNU_IFUNC) whose resolver is never run: wherever the linker left an R_*_IRELATIVE
//! relocation that names it, [`bind`] writes the host's function, or 0 for a weak one that the host has not, or the resolver's
//! own address, which is a stub that says what is missing. A variable's symbol is room for its copy (R_*_COPY).

use core::ffi::{CStr, c_char, c_int};
use core::sync::atomic::{AtomicUsize, Ordering};

use rustix::mm::{self, MprotectFlags};

use object::LittleEndian as LE;
use object::elf;

use crate::arch::{self, weak};
use crate::elf::Phdr;
use crate::error::Error;
use crate::guest::MappedImage;
use crate::host::LibcKind;
use crate::image::{Contents, Std};
use crate::interpreter::{Interpreter, Path};
use crate::message::Text;
use crate::start::{self, InitialStack, at};
use crate::{own, program, slots};

mod bind;
mod compat;
mod import;
mod lookup;

pub use import::Import;

/// C's `main`.
pub type Main = unsafe extern "C" fn(c_int, *mut *mut c_char, *mut *mut c_char) -> c_int;

/// What [`begin`] leaves to [`enter`]: the program's main and the image's slots.
static MAIN: AtomicUsize = AtomicUsize::new(0);
static SLOTS: AtomicUsize = AtomicUsize::new(0);

/// Which host libc the program has become a process of, for a loader that is part of the program itself: the symbol
/// `__import_dynamic_adopted` points to it.
#[repr(C)]
pub struct Adopted {
    libc: AtomicUsize,
    interpreter: core::cell::UnsafeCell<Path>,
}
// SAFETY: written by one thread, before any other exists.
unsafe impl Sync for Adopted {}

/// What the start code has found.
pub static ADOPTED: Adopted =
    Adopted { libc: AtomicUsize::new(0), interpreter: core::cell::UnsafeCell::new([0; size_of::<Path>()]) };

impl Adopted {
    pub(crate) fn libc(&self) -> LibcKind {
        let kind = self.libc.load(Ordering::Relaxed);
        let kinds = [LibcKind::Glibc, LibcKind::GlibcBefore234, LibcKind::Musl];
        kinds.into_iter().find(|known| *known as usize == kind).unwrap_or(LibcKind::Unknown)
    }

    /// The interpreter's file name, NUL-terminated.
    pub(crate) fn interpreter(&self) -> Path {
        // SAFETY: see Sync.
        unsafe { *self.interpreter.get() }
    }

    fn set(&self, (libc, path): (LibcKind, Path)) {
        self.libc.store(libc as usize, Ordering::Relaxed);
        // SAFETY: see Sync.
        unsafe { *self.interpreter.get() = path };
    }
}

/// The host that this program's start code has found, if it has such.
pub(crate) fn adopted() -> Option<&'static Adopted> {
    let pointer = weak!("__import_dynamic_adopted") as *const &'static Adopted;
    // SAFETY: null, or the start code's symbol.
    unsafe { pointer.as_ref() }.copied()
}

/// Goes on after `_start`, on the initial stack: nothing here returns, so that the interpreter may have the stack.
///
/// # Safety
/// Behavior is undefined if any of the following conditions are violated:
/// - called once, first of all, by `_start`;
/// - `stack` is the kernel's initial stack pointer.
pub unsafe extern "C" fn begin(stack: *mut usize, main: Main) -> ! {
    // SAFETY: nothing has been relocated yet, and nothing up to here needed it (see program::begin).
    unsafe {
        program::relocate(stack);
        start::set_initial_stack(stack, 0);
    }
    MAIN.store(main as usize, Ordering::Relaxed);
    let Err(error) = start_libc();
    crate::exit_with(&error)
}

/// Runs the interpreter; returns only when that cannot be done.
fn start_libc() -> Result<core::convert::Infallible, Error> {
    let stack = start::initial_stack().ok_or(Error::NoInitialStack)?;
    let interpreter = Interpreter::load(start::page_size())?;
    let (segments, load_bias) = own::program_headers();
    let imports = import::all();
    let (needed, count) = needed(interpreter.libc, imports);
    let (fini_start, fini_stop) = (weak!("__fini_array_start"), weak!("__fini_array_end"));
    let contents = Contents {
        needed: needed.get(..count).unwrap_or_default(),
        interpreter: crate::host::c_bytes(&interpreter.path),
        segments,
        load_bias: Some(load_bias),
        exports: crate::export::all(),
        std: Std {
            imports,
            copies_all: interpreter.libc != LibcKind::Musl,
            destructors: (fini_start, fini_stop.saturating_sub(fini_start)),
        },
    };
    let image = MappedImage::new(&contents, start::page_size())?;
    let layout = image.layout;
    SLOTS.store(image.keep(), Ordering::Relaxed);
    // SAFETY: no other slice of it is in use: this process has one thread.
    for entry in unsafe { stack.auxv() } {
        match entry[0] {
            at::PHDR => entry[1] = layout.headers,
            at::PHENT => entry[1] = size_of::<Phdr>(),
            at::PHNUM => entry[1] = layout.header_count,
            at::BASE => entry[1] = interpreter.bias,
            at::ENTRY => entry[1] = arch::std_entry as *const () as usize,
            _ => {}
        }
    }
    let entry = interpreter.entry;
    ADOPTED.set(interpreter.keep());
    // SAFETY: a checked and mapped interpreter and the kernel's own initial stack; this function's frame is not used again.
    unsafe { arch::start_interpreter(stack.as_ptr(), entry) }
}

/// The libraries that the imports need, as glibc cuts itself into libraries; musl is one.
fn needed(libc: LibcKind, imports: &[Import]) -> ([&'static CStr; crate::export::MAX_NEEDED], usize) {
    let mut needed = [c""; crate::export::MAX_NEEDED];
    let mut count = 0;
    let mut push = |name: &'static CStr| {
        if let Some(place) = needed.get_mut(count) {
            *place = name;
            count += 1;
        }
    };
    crate::guest::needed(libc).iter().for_each(|name| push(name));
    let is_glibc = matches!(libc, LibcKind::Glibc | LibcKind::GlibcBefore234);
    for (letter, name, is_always_separate) in [
        (b'm', c"libm.so.6", true),
        (b's', c"libresolv.so.2", true),
        (b'r', c"librt.so.1", false),
        (b'u', c"libutil.so.1", false),
    ] {
        let is_separate = is_glibc && (is_always_separate || libc == LibcKind::GlibcBefore234);
        if is_separate && imports.iter().any(|import| import.library() == letter) {
            push(name);
        }
    }
    (needed, count)
}

/// Goes on when the interpreter is done: binds what it has found, and hands over to the host's libc.
///
/// # Safety
/// Called by [`arch::std_entry`] alone.
pub(crate) unsafe extern "C" fn enter(stack: *mut usize, rtld_fini: usize) -> ! {
    let table = SLOTS.load(Ordering::Relaxed);
    // SAFETY: the image's slots, filled by the interpreter.
    let slot = |index: usize| unsafe { *((table + index * 8) as *const usize) };
    let start_main = slot(slots::START_MAIN);
    if start_main == 0 {
        crate::exit_with(&Error::NoLibc(Text::new(&ADOPTED.interpreter())));
    }
    let is_glibc = ADOPTED.libc() != LibcKind::Musl;
    let lookup = lookup::Lookup::new(slot(slots::DLSYM), slot(slots::DLERROR), is_glibc);
    // SAFETY: one thread, before any code of the program.
    unsafe {
        protect_relro(MprotectFlags::READ | MprotectFlags::WRITE);
        bind::bind(import::all(), &lookup);
        protect_relro(MprotectFlags::READ);
        let start_main: unsafe extern "C" fn(Main, usize, *mut *mut c_char, usize, usize, usize, *mut usize) -> ! =
            core::mem::transmute(start_main);
        // The initial stack as the interpreter has left it: it may have skipped arguments of its own.
        let stack = InitialStack::new(stack);
        start_main(run, stack.argc(), stack.argv(), 0, 0, rtld_fini, stack.as_ptr())
    }
}

/// Changes the protection of PT_GNU_RELRO, which the interpreter has made read-only: what the imports are bound to is written
/// there. The interpreter has to know it all the same, since musl's takes what is left of other segments' pages for its heap.
unsafe fn protect_relro(protection: MprotectFlags) {
    let (segments, bias) = own::program_headers();
    let page = start::page_size();
    for segment in segments.iter().filter(|segment| segment.p_type.get(LE) == elf::PT_GNU_RELRO) {
        let start = bias.wrapping_add(segment.p_vaddr.get(LE) as usize);
        let end = start.wrapping_add(segment.p_memsz.get(LE) as usize) & !(page - 1);
        let start = start & !(page - 1);
        if end > start {
            // SAFETY: whole pages that hold nothing but what is constant after relocation.
            let changed = unsafe { mm::mprotect(start as *mut _, end - start, protection) };
            if let Err(errno) = changed {
                crate::exit_with(&Error::Memory(errno.into()));
            }
        }
    }
}

/// `main` as the host's libc sees it: the program's constructors with their arguments, as glibc calls them, then its main.
unsafe extern "C" fn run(argc: c_int, argv: *mut *mut c_char, envp: *mut *mut c_char) -> c_int {
    type Constructor = unsafe extern "C" fn(c_int, *mut *mut c_char, *mut *mut c_char);
    for (start, stop) in [
        (weak!("__preinit_array_start"), weak!("__preinit_array_end")),
        (weak!("__init_array_start"), weak!("__init_array_end")),
    ] {
        let (mut next, stop) = (start as *const Option<Constructor>, stop as *const Option<Constructor>);
        while next < stop {
            // SAFETY: the linker's array of constructors, called once each and in order.
            unsafe {
                if let Some(constructor) = *next
                    && constructor as usize != usize::MAX
                {
                    constructor(argc, argv, envp);
                }
                next = next.add(1);
            }
        }
    }
    // SAFETY: stored by `begin` as what it is; not null.
    let main: Main = unsafe { core::mem::transmute(MAIN.load(Ordering::Relaxed)) };
    // SAFETY: what the host's libc gives to main.
    unsafe { main(argc, argv, envp) }
}

/// Ends the program: an import was called that the host does not have.
pub unsafe extern "C" fn missing(import: &Import) -> ! {
    crate::exit_with(&format_args!(
        "{}: the host's C library has no such function",
        Text::<96>::new(import.name().to_bytes())
    ))
}
