//! Small Mach-O files, made field by field.

const HEADER: usize = 32;

fn command(kind: u32, body: &[u8]) -> Vec<u8> {
    let size = (8 + body.len()).next_multiple_of(8);
    let mut out = [kind.to_le_bytes(), (size as u32).to_le_bytes()].concat();
    out.extend(body);
    out.resize(size, 0);
    out
}

/// A command whose last field is a string.
fn with_string(kind: u32, fields: &[u32], text: &str) -> Vec<u8> {
    let offset = 8 + 4 * (fields.len() as u32 + 1);
    let mut body = offset.to_le_bytes().to_vec();
    body.extend(fields.iter().flat_map(|field| field.to_le_bytes()));
    body.extend(text.as_bytes());
    body.push(0);
    command(kind, &body)
}

/// A program for that machine which imports two symbols of two libraries.
pub(crate) fn program(cpu: u32) -> Vec<u8> {
    let strings = b"\0_getaddrinfo\0_res_9_ninit\0";
    let symbols = [(1u32, 1u16 << 8), (14, 2 << 8 | 0x40)];
    let commands = [
        with_string(0xe, &[], "/usr/lib/dyld"),
        with_string(0xc, &[2, 0x1_0000, 0x1_0000], "/usr/lib/libSystem.B.dylib"),
        with_string(0x8000_0018, &[2, 0x1_0000, 0x1_0000], "/usr/lib/libresolv.9.dylib"),
        with_string(0x8000_001c, &[], "@executable_path/../lib"),
    ];
    let before: usize = commands.iter().map(Vec::len).sum();
    let symbols_at = HEADER + before + 24;
    let strings_at = symbols_at + symbols.len() * 16;
    let table = [symbols_at, symbols.len(), strings_at, strings.len()];
    let table = command(2, &table.iter().flat_map(|&field| (field as u32).to_le_bytes()).collect::<Vec<_>>());

    let mut out = Vec::new();
    let size = (before + table.len()) as u32;
    for field in [0xfeed_facf, cpu, 0, 2, commands.len() as u32 + 1, size, 0x85, 0] {
        out.extend(u32::to_le_bytes(field));
    }
    out.extend(commands.concat());
    out.extend(table);
    for (name, description) in symbols {
        out.extend(name.to_le_bytes());
        out.extend([1, 0]);
        out.extend(description.to_le_bytes());
        out.extend(0u64.to_le_bytes());
    }
    out.extend(strings);
    out
}

pub(crate) const ARM64: u32 = 0x0100_000c;
pub(crate) const X86_64: u32 = 0x0100_0007;

/// A universal file of programs for two machines.
pub(crate) fn universal() -> Vec<u8> {
    let parts = [(X86_64, program(X86_64)), (ARM64, program(ARM64))];
    let mut out = [0xcafe_babe_u32, 2].into_iter().flat_map(u32::to_be_bytes).collect::<Vec<_>>();
    let mut at = 4096;
    for (cpu, bytes) in &parts {
        for field in [*cpu, 0, at, bytes.len() as u32, 12] {
            out.extend(field.to_be_bytes());
        }
        at += 4096;
    }
    for (index, (_, bytes)) in parts.iter().enumerate() {
        out.resize(4096 * (index + 1), 0);
        out.extend(bytes);
    }
    out
}
