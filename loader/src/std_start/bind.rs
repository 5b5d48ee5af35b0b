//! Gives each import its function, and writes it where the linker left a place for it.

use object::elf::{self, Dyn64, Rela64, Relr64};
use object::{LittleEndian as LE, pod};

use super::compat;
use super::import::Import;
use super::lookup::Lookup;
use crate::arch::{self, weak};
use crate::own;

/// Binds all functions.
///
/// # Safety
/// The interpreter has filled the slots, RELRO is still writable, and no code of the program has run.
pub(super) unsafe fn bind(imports: &[Import], lookup: &Lookup) {
    for import in imports.iter().filter(|import| !import.is_data()) {
        import.set_slot(function(import, lookup));
    }
    lookup.forget_errors();
    let tables = Tables::of_program();
    // SAFETY: the program's own relocations.
    unsafe {
        write_functions(imports, &tables);
        write_fixed_addresses(imports, &tables);
        run_resolvers(imports, &tables);
    }
}

/// What an import is bound to.
fn function(import: &Import, lookup: &Lookup) -> usize {
    let mut found = import.slot();
    if lookup.is_glibc && import.has_several_versions() {
        found = lookup.find(import.name());
    }
    if found == 0 {
        found = compat::find(import.name(), import.is_only_weak(), lookup);
    }
    if found == 0 && !import.is_weak() {
        found = import.address();
    }
    found
}

/// The program's own relocations, which the interpreter was not shown.
struct Tables {
    bias: usize,
    /// DT_RELA, and DT_JMPREL or what stands for it in a program that is not position-independent.
    rela: [&'static [Rela64<LE>]; 2],
    relr: &'static [Relr64<LE>],
}

impl Tables {
    fn of_program() -> Self {
        let (segments, bias) = own::program_headers();
        let Some(dynamic) = segments.iter().find(|segment| segment.p_type.get(LE) == elf::PT_DYNAMIC) else {
            let (start, stop) = (weak!("__rela_iplt_start"), weak!("__rela_iplt_end"));
            // SAFETY: the linker's symbols around the table.
            let table = unsafe { slice(start, stop.saturating_sub(start)) };
            return Self { bias, rela: [table, &[]], relr: &[] };
        };
        // SAFETY: the program's own dynamic section and the tables that it names.
        unsafe {
            let at = |vaddr: u64| bias.wrapping_add(vaddr as usize);
            let dynamic = slice::<Dyn64<LE>>(at(dynamic.p_vaddr.get(LE)), dynamic.p_memsz.get(LE) as usize);
            let value =
                |tag| dynamic.iter().find(|entry| entry.d_tag.get(LE) == tag).map_or(0, |entry| entry.d_val.get(LE));
            Self {
                bias,
                rela: [
                    slice(at(value(elf::DT_RELA)), value(elf::DT_RELASZ) as usize),
                    slice(at(value(elf::DT_JMPREL)), value(elf::DT_PLTRELSZ) as usize),
                ],
                relr: slice(at(value(elf::DT_RELR)), value(elf::DT_RELRSZ) as usize),
            }
        }
    }

    /// All relocations of one kind: the place and the addend with the load bias.
    fn of_kind(&self, kind: elf::RelocationType) -> impl Iterator<Item = (*mut usize, usize)> + '_ {
        self.rela.iter().copied().flatten().filter(move |relocation| relocation.r_type(LE, false) == kind).map(
            |relocation| {
                let place = self.bias.wrapping_add(relocation.r_offset.get(LE) as usize) as *mut usize;
                (place, self.bias.wrapping_add(relocation.r_addend.get(LE) as usize))
            },
        )
    }
}

/// The import whose stub is at `code`, if that is what it is.
fn import_of(imports: &[Import], code: usize) -> Option<&Import> {
    // SAFETY: the address of a resolver, which is code of the program.
    let address = unsafe { arch::import_of_stub(code as *const u8) };
    let offset = address.checked_sub(imports.as_ptr() as usize)?;
    let import = imports.get(offset / size_of::<Import>())?;
    (import.address() == code).then_some(import)
}

/// Writes the functions to the places that the linker left to their resolvers: GOT entries and pointers.
unsafe fn write_functions(imports: &[Import], tables: &Tables) {
    for (place, resolver) in tables.of_kind(arch::IRELATIVE) {
        if let Some(import) = import_of(imports, resolver) {
            // SAFETY: a place in the program's own writable or RELRO segment.
            unsafe { place.write_unaligned(import.slot()) };
        }
    }
}

/// Writes weak functions to the pointers that already hold their symbols' addresses: lld gives an indirect function a
/// fixed address in its PLT when a pointer in data refers to it, and a pointer to an absent function must be null.
unsafe fn write_fixed_addresses(imports: &[Import], tables: &Tables) {
    let is_fixed = |import: &&Import| {
        !import.is_data() && import.is_weak() && ![0, import.address(), import.slot()].contains(&import.canonical())
    };
    let fixed = || imports.iter().filter(is_fixed);
    let Some(lowest) = fixed().map(Import::canonical).min() else { return };
    let highest = fixed().map(Import::canonical).max().unwrap_or(0);
    let write = |place: *mut usize| {
        // SAFETY: a word of the program that a relative relocation has been applied to.
        let value = unsafe { place.read_unaligned() };
        if (lowest..=highest).contains(&value)
            && let Some(import) = fixed().find(|import| import.canonical() == value)
            && place as usize != import.canonical_address()
        {
            // SAFETY: as above; writable until RELRO is closed.
            unsafe { place.write_unaligned(import.slot()) };
        }
    };
    for (place, _) in tables.of_kind(arch::RELATIVE) {
        write(place);
    }
    let mut place = core::ptr::null_mut::<usize>();
    for entry in tables.relr {
        let entry = entry.0.get(LE) as usize;
        if entry & 1 == 0 {
            place = tables.bias.wrapping_add(entry) as *mut usize;
            write(place);
            place = place.wrapping_add(1);
        } else {
            (0..63).filter(|bit| entry >> (bit + 1) & 1 != 0).for_each(|bit| write(place.wrapping_add(bit)));
            place = place.wrapping_add(63);
        }
    }
}

/// Runs the resolvers of the program's own indirect functions: they may call imports, and are last therefore.
unsafe fn run_resolvers(imports: &[Import], tables: &Tables) {
    for (place, resolver) in tables.of_kind(arch::IRELATIVE) {
        if import_of(imports, resolver).is_none() {
            // SAFETY: an indirect function's resolver returns the function's address.
            unsafe {
                let resolver: unsafe extern "C" fn() -> usize = core::mem::transmute(resolver);
                place.write_unaligned(resolver());
            }
        }
    }
}

/// `size` bytes at `address` as a slice of `T`.
unsafe fn slice<'a, T: pod::Pod>(address: usize, size: usize) -> &'a [T] {
    if size == 0 {
        return &[];
    }
    // SAFETY: the caller's; these types have no alignment and no invalid values.
    unsafe { core::slice::from_raw_parts(address as *const T, size / size_of::<T>()) }
}
