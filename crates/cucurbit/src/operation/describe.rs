//! What an operation does, in a line for people.

use super::{Operation, kind};

impl Operation {
    /// Says in one line what it does: `add column plant.height_cm`.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Alter(change) => change.describe(),
            Self::BulkInsert(insert) => format!("insert {} rows into {}", insert.rows.len(), insert.table),
            Self::Comment { id, text } => kind::describe_comment(id, text.as_ref()),
            Self::Create { object, backfill: _, concurrency } => {
                kind::describe_creation(object, *concurrency)
            }
            Self::Drop { id, consent: _, concurrency } => {
                format!("drop {id}{}", kind::index::words(*concurrency))
            }
            Self::Execute(execute) => format!("execute {}", before_texts(first_line(&execute.sql))),
            Self::Irreversible { reason } => format!("refuse: {}", first_line(reason)),
            Self::On { dialect, operations } => {
                let operations: Vec<String> = operations.iter().map(Self::describe).collect();
                format!("on {dialect}: {}", operations.join("; "))
            }
            Self::Rename { id, to } => kind::describe_rename(id, to),
            Self::Run { title, key: _ } => format!("run: {}", first_line(title)),
        }
    }
}

/// Leaves out what stands in quotes: it may be a password, and no lexer is at hand here.
fn before_texts(sql: &str) -> String {
    match sql.find(['\'', '$']) {
        Some(at) => format!("{}…", &sql[..at]),
        None => sql.to_owned(),
    }
}

fn first_line(text: &str) -> &str {
    text.trim_start().lines().next().unwrap_or_default()
}
