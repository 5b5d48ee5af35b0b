//! Adopted mode: the interpreter runs on this very thread with the static program presented as the main program, and
//! the process becomes an ordinary one of the host's libc.

use core::sync::atomic::Ordering;


use crate::elf::Phdr;
use crate::error::Error;
use crate::guest::{MappedImage, functions, needed};
use crate::host::{Failure, Host, LinkMode, with_functions};
use crate::image::{self, ENTRY};
use crate::interpreter::Interpreter;
use crate::message::Text;
use crate::start::{self, InitialStack, at};
use crate::{arch, own, slots};

/// Brings up the host's libc on this thread.
///
/// # Errors
/// Final once the interpreter has run; before that, nothing is left behind but mappings that a retry replaces.
pub(crate) fn bring_up(stack: InitialStack) -> Result<Host, Failure> {
    if start::reserved() == 0 {
        return Err(Error::NoInitialStack.into());
    }
    let interpreter = Interpreter::load(start::page_size())?;
    let (segments, load_bias) = own::program_headers();
    let contents = image::Contents {
        needed: needed(interpreter.libc),
        interpreter: crate::host::c_bytes(&interpreter.path),
        segments,
        load_bias: Some(load_bias),
        exports: crate::export::all(),
        std: image::Std::default(),
    };
    let image = MappedImage::new(&contents, start::page_size())?;
    let layout = image.layout;

    ENTRY.start_main.store(layout.slots + slots::START_MAIN * 8, Ordering::Relaxed);
    ENTRY.main.store(arch::adopted_main as *const () as usize, Ordering::Relaxed);
    ENTRY.without_libc.store(arch::adopted_without_libc as *const () as usize, Ordering::Relaxed);
    // SAFETY: no other slice of it is in use: this process has one thread.
    for entry in unsafe { stack.auxv() } {
        match entry[0] {
            at::PHDR => entry[1] = layout.headers,
            at::PHENT => entry[1] = size_of::<Phdr>(),
            at::PHNUM => entry[1] = layout.header_count,
            at::BASE => entry[1] = interpreter.bias,
            at::ENTRY => entry[1] = arch::image_entry as *const () as usize,
            _ => {}
        }
    }
    // SAFETY: a checked and mapped interpreter, the kernel's own initial stack, and room below it (`reserved`).
    let up = unsafe { arch::adopt(stack.as_ptr(), interpreter.entry) } == 1;
    let (libc, path) = interpreter.keep();
    // SAFETY: the interpreter has filled the slots; nothing writes them any more.
    let functions = unsafe { functions(image.keep()) };
    if !up || functions.dlopen == 0 || functions.dlsym == 0 {
        return Err(Failure { error: Error::NoLibc(Text::new(&path)), is_final: true });
    }
    Ok(with_functions(LinkMode::Adopted, libc, &path, functions))
}
