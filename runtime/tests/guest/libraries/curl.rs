//! libcurl against a server of the test's own.

use core::ffi::{c_char, c_int, c_long, c_void};
use std::ffi::CString;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use import_dynamic::{callback, import_dynamic};

type WriteFunction = extern "C" fn(*const u8, usize, usize, *mut c_void) -> usize;

#[import_dynamic("libcurl.so.4")]
unsafe extern "C" {
    safe fn curl_global_init(flags: c_long) -> c_int;
    safe fn curl_easy_init() -> *mut c_void;
    fn curl_easy_setopt(handle: *mut c_void, option: c_int, ...) -> c_int;
    fn curl_easy_perform(handle: *mut c_void) -> c_int;
    fn curl_easy_getinfo(handle: *mut c_void, info: c_int, ...) -> c_int;
    fn curl_easy_cleanup(handle: *mut c_void);
    safe fn curl_easy_strerror(code: c_int) -> *const c_char;
}

// curl/curl.h.
const GLOBAL_ALL: c_long = 3;
const WRITEDATA: c_int = 10001;
const URL: c_int = 10002;
const WRITEFUNCTION: c_int = 20011;
const TIMEOUT: c_int = 13;
const NOSIGNAL: c_int = 99;
const RESPONSE_CODE: c_int = 0x20_0002;

/// Rust code below C frames: std's heap, and this program's thread-local storage.
#[callback]
extern "C" fn collect(data: *const u8, size: usize, count: usize, to: *mut c_void) -> usize {
    // SAFETY: the vector given as WRITEDATA, and as many bytes as said.
    unsafe { (*to.cast::<Vec<u8>>()).extend_from_slice(std::slice::from_raw_parts(data, size * count)) };
    size * count
}

/// Answers each request with its path and 100,000 bytes more.
fn serve(listener: &TcpListener, requests: usize) {
    for _ in 0..requests {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut lines = BufReader::new(stream.try_clone().expect("another handle")).lines().map_while(Result::ok);
        let first = lines.next().expect("a request");
        let path = first.split(' ').nth(1).expect("a path").to_owned();
        lines.find(String::is_empty);
        let body = format!("{path}\n{}", "x".repeat(100_000));
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
            .expect("a reader");
    }
}

/// Gets a page as its text.
fn get(url: &str) -> String {
    let url = CString::new(url).expect("no null byte");
    let mut body = Vec::<u8>::new();
    let mut code: c_long = 0;
    let handle = curl_easy_init();
    // SAFETY: a handle, and each option with what curl_easy_setopt(3) says of it.
    unsafe {
        assert_eq!(curl_easy_setopt(handle, URL, url.as_ptr()), 0);
        assert_eq!(curl_easy_setopt(handle, WRITEFUNCTION, collect as WriteFunction), 0);
        assert_eq!(curl_easy_setopt(handle, WRITEDATA, &raw mut body), 0);
        assert_eq!(curl_easy_setopt(handle, NOSIGNAL, 1 as c_long), 0);
        assert_eq!(curl_easy_setopt(handle, TIMEOUT, 30 as c_long), 0);
        let result = curl_easy_perform(handle);
        assert_eq!(result, 0, "{:?}", std::ffi::CStr::from_ptr(curl_easy_strerror(result)));
        assert_eq!(curl_easy_getinfo(handle, RESPONSE_CODE, &raw mut code), 0);
        curl_easy_cleanup(handle);
    }
    assert_eq!(code, 200);
    String::from_utf8(body).expect("UTF-8")
}

pub(super) fn libcurl() {
    if super::missing(curl_easy_init::resolve()) {
        return;
    }
    assert_eq!(curl_global_init(GLOBAL_ALL), 0);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::scope(|scope| {
        scope.spawn(|| serve(&listener, 4 * 5));
        for thread in 0..4 {
            scope.spawn(move || {
                for request in 0..5 {
                    // The name goes through libcurl's own threads, which call the host's getaddrinfo.
                    let host = if request % 2 == 0 { "127.0.0.1" } else { "localhost" };
                    let body = get(&format!("http://{host}:{port}/{thread}/{request}"));
                    assert!(body.starts_with(&format!("/{thread}/{request}\n")) && body.len() > 100_000);
                }
            });
        }
    });
}
