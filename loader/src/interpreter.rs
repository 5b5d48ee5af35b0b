//! The host's dynamic linker: finding it, checking it, mapping it.

use core::ffi::CStr;

use object::LittleEndian as LE;
use object::elf;

use crate::arch;
use crate::elf::{HEAD, Object, Phdr};
use crate::error::{Attempts, Errno, Error, INTERPRETER_VARIABLE, Refusal, Rejection};
use crate::host::LibcKind;
use crate::mapping::Mapping;
use crate::strings::{Strings, copy};
use crate::sys::file::{self, File};

/// Programs that every host has, whose PT_INTERP tells where the interpreter is (NixOS, Guix).
const KNOWN_PROGRAMS: Strings<'static> = Strings::new("/usr/bin/env\0/bin/sh\0");

/// A file name, NUL-terminated.
pub(crate) struct Path([u8; PATH]);
const PATH: usize = 256;

impl Path {
    pub(crate) const EMPTY: Self = Self([0; PATH]);

    /// Where a name can be written, a NUL after it.
    fn room(&mut self) -> &mut [u8] {
        self.0 = [0; PATH];
        let [name @ .., _] = &mut self.0;
        name
    }

    /// A name that is too long is cut.
    fn set(&mut self, name: &CStr) -> Result<(), Refusal> {
        let room = self.room();
        copy(room, name.to_bytes());
        if name.count_bytes() <= room.len() { Ok(()) } else { Err(Refusal::System(Errno::NAME_TOO_LONG)) }
    }

    pub(crate) fn as_c_str(&self) -> &CStr {
        Strings::all(&self.0).next().unwrap_or_default()
    }
}

/// A mapped interpreter, not started. What is not kept when it is started is unmapped.
pub(crate) struct Interpreter {
    /// Load bias, which for a shared object is what AT_BASE wants.
    pub(crate) bias: usize,
    /// Absolute entry point.
    pub(crate) entry: usize,
    pub(crate) libc: LibcKind,
    /// Whether it registers restartable sequences (glibc 2.35 and later).
    #[cfg(guest)]
    pub(crate) registers_rseq: bool,
    /// Where it is, with room that its alignment wanted.
    mapping: Mapping,
}

impl Interpreter {
    /// Lets the mapping stay for the life of the process.
    pub(crate) fn keep(self) -> (LibcKind, usize) {
        self.mapping.keep();
        (self.libc, self.bias)
    }

    /// Finds the host's interpreter, whose name is in `path` then, and maps it.
    ///
    /// # Errors
    /// [`Error::NoInterpreter`] names every file tried; [`Error::Memory`] where there is no memory for one.
    pub(crate) fn load(path: &mut Path, page: usize) -> Result<Self, Error> {
        let mut attempts = Attempts::NONE;
        let (mut names, mut programs) = (arch::INTERPRETERS, KNOWN_PROGRAMS);
        if let Some(name) = crate::start::variable(INTERPRETER_VARIABLE).filter(|name| !name.is_empty()) {
            (names, programs) = (Strings::one(name), Strings::all(&[]));
        }
        loop {
            let named = match names.next() {
                Some(name) => path.set(name),
                None => match programs.next() {
                    Some(program) => match interpreter_of(program, path) {
                        Ok(()) if !attempts.has(path.as_c_str()) => Ok(()),
                        Ok(()) => continue,
                        Err(reason) => {
                            // Told where a few more bytes do not matter.
                            if cfg!(any(guest, native, std_start)) {
                                attempts.push(program, reason);
                            }
                            continue;
                        }
                    },
                    None => return Err(Error::NoInterpreter(attempts)),
                },
            };
            match named.and_then(|()| Self::open(path.as_c_str(), page)) {
                Ok(interpreter) => return Ok(interpreter),
                // A later try may find some, in programs that try again.
                Err(Refusal::System(errno @ Errno::NO_MEMORY)) if cfg!(any(guest, native, std_start)) => {
                    return Err(Error::Memory(errno));
                }
                Err(reason) => attempts.push(path.as_c_str(), reason),
            }
        }
    }

    #[inline(never)]
    fn open(name: &CStr, page: usize) -> Result<Self, Refusal> {
        let mut head = [0; HEAD];
        let (file, size, head) = open(name, &mut head)?;
        let object = crate::elf::check_interpreter(head, size, page as u64, arch::MACHINE)?;
        let (bias, mapping) = map(&file, &object, page)?;
        let entry = bias.wrapping_add(object.entry as usize);
        let names = names(&object, bias);
        let libc = kind(names);
        // A static-pie program passes every check of its headers; run as an interpreter, it would crash.
        if libc == LibcKind::Unknown {
            return Err(Rejection::NotLinker.into());
        }
        Ok(Self {
            bias,
            entry,
            libc,
            #[cfg(guest)]
            registers_rseq: defines(names, c"GLIBC_2.35"),
            mapping,
        })
    }
}

/// Opens a regular file; its size, and its first bytes.
#[inline(never)]
fn open<'a>(name: &CStr, head: &'a mut [u8; HEAD]) -> Result<(File, u64, &'a [u8]), Refusal> {
    let file = File::open(name)?;
    let size = file.size()?.ok_or(Rejection::NotRegular)?;
    let len = file.read(head, 0)?;
    Ok((file, size, head.get(..len).unwrap_or_default()))
}

/// Stores the name of the interpreter that the program `name` asks for.
fn interpreter_of(name: &CStr, path: &mut Path) -> Result<(), Refusal> {
    let mut head = [0; HEAD];
    let (file, _, head) = open(name, &mut head)?;
    let (offset, size) = crate::elf::interpreter_name(head, arch::MACHINE)?;
    let room = path.room().get_mut(..size as usize).ok_or(Refusal::System(Errno::NAME_TOO_LONG))?;
    file.read(room, offset)?;
    Ok(())
}

/// Maps every segment of a checked object; the load bias and the mapping.
fn map(file: &File, object: &Object<'_>, page: usize) -> Result<(usize, Mapping), Errno> {
    let align = object.align as usize;
    let span = (object.span as usize + page - 1) & !(page - 1);
    let mapping = Mapping::new(span + (align - page), file::PROT_NONE)?;
    let base = (mapping.start + align - 1) & !(align - 1);
    let bias = base.wrapping_sub(object.start as usize);
    for segment in object.segments {
        if segment.p_type.get(LE) == elf::PT_LOAD {
            map_segment(file, segment, bias, page)?;
        }
    }
    Ok((bias, mapping))
}

#[inline(never)]
fn map_segment(file: &File, segment: &Phdr, bias: usize, page: usize) -> Result<(), Errno> {
    let (down, up) = (|a: usize| a & !(page - 1), |a: usize| a.wrapping_add(page - 1) & !(page - 1));
    let start = bias.wrapping_add(segment.p_vaddr.get(LE) as usize);
    let file_end = start + segment.p_filesz.get(LE) as usize;
    let end = start + segment.p_memsz.get(LE) as usize;
    let has =
        |flag: elf::ProgramFlags, protection| if segment.p_flags.get(LE).0 & flag.0 != 0 { protection } else { 0 };
    let protection =
        has(elf::PF_R, file::PROT_READ) | has(elf::PF_W, file::PROT_WRITE) | has(elf::PF_X, file::PROT_EXEC);
    // SAFETY: all addresses lie in the reservation (check_interpreter: ascending, within the span), which is ours.
    unsafe {
        let mut rest = down(start);
        if file_end > start {
            let offset = segment.p_offset.get(LE) & !(page as u64 - 1);
            file::map(rest, file_end - rest, protection, Some(file), offset)?;
            rest = up(file_end);
            if protection & file::PROT_WRITE != 0 {
                // To the end of the page, as the kernel does: glibc's interpreter allocates from there.
                core::ptr::write_bytes(file_end as *mut u8, 0, rest - file_end);
            }
        }
        if up(end) > rest {
            file::map(rest, up(end) - rest, protection, None, 0)?;
        }
    }
    Ok(())
}

/// The interpreter's dynamic string table.
#[inline(never)]
fn names(object: &Object<'_>, bias: usize) -> Strings<'static> {
    let dynamic = loaded(object, bias, object.dynamic.0, object.dynamic.1);
    let (mut start, mut size) = (0, 0);
    for entry in crate::elf::dynamic_entries(dynamic) {
        match entry.d_tag.get(LE) {
            elf::DT_STRTAB => start = entry.d_val.get(LE),
            elf::DT_STRSZ => size = entry.d_val.get(LE),
            _ => {}
        }
    }
    Strings::all(loaded(object, bias, start, size))
}

fn defines(mut names: Strings<'_>, name: &CStr) -> bool {
    names.any(|known| known == name)
}

/// Which libc the interpreter belongs to, by the names in its dynamic string table: glibc's has its symbol versions
/// there (GLIBC_2.34 is defined by `elf/Versions` since libdl and libpthread are part of libc), musl's interpreter is
/// the libc itself.
fn kind(names: Strings<'_>) -> LibcKind {
    if defines(names, c"GLIBC_2.34") {
        LibcKind::Glibc
    } else if defines(names, c"GLIBC_PRIVATE") {
        LibcKind::GlibcBefore234
    } else if defines(names, c"__libc_start_main") {
        LibcKind::Musl
    } else {
        LibcKind::Unknown
    }
}

/// Bytes of a mapped object that lie in one readable segment; empty where they do not.
#[inline(never)]
fn loaded(object: &Object<'_>, bias: usize, vaddr: u64, len: u64) -> &'static [u8] {
    for segment in object.segments {
        let start = segment.p_vaddr.get(LE);
        // Only those that are loaded have been checked.
        let (flags, end) = (segment.p_flags.get(LE).0, start.wrapping_add(segment.p_memsz.get(LE)));
        let is_readable = segment.p_type.get(LE) == elf::PT_LOAD && flags & elf::PF_R.0 != 0;
        if is_readable && vaddr >= start && vaddr <= end && len <= end - vaddr {
            // SAFETY: inside a mapped, readable segment, which is never unmapped once `kind` has been asked.
            return unsafe {
                core::slice::from_raw_parts(bias.wrapping_add(vaddr as usize) as *const u8, len as usize)
            };
        }
    }
    &[]
}

#[cfg(test)]
mod tests;
