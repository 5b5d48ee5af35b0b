//! Gives each import its function, and writes it where the linker left a place for it.

use object::LittleEndian as LE;

use super::compat;
use super::dynamic::Dynamic;
use super::import::Import;
use super::lookup::Lookup;
use crate::arch;
use crate::start::{self, at};

/// Binds all functions.
///
/// # Safety
/// The interpreter has filled the slots, RELRO is still writable, and no code of the program has run.
pub(super) unsafe fn bind(imports: &[Import], lookup: &Lookup) {
    for import in imports.iter().filter(|import| !import.is_data()) {
        import.set_slot(function(import, lookup));
    }
    lookup.forget_errors();
    let tables = Dynamic::of_program();
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

/// The import whose stub is at `code`, if that is what it is.
pub(super) fn import_of(imports: &[Import], code: usize) -> Option<&Import> {
    // SAFETY: the address of a resolver, which is code of the program.
    let address = unsafe { arch::import_of_stub(code as *const u8) };
    let offset = address.checked_sub(imports.as_ptr() as usize)?;
    let import = imports.get(offset / size_of::<Import>())?;
    (import.address() == code).then_some(import)
}

/// Writes the functions to the places that the linker left to their resolvers: GOT entries and pointers.
unsafe fn write_functions(imports: &[Import], tables: &Dynamic) {
    for (place, resolver) in tables.of_kind(arch::IRELATIVE) {
        if let Some(import) = import_of(imports, resolver) {
            // SAFETY: a place in the program's own writable or RELRO segment.
            unsafe { place.write_unaligned(import.slot()) };
        }
    }
}

/// Writes weak functions to the pointers that already hold their symbols' addresses: lld gives an indirect function a
/// fixed address in its PLT when a pointer in data refers to it, and a pointer to an absent function must be null.
unsafe fn write_fixed_addresses(imports: &[Import], tables: &Dynamic) {
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
///
/// They are told what the processor has as glibc tells it on AArch64 (sysdeps/aarch64/dl-irel.h, sys/ifunc.h). On x86-64
/// they take no arguments, and look at none.
unsafe fn run_resolvers(imports: &[Import], tables: &Dynamic) {
    /// Says that there is a second argument.
    const IFUNC_ARG_HWCAP: usize = 1 << 62;
    let auxiliary = |kind| start::initial_stack().and_then(|stack| stack.auxiliary(kind)).unwrap_or(0);
    let hwcap = auxiliary(at::HWCAP);
    // __ifunc_arg_t, which begins with its size.
    let argument = [size_of::<[usize; 3]>(), hwcap, auxiliary(at::HWCAP2)];
    for (place, resolver) in tables.of_kind(arch::IRELATIVE) {
        if import_of(imports, resolver).is_none() {
            // SAFETY: an indirect function's resolver returns the function's address.
            unsafe {
                let resolver: unsafe extern "C" fn(usize, *const [usize; 3]) -> usize = core::mem::transmute(resolver);
                place.write_unaligned(resolver(hwcap | IFUNC_ARG_HWCAP, &argument));
            }
        }
    }
}
