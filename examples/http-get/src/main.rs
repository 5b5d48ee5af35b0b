//! `http-get URL`: fetches a page with an HTTP client that knows nothing of this project. One line makes the names in URLs those
//! that the host knows, in a static executable too.

use std::process::ExitCode;

#[cfg(feature = "host")]
use import_dynamic_nss as _; // the one line

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: http-get URL");
        return ExitCode::from(2);
    };
    match fetch(&url) {
        Ok(body) => {
            print!("{body}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("http-get: {url}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn fetch(url: &str) -> Result<String, ureq::Error> {
    ureq::get(url).call()?.body_mut().read_to_string()
}
