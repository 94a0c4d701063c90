//! What is known of a statement that takes long: how far it is, or what it waits for.
//!
//! PostgreSQL tells a second session, which is opened when it is needed first and closed after the run. SQLite calls back for each
//! row that it writes, while a rebuild copies the rows of a table: they are counted exactly, at 0.1 µs each (a tenth of such a copy in
//! a debug build), and how many there are was counted before, for the guard of the copy. Where nothing is known nothing is said,
//! and no run fails by it.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use crate::{
    connection::{Connection, ConnectionError, Origin},
    dialect::{self, Activity, Version},
};

/// Another session, which is asked about the one of the run.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// How to open it, and the process of the run's session; none where that may be another one after each transaction.
    session: Option<(Origin, String)>,
    second: Option<(Connection, Option<Version>)>,
}

impl Watch {
    /// Watches a session; nothing is opened.
    pub(super) fn of(session: Option<(Origin, String)>) -> Self {
        Self { session, second: None }
    }

    /// Asks what the session does. It may be dropped in the middle.
    pub(super) async fn look(&mut self) -> Option<Activity> {
        let (origin, process) = self.session.clone()?;
        let looked = async {
            let (mut connection, version) = match self.second.take() {
                Some(second) => second,
                // Kept apart: what connects takes many kilobytes, and every run would hold them on its stack.
                None => Box::pin(opened(&origin)).await?,
            };
            let activity = dialect::activity(&mut connection, &process, version).await?;
            self.second = Some((connection, version));
            Ok::<_, ConnectionError>(activity)
        };
        let looked = looked.await;
        if looked.is_err() {
            // It is not tried again: a server that has no room for it would be asked each second.
            self.session = None;
        }
        looked.ok()
    }

    /// Closes the other session.
    pub(super) async fn close(&mut self) {
        if let Some((connection, _)) = std::mem::take(self).second {
            drop(connection.close().await);
        }
    }
}

async fn opened(origin: &Origin) -> Result<(Connection, Option<Version>), ConnectionError> {
    let mut connection = origin.connect().await?;
    let server = dialect::server(&mut connection).await?;
    Ok((connection, server.version))
}

/// The rows that a statement copies.
#[derive(Debug)]
pub(super) struct Copied {
    done: Arc<AtomicU64>,
    total: u64,
}

impl Copied {
    /// Counts what the next statement writes; `None` where the connection does not count.
    pub(super) async fn count(
        connection: &mut Connection,
        total: u64,
    ) -> Result<Option<Self>, ConnectionError> {
        let done = connection.count_written().await?;
        Ok(done.map(|done| Self { done, total }))
    }

    /// Says how many there are so far. A table without row numbers is not counted by SQLite.
    pub(super) fn activity(&self) -> Option<Activity> {
        let done = self.done.load(Ordering::Relaxed);
        (done > 0).then(|| Activity::copies(done, self.total))
    }
}
