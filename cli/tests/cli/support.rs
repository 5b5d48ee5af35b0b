//! Running the program, and directories to run it in.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A directory of a test's own, empty at first.
pub(crate) struct Directory {
    path: PathBuf,
}

/// What a run said.
pub(crate) struct Said {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Directory {
    /// The directory of that test.
    pub(crate) fn new(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli").join(test);
        if path.exists() {
            fs::remove_dir_all(&path).unwrap();
        }
        fs::create_dir_all(&path).unwrap();
        Directory { path: fs::canonicalize(path).unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file, and the directories that it is in.
    pub(crate) fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.prepare(name);
        fs::write(&path, contents).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// Makes a symbolic link.
    pub(crate) fn link(&self, name: &str, target: &str) {
        std::os::unix::fs::symlink(target, self.prepare(name)).unwrap();
    }

    /// Makes the directories that a file will be in, with the same mode whatever the umask is.
    fn prepare(&self, name: &str) -> PathBuf {
        let path = self.path.join(name);
        let parents: Vec<_> = path.ancestors().skip(1).take_while(|parent| *parent != self.path).collect();
        for parent in parents.into_iter().rev().filter(|parent| !parent.exists()) {
            fs::create_dir(parent).unwrap();
            fs::set_permissions(parent, fs::Permissions::from_mode(0o755)).unwrap();
        }
        path
    }

    /// Runs the program here.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, &[])
    }

    /// Runs the program here, with variables.
    pub(crate) fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-import-dynamic"));
        command.current_dir(&self.path).args(arguments).envs(variables.iter().copied());
        for unset in ["LD_LIBRARY_PATH", "IMPORT_DYNAMIC_INTERPRETER", "SOURCE_DATE_EPOCH", "CLICOLOR_FORCE"] {
            if !variables.iter().any(|(name, _)| *name == unset) {
                command.env_remove(unset);
            }
        }
        self.said(&command.output().unwrap())
    }

    fn said(&self, output: &Output) -> Said {
        let here = self.path.to_str().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(here, "[HERE]");
        Said {
            status: output.status.code().expect("no signal ends the program"),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }
}

impl Said {
    /// Standard output of a run that went as it should.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        self.with_status(0)
    }

    /// Standard output of a run that ended so, with nothing on stderr.
    #[track_caller]
    pub(crate) fn with_status(self, status: i32) -> String {
        assert_eq!((self.status, self.stderr.as_str()), (status, ""), "stdout: {}", self.stdout);
        self.stdout
    }

    /// The one line on stderr of a run that was refused.
    #[track_caller]
    pub(crate) fn refused(self) -> String {
        assert_eq!((self.status, self.stdout.as_str()), (2, ""), "stderr: {}", self.stderr);
        let line = self.stderr.strip_suffix('\n').unwrap();
        assert!(!line.contains('\n') && line.starts_with("error: "), "{line}");
        line.to_owned()
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }
}

/// Says why a test does nothing, which on a CI machine is a failure.
pub(crate) fn skip(why: &str) {
    eprintln!("skipped: {why}");
    assert!(std::env::var_os("CI").is_none(), "nothing is skipped there");
}
