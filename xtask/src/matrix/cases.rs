//! What the programs are asked that are tests of this project: the names of their cases.

use super::lookups::{Lookup, cases, silent};

/// The cases of the program that tests guest mode, by parts of their names.
pub(crate) const GUEST_CASES: &[Lookup] = &[
    THREADS,
    CALLBACKS,
    SIGNALS,
    cases("fork", &["fork_"]),
    EXIT,
    STACK,
    SCOPE,
    NSS,
    cases("isolation", &["isolation_", "environment_", "secure_"]),
    cases("limits", &["limit"]),
    cases("ids", &["ids_"]),
    cases("by name", &["named_", "bound_with_all_"]),
    cases("self", &["self_"]),
    cases("mutexes", &["mutex_"]),
    cases("symbols", &["symbols_"]),
];

/// Those that an emulator can run: in the way of the others are threads and memory of its own.
pub(crate) const EMULATED_GUEST_CASES: &[Lookup] = &[
    THREADS,
    CALLBACKS,
    SIGNALS,
    FORK,
    EXIT,
    STACK,
    SCOPE,
    NSS,
    EMULATED_ISOLATION,
    cases("symbols", &["symbols_of_the_libc"]),
];

/// Those that it can run where its pages are larger than this machine's. It does not have a main thread's stack then; and the
/// rest of a file's last page is there, but not for its system calls: musl's locks are there, and its threads wait for ever.
pub(crate) const LARGE_PAGE_GUEST_CASES: &[Lookup] = &[
    THREADS.on_glibc(),
    CALLBACKS.on_glibc(),
    cases("signals", &["signal_storm", "signal_in_", "signal_on_", "signal_handler_", "signal_restarts_"]).on_glibc(),
    FORK.on_glibc(),
    EXIT.on_glibc(),
    cases("stack", &["stack_bounds_of_threads", "stack_bounds_are_"]).on_glibc(),
    SCOPE.on_glibc(),
    NSS.on_glibc(),
    EMULATED_ISOLATION.on_glibc(),
];

/// Those that the C library's own `_Fork` could break. It does break a child's use of locks that other threads of the parent had,
/// and the C library's `setgroups`, which is linked with it, does not reach the guest's threads (DESIGN.md).
pub(crate) const LIBC_FIRST_GUEST_CASES: &[Lookup] = &[cases("fork", &["fork_and", "fork_from"]), EXIT];

const THREADS: Lookup = cases("threads", &["threads_leave", "threads_run"]);
const CALLBACKS: Lookup = cases("callbacks", &["callback_"]);
const SIGNALS: Lookup = cases("signals", &["signal_"]);
const FORK: Lookup = cases("fork", &["fork_and", "fork_from", "fork_while"]);
const EXIT: Lookup = cases("exit", &["exit_"]);
const STACK: Lookup = cases("stack", &["stack_bounds_"]);
const SCOPE: Lookup = cases("scope", &["scope_"]);
const EMULATED_ISOLATION: Lookup =
    cases("isolation", &["isolation_of_the_heaps", "isolation_of_a_heap", "environment_"]);
const NSS: Lookup = cases("NSS", &["library_nss"]);

/// The cases of the program that tests adopted mode, by their names.
pub(crate) const ADOPTED_CASES: &[Lookup] = &[
    silent("errno", &["errno"]),
    silent("threads", &["threads"]),
    silent("their ends", &["destructors"]),
    silent("many", &["many-threads"]),
    silent("fork", &["fork"]),
    silent("in threads", &["fork-in-threads"]),
    silent("signals", &["signals"]),
    silent("dladdr", &["dladdr"]),
    silent("headers", &["program-headers"]),
    silent("bind_all", &["bind-all"]),
];

/// The cases of the program that tests the nss crate.
pub(crate) const NSS_CASES: &[Lookup] = &[
    cases("names", &["std_", "addresses", "names_of", "what_does", "messages", "short_", "system_", "rust_"]),
    cases("scopes", &["scopes_"]).linked_with_musl(),
    cases("gethostby", &["gethostby"]),
    cases("accounts", &["users", "groups", "accounts", "erange"]),
    cases("services", &["services"]),
    cases("memory", &["lists_of_our_own", "lists_of_the_host"]),
    cases("threads, fork", &["threads_", "children_"]),
    cases("choice", &["tells_", "wrong_value", "program_chooses", "secure_"]),
    cases("no libc", &["nothing_at_all", "without_a_libc"]),
];

/// Says what is wrong with what a test program told of its cases, of which these are parts of the names: each must name some, one
/// at least must be ok, and only what an emulator cannot do may be skipped.
pub(super) fn check(stdout: &str, parts: &[&str], is_emulated: bool) -> Result<(), String> {
    let cases: Vec<_> = stdout.lines().filter_map(|line| line.strip_prefix("test ")?.split_once(" ... ")).collect();
    if let Some(part) = parts.iter().find(|part| !cases.iter().any(|(name, _)| name.contains(**part))) {
        return Err(format!("expected a case with {part} in its name"));
    }
    let may_be_skipped = |end: &str| is_emulated && end.starts_with("skipped: emulated: ");
    if let Some((name, _)) = cases.iter().find(|(_, end)| end.starts_with("skipped") && !may_be_skipped(end)) {
        return Err(format!("expected that {name} is not skipped"));
    }
    if !cases.iter().any(|(_, end)| end.starts_with("ok")) {
        return Err("expected a case that is ok".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    const OK: &str = "test fork_and_wait ... ok (3 ms)\n";
    const SKIPPED: &str = "test fork_while ... skipped: no cc\n";
    const EMULATED: &str = "test fork_while ... skipped: emulated: it cannot\n";

    #[test]
    fn a_case_must_be_ok() {
        assert_eq!(check(OK, &["fork_"], false), Ok(()));
        assert!(check("", &[], false).is_err());
        assert!(check(EMULATED, &["fork_"], true).is_err());
    }

    #[test]
    fn every_part_names_a_case() {
        assert_eq!(check(&format!("{OK}said: nothing\n"), &["fork_", "and_wait"], false), Ok(()));
        assert!(check(OK, &["fork_", "exit_"], false).is_err_and(|why| why.contains("exit_")));
    }

    #[test]
    fn only_emulators_excuse() {
        assert!(check(&format!("{OK}{SKIPPED}"), &["fork_"], false).is_err_and(|why| why.contains("fork_while")));
        assert!(check(&format!("{OK}{SKIPPED}"), &["fork_"], true).is_err());
        assert!(check(&format!("{OK}{EMULATED}"), &["fork_"], false).is_err());
        assert_eq!(check(&format!("{OK}{EMULATED}"), &["fork_"], true), Ok(()));
    }
}
