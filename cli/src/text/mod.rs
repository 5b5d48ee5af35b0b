//! Text for people: tables, colours, and nothing from a file that could steer the terminal.

mod size;
mod table;

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

pub use size::size;
pub use table::{Cell, Table};

/// Headings of tables.
pub const HEADING: Style = Style::new().bold();
/// Names of fields.
pub const LABEL: Style = Style::new().dimmed();
/// What is well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What is not well but does no harm.
pub const WARNING: Style = AnsiColor::Yellow.on_default();
/// What is wrong.
pub const BAD: Style = AnsiColor::Red.on_default().bold();

/// `text` with control characters made visible: names in a file are not to be trusted with the terminal.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        // Direction marks can make one name look like another.
        let hidden = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if character.is_control() || hidden {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}

/// `clean` of `text` in `style`.
pub fn styled(style: Style, text: &str) -> String {
    format!("{style}{}{style:#}", clean(text))
}

/// Appends `  label  value`, the labels of one block being `width` wide.
pub fn field(out: &mut String, width: usize, label: &str, value: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "  {LABEL}{label:width$}{LABEL:#}  {value}");
}

#[cfg(test)]
mod tests {
    #[test]
    fn control_characters_are_made_visible() {
        assert_eq!(super::clean("a\u{1b}[31m\nb\u{202e}é"), "a\\u{1b}[31m\\u{a}b\\u{202e}é");
    }
}
