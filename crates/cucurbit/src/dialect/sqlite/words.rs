//! What only the words of the scripts refuse: constants that a column's declared type has not, and enum types that are
//! not there. SQLite would keep the ones and knows nothing of the others.

use std::collections::BTreeMap;

use crate::{
    operation::{self, ApplyError, Change, ColumnChange, Operation},
    schema::{
        Column, ColumnType, Constraint, Dialect, EnumType, ForeignKey, Ident, Kind, Object, ObjectId,
        ObjectName, Schema, TableName, Unsaid,
    },
};

use super::{
    super::{Before, PlanError, enum_value::Known, lexer, lexer::has_word},
    HERE, names, range, said,
    token::same_name,
};

/// Refuses what one of some operations on one table writes or declares.
pub(super) fn refuse(before: &Before, group: &[Operation]) -> Result<(), PlanError> {
    let table =
        group.first().and_then(|first| first.table()).and_then(|name| said::table_of(&before.said, name));
    let mut words = Schema::from_tables(table.cloned());
    for operation in group {
        range::refuse(&words, operation)?;
        let values = |name: &ObjectName| {
            let known = before.schema.enums.get(name)?;
            (!may_be_changed(&before.said.unsaid, name)).then_some(known.values.as_slice())
        };
        let column = |table: &TableName, column: &Ident| said_column(&words, table, column);
        Known { dialect: HERE, values: &values, column: &column }.refuse(operation)?;
        refuse_unknown_type(&before.schema.enums, &before.said.unsaid, operation)?;
        let followed = names::in_case_of(operation, &words);
        operation::follow(&mut words, &[followed], HERE);
    }
    Ok(())
}

/// Refuses a foreign key to a table that is not there and that nothing of the same revision makes. `rest` begins with the
/// operation. SQLite would find out when the first row is written.
pub(super) fn refuse_unknown_tables(before: &Before, rest: &[Operation]) -> Result<(), PlanError> {
    let Some(operation) = rest.first().filter(|_| before.is_whole) else { return Ok(()) };
    let is_there = |key: &ForeignKey| {
        let name = &key.referred_table.name;
        before.schema.tables.keys().any(|table| same_name(&table.name, name))
            || rest.iter().any(|later| makes(later, name))
    };
    match new_foreign_keys(operation).into_iter().find(|key| !is_there(key)) {
        Some(key) => Err(PlanError::Apply {
            operation: operation.describe(),
            source: ApplyError::Missing { id: ObjectId::Table(key.referred_table.clone()) },
        }),
        None => Ok(()),
    }
}

/// Lists the foreign keys that come with a new object.
fn new_foreign_keys(operation: &Operation) -> Vec<&ForeignKey> {
    let Operation::Create { object, .. } = operation else { return Vec::new() };
    if let Object::Constraint { constraint: Constraint::ForeignKey(key), .. } = object {
        vec![key]
    } else if let Object::Table(table) = object {
        table.foreign_keys().collect()
    } else {
        Vec::new()
    }
}

/// Tells whether an operation makes a table of a name.
fn makes(operation: &Operation, name: &Ident) -> bool {
    if let Operation::Create { object: Object::Table(table), .. } = operation {
        same_name(&table.name.name, name)
    } else if let Operation::Rename { id: ObjectId::Table(_), to } = operation {
        same_name(to, name)
    } else {
        operation.inner().iter().any(|inner| makes(inner, name))
    }
}

/// Finds a column as the scripts declare it.
pub(super) fn said_column<'s>(words: &'s Schema, table: &TableName, column: &Ident) -> Option<&'s Column> {
    said::column_of(said::table_of(words, table)?, column)
}

/// Tells whether SQL for PostgreSQL alone may have given a type other values.
fn may_be_changed(unsaid: &Unsaid, name: &ObjectName) -> bool {
    let name = name.name.as_str().to_lowercase();
    unsaid.0.iter().any(|sql| has_word(&sql.to_lowercase(), &name))
}

/// Tells whether SQL for PostgreSQL alone may have made types, or given columns others.
fn may_have_changed_types(unsaid: &Unsaid) -> bool {
    let is_of_rows = |sql, dialect| lexer::kind(sql, dialect) == lexer::Kind::ReadsOrWritesRows;
    Dialect::storing(Kind::Enum).any(|dialect| {
        let mut statements = unsaid.0.iter().flat_map(|sql| lexer::split(sql, dialect));
        statements.any(|sql| !is_of_rows(sql, dialect))
    })
}

/// Refuses a column of an enum type that is not there.
fn refuse_unknown_type(
    enums: &BTreeMap<ObjectName, EnumType>,
    unsaid: &Unsaid,
    operation: &Operation,
) -> Result<(), PlanError> {
    let unknown = |ty: &ColumnType| {
        let name = ty.on(HERE).enum_name()?;
        (!enums.contains_key(name) && !may_have_changed_types(unsaid)).then(|| name.clone())
    };
    match declared_types(operation).into_iter().find_map(unknown) {
        Some(name) => Err(PlanError::Apply {
            operation: operation.describe(),
            source: ApplyError::Missing { id: ObjectId::Enum(name) },
        }),
        None => Ok(()),
    }
}

/// Lists the types that an operation gives columns.
fn declared_types(operation: &Operation) -> Vec<&ColumnType> {
    if let Operation::Alter(Change::Column { changes, .. }) = operation {
        changes.iter().filter_map(new_type).collect()
    } else if let Operation::Create { object, .. } = operation {
        object.columns().iter().map(|column| &column.ty).collect()
    } else {
        Vec::new()
    }
}

/// Returns the type that a change gives a column.
pub(super) fn new_type(change: &ColumnChange) -> Option<&ColumnType> {
    if let ColumnChange::SetType { ty, using: _ } = change { Some(ty) } else { None }
}

/// Refuses to drop an enum type that a column still has: on PostgreSQL the same history would end there.
pub(super) fn refuse_used(
    before: &Before,
    name: &ObjectName,
    operation: &Operation,
) -> Result<(), PlanError> {
    if may_have_changed_types(&before.said.unsaid) {
        return Ok(());
    }
    for said in before.said.tables.values() {
        let Some(there) = said::table_of(&before.schema, &said.name) else { continue };
        let is_there = |column: &&Column| said::column_of(there, &column.name).is_some();
        let is_of_it = |column: &&Column| column.ty.where_stored(Kind::Enum).enum_name() == Some(name);
        if let Some(column) = said.columns.iter().filter(is_there).find(is_of_it) {
            let (table, column) = (said.name.clone(), column.name.clone());
            let source = ApplyError::EnumInUse { name: name.clone(), table, column };
            return Err(PlanError::Apply { operation: operation.describe(), source });
        }
    }
    Ok(())
}
