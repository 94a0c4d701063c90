//! Code of a script, run inside the transaction of its revision, and the proof that it kept to its rules.
//!
//! It may read and write rows. What it may not: change the schema, which the steps after it were planned for, and end
//! the transaction, which would leave a revision half done.

use std::{future::poll_fn, task::Poll, time::Instant};

use crate::{
    connection::Connection,
    dialect::{self, Unreleased},
    operation::{BoxedCode, CodeResult},
    revision::caught,
};

use super::{Event, RunError, Stop, job::Job, stop};

/// A savepoint around the code: it is gone if the transaction around it is.
const SAVEPOINT: &str = "SAVEPOINT cucurbit_code";
const RELEASE: &str = "RELEASE SAVEPOINT cucurbit_code";

/// Runs code of a script.
pub(super) async fn run(job: &mut Job<'_, '_>, title: &str, code: BoxedCode) -> Result<(), RunError> {
    let title = || title.to_owned();
    let before = job.reflect().await?.schema;
    job.connection.execute(SAVEPOINT).await?;
    let depth = job.connection.transaction_depth();
    (job.observer)(Event::Code { title: &title() });
    let begun = Instant::now();
    stop::refuse(job.stop)?;
    let running = job.stop.map(Stop::running);
    let result = match job.stop {
        Some(stop) => stop::ending(stop, awaited(code, job.connection)).await,
        None => Some(awaited(code, job.connection).await),
    };
    if result.is_none() {
        // A statement that it waited for goes on until it is cancelled, and nothing else is heard before.
        job.connection.execute("SELECT 1").await.ok();
    }
    drop(running);
    stop::refuse(job.stop)?;
    if let Some(Err(source)) = result {
        return Err(RunError::CodeFailed { title: title(), source });
    }
    match job.connection.execute(RELEASE).await {
        Ok(_) if job.connection.transaction_depth() == depth => {}
        Ok(_) => {
            let source = "it left a transaction open that it had begun".into();
            return Err(RunError::CodeFailed { title: title(), source });
        }
        Err(source) => {
            return Err(match dialect::unreleased(&source) {
                Unreleased::Ended => RunError::CodeEndedTransaction { title: title(), source },
                Unreleased::Failed => {
                    let source =
                        "a statement of it failed, and it went on without a savepoint of its own".into();
                    RunError::CodeFailed { title: title(), source }
                }
                Unreleased::Lost => RunError::CodeFailed { title: title(), source: source.into() },
            });
        }
    }
    (job.observer)(Event::CodeFinished { title: &title(), took: begun.elapsed() });
    let after = job.reflect().await?.schema;
    match before.first_difference(&after) {
        Some(object) => Err(RunError::CodeChangedSchema { title: title(), object: object.in_words() }),
        None => Ok(()),
    }
}

/// Calls it and waits for it; a panic is an error like any other.
async fn awaited(code: BoxedCode, connection: &mut Connection) -> CodeResult {
    let mut running = caught(|| code.call(connection))?;
    poll_fn(|context| {
        caught(|| running.as_mut().poll(context)).unwrap_or_else(|panic| Poll::Ready(Err(panic.into())))
    })
    .await
}
