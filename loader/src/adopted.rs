//! Adopted mode: the interpreter runs on this very thread with the static program presented as the main program, and
//! the process becomes an ordinary one of the host's libc.

use core::sync::atomic::Ordering;

use crate::error::Error;
use crate::host::{Failure, Host, LinkMode};
use crate::image::{self, ENTRY};
use crate::interpreter::{Interpreter, Path};
use crate::main_program::{MappedImage, needed};
use crate::start::{self, InitialStack};
use crate::{arch, own, slots};

/// Brings up the host's libc on this thread.
///
/// # Errors
/// Final once the interpreter has run; before that, nothing is left behind but mappings that a retry replaces.
#[allow(clippy::result_large_err, reason = "once per process, and never passed on")]
pub(crate) fn bring_up(stack: InitialStack) -> Result<Host, Failure> {
    // A program with another entry point than `main!`'s: there is none where adopted mode is all there is.
    if cfg!(any(guest, native, std_start)) && start::reserved() == 0 {
        return Err(Error::NoInitialStack.into());
    }
    let page = start::page_size();
    let mut path = Path::EMPTY;
    let interpreter = Interpreter::load(&mut path, page)?;
    let (segments, load_bias) = own::program_headers();
    let contents = image::Contents {
        needed: needed(interpreter.libc),
        interpreter: path.as_c_str(),
        segments,
        load_bias: Some(load_bias),
        tls: None,
        exports: crate::export::Exports([crate::export::all(), &[]]),
        #[cfg(std_start)]
        std: image::Std::NONE,
    };
    let image = MappedImage::new(&contents, page)?;
    let layout = &image.layout;

    ENTRY.start_main.store(layout.slots + slots::START_MAIN * 8, Ordering::Relaxed);
    ENTRY.main.store(arch::adopted_main as *const () as usize, Ordering::Relaxed);
    ENTRY.without_libc.store(arch::adopted_without_libc as *const () as usize, Ordering::Relaxed);
    // SAFETY: no other slice of it is in use: this process has one thread.
    for entry in unsafe { stack.auxv() } {
        entry[1] = layout.auxiliary(*entry, interpreter.bias, arch::image_entry);
    }
    // SAFETY: a checked and mapped interpreter, the kernel's own initial stack, and room below it (`reserved`).
    let is_up = unsafe { arch::adopt(stack.as_ptr(), interpreter.entry) } == 1;
    // SAFETY: the interpreter has run.
    unsafe { image.finish(LinkMode::Adopted, interpreter, |_| is_up) }
}
