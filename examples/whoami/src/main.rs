//! `whoami [NAME]`: tells the ids and groups of the caller, or of a user, as `id` does. The crate that asks for them knows
//! nothing of this project; one line makes the answer the host's, in a static executable too.

use std::process::ExitCode;

#[cfg(feature = "host")]
use import_dynamic_nss as _; // the one line

use anyhow::{Context, Result};
use nix::unistd::{Gid, Group, User, getuid};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next();
    if arguments.next().is_some() {
        eprintln!("usage: whoami [NAME]");
        return ExitCode::from(2);
    }
    match describe(name.as_deref()) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("whoami: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// A line like id(1)'s.
fn describe(name: Option<&str>) -> Result<String> {
    let user = match name {
        Some(name) => {
            let user = User::from_name(name).with_context(|| format!("cannot look up {name}"))?;
            user.with_context(|| format!("no user is called {name}"))?
        }
        None => {
            let id = getuid();
            let user = User::from_uid(id).with_context(|| format!("cannot look up user {id}"))?;
            user.with_context(|| format!("no user has the id {id}"))?
        }
    };
    let mut groups = Vec::new();
    for id in group_ids(&user)? {
        let group = group(id)?;
        // musl's list has the first group again where the user is among its members.
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    Ok(format!("uid={}({}) gid={} groups={}", user.uid, user.name, group(user.gid)?, groups.join(",")))
}

/// A group as id(1) writes it; its number alone where it has no name.
fn group(id: Gid) -> Result<String> {
    let group = Group::from_gid(id).with_context(|| format!("cannot look up group {id}"))?;
    Ok(group.map_or_else(|| id.to_string(), |group| format!("{id}({})", group.name)))
}

/// The ids of a user's groups, the first one first.
#[cfg(not(target_vendor = "apple"))]
fn group_ids(user: &User) -> Result<Vec<Gid>> {
    let name = std::ffi::CString::new(user.name.as_str())?;
    nix::unistd::getgrouplist(&name, user.gid).with_context(|| format!("cannot look up the groups of {}", user.name))
}

/// On macOS the crate asks for no more than the first one.
#[cfg(target_vendor = "apple")]
fn group_ids(user: &User) -> Result<Vec<Gid>> {
    Ok(vec![user.gid])
}
