//! Takes the lock of a run, and waits for it.
//!
//! It is polled. On PostgreSQL a waiter that blocks would hold a snapshot, and CREATE INDEX CONCURRENTLY waits for
//! snapshots: a deadlock.

use std::time::{Duration, Instant};

use crate::{connection::Connection, dialect::RunLock};

use super::{Event, Observer, RunError, RunOptions, Stop, VersionTable, stop};

/// The first pause between two tries.
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(20);

/// The pause after another: half again as long, to a second.
pub(super) fn longer(pause: Duration) -> Duration {
    (pause * 3 / 2).min(Duration::from_secs(1))
}

/// The lock, held, and the version table that it stands for. Its owner gives it back.
#[must_use]
#[derive(Debug)]
pub(super) struct Held {
    pub(super) lock: RunLock,
    pub(super) table: VersionTable,
}

/// Takes the lock, waiting for it as long as the options say.
pub(super) async fn take(
    connection: &mut Connection,
    options: &RunOptions,
    observer: &mut Observer<'_>,
) -> Result<Held, RunError> {
    let version_table = &options.version_table;
    let (wait, stop) = (options.lock_wait, options.stop.as_ref());
    let begun = Instant::now();
    loop {
        let (table, _) = version_table.located(connection).await?;
        let mut lock = RunLock::of(connection, table.table()).await?;
        if let Err(error) = wait_for(connection, &mut lock, (begun, wait), stop, observer).await {
            drop(lock.give_back(connection).await);
            return Err(error);
        }
        // Meanwhile another process may have made the table, in another schema of the search path.
        match version_table.located(connection).await {
            Ok((now, _)) if now == table => return Ok(Held { lock, table }),
            Ok(_) => drop(lock.give_back(connection).await?),
            Err(error) => {
                drop(lock.give_back(connection).await);
                return Err(error);
            }
        }
    }
}

async fn wait_for(
    connection: &mut Connection,
    lock: &mut RunLock,
    (begun, wait): (Instant, Duration),
    stop: Option<&Stop>,
    observer: &mut Observer<'_>,
) -> Result<(), RunError> {
    let mut pause = FIRST_PAUSE;
    let mut is_told = false;
    while !lock.try_take(connection).await? {
        stop::refuse(stop)?;
        if begun.elapsed() >= wait {
            let holder = lock.holder(connection).await?;
            return Err(RunError::Lock { waited: begun.elapsed(), holder });
        }
        if !is_told {
            let holder = lock.holder(connection).await?;
            observer(Event::LockWait { holder });
            is_told = true;
        }
        tokio::time::sleep(pause.min(wait.saturating_sub(begun.elapsed()))).await;
        pause = longer(pause);
    }
    Ok(())
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
