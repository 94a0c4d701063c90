//! A small SQL writer: identifiers, literals, lists. No grammar of any statement.

use crate::schema::{Ident, TableName};

/// Writes a name in double quotes.
///
/// Always quoted: a list of reserved words is different for each version of each database.
pub(crate) fn quoted(name: &Ident) -> String {
    format!("\"{}\"", name.as_str().replace('"', "\"\""))
}

/// Writes a table's name with its schema.
pub(crate) fn qualified(table: &TableName) -> String {
    let TableName { schema, name } = table;
    match schema {
        Some(schema) => format!("{}.{}", quoted(schema), quoted(name)),
        None => quoted(name),
    }
}

/// Writes names with commas between.
pub(crate) fn list<'i>(names: impl IntoIterator<Item = &'i Ident>) -> String {
    names.into_iter().map(quoted).collect::<Vec<_>>().join(", ")
}

/// Tells whether SQL without quotes has a name in it as a whole word, wherever: in texts and bodies too.
pub(crate) fn has_word(sql: &str, name: &str) -> bool {
    let is_end =
        |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_');
    sql.match_indices(name)
        .any(|(at, _)| is_end(sql[..at].chars().next_back()) && is_end(sql[at + name.len()..].chars().next()))
}

/// Writes text as a string constant.
pub(crate) fn string(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
