//! `/etc/group` (group(5)).

use core::ffi::c_int;

use libc::group;

use crate::buffer::{Buffer, Full};

/// A line of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Group<'a> {
    name: &'a [u8],
    password: &'a [u8],
    pub(crate) gid: u32,
    members: &'a [u8],
}

/// The file's contents; the `errno` when it cannot be read.
pub(crate) fn read() -> Result<Vec<u8>, c_int> {
    super::read("/etc/group")
}

/// The groups of a file.
pub(crate) fn groups(file: &[u8]) -> impl Iterator<Item = Group<'_>> {
    super::lines(file).filter_map(parse)
}

fn parse(line: &[u8]) -> Option<Group<'_>> {
    let mut fields = line.splitn(4, |byte| *byte == b':');
    let (name, password) = (fields.next()?, fields.next()?);
    let (gid, members) = (super::id(fields.next()?)?, fields.next()?);
    Some(Group { name, password, gid, members })
}

impl<'a> Group<'a> {
    /// Whether it has this name.
    pub(crate) fn is_named(&self, name: &[u8]) -> bool {
        self.name == name
    }

    /// Whether it has this number.
    pub(crate) fn has_id(&self, gid: u32) -> bool {
        self.gid == gid
    }

    /// The users that the file lists with it.
    pub(crate) fn members(&self) -> impl Iterator<Item = &'a [u8]> + Clone + use<'a> {
        self.members.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).filter(|name| !name.is_empty())
    }

    /// As C's structure, with its strings in the buffer.
    pub(crate) fn record(&self, buffer: &mut Buffer) -> Result<group, Full> {
        Ok(group {
            gr_name: buffer.string(self.name)?,
            gr_passwd: buffer.string(self.password)?,
            gr_gid: self.gid,
            gr_mem: buffer.strings(self.members())?,
        })
    }
}

/// The groups of a user: `first`, then those that list it, each once.
pub(crate) fn groups_of(file: &[u8], user: &[u8], first: u32) -> Vec<u32> {
    let mut all = vec![first];
    for group in groups(file).filter(|group| group.members().any(|member| member == user)) {
        if !all.contains(&group.gid) {
            all.push(group.gid);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{groups, groups_of};

    const FILE: &[u8] = b"root:x:0:\nwheel:x:10:ann, bob,\nagain:x:10:bob\nusers:x:100:bob\nbroken:x\n-x:::\n";

    #[test]
    fn members() {
        let wheel = groups(FILE).find(|group| group.is_named(b"wheel")).unwrap();
        assert!(wheel.members().eq([&b"ann"[..], b"bob"]));
        assert_eq!(groups(FILE).count(), 4);
    }

    #[test]
    fn each_group_once() {
        assert_eq!(groups_of(FILE, b"bob", 5), [5, 10, 100]);
        assert_eq!(groups_of(FILE, b"bob", 100), [100, 10]);
        assert_eq!(groups_of(FILE, b"eve", 1), [1]);
    }
}
