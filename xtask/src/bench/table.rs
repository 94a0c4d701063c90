//! The table of figures: a line for each work, with its ratios and its bars.

use super::measure::Series;

/// What must hold.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bar {
    /// So many times faster than Alembic.
    Faster(f64),
    /// At most so many times what bare SQL takes.
    OfBare(f64),
    /// Less memory than so many MiB.
    Memory(f64),
    /// Less time than so many seconds.
    Seconds(f64),
}

/// A work and what was measured of it; the first series is ours.
pub(super) struct Row {
    pub(super) work: String,
    pub(super) series: Vec<Series>,
    pub(super) bars: Vec<Bar>,
}

pub(super) const CUCURBIT: &str = "Cucurbit";
/// Cucurbit of another commit.
pub(super) const BEFORE: &str = "before";
pub(super) const ALEMBIC: &str = "Alembic";
pub(super) const BARE: &str = "bare SQL";

impl Row {
    fn of(&self, name: &str) -> Option<&Series> {
        self.series.iter().find(|series| series.name == name)
    }

    fn ours(&self) -> f64 {
        self.of(CUCURBIT).map_or(f64::NAN, Series::median)
    }

    fn faster(&self) -> Option<f64> {
        self.of(ALEMBIC).map(|alembic| alembic.median() / self.ours())
    }

    fn of_bare(&self) -> Option<f64> {
        self.of(BARE).map(|bare| self.ours() / bare.median())
    }

    fn memory(&self) -> f64 {
        self.of(CUCURBIT).map_or(f64::NAN, Series::memory)
    }

    /// A bar in words, and whether it holds. What was not measured does not hold.
    fn judged(&self, bar: Bar) -> (String, bool) {
        match bar {
            Bar::Faster(times) => {
                (format!("{times:.0} times faster"), self.faster().is_some_and(|measured| measured >= times))
            }
            Bar::OfBare(times) => {
                (format!("{times} times bare"), self.of_bare().is_some_and(|measured| measured <= times))
            }
            Bar::Memory(mib) => (format!("under {mib:.0} MiB"), self.memory() < mib),
            Bar::Seconds(seconds) => (format!("under {}", time(seconds)), self.ours() < seconds),
        }
    }

    /// The bars that do not hold.
    pub(super) fn missed(&self) -> Vec<String> {
        let judged = self.bars.iter().map(|bar| self.judged(*bar));
        judged.filter(|(_, holds)| !holds).map(|(words, _)| format!("{}: {words}", self.work)).collect()
    }
}

fn time(seconds: f64) -> String {
    match seconds {
        short if short < 0.0995 => format!("{:.1} ms", short * 1e3),
        long => format!("{long:.2} s"),
    }
}

/// Writes the table in Markdown.
pub(super) fn markdown(rows: &[Row]) -> String {
    let mut lines = vec![
        "| work | Cucurbit | Alembic | bare SQL | faster than Alembic | of bare SQL | memory: Cucurbit, Alembic | bars |".to_owned(),
        "|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    for row in rows {
        let series = |name: &str| {
            row.of(name)
                .map_or_else(|| "–".to_owned(), |it| format!("{} ({})", time(it.median()), time(it.least())))
        };
        let times = |ratio: Option<f64>| {
            ratio.map_or_else(
                || "–".to_owned(),
                |it| if it < 10.0 { format!("{it:.2}") } else { format!("{it:.0}") },
            )
        };
        let bars: Vec<String> = row
            .bars
            .iter()
            .map(|bar| row.judged(*bar))
            .map(|(words, holds)| format!("{words}: {}", if holds { "yes" } else { "**no**" }))
            .collect();
        lines.push(format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            row.work,
            series(CUCURBIT),
            series(ALEMBIC),
            series(BARE),
            times(row.faster()),
            times(row.of_bare()),
            match (row.of(ALEMBIC), row.of(BARE)) {
                (Some(alembic), _) => format!("{:.0}, {:.0} MiB", row.memory(), alembic.memory()),
                (None, Some(_)) => format!("{:.0} MiB", row.memory()),
                // Without another it is Cargo that is measured.
                (None, None) => "–".to_owned(),
            },
            bars.join("; ")
        ));
    }
    lines.join("\n")
}

/// Writes the table of this library beside that of another commit; none without one.
pub(super) fn beside_before(rows: &[Row]) -> Option<String> {
    let line = |row: &Row| {
        let (now, before) = (row.of(CUCURBIT)?, row.of(BEFORE)?);
        Some(format!(
            "| {} | {} ({}) | {} ({}) | {:.2} ({:.2}) | {:.0}, {:.0} MiB |",
            row.work,
            time(before.median()),
            time(before.least()),
            time(now.median()),
            time(now.least()),
            now.median() / before.median(),
            now.least() / before.least(),
            before.memory(),
            now.memory(),
        ))
    };
    let lines: Vec<String> = rows.iter().filter_map(line).collect();
    let head = "| work | before | now | of before | memory: before, now |\n|---|---|---|---|---|";
    (!lines.is_empty()).then(|| format!("{head}\n{}", lines.join("\n")))
}
