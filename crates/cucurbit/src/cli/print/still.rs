//! The words for a statement that runs long: how far it is, or what it waits for.

use std::time::Duration;

use crate::{
    cli::line::Line,
    runtime::{Activity, Amount, AwaitedLock, Holder, Phase, Progress, Unit},
};

/// Where lines stay, it is told after ten seconds for the first time.
pub(super) const FIRST: Duration = Duration::from_secs(10);

/// Where lines stay, how long they may be silent: ten seconds in the first minute, then one minute.
pub(super) fn next(since: Duration) -> Duration {
    let between = if since < Duration::from_secs(60) { 10 } else { 60 };
    Duration::from_secs((since.as_secs() / between + 1) * between)
}

/// Writes the line.
pub(super) fn line(sql: &str, since: Duration, activity: Option<&Activity>) -> Line {
    let mut words = format!("  running for {} s", since.as_secs());
    let activity = activity.cloned().unwrap_or_default();
    for more in
        [activity.progress.as_ref().map(far), activity.waits_for.as_ref().map(waits)].into_iter().flatten()
    {
        words.push_str(", ");
        words.push_str(&more);
    }
    format!("{words}: {}", beginning(sql)).into()
}

/// The beginning of a statement, on one line.
pub(super) fn beginning(sql: &str) -> String {
    let mut words = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = words.char_indices().nth(100) {
        words.truncate(end);
        words.push('…');
    }
    words
}

/// Says how far it is: `building index: scanning table, 40% (12000 of 30000 blocks)`.
fn far(progress: &Progress) -> String {
    let phase = match &progress.phase {
        Phase::Copy => "copying rows",
        Phase::Named(phase) => phase,
    };
    match progress.amount {
        Some(amount) => format!("{phase}, {}", counted(amount)),
        None => phase.to_owned(),
    }
}

fn counted(amount: Amount) -> String {
    let unit = match amount.unit {
        Unit::Blocks => "blocks",
        Unit::Bytes => "bytes",
        Unit::Rows => "rows",
        Unit::Transactions => "transactions",
    };
    let done = amount.done;
    match amount.total {
        Some(total) => {
            let percent = u128::from(done) * 100 / u128::from(total.max(1));
            format!("{}% ({done} of {total} {unit})", percent.min(100))
        }
        None => format!("{done} {unit}"),
    }
}

/// Says what it waits for: ``waiting for a lock on `plant`, held by process 4711 (psql, of bob, idle in transaction)``.
fn waits(lock: &AwaitedLock) -> String {
    let on = match &lock.relation {
        Some(relation) => format!("waiting for a lock on `{relation}`"),
        None => "waiting for a lock".to_owned(),
    };
    let holders: Vec<String> = lock.holders.iter().map(holder).collect();
    if holders.is_empty() { on } else { format!("{on}, held by {}", holders.join(" and ")) }
}

fn holder(holder: &Holder) -> String {
    let who = match holder.process {
        Some(process) => format!("process {process}"),
        None => "a prepared transaction".to_owned(),
    };
    let user = holder.user.as_ref().map(|user| format!("of {user}"));
    let more: Vec<&str> = [holder.application.as_deref(), user.as_deref(), holder.state.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    if more.is_empty() { who } else { format!("{who} ({})", more.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(activity: Activity) -> String {
        line("CREATE INDEX ix_bed_slow\nON bed (slow(id))", Duration::from_millis(12_700), Some(&activity))
            .words()
    }

    #[test]
    fn what_is_known_is_said() {
        let sql = "CREATE INDEX ix_bed_slow ON bed (slow(id))";
        assert_eq!(shown(Activity::default()), format!("  running for 12 s: {sql}"));
        let copied = shown(Activity::copies(12_000, 30_000));
        assert_eq!(copied, format!("  running for 12 s, copying rows, 40% (12000 of 30000 rows): {sql}"));
        let none = shown(Activity::copies(1, 0));
        assert_eq!(none, format!("  running for 12 s, copying rows, 100% (1 of 0 rows): {sql}"));
    }

    #[test]
    fn in_a_file_it_is_told_every_ten_seconds_and_then_every_minute() {
        let mut at = FIRST;
        let mut told = Vec::new();
        for second in 5..200 {
            // A look takes time, too.
            let since = Duration::from_millis(second * 1_013);
            if since >= at {
                told.push(since.as_secs());
                at = next(since);
            }
        }
        assert_eq!(told, [10, 20, 30, 40, 50, 60, 120, 180]);
    }
}
