//! Measuring contenders in turn, so that whatever else the machine does meets all of them.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use benches::Contender;

use super::peak::Traced;
use crate::process;

/// Something to be measured.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) contender: &'static str,
    pub(super) work: Work,
}

/// How it is measured.
#[derive(Debug)]
pub(super) enum Work {
    /// A running program is asked for the time that its thing takes.
    Ask(Command),
    /// A running program is asked for one thing at a time: what takes long, or is no time.
    AskOnce(Command),
    /// A program writes the nanoseconds that it took for a thousand things, and ends.
    Thousand(Command),
    /// A program runs from its start to its end: its peak of memory is taken.
    Peak(Command),
    /// It is known already.
    Known(f64),
}

/// What a turn should take at least: clocks and pipes then weigh nothing.
const TURN: Duration = Duration::from_millis(1);

enum Source {
    Asked { contender: Contender, count: u64, divisor: u64 },
    Run(Command),
    Peak(Traced),
    Known(f64),
}

impl Source {
    fn prepare(entry: Entry) -> Result<Self> {
        Ok(match entry.work {
            Work::Ask(command) => {
                let line = process::line(&command);
                let mut contender = start(command)?;
                let mut count = 1;
                while contender.measure(count).with_context(|| line.clone())? < TURN {
                    count *= 2;
                }
                Self::Asked { contender, count, divisor: count }
            }
            Work::AskOnce(command) => Self::Asked { contender: start(command)?, count: 1, divisor: 1 },
            Work::Thousand(command) => Self::Run(command),
            Work::Peak(command) => Self::Peak(Traced::new(command)),
            Work::Known(value) => Self::Known(value),
        })
    }

    fn sample(&mut self) -> Result<f64> {
        Ok(match self {
            Self::Asked { contender, count, divisor } => contender.measure(*count)?.as_nanos() as f64 / *divisor as f64,
            Self::Run(command) => {
                let output = command.output().with_context(|| format!("cannot run {}", process::line(command)))?;
                let answer = output.stdout.try_into().ok().filter(|_| output.status.success());
                let answer: [u8; 8] =
                    answer.with_context(|| format!("{}: {}", process::line(command), output.status))?;
                u64::from_ne_bytes(answer) as f64 / 1000.0
            }
            Self::Peak(program) => program.peak()? as f64,
            Self::Known(value) => *value,
        })
    }
}

fn start(command: Command) -> Result<Contender> {
    let line = process::line(&command);
    Contender::start(command).with_context(|| format!("cannot run {line}"))
}

/// Measures each entry `rounds` times, in turn; the medians in the same order. Each round has an order of its own, for what ran
/// before leaves the caches in a state that suits one contender and not another.
pub(super) fn measure(entries: Vec<Entry>, rounds: usize) -> Result<Vec<(&'static str, f64)>> {
    let mut sources = Vec::new();
    for entry in entries {
        sources.push((entry.contender, Source::prepare(entry)?, Vec::new()));
    }
    let mut random = fastrand::Rng::with_seed(1);
    let mut order: Vec<_> = (0..sources.len()).collect();
    for _ in 0..rounds {
        random.shuffle(&mut order);
        for &index in &order {
            let (contender, source, samples) = &mut sources[index];
            samples.push(source.sample().with_context(|| format!("contender {contender}"))?);
        }
    }
    Ok(sources.into_iter().map(|(contender, _, samples)| (contender, median(samples))).collect())
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    match (samples.get(samples.len() / 2), samples.len() % 2) {
        (Some(middle), 1) => *middle,
        (Some(middle), _) => (middle + samples[samples.len() / 2 - 1]) / 2.0,
        (None, _) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Work, measure, median};

    #[test]
    fn medians() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
    }

    #[test]
    fn known_values() {
        let entries = vec![Entry { contender: "a", work: Work::Known(7.0) }];
        assert_eq!(measure(entries, 3).ok(), Some(vec![("a", 7.0)]));
    }

    #[test]
    fn in_the_order_of_the_entries() {
        let names = ["a", "b", "c", "d", "e"];
        let known = |(index, contender)| Entry { contender, work: Work::Known(index as f64) };
        let medians = measure(names.into_iter().enumerate().map(known).collect(), 9).unwrap();
        assert_eq!(medians, [("a", 0.0), ("b", 1.0), ("c", 2.0), ("d", 3.0), ("e", 4.0)]);
    }
}
