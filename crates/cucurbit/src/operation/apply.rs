//! The meaning of each operation, in memory.
//!
//! No SQL and no database: `apply` is what `diff`, `reverse` and every plan agree upon.

use crate::schema::{
    ColumnType, ConstraintRef, Dialect, Exclusion, ForeignKey, Ident, Index, IndexKey, OnConflict, Schema,
    Table, TableName,
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
        Operation::AlterSequence(new) => sequence::alter(schema, new)?,
        Operation::BulkInsert(_) | Operation::Irreversible { .. } | Operation::Run { .. } => {}
        Operation::CreateCheck { table, check } => {
            let table = table_mut(schema, table)?;
            refuse_second(table, &check.reference())?;
            table.checks.push(check.clone());
        }
        Operation::CreateEnum(new) => enumeration::create(schema, new)?,
        Operation::CreateExclusion { table, exclusion } => {
            refuse_second_index(schema, table, &exclusion.index.name)?;
            let table = table_mut(schema, table)?;
            refuse_second(table, &exclusion.reference())?;
            there::of_exclusion(table, exclusion)?;
            table.exclusions.push(exclusion.clone());
        }
        Operation::CreateForeignKey { table, foreign_key } => {
            let owner = schema.table(table).ok_or_else(|| ApplyError::NoTable { table: table.clone() })?;
            refuse_second(owner, &foreign_key.reference())?;
            there::of_foreign_key(schema, owner, foreign_key)?;
            table_mut(schema, table)?.foreign_keys.push(foreign_key.clone());
        }
        Operation::CreateIndex { table, index, concurrency: _ } => {
            refuse_second_index(schema, table, &index.name)?;
            let table = table_mut(schema, table)?;
            there::of_index(table, index)?;
            table.indexes.insert(index.name.clone(), index.clone());
        }
        Operation::CreatePrimaryKey { table, primary_key } => {
            let table = table_mut(schema, table)?;
            if table.primary_key.is_some() {
                let constraint = ConstraintRef::PrimaryKey;
                return Err(ApplyError::ConstraintExists { table: table.name.clone(), constraint });
            }
            for column in &primary_key.columns {
                column_mut(table, column)?.nullable = false;
            }
            table.primary_key = Some(primary_key.clone());
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
        Operation::CreateUnique { table, unique } => {
            let table = table_mut(schema, table)?;
            refuse_second(table, &unique.reference())?;
            there::of_unique(table, unique)?;
            table.uniques.push(unique.clone());
        }
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
    let rename = |columns: &mut Vec<Ident>| {
        for column in columns.iter_mut().filter(|column| *column == from) {
            *column = to.clone();
        }
    };
    column_mut(owner, from)?.name = to.clone();
    if let Some(key) = &mut owner.primary_key {
        rename(&mut key.columns);
        rename(&mut key.include);
    }
    for unique in &mut owner.uniques {
        rename(&mut unique.columns);
        rename(&mut unique.include);
    }
    for key in &mut owner.foreign_keys {
        rename(&mut key.columns);
        rename(&mut key.on_delete_columns);
    }
    let carriers = owner.exclusions.iter_mut().map(|exclusion| &mut exclusion.index);
    for index in owner.indexes.values_mut().chain(carriers) {
        rename(&mut index.include);
        for part in &mut index.parts {
            if part.key == IndexKey::Column(from.clone()) {
                part.key = IndexKey::Column(to.clone());
            }
        }
    }
    for foreign_key in schema.tables.values_mut().flat_map(|other| &mut other.foreign_keys) {
        if foreign_key.referred_table == *table {
            rename(&mut foreign_key.referred_columns);
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
    table.primary_key.take_if(|key| key.columns.contains(column) || key.include.contains(column));
    table.uniques.retain(|unique| !unique.columns.contains(column) && !unique.include.contains(column));
    table.foreign_keys.retain(|key| !key.columns.contains(column));
    let is_on = |index: &Index| {
        let is_in_key = index.parts.iter().any(|part| part.key == IndexKey::Column(column.clone()));
        is_in_key || index.include.contains(column)
    };
    table.exclusions.retain(|exclusion| !is_on(&exclusion.index));
    table.indexes.retain(|_, index| !is_on(index));
    Ok(())
}

fn drop_constraint(table: &mut Table, constraint: &ConstraintRef) -> Result<(), ApplyError> {
    let found = resolve_constraint(table, constraint);
    match found {
        Some(Found::Check(position)) => drop(table.checks.remove(position)),
        Some(Found::Exclusion(position)) => drop(table.exclusions.remove(position)),
        Some(Found::ForeignKey(position)) => drop(table.foreign_keys.remove(position)),
        Some(Found::PrimaryKey) => table.primary_key = None,
        Some(Found::Unique(position)) => drop(table.uniques.remove(position)),
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
    let Some(found) = resolve_constraint(table, constraint) else {
        return Err(ApplyError::NoConstraint { table: table.name.clone(), constraint: constraint.clone() });
    };
    match change {
        ConstraintChange::Rename { to } => {
            let reference = ConstraintRef::Named(to.clone());
            if *constraint != reference {
                refuse_second(table, &reference)?;
            }
            let name = match found {
                Found::Check(place) => &mut table.checks[place].name,
                Found::Exclusion(place) => {
                    table.exclusions[place].index.name = to.clone();
                    return Ok(());
                }
                Found::ForeignKey(place) => &mut table.foreign_keys[place].name,
                Found::PrimaryKey => match &mut table.primary_key {
                    Some(key) => &mut key.name,
                    None => return Ok(()),
                },
                Found::Unique(place) => &mut table.uniques[place].name,
            };
            *name = Some(to.clone());
        }
        ConstraintChange::SetComment(text) => comment::set_of_constraint(table, found, text.as_ref()),
        ConstraintChange::SetDeferral(deferral) => match found {
            Found::Check(_) => {}
            Found::Exclusion(place) => table.exclusions[place].deferral = *deferral,
            Found::ForeignKey(place) => table.foreign_keys[place].deferral = *deferral,
            Found::PrimaryKey => {
                table.primary_key.iter_mut().for_each(|key| key.deferral = *deferral);
            }
            Found::Unique(place) => table.uniques[place].deferral = *deferral,
        },
        ConstraintChange::Validate => match found {
            Found::Check(place) => table.checks[place].is_not_valid = false,
            Found::ForeignKey(place) => table.foreign_keys[place].is_not_valid = false,
            Found::Exclusion(_) | Found::PrimaryKey | Found::Unique(_) => {}
        },
    }
    Ok(())
}

/// Where a constraint stands in its table's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Its place among the checks.
    Check(usize),
    /// Its place among the exclusions.
    Exclusion(usize),
    /// Its place among the foreign keys.
    ForeignKey(usize),
    /// The primary key.
    PrimaryKey,
    /// Its place among the uniques.
    Unique(usize),
}

/// Finds the constraint that a reference means.
///
/// One that is meant by what it is need not be unnamed in the table: a database names what nobody named. Of
/// several that fit, an unnamed one is taken first.
#[must_use]
pub fn resolve_constraint(table: &Table, constraint: &ConstraintRef) -> Option<Found> {
    fn find<T>(list: &[T], fits: impl Fn(&T) -> bool, is_unnamed: impl Fn(&T) -> bool) -> Option<usize> {
        let unnamed = list.iter().position(|item| fits(item) && is_unnamed(item));
        unnamed.or_else(|| list.iter().position(fits))
    }
    match constraint {
        ConstraintRef::Check { expression } => {
            find(&table.checks, |check| check.expression == *expression, |check| check.name.is_none())
                .map(Found::Check)
        }
        ConstraintRef::ForeignKey { columns, referred } => {
            let refers = |key: &ForeignKey| referred.as_ref().is_none_or(|to| key.refers_to(to));
            find(&table.foreign_keys, |key| key.columns == *columns && refers(key), |key| key.name.is_none())
                .map(Found::ForeignKey)
        }
        ConstraintRef::Named(name) => {
            let is_named = |other: &Option<Ident>| other.as_ref() == Some(name);
            let unique = table.uniques.iter().position(|unique| is_named(&unique.name)).map(Found::Unique);
            unique
                .or_else(|| {
                    table.foreign_keys.iter().position(|key| is_named(&key.name)).map(Found::ForeignKey)
                })
                .or_else(|| {
                    let is_meant = |exclusion: &Exclusion| exclusion.index.name == *name;
                    table.exclusions.iter().position(is_meant).map(Found::Exclusion)
                })
                .or_else(|| table.checks.iter().position(|check| is_named(&check.name)).map(Found::Check))
                .or_else(|| {
                    table.primary_key.as_ref().filter(|key| is_named(&key.name)).map(|_| Found::PrimaryKey)
                })
        }
        ConstraintRef::PrimaryKey => table.primary_key.as_ref().map(|_| Found::PrimaryKey),
        ConstraintRef::Unique { columns } => {
            find(&table.uniques, |unique| unique.columns == *columns, |unique| unique.name.is_none())
                .map(Found::Unique)
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
    for foreign_key in schema.tables.values_mut().flat_map(|other| &mut other.foreign_keys) {
        if foreign_key.referred_table == *table {
            foreign_key.referred_table = new_name.clone();
        }
    }
    Ok(())
}
