//! What an operation does, in a line for people.

use crate::schema::{EnumPlace, Ident, Object, ObjectId, SequenceOptions, Serial, ServerDefault};

use super::{
    Change, ColumnChange, Concurrency, ConstraintChange, EnumChange, Operation,
    kind::{column, constraint, index, sequence, table},
};

impl Operation {
    /// Says in one line what it does: `add column plant.height_cm`.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Alter(change) => change.describe(),
            Self::BulkInsert(insert) => format!("insert {} rows into {}", insert.rows.len(), insert.table),
            Self::Comment { id, text } => describe_comment(id, text.as_ref()),
            Self::Create { object, backfill: _, concurrency } => describe_creation(object, *concurrency),
            Self::Drop { id, consent: _, concurrency } => format!("drop {id}{}", index::words(*concurrency)),
            Self::Execute(execute) => format!("execute {}", before_texts(first_line(&execute.sql))),
            Self::Irreversible { reason } => format!("refuse: {}", first_line(reason)),
            Self::On { dialect, operations } => {
                let operations: Vec<String> = operations.iter().map(Self::describe).collect();
                format!("on {dialect}: {}", operations.join("; "))
            }
            Self::Rename { id, to } => describe_rename(id, to),
            Self::Run { title, key: _ } => format!("run: {}", first_line(title)),
        }
    }
}

fn describe_creation(object: &Object, concurrency: Concurrency) -> String {
    match object {
        Object::Column { table, column } => format!("add column {table}.{}", column.name),
        Object::Constraint { table, constraint } => constraint::describe(table, constraint),
        Object::Enum(new) => format!("create enum {} ({})", new.name, new.values.join(", ")),
        Object::Index { table, index } => index::describe(table, index, concurrency),
        Object::Namespace(name) => format!("create schema {name}"),
        Object::Sequence(sequence) => format!("create sequence {}", sequence.name),
        Object::Table(table) => format!("create table {}", table.name),
    }
}

fn describe_rename(id: &ObjectId, to: &Ident) -> String {
    match id {
        ObjectId::Column { .. } | ObjectId::Constraint { .. } => format!("alter {id}: rename to {to}"),
        ObjectId::Enum(_)
        | ObjectId::Index { .. }
        | ObjectId::Namespace(_)
        | ObjectId::Sequence(_)
        | ObjectId::Table(_) => format!("rename {id} to {to}"),
    }
}

fn describe_comment(id: &ObjectId, text: Option<&String>) -> String {
    let set = if text.is_some() { "set the comment" } else { "remove the comment" };
    match id {
        ObjectId::Column { .. } | ObjectId::Constraint { .. } | ObjectId::Enum(_) => {
            format!("alter {id}: {set}")
        }
        ObjectId::Index { .. } | ObjectId::Namespace(_) | ObjectId::Sequence(_) | ObjectId::Table(_) => {
            format!("{set} of {id}")
        }
    }
}

impl Change {
    /// Says in one line what it does.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Column { table, column, changes } => column::describe_changes(table, column, changes),
            Self::Constraint { table, constraint, change } => {
                let id = ObjectId::constraint(table.clone(), constraint.clone());
                format!("alter {id}: {}", change.describe())
            }
            Self::Enum { name, change } => format!("alter enum {name}: {}", change.describe()),
            Self::Sequence { name, changes } => sequence::describe_changes(name, changes),
            Self::Table { table, change } => table::describe_change(table, change),
        }
    }
}

impl ColumnChange {
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

impl ConstraintChange {
    /// Says in a few words what it does.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::SetDeferral(deferral) => format!("set {}", deferral.sql().to_lowercase()),
            Self::Validate => "validate".to_owned(),
        }
    }
}

impl EnumChange {
    /// Says in a few words what it does.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::AddValue { value, place: EnumPlace::After(other) } => {
                format!("add value {value} after {other}")
            }
            Self::AddValue { value, place: EnumPlace::Before(other) } => {
                format!("add value {value} before {other}")
            }
            Self::AddValue { value, place: EnumPlace::Last } => format!("add value {value}"),
            Self::RenameValue { value, to } => format!("rename value {value} to {to}"),
            Self::SetValues { values, .. } => format!("set values {}", values.join(", ")),
        }
    }
}

/// Says which sequence numbers a column, and what of it is not usual.
fn numbered(Serial { name, ty, options }: &Serial) -> String {
    let SequenceOptions { start, increment, minimum, maximum, cache, is_cycling } = options;
    let sequence = name.as_ref().map_or_else(|| "a sequence".to_owned(), |name| format!("sequence {name}"));
    let numbers = [
        ("start", start),
        ("increment", increment),
        ("minimum", minimum),
        ("maximum", maximum),
        ("cache", cache),
    ];
    let numbers = numbers.into_iter().filter_map(|(word, value)| Some(format!("{word} {}", (*value)?)));
    let ty = ty.as_ref().map(|ty| format!("of type {ty}"));
    let said: Vec<String> =
        ty.into_iter().chain(numbers).chain(is_cycling.then(|| "cycle".to_owned())).collect();
    match said.is_empty() {
        true => format!("number by {sequence}"),
        false => format!("number by {sequence} ({})", said.join(", ")),
    }
}

/// Leaves out what stands in quotes: it may be a password, and no lexer is at hand here.
fn before_texts(sql: &str) -> String {
    match sql.find(['\'', '$']) {
        Some(at) => format!("{}…", &sql[..at]),
        None => sql.to_owned(),
    }
}

fn first_line(text: &str) -> &str {
    text.trim_start().lines().next().unwrap_or_default()
}
