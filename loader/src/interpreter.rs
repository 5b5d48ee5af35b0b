//! The host's dynamic linker: finding it, checking it, mapping it.

use core::ffi::CStr;

use object::elf;
use object::{LittleEndian as LE, pod};
use rustix::fd::OwnedFd;
use rustix::fs::{self, Mode, OFlags};
use rustix::mm::{self, MapFlags, ProtFlags};

use crate::arch;
use crate::elf::{HEAD, Object, Phdr};
use crate::error::{Attempts, Error, Rejection};
use crate::host::LibcKind;

/// The environment variable that names an interpreter, and the only one tried then.
const VARIABLE: &[u8] = b"IMPORT_DYNAMIC_INTERPRETER";
/// Programs that every host has, whose PT_INTERP tells where the interpreter is (NixOS, Guix).
const KNOWN_PROGRAMS: &[&CStr] = &[c"/usr/bin/env", c"/bin/sh"];

/// A file name, NUL-terminated.
pub(crate) type Path = [u8; 256];

/// A mapped interpreter, not started.
pub(crate) struct Interpreter {
    pub(crate) path: Path,
    /// Load bias, which for a shared object is what AT_BASE wants.
    pub(crate) bias: usize,
    /// Absolute entry point.
    pub(crate) entry: usize,
    pub(crate) libc: LibcKind,
    /// Whether it registers restartable sequences (glibc 2.35 and later).
    #[cfg_attr(not(guest), expect(dead_code, reason = "guest mode's"))]
    pub(crate) registers_rseq: bool,
    /// Where it is mapped, with room that its alignment wanted.
    mapping: (usize, usize),
}

impl Drop for Interpreter {
    fn drop(&mut self) {
        // SAFETY: mapped by `load`, and not started: who starts it calls `keep`.
        let _ = unsafe { mm::munmap(self.mapping.0 as *mut _, self.mapping.1) };
    }
}

impl Interpreter {
    /// Lets the mapping stay for the life of the process.
    pub(crate) fn keep(self) -> (LibcKind, Path) {
        let kept = (self.libc, self.path);
        core::mem::forget(self);
        kept
    }

    /// Finds the host's interpreter and maps it.
    ///
    /// # Errors
    /// [`Error::NoInterpreter`] names every file tried.
    pub(crate) fn load(page: usize) -> Result<Self, Error> {
        let mut attempts = Attempts::NONE;
        let mut attempt = |name: &CStr| match Self::open(name, page) {
            Ok(interpreter) => Some(interpreter),
            Err(reason) => {
                attempts.push(name.to_bytes(), reason);
                None
            }
        };
        let found = match crate::start::variable(VARIABLE) {
            Some(name) => attempt(name),
            None => arch::INTERPRETERS.iter().find_map(|name| attempt(name)).or_else(|| {
                KNOWN_PROGRAMS.iter().find_map(|program| {
                    let path = interpreter_of(program).ok()?;
                    let name = CStr::from_bytes_until_nul(&path).ok()?;
                    if arch::INTERPRETERS.contains(&name) { None } else { attempt(name) }
                })
            }),
        };
        found.ok_or(Error::NoInterpreter(attempts))
    }

    fn open(name: &CStr, page: usize) -> Result<Self, Rejection> {
        let mut head = [0; HEAD];
        let (file, size, len) = open(name, &mut head)?;
        let head = head.get(..len).unwrap_or_default();
        let object = crate::elf::check_interpreter(head, size, page as u64, arch::MACHINE)?;
        let path = name.to_bytes_with_nul();
        let mut copy = [0; 256];
        copy.get_mut(..path.len()).ok_or(Rejection::Truncated)?.copy_from_slice(path);
        let (bias, mapping) = map(&file, &object, page).map_err(|errno| Rejection::Map(errno.into()))?;
        let entry = bias.wrapping_add(object.entry as usize);
        let names = names(&object, bias);
        let registers_rseq = defines(names, b"GLIBC_2.35");
        Ok(Self { path: copy, bias, entry, libc: kind(names), registers_rseq, mapping })
    }
}

/// Opens a regular file; its size, and how many of its first bytes are in `head`.
fn open(name: &CStr, head: &mut [u8]) -> Result<(OwnedFd, u64, usize), Rejection> {
    let rejected = |errno: rustix::io::Errno| Rejection::Open(errno.into());
    // NONBLOCK: the name may lead to a FIFO, which would wait for a writer before it can be rejected.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOCTTY | OFlags::NONBLOCK;
    let file = fs::open(name, flags, Mode::empty()).map_err(rejected)?;
    let status = fs::fstat(&file).map_err(rejected)?;
    if !fs::FileType::from_raw_mode(status.st_mode).is_file() {
        return Err(Rejection::NotRegular);
    }
    let len = rustix::io::pread(&file, &mut *head, 0).map_err(rejected)?;
    Ok((file, status.st_size as u64, len))
}

/// The interpreter that the program `name` asks for.
fn interpreter_of(name: &CStr) -> Result<Path, Rejection> {
    let mut head = [0; HEAD];
    let (file, _, len) = open(name, &mut head)?;
    let (offset, size) = crate::elf::interpreter_name(head.get(..len).unwrap_or_default(), arch::MACHINE)?;
    let mut path = [0; 256];
    let wanted = usize::try_from(size).ok().and_then(|size| path.get_mut(..size)).ok_or(Rejection::Segment)?;
    rustix::io::pread(&file, &mut *wanted, offset).map_err(|errno| Rejection::Open(errno.into()))?;
    path[255] = 0;
    Ok(path)
}

/// Maps every segment of a checked object; the load bias and the mapping. Nothing stays mapped on failure.
fn map(file: &OwnedFd, object: &Object<'_>, page: usize) -> rustix::io::Result<(usize, (usize, usize))> {
    let up = |address: u64| (address as usize).wrapping_add(page - 1) & !(page - 1);
    let span = up(object.span);
    let spare = object.align as usize - page;
    // SAFETY: a new mapping at an address of the kernel's choice.
    let reserved = unsafe {
        mm::mmap_anonymous(
            core::ptr::null_mut(),
            span + spare,
            ProtFlags::empty(),
            MapFlags::PRIVATE | MapFlags::NORESERVE,
        )
    }?;
    let base = (reserved as usize).next_multiple_of(object.align as usize);
    let bias = base.wrapping_sub(object.start as usize);
    let result = object
        .segments
        .iter()
        .filter(|segment| segment.p_type.get(LE) == elf::PT_LOAD)
        .try_for_each(|segment| map_segment(file, segment, bias, page));
    match result {
        Ok(()) => Ok((bias, (reserved as usize, span + spare))),
        Err(errno) => {
            // SAFETY: the reservation made above, which nothing uses yet.
            let _ = unsafe { mm::munmap(reserved, span + spare) };
            Err(errno)
        }
    }
}

fn map_segment(file: &OwnedFd, segment: &Phdr, bias: usize, page: usize) -> rustix::io::Result<()> {
    let (down, up) = (|a: usize| a & !(page - 1), |a: usize| a.wrapping_add(page - 1) & !(page - 1));
    let start = bias.wrapping_add(segment.p_vaddr.get(LE) as usize);
    let file_end = start + segment.p_filesz.get(LE) as usize;
    let end = start + segment.p_memsz.get(LE) as usize;
    let mut protection = ProtFlags::empty();
    let has = |flag: elf::ProgramFlags| segment.p_flags.get(LE).0 & flag.0 != 0;
    protection.set(ProtFlags::READ, has(elf::PF_R));
    protection.set(ProtFlags::WRITE, has(elf::PF_W));
    protection.set(ProtFlags::EXEC, has(elf::PF_X));
    let flags = MapFlags::PRIVATE | MapFlags::FIXED;
    // SAFETY: all addresses lie in the reservation (check_interpreter: ascending, within the span), which is ours.
    unsafe {
        if file_end > start {
            let offset = segment.p_offset.get(LE) & !(page as u64 - 1);
            mm::mmap(down(start) as *mut _, file_end - down(start), protection, flags, file, offset)?;
            if has(elf::PF_W) {
                // To the end of the page, as the kernel does: glibc's interpreter allocates from there.
                core::ptr::write_bytes(file_end as *mut u8, 0, up(file_end) - file_end);
            }
        }
        let rest = if file_end > start { up(file_end) } else { down(start) };
        if up(end) > rest {
            mm::mmap_anonymous(rest as *mut _, up(end) - rest, protection, flags)?;
        }
    }
    Ok(())
}

/// The interpreter's dynamic string table.
fn names(object: &Object<'_>, bias: usize) -> &'static [u8] {
    let dynamic = loaded(object, bias, object.dynamic.0, object.dynamic.1);
    let count = dynamic.len() / size_of::<elf::Dyn64<LE>>();
    let entries = pod::slice_from_bytes::<elf::Dyn64<LE>>(dynamic, count).map_or(&[][..], |(entries, _)| entries);
    let value = |tag| entries.iter().find(|entry| entry.d_tag.get(LE) == tag).map_or(0, |entry| entry.d_val.get(LE));
    loaded(object, bias, value(elf::DT_STRTAB), value(elf::DT_STRSZ))
}

/// Whether `name` is one of the NUL-terminated `names`.
fn defines(names: &[u8], name: &[u8]) -> bool {
    names.split(|&byte| byte == 0).any(|other| other == name)
}

/// Which libc the interpreter belongs to, by the names in its dynamic string table: glibc's has its symbol versions
/// there (GLIBC_2.34 is defined by `elf/Versions` since libdl and libpthread are part of libc), musl's interpreter is
/// the libc itself.
fn kind(names: &[u8]) -> LibcKind {
    if defines(names, b"GLIBC_2.34") {
        LibcKind::Glibc
    } else if defines(names, b"GLIBC_PRIVATE") {
        LibcKind::GlibcBefore234
    } else if defines(names, b"__libc_start_main") {
        LibcKind::Musl
    } else {
        LibcKind::Unknown
    }
}

/// Bytes of a mapped object that lie in one readable segment; empty where they do not.
pub(crate) fn loaded(object: &Object<'_>, bias: usize, vaddr: u64, len: u64) -> &'static [u8] {
    let inside = |segment: &&Phdr| {
        let start = segment.p_vaddr.get(LE);
        segment.p_type.get(LE) == elf::PT_LOAD
            && segment.p_flags.get(LE).0 & elf::PF_R.0 != 0
            && vaddr >= start
            && vaddr.checked_add(len).is_some_and(|end| end <= start + segment.p_memsz.get(LE))
    };
    if object.segments.iter().find(inside).is_none() {
        return &[];
    }
    // SAFETY: inside a mapped, readable segment, which is never unmapped once `kind` has been asked.
    unsafe { core::slice::from_raw_parts(bias.wrapping_add(vaddr as usize) as *const u8, len as usize) }
}
