//! What scripts say of the things that only one database keeps: enum types, sequences and comments.
//!
//! Where a database does not keep them, nothing is run for them; they are only known. [`Dialect::KEEPER`] says what
//! becomes of them: what a script tells that database alone is known on the others too, and what it tells the others
//! alone is nothing.

use crate::schema::{Column, Dialect, Index, Schema, Table, TableName, Type};

use super::{ApplyError, ColumnChange, ConstraintChange, Execute, Operation, apply};

/// Reduces a list to what one dialect runs or has to know: `On` blocks are opened or left out, and of those for the
/// keeper's own stays what the dialect itself does not keep.
#[must_use]
pub fn for_dialect(operations: &[Operation], dialect: Dialect) -> Vec<Operation> {
    let mut selected = Vec::with_capacity(operations.len());
    for operation in operations {
        let Operation::On { dialect: only, operations } = operation else {
            selected.push(operation.clone());
            continue;
        };
        if *only == dialect {
            selected.extend(own(operations, dialect));
        } else if *only == Dialect::KEEPER {
            let operations = only_known(operations);
            selected.extend((!operations.is_empty()).then_some(Operation::On { dialect: *only, operations }));
        }
    }
    selected
}

/// Opens a dialect's own block. Of what it does not keep, the block says nothing.
pub(super) fn own(operations: &[Operation], dialect: Dialect) -> Vec<Operation> {
    let mut own = for_dialect(operations, dialect);
    own.retain(|operation| {
        dialect == Dialect::KEEPER || !(is_only_known(operation) || matches!(operation, Operation::On { .. }))
    });
    own
}

/// Lists what operations for the keeper alone say of what others do not keep.
pub(super) fn only_known(operations: &[Operation]) -> Vec<Operation> {
    let mut known = Vec::new();
    for operation in for_dialect(operations, Dialect::KEEPER) {
        if let Operation::AlterColumn { table, column, mut changes } = operation {
            changes.retain(is_known);
            if !changes.is_empty() {
                known.push(Operation::AlterColumn { table, column, changes });
            }
        } else if let Operation::Execute(Execute { means: Some(means), .. }) = operation {
            known.extend(only_known(&means));
        } else if is_only_known(&operation) {
            known.push(operation);
        }
    }
    known
}

/// Tells whether an operation changes nothing but what the keeper alone keeps.
fn is_only_known(operation: &Operation) -> bool {
    match operation {
        Operation::AlterConstraint { change: ConstraintChange::SetComment(_), .. }
        | Operation::AlterEnum { .. }
        | Operation::AlterSequence(_)
        | Operation::CreateEnum(_)
        | Operation::CreateSequence(_)
        | Operation::DropEnum { .. }
        | Operation::DropSequence { .. }
        | Operation::SetIndexComment { .. }
        | Operation::SetTableComment { .. } => true,
        Operation::AddColumn { .. }
        | Operation::AlterColumn { .. }
        | Operation::AlterConstraint { .. }
        | Operation::BulkInsert(_)
        | Operation::CreateCheck { .. }
        | Operation::CreateExclusion { .. }
        | Operation::CreateForeignKey { .. }
        | Operation::CreateIndex { .. }
        | Operation::CreatePrimaryKey { .. }
        | Operation::CreateSchema { .. }
        | Operation::CreateTable(_)
        | Operation::CreateUnique { .. }
        | Operation::DropColumn { .. }
        | Operation::DropConstraint { .. }
        | Operation::DropIndex { .. }
        | Operation::DropSchema { .. }
        | Operation::DropTable { .. }
        | Operation::Execute(_)
        | Operation::Irreversible { .. }
        | Operation::On { .. }
        | Operation::RenameIndex { .. }
        | Operation::RenameTable { .. }
        | Operation::Run { .. }
        | Operation::SetTableOption { .. } => false,
    }
}

/// Tells whether a change of a column is one of what the keeper alone keeps: its comment, and that it is of an enum
/// type.
fn is_known(change: &ColumnChange) -> bool {
    match change {
        ColumnChange::SetComment(_) => true,
        ColumnChange::SetType { ty, using: _ } => ty.base.enum_name().is_some(),
        ColumnChange::LosesData
        | ColumnChange::Rename { .. }
        | ColumnChange::SetCollation(_)
        | ColumnChange::SetDefault(_)
        | ColumnChange::SetNotNull { .. }
        | ColumnChange::SetNullable
        | ColumnChange::SetOnConflict(_) => false,
    }
}

/// Lets a schema follow what scripts say, as far as they say it.
///
/// A history may hold SQL of unknown effect: tables, columns and indexes that it made are added when something is said
/// of them, and what fits nothing is left out.
pub fn follow(schema: &mut Schema, operations: &[Operation], dialect: Dialect) {
    for operation in operations {
        let Err(unfit) = apply(schema, operation, dialect) else { continue };
        if add_what_is_missing(schema, operation, &unfit) {
            // What is wrong with it now is whoever runs it to say.
            apply(schema, operation, dialect).unwrap_or_default();
        }
    }
}

/// Adds the bare table, column or index that something is said of. Returns `false` where that is not what is wrong.
fn add_what_is_missing(schema: &mut Schema, operation: &Operation, unfit: &ApplyError) -> bool {
    let goes = matches!(operation, Operation::DropTable { .. } | Operation::RenameTable { .. });
    let Some(table) = operation.table().filter(|_| !goes) else { return false };
    if matches!(unfit, ApplyError::NoTable { table: missing } if missing == table) {
        schema.tables.insert(table.clone(), Table::new(table.clone()));
    } else if !matches!(unfit, ApplyError::NoColumn { .. } | ApplyError::NoIndex { .. }) {
        return false;
    }
    add_member(schema, table, operation);
    true
}

fn add_member(schema: &mut Schema, table: &TableName, operation: &Operation) {
    let Some(owner) = schema.tables.get_mut(table) else { return };
    if let Operation::AlterColumn { column, .. } = operation
        && owner.column(column).is_none()
    {
        owner.columns.push(Column::new(column.clone(), Type::custom("")));
    } else if let Operation::SetIndexComment { name, .. } = operation {
        owner.indexes.entry(name.clone()).or_insert_with(|| Index::new(name.clone(), Vec::new()));
    }
}
