//! Functions that some C libraries do not have, made of what they have. Each is given out only when what it calls has been
//! found, so the addresses are there whenever one runs.

use core::ffi::{CStr, c_char, c_int, c_void};
use core::sync::atomic::{AtomicUsize, Ordering};

use object::LittleEndian as LE;
use object::elf;

use crate::elf::Phdr;
use crate::std_start::lookup::Lookup;

/// A function of the host, found when one of ours that calls it is given out.
pub(super) struct Host(&'static CStr, AtomicUsize);

impl Host {
    pub(super) const fn new(name: &'static CStr) -> Self {
        Self(name, AtomicUsize::new(0))
    }

    pub(super) fn found(&self, lookup: &Lookup) -> bool {
        let address = lookup.find(self.0);
        self.1.store(address, Ordering::Relaxed);
        address != 0
    }

    /// Calls it with up to five integer or pointer arguments.
    ///
    /// # Safety
    /// It has been found, and as for the function.
    pub(super) unsafe fn call(&self, [a, b, c, d, e]: [usize; 5]) -> usize {
        // SAFETY: the caller's; surplus arguments are not looked at (ABI: they are in registers that the callee may use).
        unsafe {
            let function: unsafe extern "C" fn(usize, usize, usize, usize, usize) -> usize =
                core::mem::transmute(self.1.load(Ordering::Relaxed));
            function(a, b, c, d, e)
        }
    }
}

static XSTAT: Host = Host::new(c"__xstat");
static LXSTAT: Host = Host::new(c"__lxstat");
static FXSTAT: Host = Host::new(c"__fxstat");
static FXSTATAT: Host = Host::new(c"__fxstatat");
static XMKNOD: Host = Host::new(c"__xmknod");
static XMKNODAT: Host = Host::new(c"__xmknodat");
static CXA_ATEXIT: Host = Host::new(c"__cxa_atexit");
static CXA_AT_QUICK_EXIT: Host = Host::new(c"__cxa_at_quick_exit");
static REGISTER_ATFORK: Host = Host::new(c"__register_atfork");
static DL_ITERATE_PHDR: Host = Host::new(c"dl_iterate_phdr");

/// One of ours, and what it calls.
struct Own(&'static [u8], *const (), Option<&'static Host>);
// SAFETY: names and addresses, never written.
unsafe impl Sync for Own {}

macro_rules! own {
    ($($($name:literal)|+ => $function:path, $host:expr;)*) => {
        &[$($(Own($name, $function as *const (), $host),)+)*]
    };
}

static OWN: &[Own] = own! {
    b"stat" | b"stat64" => stat, Some(&XSTAT);          // before glibc 2.33 in libc_nonshared.a
    b"lstat" | b"lstat64" => lstat, Some(&LXSTAT);
    b"fstat" | b"fstat64" => fstat, Some(&FXSTAT);
    b"fstatat" | b"fstatat64" => fstatat, Some(&FXSTATAT);
    b"mknod" => mknod, Some(&XMKNOD);
    b"mknodat" => mknodat, Some(&XMKNODAT);
    b"atexit" => atexit, Some(&CXA_ATEXIT);             // in every glibc's libc_nonshared.a
    b"at_quick_exit" => at_quick_exit, Some(&CXA_AT_QUICK_EXIT);
    b"pthread_atfork" => pthread_atfork, Some(&REGISTER_ATFORK);
    b"_dl_find_object" => dl_find_object, Some(&DL_ITERATE_PHDR); // glibc from 2.35 on
    b"gnu_get_libc_version" => libc_version, None;      // of musl, which does not say
    b"gnu_get_libc_release" => libc_release, None;
    b"gnu_dev_major" => major, None;                    // macros in musl
    b"gnu_dev_minor" => minor, None;
    b"gnu_dev_makedev" => makedev, None;
    b"isnan" | b"__isnan" => isnan, None;
    b"isnanf" | b"__isnanf" => isnanf, None;
    b"isinf" | b"__isinf" => isinf, None;
    b"isinff" | b"__isinff" => isinff, None;
    b"__fdelt_chk" | b"__fdelt_warn" => fdelt, None;
    b"malloc_trim" => nothing, None;                    // musl has nothing to trim or tune
    b"mallopt" => nothing, None;
    b"backtrace" => nothing, None;                      // no frames
    b"backtrace_symbols" => nothing, None;
    b"backtrace_symbols_fd" => nothing, None;
};

pub(super) fn find(name: &[u8], lookup: &Lookup) -> Option<usize> {
    let own = OWN.iter().find(|own| own.0 == name)?;
    own.2.is_none_or(|host| host.found(lookup)).then_some(own.1 as usize)
}

/// `_STAT_VER` and `_MKNOD_VER` of glibc's `sysdeps/unix/sysv/linux/x86/bits/xstatver.h`, and of the generic one.
const STAT_VERSION: usize = if cfg!(target_arch = "x86_64") { 1 } else { 0 };
const MKNOD_VERSION: usize = 0;

unsafe extern "C" fn stat(path: *const c_char, out: *mut c_void) -> c_int {
    // SAFETY: the caller's, as for the functions below.
    unsafe { XSTAT.call([STAT_VERSION, path as usize, out as usize, 0, 0]) as c_int }
}

unsafe extern "C" fn lstat(path: *const c_char, out: *mut c_void) -> c_int {
    // SAFETY: the caller's.
    unsafe { LXSTAT.call([STAT_VERSION, path as usize, out as usize, 0, 0]) as c_int }
}

unsafe extern "C" fn fstat(file: c_int, out: *mut c_void) -> c_int {
    // SAFETY: the caller's.
    unsafe { FXSTAT.call([STAT_VERSION, file as usize, out as usize, 0, 0]) as c_int }
}

unsafe extern "C" fn fstatat(directory: c_int, path: *const c_char, out: *mut c_void, flags: c_int) -> c_int {
    // SAFETY: the caller's.
    unsafe { FXSTATAT.call([STAT_VERSION, directory as usize, path as usize, out as usize, flags as usize]) as c_int }
}

unsafe extern "C" fn mknod(path: *const c_char, mode: u32, device: u64) -> c_int {
    // SAFETY: the caller's; the device is passed by its address there.
    unsafe { XMKNOD.call([MKNOD_VERSION, path as usize, mode as usize, &raw const device as usize, 0]) as c_int }
}

unsafe extern "C" fn mknodat(directory: c_int, path: *const c_char, mode: u32, device: u64) -> c_int {
    let device = &raw const device as usize;
    // SAFETY: the caller's.
    unsafe { XMKNODAT.call([MKNOD_VERSION, directory as usize, path as usize, mode as usize, device]) as c_int }
}

unsafe extern "C" fn atexit(function: usize) -> c_int {
    // SAFETY: the caller's; the function takes no argument, and the program is never unloaded.
    unsafe { CXA_ATEXIT.call([function, 0, 0, 0, 0]) as c_int }
}

unsafe extern "C" fn at_quick_exit(function: usize) -> c_int {
    // SAFETY: the caller's.
    unsafe { CXA_AT_QUICK_EXIT.call([function, 0, 0, 0, 0]) as c_int }
}

unsafe extern "C" fn pthread_atfork(prepare: usize, parent: usize, child: usize) -> c_int {
    // SAFETY: the caller's.
    unsafe { REGISTER_ATFORK.call([prepare, parent, child, 0, 0]) as c_int }
}

/// FD_SET's index, unchecked as it is without _FORTIFY_SOURCE.
extern "C" fn fdelt(descriptor: i64) -> i64 {
    descriptor / 64
}

/// A version below every glibc's: who asks takes the ways that need none.
extern "C" fn libc_version() -> *const c_char {
    c"0.0".as_ptr()
}

extern "C" fn libc_release() -> *const c_char {
    c"unknown".as_ptr()
}

extern "C" fn nothing() -> usize {
    0
}

/// The parts of a device number (makedev(3)), as glibc's `bits/sysmacros.h` puts them.
extern "C" fn major(device: u64) -> u32 {
    (device >> 8 & 0xfff | device >> 32 & 0xffff_f000) as u32
}

extern "C" fn minor(device: u64) -> u32 {
    (device & 0xff | device >> 12 & 0xffff_ff00) as u32
}

extern "C" fn makedev(major: u32, minor: u32) -> u64 {
    let (major, minor) = (u64::from(major), u64::from(minor));
    minor & 0xff | (major & 0xfff) << 8 | (minor & 0xffff_ff00) << 12 | (major & 0xffff_f000) << 32
}

extern "C" fn isnan(number: f64) -> c_int {
    c_int::from(number.is_nan())
}

extern "C" fn isnanf(number: f32) -> c_int {
    c_int::from(number.is_nan())
}

/// -1 or 1 for the infinities (isinf(3)).
extern "C" fn isinf(number: f64) -> c_int {
    c_int::from(number == f64::INFINITY) - c_int::from(number == f64::NEG_INFINITY)
}

extern "C" fn isinff(number: f32) -> c_int {
    isinf(number.into())
}

/// glibc's `struct dl_find_object` (dlfcn.h).
#[repr(C)]
struct FoundObject {
    flags: u64,
    start: usize,
    end: usize,
    link_map: usize,
    unwind_table: usize,
    reserved: [u64; 7],
}

/// The start of glibc's and musl's `struct dl_phdr_info` (dl_iterate_phdr(3)).
#[repr(C)]
struct ObjectInfo {
    bias: usize,
    name: *const c_char,
    headers: *const Phdr,
    count: u16,
}

struct Wanted {
    address: usize,
    found: *mut FoundObject,
}

/// `_dl_find_object` by walking all objects, as unwinders did before it came.
unsafe extern "C" fn dl_find_object(address: usize, found: *mut FoundObject) -> c_int {
    let mut wanted = Wanted { address, found };
    // SAFETY: dl_iterate_phdr(3) with a callback of its type; -1 where no object has the address.
    let result = unsafe { DL_ITERATE_PHDR.call([look_at as *const () as usize, &raw mut wanted as usize, 0, 0, 0]) };
    if result == 1 { 0 } else { -1 }
}

unsafe extern "C" fn look_at(info: &ObjectInfo, _: usize, wanted: &mut Wanted) -> c_int {
    // SAFETY: the object's program headers.
    let headers = unsafe { core::slice::from_raw_parts(info.headers, usize::from(info.count)) };
    let at = |header: &Phdr| info.bias.wrapping_add(header.p_vaddr.get(LE) as usize);
    let ends = |header: &Phdr| at(header).wrapping_add(header.p_memsz.get(LE) as usize);
    let loads = || headers.iter().filter(|header| header.p_type.get(LE) == elf::PT_LOAD);
    if !loads().any(|header| (at(header)..ends(header)).contains(&wanted.address)) {
        return 0;
    }
    let Some(table) = headers.iter().find(|header| header.p_type.get(LE) == elf::PT_GNU_EH_FRAME) else { return 2 };
    let (start, end) = (loads().map(at).min().unwrap_or(0), loads().map(ends).max().unwrap_or(0));
    // SAFETY: the unwinder's own.
    unsafe {
        wanted.found.write(FoundObject { flags: 0, start, end, link_map: 0, unwind_table: at(table), reserved: [0; 7] })
    };
    1
}
