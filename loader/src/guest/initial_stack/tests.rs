//! The stack that is built for the guest, read as an interpreter reads it.

use std::borrow::ToOwned;
use std::ffi::CString;
use std::vec::Vec;

use super::*;
use crate::start::tests::Crafted;

const PAGE: usize = 4096;
const LAYOUT: Layout = Layout { headers: 0x1111, header_count: 9, slots: 0x2222, interpreter: 0x3333 };

/// What a built stack holds.
struct Read {
    arguments: Vec<usize>,
    variables: Vec<CString>,
    auxv: Vec<[usize; 2]>,
}

impl Read {
    /// # Safety
    /// `stack` is an initial stack.
    unsafe fn new(stack: *const usize) -> Self {
        // SAFETY: the caller's.
        unsafe {
            let argc = *stack;
            let list = |from: *const usize| (0..).map(move |index| *from.add(index)).take_while(|&word| word != 0);
            let variables: Vec<_> = list(stack.add(argc + 2)).collect();
            let auxv: *const [usize; 2] = stack.add(argc + 2 + variables.len() + 1).cast();
            let entries = (0..).map(|index| *auxv.add(index)).take_while(|entry| entry[0] != at::NULL);
            let text = |&address: &usize| CStr::from_ptr(address as *const c_char).to_owned();
            Self {
                arguments: list(stack.add(1)).collect(),
                variables: variables.iter().map(text).collect(),
                auxv: entries.collect(),
            }
        }
    }
}

/// What stands for an entry of the program's own vector: all about the program itself is the image's.
fn replaced([kind, value]: [usize; 2]) -> [usize; 2] {
    let value = match kind {
        3 => LAYOUT.headers,                                 // AT_PHDR
        4 => 56,                                             // AT_PHENT
        5 => LAYOUT.header_count,                            // AT_PHNUM
        7 => 0x4444,                                         // AT_BASE
        9 => crate::arch::image_entry as *const () as usize, // AT_ENTRY
        _ => value,
    };
    [kind, value]
}

#[test]
fn what_the_guest_finds() {
    let own: Vec<_> = std::env::vars_os()
        .map(|(name, value)| {
            let text = [name.into_encoded_bytes(), value.into_encoded_bytes()].join(&b'=');
            CString::new(text).expect("a variable without NUL")
        })
        .collect();
    assert!(!own.iter().any(|variable| variable.to_bytes().starts_with(TUNABLES)), "none here");
    for registers_rseq in [false, true] {
        for arguments in [0, 1, 2, 50] {
            let mut crafted = Crafted::new(arguments, 3, 2);
            let interpreter = Interpreter::for_tests(0x4444, registers_rseq);
            let built = build(crafted.stack(), &LAYOUT, &interpreter, PAGE);
            let built = built.unwrap_or_else(|error| panic!("{error}"));
            assert!((built.stack as usize).is_multiple_of(16), "aligned as the ABI says");
            // SAFETY: built as one.
            let read = unsafe { Read::new(built.stack) };

            assert_eq!(read.arguments, crafted.words[1..=arguments]);
            let (variables, added) = read.variables.split_at(own.len());
            assert_eq!(variables, own);
            let expected = registers_rseq.then(|| c"GLIBC_TUNABLES=glibc.pthread.rseq=0".to_owned());
            assert_eq!(added, expected.as_slice());
            assert_eq!(built.tunables.0.is_null(), !registers_rseq);
            assert!(built.tunables.1.is_null());

            // SAFETY: no other slice of it is in use by now.
            let own = unsafe { crafted.stack().auxv() };
            assert_eq!(read.auxv, own.iter().copied().map(replaced).collect::<Vec<_>>());
            // SAFETY: nothing runs on it.
            unsafe { built.free() };
        }
    }
}
