//! What one source says of a name, in the words of NSS (nsswitch.conf(5) and glibc's `<nss.h>`).

use super::literal::Address;

/// What became of a lookup that found nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    NotFound,
    TryAgain,
    Unavailable,
}

/// Why nothing was found: the values of `h_errno`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    HostNotFound,
    TryAgain,
    NoRecovery,
    NoData,
    /// NETDB_INTERNAL, with an errno.
    Internal(i32),
}

/// A source that found nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Miss {
    pub(super) status: Status,
    pub(super) reason: Reason,
}

impl Miss {
    pub(super) const NOT_FOUND: Self = Self::new(Status::NotFound, Reason::HostNotFound);

    pub(super) const fn new(status: Status, reason: Reason) -> Self {
        Self { status, reason }
    }
}

/// The addresses of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Host {
    pub(super) addresses: Vec<Address>,
    pub(super) canonical_name: Vec<u8>,
}

/// The family that is asked for by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    V4,
    V6,
}
