//! Whether the process's `dlsym` is the libc's own, and gives what the tables say.
//!
//! - Another library may have a `dlsym` that the process found first (LD_PRELOAD).
//! - Auditors are asked what a symbol's address shall be (rtld-audit(7), `la_symbind`). They are there since the process
//!   started, by LD_AUDIT, an option of the interpreter or the program's own dynamic section; each is in a namespace of its own.
//!   Where as many libraries can be listed as were ever loaded, there is no other namespace.
//! - With LD_DYNAMIC_WEAK a weak definition is the answer only if there is no other (ld.so(8)).
//!
//! The last two are glibc's alone.

use core::ffi::{c_char, c_int, c_void};
use core::sync::atomic::{AtomicUsize, Ordering};

use super::Symbols;
use crate::host::{Host, LibcKind};
use crate::slots;
use crate::start::variable;

const UNKNOWN: usize = 0;
const NOT_PLAIN: usize = 1;

/// The libc's dlinfo(3), if `dlsym` is plain.
pub(super) fn dlinfo(host: &Host) -> Option<usize> {
    /// Threads that race find the same, or that it is not plain any more, which only costs time.
    static FOUND: AtomicUsize = AtomicUsize::new(UNKNOWN);
    if FOUND.load(Ordering::Relaxed) == UNKNOWN {
        FOUND.store(find(host).unwrap_or(NOT_PLAIN), Ordering::Relaxed);
    }
    match FOUND.load(Ordering::Relaxed) {
        NOT_PLAIN => None,
        dlinfo => Some(dlinfo),
    }
}

fn find(host: &Host) -> Option<usize> {
    let address = |library, name| Some(host.find(library, name, None)?.as_ptr() as usize);
    let libc = host.open(c"libc.so.6")?; // musl answers to this name
    // glibc before 2.34 has both functions in a library of their own.
    let (library, dlinfo) = match address(libc, c"dlinfo") {
        Some(dlinfo) => (libc, dlinfo),
        None => {
            let libdl = host.open(c"libdl.so.2")?;
            (libdl, address(libdl, c"dlinfo")?)
        }
    };
    let own = Symbols::of(host, dlinfo, library)?.find(c"dlsym", Symbols::hash(c"dlsym"))?;
    let is_plain = own.as_ptr() as usize == host.slots.get(slots::DLSYM)
        && match host.libc {
            LibcKind::Musl => true,
            LibcKind::Glibc | LibcKind::GlibcBefore234 => {
                variable(b"LD_DYNAMIC_WEAK").is_none() && is_one_namespace(host, address(libc, c"dl_iterate_phdr")?)
            }
            LibcKind::Unknown => false,
        };
    is_plain.then_some(dlinfo)
}

/// `struct dl_phdr_info` (dl_iterate_phdr(3)), as far as it is read.
#[repr(C)]
struct Info {
    bias: usize,
    name: *const c_char,
    headers: *const c_void,
    header_count: u16,
    /// How many libraries were ever loaded, in all namespaces.
    adds: u64,
}

#[derive(Default)]
struct Count {
    listed: u64,
    ever: u64,
}

/// Whether the libraries of the process are in one namespace, and none was unloaded.
fn is_one_namespace(host: &Host, dl_iterate_phdr: usize) -> bool {
    // Runs with the host's thread pointer in place, and touches no thread-local storage.
    extern "C" fn count(info: *const Info, size: usize, count: *mut Count) -> c_int {
        if size >= size_of::<Info>() {
            // SAFETY: dl_iterate_phdr(3) gives a structure of that size, and `count` as below.
            unsafe {
                (*count).listed = (*count).listed.wrapping_add(1);
                (*count).ever = (*info).adds;
            }
        }
        0
    }
    let mut counted = Count::default();
    let arguments = [count as *const () as usize, &raw mut counted as usize, 0, 0];
    // SAFETY: dl_iterate_phdr(3) with a function as it wants.
    unsafe { host.call_at(dl_iterate_phdr, arguments) };
    counted.listed != 0 && counted.listed == counted.ever
}
