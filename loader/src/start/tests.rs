//! Initial stacks as kernels make them, and as libcs leave them.

use std::string::String;
use std::vec::Vec;

use super::*;

/// An initial stack with as many arguments, variables and null words after the variables.
pub(crate) struct Crafted {
    pub(crate) words: Vec<usize>,
}

pub(crate) const AUXV: &[[usize; 2]] =
    &[[33, 0x7fff_0000], [at::PAGESZ, 16384], [at::PHDR, 64], [at::SECURE, 0], [at::ENTRY, 4096]];

impl Crafted {
    pub(crate) fn new(arguments: usize, variables: usize, nulls: usize) -> Self {
        let text = c"NAME=value".as_ptr() as usize;
        let mut words = std::vec![arguments];
        words.extend(std::iter::repeat_n(text, arguments));
        words.push(0);
        words.extend(std::iter::repeat_n(text, variables));
        words.extend(std::iter::repeat_n(0, nulls));
        words.extend(AUXV.as_flattened());
        words.extend([0, 0]);
        Self { words }
    }

    pub(crate) fn stack(&mut self) -> InitialStack {
        InitialStack(self.words.as_mut_ptr())
    }
}

/// The vector behind the environment, wherever this process has its own.
fn found(crafted: &mut Crafted) -> &[[usize; 2]] {
    // SAFETY: crafted, and changed by nobody.
    unsafe { std::slice::from_raw_parts(crafted.stack().find_auxv(), AUXV.len()) }
}

#[test]
fn the_parts() {
    for (arguments, variables) in [(0, 0), (1, 0), (0, 1), (3, 100)] {
        let mut crafted = Crafted::new(arguments, variables, 1);
        let (first, stack) = (crafted.words.as_ptr() as usize, crafted.stack());
        assert_eq!(stack.argc(), arguments);
        assert_eq!(stack.argv() as usize, first + 8);
        assert_eq!(stack.envp() as usize, first + 8 * (1 + arguments + 1));
        assert_eq!(found(&mut crafted), AUXV);
    }
}

/// unsetenv(3) moves the later variables up: their places at the end stay null.
#[test]
fn variables_that_were_taken_out() {
    for (variables, nulls) in [(0, 2), (0, 50), (1, 2), (1, 3), (100, 8)] {
        assert_eq!(found(&mut Crafted::new(2, variables, nulls)), AUXV);
    }
}

/// A static program with a libc has found its own before `main`.
#[test]
fn the_programs_own() {
    let Some(stack) = initial_stack() else {
        // A dynamic program has nobody to tell.
        return assert!(crate::own::is_dynamic());
    };
    assert_eq!(stack.argc(), std::env::args_os().count());
    assert_eq!(stack.auxiliary(at::PAGESZ), Some(page_size_of_libc()));
    assert_eq!(stack.auxiliary(at::NULL), None);
    assert!(!is_secure());
    assert_eq!(page_size(), page_size_of_libc());
}

fn page_size_of_libc() -> usize {
    let output = std::process::Command::new("getconf").arg("PAGESIZE").output().expect("getconf(1)");
    std::str::from_utf8(&output.stdout).ok().and_then(|text| text.trim().parse().ok()).expect("a number")
}

#[test]
fn variables_by_name() {
    for (name, value) in std::env::vars_os().take(20) {
        let found = variable(name.as_encoded_bytes()).map(CStr::to_bytes);
        assert_eq!(found, Some(value.as_encoded_bytes()), "{name:?}");
        let longer = [name.as_encoded_bytes(), b"_"].concat();
        if std::env::var_os(String::from_utf8_lossy(&longer).as_ref()).is_none() {
            assert_eq!(variable(&longer), None);
        }
    }
    assert_eq!(variable(b""), None);
}
