//! NSS modules: glibc opens what `/etc/nsswitch.conf` names.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use super::error::BundleError;
use super::plan::Builder;
use crate::host::{Found, Libc, LoadError, Namespace, Why};

const CONF: &str = "/etc/nsswitch.conf";
const MAX_CONF: u64 = 1 << 20;
/// What glibc does where there is no such file.
const DEFAULT: &str = "passwd: files\nhosts: dns files\n";

/// Adds the configuration and its modules, with all that they need.
pub(super) fn add(builder: &mut Builder<'_>, namespace: &mut Namespace<'_>) -> Result<(), BundleError> {
    if namespace.libc() == Libc::Musl {
        builder.warn("musl has no NSS modules: nothing is added for --nss".to_owned());
        return Ok(());
    }
    let text = match builder.root().read(Path::new(CONF), MAX_CONF) {
        Ok(bytes) => {
            builder.add(Path::new(CONF), "nss")?;
            String::from_utf8_lossy(&bytes).into_owned()
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => DEFAULT.to_owned(),
        Err(error) => return Err(BundleError::Io { path: CONF.into(), error }),
    };
    for service in services(&text) {
        // Since glibc 2.34 libc.so.6 has these two inside.
        let inside = format!("_nss_{service}_{}", if service == "dns" { "gethostbyname4_r" } else { "getpwnam_r" });
        if matches!(namespace.find(None, &inside, None), Found::In(_)) {
            continue;
        }
        match namespace.open(&format!("libnss_{service}.so.2")) {
            Ok(module) => builder.add(&namespace.get(module).path, "nss")?,
            Err(LoadError { needed_by: None, why: Why::NotFound { .. }, .. }) => {
                builder.warn(format!("{CONF} names {service}, of which the root has no module"));
            }
            Err(error) => builder.warn(error.to_string()),
        }
    }
    Ok(())
}

/// The services of all databases.
fn services(text: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or("");
        let Some((_database, mut rest)) = line.split_once(':') else { continue };
        // `[NOTFOUND=return]` says what to do between services.
        while let Some((before, after)) = rest.split_once('[') {
            found.extend(before.split_whitespace());
            rest = after.split_once(']').map_or("", |(_, after)| after);
        }
        found.extend(rest.split_whitespace());
    }
    found.retain(|service| service.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)));
    found
}

#[cfg(test)]
mod tests {
    #[test]
    fn services_of_a_real_file() {
        let text = "# comment\npasswd: files systemd # more\nhosts: files mymachines [!UNAVAIL=return] dns [x]\n\
            broken\nevil: ../../x a/b\n";
        let found: Vec<_> = super::services(text).into_iter().collect();
        assert_eq!(found, ["dns", "files", "mymachines", "systemd"]);
    }
}
