//! The process has become an ordinary one of the host's libc.

use core::ffi::{CStr, c_int, c_long, c_void};
use core::ptr::{null, null_mut};

use import_dynamic::{Arguments, Errno, LinkMode, import_dynamic};

use crate::imports::{self, DlInfo, PhdrInfo, labs, printf};

/// The link mode, and what else is told of the host.
pub(crate) fn host(_: Arguments) -> c_int {
    let Ok(host) = import_dynamic::host() else { return 1 };
    let told = host.link_mode() == LinkMode::Adopted && host.interpreter().starts_with('/');
    i32::from(!told)
}

/// Doubles on the very first call of the process.
pub(crate) fn first_call_variadic(_: Arguments) -> c_int {
    // SAFETY: printf(3) with arguments that fit the format.
    unsafe { printf(c"%.3f %d %s %.1e %ld\n".as_ptr(), 1.5, 7, c"text".as_ptr(), -2.5e10, 1i64 << 40) };
    0
}

/// No newline, no flush: exit has to write it.
pub(crate) fn unflushed(_: Arguments) -> c_int {
    // SAFETY: printf(3).
    unsafe { printf(c"not lost".as_ptr()) };
    3
}

/// A function registered with the host's atexit runs, after main and before the buffers are flushed.
pub(crate) fn at_exit(_: Arguments) -> c_int {
    extern "C" fn say_more(_: *mut c_void) {
        // SAFETY: printf(3).
        unsafe { printf(c" and at exit".as_ptr()) };
    }
    // SAFETY: __cxa_atexit of the Itanium C++ ABI §3.3.5.3, for the program itself.
    if unsafe { imports::__cxa_atexit(say_more, null_mut(), null_mut()) } != 0 {
        return 1;
    }
    // SAFETY: printf(3).
    unsafe { printf(c"main".as_ptr()) };
    0
}

/// Arguments as they were given.
pub(crate) fn arguments(arguments: Arguments) -> c_int {
    // SAFETY: printf(3) with C strings.
    arguments.args().skip(2).for_each(|text| unsafe {
        printf(c"[%s]".as_ptr(), text.as_ptr());
    });
    i32::from(arguments.count() != arguments.args().count())
}

/// The environment, as the program and as the host has it.
pub(crate) fn environment(arguments: Arguments) -> c_int {
    if !arguments.vars().any(|text| text == c"ADOPTED_CASE=some value") {
        return 1;
    }
    // SAFETY: getenv(3) gives null or a C string.
    let value = unsafe {
        let value = imports::getenv(c"ADOPTED_CASE".as_ptr());
        if value.is_null() { c"" } else { CStr::from_ptr(value) }
    };
    if value == c"some value" { 0 } else { 2 }
}

/// errno after an import that failed.
pub(crate) fn errno(_: Arguments) -> c_int {
    // SAFETY: open(2) for reading.
    let file = unsafe { imports::open(c"/no/such/file".as_ptr(), 0) };
    if file == -1 && import_dynamic::errno() == Errno(2) { 0 } else { 1 }
}

/// Calls what is nowhere: the process ends with a message.
pub(crate) fn missing_symbol(_: Arguments) -> c_int {
    #[import_dynamic(["libnothing-of-the-sort.so.1", "libc.so.6"], ["no_such_function", "nor_this_one"])]
    unsafe extern "C" fn call_absent() -> c_int;
    // SAFETY: never reached.
    unsafe { call_absent() };
    1
}

/// A library that is not there at first, and then is: the test says where the host's libm is.
pub(crate) fn late_library(arguments: Arguments) -> c_int {
    // Relative to the working directory, which the test makes.
    #[import_dynamic("./late/libm.so.6")]
    unsafe extern "C" {
        safe fn cos(x: f64) -> f64;
    }
    let Some(libm) = arguments.args().nth(2) else { return 1 };
    if cos::is_available() || cos::resolve().is_ok() {
        return 2;
    }
    // SAFETY: symlink(2).
    if unsafe { imports::symlink(libm.as_ptr(), c"./late/libm.so.6".as_ptr()) } != 0 {
        return 3;
    }
    if cos(0.0) == 1.0 && cos::is_available() { 0 } else { 4 }
}

/// All imports at once: those that are optional may be absent, and are listed all the same.
pub(crate) fn bind_all(_: Arguments) -> c_int {
    let count = import_dynamic::imports().count();
    let Err(errors) = import_dynamic::bind_all() else { return 1 };
    // `missing_symbol`'s and `late_library`'s are required and absent.
    let absent = [c"no_such_function", c"cos"];
    if errors.count() != 2 || !errors.iter().all(|error| absent.contains(&error.symbol())) {
        return 2;
    }
    let absent = import_dynamic::imports().filter(|import| !import.is_bound()).count();
    if imports::absent_and_optional::is_available() || absent != 3 || count < 15 {
        import_dynamic::print_error(&format_args!("{count} imports, {absent} absent"));
        return 3;
    }
    0
}

/// The host knows this program by its addresses.
pub(crate) fn dladdr(_: Arguments) -> c_int {
    let mut info = DlInfo { file: null(), base: null(), symbol: null(), address: null() };
    // SAFETY: dladdr(3).
    if unsafe { imports::dladdr(dladdr as *const c_void, &mut info) } == 0 {
        return 1;
    }
    let base = &raw const __ehdr_start;
    if info.base != base.cast() || info.file.is_null() {
        return 2;
    }
    // A function of the host's is not the program's.
    let Ok(labs) = labs::resolve() else { return 3 };
    // SAFETY: dladdr(3).
    let found = unsafe { imports::dladdr(labs as *const c_void, &mut info) };
    if found == 0 || info.base == base.cast() || info.symbol.is_null() { 4 } else { 0 }
}

unsafe extern "C" {
    /// The linker's name for the program's ELF header.
    static __ehdr_start: u8;
}

/// dl_iterate_phdr lists this program with the segments that it has.
pub(crate) fn program_headers(_: Arguments) -> c_int {
    extern "C" fn look(info: *const PhdrInfo, _: usize, found: *mut c_void) -> c_int {
        const PT_LOAD: u32 = 1;
        // SAFETY: as dl_iterate_phdr(3) calls it; a program header is 14 words of 32 bits, vaddr and memsz among them.
        unsafe {
            let headers = core::slice::from_raw_parts((*info).headers, usize::from((*info).count));
            let here = program_headers as *const c_void as usize;
            for header in headers.iter().filter(|header| header[0] == PT_LOAD) {
                let start = (*info).address.wrapping_add(header[4] as usize | (header[5] as usize) << 32);
                if (start..start + header[10] as usize).contains(&here) {
                    *found.cast::<c_int>() += 1;
                }
            }
        }
        0
    }
    let mut found: c_int = 0;
    // SAFETY: dl_iterate_phdr(3) with a function that counts.
    unsafe { imports::dl_iterate_phdr(look, (&raw mut found).cast()) };
    i32::from(found != 1)
}

/// A child calls imports, and exits; the parent sees how.
pub(crate) fn fork(_: Arguments) -> c_int {
    let parent = imports::getpid();
    let child = imports::fork();
    if child == 0 {
        let right = imports::getpid() != parent && labs(-5 as c_long) == 5;
        // SAFETY: malloc(3) and free(3).
        unsafe { imports::free(imports::malloc(1000)) };
        import_dynamic::exit(if right { 21 } else { 22 });
    }
    let mut status = 0;
    // SAFETY: waitpid(2).
    let ended = unsafe { imports::waitpid(child, &mut status, 0) };
    if ended == child && status == 21 << 8 { 0 } else { 1 }
}
