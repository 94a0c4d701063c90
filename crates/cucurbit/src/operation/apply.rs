//! The meaning of each operation, in memory.
//!
//! No SQL and no database: `apply` is what `diff`, `reverse` and every plan agree upon.

use crate::schema::{
    ColumnType, Constraint, ConstraintRef, Dialect, ForeignKey, Ident, Index, OnConflict, Schema, Table,
    TableName,
};

use super::{
    ApplyError, ColumnChange, ConstraintChange, Operation, comment, enumeration, said, sequence, there,
};

/// Applies a list of operations in order.
///
/// # Errors
///
/// The first operation that does not fit; the schema then holds what the ones before it did.
pub fn apply_all(schema: &mut Schema, operations: &[Operation], dialect: Dialect) -> Result<(), ApplyError> {
    operations.iter().try_for_each(|operation| apply(schema, operation, dialect))
}

/// Applies one operation to a schema in memory.
///
/// `On` blocks for another dialect do nothing, except that what only one database keeps is known on the others. SQL
/// does what its `.means()` says and otherwise nothing: whoever must know what SQL does, runs it and reflects.
///
/// # Errors
///
/// When the operation names what is not there, or makes what is there already; the schema is then unchanged.
pub fn apply(schema: &mut Schema, operation: &Operation, dialect: Dialect) -> Result<(), ApplyError> {
    match operation {
        Operation::AddColumn { table, column, backfill: _ } => {
            let table = table_mut(schema, table)?;
            if table.column(&column.name).is_some() {
                return Err(ApplyError::ColumnExists {
                    table: table.name.clone(),
                    column: column.name.clone(),
                });
            }
            table.columns.push(column.clone());
            let name = table.name.clone();
            sequence::own(schema, &name, column.default.iter());
        }
        Operation::AlterColumn { table, column, changes } => alter_column(schema, table, column, changes)?,
        Operation::AlterConstraint { table, constraint, change } => {
            alter_constraint(table_mut(schema, table)?, constraint, change)?;
        }
        Operation::AlterEnum { name, change } => enumeration::alter(schema, name, change)?,
        Operation::AlterSequence { name, changes } => sequence::alter(schema, name, changes)?,
        Operation::BulkInsert(_) | Operation::Irreversible { .. } | Operation::Run { .. } => {}
        Operation::CreateCheck { table, check } => add_constraint(schema, table, check.clone().into())?,
        Operation::CreateEnum(new) => enumeration::create(schema, new)?,
        Operation::CreateExclusion { table, exclusion } => {
            refuse_second_index(schema, table, &exclusion.index.name)?;
            add_constraint(schema, table, exclusion.clone().into())?;
        }
        Operation::CreateForeignKey { table, foreign_key } => {
            add_constraint(schema, table, foreign_key.clone().into())?;
        }
        Operation::CreateIndex { table, index, concurrency: _ } => {
            refuse_second_index(schema, table, &index.name)?;
            let table = table_mut(schema, table)?;
            there::of_index(table, index)?;
            table.indexes.insert(index.name.clone(), index.clone());
        }
        Operation::CreatePrimaryKey { table, primary_key } => {
            let table = table_mut(schema, table)?;
            if table.primary_key().is_some() {
                let constraint = ConstraintRef::PrimaryKey;
                return Err(ApplyError::ConstraintExists { table: table.name.clone(), constraint });
            }
            for column in &primary_key.columns {
                column_mut(table, column)?.nullable = false;
            }
            table.constraints.push(primary_key.clone());
        }
        Operation::CreateSchema { name } => {
            if !schema.schemas.insert(name.clone()) {
                return Err(ApplyError::SchemaExists { name: name.clone() });
            }
        }
        Operation::CreateSequence(new) => sequence::create(schema, new)?,
        Operation::CreateTable(table) => {
            if schema.tables.contains_key(&table.name) {
                return Err(ApplyError::TableExists { table: table.name.clone() });
            }
            there::of_table(schema, table)?;
            schema.tables.insert(table.name.clone(), table.clone());
            sequence::own(schema, &table.name, table.columns.iter().flat_map(|column| &column.default));
        }
        Operation::CreateUnique { table, unique } => add_constraint(schema, table, unique.clone().into())?,
        Operation::DropColumn { table, column, consent: _ } => {
            drop_column(table_mut(schema, table)?, column)?
        }
        Operation::DropConstraint { table, constraint } => {
            drop_constraint(table_mut(schema, table)?, constraint)?
        }
        Operation::DropEnum { name } => enumeration::drop(schema, name)?,
        Operation::DropIndex { table, name, concurrency: _ } => {
            let table = table_mut(schema, table)?;
            if table.indexes.remove(name).is_none() {
                return Err(ApplyError::NoIndex { table: table.name.clone(), name: name.clone() });
            }
        }
        Operation::DropSchema { name } => {
            if !schema.schemas.remove(name) {
                return Err(ApplyError::NoSchema { name: name.clone() });
            }
        }
        Operation::DropSequence { name } => sequence::drop(schema, name)?,
        Operation::DropTable { table, consent: _ } => {
            if schema.tables.remove(table).is_none() {
                return Err(ApplyError::NoTable { table: table.clone() });
            }
        }
        Operation::Execute(execute) => {
            let mut after = schema.clone();
            apply_all(&mut after, execute.means.as_deref().unwrap_or_default(), dialect)?;
            *schema = after;
        }
        Operation::On { dialect: only, operations } => {
            if *only == dialect {
                let mut after = schema.clone();
                apply_all(&mut after, &said::own(operations, dialect), dialect)?;
                *schema = after;
            } else if *only == Dialect::KEEPER {
                said::follow_known(schema, &said::only_known(operations), dialect);
            }
        }
        Operation::RenameIndex { table, name, to } => rename_index(schema, table, name, to)?,
        Operation::RenameTable { table, to } => rename_table(schema, table, to)?,
        Operation::SetIndexComment { table, name, comment: text } => {
            comment::set_of_index(schema, table, name, text.as_ref())?;
        }
        Operation::SetTableOption { table, option, is_set } => {
            table_mut(schema, table)?.options.set(*option, *is_set)
        }
        Operation::SetTableComment { table, comment } => {
            table_mut(schema, table)?.comment.clone_from(comment)
        }
    }
    Ok(())
}

fn table_mut<'s>(schema: &'s mut Schema, table: &TableName) -> Result<&'s mut Table, ApplyError> {
    schema.tables.get_mut(table).ok_or_else(|| ApplyError::NoTable { table: table.clone() })
}

fn column_mut<'t>(table: &'t mut Table, column: &Ident) -> Result<&'t mut crate::schema::Column, ApplyError> {
    let name = table.name.clone();
    table.column_mut(column).ok_or_else(|| ApplyError::NoColumn { table: name, column: column.clone() })
}

/// Refuses a second constraint under one name. Unnamed ones may repeat, as they may in SQL.
fn refuse_second(table: &Table, constraint: &ConstraintRef) -> Result<(), ApplyError> {
    let is_named = matches!(constraint, ConstraintRef::Named(_));
    if is_named && table.constraint_references().contains(constraint) {
        return Err(ApplyError::ConstraintExists {
            table: table.name.clone(),
            constraint: constraint.clone(),
        });
    }
    Ok(())
}

/// Adds a constraint that is not the primary key.
fn add_constraint(schema: &mut Schema, table: &TableName, constraint: Constraint) -> Result<(), ApplyError> {
    let owner = schema.table(table).ok_or_else(|| ApplyError::NoTable { table: table.clone() })?;
    refuse_second(owner, &constraint.reference())?;
    there::of_constraint(schema, owner, &constraint)?;
    table_mut(schema, table)?.constraints.push(constraint);
    Ok(())
}

fn alter_column(
    schema: &mut Schema,
    table: &TableName,
    column: &Ident,
    changes: &[ColumnChange],
) -> Result<(), ApplyError> {
    let target = column_mut(table_mut(schema, table)?, column)?;
    let mut new_name = None;
    for change in changes {
        match change {
            ColumnChange::Rename { to } => new_name = Some(to),
            ColumnChange::LosesData => {}
            ColumnChange::SetCollation(collation) => target.collation.clone_from(collation),
            ColumnChange::SetComment(comment) => target.comment.clone_from(comment),
            ColumnChange::SetDefault(default) => target.default.clone_from(default),
            ColumnChange::SetNotNull { backfill: _ } => {
                if target.nullable {
                    target.on_conflict = OnConflict::Abort;
                }
                target.nullable = false;
            }
            ColumnChange::SetNullable => {
                target.nullable = true;
                target.on_conflict = OnConflict::Abort;
            }
            ColumnChange::SetOnConflict(on_conflict) => target.on_conflict = *on_conflict,
            ColumnChange::SetType { ty, using: _ } => target.ty = ColumnType::clone(ty),
        }
    }
    let default = target.default.clone();
    sequence::own(schema, table, default.iter());
    match new_name {
        Some(to) if to != column => rename_column(schema, table, column, to),
        Some(_) | None => Ok(()),
    }
}

/// Renames a column here and wherever keys, indexes and foreign keys name it.
fn rename_column(schema: &mut Schema, table: &TableName, from: &Ident, to: &Ident) -> Result<(), ApplyError> {
    let owner = table_mut(schema, table)?;
    if owner.column(to).is_some() {
        return Err(ApplyError::ColumnExists { table: table.clone(), column: to.clone() });
    }
    let rename = |column: &mut Ident| {
        if column == from {
            *column = to.clone();
        }
    };
    column_mut(owner, from)?.name = to.clone();
    owner.constraints.iter_mut().flat_map(Constraint::columns_mut).for_each(rename);
    owner.indexes.values_mut().flat_map(Index::columns_mut).for_each(rename);
    for foreign_key in schema.tables.values_mut().flat_map(|other| other.constraints.foreign_keys_mut()) {
        if foreign_key.referred_table == *table {
            foreign_key.referred_columns.iter_mut().for_each(rename);
        }
    }
    Ok(())
}

/// Drops a column, and what cannot be without it: PostgreSQL does so for indexes and for the table's own
/// constraints (manual, ALTER TABLE, DROP COLUMN); SQLite's rebuild follows.
fn drop_column(table: &mut Table, column: &Ident) -> Result<(), ApplyError> {
    let Some(position) = table.columns.iter().position(|other| other.name == *column) else {
        return Err(ApplyError::NoColumn { table: table.name.clone(), column: column.clone() });
    };
    table.columns.remove(position);
    table.constraints.retain(|constraint| match constraint {
        // What it sets on delete says nothing without its own columns.
        Constraint::ForeignKey(key) => !key.columns.contains(column),
        Constraint::PrimaryKey(_)
        | Constraint::Unique(_)
        | Constraint::Check(_)
        | Constraint::Exclusion(_) => !constraint.columns().any(|other| other == column),
    });
    table.indexes.retain(|_, index| !index.columns().any(|other| other == column));
    Ok(())
}

fn drop_constraint(table: &mut Table, constraint: &ConstraintRef) -> Result<(), ApplyError> {
    match resolve_constraint(table, constraint) {
        Some(place) => drop(table.constraints.remove(place)),
        None => {
            return Err(ApplyError::NoConstraint {
                table: table.name.clone(),
                constraint: constraint.clone(),
            });
        }
    }
    Ok(())
}

fn alter_constraint(
    table: &mut Table,
    constraint: &ConstraintRef,
    change: &ConstraintChange,
) -> Result<(), ApplyError> {
    let Some(place) = resolve_constraint(table, constraint) else {
        return Err(ApplyError::NoConstraint { table: table.name.clone(), constraint: constraint.clone() });
    };
    match change {
        ConstraintChange::Rename { to } => {
            let reference = ConstraintRef::Named(to.clone());
            if *constraint != reference {
                refuse_second(table, &reference)?;
            }
            table.constraints[place].set_name(to.clone());
        }
        ConstraintChange::SetComment(text) => table.constraints[place].comment_mut().clone_from(text),
        ConstraintChange::SetDeferral(deferral) => table.constraints[place].set_deferral(*deferral),
        ConstraintChange::Validate => table.constraints[place].validate(),
    }
    Ok(())
}

/// Finds the constraint that a reference means: its place among the table's constraints.
///
/// One that is meant by what it is need not be unnamed in the table: a database names what nobody named. Of
/// several that fit, an unnamed one is taken first.
#[must_use]
pub fn resolve_constraint(table: &Table, constraint: &ConstraintRef) -> Option<usize> {
    let list = &table.constraints;
    let find = |fits: &dyn Fn(&Constraint) -> bool| {
        let unnamed = list.iter().position(|one| fits(one) && one.name().is_none());
        unnamed.or_else(|| list.iter().position(fits))
    };
    match constraint {
        ConstraintRef::Check { expression } => {
            find(&|one| matches!(one, Constraint::Check(check) if check.expression == *expression))
        }
        ConstraintRef::ForeignKey { columns, referred } => {
            let refers = |key: &ForeignKey| referred.as_ref().is_none_or(|to| key.refers_to(to));
            find(&|one| matches!(one, Constraint::ForeignKey(key) if key.columns == *columns && refers(key)))
        }
        // SQLite takes a primary key's name for another constraint's too.
        ConstraintRef::Named(name) => list
            .iter()
            .position(|one| one.name() == Some(name) && !matches!(one, Constraint::PrimaryKey(_)))
            .or_else(|| list.iter().position(|one| one.name() == Some(name))),
        ConstraintRef::PrimaryKey => list.iter().position(|one| matches!(one, Constraint::PrimaryKey(_))),
        ConstraintRef::Unique { columns } => {
            find(&|one| matches!(one, Constraint::Unique(unique) if unique.columns == *columns))
        }
    }
}

/// Refuses a second index under one name in a schema.
fn refuse_second_index(schema: &Schema, table: &TableName, name: &Ident) -> Result<(), ApplyError> {
    let bears = |other: &&Table| other.name.schema == table.schema && other.index(name).is_some();
    match schema.tables.values().find(bears) {
        Some(other) => Err(ApplyError::IndexExists { table: other.name.clone(), name: name.clone() }),
        None => Ok(()),
    }
}

fn rename_index(schema: &mut Schema, table: &TableName, name: &Ident, to: &Ident) -> Result<(), ApplyError> {
    if name != to {
        refuse_second_index(schema, table, to)?;
    }
    let table = table_mut(schema, table)?;
    let Some(mut index) = table.indexes.remove(name) else {
        return Err(ApplyError::NoIndex { table: table.name.clone(), name: name.clone() });
    };
    index.name = to.clone();
    table.indexes.insert(to.clone(), index);
    Ok(())
}

/// Renames a table here and in the foreign keys that refer to it.
fn rename_table(schema: &mut Schema, table: &TableName, to: &Ident) -> Result<(), ApplyError> {
    let new_name = table.sibling(to.clone());
    if schema.tables.contains_key(&new_name) {
        return Err(ApplyError::TableExists { table: new_name });
    }
    let Some(mut moved) = schema.tables.remove(table) else {
        return Err(ApplyError::NoTable { table: table.clone() });
    };
    moved.name = new_name.clone();
    schema.tables.insert(new_name.clone(), moved);
    for foreign_key in schema.tables.values_mut().flat_map(|other| other.constraints.foreign_keys_mut()) {
        if foreign_key.referred_table == *table {
            foreign_key.referred_table = new_name.clone();
        }
    }
    Ok(())
}
