//! What a session does while a statement of it runs: how far it is, or what it waits for.
//!
//! What lives here: the values, and the question to another session. No words for people.

#[cfg(feature = "runtime")]
use crate::{
    connection::{Connection, ConnectionError},
    dialect::Version,
};

/// What a session does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Activity {
    /// How far it is, where the database tells.
    pub progress: Option<Progress>,
    /// The lock that it waits for, if it does.
    pub waits_for: Option<AwaitedLock>,
}

impl Activity {
    /// Tells how many rows of a table were copied into its new form.
    #[cfg(feature = "runtime")]
    pub(crate) fn copies(done: u64, total: u64) -> Self {
        let amount = Amount { done, total: Some(total), unit: Unit::Rows };
        let progress = Progress { phase: Phase::Copy, amount: Some(amount) };
        Self { progress: Some(progress), waits_for: None }
    }
}

/// How far a statement is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What is done now.
    pub phase: Phase,
    /// How much of it is done; nothing where the database does not count.
    pub amount: Option<Amount>,
}

/// What is done now.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Rows are copied into the new form of their table.
    Copy,
    /// In the server's own words: `building index: scanning table` (PostgreSQL manual, "Progress Reporting").
    Named(String),
}

/// How much is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Amount {
    /// So many are done.
    pub done: u64,
    /// Of so many, where that is known.
    pub total: Option<u64>,
    /// What is counted.
    pub unit: Unit,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unit {
    /// Blocks of a table or an index.
    Blocks,
    /// Bytes of what is read.
    Bytes,
    /// Rows.
    Rows,
    /// Transactions that have to end first.
    Transactions,
}

/// A lock that a session waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AwaitedLock {
    /// The table or index that it is on, in quotes where needed; none where it is on a row or a transaction.
    pub relation: Option<String>,
    /// Who is in the way: who holds it, or waits before this one.
    pub holders: Vec<Holder>,
}

/// Who is in the way of a lock. Of another role's session the server tells a plain role no more than the process and the
/// role.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Holder {
    /// The number of the server's process; none for a prepared transaction.
    pub process: Option<u32>,
    /// What the program calls itself.
    pub application: Option<String>,
    /// The role.
    pub user: Option<String>,
    /// What it does, in the server's words: `active`, `idle in transaction`.
    pub state: Option<String>,
}

/// Asks, on another session, what the session of a process of the server does.
///
/// # Errors
///
/// When the server refuses.
#[cfg(feature = "runtime")]
pub(crate) async fn activity(
    connection: &mut Connection,
    process: &str,
    version: Option<Version>,
) -> Result<Activity, ConnectionError> {
    let mut activity = Activity::default();
    let Some(query) = on!(connection.dialect(), activity::query(process, version)) else {
        return Ok(activity);
    };
    for row in connection.rows(&query).await? {
        let mut values = row.into_iter();
        let mut next = || values.next().flatten();
        match next().as_deref() {
            Some("progress") => activity.progress = progress([next(), next(), next(), next()]),
            Some("lock") => activity.waits_for.get_or_insert_default().relation = next(),
            Some("holder") => {
                let process = next().and_then(|process| process.parse().ok()).filter(|process| *process != 0);
                let holder = Holder { process, application: next(), user: next(), state: next() };
                activity.waits_for.get_or_insert_default().holders.push(holder);
            }
            Some(_) | None => {}
        }
    }
    Ok(activity)
}

/// Reads a row of progress: the phase, how much is done, of how much, and what is counted.
#[cfg(feature = "runtime")]
fn progress([phase, done, total, unit]: [Option<String>; 4]) -> Option<Progress> {
    let unit = match unit.as_deref() {
        Some("blocks") => Some(Unit::Blocks),
        Some("bytes") => Some(Unit::Bytes),
        Some("rows") => Some(Unit::Rows),
        Some("transactions") => Some(Unit::Transactions),
        Some(_) | None => None,
    };
    let number = |text: Option<String>| text.and_then(|text| text.parse::<u64>().ok());
    let total = number(total).filter(|total| *total > 0);
    let amount = match (unit, number(done)) {
        (Some(unit), Some(done)) if done > 0 || total.is_some() => Some(Amount { done, total, unit }),
        (_, _) => None,
    };
    Some(Progress { phase: Phase::Named(phase?), amount })
}
