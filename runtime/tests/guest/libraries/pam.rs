//! PAM, which loads its modules by its own configuration, and asks the program questions.

use core::ffi::{CStr, c_char, c_int, c_void};
use std::ffi::CString;
use std::ptr::null_mut;

use import_dynamic::{callback, import_dynamic};

type Converse = extern "C" fn(c_int, *const *const Message, *mut *mut Response, *mut c_void) -> c_int;

/// `struct pam_message`.
#[repr(C)]
struct Message {
    style: c_int,
    text: *const c_char,
}

/// `struct pam_response`.
#[repr(C)]
struct Response {
    text: *mut c_char,
    code: c_int,
}

/// `struct pam_conv`.
#[repr(C)]
struct Conversation {
    converse: Converse,
    data: *mut c_void,
}

#[import_dynamic("libpam.so.0")]
unsafe extern "C" {
    fn pam_start_confdir(
        service: *const c_char,
        user: *const c_char,
        conversation: *const Conversation,
        directory: *const c_char,
        handle: *mut *mut c_void,
    ) -> c_int;
    fn pam_authenticate(handle: *mut c_void, flags: c_int) -> c_int;
    fn pam_acct_mgmt(handle: *mut c_void, flags: c_int) -> c_int;
    fn pam_getenv(handle: *mut c_void, name: *const c_char) -> *const c_char;
    fn pam_end(handle: *mut c_void, status: c_int) -> c_int;
}

#[import_dynamic("libc")]
unsafe extern "C" {
    // PAM frees what it is answered: with the host's heap, not with this program's.
    fn calloc(count: usize, size: usize) -> *mut c_void;
    fn strdup(text: *const c_char) -> *mut c_char;
}

/// pam_conv(3): answers every question with "secret", and counts them.
#[callback]
extern "C" fn answer(
    count: c_int,
    messages: *const *const Message,
    responses: *mut *mut Response,
    data: *mut c_void,
) -> c_int {
    // SAFETY: as many messages as said, a place for the answers, and the vector given to pam_start.
    unsafe {
        let answers = calloc(count as usize, size_of::<Response>()).cast::<Response>();
        for index in 0..count as usize {
            let message = &**messages.add(index);
            (*data.cast::<Vec<String>>()).push(CStr::from_ptr(message.text).to_string_lossy().into_owned());
            (*answers.add(index)).text = strdup(c"secret".as_ptr());
        }
        *responses = answers;
    }
    0
}

/// What comes of a service whose configuration this is: authentication, account, and the questions asked.
fn try_service(configuration: &str) -> (c_int, c_int, Vec<String>) {
    let directory = std::env::temp_dir().join(format!("pam-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a folder");
    std::fs::write(directory.join("import-dynamic"), configuration).expect("a file");
    let path = CString::new(directory.to_str().expect("UTF-8")).expect("no null byte");
    let mut questions = Vec::<String>::new();
    let conversation = Conversation { converse: answer, data: (&raw mut questions).cast() };
    let mut handle = null_mut();
    // SAFETY: strings, a conversation that lives until pam_end, and a place for the handle.
    let results = unsafe {
        let service = c"import-dynamic".as_ptr();
        let started = pam_start_confdir(service, c"root".as_ptr(), &conversation, path.as_ptr(), &mut handle);
        assert_eq!(started, 0);
        let results = (pam_authenticate(handle, 0), pam_acct_mgmt(handle, 0));
        assert!(pam_getenv(handle, c"no_such_variable".as_ptr()).is_null());
        assert_eq!(pam_end(handle, results.0), 0);
        results
    };
    std::fs::remove_dir_all(&directory).expect("the folder goes");
    (results.0, results.1, questions)
}

pub(super) fn pam() {
    if super::missing(pam_start_confdir::resolve()) {
        return;
    }
    const DENIED: c_int = 7; // PAM_AUTH_ERR
    assert_eq!(try_service("auth required pam_permit.so\naccount required pam_permit.so\n"), (0, 0, vec![]));
    let (auth, account, _) = try_service("auth required pam_deny.so\naccount required pam_permit.so\n");
    assert_eq!((auth, account), (DENIED, 0));
    // A module that asks, and looks the user up by the host's NSS: "secret" is not root's password.
    let (auth, _, questions) = try_service("auth required pam_unix.so nodelay\naccount required pam_permit.so\n");
    assert_ne!(auth, 0);
    assert_eq!(questions, ["Password: "]);
}
