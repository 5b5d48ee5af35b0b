//! Services, for Rust.

use std::ffi::{CString, OsString};

use libc::servent;

use crate::ask::{c_string, text, texts};
use crate::error::Error;

/// A service, as services(5) has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Service {
    /// The name.
    pub name: OsString,
    /// Other names.
    pub aliases: Vec<OsString>,
    /// The port.
    pub port: u16,
    /// The protocol, such as `tcp`.
    pub protocol: OsString,
}

/// The service of a name, which may be an alias, for a protocol or for any; none if there is none.
///
/// ```
/// if let Some(service) = import_dynamic_nss::service_by_name("domain", Some("udp"))? {
///     assert_eq!(service.port, 53);
/// }
/// # Ok::<(), import_dynamic_nss::Error>(())
/// ```
///
/// # Errors
/// [`Error`] if nobody could be asked.
pub fn service_by_name(name: &str, protocol: Option<&str>) -> Result<Option<Service>, Error> {
    asking::by_name(name, &c_string(name)?, protocol_name(protocol)?)
}

/// The service at a port, for a protocol or for any; none if there is none.
///
/// # Errors
/// [`Error`] if nobody could be asked.
pub fn service_by_port(port: u16, protocol: Option<&str>) -> Result<Option<Service>, Error> {
    asking::by_port(port, protocol_name(protocol)?)
}

fn protocol_name(protocol: Option<&str>) -> Result<Option<CString>, Error> {
    protocol.map(c_string).transpose()
}

impl Service {
    fn read(record: &servent) -> Self {
        Self {
            name: text(record.s_name),
            aliases: texts(record.s_aliases),
            port: u16::from_be(record.s_port as u16),
            protocol: text(record.s_proto),
        }
    }
}

#[cfg(target_os = "linux")]
mod asking {
    use core::ffi::CStr;
    use std::ffi::CString;

    use super::Service;
    use crate::ask::get;
    use crate::error::Error;
    use crate::records;

    pub(super) fn by_name(shown: &str, name: &CStr, protocol: Option<CString>) -> Result<Option<Service>, Error> {
        // SAFETY: `get` gives a whole place.
        known(get(shown, |place| unsafe { records::getservbyname_r(name, protocol.as_deref(), place) }, Service::read))
    }

    pub(super) fn by_port(port: u16, protocol: Option<CString>) -> Result<Option<Service>, Error> {
        let shown = port.to_string();
        // SAFETY: `get` gives a whole place.
        known(get(&shown, |place| unsafe { records::getservbyport_r(port, protocol.as_deref(), place) }, Service::read))
    }

    /// musl says EINVAL of a protocol that it does not know.
    fn known(found: Result<Option<Service>, Error>) -> Result<Option<Service>, Error> {
        match found {
            Err(Error::System { source, .. }) if source.raw_os_error() == Some(libc::EINVAL) => Ok(None),
            found => found,
        }
    }
}

/// Systems where the functions that write into a caller's memory differ, or are not there. What the others return may be one
/// place for all threads: one asks at a time, among those that ask here.
#[cfg(not(target_os = "linux"))]
mod asking {
    use core::ffi::CStr;
    use std::ffi::CString;
    use std::sync::{Mutex, PoisonError};

    use libc::servent;

    use super::Service;
    use crate::choice::Provider;
    use crate::error::Error;
    use crate::records::provider_of;

    pub(super) fn by_name(shown: &str, name: &CStr, protocol: Option<CString>) -> Result<Option<Service>, Error> {
        let protocol = protocol.as_ref().map_or(core::ptr::null(), |protocol| protocol.as_ptr());
        // SAFETY: C strings, or null for any protocol.
        get("getservbyname", shown, || unsafe { libc::getservbyname(name.as_ptr(), protocol) })
    }

    pub(super) fn by_port(port: u16, protocol: Option<CString>) -> Result<Option<Service>, Error> {
        let protocol = protocol.as_ref().map_or(core::ptr::null(), |protocol| protocol.as_ptr());
        // SAFETY: a C string, or null for any protocol.
        get("getservbyport", &port.to_string(), || unsafe { libc::getservbyport(port.to_be().into(), protocol) })
    }

    fn get(function: &'static str, shown: &str, ask: impl Fn() -> *mut servent) -> Result<Option<Service>, Error> {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        match provider_of(function, &shown) {
            Provider::Host => {
                let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
                // SAFETY: null, or a record that stays until the next call.
                Ok(unsafe { ask().as_ref() }.map(Service::read))
            }
            Provider::Nobody => Err(Error::Nobody { name: shown.to_owned() }),
        }
    }
}
