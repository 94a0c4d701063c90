//! Indexes made and dropped while others write: what a statement says of it.

use super::expression::tokens;

/// A statement with CONCURRENTLY on an index; names as they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Concurrent {
    /// CREATE INDEX. Without a name the server makes a new one each time.
    Create { index: Option<String>, table: String },
    /// DROP INDEX.
    Drop { index: String },
}

/// Reads such a statement; `None` if it is another one.
pub(super) fn concurrent(statement: &str) -> Option<Concurrent> {
    let tokens = tokens(statement);
    let words: Vec<&str> = tokens.iter().map(|token| token.text).collect();
    let is = |at: usize, word: &str| words.get(at).is_some_and(|found| found.eq_ignore_ascii_case(word));
    let unique = usize::from(is(1, "UNIQUE"));
    if is(0, "CREATE") && is(1 + unique, "INDEX") && is(2 + unique, "CONCURRENTLY") {
        let mut at = 3 + unique;
        if is(at, "IF") {
            at += 3;
        }
        let on = (at..words.len()).find(|&position| is(position, "ON"))?;
        let table = on + 1 + usize::from(is(on + 1, "ONLY"));
        let index = (on > at).then(|| name(&words, at));
        return Some(Concurrent::Create { index, table: name(&words, table) });
    }
    if is(0, "DROP") && is(1, "INDEX") && is(2, "CONCURRENTLY") {
        return Some(Concurrent::Drop { index: name(&words, if is(3, "IF") { 5 } else { 3 }) });
    }
    None
}

/// Returns the index and the table of a statement that makes an index only where there is none of its name, in whatever
/// state that may be.
#[cfg(feature = "runtime")]
pub(super) fn index_if_missing(statement: &str) -> Option<(String, String)> {
    let tokens = tokens(statement);
    let words: Vec<&str> = tokens.iter().map(|token| token.text).collect();
    let is = |at: usize, word: &str| words.get(at).is_some_and(|found| found.eq_ignore_ascii_case(word));
    let index = 1 + usize::from(is(1, "UNIQUE"));
    let at = index + 1 + usize::from(is(index + 1, "CONCURRENTLY"));
    if !is(0, "CREATE") || !is(index, "INDEX") || !is(at, "IF") || !is(at + 1, "NOT") || !is(at + 2, "EXISTS")
    {
        return None;
    }
    let on = (at + 4..words.len()).find(|&position| is(position, "ON"))?;
    Some((name(&words, at + 3), name(&words, on + 1 + usize::from(is(on + 1, "ONLY")))))
}

/// Tells whether a statement makes an index outside transactions and leaves its name to the server.
pub(super) fn is_nameless_index(statement: &str) -> bool {
    matches!(concurrent(statement), Some(Concurrent::Create { index: None, .. }))
}

/// A name with its schema, as it is written.
pub(super) fn name(words: &[&str], at: usize) -> String {
    match words.get(at..at + 3) {
        Some([schema, ".", name]) => format!("{schema}.{name}"),
        Some(_) | None => words.get(at).copied().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "runtime")]
    fn an_index_that_may_be_there_is_read_with_its_table() {
        let read = |sql| index_if_missing(sql);
        let found = |index: &str, table: &str| Some((index.to_owned(), table.to_owned()));
        assert_eq!(read("CREATE INDEX CONCURRENTLY IF NOT EXISTS ix ON t (a)"), found("ix", "t"));
        assert_eq!(read("create unique index if not exists \"I x\" on only s.t(a)"), found("\"I x\"", "s.t"));
        assert_eq!(read("CREATE INDEX CONCURRENTLY ix ON t (a)"), None);
        assert_eq!(read("CREATE INDEX IF NOT EXISTS"), None);
        assert_eq!(read("CREATE TABLE IF NOT EXISTS t (a int)"), None);
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        let made = |index: Option<&str>, table: &str| {
            Some(Concurrent::Create { index: index.map(str::to_owned), table: table.to_owned() })
        };
        for (sql, wanted) in [
            ("CREATE INDEX CONCURRENTLY ix ON plant (name)", made(Some("ix"), "plant")),
            (
                "create unique index concurrently if not exists ix on only shop.plant (a)",
                made(Some("ix"), "shop.plant"),
            ),
            ("CREATE INDEX CONCURRENTLY \"on\" ON \"Plant\" (a)", made(Some("\"on\""), "\"Plant\"")),
            ("CREATE INDEX CONCURRENTLY ON plant (name)", made(None, "plant")),
            (
                "DROP INDEX CONCURRENTLY IF EXISTS shop.ix",
                Some(Concurrent::Drop { index: "shop.ix".to_owned() }),
            ),
            ("CREATE INDEX ix ON plant (name)", None),
            ("VACUUM", None),
        ] {
            assert_eq!(concurrent(sql), wanted, "{sql}");
        }
    }
}
