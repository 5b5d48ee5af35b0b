//! The host's own libraries, driven from a static program.

use core::ffi::{c_char, c_int, c_long, c_uchar, c_uint, c_ulong, c_void};
use std::ffi::{CStr, CString};
use std::process::Command;
use std::ptr::null_mut;

use import_dynamic::{callback, import_dynamic};

mod cpp;
mod curl;
mod icu;
mod pam;

pub(crate) const CASES: &[(&str, fn())] = &[
    ("library_zlib", zlib),
    ("library_libcrypto", libcrypto),
    ("library_sqlite", sqlite),
    ("library_libpython", libpython),
    ("library_of_cpp_exceptions", cpp::cpp_exceptions),
    ("library_icu", icu::icu),
    ("library_nss", nss),
    ("library_libcurl", curl::libcurl),
    ("library_pam", pam::pam),
];

/// Those that may run many times in a process.
pub(crate) const REPEATED: [fn(); 4] = [zlib, libcrypto, icu::icu, nss];
/// Says that a case is skipped when its library is not there; an error in CI, which installs it.
fn missing(result: Result<impl Sized, import_dynamic::ImportError>) -> bool {
    let Err(error) = result else { return false };
    !crate::skip(&error.to_string())
}

#[import_dynamic("libz.so.1")]
unsafe extern "C" {
    safe fn compressBound(size: c_ulong) -> c_ulong;
    fn compress(to: *mut u8, to_size: *mut c_ulong, from: *const u8, from_size: c_ulong) -> c_int;
    fn uncompress(to: *mut u8, to_size: *mut c_ulong, from: *const u8, from_size: c_ulong) -> c_int;
}

fn zlib() {
    if missing(compress::resolve()) {
        return;
    }
    let text: Vec<u8> = (0..1_000_000u32).map(|n| (n / 7 % 251) as u8).collect();
    let mut size = compressBound(text.len() as c_ulong);
    let mut packed = vec![0; size as usize];
    // SAFETY: buffers of the sizes given.
    assert_eq!(unsafe { compress(packed.as_mut_ptr(), &mut size, text.as_ptr(), text.len() as c_ulong) }, 0);
    let mut back = vec![0; text.len()];
    let mut back_size = back.len() as c_ulong;
    // SAFETY: likewise.
    assert_eq!(unsafe { uncompress(back.as_mut_ptr(), &mut back_size, packed.as_ptr(), size) }, 0);
    assert!(back == text && size < text.len() as c_ulong / 10);
}

#[import_dynamic(["libcrypto.so.3", "libcrypto.so.1.1"])]
unsafe extern "C" {
    fn SHA256(data: *const u8, size: usize, digest: *mut c_uchar) -> *mut c_uchar;
    fn RAND_bytes(buffer: *mut c_uchar, size: c_int) -> c_int;
}

fn libcrypto() {
    if missing(SHA256::resolve()) {
        return;
    }
    let data = std::fs::read("/proc/self/exe").expect("this program");
    let hash = || {
        let mut digest = [0u8; 32];
        // SAFETY: the data, and room for a digest.
        unsafe { SHA256(data.as_ptr(), data.len(), digest.as_mut_ptr()) };
        digest
    };
    let text: String = hash().iter().map(|byte| format!("{byte:02x}")).collect();
    match Command::new("sha256sum").arg(std::env::current_exe().expect("a path")).output() {
        Ok(output) => assert!(String::from_utf8_lossy(&output.stdout).starts_with(&text), "{text}"),
        Err(_) => println!("no sha256sum"),
    }
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut random = [0u8; 64];
                for _ in 0..200 {
                    // SAFETY: room for as many bytes.
                    assert_eq!(unsafe { RAND_bytes(random.as_mut_ptr(), 64) }, 1);
                }
                assert_ne!(random, [0; 64]);
                assert_eq!(hash(), hash());
            });
        }
    });
}

type Row = extern "C" fn(*mut c_void, c_int, *mut *mut c_char, *mut *mut c_char) -> c_int;

#[import_dynamic("libsqlite3.so.0")]
unsafe extern "C" {
    fn sqlite3_open(path: *const c_char, database: *mut *mut c_void) -> c_int;
    fn sqlite3_exec(
        database: *mut c_void,
        sql: *const c_char,
        row: Option<Row>,
        data: *mut c_void,
        error: *mut *mut c_char,
    ) -> c_int;
    fn sqlite3_busy_timeout(database: *mut c_void, milliseconds: c_int) -> c_int;
    fn sqlite3_close(database: *mut c_void) -> c_int;
    fn sqlite3_errmsg(database: *mut c_void) -> *const c_char;
}

#[callback]
extern "C" fn collect(data: *mut c_void, count: c_int, values: *mut *mut c_char, _: *mut *mut c_char) -> c_int {
    // SAFETY: the vector given to sqlite3_exec, and `count` strings.
    unsafe {
        let rows = &mut *data.cast::<Vec<String>>();
        let values = std::slice::from_raw_parts(values, count as usize);
        rows.push(values.iter().map(|&value| CStr::from_ptr(value).to_string_lossy()).collect::<Vec<_>>().join("|"));
    }
    0
}

struct Database(*mut c_void);

impl Database {
    fn open(path: &CStr) -> Self {
        let mut database = null_mut();
        // SAFETY: a path and a place.
        unsafe {
            assert_eq!(sqlite3_open(path.as_ptr(), &mut database), 0);
            sqlite3_busy_timeout(database, 60_000);
        }
        Self(database)
    }

    fn run(&self, sql: &str) -> Vec<String> {
        let sql = CString::new(sql).expect("no NUL");
        let mut rows = Vec::<String>::new();
        // SAFETY: an open database, a statement, and the callback with what it expects.
        unsafe {
            let result = sqlite3_exec(self.0, sql.as_ptr(), Some(collect), (&raw mut rows).cast(), null_mut());
            assert_eq!(result, 0, "{:?}: {:?}", sql, CStr::from_ptr(sqlite3_errmsg(self.0)));
        }
        rows
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // SAFETY: open until now.
        unsafe { sqlite3_close(self.0) };
    }
}

fn sqlite() {
    if missing(sqlite3_open::resolve()) {
        return;
    }
    let directory = std::env::temp_dir().join(format!("import-dynamic-sqlite-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let file = directory.join("test.db");
    let path = CString::new(file.clone().into_os_string().into_encoded_bytes()).expect("no NUL");
    let database = Database::open(&path);
    assert_eq!(database.run("pragma journal_mode = wal"), ["wal"]);
    database.run("pragma synchronous = off; create table t (thread, n, text)");
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let path = &path;
            scope.spawn(move || {
                let database = Database::open(path);
                for n in 0..50 {
                    database.run(&format!("insert into t values ({thread}, {n}, printf('%d-%d', {thread}, {n}))"));
                    if n % 10 == 0 {
                        database.run("select * from t order by text");
                    }
                }
            });
        }
    });
    let query = "select count(*), sum(n), count(distinct text) from t";
    assert_eq!(database.run(query), ["400|9800|400"]);
    drop(database);
    match Command::new("sqlite3").arg(&file).arg(format!("pragma integrity_check; {query}")).output() {
        Ok(output) => assert_eq!(String::from_utf8_lossy(&output.stdout), "ok\n400|9800|400\n"),
        Err(_) => assert_eq!(Database::open(&path).run("pragma integrity_check"), ["ok"]),
    }
    let _ = std::fs::remove_dir_all(&directory);
}

#[import_dynamic([
    "libpython3.14.so.1.0", "libpython3.13.so.1.0", "libpython3.12.so.1.0", "libpython3.11.so.1.0", "libpython3.10.so.1.0",
    "libpython3.9.so.1.0"
])]
unsafe extern "C" {
    safe fn Py_Initialize();
    fn PyRun_SimpleStringFlags(code: *const c_char, flags: *mut c_void) -> c_int;
    safe fn Py_FinalizeEx() -> c_int;
}

/// Threads, signals, subprocesses, and ctypes with callbacks into Python.
const PYTHON: &CStr = cr#"
import ctypes, hashlib, signal, subprocess, sys, threading
results = []
def work(n):
    results.append(hashlib.sha256(str(n).encode() * 10000).hexdigest())
threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
for t in threads: t.start()
for t in threads: t.join()
assert len(set(results)) == 8
libc = ctypes.CDLL(None)
Compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
numbers = (ctypes.c_int * 5)(5, 1, 4, 2, 3)
libc.qsort(numbers, 5, ctypes.sizeof(ctypes.c_int), Compare(lambda a, b: a[0] - b[0]))
assert list(numbers) == [1, 2, 3, 4, 5]
seen = []
signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(number))
signal.raise_signal(signal.SIGUSR1)
assert seen == [signal.SIGUSR1]
assert subprocess.run(["/bin/echo", "child"], capture_output=True).stdout == b"child\n"
def deep(n): return 0 if n == 0 else 1 + deep(n - 1)
try:
    sys.setrecursionlimit(100000); deep(50000)
except (RecursionError, MemoryError): pass
"#;

fn libpython() {
    if missing(Py_Initialize::resolve()) {
        return;
    }
    Py_Initialize();
    // SAFETY: a program; the interpreter is initialised.
    assert_eq!(unsafe { PyRun_SimpleStringFlags(PYTHON.as_ptr(), null_mut()) }, 0);
    assert_eq!(Py_FinalizeEx(), 0);
}

#[import_dynamic("libc")]
unsafe extern "C" {
    fn getpwnam_r(
        name: *const c_char,
        entry: *mut libc::passwd,
        text: *mut c_char,
        size: usize,
        result: *mut *mut libc::passwd,
    ) -> c_int;
    fn getgrouplist(user: *const c_char, group: c_uint, groups: *mut c_uint, count: *mut c_int) -> c_int;
    safe fn sysconf(name: c_int) -> c_long;
}

/// Modules that the host's libc loads by its configuration.
fn nss() {
    assert!(sysconf(libc::_SC_PAGESIZE) >= 4096);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let mut text = [0 as c_char; 4096];
                    let mut found = null_mut();
                    let mut groups = [0; 64];
                    let mut count = 64;
                    // SAFETY: as the manual pages say; a passwd of zeros is overwritten.
                    unsafe {
                        let mut entry: libc::passwd = std::mem::zeroed();
                        let result = getpwnam_r(c"root".as_ptr(), &mut entry, text.as_mut_ptr(), 4096, &mut found);
                        assert_eq!((result, found.is_null(), entry.pw_uid), (0, false, 0));
                        assert!(getgrouplist(c"root".as_ptr(), 0, groups.as_mut_ptr(), &mut count) >= 1);
                    }
                }
            });
        }
    });
}
