//! The notes in this test's own executable: what the macros wrote there, read as a tool reads it.
#![cfg(target_os = "linux")]

use std::ffi::CString;

use import_dynamic::{import_dynamic, library, require};
use import_dynamic_macros::export_dynamic;
use object::elf::{SHF_ALLOC, SHF_WRITE};
use object::{Object, ObjectSection, SectionFlags};

/// A group for each logical name, its feature the name, so that the macros' table can be compared with the runtime's.
macro_rules! groups {
    ($($module:ident $logical:literal)*) => {
        $(mod $module {
            #[import_dynamic::import_dynamic($logical, feature = $logical)]
            unsafe extern "C" {
                fn labs();
            }
        })*

        const LOGICAL: &[&str] = &[$($logical),*];
    };
}

groups! {
    libc "libc"
    libm "libm"
    libpthread "libpthread"
    libdl "libdl"
    libresolv "libresolv"
    lib_system "libSystem"
}

extern "C" fn here() -> i32 {
    7
}

#[import_dynamic(["/opt/libone.so.1", "libtwo.so.2"], description = "a \"quoted\" one", priority = "suggested")]
#[allow(unused, reason = "only the notes are of interest")]
unsafe extern "C" {
    #[symbol(["first", "second"], version = "V_1", version_optional, no_tls, optional)]
    fn every_letter() -> i32;
    #[symbol(fallback = here)]
    fn with_fallback() -> i32;
    static variable: i32;
    #[cfg(any())]
    fn not_there();
}

#[import_dynamic(global)]
#[allow(unused, reason = "only the notes are of interest")]
unsafe extern "C" fn anywhere();

require!("librequired.so.3", optional);

#[export_dynamic("expand_notes_export", no_tls)]
extern "C" fn exported() {}

struct Note {
    ty: u32,
    fields: Vec<String>,
}

/// The notes of one section, which must be allocated and never written.
fn notes(section: &str, owner: &str) -> Vec<Note> {
    let data = std::fs::read("/proc/self/exe").unwrap();
    let file = object::File::parse(&*data).unwrap();
    let section = file.section_by_name(section).unwrap();
    let SectionFlags::Elf { sh_flags, .. } = section.flags() else { panic!("an ELF file has ELF sections") };
    assert_eq!(sh_flags & (SHF_WRITE | SHF_ALLOC), SHF_ALLOC);
    assert_eq!((section.align(), section.kind()), (4, object::SectionKind::Note));
    let mut bytes = section.data().unwrap();
    let mut notes = Vec::new();
    while !bytes.is_empty() {
        let word = |at: usize| u32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap());
        let (owner_size, size, ty) = (word(0) as usize, word(4) as usize, word(8));
        assert_eq!(&bytes[12..12 + owner_size], [owner.as_bytes(), b"\0"].concat());
        let start = 12 + owner_size.next_multiple_of(4);
        let text = std::str::from_utf8(&bytes[start..start + size]).unwrap().strip_suffix('\0').unwrap();
        notes.push(Note { ty, fields: text.split('\0').map(str::to_owned).collect() });
        bytes = &bytes[start + size.next_multiple_of(4)..];
    }
    notes
}

#[test]
fn imports() {
    let notes = notes(".note.import_dynamic", "import-dynamic");
    let has = |ty: u32, fields: [&str; 5]| {
        let count = notes.iter().filter(|note| note.ty == ty && note.fields == fields).count();
        assert_eq!(count, 1, "{ty} {fields:?}");
    };
    let libraries = "/opt/libone.so.1\nlibtwo.so.2";
    has(1, ["ovn", "V_1", "", libraries, "first\nsecond"]);
    has(1, ["f", "", "", libraries, "with_fallback"]);
    has(2, ["d", "", "", libraries, "variable"]);
    has(1, ["", "", "", "", "anywhere"]);
    has(1, ["", "", "libm", "libm", "labs"]);
    has(3, ["o", "", "", "librequired.so.3", ""]);
    has(4, ["n", "", "", "", "expand_notes_export"]);
    assert!(notes.iter().all(|note| note.fields.len() == 5 && note.fields[4] != "not_there"));
}

#[test]
fn dlopen_metadata() {
    let notes = notes(".note.dlopen", "FDO");
    assert!(notes.iter().all(|note| note.ty == 0x407c_0c0a && note.fields.len() == 1));
    let has = |json: &str| assert!(notes.iter().any(|note| note.fields[0] == json), "{json}");
    has(
        r#"[{"feature":"libone","description":"a \"quoted\" one","priority":"suggested","soname":["libone.so.1","libtwo.so.2"]}]"#,
    );
    has(
        r#"[{"feature":"librequired","description":"Symbols of librequired.so.3, bound at run time","priority":"recommended","soname":["librequired.so.3"]}]"#,
    );
}

#[test]
fn logical_names_are_the_same_to_macros_and_runtime() {
    let notes = notes(".note.dlopen", "FDO");
    for logical in LOGICAL {
        let name = CString::new(*logical).unwrap();
        let sonames: Vec<String> =
            library::candidates(&name).map(|soname| format!("\"{}\"", soname.to_str().unwrap())).collect();
        let expected = format!("\"soname\":[{}]", sonames.join(","));
        let feature = format!("\"feature\":\"{logical}\"");
        let note = notes.iter().find(|note| note.fields[0].contains(&feature)).unwrap();
        assert!(note.fields[0].contains(&expected), "{logical}: {} has no {expected}", note.fields[0]);
    }
}
