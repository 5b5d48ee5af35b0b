//! The interpreter of the machine that the tests run on, found, mapped and given back; and files that are none.

use std::ffi::CString;
use std::format;

use super::*;

const PAGE: usize = 4096;

#[cfg(guest)]
impl Interpreter {
    /// One of which nothing is mapped but a page.
    pub(crate) fn for_tests(bias: usize, registers_rseq: bool) -> Self {
        let mapping = Mapping::new(PAGE, file::PROT_NONE).expect("a page");
        Self { bias, entry: 0, libc: LibcKind::Glibc, registers_rseq, mapping }
    }
}

/// How often a file is mapped in this process.
fn mappings(name: &CStr) -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let name = name.to_str().unwrap_or_default();
    let real = std::fs::canonicalize(name).unwrap_or_default();
    maps.lines().filter(|line| line.ends_with(name) || real.to_str().is_some_and(|real| line.ends_with(real))).count()
}

#[test]
fn the_machines_own() {
    let mut path = Path::EMPTY;
    let Ok(interpreter) = Interpreter::load(&mut path, PAGE) else {
        std::println!("skipped: no host libc");
        return assert!(std::env::var_os("CI").is_none());
    };
    let mapping = (interpreter.mapping.start, interpreter.mapping.len);
    assert_ne!(interpreter.libc, LibcKind::Unknown);
    assert!((mapping.0..mapping.0 + mapping.1).contains(&interpreter.entry));
    // SAFETY: mapped, its first page with the file's header.
    assert_eq!(unsafe { *(interpreter.bias as *const [u8; 4]) }, *b"\x7fELF");
    #[cfg(guest)]
    assert_eq!(interpreter.registers_rseq, interpreter.libc == LibcKind::Glibc && version_of_glibc() >= Some(35));
    let name = path.as_c_str();
    let before = mappings(name);
    assert!(before >= 2, "{name:?} is mapped");
    drop(interpreter);
    assert!(mappings(name) < before, "{name:?} is given back");
}

#[cfg(guest)]
/// The minor version of the machine's glibc, as getconf(1) tells it.
fn version_of_glibc() -> Option<u32> {
    let output = std::process::Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    std::str::from_utf8(&output.stdout).ok()?.trim().strip_prefix("glibc 2.")?.parse().ok()
}

#[test]
fn what_is_none() {
    let reason = |name: &CStr| Interpreter::open(name, PAGE).err();
    assert_eq!(reason(c"/there/is/none"), Some(Refusal::System(Errno(2))));
    assert_eq!(reason(c"/"), Some(Rejection::NotRegular.into()));
    assert_eq!(reason(c"/dev/null"), Some(Rejection::NotRegular.into()));
    assert_eq!(reason(c"/proc/self/cmdline"), Some(Rejection::NotElf.into()));
    let own = std::env::current_exe().expect("this program's name");
    let own = CString::new(own.into_os_string().into_encoded_bytes()).expect("a name without NUL");
    // A static-pie program, or a dynamic one.
    assert!([Some(Rejection::NotLinker.into()), Some(Rejection::HasInterpreter.into())].contains(&reason(&own)));
    let mut path = Path::EMPTY;
    assert_eq!(interpreter_of(&own, &mut path).is_ok(), reason(&own) == Some(Rejection::HasInterpreter.into()));
}

/// Only what is loaded has been checked: other segments may say anything.
#[test]
fn segments_that_are_not_loaded() {
    let mut note = [0_u8; size_of::<Phdr>()];
    note[..4].copy_from_slice(&elf::PT_NOTE.0.to_le_bytes());
    note[16..24].copy_from_slice(&0xffff_ffff_ffff_f000_u64.to_le_bytes()); // p_vaddr
    note[40..48].copy_from_slice(&0x2000_u64.to_le_bytes()); // p_memsz
    let (note, _) = object::pod::slice_from_bytes::<Phdr>(&note, 1).expect("a header");
    let object = Object { segments: note, entry: 0, start: 0, span: 0, align: 0, dynamic: (0, 0) };
    assert!(loaded(&object, 0, 0, 1).is_empty());
}

#[test]
fn long_names() {
    let mut path = Path::EMPTY;
    assert_eq!(path.as_c_str(), c"");
    for len in [1, 200, 255] {
        let name = CString::new("x".repeat(len)).expect("a name");
        assert_eq!(path.set(&name), Ok(()));
        assert_eq!(path.as_c_str(), &*name);
    }
    assert_eq!(path.set(c"short"), Ok(()));
    assert_eq!(path.as_c_str(), c"short", "nothing of the longer name is left");
    let name = CString::new("x".repeat(256)).expect("a name");
    assert_eq!(path.set(&name), Err(Refusal::System(Errno::NAME_TOO_LONG)));
}

#[test]
fn libcs_by_their_names() {
    let kind_of = |names: &str| kind(Strings::all(format!("\0{names}\0").as_bytes()));
    assert_eq!(kind_of("_dl_argv\0GLIBC_PRIVATE\0GLIBC_2.34"), LibcKind::Glibc);
    assert_eq!(kind_of("_dl_argv\0GLIBC_PRIVATE\0GLIBC_2.31"), LibcKind::GlibcBefore234);
    assert_eq!(kind_of("libc.musl-x86_64.so.1\0__libc_start_main"), LibcKind::Musl);
    assert_eq!(kind_of("GLIBC_2.340\0xGLIBC_PRIVATE"), LibcKind::Unknown);
    assert_eq!(kind_of(""), LibcKind::Unknown);
}
