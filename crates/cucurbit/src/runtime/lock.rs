//! Holds the lock of a run, on the working connection itself, so that no failed statement can strand it.
//!
//! PostgreSQL: a session advisory lock, polled. A waiter that blocks would hold a snapshot, and CREATE INDEX
//! CONCURRENTLY waits for snapshots: a deadlock. SQLite has nothing to hold between steps: each step's own
//! `BEGIN IMMEDIATE` is the lock.

use std::time::{Duration, Instant};

use crate::{
    connection::{Connection, ConnectionError},
    dialect,
};

use super::{Event, Observer, RunError, VersionTable};

/// The first pause between two tries; each further one is half again as long, to a second.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The lock, held. Whoever has it gives it back by [`release`].
#[must_use]
#[derive(Debug)]
pub(super) struct Held {
    key: i64,
}

/// Takes the lock, waiting for it as long as `wait`.
pub(super) async fn take(
    connection: &mut Connection,
    version_table: &VersionTable,
    wait: Duration,
    observer: &mut Observer<'_>,
) -> Result<Held, RunError> {
    let key = dialect::lock_key(connection, version_table.name().as_str()).await?;
    let begun = Instant::now();
    let mut pause = FIRST_PAUSE;
    let mut is_told = false;
    while !dialect::try_lock(connection, key).await? {
        if begun.elapsed() >= wait {
            let holder = dialect::lock_holder(connection, key).await?;
            return Err(RunError::Lock { waited: begun.elapsed(), holder });
        }
        if !is_told {
            let holder = dialect::lock_holder(connection, key).await?;
            observer(Event::LockWait { holder });
            is_told = true;
        }
        tokio::time::sleep(pause.min(wait.saturating_sub(begun.elapsed()))).await;
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
    }
    Ok(Held { key })
}

/// Gives the lock back.
pub(super) async fn release(connection: &mut Connection, held: Held) -> Result<(), ConnectionError> {
    let Held { key } = held;
    dialect::unlock(connection, key).await.map(drop)
}

/// Writes a time for people: `60 s`, `0.5 s`.
pub(crate) fn seconds(time: Duration) -> String {
    let tenths = time.as_millis() / 100;
    if tenths.is_multiple_of(10) {
        format!("{} s", tenths / 10)
    } else {
        format!("{}.{} s", tenths / 10, tenths % 10)
    }
}
