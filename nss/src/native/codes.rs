//! Numbers of `<netdb.h>` as glibc on Linux has them; musl's are the same where it has them.

use core::ffi::c_int;

pub(super) const AI_PASSIVE: c_int = 0x1;
pub(super) const AI_CANONNAME: c_int = 0x2;
pub(super) const AI_NUMERICHOST: c_int = 0x4;
pub(super) const AI_V4MAPPED: c_int = 0x8;
pub(super) const AI_ALL: c_int = 0x10;
pub(super) const AI_ADDRCONFIG: c_int = 0x20;
pub(super) const AI_IDN: c_int = 0x40;
pub(super) const AI_CANONIDN: c_int = 0x80;
/// Once AI_IDN_ALLOW_UNASSIGNED and AI_IDN_USE_STD3_ASCII_RULES, ignored by now.
const AI_IDN_FORMER: c_int = 0x300;
pub(super) const AI_NUMERICSERV: c_int = 0x400;

/// Every flag that getaddrinfo takes.
pub(super) const AI_ANY: c_int = AI_PASSIVE
    | AI_CANONNAME
    | AI_NUMERICHOST
    | AI_V4MAPPED
    | AI_ALL
    | AI_ADDRCONFIG
    | AI_IDN
    | AI_CANONIDN
    | AI_IDN_FORMER
    | AI_NUMERICSERV;

pub(super) const NI_NUMERICHOST: c_int = 0x1;
pub(super) const NI_NUMERICSERV: c_int = 0x2;
pub(super) const NI_NOFQDN: c_int = 0x4;
pub(super) const NI_NAMEREQD: c_int = 0x8;
pub(super) const NI_DGRAM: c_int = 0x10;
const NI_IDN: c_int = 0x20;
/// Once NI_IDN_ALLOW_UNASSIGNED and NI_IDN_USE_STD3_ASCII_RULES, ignored by now.
const NI_IDN_FORMER: c_int = 0xc0;

/// Every flag that getnameinfo takes.
pub(super) const NI_ANY: c_int =
    NI_NUMERICHOST | NI_NUMERICSERV | NI_NOFQDN | NI_NAMEREQD | NI_DGRAM | NI_IDN | NI_IDN_FORMER;

pub(super) const EAI_BADFLAGS: c_int = -1;
pub(super) const EAI_NONAME: c_int = -2;
pub(super) const EAI_AGAIN: c_int = -3;
pub(super) const EAI_NODATA: c_int = -5;
pub(super) const EAI_FAMILY: c_int = -6;
pub(super) const EAI_SOCKTYPE: c_int = -7;
pub(super) const EAI_SERVICE: c_int = -8;
pub(super) const EAI_ADDRFAMILY: c_int = -9;
pub(super) const EAI_IDN_ENCODE: c_int = -105;
