//! What kind of statement SQL is, by its first words.
//!
//! Whatever is not surely without effect on the schema is said to have one, or is not known.

use crate::schema::Dialect;

use super::token::{Class, Token, Tokens, begins, setting, unqualified};

/// What running a statement does, as far as its words tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// It makes, changes or drops something of a schema.
    ChangesSchema,
    /// It begins, ends or divides a transaction: `COMMIT`, `SAVEPOINT`.
    EndsTransaction,
    /// It cannot run in a transaction, or has no effect there: `VACUUM`, `CREATE INDEX CONCURRENTLY`.
    NeedsNoTransaction,
    /// It reads or writes rows, or says how that is done; no table, column, key or index is another after it.
    ///
    /// A function that it calls could do anything; it is trusted not to.
    ReadsOrWritesRows,
    /// Nothing is known: `DO $$…$$`, `CALL`, settings that change what later statements mean.
    Unknown,
}

/// Says what kind one statement is, as [`split`](super::split) returns it.
///
/// ```
/// use cucurbit::{dialect::lexer::{Kind, kind}, schema::Dialect};
///
/// assert_eq!(kind("UPDATE plant SET name = 'x'", Dialect::Postgres), Kind::ReadsOrWritesRows);
/// assert_eq!(kind("SELECT * INTO copy FROM plant", Dialect::Postgres), Kind::ChangesSchema);
/// assert_eq!(kind("DROP INDEX CONCURRENTLY ix", Dialect::Postgres), Kind::NeedsNoTransaction);
/// ```
#[must_use]
pub fn kind(statement: &str, dialect: Dialect) -> Kind {
    let is_command = statement.starts_with(if dialect == Dialect::Postgres { '\\' } else { '.' });
    let first = Tokens::new(statement, dialect).next();
    let is_copy = dialect == Dialect::Postgres && first.is_some_and(|first| first.is("COPY"));
    if is_command || is_copy {
        // The rows after a COPY are no SQL, and a command of psql or sqlite3 is not run.
        return Kind::ReadsOrWritesRows;
    }
    let tokens: Vec<Token<'_>> = Tokens::new(statement, dialect).collect();
    let Some(first) = tokens.first() else { return Kind::ReadsOrWritesRows };
    if first.is_any(&["BEGIN", "COMMIT", "END", "RELEASE", "ROLLBACK", "SAVEPOINT"]) {
        return Kind::EndsTransaction;
    }
    if first.is_any(&["DELETE", "INSERT", "SELECT", "UPDATE", "VALUES", "WITH"]) {
        return rows(&tokens, dialect);
    }
    if dialect == Dialect::Postgres { postgres(&tokens) } else { sqlite(&tokens) }
}

/// The kind of a statement that begins as one of rows.
fn rows(tokens: &[Token<'_>], dialect: Dialect) -> Kind {
    if writes_catalog(tokens) {
        return Kind::Unknown;
    }
    if dialect == Dialect::Postgres && selects_into(tokens) {
        return Kind::ChangesSchema;
    }
    Kind::ReadsOrWritesRows
}

/// Tells whether rows of a catalogue are written: `UPDATE pg_index`, `DELETE FROM sqlite_schema`.
fn writes_catalog(tokens: &[Token<'_>]) -> bool {
    tokens.iter().enumerate().any(|(position, token)| {
        let is_from = token.is("FROM") && position > 0 && tokens[position - 1].is("DELETE");
        if !is_from && !token.is_any(&["INTO", "UPDATE"]) {
            return false;
        }
        // `UPDATE ONLY t`, `UPDATE OR REPLACE t`.
        let target = match &tokens[position + 1..] {
            [or, _, target @ ..] if or.is("OR") => target,
            [only, target @ ..] if only.is("ONLY") => target,
            target => target,
        };
        unqualified(target).is_some_and(is_catalog)
    })
}

fn is_catalog(name: &Token<'_>) -> bool {
    let name = name.text.trim_matches(['"', '`', '[', ']', '\'']).to_ascii_lowercase();
    let is_sqlite = ["sqlite_master", "sqlite_schema", "sqlite_temp_master", "sqlite_temp_schema"];
    name.starts_with("pg_") || is_sqlite.contains(&name.as_str())
}

/// Tells whether a query of PostgreSQL makes a table: `SELECT … INTO t`, at any depth.
///
/// INTO is reserved: elsewhere it only stands after INSERT and MERGE, or is a label.
fn selects_into(tokens: &[Token<'_>]) -> bool {
    tokens.windows(2).any(|pair| {
        pair[1].is("INTO") && !pair[0].is_any(&["AS", "INSERT", "MERGE"]) && !pair[0].is_sign(".")
    })
}

fn postgres(tokens: &[Token<'_>]) -> Kind {
    let has = |keyword: &str| tokens.iter().any(|token| token.is(keyword));
    let Some(first) = tokens.first() else { return Kind::ReadsOrWritesRows };
    if first.is_sign("(") || first.is_any(&["MERGE", "TABLE"]) {
        return rows(tokens, Dialect::Postgres);
    }
    let ends: [&[&str]; 3] = [&["ABORT"], &["PREPARE", "TRANSACTION"], &["START", "TRANSACTION"]];
    if ends.iter().any(|end| begins(tokens, end)) {
        return Kind::EndsTransaction;
    }
    if needs_no_transaction(tokens) {
        return Kind::NeedsNoTransaction;
    }
    if first.is_any(&["ALTER", "COMMENT", "CREATE", "DROP", "IMPORT"]) {
        return Kind::ChangesSchema;
    }
    // Privileges are no part of a schema that is compared.
    let harmless = [
        "ANALYSE",
        "ANALYZE",
        "CHECKPOINT",
        "GRANT",
        "LISTEN",
        "LOCK",
        "NOTIFY",
        "REFRESH",
        "REINDEX",
        "REVOKE",
        "SHOW",
        "TRUNCATE",
        "UNLISTEN",
    ];
    let is_harmless = first.is_any(&harmless)
        || first.is("EXPLAIN") && !has("ANALYZE") && !has("ANALYSE")
        || first.is_any(&["RESET", "SET"]) && is_harmless_setting(tokens);
    if is_harmless { Kind::ReadsOrWritesRows } else { Kind::Unknown }
}

/// Tells whether PostgreSQL refuses a statement inside a transaction block, by the pages of its manual.
fn needs_no_transaction(tokens: &[Token<'_>]) -> bool {
    let has = |keyword: &str| tokens.iter().any(|token| token.is(keyword));
    let second = |keywords: &[&str]| tokens.get(1).is_some_and(|token| token.is_any(keywords));
    let Some(first) = tokens.first() else { return false };
    if first.is_any(&["CREATE", "DROP"]) {
        let is_concurrent = tokens.windows(2).any(|pair| begins(pair, &["INDEX", "CONCURRENTLY"]));
        return second(&["DATABASE", "SUBSCRIPTION", "TABLESPACE"])
            || (second(&["INDEX", "UNIQUE"]) && is_concurrent);
    }
    if first.is("ALTER") {
        return second(&["SYSTEM"])
            || (second(&["DATABASE"]) && has("TABLESPACE"))
            || (second(&["TABLE"]) && has("DETACH") && has("CONCURRENTLY"))
            || (second(&["SUBSCRIPTION"]) && (has("REFRESH") || has("PUBLICATION")));
    }
    if first.is("REINDEX") {
        // Options in parentheses may stand before what is indexed again.
        let has_options = tokens.get(1).is_some_and(|token| token.is_sign("("));
        let options = tokens.iter().position(|token| has_options && token.is_sign(")"));
        let what = tokens.get(options.unwrap_or(0) + 1);
        return has("CONCURRENTLY")
            || what.is_some_and(|what| what.is_any(&["DATABASE", "SCHEMA", "SYSTEM"]));
    }
    first.is("VACUUM")
        || (first.is("CLUSTER") && tokens.len() == 1)
        || (first.is("DISCARD") && second(&["ALL"]))
}

/// Tells whether a setting of PostgreSQL leaves the meaning of every later statement as it is.
///
/// `search_path`, `role` or `standard_conforming_strings` do not.
fn is_harmless_setting(tokens: &[Token<'_>]) -> bool {
    let Some(name) = setting(tokens).first() else { return false };
    name.is_any(&[
        "CHECK_FUNCTION_BODIES",
        "CLIENT_MIN_MESSAGES",
        "CONSTRAINTS",
        "DEADLOCK_TIMEOUT",
        "IDLE_IN_TRANSACTION_SESSION_TIMEOUT",
        "LOCK_TIMEOUT",
        "LOG_MIN_DURATION_STATEMENT",
        "MAINTENANCE_WORK_MEM",
        "SESSION_REPLICATION_ROLE",
        "STATEMENT_TIMEOUT",
        "SYNCHRONOUS_COMMIT",
        "TRANSACTION",
        "WORK_MEM",
    ])
}

fn sqlite(tokens: &[Token<'_>]) -> Kind {
    let Some(first) = tokens.first() else { return Kind::ReadsOrWritesRows };
    if first.is("REPLACE") {
        return rows(tokens, Dialect::Sqlite);
    }
    if first.is_any(&["ALTER", "CREATE", "DROP"]) {
        return Kind::ChangesSchema;
    }
    // ANALYZE writes tables of SQLite's own, which are no part of a comparison.
    if first.is_any(&["ANALYZE", "EXPLAIN", "REINDEX"]) {
        return Kind::ReadsOrWritesRows;
    }
    if first.is_any(&["DETACH", "VACUUM"]) {
        return Kind::NeedsNoTransaction;
    }
    if first.is("PRAGMA") { pragma(tokens) } else { Kind::Unknown }
}

/// The kind of a pragma (sqlite.org/pragma.html), by its name and whether it is given a value.
fn pragma(tokens: &[Token<'_>]) -> Kind {
    let (name, value) = match tokens {
        [_, _, dot, name, value @ ..] if dot.is_sign(".") => (name, value),
        [_, name, value @ ..] => (name, value),
        _ => return Kind::Unknown,
    };
    let reads = [
        "COLLATION_LIST",
        "COMPILE_OPTIONS",
        "DATABASE_LIST",
        "DATA_VERSION",
        "FOREIGN_KEY_CHECK",
        "FOREIGN_KEY_LIST",
        "FREELIST_COUNT",
        "FUNCTION_LIST",
        "INDEX_INFO",
        "INDEX_LIST",
        "INDEX_XINFO",
        "INTEGRITY_CHECK",
        "MODULE_LIST",
        "PAGE_COUNT",
        "PRAGMA_LIST",
        "QUICK_CHECK",
        "TABLE_INFO",
        "TABLE_LIST",
        "TABLE_XINFO",
    ];
    let settings = [
        "ANALYSIS_LIMIT",
        "APPLICATION_ID",
        "BUSY_TIMEOUT",
        "CACHE_SIZE",
        "CACHE_SPILL",
        "DEFER_FOREIGN_KEYS",
        "MMAP_SIZE",
        "OPTIMIZE",
        "RECURSIVE_TRIGGERS",
        "SECURE_DELETE",
        "SHRINK_MEMORY",
        "USER_VERSION",
    ];
    if name.is_any(&reads) || name.is_any(&settings) {
        return Kind::ReadsOrWritesRows;
    }
    // Inside a transaction the first does nothing, silently, and the others fail.
    if name.is_any(&["FOREIGN_KEYS", "JOURNAL_MODE", "SYNCHRONOUS", "TEMP_STORE", "WAL_CHECKPOINT"]) {
        return if value.is_empty() && !name.is("WAL_CHECKPOINT") {
            Kind::ReadsOrWritesRows
        } else {
            Kind::NeedsNoTransaction
        };
    }
    // Without a value most others only read; with one they change what is stored or what statements mean.
    if value.is_empty()
        && name.class == Class::Word
        && name.is_any(&["AUTO_VACUUM", "ENCODING", "SCHEMA_VERSION"])
    {
        return Kind::ReadsOrWritesRows;
    }
    Kind::Unknown
}
