//! Sequences that columns own: making them, and finding them on the server.

use super::{effect, sequence};
use crate::{
    dialect::{
        LockMode, PlanError, Statement,
        sql::{qualified, string},
    },
    schema::{Column, Sequence, Table},
};

/// What makes a sequence that a column owns: before there is the column, and after.
#[derive(Debug, Default)]
pub(super) struct OwnSequence {
    pub(super) before: Vec<Statement>,
    pub(super) after: Vec<Statement>,
}

/// Makes a sequence that a column owns, of one that stands alone if there is one of its name.
pub(super) fn make_own_sequence(
    table: &Table,
    column: &Column,
    sequence: &Sequence,
    alone: Option<&Sequence>,
) -> Result<OwnSequence, PlanError> {
    let before = sequence::make_for_column(sequence, alone)?;
    let mut after = vec![sequence::owned_by(sequence, &table.name, &column.name)];
    if table.options.is_unlogged {
        // So is the sequence of a SERIAL in a table that is made so; before PostgreSQL 15 no sequence can be.
        let unlogged =
            format!("EXECUTE 'ALTER SEQUENCE ' || {} || ' SET UNLOGGED'", sequence_of(table, column));
        let is_known = "current_setting('server_version_num')::INTEGER >= 150000";
        let sql = in_block(&format!("IF {is_known} THEN {unlogged}; END IF"));
        let effect = effect::about_sequence(&sequence.name, LockMode::AccessExclusive);
        after.push(Statement::new(sql).effect(effect));
    }
    Ok(OwnSequence { before, after })
}

/// The name of the sequence that a column owns, which only the server knows for certain.
pub(super) fn sequence_of(table: &Table, column: &Column) -> String {
    format!("pg_get_serial_sequence({}, {})", string(&qualified(&table.name)), string(column.name.as_str()))
}

/// Runs a statement that is put together on the server.
pub(super) fn in_block(statement: &str) -> String {
    format!("DO $cucurbit$ BEGIN {statement}; END $cucurbit$")
}
