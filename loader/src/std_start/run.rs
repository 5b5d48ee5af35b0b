//! From `_start` to `main`.

use core::convert::Infallible;
use core::ffi::{c_char, c_int};
use core::sync::atomic::{AtomicUsize, Ordering};

use object::LittleEndian as LE;
use object::elf;
use rustix::mm::{self, MprotectFlags};

use super::dynamic::Dynamic;
use super::image::Std;
use super::{ADOPTED, Import, bind, import, lookup};
use crate::arch::{self, weak};
use crate::error::{Errno, Error};
use crate::host::LibcKind;
use crate::image::Contents;
use crate::interpreter::{Interpreter, Path};
use crate::main_program::MappedImage;
use crate::message::{Message, Sink};
use crate::start::{self, InitialStack};
use crate::{own, slots};

/// C's `main`.
pub type Main = unsafe extern "C" fn(c_int, *mut *mut c_char, *mut *mut c_char) -> c_int;

/// What [`begin`] leaves to [`enter`]: the program's main and the image's slots.
static MAIN: AtomicUsize = AtomicUsize::new(0);
static SLOTS: AtomicUsize = AtomicUsize::new(0);

/// Goes on after `_start`, on the initial stack: nothing here returns, so that the interpreter may have the stack.
///
/// # Safety
/// Behavior is undefined if any of the following conditions are violated:
/// - called once by `_start`, after `relocate`;
/// - `stack` is the kernel's initial stack pointer.
pub unsafe extern "C" fn begin(stack: *mut usize, main: Main) -> ! {
    // SAFETY: the caller's.
    unsafe { start::set_initial_stack(stack, 0) };
    MAIN.store(main as usize, Ordering::Relaxed);
    let Err(error) = start_libc();
    crate::exit_with(&error)
}

/// Runs the interpreter; returns only when that cannot be done.
#[allow(clippy::result_large_err, reason = "once per process, and never passed on")]
fn start_libc() -> Result<Infallible, Error> {
    let stack = start::initial_stack().ok_or(Error::NoInitialStack)?;
    let page = start::page_size();
    let mut path = Path::EMPTY;
    let interpreter = Interpreter::load(&mut path, page)?;
    let (segments, load_bias) = own::program_headers();
    let imports = import::all();
    let mut names = [0; MAX_NEEDED];
    let (fini_start, fini_stop) = (weak!("__fini_array_start"), weak!("__fini_array_end"));
    let contents = Contents {
        needed: needed(interpreter.libc, imports, &mut names),
        interpreter: path.as_c_str(),
        segments,
        load_bias: Some(load_bias),
        tls: None,
        exports: crate::export::Exports([crate::export::all(), &[]]),
        std: Std {
            imports,
            copies_all: interpreter.libc != LibcKind::Musl,
            destructors: (fini_start, fini_stop.saturating_sub(fini_start)),
            dynamic: Dynamic::of_program(),
        },
    };
    let layout = MappedImage::new(&contents, page)?.keep();
    SLOTS.store(layout.slots, Ordering::Relaxed);
    // SAFETY: no other slice of it is in use: this process has one thread.
    for entry in unsafe { stack.auxv() } {
        entry[1] = layout.auxiliary(*entry, interpreter.bias, arch::std_entry);
    }
    let entry = interpreter.entry;
    ADOPTED.set(interpreter.keep(), layout.interpreter);
    // SAFETY: a checked and mapped interpreter and the kernel's own initial stack; this function's frame is not used again.
    unsafe { arch::start_interpreter(stack.as_ptr(), entry) }
}

/// Bytes of the names of all libraries that may be needed.
const MAX_NEEDED: usize = 128;

/// The libraries that the imports need, as glibc cuts itself into libraries; musl is one. Names with their NULs, in `room`.
fn needed<'a>(libc: LibcKind, imports: &[Import], room: &'a mut [u8; MAX_NEEDED]) -> &'a str {
    let mut len = 0;
    let mut push = |names: &str| {
        if let Some(place) = room.get_mut(len..len + names.len()) {
            place.copy_from_slice(names.as_bytes());
            len += names.len();
        }
    };
    push(crate::main_program::needed(libc));
    let is_glibc = matches!(libc, LibcKind::Glibc | LibcKind::GlibcBefore234);
    for (letter, name, is_always_separate) in [
        (b'm', "libm.so.6\0", true),
        (b's', "libresolv.so.2\0", true),
        (b'r', "librt.so.1\0", false),
        (b'u', "libutil.so.1\0", false),
    ] {
        let is_separate = is_glibc && (is_always_separate || libc == LibcKind::GlibcBefore234);
        if is_separate && imports.iter().any(|import| import.library() == letter) {
            push(name);
        }
    }
    core::str::from_utf8(room.get(..len).unwrap_or_default()).unwrap_or_default()
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
        crate::exit_with(&Error::NoLibc(ADOPTED.interpreter()));
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
        let stack = InitialStack::at(stack);
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
                crate::exit_with(&Error::Memory(Errno(errno.raw_os_error())));
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
///
/// # Safety
/// Called by [`__import_dynamic_missing`](crate::__std_start) alone.
pub unsafe extern "C" fn missing(import: &Import) -> ! {
    crate::exit_with(&Missing(import))
}

struct Missing<'a>(&'a Import);

impl Message for Missing<'_> {
    fn write_to(&self, out: &mut dyn Sink) {
        out.put(self.0.name().to_bytes());
        out.put(b": the host's C library has no such function");
    }
}
