//! One line gives a static program the host's DNS and users.

#[cfg(all(feature = "native", target_os = "linux"))]
#[allow(dead_code, reason = "the functions that call it follow")]
mod native;
