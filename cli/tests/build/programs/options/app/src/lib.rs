//! What every program of this package says of itself.
//!
//! ```
//! assert!(app::is_adopted());
//! assert_eq!(app::say(), "adopted 42 static-true unwind-true");
//! ```

use std::{panic, thread};

/// Whether this process has a libc that its file does not name.
pub fn is_adopted() -> bool {
    let file = std::fs::read("/proc/self/exe").unwrap();
    let word =
        |at: usize, len: usize| file[at..at + len].iter().rev().fold(0, |word, &byte| word << 8 | usize::from(byte));
    // e_phoff, e_phnum, and the program headers' p_type, of which 3 is PT_INTERP.
    let headers = (0..word(56, 2)).map(|index| word(word(32, 8) + 56 * index, 4));
    headers.into_iter().all(|kind| kind != 3)
        && std::fs::read_to_string("/proc/self/maps").unwrap().contains("libc.so.6")
}

/// All that can be seen of it.
pub fn say() -> String {
    let adopted = if is_adopted() { "adopted" } else { "ordinary" };
    let answer = thread::spawn(|| derive::answer!()).join().unwrap();
    panic::set_hook(Box::new(|_| {}));
    let unwinds = cfg!(panic = "unwind") && panic::catch_unwind(|| panic!("caught")).is_err();
    let mut all = format!("{adopted} {answer} static-{} unwind-{unwinds}", env!("STATIC"));
    for (is_there, flag) in [(cfg!(from_config), " config"), (cfg!(from_variable), " variable")] {
        all.push_str(if is_there { flag } else { "" });
    }
    all
}

#[cfg(test)]
mod tests {
    #[test]
    fn adopted() {
        assert!(super::is_adopted());
    }

    #[test]
    #[should_panic(expected = "as it should")]
    fn panics() {
        panic!("as it should");
    }
}
