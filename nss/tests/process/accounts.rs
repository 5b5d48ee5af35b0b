//! getpwnam(3), getgrnam(3), getgrouplist(3).

use std::ffi::{CStr, c_char, c_int};
use std::mem::MaybeUninit;
use std::ptr;

use import_dynamic_nss::{current_user, group_by_id, group_by_name, groups_of, user_by_id, user_by_name};
use libc::{group, passwd};

use crate::{BOTH, Case};

pub(crate) const CASES: &[Case] = &[
    ("users_by_name_and_number", BOTH, users_by_name_and_number),
    ("users_that_do_not_exist", BOTH, users_that_do_not_exist),
    ("small_buffers_are_erange", BOTH, small_buffers_are_erange),
    ("all_users_and_groups", BOTH, all_users_and_groups),
    ("lists_of_groups", BOTH, lists_of_groups),
    ("accounts_for_rust", BOTH, accounts_for_rust),
    ("std_knows_the_home_directory", BOTH, std_knows_the_home_directory),
];

fn user_of_root(buffer: &mut [c_char]) -> (c_int, Option<passwd>) {
    let (mut record, mut result) = (MaybeUninit::uninit(), ptr::null_mut());
    // SAFETY: a name, and room for what is asked.
    let code = unsafe {
        libc::getpwnam_r(c"root".as_ptr(), record.as_mut_ptr(), buffer.as_mut_ptr(), buffer.len(), &raw mut result)
    };
    // SAFETY: null, or the record.
    (code, (!result.is_null()).then(|| unsafe { record.assume_init() }))
}

fn users_by_name_and_number() {
    let mut buffer = [0; 1024];
    let (code, user) = user_of_root(&mut buffer);
    let user = user.expect("root");
    assert_eq!((code, user.pw_uid, user.pw_gid), (0, 0, 0));
    let range = buffer.as_ptr_range();
    for string in [user.pw_name, user.pw_passwd, user.pw_gecos, user.pw_dir, user.pw_shell] {
        assert!(range.contains(&string.cast_const()), "strings are in the caller's buffer");
    }
    // SAFETY: a string of the record.
    assert_eq!(unsafe { CStr::from_ptr(user.pw_dir) }, c"/root");
    // SAFETY: the record stays until the next call.
    let again = unsafe { libc::getpwuid(0).as_ref() }.expect("root");
    // SAFETY: a string of the record.
    assert_eq!(unsafe { CStr::from_ptr(again.pw_name) }, c"root");
    // SAFETY: as above.
    let group = unsafe { libc::getgrnam(c"root".as_ptr()).as_ref() }.expect("root");
    assert_eq!(group.gr_gid, 0);
    // SAFETY: as above.
    assert_eq!(unsafe { CStr::from_ptr((*libc::getgrgid(0)).gr_name) }, c"root");
}

fn set_errno(number: c_int) {
    // SAFETY: this thread's errno.
    unsafe { *libc::__errno_location() = number };
}

fn errno() -> c_int {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

fn users_that_do_not_exist() {
    let (mut record, mut result) = (MaybeUninit::<passwd>::uninit(), ptr::without_provenance_mut(1));
    let mut buffer = [0; 1024];
    // SAFETY: room for what is asked.
    let code =
        unsafe { libc::getpwuid_r(4_000_000_000, record.as_mut_ptr(), buffer.as_mut_ptr(), 1024, &raw mut result) };
    assert!(result.is_null());
    assert!([0, libc::ENOENT, libc::ESRCH].contains(&code), "{code}");
    set_errno(0);
    // SAFETY: a C string.
    assert!(unsafe { libc::getpwnam(c"no:such:user".as_ptr()) }.is_null());
    assert!([0, libc::ENOENT, libc::ESRCH].contains(&errno()), "errno {}", errno());
    // SAFETY: as above.
    assert!(unsafe { libc::getgrnam(c"no:such:group".as_ptr()) }.is_null());
}

fn small_buffers_are_erange() {
    for length in [0, 1, 4, 12] {
        let (code, user) = user_of_root(&mut vec![0; length]);
        assert_eq!((code, user.is_some()), (libc::ERANGE, false), "{length} bytes");
    }
    let mut record = MaybeUninit::<group>::uninit();
    let mut result = ptr::null_mut();
    // SAFETY: room for what is asked.
    let code = unsafe {
        libc::getgrgid_r(0, record.as_mut_ptr(), [0; 2].as_mut_ptr(), 2, &raw mut result) //
    };
    assert_eq!(code, libc::ERANGE);
    assert!(result.is_null());
}

fn all_users_and_groups() {
    for _ in 0..2 {
        let (mut users, mut groups) = (0, 0);
        // SAFETY: nobody else goes through the users and groups.
        unsafe {
            libc::setpwent();
            while let Some(user) = libc::getpwent().as_ref() {
                assert!(!user.pw_name.is_null());
                users += 1;
            }
            libc::endpwent();
            libc::setgrent();
            while let Some(group) = libc::getgrent().as_ref() {
                assert!(!group.gr_mem.is_null());
                groups += 1;
            }
            libc::endgrent();
        }
        let lines = |path| std::fs::read_to_string(path).unwrap_or_default().lines().count();
        assert!(users >= lines("/etc/passwd").min(1) && users <= lines("/etc/passwd").max(users));
        assert!(users > 0 && groups > 0, "{users} users and {groups} groups");
    }
}

fn lists_of_groups() {
    let (mut list, mut count) = ([0; 64], 64);
    // SAFETY: room for as many as said.
    let total = unsafe { libc::getgrouplist(c"root".as_ptr(), 12345, list.as_mut_ptr(), &raw mut count) };
    assert!(total >= 1 && total == count);
    assert_eq!(list[0], 12345);
    let mut none = 0;
    // SAFETY: room for none, as said.
    let total = unsafe { libc::getgrouplist(c"root".as_ptr(), 12345, list.as_mut_ptr(), &raw mut none) };
    assert_eq!(total, -1);
    assert_eq!(none, count);
}

fn accounts_for_rust() {
    let root = user_by_name("root").expect("somebody answers").expect("root");
    assert_eq!((root.uid, root.home.to_str()), (0, Some("/root")));
    assert_eq!(user_by_id(0).expect("somebody answers"), Some(root));
    assert_eq!(user_by_name("no:such:user").expect("somebody answers"), None);
    assert_eq!(group_by_name("root").expect("somebody answers").map(|group| group.gid), Some(0));
    assert!(group_by_id(0).expect("somebody answers").is_some());
    assert_eq!(group_by_id(4_000_000_000).expect("somebody answers"), None);
    assert!(groups_of("root", 7).expect("somebody answers").contains(&7));
    assert!(user_by_name("a\0b").is_err());
    current_user().expect("somebody answers");
}

fn std_knows_the_home_directory() {
    // SAFETY: this process has one thread.
    unsafe { std::env::remove_var("HOME") };
    let user = current_user().expect("somebody answers");
    assert_eq!(std::env::home_dir(), user.map(|user| user.home));
}
