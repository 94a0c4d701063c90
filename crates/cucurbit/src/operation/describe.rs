//! What an operation does, in a line for people.

use crate::schema::{
    ConstraintRef, EnumPlace, Exclusion, Ident, IndexKey, IndexPart, Referred, SequenceOptions, Serial,
    ServerDefault, TableName, TableOption,
};

use super::{ColumnChange, Concurrency, ConstraintChange, EnumChange, Operation, SequenceChange};

impl Operation {
    /// Says in one line what it does: `add column plant.height_cm`.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::AddColumn { table, column, .. } => format!("add column {table}.{}", column.name),
            Self::AlterColumn { table, column, changes } => {
                let changes: Vec<String> = changes.iter().map(ColumnChange::describe).collect();
                format!("alter column {table}.{column}: {}", changes.join(", "))
            }
            Self::AlterConstraint { table, constraint, change } => {
                format!("alter {}: {}", which(constraint, table), change.describe())
            }
            Self::AlterEnum { name, change } => format!("alter enum {name}: {}", change.describe()),
            Self::AlterSequence { name, changes } if changes.is_empty() => format!("alter sequence {name}"),
            Self::AlterSequence { name, changes } => {
                let changes: Vec<String> = changes.iter().map(SequenceChange::describe).collect();
                format!("alter sequence {name}: {}", changes.join(", "))
            }
            Self::BulkInsert(insert) => format!("insert {} rows into {}", insert.rows.len(), insert.table),
            Self::CreateCheck { table, check } => match &check.name {
                Some(name) => format!("add check {name} on {table}"),
                None => format!("add check on {table}: {}", check.expression.base),
            },
            Self::CreateEnum(new) => format!("create enum {} ({})", new.name, new.values.join(", ")),
            Self::CreateExclusion { table, exclusion } => {
                let Exclusion { index, operators, deferral: _, comment: _ } = exclusion;
                let parts = index.parts.iter().map(key).zip(operators);
                let parts: Vec<String> =
                    parts.map(|(key, operator)| format!("{key} with {operator}")).collect();
                format!("add exclusion {} on {table} ({})", index.name, parts.join(", "))
            }
            Self::CreateForeignKey { table, foreign_key } => {
                let columns = list(&foreign_key.columns);
                let referred = list(&foreign_key.referred_columns);
                format!("add foreign key {table} ({columns}) -> {} ({referred})", foreign_key.referred_table)
            }
            Self::CreateIndex { table, index, concurrency } => {
                let parts: Vec<&str> = index.parts.iter().map(key).collect();
                let unique = if index.is_unique { "unique " } else { "" };
                let (parts, how) = (parts.join(", "), words(*concurrency));
                format!("create {unique}index {} on {table} ({parts}){how}", index.name)
            }
            Self::CreatePrimaryKey { table, primary_key } => {
                format!("add primary key on {table} ({})", list(&primary_key.columns))
            }
            Self::CreateSchema { name } => format!("create schema {name}"),
            Self::CreateSequence(sequence) => format!("create sequence {}", sequence.name),
            Self::CreateTable(table) => format!("create table {}", table.name),
            Self::CreateUnique { table, unique } => match &unique.name {
                Some(name) => format!("add unique constraint {name} on {table} ({})", list(&unique.columns)),
                None => format!("add unique constraint on {table} ({})", list(&unique.columns)),
            },
            Self::DropColumn { table, column, .. } => format!("drop column {table}.{column}"),
            Self::DropConstraint { table, constraint } => format!("drop {}", which(constraint, table)),
            Self::DropIndex { table, name, concurrency } => {
                format!("drop index {name} on {table}{}", words(*concurrency))
            }
            Self::DropEnum { name } => format!("drop enum {name}"),
            Self::DropSchema { name } => format!("drop schema {name}"),
            Self::DropSequence { name } => format!("drop sequence {name}"),
            Self::DropTable { table, .. } => format!("drop table {table}"),
            Self::Execute(execute) => format!("execute {}", before_texts(first_line(&execute.sql))),
            Self::Irreversible { reason } => format!("refuse: {}", first_line(reason)),
            Self::On { dialect, operations } => {
                let operations: Vec<String> = operations.iter().map(Self::describe).collect();
                format!("on {dialect}: {}", operations.join("; "))
            }
            Self::RenameIndex { table, name, to } => format!("rename index {name} on {table} to {to}"),
            Self::RenameTable { table, to } => format!("rename table {table} to {to}"),
            Self::Run { title, key: _ } => format!("run: {}", first_line(title)),
            Self::SetIndexComment { table, name, comment: Some(_) } => {
                format!("set the comment of index {name} on {table}")
            }
            Self::SetIndexComment { table, name, comment: None } => {
                format!("remove the comment of index {name} on {table}")
            }
            Self::SetTableOption { table, option, is_set } => {
                let option = match option {
                    TableOption::Autoincrement => "autoincrement",
                    TableOption::Strict => "strict",
                    TableOption::Unlogged => "unlogged",
                    TableOption::WithoutRowid => "without rowid",
                };
                let not = if *is_set { "" } else { "not " };
                format!("make table {table} {not}{option}")
            }
            Self::SetTableComment { table, comment: Some(_) } => format!("set the comment of table {table}"),
            Self::SetTableComment { table, comment: None } => format!("remove the comment of table {table}"),
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
            Self::Rename { to } => format!("rename to {to}"),
            Self::SetComment(Some(_)) => "set the comment".to_owned(),
            Self::SetComment(None) => "remove the comment".to_owned(),
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
            Self::SetComment(Some(_)) => "set the comment".to_owned(),
            Self::SetComment(None) => "remove the comment".to_owned(),
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

fn key(part: &IndexPart) -> &str {
    match &part.key {
        IndexKey::Column(column) => column.as_str(),
        IndexKey::Expression(expression) => expression.base.as_str(),
    }
}

const fn words(concurrency: Concurrency) -> &'static str {
    if concurrency.is_concurrent { " concurrently" } else { "" }
}

/// Says which constraint is meant.
fn which(constraint: &ConstraintRef, table: &TableName) -> String {
    match constraint {
        ConstraintRef::Check { expression } => format!("check on {table}: {}", expression.base),
        ConstraintRef::ForeignKey { columns, referred: None } => {
            format!("foreign key on {table} ({})", list(columns))
        }
        ConstraintRef::ForeignKey { columns, referred: Some(Referred { table: to, columns: referred }) } => {
            format!("foreign key on {table} ({}) -> {to} ({})", list(columns), list(referred))
        }
        ConstraintRef::Named(name) => format!("constraint {name} on {table}"),
        ConstraintRef::PrimaryKey => format!("primary key of {table}"),
        ConstraintRef::Unique { columns } => format!("unique constraint on {table} ({})", list(columns)),
    }
}

fn list(columns: &[Ident]) -> String {
    columns.iter().map(Ident::as_str).collect::<Vec<_>>().join(", ")
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
