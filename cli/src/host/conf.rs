//! `/etc/ld.so.conf`: what `ldconfig` reads. The interpreter itself never does.

use std::path::{Path, PathBuf};

use super::root::Root;

const MAX_BYTES: u64 = 1 << 20;
/// Includes within includes: deeper is a cycle.
const MAX_DEPTH: usize = 8;
const MAX_DIRECTORIES: usize = 4096;

/// The directories that `/etc/ld.so.conf` and the files that it includes name, in order.
pub fn directories(root: &Root) -> Vec<PathBuf> {
    let mut found = Vec::new();
    read(root, Path::new("/etc/ld.so.conf"), 0, &mut found);
    found
}

fn read(root: &Root, path: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(bytes) = root.read(path, MAX_BYTES) else { return };
    for line in String::from_utf8_lossy(&bytes).lines() {
        let line = line.split('#').next().unwrap_or("").trim();
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match word {
            "include" if depth < MAX_DEPTH => {
                for pattern in rest.split_whitespace() {
                    let pattern = path.parent().unwrap_or(Path::new("/")).join(pattern);
                    for included in expand(root, &pattern) {
                        read(root, &included, depth + 1, found);
                    }
                }
            }
            "include" | "hwcap" => {}
            _ => {
                // `directory=type` is an old way to say which libc a directory is for.
                let directory = line.split('=').next().unwrap_or("").trim_end();
                if directory.starts_with('/') && found.len() < MAX_DIRECTORIES {
                    found.push(PathBuf::from(directory));
                }
            }
        }
    }
}

/// The paths that a pattern stands for; `*` and `?` in the last component, which is all that is in use.
fn expand(root: &Root, pattern: &Path) -> Vec<PathBuf> {
    let (Some(directory), Some(name)) = (pattern.parent(), pattern.file_name().and_then(|name| name.to_str())) else {
        return Vec::new();
    };
    if !name.contains(['*', '?']) {
        return vec![pattern.to_owned()];
    }
    let Ok(resolved) = root.resolve(directory) else { return Vec::new() };
    let Ok(entries) = std::fs::read_dir(resolved.outside) else { return Vec::new() };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut found: Vec<_> = names.filter(|entry| matches(name.as_bytes(), entry.as_bytes())).collect();
    found.sort();
    found.into_iter().map(|entry| directory.join(entry)).collect()
}

/// Does `name` match `pattern`? A leading dot must be written.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    if name.first() == Some(&b'.') && pattern.first() != Some(&b'.') {
        return false;
    }
    // Where the last star stood, and how much of the name it has taken.
    let (mut at, mut taken, mut star) = (0, 0, None);
    while taken < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, taken));
                at += 1;
            }
            Some(&wanted) if wanted == b'?' || wanted == name[taken] => {
                at += 1;
                taken += 1;
            }
            _ => {
                let Some((star_at, star_taken)) = star else { return false };
                star = Some((star_at, star_taken + 1));
                at = star_at + 1;
                taken = star_taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    #[test]
    fn patterns() {
        let matches = |pattern: &str, name: &str| super::matches(pattern.as_bytes(), name.as_bytes());
        assert!(matches("*.conf", "a.conf") && matches("*", "") && matches("a?c*", "abcd") && matches("*a*b", "xaxxb"));
        assert!(!matches("*.conf", ".conf") && !matches("*.conf", "a.conf~") && !matches("a?", "a"));
    }
}
