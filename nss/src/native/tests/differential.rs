//! The same calls, with the same `/etc` and the same name servers, of the host's glibc.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::dns::{World, in_world};

mod call;
mod generate;

use call::Call;
use generate::{Configuration, Dice};

const CONFIGURATIONS: usize = 300;
const SEED: u64 = 4_711;

#[test]
fn as_glibc_answers() {
    let directory = tempfile();
    let peer = compile(&directory);
    in_world(|world| {
        let _server = world.serve(&["127.0.0.1", "::1"]);
        world.replace_etc();
        let mut dice = Dice::new(SEED);
        let (mut agreed, mut disagreements) = (0, Vec::new());
        for number in 0..CONFIGURATIONS {
            if number == CONFIGURATIONS / 2 {
                for address in ["192.0.2.9/24", "10.1.2.9/8", "2001:db8::9/64", "fd00::9/64"] {
                    world.add_address(address);
                }
            }
            let configuration = generate::configuration(&mut dice);
            let calls = generate::calls(&mut dice, &configuration);
            write(world, &configuration);
            for (call, theirs) in calls.iter().zip(ask(&peer, &calls)) {
                let ours = call.run();
                if ours == theirs {
                    agreed += 1;
                } else {
                    disagreements.push(format!(
                        "{number}: {call:?}\n  glibc  {theirs}\n  native {ours}\n{}",
                        shown(&configuration)
                    ));
                }
            }
        }
        println!("native and glibc agree in {agreed} of {} calls", agreed + disagreements.len());
        assert!(disagreements.is_empty(), "\n{}", disagreements.join("\n"));
        assert!(agreed >= 3_000, "too few calls");
    });
    std::fs::remove_dir_all(directory).unwrap();
}

fn write(world: &World, configuration: &Configuration) {
    for (name, text) in &configuration.files {
        match text {
            Some(text) => world.write(name, text),
            None => world.remove(name),
        }
    }
}

fn shown(configuration: &Configuration) -> String {
    let present = configuration.files.iter().filter_map(|(name, text)| Some((name, text.as_ref()?)));
    present.map(|(name, text)| format!("  -- {name}\n{text}")).collect()
}

/// What a process of the host's libc answers to the calls.
fn ask(peer: &Path, calls: &[Call]) -> Vec<String> {
    let mut process = Command::new(peer).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let lines: String = calls.iter().map(|call| call.line() + "\n").collect();
    process.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", output.status);
    let answers: Vec<String> = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    assert_eq!(answers.len(), calls.len());
    answers
}

fn compile(directory: &Path) -> PathBuf {
    let (source, peer) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/native/peer.c"), directory.join("peer"));
    let status = Command::new("gcc").args(["-O1", "-Wall", "-o"]).arg(&peer).arg(source).status().unwrap();
    assert!(status.success(), "gcc: {status}");
    peer
}

fn tempfile() -> PathBuf {
    let directory = std::env::temp_dir().join(format!("import-dynamic-peer-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    directory
}
