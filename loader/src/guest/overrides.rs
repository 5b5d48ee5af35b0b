//! Functions that manage the process as a whole, and that neither libc may do alone: what libraries of the host find in
//! the program image in their place, and what the program gets that asks for them by name.

use core::ffi::{CStr, c_int};

use crate::exported::Exported;
use crate::guest::{callback, fork, guest_symbol, ids, self_thread, sigaction};
use crate::host::Host;

const EMPTY: Exported = Exported { name: c"", code: core::ptr::null() };

const fn joined<const N: usize>(lists: &[&[Exported]]) -> [Exported; N] {
    let mut all = [const { EMPTY }; N];
    let (mut list, mut next) = (0, 0);
    while list < lists.len() {
        let mut index = 0;
        while index < lists[list].len() {
            all[next] = Exported { name: lists[list][index].name, code: lists[list][index].code };
            (index, next) = (index + 1, next + 1);
        }
        list += 1;
    }
    assert!(next == N);
    all
}

/// What the image exports in guest mode, beside the program's own exports.
pub(crate) static EXPORTS: [Exported; EXPORTED] = EXPORTS_LIST;
const EXPORTS_LIST: [Exported; EXPORTED] =
    joined(&[&sigaction::OF_THE_GUEST, &ids::functions::ALL, &self_thread::ALL, &self_thread::scheduling::ALL, &FORKS]);
const FORKS: [Exported; 2] = [
    Exported { name: c"fork", code: fork::by_a_library as *const () },
    Exported { name: c"daemon", code: daemon_by_a_library as *const () },
];
const EXPORTED: usize =
    sigaction::COUNT + ids::functions::COUNT + self_thread::COUNT + self_thread::scheduling::COUNT + FORKS.len();

/// What the program gets: functions for code of home's, which put its thread pointer in place themselves.
static OF_HOME: [Exported; AT_HOME] = OF_HOME_LIST;
const AT_HOME: usize = sigaction::COUNT + ids::functions::COUNT + 5;
const OF_HOME_LIST: [Exported; AT_HOME] = joined(&[
    &sigaction::OF_HOME,
    &ids::functions::ALL,
    &[
        Exported { name: c"fork", code: fork::by_the_program as *const () },
        Exported { name: c"_Fork", code: fork::by_the_program as *const () },
        Exported { name: c"vfork", code: fork::by_the_program as *const () }, // its child may not return from a call that switches
        Exported { name: c"daemon", code: daemon as *const () },
        Exported { name: c"exit", code: exit as *const () },
    ],
]);

/// By the lowest bits of the first letter, the lengths of the names in the lists, a bit each: what nearly all names are told
/// from them by.
static LENGTHS: [u32; 32] = {
    let mut lengths = [0; 32];
    let lists: [&[Exported]; 2] = [&EXPORTS_LIST, &OF_HOME_LIST];
    let mut list = 0;
    while list < lists.len() {
        let mut index = 0;
        while index < lists[list].len() {
            let name = lists[list][index].name.to_bytes();
            lengths[name[0] as usize % 32] |= 1 << (name.len() % 32);
            index += 1;
        }
        list += 1;
    }
    lengths
};

fn may_be_listed(name: &CStr) -> bool {
    let bytes = name.to_bytes_with_nul();
    let lengths = bytes.first().and_then(|&first| LENGTHS.get(usize::from(first) % 32));
    lengths.is_some_and(|lengths| lengths >> ((bytes.len() - 1) % 32) & 1 != 0)
}

/// What is to be called for a function of the host's libc.
#[derive(Clone, Copy, Debug)]
pub enum Replacement {
    /// As it is, with home's thread pointer in place.
    AtHome(*const ()),
    /// With the guest's.
    InGuest(*const ()),
}

/// What the program is to call when it asked for `symbol` and `found` was found, if that is not the function itself:
/// where it is the host's libc's, or what the image exports for it. A function of the same name in another library is
/// something else.
#[inline]
pub fn replacement(host: &Host, symbol: &CStr, found: *const ()) -> Option<Replacement> {
    if may_be_listed(symbol) { listed(host, symbol, found) } else { None }
}

#[cold]
fn listed(host: &Host, symbol: &CStr, found: *const ()) -> Option<Replacement> {
    let named = |list: &'static [Exported]| list.iter().find(|known| known.name == symbol).map(|known| known.code);
    let (home, exported) = (named(&OF_HOME), named(&EXPORTS));
    let replacement = home.map(Replacement::AtHome).or(exported.map(Replacement::InGuest))?;
    let is_exported = exported == Some(found);
    (is_exported || guest_symbol(host, symbol) == Some(found as usize)).then_some(replacement)
}

/// daemon(3).
fn daemon_by(fork: extern "C" fn() -> c_int, keep_directory: c_int, keep_files: c_int) -> c_int {
    match fork() {
        -1 => -1,
        0 => fork::become_daemon(keep_directory != 0, keep_files != 0),
        _ => crate::sys::exit_group(0),
    }
}

extern "C" fn daemon(keep_directory: c_int, keep_files: c_int) -> c_int {
    daemon_by(fork::by_the_program, keep_directory, keep_files)
}

extern "C" fn daemon_by_a_library(keep_directory: c_int, keep_files: c_int) -> c_int {
    daemon_by(fork::by_a_library, keep_directory, keep_files)
}

/// exit(3), of both libcs.
extern "C" fn exit(status: c_int) -> ! {
    callback::enter();
    crate::exit(status)
}
