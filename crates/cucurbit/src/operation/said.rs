//! What scripts say of the things that only one database keeps: enum types, sequences and comments.
//!
//! Where a database does not keep them, nothing is run for them; they are only known. [`Dialect::KEEPER`] says what
//! becomes of them: what a script tells that database alone is known on the others too, and what it tells the others
//! alone is nothing.

use crate::schema::{
    Column, ColumnType, Dialect, Ident, Index, Kind, Object, ObjectId, Schema, Table, TableName, Type,
};

use super::{ApplyError, Change, ColumnChange, Execute, Operation, apply};

/// Reduces a list to what one dialect runs or has to know: `On` blocks are opened or left out, and of those for the
/// keeper's own stays what the dialect itself does not keep.
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
        if let Operation::Alter(Change::Column { table, column, mut changes }) = operation {
            changes.retain(is_known);
            known.extend(altered(&table, column, changes));
        } else if let Operation::Create { object, .. } = &operation {
            known.extend(of_object(object));
        } else if let Operation::Execute(Execute { means: Some(means), .. }) = operation {
            known.extend(only_known(&means));
        } else if let Operation::Execute(_) = operation {
            // That something unknown was done is known too.
            known.push(operation);
        } else if is_only_known(&operation) {
            known.push(operation);
        }
    }
    known
}

/// Says of a new object what the keeper alone keeps.
fn of_object(object: &Object) -> Vec<Operation> {
    match object {
        Object::Column { table, column } => of_column(table, column).into_iter().collect(),
        Object::Constraint { .. } | Object::Namespace(_) => Vec::new(),
        Object::Enum(_) | Object::Sequence(_) => vec![Operation::create(object.clone())],
        Object::Index { table, index } => of_index(table, index).into_iter().collect(),
        Object::Table(table) => of_table(table),
    }
}

/// Says of a column what the keeper alone keeps; other databases have it under another type, or not at all.
fn of_column(table: &TableName, column: &Column) -> Option<Operation> {
    let ty = column.ty.on(Dialect::KEEPER);
    let ty = ty.enum_name().map(|_| ColumnChange::SetType { ty: ty.clone().into(), using: None });
    let comment = column.comment.as_ref().map(|comment| ColumnChange::SetComment(Some(comment.clone())));
    altered(table, column.name.clone(), ty.into_iter().chain(comment).collect())
}

fn altered(table: &TableName, column: Ident, changes: Vec<ColumnChange>) -> Option<Operation> {
    let table = table.clone();
    (!changes.is_empty()).then_some(Operation::alter_column(table, column, changes))
}

fn of_table(table: &Table) -> Vec<Operation> {
    let name = &table.name;
    let comment = table.comment.clone();
    let comment =
        comment.map(|text| Operation::Comment { id: ObjectId::Table(name.clone()), text: Some(text) });
    let columns = table.columns.iter().filter_map(|column| of_column(name, column));
    let indexes = table.indexes.values().filter_map(|index| of_index(name, index));
    columns.chain(indexes).chain(comment).collect()
}

fn of_index(table: &TableName, Index { name, comment, .. }: &Index) -> Option<Operation> {
    let id = ObjectId::index(table.clone(), name.clone());
    comment.clone().map(|text| Operation::Comment { id, text: Some(text) })
}

/// Tells whether an operation changes nothing but what the keeper alone keeps.
fn is_only_known(operation: &Operation) -> bool {
    let is_comment = matches!(operation, Operation::Comment { .. });
    // A column's comment is one of its changes, which are looked at one by one.
    operation.kind().is_some_and(|kind| is_kept_by_one(kind) || is_comment && kind != Kind::Column)
}

/// Tells whether the keeper alone keeps objects of a kind, and the others know them from the scripts.
pub(crate) const fn is_kept_by_one(kind: Kind) -> bool {
    match kind {
        Kind::Enum | Kind::Sequence => true,
        Kind::Column | Kind::Constraint | Kind::Index | Kind::Namespace | Kind::Table => false,
    }
}

/// Tells whether a change of a column is one of what the keeper alone keeps: its comment, and whether it is of an enum
/// type.
fn is_known(change: &ColumnChange) -> bool {
    match change {
        ColumnChange::SetComment(_) | ColumnChange::SetType { .. } => true,
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
/// of them, and what fits nothing is left out. What was spoken of before it was made keeps what was said.
pub fn follow(schema: &mut Schema, operations: &[Operation], dialect: Dialect) {
    for operation in operations {
        if let Operation::On { dialect: only, operations } = operation
            && *only != dialect
        {
            schema.unsaid.0.extend(operations.iter().filter_map(unsaid));
        }
        let Err(unfit) = apply(schema, operation, dialect) else { continue };
        if matches!(unfit, ApplyError::ColumnExists { .. } | ApplyError::TableExists { .. }) {
            make_what_is_known(schema, operation);
        }
        if add_what_is_missing(schema, operation, &unfit) {
            // What is wrong with it now is whoever runs it to say.
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

/// Lets a schema follow what is said to the keeper alone.
pub(super) fn follow_known(schema: &mut Schema, operations: &[Operation], dialect: Dialect) {
    for operation in operations {
        if let Operation::Alter(Change::Column { table, column, changes }) = operation {
            let (types, others): (Vec<_>, Vec<_>) =
                changes.iter().cloned().partition(|change| matches!(change, ColumnChange::SetType { .. }));
            others_and_types(schema, (table, column), others, &types, dialect);
        } else {
            follow(schema, std::slice::from_ref(operation), dialect);
        }
    }
}

/// Lets a column follow; of its type the keeper's form alone.
fn others_and_types(
    schema: &mut Schema,
    (table, column): (&TableName, &Ident),
    others: Vec<ColumnChange>,
    types: &[ColumnChange],
    dialect: Dialect,
) {
    for change in types {
        let ColumnChange::SetType { ty, using: _ } = change else { continue };
        let there = schema.tables.get_mut(table).and_then(|table| table.column_mut(column));
        let ty = ty.on(Dialect::KEEPER).clone();
        if let Some(there) = there {
            // Of other types whoever has them says them.
            if ty.enum_name().is_some() || there.ty.on(Dialect::KEEPER).enum_name().is_some() {
                keep_type(there, ty, dialect);
            }
        } else if ty.enum_name().is_some() {
            let changes = vec![ColumnChange::SetType { ty: ty.into(), using: None }];
            follow(schema, &altered(table, column.clone(), changes).map_or(vec![], |one| vec![one]), dialect);
        }
    }
    let others = altered(table, column.clone(), others);
    follow(schema, &others.map_or(vec![], |one| vec![one]), dialect);
}

/// Gives a column a type on the keeper, and leaves it what it is on another database.
fn keep_type(column: &mut Column, ty: Type, dialect: Dialect) {
    let here = column.ty.on(dialect).clone();
    column.ty =
        if here == Type::custom("") { ty.into() } else { ColumnType::same(here).with(Dialect::KEEPER, ty) };
}

/// Makes a table or a column of which something was said to the keeper before.
fn make_what_is_known(schema: &mut Schema, operation: &Operation) {
    let merge = |old: &Column, new: &mut Column| {
        let known = old.ty.on(Dialect::KEEPER);
        if known.enum_name().is_some() && new.ty.on(Dialect::KEEPER).enum_name().is_none() {
            new.ty = new.ty.clone().with(Dialect::KEEPER, known.clone());
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
    if let Operation::Alter(Change::Column { column, .. }) = operation
        && owner.column(column).is_none()
    {
        owner.columns.push(Column::new(column.clone(), Type::custom("")));
    } else if let Operation::Comment { id: ObjectId::Index { name, .. }, .. } = operation {
        owner.indexes.entry(name.clone()).or_insert_with(|| Index::new(name.clone(), Vec::new()));
    }
}
