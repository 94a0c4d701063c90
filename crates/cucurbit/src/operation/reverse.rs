//! The operation that undoes another, given the schema before it.
//!
//! Lost data is never guessed: what is made again is empty, and what would be dropped says so.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::schema::{
    Constraint, ConstraintRef, Dialect, Ident, Index, ObjectName, OnConflict, PrimaryKey, Schema, Sequence,
    ServerDefault, Table, TableName,
};

use super::{
    ApplyError, ColumnChange, Concurrency, Consent, ConstraintChange, Operation, apply, create_exclusion,
    enumeration, joined, resolve_constraint, sequence,
};

/// Why an operation has no reverse.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Irreversible {
    /// What SQL did is not known.
    #[error("what `{sql}` did cannot be undone without its author")]
    Sql {
        /// The statement.
        sql: String,
    },
    /// What code did is not known.
    #[error("what the code `{title}` did cannot be undone without its author")]
    Code {
        /// What it does.
        title: String,
    },
    /// Rows that were inserted cannot be told from others.
    #[error("the rows inserted into `{table}` cannot be told from others")]
    Rows {
        /// The table.
        table: TableName,
    },
    /// The script itself refuses.
    #[error("{reason}")]
    Refused {
        /// The script's reason.
        reason: String,
    },
    /// The operation does not fit the schema before it.
    #[error(transparent)]
    Apply(#[from] ApplyError),
}

/// Returns what undoes a list of operations: each one's reverse, last first.
///
/// # Errors
///
/// When one of them cannot be undone, or does not fit the schema.
pub fn reverse_all(
    before: &Schema,
    operations: &[Operation],
    dialect: Dialect,
) -> Result<Vec<Operation>, Irreversible> {
    let mut schema = before.clone();
    let mut reversed = Vec::with_capacity(operations.len());
    for operation in operations {
        reversed.push(reverse(&schema, operation, dialect)?);
        apply(&mut schema, operation, dialect)?;
    }
    Ok(joined(without_needless(reversed.into_iter().rev().flatten().collect())))
}

/// Leaves out the indexes of tables that are dropped a few lines later: they go with their table. Of lists of values
/// that an enum type would be given one after the other only the last is left.
fn without_needless(operations: Vec<Operation>) -> Vec<Operation> {
    let dropped: BTreeSet<TableName> = operations
        .iter()
        .filter(|operation| matches!(operation, Operation::DropTable { .. }))
        .filter_map(|operation| operation.table().cloned())
        .collect();
    let is_needless = |operation: &Operation| matches!(operation, Operation::DropIndex { table, .. } if dropped.contains(table));
    let mut kept: Vec<Operation> = Vec::with_capacity(operations.len());
    for operation in operations.into_iter().filter(|operation| !is_needless(operation)) {
        if kept.last().is_some_and(|last| enumeration::is_replaced(last, &operation)) {
            kept.pop();
        }
        kept.push(operation);
    }
    kept
}

/// Returns what undoes one operation, given the schema before it.
///
/// # Errors
///
/// When it cannot be undone, or does not fit the schema.
pub fn reverse(
    before: &Schema,
    operation: &Operation,
    dialect: Dialect,
) -> Result<Vec<Operation>, Irreversible> {
    // What a column came to own stands alone again before it goes.
    let alone = sequence::alone_again(before, operation);
    Ok(alone.into_iter().chain(undo(before, operation, dialect)?).collect())
}

fn undo(before: &Schema, operation: &Operation, dialect: Dialect) -> Result<Vec<Operation>, Irreversible> {
    let one = |operation| Ok(vec![operation]);
    match operation {
        Operation::AddColumn { table, column, backfill: _ } => one(Operation::DropColumn {
            table: table.clone(),
            column: column.name.clone(),
            consent: Consent::GIVEN,
        }),
        Operation::AlterColumn { table, column, changes } => {
            one(reverse_changes(owner(before, table)?, column, changes)?)
        }
        Operation::AlterConstraint { table, constraint, change } => {
            Ok(reverse_constraint_change(owner(before, table)?, constraint, change)?)
        }
        Operation::AlterEnum { name, change } => Ok(enumeration::reverse(before, name, change)?),
        Operation::AlterSequence { name, changes } => one(sequence::reverse_alter(before, name, changes)?),
        Operation::BulkInsert(insert) => Err(Irreversible::Rows { table: insert.table.clone() }),
        Operation::CreateCheck { table, check } => one(drop_of(table, check.reference())),
        Operation::CreateEnum(new) => one(Operation::DropEnum { name: new.name.clone() }),
        Operation::CreateExclusion { table, exclusion } => one(drop_of(table, exclusion.reference())),
        Operation::CreateForeignKey { table, foreign_key } => {
            let mut owner = owner(before, table)?.clone();
            owner.constraints.push(foreign_key.clone());
            one(drop_of(table, owner.foreign_key_reference(foreign_key)))
        }
        Operation::CreateIndex { table, index, concurrency } => one(Operation::DropIndex {
            table: table.clone(),
            name: index.name.clone(),
            concurrency: *concurrency,
        }),
        Operation::CreatePrimaryKey { table, primary_key } => {
            let loosen = loosened(owner(before, table)?, primary_key);
            Ok(std::iter::once(drop_of(table, primary_key.reference())).chain(loosen).collect())
        }
        Operation::CreateSchema { name } => one(Operation::DropSchema { name: name.clone() }),
        Operation::CreateSequence(new) => one(Operation::DropSequence { name: new.name.clone() }),
        Operation::CreateTable(table) => {
            one(Operation::DropTable { table: table.name.clone(), consent: Consent::GIVEN })
        }
        Operation::CreateUnique { table, unique } => one(drop_of(table, unique.reference())),
        Operation::DropColumn { table, column, consent: _ } => {
            reverse_drop_column(owner(before, table)?, column)
        }
        Operation::DropConstraint { table, constraint } => {
            let owner = owner(before, table)?;
            let made = reverse_drop_constraint(owner, constraint)?;
            let key = owner.primary_key().filter(|_| matches!(made, Operation::CreatePrimaryKey { .. }));
            let loosen = key.map(|key| loosened(owner, key)).unwrap_or_default();
            Ok(std::iter::once(made).chain(loosen).collect())
        }
        Operation::DropEnum { name } => one(enumeration::reverse_drop(before, name)?),
        Operation::DropIndex { table, name, concurrency } => {
            let owner = owner(before, table)?;
            let Some(index) = owner.indexes.get(name) else {
                return Err(ApplyError::NoIndex { table: table.clone(), name: name.clone() }.into());
            };
            one(create_index(table, index, *concurrency))
        }
        Operation::DropSchema { name } => one(Operation::CreateSchema { name: name.clone() }),
        Operation::DropSequence { name } => {
            one(Operation::CreateSequence(sequence_of(before, name)?.clone()))
        }
        Operation::DropTable { table, consent: _ } => {
            let mut table = owner(before, table)?.clone();
            let indexes = std::mem::take(&mut table.indexes);
            let name = table.name.clone();
            let indexes = indexes.values().map(|index| create_index(&name, index, Concurrency::default()));
            let exclusions = table.constraints.take_exclusions();
            let exclusions = exclusions.iter().map(|exclusion| create_exclusion(&name, exclusion));
            Ok(std::iter::once(Operation::CreateTable(table)).chain(indexes).chain(exclusions).collect())
        }
        Operation::Execute(execute) => match &execute.means {
            Some(operations) => reverse_all(before, operations, dialect),
            None => Err(Irreversible::Sql { sql: execute.sql.clone() }),
        },
        Operation::Irreversible { reason } => Err(Irreversible::Refused { reason: reason.clone() }),
        Operation::Run { title, key: _ } => Err(Irreversible::Code { title: title.clone() }),
        Operation::On { dialect: only, operations } => {
            if *only == dialect {
                let operations = reverse_all(before, operations, dialect)?;
                return one(Operation::On { dialect, operations });
            }
            Ok(Vec::new())
        }
        Operation::RenameIndex { table, name, to } => {
            let (name, to) = (to.clone(), name.clone());
            one(Operation::RenameIndex { table: table.clone(), name, to })
        }
        Operation::RenameTable { table, to } => {
            one(Operation::RenameTable { table: table.sibling(to.clone()), to: table.name.clone() })
        }
        Operation::SetIndexComment { table, name, comment: _ } => {
            let Some(index) = owner(before, table)?.indexes.get(name) else {
                return Err(ApplyError::NoIndex { table: table.clone(), name: name.clone() }.into());
            };
            let (table, comment) = (table.clone(), index.comment.clone());
            one(Operation::SetIndexComment { table, name: name.clone(), comment })
        }
        Operation::SetTableOption { table, option, is_set: _ } => {
            let is_set = owner(before, table)?.options.has(*option);
            one(Operation::SetTableOption { table: table.clone(), option: *option, is_set })
        }
        Operation::SetTableComment { table, comment: _ } => {
            let comment = owner(before, table)?.comment.clone();
            one(Operation::SetTableComment { table: table.clone(), comment })
        }
    }
}

fn owner<'s>(before: &'s Schema, table: &TableName) -> Result<&'s Table, ApplyError> {
    before.table(table).ok_or_else(|| ApplyError::NoTable { table: table.clone() })
}

fn sequence_of<'s>(before: &'s Schema, name: &ObjectName) -> Result<&'s Sequence, ApplyError> {
    before.sequences.get(name).ok_or_else(|| ApplyError::NoSequence { name: name.clone() })
}

fn drop_of(table: &TableName, constraint: ConstraintRef) -> Operation {
    Operation::DropConstraint { table: table.clone(), constraint }
}

/// A key makes its columns NOT NULL; lets those take NULL that did, as in a key of SQLite.
fn loosened(owner: &Table, key: &PrimaryKey) -> Vec<Operation> {
    let nullable = key.columns.iter().filter(|name| owner.column(name).is_some_and(|column| column.nullable));
    let loosen = nullable.map(|column| Operation::AlterColumn {
        table: owner.name.clone(),
        column: column.clone(),
        changes: vec![ColumnChange::SetNullable],
    });
    loosen.collect()
}

/// Makes an index again; one that was left useless is made for use.
fn create_index(table: &TableName, index: &Index, concurrency: Concurrency) -> Operation {
    let index = Index { is_invalid: false, ..index.clone() };
    Operation::CreateIndex { table: table.clone(), index, concurrency }
}

/// Undoes the changes of a column: what each of them set is set back to what was.
fn reverse_changes(owner: &Table, column: &Ident, changes: &[ColumnChange]) -> Result<Operation, ApplyError> {
    let Some(was) = owner.column(column) else {
        return Err(ApplyError::NoColumn { table: owner.name.clone(), column: column.clone() });
    };
    let mut name_now = column;
    let mut undone = Vec::with_capacity(changes.len());
    for change in changes.iter().rev() {
        undone.push(match change {
            ColumnChange::LosesData => continue,
            ColumnChange::Rename { to } => {
                name_now = to;
                ColumnChange::Rename { to: column.clone() }
            }
            ColumnChange::SetCollation(_) => ColumnChange::SetCollation(was.collation.clone()),
            ColumnChange::SetComment(_) => ColumnChange::SetComment(was.comment.clone()),
            ColumnChange::SetDefault(_) => ColumnChange::SetDefault(was.default.clone()),
            ColumnChange::SetNotNull { .. } | ColumnChange::SetNullable if was.nullable => {
                ColumnChange::SetNullable
            }
            ColumnChange::SetNotNull { .. } | ColumnChange::SetNullable => {
                ColumnChange::SetNotNull { backfill: None }
            }
            ColumnChange::SetOnConflict(_) => ColumnChange::SetOnConflict(was.on_conflict),
            ColumnChange::SetType { .. } => ColumnChange::SetType { ty: was.ty.clone(), using: None },
        });
    }
    if changes.contains(&ColumnChange::SetNullable) && was.on_conflict != OnConflict::Abort {
        // It went with NOT NULL.
        undone.push(ColumnChange::SetOnConflict(was.on_conflict));
    }
    let becomes_plain = |change: &ColumnChange| matches!(change, ColumnChange::SetDefault(default) if !is_computed(default.as_ref()));
    if is_computed(was.default.as_ref()) && changes.iter().any(becomes_plain) {
        // What is written to it until then gives way to computed values again.
        undone.push(ColumnChange::LosesData);
    }
    Ok(Operation::AlterColumn { table: owner.name.clone(), column: name_now.clone(), changes: undone })
}

fn is_computed(default: Option<&ServerDefault>) -> bool {
    matches!(default, Some(ServerDefault::Computed { .. }))
}

/// Adds a dropped column again, with the indexes and constraints that went with it.
fn reverse_drop_column(owner: &Table, name: &Ident) -> Result<Vec<Operation>, Irreversible> {
    let table = || owner.name.clone();
    let Some(column) = owner.column(name) else {
        return Err(ApplyError::NoColumn { table: table(), column: name.clone() }.into());
    };
    let mut after = Schema::from_tables([owner.clone()]);
    let drop = Operation::DropColumn { table: table(), column: name.clone(), consent: Consent::GIVEN };
    // Neither dialect differs in what goes with a column.
    apply(&mut after, &drop, Dialect::Postgres)?;
    let left = after.tables.remove(&owner.name).unwrap_or_else(|| Table::new(table()));

    let mut operations =
        vec![Operation::AddColumn { table: table(), column: column.clone(), backfill: None }];
    if let (Some(primary_key), None) = (owner.primary_key(), left.primary_key()) {
        operations.push(Operation::CreatePrimaryKey { table: table(), primary_key: primary_key.clone() });
    }
    for constraint in owner.constraints.iter().filter(|one| !left.constraints.contains(one)) {
        match constraint {
            Constraint::Unique(unique) => {
                operations.push(Operation::CreateUnique { table: table(), unique: unique.clone() });
            }
            Constraint::ForeignKey(key) => {
                operations.push(Operation::CreateForeignKey { table: table(), foreign_key: key.clone() });
            }
            Constraint::Exclusion(exclusion) => operations.push(create_exclusion(&owner.name, exclusion)),
            // A key is made above; a check stays.
            Constraint::PrimaryKey(_) | Constraint::Check(_) => {}
        }
    }
    for index in owner.indexes.values().filter(|index| !left.indexes.contains_key(&index.name)) {
        operations.push(create_index(&owner.name, index, Concurrency::default()));
    }
    Ok(operations)
}

/// A constraint that was made without looking at the rows is made so again: nothing takes a validation back.
fn reverse_constraint_change(
    owner: &Table,
    constraint: &ConstraintRef,
    change: &ConstraintChange,
) -> Result<Vec<Operation>, ApplyError> {
    let table = owner.name.clone();
    let missing = || ApplyError::NoConstraint { table: table.clone(), constraint: constraint.clone() };
    let found = &owner.constraints[resolve_constraint(owner, constraint).ok_or_else(missing)?];
    let altered =
        |constraint, change| vec![Operation::AlterConstraint { table: table.clone(), constraint, change }];
    Ok(match change {
        ConstraintChange::Rename { to } => match found.name().cloned() {
            Some(name) => altered(ConstraintRef::Named(to.clone()), ConstraintChange::Rename { to: name }),
            // Nobody named it: it is made again without a name.
            None => vec![
                drop_of(&table, ConstraintRef::Named(to.clone())),
                reverse_drop_constraint(owner, constraint)?,
            ],
        },
        ConstraintChange::SetComment(_) => {
            altered(constraint.clone(), ConstraintChange::SetComment(found.comment().cloned()))
        }
        ConstraintChange::SetDeferral(_) => {
            altered(constraint.clone(), ConstraintChange::SetDeferral(found.deferral()))
        }
        ConstraintChange::Validate if found.is_not_valid() => {
            let made = reverse_drop_constraint(owner, constraint)?;
            vec![drop_of(&table, constraint.clone()), made]
        }
        ConstraintChange::Validate => Vec::new(),
    })
}

fn reverse_drop_constraint(owner: &Table, constraint: &ConstraintRef) -> Result<Operation, ApplyError> {
    let table = owner.name.clone();
    let missing = || ApplyError::NoConstraint { table: table.clone(), constraint: constraint.clone() };
    let mut made = owner.constraints[resolve_constraint(owner, constraint).ok_or_else(missing)?].clone();
    match constraint {
        ConstraintRef::Named(_) | ConstraintRef::PrimaryKey => {}
        // A constraint that was meant by what it is comes back without the name that the database gave it.
        ConstraintRef::Check { .. } | ConstraintRef::ForeignKey { .. } | ConstraintRef::Unique { .. } => {
            made.forget_name();
        }
    }
    Ok(match made {
        Constraint::Check(check) => Operation::CreateCheck { table, check },
        Constraint::Exclusion(exclusion) => Operation::CreateExclusion { table, exclusion },
        Constraint::ForeignKey(foreign_key) => Operation::CreateForeignKey { table, foreign_key },
        Constraint::PrimaryKey(primary_key) => Operation::CreatePrimaryKey { table, primary_key },
        Constraint::Unique(unique) => Operation::CreateUnique { table, unique },
    })
}
