//! C++: in the program, with the compiler's static C++ library, and in a library of the host.

use crate::exports::library;
use crate::programs::{build, run_everywhere, run_with_library};

#[test]
fn cpp_in_the_program() {
    for (host, said) in run_everywhere(&build("cpp", "cpp", ""), &[]) {
        let expected = "thrown, made before main\ndropped of a thread\ntrue (1, 0, 1) true\ndropped of main\n";
        assert_eq!((said.status, said.stdout.as_str()), (Some(0), expected), "{host}: {}", said.stderr);
    }
}

/// Hosts without a C++ library cannot open it; this one can.
#[test]
fn exceptions_stay_inside_of_their_library() {
    let program = build("exports", "exports", "");
    let all = run_with_library(&program, &["exceptions"], Some(&library("exceptions.cc")));
    for (host, said) in all {
        if host != "this host" && said.stderr.contains("libstdc++") {
            continue;
        }
        let once = "(true, 104, true, 142, 1)\n";
        assert_eq!((said.status, said.stdout), (Some(0), once.repeat(2)), "{host}: {}", said.stderr);
    }
}
