//! `hello`: prints a line and looks up no names. With the feature `host` it has the one line that gives a static program the
//! host's names all the same.

#[cfg(feature = "host")]
use import_dynamic_nss as _;

fn main() {
    println!("hello");
}
