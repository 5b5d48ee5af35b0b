//! Keeps files open while others borrow from them.

use std::cell::OnceCell;

use crate::file::Input;

/// A growing list of open files, whose members never move.
#[derive(Debug, Default)]
pub struct Files {
    file: OnceCell<Box<Input>>,
    next: OnceCell<Box<Files>>,
}

impl Files {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps `input` for as long as the list lives.
    pub fn add(&self, input: Input) -> &Input {
        let mut here = self;
        while here.file.get().is_some() {
            here = here.next.get_or_init(Box::default);
        }
        here.file.get_or_init(|| Box::new(input))
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        // One after the other: a long list must not need a deep stack.
        let mut next = self.next.take();
        while let Some(mut files) = next {
            next = files.next.take();
        }
    }
}
