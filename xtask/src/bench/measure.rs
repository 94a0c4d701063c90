//! Measures processes: how long each takes and how much memory it takes, in turns, so that a neighbour on the machine
//! disturbs all of them alike.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::Failed as _;
use crate::report::{Failure, note};

/// One of those that do the same work.
pub(super) struct Contender<'a> {
    pub(super) name: &'static str,
    /// Puts everything back to where a run begins; not measured.
    pub(super) prepare: Box<dyn Fn() -> Result<(), Failure> + 'a>,
    pub(super) command: Box<dyn Fn() -> Result<Command, Failure> + 'a>,
}

/// What was measured of one contender.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Series {
    pub(super) name: &'static str,
    walls: Vec<Duration>,
    /// Peaks of memory, in KiB.
    peaks: Vec<u64>,
}

impl Series {
    fn new(name: &'static str) -> Self {
        Self { name, walls: Vec::new(), peaks: Vec::new() }
    }

    /// Seconds; the middle one of all runs.
    pub(super) fn median(&self) -> f64 {
        middle(self.walls.iter().map(Duration::as_secs_f64).collect())
    }

    /// Seconds.
    pub(super) fn least(&self) -> f64 {
        self.walls.iter().min().map_or(f64::NAN, Duration::as_secs_f64)
    }

    /// MiB.
    #[expect(clippy::cast_precision_loss, reason = "no process takes 2^52 KiB")]
    pub(super) fn memory(&self) -> f64 {
        middle(self.peaks.iter().map(|kib| *kib as f64 / 1024.0).collect())
    }

    pub(super) fn runs(&self) -> usize {
        self.walls.len()
    }
}

/// The middle number; of an even number of them the mean of the two in the middle.
fn middle(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    match numbers.as_slice() {
        [] => f64::NAN,
        all if all.len() % 2 == 1 => all[all.len() / 2],
        all => f64::midpoint(all[all.len() / 2 - 1], all[all.len() / 2]),
    }
}

/// After this much time a contender has run often enough.
const ENOUGH: Duration = Duration::from_secs(15);

/// Runs the contenders in turns, each so many times; a slow one less often.
pub(super) fn in_turns(runs: usize, contenders: &[Contender<'_>]) -> Result<Vec<Series>, Failure> {
    let mut measured: Vec<Series> = contenders.iter().map(|contender| Series::new(contender.name)).collect();
    for _ in 0..runs {
        for (contender, series) in contenders.iter().zip(&mut measured) {
            if series.walls.iter().sum::<Duration>() > ENOUGH {
                continue;
            }
            (contender.prepare)()?;
            let (wall, peak) = run((contender.command)()?)?;
            series.walls.push(wall);
            series.peaks.push(peak);
        }
    }
    for series in &measured {
        note(&format!(
            "  {}: {:.3} s (least {:.3} s), {:.0} MiB, {} runs",
            series.name,
            series.median(),
            series.least(),
            series.memory(),
            series.runs()
        ));
    }
    Ok(measured)
}

/// Runs a command to its end, which must be a success: its time, and its peak of memory in KiB.
///
/// The peak is what the small program `time` reads: what a larger process counts of its child begins with its own size.
fn run(command: Command) -> Result<(Duration, u64), Failure> {
    let peak = std::env::temp_dir().join(format!("cucurbit-bench-{}", std::process::id()));
    let mut timed = Command::new("/usr/bin/time");
    timed.args(["--quiet", "--format=%M", "--output"]).arg(&peak);
    timed.arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        timed.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => timed.env(name, value),
            None => timed.env_remove(name),
        };
    }
    timed.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let start = Instant::now();
    let output = timed.output().failed(Path::new("/usr/bin/time"))?;
    let wall = start.elapsed();
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        let tail: String = words.chars().rev().take(2_000).collect::<Vec<_>>().into_iter().rev().collect();
        return Err(Failure::new(format!("{command:?} failed ({}): {tail}", output.status)));
    }
    let text = std::fs::read_to_string(&peak).failed(&peak)?;
    std::fs::remove_file(&peak).failed(&peak)?;
    let kib = text.trim().parse().map_err(|_| Failure::new(format!("`time` wrote {text:?}")))?;
    Ok((wall, kib))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert!((middle(vec![3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((middle(vec![4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-9);
        assert!(middle(Vec::new()).is_nan());
    }

    #[test]
    fn contenders_run_in_turns_and_a_failure_is_one() {
        let order = std::cell::RefCell::new(String::new());
        let contender = |name: &'static str, program: &'static str| Contender {
            name,
            prepare: Box::new({
                let order = &order;
                move || {
                    order.borrow_mut().push_str(name);
                    Ok(())
                }
            }),
            command: Box::new(move || Ok(Command::new(program))),
        };
        let measured = in_turns(2, &[contender("a", "true"), contender("b", "true")]).expect("both end well");
        assert_eq!(order.borrow().as_str(), "abab");
        assert_eq!(measured.iter().map(Series::runs).collect::<Vec<_>>(), [2, 2]);
        assert!(measured[0].memory() > 0.0 && measured[0].least() <= measured[0].median());
        assert!(in_turns(1, &[contender("c", "false")]).is_err());
    }
}
