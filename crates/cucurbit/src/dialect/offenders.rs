//! The query that shows rows in danger: the first few by key and value, and how many there are.
//!
//! It is understood by both databases. What may not live here: what is dangerous, and how a value is written.

use crate::{
    mask::{self, HIDDEN},
    schema::{Dialect, Ident},
};

/// How many rows are shown.
const SHOWN: usize = 3;

/// Rows of a table for which a condition holds.
pub(super) struct Rows<'r> {
    /// The database.
    pub(super) dialect: Dialect,
    /// The table as SQL.
    pub(super) table: &'r str,
    /// The columns of its primary key.
    pub(super) key: &'r [Ident],
    /// What tells rows apart without a key: `rowid`, `ctid`.
    pub(super) place: &'r str,
    /// The condition.
    pub(super) condition: &'r str,
}

impl Rows<'_> {
    /// Writes the query of key, value and number. The value is an expression of the row, `NULL` for none.
    pub(super) fn query(&self, value: &str) -> String {
        let Self { dialect, table, key, place, condition } = self;
        let parts: Vec<(&str, String)> = match key {
            // With its table, since SQLite takes a name in quotes that it does not know for text.
            [] => vec![(place, format!("{table}.{place}"))],
            key => key
                .iter()
                .map(|column| (column.as_str(), format!("{table}.{}", dialect.quoted(column))))
                .collect(),
        };
        let key: Vec<String> =
            parts.iter().map(|(name, sql)| named(*dialect, name, &format!("CAST({sql} AS TEXT)"))).collect();
        let order: Vec<&str> = parts.iter().map(|(_, sql)| sql.as_str()).collect();
        format!(
            "SELECT {}, {value}, count(*) OVER () FROM {table} WHERE {condition} ORDER BY {} LIMIT {SHOWN}",
            key.join(" || ', ' || "),
            order.join(", ")
        )
    }
}

/// Writes the expression that shows a part of a row's key with its name; what is secret stays hidden.
pub(super) fn named(dialect: Dialect, name: &str, as_text: &str) -> String {
    if mask::names_a_secret(name) {
        return dialect.string(&format!("{name} = {HIDDEN}"));
    }
    format!("{} || coalesce({as_text}, 'NULL')", dialect.string(&format!("{name} = ")))
}
