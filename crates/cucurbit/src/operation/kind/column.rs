//! Columns of tables.

use crate::schema::{
    Column, ColumnType, Constraint, Dialect, Expression, Ident, Kind, Object, ObjectId, OnConflict, Schema,
    Serial, ServerDefault, Table, TableName,
    part::{self, Part, Visit},
};

use super::{
    super::{
        ApplyError, Concurrency, Irreversible, Operation, apply, create_constraint, names::each_expression,
    },
    index, owner, owner_mut, sequence,
};

/// One change of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnChange {
    /// Says that the values that are there may be lost, where computed ones take their place.
    LosesData,
    /// Gives it another name.
    Rename {
        /// The new name.
        to: Ident,
    },
    /// Sets or removes the collation.
    SetCollation(Option<String>),
    /// Sets or removes the comment.
    SetComment(Option<String>),
    /// Sets or removes the server default.
    SetDefault(Option<ServerDefault>),
    /// Refuses NULL.
    SetNotNull {
        /// Fills the rows that hold NULL first.
        backfill: Option<Expression>,
    },
    /// Allows NULL.
    SetNullable,
    /// Says what becomes of a row with NULL, where that is not allowed (SQLite only).
    SetOnConflict(OnConflict),
    /// Gives it another type.
    SetType {
        /// The new type.
        ty: ColumnType,
        /// How the old value becomes the new one (PostgreSQL's `USING`).
        using: Option<Expression>,
    },
}

impl ColumnChange {
    /// Returns the name that it gives the column.
    pub(crate) fn new_name(&self) -> Option<&Ident> {
        if let Self::Rename { to } = self { Some(to) } else { None }
    }
}

/// Adds a column at the end of its table.
pub(super) fn create(schema: &mut Schema, table: &TableName, column: &Column) -> Result<(), ApplyError> {
    let owner = owner_mut(schema, table)?;
    if owner.column(&column.name).is_some() {
        return Err(ApplyError::Exists { id: ObjectId::column(table.clone(), column.name.clone()) });
    }
    owner.columns.push(column.clone());
    sequence::own(schema, table, column.default.iter());
    Ok(())
}

pub(super) fn alter(
    schema: &mut Schema,
    table: &TableName,
    column: &Ident,
    changes: &[ColumnChange],
) -> Result<(), ApplyError> {
    let target = found_mut(owner_mut(schema, table)?, column)?;
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
            ColumnChange::SetType { ty, using: _ } => target.ty.clone_from(ty),
        }
    }
    let default = target.default.clone();
    sequence::own(schema, table, default.iter());
    match new_name {
        Some(to) if to != column => rename(schema, table, column, to),
        Some(_) | None => Ok(()),
    }
}

/// Renames a column here and wherever keys, indexes and foreign keys name it.
fn rename(schema: &mut Schema, table: &TableName, from: &Ident, to: &Ident) -> Result<(), ApplyError> {
    let owner = owner_mut(schema, table)?;
    if owner.column(to).is_some() {
        return Err(ApplyError::Exists { id: ObjectId::column(table.clone(), to.clone()) });
    }
    found_mut(owner, from)?;
    for other in schema.tables.values_mut() {
        other.parts_mut(&mut |part| {
            if let Part::OfTable { table: of, kind: Kind::Column, name, .. } = part
                && of == table
                && name == from
            {
                name.clone_from(to);
            }
        });
    }
    Ok(())
}

/// Drops a column, and what cannot be without it: PostgreSQL does so for indexes and for the table's own
/// constraints (manual, ALTER TABLE, DROP COLUMN); SQLite's rebuild follows.
pub(super) fn drop(schema: &mut Schema, table: &TableName, column: &Ident) -> Result<(), ApplyError> {
    let table = owner_mut(schema, table)?;
    let Some(position) = table.columns.iter().position(|other| other.name == *column) else {
        return Err(ApplyError::Missing { id: ObjectId::column(table.name.clone(), column.clone()) });
    };
    table.columns.remove(position);
    table.constraints.retain(|constraint| {
        // What it sets on delete says nothing without its own columns.
        if let Constraint::ForeignKey(key) = constraint {
            return !key.columns.contains(column);
        }
        !constraint.columns().any(|other| other == column)
    });
    table.indexes.retain(|_, index| !index.columns().any(|other| other == column));
    Ok(())
}

/// Finds a column that is there, to change it.
pub(super) fn found_mut<'t>(table: &'t mut Table, column: &Ident) -> Result<&'t mut Column, ApplyError> {
    let name = table.name.clone();
    table.column_mut(column).ok_or_else(|| ApplyError::Missing { id: ObjectId::column(name, column.clone()) })
}

fn found<'t>(table: &'t Table, column: &Ident) -> Result<&'t Column, ApplyError> {
    let missing = || ApplyError::Missing { id: ObjectId::column(table.name.clone(), column.clone()) };
    table.column(column).ok_or_else(missing)
}

/// Undoes the changes of a column: what each of them set is set back to what was.
pub(super) fn reverse_alter(
    before: &Schema,
    table: &TableName,
    column: &Ident,
    changes: &[ColumnChange],
) -> Result<Operation, ApplyError> {
    let was = found(owner(before, table)?, column)?;
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
    Ok(Operation::alter_column(table.clone(), name_now.clone(), undone))
}

fn is_computed(default: Option<&ServerDefault>) -> bool {
    matches!(default, Some(ServerDefault::Computed { .. }))
}

/// Adds a dropped column again, with the indexes and constraints that went with it.
pub(super) fn reverse_drop(
    before: &Schema,
    table: &TableName,
    name: &Ident,
    dialect: Dialect,
) -> Result<Vec<Operation>, Irreversible> {
    let owner = owner(before, table)?;
    let column = found(owner, name)?;
    let mut after = Schema::from_tables([owner.clone()]);
    let drop = Operation::drop_with_data(ObjectId::column(table.clone(), name.clone()));
    apply(&mut after, &drop, dialect)?;
    let left = after.tables.remove(table).unwrap_or_else(|| Table::new(table.clone()));

    let mut operations = vec![Operation::create(Object::column(table.clone(), column.clone()))];
    // The key comes first: it is first in the list. A check stays.
    let gone = owner.constraints.iter().filter(|one| !left.constraints.contains(one));
    let gone = gone.filter(|one| !matches!(one, Constraint::Check(_)));
    operations.extend(gone.map(|constraint| create_constraint(table, constraint)));
    for index in owner.indexes.values().filter(|index| !left.indexes.contains_key(&index.name)) {
        operations.push(index::again(table, index, Concurrency::default()));
    }
    Ok(operations)
}

pub(super) fn describe_changes(table: &TableName, column: &Ident, changes: &[ColumnChange]) -> String {
    let changes: Vec<String> = changes.iter().map(ColumnChange::describe).collect();
    format!("alter column {table}.{column}: {}", changes.join(", "))
}

impl ColumnChange {
    /// Visits every part.
    pub(super) fn parts_mut(&mut self, table: &TableName, column: &Ident, visit: &mut Visit<'_>) {
        match self {
            Self::Rename { to } => visit(Part::NewName(to)),
            Self::SetDefault(default) => {
                default.iter_mut().for_each(|default| default.parts_mut(table, column, visit));
            }
            Self::SetNotNull { backfill } => each_expression(backfill, visit),
            Self::SetType { ty, using } => {
                part::visit_types(ty, visit);
                each_expression(using, visit);
            }
            Self::LosesData
            | Self::SetCollation(_)
            | Self::SetComment(_)
            | Self::SetNullable
            | Self::SetOnConflict(_) => {}
        }
    }

    /// Says in a few words what it does.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Rename { to } => format!("rename to {to}"),
            Self::LosesData => "values may be lost".to_owned(),
            Self::SetCollation(Some(collation)) => format!("set collation {collation}"),
            Self::SetCollation(None) => "remove the collation".to_owned(),
            Self::SetComment(Some(_)) => "set the comment".to_owned(),
            Self::SetComment(None) => "remove the comment".to_owned(),
            Self::SetDefault(Some(default)) => match default {
                ServerDefault::Computed { expression, .. } => format!("compute as {}", expression.base),
                ServerDefault::Expression(expression) => format!("set default {}", expression.base),
                ServerDefault::Identity(_) => "set identity".to_owned(),
                ServerDefault::Literal(literal) => format!("set default {literal}"),
                ServerDefault::Serial(serial) => numbered(serial),
            },
            Self::SetDefault(None) => "remove the default".to_owned(),
            Self::SetNotNull { .. } => "set not null".to_owned(),
            Self::SetNullable => "allow null".to_owned(),
            Self::SetOnConflict(on_conflict) => {
                format!("set on conflict {}", on_conflict.sql().to_lowercase())
            }
            Self::SetType { ty, .. } => format!("set type {}", ty.base),
        }
    }
}

/// Says which sequence numbers a column, and what of it is not usual.
fn numbered(Serial { name, ty, options }: &Serial) -> String {
    let sequence = name.as_ref().map_or_else(|| "a sequence".to_owned(), |name| format!("sequence {name}"));
    let numbers = options.numbers().map(|(word, number)| format!("{word} {number}"));
    let ty = ty.as_ref().map(|ty| format!("of type {ty}"));
    let said: Vec<String> =
        ty.into_iter().chain(numbers).chain(options.is_cycling.then(|| "cycle".to_owned())).collect();
    match said.is_empty() {
        true => format!("number by {sequence}"),
        false => format!("number by {sequence} ({})", said.join(", ")),
    }
}
