//! Who answers: the environment, the program, secure execution.

use std::net::ToSocketAddrs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::process::{Command, Output};

use import_dynamic_nss::{Resolver, TooLate, set_resolver};

use crate::{Case, NETDNS, NONE, case, is_root, text, this_file};

pub(crate) const CASES: &[Case] = &[
    ("each_lookup_tells_who_answers", NONE, each_lookup_tells_who_answers),
    ("a_wrong_value_is_told", NONE, a_wrong_value_is_told),
    ("the_program_chooses_before_the_first_lookup", NONE, the_program_chooses),
    ("secure_execution_ignores_the_variable", NONE, secure_execution_ignores_the_variable),
    // Not for themselves: what the others start.
    ("look_up", NONE, look_up),
];

fn look_up() {
    assert!(("localhost", 1).to_socket_addrs().expect("localhost").count() > 0);
}

fn look_up_with(value: &str) -> Output {
    case("look_up").env(NETDNS, value).output().expect("a process")
}

fn each_lookup_tells_who_answers() {
    let told = |value| {
        let output = look_up_with(value);
        assert!(output.status.success(), "{value}: {}", text(&output.stderr));
        text(&output.stderr)
    };
    for (value, who) in [("host+1", "host ("), ("native+1", "native (chosen)"), ("auto+1", "host ("), ("+1", "host (")]
    {
        let line = format!("import-dynamic-nss: getaddrinfo(\"localhost\"): {who}");
        assert!(told(value).contains(&line), "{value}: {}", told(value));
    }
    let go = told("go+1");
    assert!(go.contains("getaddrinfo(\"localhost\"): native (nothing") || go.contains("): host (/etc/"), "{go}");
    assert!(told("native+1").contains("answered from "));
    for silent in ["host", "native", "auto", "go", "host+0", ""] {
        assert_eq!(told(silent), "");
    }
}

fn a_wrong_value_is_told() {
    let output = look_up_with("cgo");
    assert!(output.status.success());
    assert_eq!(
        text(&output.stderr),
        "import-dynamic-nss: IMPORT_DYNAMIC_NETDNS=cgo: not auto, host, native or go, with or without +1; ignored\n"
    );
}

fn the_program_chooses() {
    assert_eq!(set_resolver(Resolver::Native), Ok(()));
    assert_eq!(set_resolver(Resolver::Host), Ok(()));
    assert_eq!(set_resolver(Resolver::Native), Ok(()));
    look_up();
    let error = set_resolver(Resolver::Host).expect_err("too late");
    assert_eq!(error, TooLate { resolver: Resolver::Native });
    assert!(error.to_string().contains("resolver: native"));
}

fn secure_execution_ignores_the_variable() {
    if !is_root() {
        return;
    }
    let folder = std::env::temp_dir().join(format!("nss-secure-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let copy = folder.join("program");
    std::fs::copy(this_file(), &copy).expect("a copy");
    chown(&copy, Some(1), Some(1)).expect("a user of its own");
    std::fs::set_permissions(&copy, PermissionsExt::from_mode(0o4755)).expect("set-user-ID");
    let output = Command::new(&copy).args(["--case", "look_up"]).env(NETDNS, "native+1").output();
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    let output = output.expect("a process");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
}
