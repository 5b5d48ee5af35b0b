//! What is known of each machine: names, interpreters, cache tags, CPU levels.

/// One machine of the ELF standard.
#[derive(Debug)]
pub struct Machine {
    /// `e_machine`.
    pub number: u16,
    /// The name that Rust's target triples use.
    pub name: &'static str,
    /// glibc's usual interpreter.
    pub glibc: &'static str,
    /// The tag of this machine's 64-bit libraries in ld.so.cache.
    pub cache_tag: u32,
    /// Directories below `glibc-hwcaps/`, best first.
    pub hwcaps: &'static [&'static str],
}

/// The machines that have a 64-bit little-endian Linux.
pub const MACHINES: &[Machine] = &[
    Machine {
        number: 62,
        name: "x86_64",
        glibc: "/lib64/ld-linux-x86-64.so.2",
        cache_tag: 0x0303,
        hwcaps: &["x86-64-v4", "x86-64-v3", "x86-64-v2"],
    },
    Machine { number: 183, name: "aarch64", glibc: "/lib/ld-linux-aarch64.so.1", cache_tag: 0x0a03, hwcaps: &[] },
    Machine { number: 243, name: "riscv64", glibc: "/lib/ld-linux-riscv64-lp64d.so.1", cache_tag: 0x1003, hwcaps: &[] },
    Machine {
        number: 258,
        name: "loongarch64",
        glibc: "/lib64/ld-linux-loongarch-lp64d.so.1",
        cache_tag: 0x1203,
        hwcaps: &[],
    },
    Machine {
        number: 21,
        name: "powerpc64le",
        glibc: "/lib64/ld64.so.2",
        cache_tag: 0x0503,
        hwcaps: &["power10", "power9"],
    },
];

/// The machine of that number.
pub fn by_number(number: u16) -> Option<&'static Machine> {
    MACHINES.iter().find(|machine| machine.number == number)
}

/// The machine's name, or its number where it has none here.
pub fn name(number: u16) -> String {
    by_number(number).map_or_else(|| format!("machine {number}"), |machine| machine.name.to_owned())
}

/// The CPU levels of this computer, best first; none when it is another machine.
pub fn hwcaps_of_this_cpu(machine: &Machine) -> Vec<&'static str> {
    let level = if machine.name == std::env::consts::ARCH { cpu_level() } else { 0 };
    // x86-64-v2 is the last name of the list.
    let known = machine.hwcaps.len();
    machine.hwcaps[known.saturating_sub(level)..].to_vec()
}

#[cfg(target_arch = "x86_64")]
fn cpu_level() -> usize {
    use std::is_x86_feature_detected as has;
    let v2 = has!("cmpxchg16b") && has!("popcnt") && has!("sse3") && has!("sse4.2") && has!("ssse3");
    let v3 = v2 && has!("avx2") && has!("bmi1") && has!("bmi2") && has!("f16c") && has!("fma") && has!("lzcnt");
    let v3 = v3 && has!("movbe");
    let v4 = v3 && has!("avx512f") && has!("avx512bw") && has!("avx512cd") && has!("avx512dq") && has!("avx512vl");
    usize::from(v2) + usize::from(v3) + usize::from(v4)
}

#[cfg(not(target_arch = "x86_64"))]
fn cpu_level() -> usize {
    0
}
