//! Aligned columns.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::{HEADING, clean};

/// One field of a table.
#[derive(Debug, Clone)]
pub struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// Text in a style; control characters are made visible.
    pub fn styled(style: Style, text: &str) -> Self {
        Cell { text: clean(text), style }
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Cell::styled(Style::new(), text.as_ref())
    }
}

/// Rows of as many cells as there are headings.
#[derive(Debug)]
pub struct Table {
    indent: usize,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table with headings.
    pub fn new<const N: usize>(indent: usize, headings: [&str; N]) -> Self {
        Table { indent, rows: vec![headings.iter().map(|heading| Cell::styled(HEADING, heading)).collect()] }
    }

    /// Appends a row.
    pub fn row<const N: usize>(&mut self, cells: [Cell; N]) {
        self.rows.push(cells.into());
    }

    /// No row but the headings.
    pub fn is_empty(&self) -> bool {
        self.rows.len() == 1
    }

    /// Appends the table to `out`, columns two spaces apart.
    pub fn write(&self, out: &mut String) {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| self.rows.iter().map(|row| row[column].text.width()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.rows {
            let mut pending = self.indent;
            for (cell, &width) in row.iter().zip(&widths) {
                if !cell.text.is_empty() {
                    out.extend(std::iter::repeat_n(' ', pending));
                    out.push_str(&format!("{}{}{:#}", cell.style, cell.text, cell.style));
                    pending = 0;
                }
                pending += width.saturating_sub(cell.text.width()) + 2;
            }
            out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_and_lines_have_no_trailing_spaces() {
        let mut table = Table::new(1, ["A", "LONG"]);
        table.row(["名".into(), "x".into()]);
        table.row(["abc".into(), "".into()]);
        let mut out = String::new();
        table.write(&mut out);
        assert_eq!(anstream::adapter::strip_str(&out).to_string(), " A    LONG\n 名   x\n abc\n");
    }
}
