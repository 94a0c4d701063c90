//! Constants that the enum type of their column does not have.
//!
//! SQLite would keep them, and PostgreSQL refuses them in the middle of a run, without the name of what was meant.

use crate::{
    operation::{ApplyError, BulkInsert, Change, ColumnChange, Operation},
    schema::{
        Column, ColumnType, Dialect, Expression, Ident, Kind, Literal, ObjectName, ServerDefault, TableName,
        Type,
    },
};

use super::PlanError;

/// Who knows what a constant must be.
pub(super) struct Known<'k> {
    /// The database.
    pub(super) dialect: Dialect,
    /// Returns the values of an enum type, where they are known for certain.
    pub(super) values: &'k dyn Fn(&ObjectName) -> Option<&'k [String]>,
    /// Finds a column that is there, in the words of the scripts where the database has none.
    pub(super) column: &'k dyn Fn(&TableName, &Ident) -> Option<&'k Column>,
}

/// What an operation writes into a column.
pub(super) struct Written<'w> {
    /// The table.
    pub(super) table: &'w TableName,
    /// The column.
    pub(super) column: &'w Ident,
    /// The type that the column then has.
    pub(super) ty: &'w ColumnType,
    /// What is written.
    pub(super) value: Value<'w>,
    /// Whether it is the column's default.
    pub(super) is_default: bool,
}

/// A constant, or an expression, which may be one.
#[derive(Clone, Copy)]
pub(super) enum Value<'w> {
    Expression(&'w Expression),
    Literal(&'w Literal),
}

impl<'w> Value<'w> {
    /// Returns what a default writes, where that is a constant or may be.
    fn of(default: &'w ServerDefault) -> Option<Self> {
        match default {
            ServerDefault::Literal(literal) => Some(Self::Literal(literal)),
            ServerDefault::Expression(expression) => Some(Self::Expression(expression)),
            ServerDefault::Computed { .. } | ServerDefault::Identity(_) | ServerDefault::Serial(_) => None,
        }
    }
}

/// Hands over all that an operation writes into columns of which `known` tells the type.
pub(super) fn each_written<'w, 's: 'w>(
    operation: &'w Operation,
    known: &dyn Fn(&TableName, &Ident) -> Option<&'s Column>,
    take: &mut dyn FnMut(Written<'w>) -> Result<(), PlanError>,
) -> Result<(), PlanError> {
    // The defaults come first, then what fills the rows that are there.
    let mut take_both =
        |table, column, ty, default: Option<&'w ServerDefault>, fillings: Vec<&'w Expression>| {
            let default = default.and_then(Value::of).map(|value| (value, true));
            let fillings = fillings.into_iter().map(|filling| (Value::Expression(filling), false));
            let mut all = default.into_iter().chain(fillings);
            all.try_for_each(|(value, is_default)| take(Written { table, column, ty, value, is_default }))
        };
    if let Operation::Alter(Change::Column { table, column, changes }) = operation {
        match after_changes(known(table, column), changes) {
            Some((ty, default, fillings)) => take_both(table, column, ty, default, fillings),
            None => Ok(()),
        }
    } else if let Operation::BulkInsert(BulkInsert { table, columns, rows }) = operation {
        for (at, column) in columns.iter().enumerate() {
            let Some(Column { ty, .. }) = known(table, column) else { continue };
            for value in rows.iter().filter_map(|row| row.get(at)).map(Value::Literal) {
                take(Written { table, column, ty, value, is_default: false })?;
            }
        }
        Ok(())
    } else if let Operation::Create { object, backfill, .. } = operation
        && let Some(table) = object.table()
    {
        // A table has no rows yet to fill.
        let backfill = backfill.as_ref().filter(|_| object.kind() == Kind::Column);
        object.columns().iter().try_for_each(|Column { name, ty, default, .. }| {
            take_both(table, name, ty, default.as_ref(), backfill.into_iter().collect())
        })
    } else {
        Ok(())
    }
}

/// Returns the type of a column after changes, if that is known, its default where a change is about it, and what fills its
/// rows.
fn after_changes<'w>(
    is: Option<&'w Column>,
    changes: &'w [ColumnChange],
) -> Option<(&'w ColumnType, Option<&'w ServerDefault>, Vec<&'w Expression>)> {
    let (mut ty, mut default, mut fillings) = (is.map(|column| &column.ty), None, Vec::new());
    for change in changes {
        if let ColumnChange::SetType { ty: new, using: _ } = change {
            ty = Some(new);
            // A default that stays becomes one of the new type.
            default = default.or_else(|| Some(is?.default.as_ref()));
        } else if let ColumnChange::SetDefault(new) = change {
            default = Some(new.as_ref());
        } else if let ColumnChange::SetNotNull { backfill } = change {
            fillings.extend(backfill);
        }
    }
    Some((ty?, default.flatten(), fillings))
}

impl Known<'_> {
    /// Refuses an operation that writes what is no value of a column's type.
    pub(super) fn refuse(&self, operation: &Operation) -> Result<(), PlanError> {
        each_written(operation, self.column, &mut |Written { table, column, ty, value, .. }| {
            let kept = ty.where_stored(Kind::Enum);
            let Some((name, values)) = kept.enum_name().and_then(|name| Some((name, (self.values)(name)?)))
            else {
                return Ok(());
            };
            let held = match value {
                Value::Literal(literal) => held(kept, ty.on(self.dialect), literal),
                Value::Expression(sql) => text(sql.on(self.dialect))
                    .map(|text| held(kept, ty.on(self.dialect), &Literal::String(text)))
                    .unwrap_or_default(),
            };
            match held.into_iter().find(|value| !values.contains(value)) {
                Some(value) => {
                    let (name, table, column) = (name.clone(), table.clone(), column.clone());
                    let source = ApplyError::NotOfEnum { name, value, table, column };
                    Err(PlanError::Apply { operation: operation.describe(), source })
                }
                None => Ok(()),
            }
        })
    }
}

/// Lists the values that a constant is in a column of an enum type, or of lists of one. Nothing, where it holds them in
/// a form of its own.
fn held(kept: &Type, here: &Type, literal: &Literal) -> Vec<String> {
    let text = match literal {
        Literal::Boolean(_) | Literal::Integer(_) | Literal::Number(_) => literal.to_string(),
        Literal::Null => return Vec::new(),
        Literal::String(text) => text.clone(),
    };
    match (kept, here) {
        (Type::Enum { .. }, Type::Enum { .. } | Type::String { .. } | Type::Text) => vec![text],
        (_, Type::Array(_)) => array(&text).unwrap_or_default(),
        (Type::Array(_), Type::Json | Type::Jsonb | Type::Text) => {
            let list: Vec<Option<String>> = serde_json::from_str(&text).unwrap_or_default();
            list.into_iter().flatten().collect()
        }
        (_, _) => Vec::new(),
    }
}

/// Reads a constant of SQL that is a text, perhaps under a cast.
fn text(sql: &str) -> Option<String> {
    let rest = sql.trim().strip_prefix('\'')?;
    let mut text = String::new();
    let mut pieces = rest.split('\'').peekable();
    while let Some(piece) = pieces.next() {
        text.push_str(piece);
        let after = pieces.next()?;
        if !after.is_empty() || pieces.peek().is_none() {
            let is_name = |letter: char| letter.is_alphanumeric() || "_:.\"[] ".contains(letter);
            let is_alone = after.trim().is_empty() || after.trim_start().starts_with("::");
            return (pieces.next().is_none() && is_alone && after.chars().all(is_name)).then_some(text);
        }
        text.push('\'');
    }
    None
}

/// Reads an array of one dimension as PostgreSQL writes it (manual, section 8.15.6), without its NULLs.
fn array(text: &str) -> Option<Vec<String>> {
    let mut letters = text.trim().strip_prefix('{')?.strip_suffix('}')?.chars();
    let (mut values, mut value) = (Vec::new(), String::new());
    let (mut is_quoted, mut was_quoted) = (false, false);
    let mut end = |value: &mut String, was_quoted: &mut bool| {
        let found = std::mem::take(value);
        let found = if *was_quoted { found } else { found.trim().to_owned() };
        if *was_quoted || !(found.is_empty() || found.eq_ignore_ascii_case("null")) {
            values.push(found);
        }
        *was_quoted = false;
    };
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => value.push(letters.next()?),
            '"' => {
                is_quoted = !is_quoted;
                if is_quoted {
                    value.clear();
                }
                was_quoted = true;
            }
            _ if is_quoted => value.push(letter),
            '{' | '}' => return None,
            ',' => end(&mut value, &mut was_quoted),
            _ if was_quoted => {}
            _ => value.push(letter),
        }
    }
    end(&mut value, &mut was_quoted);
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_from_other_expressions() {
        for (sql, wanted) in [
            ("'sad'", Some("sad")),
            (" 'it''s' ", Some("it's")),
            ("''", Some("")),
            ("''''", Some("'")),
            ("'sad'::mood", Some("sad")),
            ("'sad'::\"Shop\".mood", Some("sad")),
            ("'sad' || 'der'", None),
            ("'sad' || x", None),
            ("lower('SAD')", None),
            ("mood", None),
            ("'sad", None),
            ("'sad'::text || 'x'", None),
        ] {
            assert_eq!(text(sql).as_deref(), wanted, "{sql}");
        }
    }

    #[test]
    fn arrays_are_lists_of_values() {
        for (text, wanted) in [
            ("{sad,ok}", Some(vec!["sad", "ok"])),
            ("{}", Some(vec![])),
            (" { sad , NULL } ", Some(vec!["sad"])),
            (r#"{"a, b", "NULL" ,"\"",c\,d}"#, Some(vec!["a, b", "NULL", "\"", "c,d"])),
            ("{{sad},{ok}}", None),
            ("sad", None),
        ] {
            let wanted = wanted.map(|all| all.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(array(text), wanted, "{text}");
        }
    }
}
