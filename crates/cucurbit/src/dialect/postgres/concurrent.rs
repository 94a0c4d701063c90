//! Indexes made and dropped while others write: what a statement says of it.

use super::expression::{Token, tokens};

/// CREATE INDEX; names as they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CreateIndex<'s> {
    pub(super) is_unique: bool,
    pub(super) is_concurrent: bool,
    /// Whether it makes an index only where there is none of its name, in whatever state that may be.
    pub(super) is_if_missing: bool,
    /// Without a name the server makes a new one each time.
    pub(super) index: Option<String>,
    pub(super) table: String,
    /// What it says of the index after the name of the table.
    pub(super) definition: &'s str,
}

/// Reads CREATE INDEX; `None` if it is another statement.
pub(super) fn create_index(statement: &str) -> Option<CreateIndex<'_>> {
    let tokens = tokens(statement);
    let is = |at: usize, word: &str| is(&tokens, at, word);
    let is_unique = is(1, "UNIQUE");
    let at = 1 + usize::from(is_unique);
    if !is(0, "CREATE") || !is(at, "INDEX") {
        return None;
    }
    let is_concurrent = is(at + 1, "CONCURRENTLY");
    let at = at + 1 + usize::from(is_concurrent);
    let is_if_missing = is(at, "IF");
    let at = if is_if_missing { at + 3 } else { at };
    let on = (at..tokens.len()).find(|&place| is(place, "ON"))?;
    let table = on + 1 + usize::from(is(on + 1, "ONLY"));
    let end = tokens.get(last_of_name(&tokens, table)).map_or(statement.len(), Token::end);
    Some(CreateIndex {
        is_unique,
        is_concurrent,
        is_if_missing,
        index: (on > at).then(|| name(&tokens, at)),
        table: name(&tokens, table),
        definition: &statement[end..],
    })
}

/// Returns the index that DROP INDEX CONCURRENTLY drops.
#[cfg(feature = "runtime")]
pub(super) fn dropped_index(statement: &str) -> Option<String> {
    let tokens = tokens(statement);
    let is = |at: usize, word: &str| is(&tokens, at, word);
    let is_it = is(0, "DROP") && is(1, "INDEX") && is(2, "CONCURRENTLY");
    is_it.then(|| name(&tokens, if is(3, "IF") { 5 } else { 3 }))
}

/// Tells whether a statement makes an index outside transactions and leaves its name to the server.
pub(super) fn is_nameless_index(statement: &str) -> bool {
    create_index(statement).is_some_and(|create| create.is_concurrent && create.index.is_none())
}

/// Tells whether a word stands at a place of a statement.
pub(super) fn is(tokens: &[Token<'_>], at: usize, word: &str) -> bool {
    tokens.get(at).is_some_and(|token| token.is(word))
}

/// A name with its schema, as it is written.
pub(super) fn name(tokens: &[Token<'_>], at: usize) -> String {
    let parts = tokens.get(at..=last_of_name(tokens, at)).unwrap_or_default();
    parts.iter().map(|token| token.text).collect()
}

/// Returns the place of the last part of a name.
fn last_of_name(tokens: &[Token<'_>], at: usize) -> usize {
    if tokens.get(at + 1).is_some_and(|next| next.is_sign(".")) { at + 2 } else { at }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_read_with_its_table_and_what_is_said_of_it() {
        for (sql, index, table, definition, said) in [
            ("CREATE INDEX CONCURRENTLY ix ON plant (name)", Some("ix"), "plant", " (name)", "concurrent"),
            (
                "create unique index concurrently if not exists ix on only shop.plant (a)",
                Some("ix"),
                "shop.plant",
                " (a)",
                "unique concurrent missing",
            ),
            (
                "CREATE INDEX CONCURRENTLY \"on\" ON \"Plant\" (a)",
                Some("\"on\""),
                "\"Plant\"",
                " (a)",
                "concurrent",
            ),
            (
                "CREATE INDEX CONCURRENTLY ON plant USING gin (a)",
                None,
                "plant",
                " USING gin (a)",
                "concurrent",
            ),
            (
                "create unique index if not exists \"I x\" on s.t(a)",
                Some("\"I x\""),
                "s.t",
                "(a)",
                "unique missing",
            ),
            ("CREATE INDEX ix ON plant (name)", Some("ix"), "plant", " (name)", ""),
        ] {
            let wanted = CreateIndex {
                is_unique: said.contains("unique"),
                is_concurrent: said.contains("concurrent"),
                is_if_missing: said.contains("missing"),
                index: index.map(str::to_owned),
                table: table.to_owned(),
                definition,
            };
            assert_eq!(create_index(sql), Some(wanted), "{sql}");
            assert_eq!(is_nameless_index(sql), index.is_none(), "{sql}");
        }
        for other in ["CREATE INDEX IF NOT EXISTS", "CREATE TABLE IF NOT EXISTS t (a int)", "VACUUM"] {
            assert_eq!(create_index(other), None, "{other}");
        }
    }

    #[test]
    #[cfg(feature = "runtime")]
    fn an_index_that_is_dropped_is_read_as_it_is_written() {
        assert_eq!(dropped_index("DROP INDEX CONCURRENTLY IF EXISTS shop.ix").as_deref(), Some("shop.ix"));
        assert_eq!(dropped_index("drop index concurrently \"ix\"").as_deref(), Some("\"ix\""));
        assert_eq!(dropped_index("DROP INDEX ix"), None);
    }
}
