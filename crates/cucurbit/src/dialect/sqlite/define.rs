//! Definitions as SQLite text: tables, columns, constraints, indexes, constants.
//!
//! What may not live here: ALTER and what is done to rows (`plan`). An error is the reason, for
//! people, why SQLite cannot hold a thing.

use crate::schema::{
    Action, Check, Column, Constraint, ConstraintRef, Deferral, Expression, ForeignKey, Ident, Index,
    IndexKey, IndexPart, Literal, Match, Nulls, OnConflict, Order, PrimaryKey, ServerDefault, Table,
    TableName, Type, Unique,
};

use super::{
    super::sqlite::sql::{list, quoted},
    HERE, constant, names,
    token::tokens,
    types,
};

/// Writes a CREATE TABLE, one column or constraint a line.
pub(super) fn create_table(table: &Table) -> Result<String, String> {
    let name = table_name(&table.name)?;
    let rowid = rowid_column(table);
    let mut items = Vec::new();
    for (place, column) in table.columns.iter().enumerate() {
        names::refuse_second(table.columns[..place].iter().map(|other| &other.name), &column.name)?;
        items.push(if rowid == Some(&column.name) {
            rowid_definition(table, column)
        } else {
            self::column(column, table.options.is_strict)?
        });
    }
    if table.options.is_autoincrement && rowid.is_none() {
        return Err("AUTOINCREMENT needs a primary key of one INTEGER column".to_owned());
    }
    for one in table.constraints.iter() {
        let written = constraint(one)?;
        // With AUTOINCREMENT the key stands at its column.
        if !(table.options.is_autoincrement && matches!(one, Constraint::PrimaryKey(_))) {
            items.push(written);
        }
    }
    let options = options(table.options.is_strict, table.options.is_without_rowid);
    Ok(format!("CREATE TABLE {name} (\n    {}\n){options}", items.join(",\n    ")))
}

/// Writes what a table is behind its last parenthesis, with the space before it.
pub(super) fn options(is_strict: bool, is_without_rowid: bool) -> String {
    let options = [(is_strict, "STRICT"), (is_without_rowid, "WITHOUT ROWID")];
    let words: Vec<&str> = options.into_iter().filter(|(is_set, _)| *is_set).map(|(_, word)| word).collect();
    if words.is_empty() { String::new() } else { format!(" {}", words.join(", ")) }
}

/// Returns the column that is written as the rowid: the only one of the key, numbered by the database or `Integer`.
pub(super) fn rowid_column(table: &Table) -> Option<&Ident> {
    let key = table.primary_key().filter(|_| !table.options.is_without_rowid)?;
    let [name] = key.columns.as_slice() else { return None };
    let column = table.column(name)?;
    let is_numbered = matches!(column.default, Some(ServerDefault::Identity(_) | ServerDefault::Serial(_)));
    let ty = column.ty.on(HERE);
    let is_wide = matches!(ty, Type::BigInteger | Type::SmallInteger);
    (*ty == Type::Integer || (is_wide && is_numbered)).then_some(name)
}

/// The rowid is spelled `INTEGER` to the letter, whatever the width (sqlite.org/lang_createtable.html, section 5).
fn rowid_definition(table: &Table, column: &Column) -> String {
    let definition = format!("{} INTEGER NOT NULL", quoted(&column.name));
    if !table.options.is_autoincrement {
        return definition;
    }
    let key = table.primary_key();
    let conflict = key.map(|key| on_conflict(key.on_conflict)).unwrap_or_default();
    let text = format!("PRIMARY KEY{conflict} AUTOINCREMENT");
    format!("{definition} {}", named(key.and_then(|key| key.name.as_ref()), &text))
}

/// Writes a column's definition.
pub(super) fn column(column: &Column, is_strict: bool) -> Result<String, String> {
    let Column { name, ty, nullable, on_conflict, default, collation, comment: _ } = column;
    let mut definition = format!("{} {}", quoted(name), spelled(name, ty.on(HERE), is_strict)?);
    definition.truncate(definition.trim_end().len());
    if !nullable {
        definition.push_str(" NOT NULL");
        definition.push_str(&self::on_conflict(*on_conflict));
    }
    if let Some(default) = default {
        if matches!(default, ServerDefault::Identity(_) | ServerDefault::Serial(_)) {
            return Err(format!(
                "`{name}` is not the table's only integer key: SQLite numbers no other column"
            ));
        }
        if let Some(text) = self::default(ty.on(HERE), default) {
            definition = format!("{definition} {text}");
        }
    }
    if let Some(collation) = collation {
        definition = format!("{definition} COLLATE {}", quoted(&collation.as_str().into()));
    }
    Ok(definition)
}

/// Spells a column's type.
pub(super) fn spelled(column: &Ident, ty: &Type, is_strict: bool) -> Result<String, String> {
    types::spelled(ty, is_strict)
        .ok_or_else(|| format!("`{column}` is an {ty}; give it a variant for SQLite"))
}

/// Writes `DEFAULT …` or `GENERATED …`; nothing for what SQLite does by itself.
pub(super) fn default(ty: &Type, default: &ServerDefault) -> Option<String> {
    match default {
        ServerDefault::Computed { expression, stored } => {
            let kind = if *stored { "STORED" } else { "VIRTUAL" };
            Some(format!("GENERATED ALWAYS AS ({}) {kind}", expression.on(HERE)))
        }
        ServerDefault::Expression(expression) => {
            Some(format!("DEFAULT {}", expression_default(expression.on(HERE))))
        }
        ServerDefault::Identity(_) | ServerDefault::Serial(_) | ServerDefault::Literal(Literal::Null) => None,
        ServerDefault::Literal(literal) => {
            let written = constant::written(ty, literal).unwrap_or_else(|_| constant::plain(literal));
            Some(format!("DEFAULT {written}"))
        }
    }
}

/// Writes a default of a column whose type is known from a file.
pub(super) fn default_in_file(ty: &Type, default: &ServerDefault) -> Option<String> {
    let ServerDefault::Literal(literal) = default else { return self::default(ty, default) };
    match constant::written_in_file(ty, literal) {
        Ok(written) if *literal != Literal::Null => Some(format!("DEFAULT {written}")),
        Ok(_) | Err(_) => self::default(ty, default),
    }
}

/// An expression stands in parentheses, unless it is a constant or one of the words for the present time.
fn expression_default(sql: &str) -> String {
    let times = ["CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"];
    let is_now = times.iter().any(|word| sql.trim().eq_ignore_ascii_case(word));
    if is_now || is_one_constant(sql) { sql.trim().to_owned() } else { format!("({sql})") }
}

/// Tells whether SQL is a constant without a sign or parentheses.
fn is_one_constant(sql: &str) -> bool {
    constant::value(sql).is_some() && tokens(sql).len() == 1
}

/// Tells whether ALTER TABLE ADD COLUMN takes a default: a constant only.
pub(super) fn is_constant_default(default: &ServerDefault) -> bool {
    match default {
        ServerDefault::Literal(_) => true,
        ServerDefault::Expression(expression) => is_one_constant(expression.on(HERE)),
        ServerDefault::Computed { .. } | ServerDefault::Identity(_) | ServerDefault::Serial(_) => false,
    }
}

/// Writes a table's name.
pub(super) fn table_name(table: &TableName) -> Result<String, String> {
    match &table.schema {
        Some(schema) => Err(format!("`{table}` lies in the schema `{schema}`, and a SQLite file has none")),
        None => Ok(quoted(&table.name)),
    }
}

fn named(name: Option<&Ident>, text: &str) -> String {
    match name {
        Some(name) => format!("CONSTRAINT {} {text}", quoted(name)),
        None => text.to_owned(),
    }
}

/// Writes a constraint of a table.
pub(super) fn constraint(constraint: &Constraint) -> Result<String, String> {
    match constraint {
        Constraint::PrimaryKey(key) => primary_key(key),
        Constraint::Unique(one) => unique(one),
        Constraint::ForeignKey(key) => foreign_key(key),
        Constraint::Check(one) => Ok(check(one)),
        Constraint::Exclusion(_) => Err("SQLite has no exclusion constraints".to_owned()),
    }
}

fn primary_key(key: &PrimaryKey) -> Result<String, String> {
    let PrimaryKey { name, columns, include: _, deferral, on_conflict, comment: _ } = key;
    refuse_deferred(*deferral)?;
    Ok(named(name.as_ref(), &format!("PRIMARY KEY ({}){}", list(columns), self::on_conflict(*on_conflict))))
}

/// Writes what becomes of a row that breaks a constraint, unless it is what happens anyway.
pub(super) fn on_conflict(on_conflict: OnConflict) -> String {
    if on_conflict == OnConflict::Abort {
        String::new()
    } else {
        format!(" ON CONFLICT {}", on_conflict.sql())
    }
}

/// Only foreign keys can wait (sqlite.org/syntax/table-constraint.html).
fn refuse_deferred(deferral: Deferral) -> Result<(), String> {
    if deferral == Deferral::NotDeferrable {
        return Ok(());
    }
    Err("a key of SQLite is checked at once, and cannot be deferred".to_owned())
}

fn unique(unique: &Unique) -> Result<String, String> {
    let Unique { name, columns, include: _, is_nulls_not_distinct, deferral, on_conflict, comment: _ } =
        unique;
    refuse_deferred(*deferral)?;
    if *is_nulls_not_distinct {
        return Err("two NULLs are distinct in every key of SQLite".to_owned());
    }
    Ok(named(name.as_ref(), &format!("UNIQUE ({}){}", list(columns), self::on_conflict(*on_conflict))))
}

fn check(check: &Check) -> String {
    // Nothing inherits, and every row is looked at.
    let Check { name, expression, is_no_inherit: _, is_not_valid: _, comment: _ } = check;
    named(name.as_ref(), &format!("CHECK ({})", expression.on(HERE)))
}

fn foreign_key(key: &ForeignKey) -> Result<String, String> {
    let columns = list(&key.columns);
    Ok(named(key.name.as_ref(), &format!("FOREIGN KEY ({columns}) {}", references(key)?)))
}

/// Writes a foreign key of one column at that column.
pub(super) fn inline_foreign_key(key: &ForeignKey) -> Result<String, String> {
    Ok(named(key.name.as_ref(), &references(key)?))
}

fn references(key: &ForeignKey) -> Result<String, String> {
    let ForeignKey {
        name: _,
        columns: _,
        referred_table,
        referred_columns,
        on_delete,
        on_delete_columns,
        on_update,
        matching,
        deferral,
        // Every row is looked at.
        is_not_valid: _,
        comment: _,
    } = key;
    if !on_delete_columns.is_empty() {
        return Err("ON DELETE of SQLite sets all columns of a foreign key".to_owned());
    }
    let mut text = format!("REFERENCES {}", table_name(referred_table)?);
    if !referred_columns.is_empty() {
        text = format!("{text} ({})", list(referred_columns));
    }
    for (event, action) in [("DELETE", on_delete), ("UPDATE", on_update)] {
        if *action != Action::NoAction {
            text = format!("{text} ON {event} {}", action.sql());
        }
    }
    if *matching == Match::Full {
        text.push_str(" MATCH FULL");
    }
    if *deferral != Deferral::NotDeferrable {
        text = format!("{text} {}", deferral.sql());
    }
    Ok(text)
}

/// Writes a CREATE INDEX.
pub(super) fn create_index(table: &TableName, index: &Index) -> Result<String, String> {
    let Index {
        name,
        is_unique,
        // How an index is stored does not change what it says: SQLite has one way.
        method: _,
        parts,
        include: _,
        is_nulls_not_distinct,
        parameters: _,
        predicate,
        is_invalid: _,
        comment: _,
    } = index;
    if *is_unique && *is_nulls_not_distinct {
        return Err("two NULLs are distinct in every key of SQLite".to_owned());
    }
    let unique = if *is_unique { "UNIQUE " } else { "" };
    let mut keys = Vec::with_capacity(parts.len());
    for IndexPart { key, collation, operator_class: _, order, nulls } in parts {
        let key = match (key, collation) {
            (IndexKey::Column(column), None) => quoted(column),
            (IndexKey::Column(column), Some(collation)) => {
                format!("{} COLLATE {}", quoted(column), quoted(&collation.as_str().into()))
            }
            (IndexKey::Expression(expression), None) => expression.on(HERE).clone(),
            (IndexKey::Expression(expression), Some(collation)) => {
                format!("({}) COLLATE {}", expression.on(HERE), quoted(&collation.as_str().into()))
            }
        };
        match (order, nulls) {
            (Order::Ascending, None | Some(Nulls::First)) => keys.push(key),
            (Order::Descending, None | Some(Nulls::Last)) => keys.push(format!("{key} DESC")),
            (Order::Ascending, Some(Nulls::Last)) | (Order::Descending, Some(Nulls::First)) => {
                return Err("an index of SQLite holds NULL as the smallest value".to_owned());
            }
        }
    }
    let condition = predicate.as_ref().map(|sql| format!(" WHERE {}", sql.on(HERE))).unwrap_or_default();
    let (name, table) = (quoted(name), table_name(table)?);
    Ok(format!("CREATE {unique}INDEX {name} ON {table} ({}){condition}", keys.join(", ")))
}

/// Says which constraint is meant where two texts of one check differ.
pub(super) fn is_same_check(reference: &ConstraintRef, check: &Check) -> bool {
    let text = |sql: &Expression| super::expression::expression_text(sql.on(HERE));
    matches!(reference, ConstraintRef::Check { expression } if text(expression) == text(&check.expression))
}
