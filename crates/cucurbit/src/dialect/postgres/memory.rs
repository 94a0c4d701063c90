//! What an operation does to the schema in memory on PostgreSQL, beyond what it means everywhere.
//!
//! The meaning is that of `operation::apply`; here is what the server adds by itself, so that memory agrees with
//! what would be reflected: names, NOT NULL, what goes with a column, and new names in expressions.

use std::collections::BTreeMap;

use super::{check, expression, names, rename, sequence, types};
use crate::{
    dialect::PlanError,
    operation::{self, Change, ColumnChange, Operation, find_constraint},
    schema::{
        Constraint, ConstraintRef, Dialect, Ident, Literal, ObjectId, ObjectName, Schema, ServerDefault,
        Table, TableName, part::Part,
    },
};

/// Applies an operation; constraints in it without a name get the server's names.
pub(super) fn apply(schema: &mut Schema, operation: &Operation) -> Result<(), PlanError> {
    // A constraint keeps the name that it got from the old name of its table or column.
    if let Some(table) = operation.table() {
        names::name_all(schema, table);
    }
    if let Operation::Alter(Change::Sequence { name, changes: _ }) = operation {
        forget_usual(schema, name);
    }
    operation::apply(schema, operation, Dialect::Postgres)
        .map_err(|source| PlanError::Apply { operation: operation.describe(), source })?;
    if let Operation::Alter(change) = operation {
        follow_change(schema, change);
    } else if let Operation::Drop { id: ObjectId::Column { table, name }, .. } = operation {
        drop_what_names(schema, table, name);
    } else if let Operation::Rename { id, to } = operation {
        follow_rename(schema, id, to);
    }
    if let Some(table) = operation.table() {
        names::name_all(schema, table);
        refuse_nulls(schema, table);
    }
    Ok(())
}

/// The server prints new names of columns and of values in everything that is stored.
fn follow_change(schema: &mut Schema, change: &Change) {
    if let Change::Column { table, column, changes } = change {
        for to in changes.iter().filter_map(ColumnChange::new_name) {
            rename_in_expressions(schema, table, column, to);
        }
    } else if let Change::Enum { name, change } = change {
        rename_values(schema, name, &change.renamed());
    }
}

/// And so it prints those of what expressions can name: columns, types, schemas, sequences.
fn follow_rename(schema: &mut Schema, id: &ObjectId, to: &Ident) {
    match id {
        ObjectId::Column { table, name } => rename_in_expressions(schema, table, name, to),
        ObjectId::Enum(name) => rename::of_type(schema, name, to),
        ObjectId::Namespace(name) => rename::of_namespace(schema, name, to),
        ObjectId::Sequence(name) => rename::of_sequence(schema, name, to),
        ObjectId::Constraint { .. } | ObjectId::Index { .. } | ObjectId::Table(_) => {}
    }
}

/// Columns of the primary key and columns that a sequence fills do not take NULL.
fn refuse_nulls(schema: &mut Schema, table: &TableName) {
    let Some(table) = schema.tables.get_mut(table) else { return };
    let key = table.primary_key().map_or_else(Vec::new, |key| key.columns.clone());
    for column in &mut table.columns {
        let is_numbered =
            matches!(column.default, Some(ServerDefault::Serial(_) | ServerDefault::Identity(_)));
        if is_numbered || key.contains(&column.name) {
            column.nullable = false;
        }
    }
}

/// Forgets what was said of a sequence and is as the server would have it: that follows what changes now, whether the schema
/// was reflected or is what the scripts say.
fn forget_usual(schema: &mut Schema, name: &ObjectName) {
    if let Some(alone) = schema.sequences.get_mut(name) {
        alone.options = sequence::stored(&alone.ty, &alone.options);
        return;
    }
    for table in schema.tables.values_mut() {
        for column in &mut table.columns {
            let owned = sequence::of_column(&table.name, column).filter(|owned| owned.name == *name);
            if let (Some(owned), Some(ServerDefault::Serial(serial))) = (owned, &mut column.default) {
                serial.options = sequence::stored(&owned.ty, &owned.options);
            }
        }
    }
}

/// Writes a column's new name in all expressions of its table.
fn rename_in_expressions(schema: &mut Schema, table: &TableName, from: &Ident, to: &Ident) {
    let Some(table) = schema.tables.get_mut(table) else { return };
    table.parts_mut(&mut |part| {
        // A default names no columns.
        if let Part::Expression { sql, default_of: None } = part {
            rename::rewrite(sql, |text| expression::with_renamed_column(text, from, to));
        }
    });
}

/// Writes the new names of values in all expressions that speak of them.
fn rename_values(schema: &mut Schema, name: &ObjectName, renamed: &[(String, String)]) {
    for table in schema.tables.values_mut() {
        let (mut columns, mut others) = (BTreeMap::new(), Vec::new());
        for column in &table.columns {
            if types::is_enum(column, name) {
                columns.insert(column.name.clone(), types::is_array(column));
            } else {
                others.push(column.name.clone());
            }
        }
        let others: Vec<&Ident> = others.iter().collect();
        // A constant without a cast may be of the type of a column that stands beside it.
        let speaks = types::speaks_of(table, name);
        table.parts_mut(&mut |part| {
            if let Part::Expression { sql, default_of } = part {
                if default_of.is_some_and(|column| columns.contains_key(column))
                    || speaks(sql.on(Dialect::Postgres))
                {
                    rename::rewrite(sql, |text| {
                        expression::with_renamed_values(text, &name.name, &others, renamed)
                    });
                }
            } else if let Part::Literal { value: Literal::String(value), default_of: Some(column) } = part
                && let Some(is_array) = columns.get(column)
            {
                *value = expression::renamed_value(value, *is_array, renamed);
            }
        });
    }
}

/// Checks and indexes that name a dropped column go with it (manual, ALTER TABLE, DROP COLUMN).
fn drop_what_names(schema: &mut Schema, table: &TableName, column: &Ident) {
    if let Some(table) = schema.tables.get_mut(table) {
        let names_it = |one: &Constraint| one.expressions().any(|sql| expression::names_column(sql, column));
        table.constraints.retain(|one| !names_it(one));
        table.indexes.retain(|_, index| !expression::index_names_column(index, column));
    }
}

/// Finds the name of the constraint that a reference means; the table's constraints all have one.
///
/// A check is meant by the text that was written, and a reflected table has the server's.
pub(super) fn constraint_name(table: &Table, reference: &ConstraintRef) -> Option<Ident> {
    // Of several constraints that fit, the one whose name the server chose is meant.
    let generated = table.constraints.iter().filter(|one| names::is_generated(table, one)).cloned();
    let generated = Table { constraints: generated.collect(), ..Table::new(table.name.clone()) };
    for table in [&generated, table] {
        if let Some(found) = find_constraint(table, reference) {
            return found.name().cloned();
        }
    }
    let ConstraintRef::Check { expression } = reference else { return None };
    check::named(table, expression)
}
