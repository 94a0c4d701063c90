//! What the scripts say of what a database does not keep, at the revisions that it is at: the same in one run and in
//! ten.
//!
//! It is what the upgrades of the applied revisions say, in the order of the graph, whatever a downgrade said
//! meanwhile. Nothing is planned for it: SQL of unknown effect in the history is passed over.

use std::collections::BTreeMap;

use crate::{
    dialect::Dialect,
    operation::{self, Operation},
    revision::{self, Applied, Heads, Position, Scripts},
    schema::Schema,
};

use super::RunError;

/// Returns what the scripts up to some heads say, in their own words.
///
/// # Errors
///
/// When a head is not in the graph, or a script's code panics.
pub fn said(dialect: Dialect, scripts: &Scripts, heads: &Heads) -> Result<Schema, RunError> {
    let applied = Applied::new(scripts.graph(), heads.clone())?;
    Said::new(dialect, scripts).at(&applied)
}

/// What the scripts say, at one place of the graph after the other.
#[derive(Debug)]
pub(super) struct Said<'s> {
    dialect: Dialect,
    scripts: &'s Scripts,
    /// All revisions, each after those it stands on, once they were asked for.
    order: Vec<Position>,
    /// What was recorded of upgrades.
    recorded: BTreeMap<Position, Vec<Operation>>,
}

impl<'s> Said<'s> {
    pub(super) fn new(dialect: Dialect, scripts: &'s Scripts) -> Self {
        Self { dialect, scripts, order: Vec::new(), recorded: BTreeMap::new() }
    }

    /// Replays what was applied.
    pub(super) fn at(&mut self, applied: &Applied<'_>) -> Result<Schema, RunError> {
        if self.order.is_empty() {
            self.order = revision::oldest_first(self.scripts.graph());
        }
        let mut schema = Schema::new();
        for revision in self.order.iter().copied().filter(|revision| applied.contains(*revision)) {
            let operations = match self.recorded.remove(&revision) {
                Some(operations) => operations,
                None => operation::for_dialect(&self.scripts.upgrade(revision)?, self.dialect),
            };
            operation::follow(&mut schema, &operations, self.dialect);
            self.recorded.insert(revision, operations);
        }
        Ok(schema)
    }

    /// Tells whether anything was said of enum types or sequences; comments change no plan.
    pub(super) fn is_of_types(&self) -> bool {
        self.recorded.values().flatten().any(|operation| speaks_of_types(operation, self.dialect))
    }
}

fn speaks_of_types(operation: &Operation, dialect: Dialect) -> bool {
    operation.kind().is_some_and(|kind| dialect.capabilities().only_knows(kind))
        || operation.inner().iter().any(|inner| speaks_of_types(inner, dialect))
}
