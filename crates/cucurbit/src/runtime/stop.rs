//! Stopping a run from outside, in good order: what runs is cancelled, what is open is rolled back, the lock is freed.
//!
//! PostgreSQL cancels a statement on the word of a second connection; SQLite asks between two instructions of its own.
//! Only a script's statements are cancelled, never what puts things in order.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crate::connection::{Connection, ConnectionError, Origin};

use super::RunError;

/// How long code of a script may go on after it was asked to stop: its statement is cancelled, and it may tidy up.
const GRACE: Duration = Duration::from_secs(1);

/// How long to wait between two looks, and two words to the server.
const PAUSE: Duration = Duration::from_millis(100);

/// Asks a run to stop. Clones ask the same one.
///
/// ```
/// use cucurbit::runtime::{RunOptions, Stop};
///
/// let stop = Stop::default();
/// let options = RunOptions::new().stop(stop.clone());
/// // From another task or thread, while the run goes on:
/// stop.ask();
/// ```
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<Asked>);

#[derive(Debug, Default)]
struct Asked {
    is_asked: AtomicBool,
    /// Whether a statement of a script is running, which may be cancelled.
    is_running: AtomicBool,
}

/// A statement of a script is running as long as this is there.
pub(super) struct Running<'s>(&'s Asked);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.is_running.store(false, Ordering::SeqCst);
    }
}

impl Stop {
    /// Asks the run to stop: it rolls back what is open, frees the lock, and ends with [`RunError::Stopped`].
    pub fn ask(&self) {
        self.0.is_asked.store(true, Ordering::SeqCst);
    }

    /// Tells whether it was asked to.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.0.is_asked.load(Ordering::SeqCst)
    }

    /// Says that a statement runs that may be cancelled.
    pub(super) fn running(&self) -> Running<'_> {
        self.0.is_running.store(true, Ordering::SeqCst);
        Running(&self.0)
    }

    fn shall_cancel(&self) -> bool {
        self.is_asked() && self.0.is_running.load(Ordering::SeqCst)
    }
}

/// Returns an error if the run was asked to stop.
pub(super) fn refuse(stop: Option<&Stop>) -> Result<(), RunError> {
    if stop.is_some_and(Stop::is_asked) {
        return Err(RunError::Stopped { at: None, unfinished: None, source: None });
    }
    Ok(())
}

/// Runs with an ear for a request to stop. A session that may be another's is not cancelled: the run ends at the
/// next statement.
pub(super) async fn heeding<T>(
    stop: &Stop,
    session: Option<(Origin, String)>,
    run: impl Future<Output = T>,
) -> T {
    let mut run = pin!(run);
    let mut cancelling = pin!(cancel(stop, session));
    tokio::select! {
        biased;
        done = &mut run => done,
        // It never ends.
        () = &mut cancelling => run.await,
    }
}

/// Waits for code of a script; `None` if it was asked to stop and goes on all the same, to wait for something else.
pub(super) async fn ending<T>(stop: &Stop, code: impl Future<Output = T>) -> Option<T> {
    let asked = async {
        while !stop.is_asked() {
            tokio::time::sleep(PAUSE).await;
        }
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        biased;
        done = code => Some(done),
        () = asked => None,
    }
}

/// Cancels on the server whatever statement of a script runs, once it is asked to.
async fn cancel(stop: &Stop, session: Option<(Origin, String)>) {
    let mut second: Option<Connection> = None;
    loop {
        tokio::time::sleep(PAUSE).await;
        let Some((origin, process)) = session.as_ref().filter(|_| stop.shall_cancel()) else { continue };
        if second.is_none() {
            // A server that lets no client in is asked again.
            second = origin.connect().await.ok();
        }
        if let Some(connection) = second.as_mut().filter(|_| stop.shall_cancel()) {
            let sql = format!("SELECT pg_catalog.pg_cancel_backend({process})");
            if connection.execute(&sql).await.is_err() {
                second = None;
            }
        }
    }
}

/// Lets SQLite ask, while it works, whether it shall stop.
pub(super) async fn listen(connection: &mut Connection, stop: &Stop) -> Result<(), ConnectionError> {
    let stop = stop.clone();
    connection.interrupt_when(move || stop.shall_cancel()).await
}
