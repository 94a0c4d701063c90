//! Operations as statements, table by table.
//!
//! Whole tables are `table`; changes within one are `alter`, with a file for each kind of object; `step` tells which
//! operations these are.

mod alter;
mod column;
mod constraint;
mod enumeration;
mod execute;
mod in_place;
mod index;
mod option;
mod rebuild;
mod retype;
mod step;
mod table;
mod usage;

use crate::{
    operation::{self, Change, Operation, for_dialect},
    schema::{Ident, Object, ObjectId, Table},
};

use super::{
    super::{
        Before, Plan, PlanError,
        offenders::Rows,
        sqlite::sql::{quoted, string},
    },
    HERE,
    capabilities::CAPABILITIES,
    effect,
    memory::{apply, follow, write_missing_originals},
    names, said, words,
};

/// Turns operations into statements.
pub(in super::super) fn plan(before: &mut Before, operations: &[Operation]) -> Result<Plan, PlanError> {
    let operations = for_dialect(operations, HERE);
    for operation in &operations {
        if let Operation::Irreversible { reason } = operation {
            return Err(PlanError::Irreversible { reason: reason.clone() });
        }
    }
    write_missing_originals(before)?;
    let mut plan = Plan::default();
    let mut rest = operations.as_slice();
    while let Some((first, after)) = rest.split_first() {
        let start = (plan.statements.len(), plan.shortcuts.len());
        let first = in_words_of_the_file(first, before);
        let group = if step::is_of_table(&first) { group(before, first, after) } else { vec![first] };
        (0..group.len()).try_for_each(|at| words::refuse_unknown_tables(before, &rest[at..]))?;
        words::refuse(before, &group)?;
        match group.as_slice() {
            [alone] if !step::is_of_table(alone) => one(before, (alone, after), &mut plan)?,
            changes => alter::group(before, changes, &mut plan)?,
        }
        group.iter().for_each(|operation| follow(before, operation));
        // Of the SQL of a script nothing is known.
        if !matches!(group.as_slice(), [Operation::Execute(_)]) {
            effect::say_of_the_rest(&mut plan, start);
        }
        rest = &rest[group.len()..];
    }
    Ok(plan)
}

/// Takes the changes of one table that come right after each other.
fn group(before: &Before, first: Operation, after: &[Operation]) -> Vec<Operation> {
    let mut group = vec![first];
    for next in after {
        let next = in_words_of_the_file(next, before);
        let is_of_it =
            next.table().zip(group[0].table()).is_some_and(|(one, other)| names::is_same(one, other));
        if !is_of_it || !step::is_of_table(&next) {
            break;
        }
        group.push(next);
    }
    group
}

/// Writes what an operation refers to as the file has it, and what is done to a column as a change of it.
fn in_words_of_the_file(operation: &Operation, before: &Before) -> Operation {
    said::without_unkept_name(names::in_case_of(operation, &before.schema), before).of_column_as_change()
}

/// Plans an operation that is no change within a table. `rest` comes after it in the same revision.
fn one(
    before: &mut Before,
    (operation, rest): (&Operation, &[Operation]),
    plan: &mut Plan,
) -> Result<(), PlanError> {
    match operation {
        Operation::BulkInsert(insert) => execute::bulk_insert(before, insert, operation, plan),
        Operation::Create { object: Object::Table(table), .. } => {
            table::create_table(before, table, operation, plan)
        }
        Operation::Drop { id: ObjectId::Table(table), consent, .. } => {
            table::drop_table(before, table, *consent, operation, plan)
        }
        Operation::Execute(execute) => execute::execute(before, execute, plan),
        Operation::Irreversible { reason } => Err(PlanError::Irreversible { reason: reason.clone() }),
        // What is left of a block for another database is only known.
        Operation::On { dialect: _, operations } => {
            let is_of_schema = |operation: &&Operation| operation.table().is_none();
            for operation in operations.iter().filter(is_of_schema) {
                operation::follow(&mut before.schema, std::slice::from_ref(operation), HERE);
            }
            Ok(())
        }
        Operation::Rename { id: ObjectId::Table(table), to } => {
            table::rename_table(before, table, to, operation, plan)
        }
        // Code of the script leaves the schema as it is, and is no statement.
        Operation::Run { .. } => Ok(()),
        Operation::Alter(_)
        | Operation::Comment { .. }
        | Operation::Create { .. }
        | Operation::Drop { .. }
        | Operation::Rename { .. } => not_stored(before, (operation, rest), plan),
    }
}

/// Plans what is done to an object that SQLite does not store, and that is only known. An enum type is what columns of text
/// hold, and refused where that does not fit.
fn not_stored(
    before: &mut Before,
    (operation, rest): (&Operation, &[Operation]),
    plan: &mut Plan,
) -> Result<(), PlanError> {
    if let Some(kind) = operation.kind().filter(|kind| !CAPABILITIES.only_knows(*kind)) {
        return Err(unsupported(operation)(format!("a SQLite file has no {kind}s")));
    }
    if let Operation::Alter(Change::Enum { name, change }) = operation {
        return enumeration::alter(before, name, change, (operation, rest), plan);
    }
    if let Operation::Drop { id: ObjectId::Enum(name), .. } = operation {
        words::refuse_used(before, name, operation)?;
    }
    apply(before, operation)
}

/// Says why SQLite cannot do an operation.
pub(super) fn unsupported<R: ToString>(operation: &Operation) -> impl Fn(R) -> PlanError {
    |reason| PlanError::Unsupported {
        dialect: HERE,
        operation: operation.describe(),
        reason: reason.to_string(),
    }
}

/// Asks whether there are rows for which a condition of a column holds.
///
/// The subquery lends the column's name a harmless value: before anything runs, a column that an earlier revision
/// will make or rename is not there yet, and SQLite would take its name in quotes for text.
pub(super) fn column_probe(table: &str, column: &Ident, condition: &str, harmless: &str) -> String {
    let column = quoted(column);
    format!(
        "SELECT EXISTS (SELECT 1 FROM (SELECT {harmless} AS {column}) \
         WHERE EXISTS (SELECT 1 FROM {table} WHERE {condition}))"
    )
}

/// Writes the query that shows the rows of a table for which a condition holds, each with a value.
pub(super) fn offenders(owner: Option<&Table>, table: &str, condition: &str, value: &str) -> String {
    let key = owner.and_then(|owner| owner.primary_key());
    let key = key.map(|key| key.columns.as_slice()).unwrap_or_default();
    Rows { dialect: HERE, table, key, place: "rowid", condition }.query(value)
}

/// Writes a name as text.
pub(super) fn name_text(name: &Ident) -> String {
    string(name.as_str())
}
