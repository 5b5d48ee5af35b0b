//! `/etc/passwd` (passwd(5)).

use core::ffi::c_int;

use libc::passwd;

use crate::buffer::{Buffer, Full};

/// A line of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct User<'a> {
    name: &'a [u8],
    password: &'a [u8],
    uid: u32,
    gid: u32,
    comment: &'a [u8],
    home: &'a [u8],
    shell: &'a [u8],
}

/// The file's contents; the `errno` when it cannot be read.
pub(crate) fn read() -> Result<Vec<u8>, c_int> {
    super::read("/etc/passwd")
}

/// The users of a file.
pub(crate) fn users(file: &[u8]) -> impl Iterator<Item = User<'_>> {
    super::lines(file).filter_map(parse)
}

fn parse(line: &[u8]) -> Option<User<'_>> {
    let mut fields = line.splitn(7, |byte| *byte == b':');
    let (name, password) = (fields.next()?, fields.next()?);
    let (uid, gid) = (super::id(fields.next()?)?, super::id(fields.next()?)?);
    let (comment, home, shell) = (fields.next()?, fields.next()?, fields.next()?);
    Some(User { name, password, uid, gid, comment, home, shell })
}

impl User<'_> {
    /// Whether it has this name.
    pub(crate) fn is_named(&self, name: &[u8]) -> bool {
        self.name == name
    }

    /// Whether it has this number.
    pub(crate) fn has_id(&self, uid: u32) -> bool {
        self.uid == uid
    }

    /// As C's structure, with its strings in the buffer.
    pub(crate) fn record(&self, buffer: &mut Buffer) -> Result<passwd, Full> {
        Ok(passwd {
            pw_name: buffer.string(self.name)?,
            pw_passwd: buffer.string(self.password)?,
            pw_uid: self.uid,
            pw_gid: self.gid,
            pw_gecos: buffer.string(self.comment)?,
            pw_dir: buffer.string(self.home)?,
            pw_shell: buffer.string(self.shell)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::users;

    #[test]
    fn lines_that_are_users() {
        let file =
            b"root:x:0:0:root:/root:/bin/sh\n# a:b:1:1:::\n+nis:::::\n\nbad:x:-1:0:::\nshort:x:1\nlast:x:7:8:A, B::";
        let all: Vec<_> = users(file).map(|user| (user.name, user.uid, user.gid, user.comment, user.shell)).collect();
        assert_eq!(all, [(&b"root"[..], 0, 0, &b"root"[..], &b"/bin/sh"[..]), (b"last", 7, 8, b"A, B", b"")]);
    }
}
