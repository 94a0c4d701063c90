//! What scripts say of the things that not every database stores: enum types, sequences and comments.
//!
//! Where a database does not store them, nothing is run for them; they are only known: `Dialect::capabilities` tells. What
//! a script tells a database alone that stores more is known on the others too.

use crate::schema::{
    Column, ColumnType, Dialect, Ident, Index, Kind, Object, ObjectId, Schema, Table, TableName, Type,
};

use super::{ApplyError, Change, ColumnChange, Execute, Operation, apply};

/// Reduces a list to what one dialect runs or has to know: `On` blocks are opened or left out, and of those for a database
/// that stores more stays what the dialect itself does not store.
#[must_use]
pub fn for_dialect(operations: &[Operation], dialect: Dialect) -> Vec<Operation> {
    let mut selected = Vec::with_capacity(operations.len());
    for operation in operations {
        let Operation::On { dialect: only, operations } = operation else {
            selected.push(operation.clone().of_column_as_change());
            continue;
        };
        if *only == dialect {
            selected.extend(own(operations, dialect));
        } else if only.stores_more_than(dialect) {
            let operations = only_known(operations, *only, dialect);
            selected.extend((!operations.is_empty()).then_some(Operation::On { dialect: *only, operations }));
        }
    }
    selected
}

/// Opens a dialect's own block. Of what it does not store, the block says nothing.
pub(super) fn own(operations: &[Operation], dialect: Dialect) -> Vec<Operation> {
    let mut own = for_dialect(operations, dialect);
    own.retain(|operation| !(is_only_known(operation, dialect) || matches!(operation, Operation::On { .. })));
    own
}

/// Lists what operations for one database alone say of what another does not store.
pub(super) fn only_known(operations: &[Operation], only: Dialect, dialect: Dialect) -> Vec<Operation> {
    let mut known = Vec::new();
    for operation in for_dialect(operations, only) {
        if let Operation::Alter(Change::Column { table, column, mut changes }) = operation {
            changes.retain(is_known);
            known.extend(altered(&table, column, changes));
        } else if let Operation::Create { object, .. } = &operation {
            known.extend(of_object(object, only, dialect));
        } else if let Operation::Execute(Execute { means: Some(means), .. }) = operation {
            known.extend(only_known(&means, only, dialect));
        } else if let Operation::Execute(_) = operation {
            // That something unknown was done is known too.
            known.push(operation);
        } else if is_only_known(&operation, dialect) {
            known.push(operation);
        }
    }
    known
}

/// Says of a new object what a database does not store.
fn of_object(object: &Object, only: Dialect, dialect: Dialect) -> Vec<Operation> {
    if dialect.capabilities().only_knows(object.kind()) {
        return vec![Operation::create(object.clone())];
    }
    if let Object::Column { table, column } = object {
        of_column(table, column, only).into_iter().collect()
    } else if let Object::Index { table, index } = object {
        of_index(table, index).into_iter().collect()
    } else if let Object::Table(table) = object {
        of_table(table, only)
    } else {
        Vec::new()
    }
}

/// Says of a column what others do not store: they have it under another type, or not at all.
fn of_column(table: &TableName, column: &Column, only: Dialect) -> Option<Operation> {
    let ty = column.ty.on(only);
    let ty = ty.enum_name().map(|_| ColumnChange::SetType { ty: ty.clone().into(), using: None });
    let comment = column.comment.as_ref().map(|comment| ColumnChange::SetComment(Some(comment.clone())));
    altered(table, column.name.clone(), ty.into_iter().chain(comment).collect())
}

fn altered(table: &TableName, column: Ident, changes: Vec<ColumnChange>) -> Option<Operation> {
    let table = table.clone();
    (!changes.is_empty()).then_some(Operation::alter_column(table, column, changes))
}

fn of_table(table: &Table, only: Dialect) -> Vec<Operation> {
    let name = &table.name;
    let comment = table.comment.clone();
    let comment =
        comment.map(|text| Operation::Comment { id: ObjectId::Table(name.clone()), text: Some(text) });
    let columns = table.columns.iter().filter_map(|column| of_column(name, column, only));
    let indexes = table.indexes.values().filter_map(|index| of_index(name, index));
    columns.chain(indexes).chain(comment).collect()
}

fn of_index(table: &TableName, Index { name, comment, .. }: &Index) -> Option<Operation> {
    let id = ObjectId::index(table.clone(), name.clone());
    comment.clone().map(|text| Operation::Comment { id, text: Some(text) })
}

/// Tells whether an operation changes nothing but what a database does not store.
fn is_only_known(operation: &Operation, dialect: Dialect) -> bool {
    let capabilities = dialect.capabilities();
    let is_comment = matches!(operation, Operation::Comment { .. }) && !capabilities.stores_comments;
    // A column's comment is one of its changes, which are looked at one by one.
    let is_known = |kind| capabilities.only_knows(kind) || is_comment && kind != Kind::Column;
    operation.kind().is_some_and(is_known)
}

/// Tells whether a change of a column may be of what not every database stores: its comment, and whether it is of an enum
/// type.
fn is_known(change: &ColumnChange) -> bool {
    matches!(change, ColumnChange::SetComment(_) | ColumnChange::SetType { .. })
}

/// Lets a schema follow what scripts say, as far as they say it.
///
/// A history may hold SQL of unknown effect: tables, columns and indexes that it made are added when something is said
/// of them, and what fits nothing is left out. What was spoken of before it was made keeps what was said.
pub fn follow(schema: &mut Schema, operations: &[Operation], dialect: Dialect) {
    for operation in operations {
        if let Operation::On { dialect: only, operations } = operation
            && *only != dialect
        {
            schema.unsaid.0.extend(operations.iter().filter_map(unsaid));
        }
        let Err(unfit) = apply(schema, operation, dialect) else { continue };
        if matches!(unfit, ApplyError::Exists { .. }) {
            make_what_is_known(schema, operation);
        }
        if add_what_is_missing(schema, operation, &unfit) {
            // What is wrong with it is said when it is run.
            apply(schema, operation, dialect).unwrap_or_default();
        }
    }
}

/// Returns SQL of unknown effect.
fn unsaid(operation: &Operation) -> Option<String> {
    if let Operation::Execute(Execute { sql, means: None, .. }) = operation {
        Some(sql.clone())
    } else {
        None
    }
}

/// Lets a schema follow what is said to one database alone.
pub(super) fn follow_known(schema: &mut Schema, operations: &[Operation], only: Dialect, dialect: Dialect) {
    for operation in operations {
        if let Operation::Alter(Change::Column { table, column, changes }) = operation {
            let (types, others): (Vec<_>, Vec<_>) =
                changes.iter().cloned().partition(|change| matches!(change, ColumnChange::SetType { .. }));
            others_and_types(schema, (table, column), (others, &types), only, dialect);
        } else {
            follow(schema, std::slice::from_ref(operation), dialect);
        }
    }
}

/// Lets a column follow; of its type the form of that database alone.
fn others_and_types(
    schema: &mut Schema,
    (table, column): (&TableName, &Ident),
    (others, types): (Vec<ColumnChange>, &[ColumnChange]),
    only: Dialect,
    dialect: Dialect,
) {
    for change in types {
        let ColumnChange::SetType { ty, using: _ } = change else { continue };
        let there = schema.tables.get_mut(table).and_then(|table| table.column_mut(column));
        let ty = ty.on(only).clone();
        if let Some(there) = there {
            // Of other types it is said where they are used.
            if ty.enum_name().is_some() || there.ty.on(only).enum_name().is_some() {
                keep_type(there, ty, only, dialect);
            }
        } else if ty.enum_name().is_some() {
            let changes = vec![ColumnChange::SetType { ty: ty.into(), using: None }];
            follow(schema, &altered(table, column.clone(), changes).map_or(vec![], |one| vec![one]), dialect);
        }
    }
    let others = altered(table, column.clone(), others);
    follow(schema, &others.map_or(vec![], |one| vec![one]), dialect);
}

/// Gives a column a type on one database, and leaves it what it is on another.
fn keep_type(column: &mut Column, ty: Type, only: Dialect, dialect: Dialect) {
    let here = column.ty.on(dialect).clone();
    column.ty = if here == Type::custom("") { ty.into() } else { ColumnType::same(here).with(only, ty) };
}

/// Makes a table or a column of which something was said to another database before.
fn make_what_is_known(schema: &mut Schema, operation: &Operation) {
    let merge = |old: &Column, new: &mut Column| {
        for dialect in Dialect::storing(Kind::Enum) {
            let known = old.ty.on(dialect);
            if known.enum_name().is_some() && new.ty.on(dialect).enum_name().is_none() {
                new.ty = new.ty.clone().with(dialect, known.clone());
            }
        }
        new.comment = new.comment.take().or_else(|| old.comment.clone());
    };
    if let Operation::Create { object: Object::Table(new), .. } = operation {
        let mut new = new.clone();
        if let Some(old) = schema.tables.get(&new.name) {
            for column in &mut new.columns {
                old.column(&column.name).into_iter().for_each(|old| merge(old, column));
            }
            new.comment = new.comment.take().or_else(|| old.comment.clone());
        }
        schema.tables.insert(new.name.clone(), new);
    } else if let Operation::Create { object: Object::Column { table, column }, .. } = operation
        && let Some(there) = schema.tables.get_mut(table).and_then(|table| table.column_mut(&column.name))
    {
        let mut new = column.clone();
        merge(there, &mut new);
        *there = new;
    }
}

/// Adds the bare table, column or index that something is said of. Returns `false` where that is not what is wrong.
fn add_what_is_missing(schema: &mut Schema, operation: &Operation, unfit: &ApplyError) -> bool {
    let goes = matches!(
        operation,
        Operation::Drop { id: ObjectId::Table(_), .. } | Operation::Rename { id: ObjectId::Table(_), .. }
    );
    let Some(table) = operation.table().filter(|_| !goes) else { return false };
    let ApplyError::Missing { id } = unfit else { return false };
    if *id == ObjectId::Table(table.clone()) {
        schema.tables.insert(table.clone(), Table::new(table.clone()));
    } else if !matches!(id.kind(), Kind::Column | Kind::Index) {
        return false;
    }
    add_member(schema, table, operation);
    true
}

fn add_member(schema: &mut Schema, table: &TableName, operation: &Operation) {
    let Some(owner) = schema.tables.get_mut(table) else { return };
    if let Operation::Alter(Change::Column { column, .. }) = operation
        && owner.column(column).is_none()
    {
        owner.columns.push(Column::new(column.clone(), Type::custom("")));
    } else if let Operation::Comment { id: ObjectId::Index { name, .. }, .. } = operation {
        owner.indexes.entry(name.clone()).or_insert_with(|| Index::new(name.clone(), Vec::new()));
    }
}
