require!("libnss_resolve.so.2", optional, feature = "resolved", description = "names by systemd-resolved")
