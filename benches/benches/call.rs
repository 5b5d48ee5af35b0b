//! What a call costs: `labs` by every way to it, in one run.
//!
//! | contender | what a call is |
//! | --- | --- |
//! | `rust_call` | a Rust function that is never inlined |
//! | `c_pointer_mem` | the host's `labs` through a C function pointer in memory |
//! | `pointer_adopted`, `pointer_guest` | the same in static programs, which have the host's libc near |
//! | `libloading` | as `c_pointer_mem`, through libloading's `Symbol` |
//! | `import_native`, `import_adopted`, `import_guest` | an import in each link mode |
//! | `import_guest_syscall` | guest mode as on kernels without `wrfsbase` |

use std::io;
use std::process::Command;
use std::thread;
use std::time::Duration;

use benches::{Contender, Program, Turnstile, target_directory};
use criterion::{Criterion, SamplingMode};

struct Entry {
    name: &'static str,
    program: Program,
    /// What the program calls it.
    argument: &'static str,
    /// One call is made where the others make so many: turns then take about as long for all.
    slowness: u32,
}

const RUST: Entry = Entry { name: "rust_call", program: Program::STD_DYNAMIC, argument: "rust", slowness: 1 };

const ENTRIES: &[Entry] = &[
    RUST,
    Entry { name: "c_pointer_mem", argument: "pointer", ..RUST },
    Entry { name: "pointer_adopted", program: Program::NO_STD, argument: "pointer", ..RUST },
    Entry { name: "pointer_guest", program: Program::STD_STATIC, argument: "pointer", ..RUST },
    Entry { name: "libloading", argument: "libloading", ..RUST },
    Entry { name: "import_native", argument: "import", ..RUST },
    Entry { name: "import_adopted", program: Program::NO_STD, argument: "import", ..RUST },
    Entry { name: "import_guest", program: Program::STD_STATIC, argument: "import", slowness: 8 },
    Entry { name: "import_guest_scope", program: Program::STD_STATIC, argument: "import-scope", ..RUST },
    Entry { name: "import_guest_syscall", program: Program::STD_STATIC, argument: "import-syscall", slowness: 128 },
];

/// Samples are many and short: most of them then meet no other program on a busy machine.
const SAMPLES: usize = 400;
/// The time of all contenders together, since each waits for the others in its own.
const MEASUREMENT: Duration = Duration::from_secs(4);
const WARM_UP: Duration = Duration::from_millis(500);

fn main() -> io::Result<()> {
    let target = target_directory();
    let mut contenders = Vec::new();
    for entry in ENTRIES {
        let mut command = Command::new(entry.program.build(&target)?);
        command.arg(entry.argument);
        contenders.push((entry, Contender::start(command)?));
    }
    let turnstile = Turnstile::new(contenders.len());
    // Each contender has a criterion of its own, on a thread of its own; the turnstile lets one measure at a time.
    thread::scope(|scope| {
        for (index, (entry, contender)) in contenders.iter_mut().enumerate() {
            let turnstile = &turnstile;
            scope.spawn(move || {
                bench(entry, contender, |work| turnstile.pass(index, work));
                turnstile.leave(index);
            });
        }
    });
    Ok(())
}

fn bench(entry: &Entry, contender: &mut Contender, in_turn: impl Fn(&mut dyn FnMut() -> Duration) -> Duration) {
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("call");
    group.sampling_mode(SamplingMode::Flat).sample_size(SAMPLES).measurement_time(MEASUREMENT).warm_up_time(WARM_UP);
    group.bench_function(entry.name, |bencher| {
        bencher.iter_custom(|count| {
            let made = count.div_ceil(u64::from(entry.slowness));
            let time = in_turn(&mut || match contender.measure(made) {
                Ok(time) => time,
                Err(error) => panic!("{}: {error}", entry.name),
            });
            time.mul_f64(count as f64 / made as f64)
        });
    });
    group.finish();
}
