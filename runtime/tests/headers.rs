//! The examples depend on nothing: no interpreter, no libraries.
#![cfg(target_os = "linux")]

mod support;

use object::LittleEndian as LE;
use object::elf;
use object::read::elf::{FileHeader, ProgramHeader};

use support::{Link, build};

#[test]
fn examples_name_no_interpreter_and_no_library() {
    for (package, profile) in [("dns-lookup", "dev"), ("nostd-dns", "dev"), ("nostd-dns", "release")] {
        let data = std::fs::read(build(package, profile, Link::Static)).expect("the program");
        let header = elf::FileHeader64::<LE>::parse(&*data).expect("an ELF header");
        let segments = header.program_headers(LE, &*data).expect("program headers");
        assert!(segments.iter().any(|segment| segment.p_type(LE) == elf::PT_LOAD));
        assert!(segments.iter().all(|segment| segment.p_type(LE) != elf::PT_INTERP), "{package} names an interpreter");
        let entries = segments.iter().find_map(|segment| segment.dynamic(LE, &*data).expect("a dynamic section"));
        let needed = entries.unwrap_or_default().iter().filter(|entry| entry.d_tag.get(LE) == elf::DT_NEEDED);
        assert_eq!(needed.count(), 0, "{package} needs libraries");
    }
}
