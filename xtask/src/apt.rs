//! Debian packages of any suite and architecture, by apt with private state: the system's own packages stay untouched.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result};

use crate::arch::Arch;
use crate::process;
use crate::workspace::{create_dir, write};

/// Names the mirror where the machine's own configuration does not (a machine that is not Debian).
const MIRROR_VARIABLE: &str = "XTASK_DEBIAN_MIRROR";

const KEYRINGS: [&str; 2] =
    ["/usr/share/keyrings/debian-archive-keyring.gpg", "/usr/share/keyrings/debian-archive-keyring.pgp"];

/// One suite for one architecture: apt's state, and the packages downloaded so far.
#[derive(Debug)]
pub(crate) struct Apt {
    suite: String,
    arch: Arch,
    pool: PathBuf,
    config: PathBuf,
}

impl Apt {
    /// Makes the state under `debs` where there is none yet, which reads the suite's package lists.
    pub(crate) fn open(debs: &Path, suite: &str, arch: Arch) -> Result<Self> {
        let pool = debs.join(format!("{suite}-{}", arch.debian()));
        let apt = Self { suite: suite.to_owned(), arch, config: pool.join("apt/apt.conf"), pool };
        if !apt.config.is_file() {
            let unfinished = apt.config.with_extension("conf.new");
            apt.write_state(&unfinished)?;
            apt.update(&unfinished)?;
            fs::rename(&unfinished, &apt.config)?;
        }
        Ok(apt)
    }

    fn write_state(&self, config: &Path) -> Result<()> {
        let state = self.pool.join("apt");
        for dir in ["etc/preferences.d", "etc/sources.list.d", "state/lists/partial", "cache/archives/partial", "dpkg"]
        {
            create_dir(&state.join(dir))?;
        }
        let keyring = KEYRINGS.into_iter().find(|path| Path::new(path).is_file());
        let signed_by = keyring.map(|path| format!("[signed-by={path}] ")).unwrap_or_default();
        let mirror = mirror()?;
        write(&state.join("dpkg/status"), "")?;
        write(&state.join("etc/sources.list"), format!("deb {signed_by}{mirror} {} main\n", self.suite))?;
        let (state, arch) = (state.display(), self.arch.debian());
        // The machine's own proxies and credentials stay in force; a suite's Release file may be past its date.
        let text = format!(
            r#"Dir::Etc "{state}/etc";
Dir::Etc::parts "/etc/apt/apt.conf.d";
Dir::Etc::netrc "/etc/apt/auth.conf";
Dir::Etc::netrcparts "/etc/apt/auth.conf.d";
Dir::State "{state}/state";
Dir::State::status "{state}/dpkg/status";
Dir::Cache "{state}/cache";
APT::Architecture "{arch}";
APT::Architectures {{ "{arch}"; }};
APT::Sandbox::User "root";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::Retries "3";
"#
        );
        write(config, text)
    }

    fn update(&self, config: &Path) -> Result<()> {
        process::output(self.apt_get(config).args(["update", "-qq", "--error-on=any"])).with_context(|| {
            let suite = &self.suite;
            format!(
                "the mirror that this machine is configured with has no package lists of {suite} for {}. A suite past \
                 its life moves to Debian's archive mirror: set {MIRROR_VARIABLE} to a mirror that has {suite}",
                self.arch.debian()
            )
        })?;
        Ok(())
    }

    fn apt_get(&self, config: &Path) -> Command {
        let mut command = Command::new("apt-get");
        command.env("APT_CONFIG", config).env("LC_ALL", "C").current_dir(&self.pool);
        // Images of containers turn this cache off, and then every call would read all the lists again. The other one would
        // only spare work after a change of the installed packages, and there are none.
        command.args(["-o", "Dir::Cache::pkgcache=pkgcache.bin", "-o", "Dir::Cache::srcpkgcache="]);
        command
    }

    /// Downloads the suite's present version of each package, unless it is there, and gives the files in the same order.
    pub(crate) fn download(&self, packages: &[&str]) -> Result<Vec<PathBuf>> {
        self.download_listed(packages).or_else(|_| {
            // The lists are older than the mirror: what they name may be gone from it.
            self.update(&self.config)?;
            self.download_listed(packages)
        })
    }

    fn download_listed(&self, packages: &[&str]) -> Result<Vec<PathBuf>> {
        // In the pool itself, apt would leave out the files that are there already.
        let elsewhere = self.pool.join("apt");
        let mut uris = self.apt_get(&self.config);
        uris.current_dir(elsewhere).args(["download", "--print-uris", "-qq"]).args(packages);
        let uris = process::output(&mut uris)?;
        let mut files = Vec::new();
        for package in packages {
            let name = find_file(&uris, package).with_context(|| format!("{} has no package {package}", self.suite))?;
            files.push((package, self.pool.join(name)));
        }
        let missing: Vec<_> = files.iter().filter(|(_, file)| !file.is_file()).map(|(package, _)| *package).collect();
        if !missing.is_empty() {
            process::output(self.apt_get(&self.config).args(["download", "-qq"]).args(missing))?;
        }
        Ok(files.into_iter().map(|(_, file)| file).collect())
    }
}

/// The file name that `apt-get download` gives a package: the second word of `'URI' FILE SIZE HASH`.
fn find_file<'a>(uris: &'a str, package: &str) -> Option<&'a str> {
    let names = uris.lines().filter(|line| line.starts_with('\'')).filter_map(|line| line.split_whitespace().nth(1));
    let mut names = names.filter(|name| name.split('_').next() == Some(package));
    names.next()
}

/// The upstream version of a package file: `1:2.36-9+deb12u1` is `2.36`.
pub(crate) fn upstream_version(deb: &Path) -> Result<String> {
    let version = process::output(Command::new("dpkg-deb").arg("--field").arg(deb).arg("Version"))?;
    let version = version.trim();
    let version = version.split_once(':').map_or(version, |(_epoch, rest)| rest);
    Ok(version.rsplit_once('-').map_or(version, |(upstream, _revision)| upstream).to_owned())
}

/// Unpacks a package file into `into` without its maintainer scripts, through the symbolic links of a merged `/usr`.
pub(crate) fn unpack(deb: &Path, into: &Path) -> Result<()> {
    let tar = into.with_extension("tar");
    let file = fs::File::create(&tar).with_context(|| format!("cannot create {}", tar.display()))?;
    process::run(Command::new("dpkg-deb").arg("--fsys-tarfile").arg(deb).stdout(file))?;
    process::run(Command::new("tar").args(["-x", "--keep-directory-symlink", "-C"]).arg(into).arg("-f").arg(&tar))?;
    fs::remove_file(&tar).with_context(|| format!("cannot remove {}", tar.display()))
}

/// Unpacks a package file into a directory of its own under `into`, unless that is done, and gives that directory.
pub(crate) fn unpack_once(deb: &Path, into: &Path) -> Result<PathBuf> {
    let directory = into.join(deb.file_stem().context("a package has a name")?);
    if !directory.is_dir() {
        let unfinished = into.join("unfinished");
        // An earlier run may have been stopped half-way.
        let _ = fs::remove_dir_all(&unfinished);
        create_dir(&unfinished)?;
        unpack(deb, &unfinished)?;
        fs::rename(&unfinished, &directory)?;
    }
    Ok(directory)
}

/// The Debian mirror that this machine is configured with.
fn mirror() -> Result<String> {
    if let Ok(mirror) = env::var(MIRROR_VARIABLE) {
        return Ok(mirror);
    }
    let deb822 = fs::read_to_string("/etc/apt/sources.list.d/debian.sources").unwrap_or_default();
    let one_line = fs::read_to_string("/etc/apt/sources.list").unwrap_or_default();
    find_mirror(&deb822, &one_line)
        .with_context(|| format!("no Debian mirror is configured on this machine; {MIRROR_VARIABLE} may name one"))
}

/// The first mirror in a `debian.sources` file, else in a `sources.list`.
fn find_mirror(deb822: &str, one_line: &str) -> Option<String> {
    let uri = |word: &str| word.contains(":/").then(|| word.to_owned());
    let new = deb822.lines().filter_map(|line| line.strip_prefix("URIs:")).flat_map(str::split_whitespace);
    let old = one_line.lines().filter(|line| line.trim_start().starts_with("deb ")).flat_map(str::split_whitespace);
    new.chain(old).find_map(uri)
}

#[cfg(test)]
mod tests {
    use super::{find_file, find_mirror};

    #[test]
    fn mirror_of_deb822() {
        let text = "Types: deb\n# http://old.example/\nURIs: http://mirror.example/debian\nSuites: bookworm\n";
        assert_eq!(find_mirror(text, "").as_deref(), Some("http://mirror.example/debian"));
    }

    #[test]
    fn mirror_of_sources_list() {
        let text = "# deb http://no.example/ x main\ndeb [signed-by=/a] https://mirror.example/debian bookworm main\n";
        assert_eq!(find_mirror("", text).as_deref(), Some("https://mirror.example/debian"));
        assert_eq!(find_mirror("", ""), None);
    }

    #[test]
    fn file_of_a_package() {
        let uris = "'http://mirror.example/libc6-dev_2_amd64.deb' libc6-dev_2_amd64.deb 1 SHA256:0\n\
                    'http://mirror.example/libc6_2_amd64.deb' libc6_2_amd64.deb 1 SHA256:0\n";
        assert_eq!(find_file(uris, "libc6"), Some("libc6_2_amd64.deb"));
        assert_eq!(find_file(uris, "libc"), None);
    }
}
