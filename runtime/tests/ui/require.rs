use import_dynamic::require;

require!("libc.so.6", "getpid");
require!();
require!("libnss_resolve.so.2", version = "V_1");
require!("libnss_resolve.so.2", errno);
require!("nss_resolve");
require!(global);

fn main() {}
