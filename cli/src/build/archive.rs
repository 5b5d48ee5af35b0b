//! Writes a static library: members and the index that linkers look symbols up in (System V `ar`).

const HEADER: usize = 60;

/// Members, and the symbols that each defines.
#[derive(Default)]
pub struct Archive {
    members: Vec<Vec<u8>>,
    index: Vec<(String, usize)>,
}

impl Archive {
    /// Adds an object file that defines `symbols`.
    pub fn add(&mut self, object: Vec<u8>, symbols: &[&str]) {
        self.index.extend(symbols.iter().map(|&symbol| (symbol.to_owned(), self.members.len())));
        self.members.push(object);
    }

    /// The library's bytes.
    pub fn finish(self) -> Vec<u8> {
        let names: usize = self.index.iter().map(|(name, _)| name.len() + 1).sum();
        let index = 4 + 4 * self.index.len() + names;
        let mut offset = 8 + HEADER + index.next_multiple_of(2);
        let offsets: Vec<usize> = self
            .members
            .iter()
            .map(|member| {
                let start = offset;
                offset += HEADER + member.len().next_multiple_of(2);
                start
            })
            .collect();

        let mut out = Vec::with_capacity(offset);
        out.extend_from_slice(b"!<arch>\n");
        header(&mut out, "/", index);
        out.extend_from_slice(&(self.index.len() as u32).to_be_bytes());
        for (_, member) in &self.index {
            out.extend_from_slice(&(offsets[*member] as u32).to_be_bytes());
        }
        for (name, _) in &self.index {
            out.extend_from_slice(name.as_bytes());
            out.push(0);
        }
        pad(&mut out);
        for (number, member) in self.members.iter().enumerate() {
            header(&mut out, &format!("{number}.o/"), member.len());
            out.extend_from_slice(member);
            pad(&mut out);
        }
        out
    }
}

/// A member's header: name, time, owner, group, mode, size.
fn header(out: &mut Vec<u8>, name: &str, size: usize) {
    out.extend_from_slice(format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n", 0, 0, 0, 644).as_bytes());
}

fn pad(out: &mut Vec<u8>) {
    if out.len() % 2 == 1 {
        out.push(b'\n');
    }
}
