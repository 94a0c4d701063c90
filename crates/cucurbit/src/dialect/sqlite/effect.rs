//! The locks and the cost of SQLite's statements.
//!
//! There is one lock, of the whole file: whatever writes takes it (sqlite.org/lockingv3.html), and readers go on until the
//! transaction commits. What takes long is told by the kind of the statement.

use crate::{
    dialect::{Effect, LockMode, Locked, Plan, Statement},
    schema::{Ident, TableName},
};

/// The effect of what writes to the file: to its schema, if nothing more is said.
pub(super) fn writes() -> Effect {
    Effect::lock(Locked::File, LockMode::Reserved)
}

/// CREATE INDEX with its effect.
pub(super) fn create_index(table: &TableName, index: &Ident, sql: impl Into<String>) -> Statement {
    Statement::new(sql).effect(writes().builds(table.sibling(index.clone())))
}

/// The effect of an UPDATE.
pub(super) fn updates(table: &TableName) -> Effect {
    writes().scans(table).writes(table)
}

/// Says of all statements from these places on, of which nothing was said, that they write to the file and no more.
pub(super) fn say_of_the_rest(plan: &mut Plan, (statements, shortcuts): (usize, usize)) {
    let cheaper = plan.shortcuts.iter_mut().skip(shortcuts).flat_map(|shortcut| &mut shortcut.statements);
    for statement in plan.statements.iter_mut().skip(statements).chain(cheaper) {
        statement.effect.get_or_insert_with(writes);
    }
}
