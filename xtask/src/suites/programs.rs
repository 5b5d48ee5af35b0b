//! Programs of crates.io, built both ways, and what they are asked.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use comfy_table::{Table, presets};

use super::Way;
use super::hosts::{self, Said, Site};
use super::server::Server;
use crate::arch::Arch;
use crate::count::Count;
use crate::process;
use crate::root::Roots;
use crate::roots::{Libc, RECIPES};
use crate::workspace::{Workspace, create_dir};

/// A program.
pub(super) struct Program {
    pub(super) package: &'static str,
    version: &'static str,
    pub(super) binary: &'static str,
    commands: &'static [Asked],
}

/// One command line, without the program's name.
pub(super) struct Asked {
    pub(super) arguments: &'static [&'static str],
    compared: Compared,
}

/// In what its output must be the same.
#[derive(Clone, Copy)]
enum Compared {
    /// Byte for byte, and the status.
    Whole,
    /// Lines come in any order: threads find them.
    Lines,
    /// Lines of stdout; times measured are other ones.
    WithoutNumbers,
}

const fn whole(arguments: &'static [&'static str]) -> Asked {
    Asked { arguments, compared: Compared::Whole }
}

const fn lines(arguments: &'static [&'static str]) -> Asked {
    Asked { arguments, compared: Compared::Lines }
}

const fn without_numbers(arguments: &'static [&'static str]) -> Asked {
    Asked { arguments, compared: Compared::WithoutNumbers }
}

/// `URL` stands for the HTTPS server of [`super::server`], `/tree` for the files of [`hosts::TREE`].
pub(super) const PROGRAMS: &[Program] = &[
    Program {
        package: "ripgrep",
        version: "14.1.1",
        binary: "rg",
        commands: &[
            whole(&["--version"]),
            whole(&["-n", "--sort", "path", "needle", "/tree"]),
            lines(&["--threads=4", "--no-heading", "-in", "NEEDLE", "/tree"]),
            whole(&["-o", "--sort", "path", r"\p{Greek}+", "/tree"]),
            whole(&["--color", "always", "-C1", "--heading", "needle", "/tree/b.rs"]),
            lines(&["--files", "--hidden", "-g", "*.rs", "/tree"]),
            whole(&["-c", "--no-mmap", "needle", "/tree/many.txt"]),
            whole(&["-r", "<$0>", "--mmap", "need(le)?", "/tree/a.txt"]),
            whole(&["no such text", "/tree"]),
            whole(&["needle", "/no/such/file"]),
            whole(&["(", "/tree"]),
        ],
    },
    Program {
        package: "fd-find",
        version: "10.2.0",
        binary: "fd",
        commands: &[
            whole(&["--version"]),
            lines(&[".", "/tree"]),
            lines(&["-H", "-e", "rs", ".", "/tree"]),
            lines(&["-t", "l", ".", "/tree"]),
            lines(&["-S", "+10k", ".", "/tree"]),
            lines(&["--owner", "fileuser", ".", "/tree"]),
            lines(&["-e", "rs", ".", "/tree", "-x", "/programs/fd", "--max-results=1", "{/.}", "{//}"]),
            lines(&["--changed-before", "2001-01-01", ".", "/tree"]),
            whole(&["(", "/tree"]),
            whole(&[".", "/no/such/directory"]),
        ],
    },
    Program {
        package: "hyperfine",
        version: "1.19.0",
        binary: "hyperfine",
        commands: &[
            whole(&["--version"]),
            without_numbers(&["-N", "--runs=3", "--time-unit=millisecond", "/programs/hyperfine --version"]),
            without_numbers(&[
                "-N",
                "--runs=2",
                "--time-unit=millisecond",
                "--parameter-scan",
                "n",
                "1",
                "3",
                "--export-csv=/tmp/times",
                "/programs/hyperfine --help {n}",
            ]),
            whole(&["-N", "--runs=2", "/no/such/program"]),
            whole(&["-N", "--runs=2", "/programs/hyperfine --no-such-option"]),
        ],
    },
    Program {
        package: "bat",
        version: "0.25.0",
        binary: "bat",
        commands: &[
            whole(&["--version"]),
            whole(&["--color=always", "--style=full", "--terminal-width=80", "/tree/b.rs"]),
            whole(&["--plain", "--color=always", "-l", "json", "/tree/sub/c.json"]),
            whole(&["-A", "/tree/a.txt"]),
            whole(&["--style=numbers", "--line-range=3:5", "/tree/many.txt"]),
            whole(&["--list-languages"]),
            whole(&["--list-themes"]),
            whole(&["/no/such/file", "/tree/a.txt"]),
        ],
    },
    Program {
        package: "xh",
        version: "0.24.0",
        binary: "xh",
        commands: &[
            whole(&["--version"]),
            whole(&["--verify=/tree/ca.pem", "--ignore-stdin", "--body", "URL/a.txt"]),
            whole(&["--verify=/tree/ca.pem", "--ignore-stdin", "--headers", "URL/b.rs"]),
            whole(&["--verify=/tree/ca.pem", "--ignore-stdin", "--pretty=all", "--style=solarized", "URL/sub/c.json"]),
            whole(&["--verify=/tree/ca.pem", "--ignore-stdin", "--check-status", "--http2", "URL/many.txt"]),
            // The certificate is of another authority, then for another name.
            whole(&["--ignore-stdin", "--body", "URL/a.txt"]),
            whole(&["--verify=/tree/ca.pem", "--ignore-stdin", "--resolve=other.test:127.0.0.1", "OTHER/a.txt"]),
            whole(&["--offline", "--ignore-stdin", "--print=HB", "post", "URL/a.txt", "name=value"]),
        ],
    },
];

/// Runs the programs of those names on every host, and prints how it went.
pub(super) fn run(workspace: &Workspace, this: &Path, wanted: &dyn Fn(&str) -> bool) -> Result<Count> {
    let arch = Arch::host().context("the hosts are for x86_64 and aarch64")?;
    let mut built = Vec::new();
    for program in PROGRAMS.iter().filter(|program| wanted(program.package)) {
        let [plain, this] = Way::ALL.map(|way| install(workspace, this, program, way));
        built.push((program, plain?, this?));
    }
    let roots = Roots::open(workspace)?;
    let recipes = RECIPES.iter().filter(|recipe| recipe.libc != Libc::Nothing);
    let roots = recipes.map(|recipe| roots.make(recipe, arch)).collect::<Result<Vec<_>>>()?;
    let server = Server::start(&workspace.target.join("suites/server"))?;
    let sites = roots.iter().map(|root| Site::make(workspace, root, &server)).collect::<Result<Vec<_>>>()?;

    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN);
    table.set_header(["program".to_owned()].into_iter().chain(roots.iter().map(|root| root.name.clone())));
    let mut failures = Vec::new();
    let mut count = Count::default();
    for (program, plain, this) in &built {
        let ordinary = sites.iter().find(|site| site.starts(plain)).context("no host can start an ordinary build")?;
        ordinary.install(program, plain)?;
        let ask = |asked| ordinary.ask(program, asked, &server);
        let expected: Vec<Said> = program.commands.iter().map(ask).collect::<Result<_>>()?;
        let mut row = vec![format!("{} {}", program.package, program.version)];
        for site in &sites {
            site.install(program, this)?;
            let mut same = 0;
            for (asked, expected) in program.commands.iter().zip(&expected) {
                let said = site.ask(program, asked, &server)?;
                if asked.is_same(expected, &said) {
                    same += 1;
                } else {
                    failures.push(format!(
                        "FAILED {} {} in {}\nordinary build: {expected}\nhere: {said}",
                        program.binary,
                        asked.arguments.join(" "),
                        site.name
                    ));
                }
            }
            count += Count { passed: same, failed: program.commands.len() - same };
            row.push(format!("{same} of {}", program.commands.len()));
        }
        table.add_row(row);
    }
    println!("{table}\n");
    failures.iter().for_each(|failure| println!("{failure}\n"));
    Ok(count)
}

/// Builds a program of crates.io with the dependencies of its own lock file; the executable.
fn install(workspace: &Workspace, this: &Path, program: &Program, way: Way) -> Result<PathBuf> {
    eprintln!("xtask: {} {}: {}", program.package, program.version, way.name());
    let root = workspace.target.join("suites/installed").join(way.name());
    create_dir(&root)?;
    let mut cargo = way.cargo(workspace, this);
    cargo.args(["install", "--quiet", "--locked", "--debug", "--no-track", "--force", "--root"]).arg(&root);
    cargo.args([program.package, "--version", &format!("={}", program.version)]);
    process::run(cargo.current_dir(&root))?;
    Ok(root.join("bin").join(program.binary))
}

impl Asked {
    fn is_same(&self, expected: &Said, said: &Said) -> bool {
        let sorted = |text: &str| {
            let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        match self.compared {
            Compared::Whole => expected == said,
            Compared::Lines => {
                expected.status == said.status
                    && sorted(&expected.stdout) == sorted(&said.stdout)
                    && sorted(&expected.stderr) == sorted(&said.stderr)
            }
            Compared::WithoutNumbers => {
                expected.status == said.status
                    && hosts::without_numbers(&expected.stdout) == hosts::without_numbers(&said.stdout)
            }
        }
    }
}
