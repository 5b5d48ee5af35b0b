//! Users and groups, for Rust.

use core::ffi::c_int;
use std::ffi::OsString;
use std::path::PathBuf;

use libc::{group, passwd};

use crate::ask::{c_string, get, text, texts};
use crate::error::Error;
use crate::host::GroupListItem;
use crate::records;

/// A user, as passwd(5) has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// The login name.
    pub name: OsString,
    /// The user's number.
    pub uid: u32,
    /// The number of the user's first group.
    pub gid: u32,
    /// The full name and more ("GECOS").
    pub comment: OsString,
    /// The home directory.
    pub home: PathBuf,
    /// The login shell.
    pub shell: PathBuf,
}

/// A group, as group(5) has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Group {
    /// The name.
    pub name: OsString,
    /// The group's number.
    pub gid: u32,
    /// The users listed with it; those whose first group it is need not be.
    pub members: Vec<OsString>,
}

/// The user of a name; none if there is none.
///
/// # Errors
/// [`Error`] if nobody could be asked.
pub fn user_by_name(name: &str) -> Result<Option<User>, Error> {
    let text = c_string(name)?;
    // SAFETY: `get` gives a whole place.
    get(name, |place| unsafe { records::getpwnam_r(&text, place) }, User::read)
}

/// The user of a number; none if there is none.
///
/// # Errors
/// [`Error`] if nobody could be asked.
pub fn user_by_id(uid: u32) -> Result<Option<User>, Error> {
    // SAFETY: `get` gives a whole place.
    get(&uid.to_string(), |place| unsafe { records::getpwuid_r(uid, place) }, User::read)
}

/// The user whose rights the process has (geteuid(2)); none if its number has no name.
///
/// # Errors
/// [`Error`] if nobody could be asked.
pub fn current_user() -> Result<Option<User>, Error> {
    // SAFETY: it has no preconditions.
    user_by_id(unsafe { libc::geteuid() })
}

/// The group of a name; none if there is none.
///
/// # Errors
/// [`Error`] if nobody could be asked.
pub fn group_by_name(name: &str) -> Result<Option<Group>, Error> {
    let text = c_string(name)?;
    // SAFETY: `get` gives a whole place.
    get(name, |place| unsafe { records::getgrnam_r(&text, place) }, Group::read)
}

/// The group of a number; none if there is none.
///
/// # Errors
/// [`Error`] if nobody could be asked.
pub fn group_by_id(gid: u32) -> Result<Option<Group>, Error> {
    // SAFETY: `get` gives a whole place.
    get(&gid.to_string(), |place| unsafe { records::getgrgid_r(gid, place) }, Group::read)
}

/// The numbers of all groups that a user is in, `first` among them: usually [`User::gid`].
///
/// # Errors
/// [`Error`] if nobody could be asked.
#[allow(clippy::unnecessary_cast, reason = "Apple's list has signed numbers")]
pub fn groups_of(name: &str, first: u32) -> Result<Vec<u32>, Error> {
    let text = c_string(name)?;
    let mut list: Vec<GroupListItem> = vec![0; 32];
    loop {
        let mut count = c_int::try_from(list.len()).unwrap_or(c_int::MAX);
        // SAFETY: room for as many as said.
        let total = unsafe { records::getgrouplist(&text, first as GroupListItem, list.as_mut_ptr(), &raw mut count) };
        if total >= 0 {
            list.truncate(usize::try_from(count).unwrap_or(0));
            return Ok(list.into_iter().map(|gid| gid as u32).collect());
        }
        match usize::try_from(count).unwrap_or(0) {
            0 => return Err(Error::Nobody { name: name.to_owned() }),
            // Not all systems tell how many there are.
            needed => list.resize(needed.max(list.len() * 2), 0),
        }
    }
}

impl User {
    fn read(record: &passwd) -> Self {
        Self {
            name: text(record.pw_name),
            uid: record.pw_uid,
            gid: record.pw_gid,
            comment: text(record.pw_gecos),
            home: text(record.pw_dir).into(),
            shell: text(record.pw_shell).into(),
        }
    }
}

impl Group {
    fn read(record: &group) -> Self {
        Self { name: text(record.gr_name), gid: record.gr_gid, members: texts(record.gr_mem) }
    }
}
