//! What a run tells `tracing`: a span for the run, one for each revision and each statement, and an event for each [`Event`].
//!
//! Without a subscriber nothing is written, and no text is made. A statement comes without its secrets.

use std::time::Duration;

use tracing::{Span, debug_span, info, info_span, warn};

use crate::{
    connection::Connection,
    revision::{Direction, Step},
};

use super::{Event, Observer};

/// The target of all spans and events: the name by which a filter knows them.
const TARGET: &str = "cucurbit";

/// Makes an observer that tells a subscriber first.
pub(super) fn observer<'o>(mut observer: impl FnMut(Event<'_>) + Send + 'o) -> Box<Observer<'o>> {
    // What runs long is told of every second; a log gets the first of these, and then as often as the time has doubled.
    let mut next = Duration::ZERO;
    Box::new(move |event| {
        let is_due = match event {
            Event::Statement { .. } => {
                next = Duration::ZERO;
                true
            }
            Event::StillRunning { since, .. } if since < next => false,
            Event::StillRunning { since, .. } => {
                next = since * 2;
                true
            }
            Event::Code { .. }
            | Event::CodeFinished { .. }
            | Event::FillsWithRole { .. }
            | Event::GaveWay { .. }
            | Event::LockWait { .. }
            | Event::MayRunTwice { .. }
            | Event::Replanned
            | Event::StatementFinished { .. }
            | Event::StepFinished { .. }
            | Event::StepStarted { .. } => true,
        };
        if is_due {
            tell(&event);
        }
        observer(event);
    })
}

/// Makes the span of a run.
pub(super) fn run(direction: Direction, connection: &Connection) -> Span {
    info_span!(target: TARGET, "migrate", direction = word(direction), database = connection.dialect().name())
}

/// Makes the span of a step.
pub(super) fn revision(step: &Step, revision: &str) -> Span {
    info_span!(target: TARGET, "revision", id = revision, direction = word(step.direction), message = %step.doc)
}

/// Makes the span of a statement, whose text is without its secrets.
pub(super) fn statement(sql: &str) -> Span {
    debug_span!(target: TARGET, "statement", sql)
}

const fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Downgrade => "downgrade",
        Direction::Stamp => "stamp",
        Direction::Upgrade => "upgrade",
    }
}

fn tell(event: &Event<'_>) {
    match event {
        Event::LockWait { holder } => {
            info!(target: TARGET, holder = holder.as_deref(), "waiting for the lock of another run");
        }
        Event::GaveWay { step } => {
            warn!(target: TARGET, to = %step.to.join(", "), "the database gave the transaction up; it is tried again");
        }
        Event::FillsWithRole { revision, table, column } => {
            warn!(target: TARGET, revision, %table, %column, "the column is filled with the name of a role");
        }
        Event::MayRunTwice { revision, sql } => {
            warn!(target: TARGET, revision, sql, "the statement is run again if the process dies at the wrong moment");
        }
        Event::StillRunning { sql, since, activity } => {
            info!(target: TARGET, sql, seconds = since.as_secs(), ?activity, "a statement is still running");
        }
        Event::Replanned => {
            info!(target: TARGET, "another process changed the heads; the steps are planned again")
        }
        Event::StepStarted { step } => info!(target: TARGET, "{step}"),
        Event::StepFinished { step, took } => {
            info!(target: TARGET, to = %step.to.join(", "), seconds = took.as_secs_f64(), "the step is committed")
        }
        Event::Code { title } => info!(target: TARGET, title, "code of the revision runs"),
        Event::CodeFinished { title, took } => {
            info!(target: TARGET, title, seconds = took.as_secs_f64(), "code of the revision has run")
        }
        // It has a span of its own.
        Event::Statement { sql: _ } | Event::StatementFinished { sql: _, took: _ } => {}
    }
}
