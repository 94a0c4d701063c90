//! Constants that the enum type of their column does not have.
//!
//! SQLite would keep them, and PostgreSQL refuses them in the middle of a run, without the name of what was meant.

use crate::{
    operation::{ApplyError, BulkInsert, Change, ColumnChange, Operation},
    schema::{
        Column, ColumnType, Dialect, Expression, Ident, Kind, Literal, Object, ObjectName, ServerDefault,
        TableName, Type,
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

/// Where a constant is to stand.
struct Place<'p> {
    table: &'p TableName,
    column: &'p Ident,
    ty: &'p ColumnType,
}

impl Known<'_> {
    /// Refuses an operation that writes what is no value of a column's type.
    pub(super) fn refuse(&self, operation: &Operation) -> Result<(), PlanError> {
        if let Operation::Alter(Change::Column { table, column, changes }) = operation {
            self.changes(table, column, changes, operation)
        } else if let Operation::BulkInsert(insert) = operation {
            self.rows(insert, operation)
        } else if let Operation::Create { object, backfill, .. } = operation {
            self.created(object, backfill.as_ref(), operation)
        } else {
            Ok(())
        }
    }

    fn created(
        &self,
        object: &Object,
        backfill: Option<&Expression>,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let Some(table) = object.table() else { return Ok(()) };
        // A table has no rows yet to fill.
        let backfill = backfill.filter(|_| object.kind() == Kind::Column);
        object.columns().iter().try_for_each(|column| {
            let place = Place { table, column: &column.name, ty: &column.ty };
            self.default(&place, column.default.as_ref(), operation)?;
            self.filling(&place, backfill, operation)
        })
    }

    fn rows(
        &self,
        BulkInsert { table, columns, rows }: &BulkInsert,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        for (at, column) in columns.iter().enumerate() {
            let Some(ty) = (self.column)(table, column).map(|column| &column.ty) else { continue };
            let place = Place { table, column, ty };
            let mut literals = rows.iter().filter_map(|row| row.get(at));
            literals.try_for_each(|literal| self.literal(&place, literal, operation))?;
        }
        Ok(())
    }

    fn changes(
        &self,
        table: &TableName,
        column: &Ident,
        changes: &[ColumnChange],
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let is = (self.column)(table, column);
        let (mut ty, mut default) = (is.map(|column| &column.ty), None);
        for change in changes {
            if let ColumnChange::SetType { ty: new, using: _ } = change {
                ty = Some(new);
                // A default that stays becomes one of the new type.
                default = default.or_else(|| Some(is?.default.as_ref()));
            } else if let ColumnChange::SetDefault(new) = change {
                default = Some(new.as_ref());
            }
        }
        let Some(ty) = ty else { return Ok(()) };
        let place = Place { table, column, ty };
        self.default(&place, default.flatten(), operation)?;
        changes.iter().try_for_each(|change| {
            let ColumnChange::SetNotNull { backfill } = change else { return Ok(()) };
            self.filling(&place, backfill.as_ref(), operation)
        })
    }

    fn default(
        &self,
        place: &Place<'_>,
        default: Option<&ServerDefault>,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        match default {
            Some(ServerDefault::Literal(literal)) => self.literal(place, literal, operation),
            Some(ServerDefault::Expression(expression)) => self.filling(place, Some(expression), operation),
            Some(ServerDefault::Computed { .. } | ServerDefault::Identity(_) | ServerDefault::Serial(_))
            | None => Ok(()),
        }
    }

    fn filling(
        &self,
        place: &Place<'_>,
        filling: Option<&Expression>,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        match filling.and_then(|filling| text(filling.on(self.dialect))) {
            Some(text) => self.literal(place, &Literal::String(text), operation),
            None => Ok(()),
        }
    }

    fn literal(&self, place: &Place<'_>, literal: &Literal, operation: &Operation) -> Result<(), PlanError> {
        let Place { table, column, ty } = place;
        let Some(name) = ty.where_stored(Kind::Enum).enum_name() else {
            return Ok(());
        };
        let Some(values) = (self.values)(name) else { return Ok(()) };
        let held = held(ty.where_stored(Kind::Enum), ty.on(self.dialect), literal);
        match held.into_iter().find(|value| !values.contains(value)) {
            Some(value) => {
                let (name, table, column) = (name.clone(), TableName::clone(table), Ident::clone(column));
                let source = ApplyError::NotOfEnum { name, value, table, column };
                Err(PlanError::Apply { operation: operation.describe(), source })
            }
            None => Ok(()),
        }
    }
}

/// Lists the values that a constant is in a column of an enum type, or of lists of one. Nothing, where it holds them in
/// a form of its own.
fn held(kept: &Type, here: &Type, literal: &Literal) -> Vec<String> {
    let text = match literal {
        Literal::Boolean(value) => value.to_string(),
        Literal::Integer(value) => value.to_string(),
        Literal::Null => return Vec::new(),
        Literal::Number(digits) => digits.clone(),
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
