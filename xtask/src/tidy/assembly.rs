//! Every line of assembly carries a comment that says its effect, beside it or above it; tests' own may be silent.

use super::{Finding, Source};

pub(super) fn check(source: &Source) -> Vec<Finding> {
    if !source.has_extension(&["rs"]) || source.is_under("tests") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    // Parentheses open since the macro's own; 0 outside of assembly.
    let mut depth = 0_usize;
    let mut above = "";
    for (number, line) in source.lines() {
        let code = code(line);
        let opens = depth == 0 && MACROS.iter().any(|name| starts_macro(&code, name));
        if depth > 0 || opens {
            let start = if opens { code.find("asm!(").unwrap_or_default() } else { 0 };
            depth = code[start..].chars().fold(depth, |depth, c| match c {
                '(' => depth + 1,
                ')' => depth.saturating_sub(1),
                _ => depth,
            });
            let instruction = match opens {
                true => depth == 0,
                false => line.trim_start().starts_with('"') && !is_directive(line),
            };
            if instruction && !line.contains("//") && !above.trim_start().starts_with("//") {
                findings.push(Finding::new(&source.path, number, "this line of assembly does not say its effect"));
            }
        }
        above = line;
    }
    findings
}

const MACROS: [&str; 3] = ["asm!(", "naked_asm!(", "global_asm!("];

/// Whether the macro is called in this line, and is not the end of another's name.
fn starts_macro(code: &str, name: &str) -> bool {
    let before = code.split_once(name).map(|(before, _)| before.chars().next_back());
    before.is_some_and(|last| !last.is_some_and(|c| c.is_alphanumeric() || c == '_'))
}

/// The line without comments and without what stands in its strings.
fn code(line: &str) -> String {
    let mut code = String::new();
    let mut in_string = false;
    let line = line.replace("'\"'", "''");
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if in_string => {
                chars.next();
            }
            '"' => in_string = !in_string,
            '/' if !in_string && chars.peek() == Some(&'/') => break,
            _ if in_string => {}
            _ => code.push(c),
        }
    }
    code
}

/// A label or an assembler directive has no effect of its own.
fn is_directive(line: &str) -> bool {
    let text = line.trim_start().trim_start_matches('"');
    let text = text.split('"').next().unwrap_or_default().trim();
    text.starts_with('.') || text.ends_with(':') || text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::source;

    const NONE: [usize; 0] = [];

    fn lines(text: &str) -> Vec<usize> {
        check(&source("a.rs", text)).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn silent_lines() {
        let text = "\
naked_asm!(
    \"lea r11, [rip + {import}]\", // r11 = the import
    \"jmp {trampoline}\",
    // The import's own code.
    \"nop\",
    \"2:\",
    \".p2align 4\",
    import = sym IMPORT,
);
let text = (
    \"not assembly\",
);
";
        assert_eq!(lines(text), [3]);
    }

    #[test]
    fn one_line() {
        assert_eq!(lines("unsafe { asm!(\"wrfsbase {}\", in(reg) tp) };\n"), [1]);
        assert_eq!(lines("// FS base = tp\nunsafe { asm!(\"wrfsbase {}\", in(reg) tp) };\n"), NONE);
        assert_eq!(lines("\"(\"; // asm!(\nlet a = \"asm!(\";\n\"b\"\n"), NONE);
    }
}
