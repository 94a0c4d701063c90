//! Raw SQL: which statements it is, and which of them cannot run in a revision's transaction.

use super::super::{concurrent::is_nameless_index, expression::tokens};
use crate::{
    dialect::{
        Mode, PlanError, Session, Statement,
        lexer::{self, Kind, Part, kind, masked},
    },
    operation::Execute,
    schema::Dialect,
};

/// Turns raw SQL into statements.
pub(super) fn statements(execute: &Execute) -> Result<Vec<Statement>, PlanError> {
    let Execute { sql, is_outside_transaction, means: _ } = execute;
    let mode = if *is_outside_transaction { Mode::OutsideTransaction } else { Mode::InTransaction };
    lexer::statements(sql, Dialect::Postgres)?
        .into_iter()
        .map(|Part { sql, line, leeway: _, is_watched: _ }| {
            if mode == Mode::OutsideTransaction && begins_or_ends(sql) {
                return Err(PlanError::OwnTransaction {
                    statement: masked(sql, Dialect::Postgres).sql,
                    line,
                });
            }
            if mode == Mode::InTransaction && needs_no_transaction(sql) {
                return Err(PlanError::NeedsNoTransaction { statement: masked(sql, Dialect::Postgres).sql });
            }
            if mode == Mode::OutsideTransaction && is_nameless_index(sql) {
                return Err(PlanError::NamelessIndex { statement: sql.to_owned() });
            }
            Ok(Statement { mode, ..Statement::new(sql) }.session(Session::Changed))
        })
        .collect()
}

/// Tells whether a statement begins or ends a transaction, or refuses to run in one.
fn needs_no_transaction(sql: &str) -> bool {
    match kind(sql, Dialect::Postgres) {
        Kind::EndsTransaction => !is_of_savepoint(sql),
        Kind::NeedsNoTransaction => true,
        Kind::ChangesSchema | Kind::ReadsOrWritesRows | Kind::Unknown => false,
    }
}

/// Tells whether a statement begins or ends a transaction, or needs one that goes on. One that was prepared ends by itself.
fn begins_or_ends(sql: &str) -> bool {
    let is_of_prepared = || tokens(sql).get(1).is_some_and(|token| token.is("PREPARED"));
    kind(sql, Dialect::Postgres) == Kind::EndsTransaction && !is_of_prepared()
}

/// What is done with savepoints stays in the transaction.
fn is_of_savepoint(sql: &str) -> bool {
    let tokens = tokens(sql);
    let is = |at: usize, words: &[&str]| tokens.get(at).is_some_and(|token| token.is_any(words));
    let goes_back =
        || is(0, &["ROLLBACK"]) && (is(1, &["TO"]) || is(1, &["TRANSACTION", "WORK"]) && is(2, &["TO"]));
    is(0, &["RELEASE", "SAVEPOINT"]) || goes_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(sql: &str) -> bool {
        statements(&Execute::new(sql)).is_err()
    }

    #[test]
    fn what_ends_the_transaction_is_refused() {
        for sql in [
            "BEGIN",
            "commit;",
            "ROLLBACK",
            "-- tidy\nVACUUM (ANALYZE) plant",
            "CREATE UNIQUE INDEX CONCURRENTLY ix ON plant (name)",
            "drop index concurrently ix",
            "REINDEX (VERBOSE, CONCURRENTLY) TABLE plant",
            "REINDEX INDEX CONCURRENTLY ix",
            "START TRANSACTION",
            "INSERT INTO note VALUES (1); COMMIT; SELECT 1",
            "ROLLBACK WORK",
            "CREATE DATABASE other",
            "ALTER SYSTEM SET work_mem = '1MB'",
        ] {
            assert!(is_refused(sql), "{sql}");
        }
    }

    #[test]
    fn what_stays_in_it_is_not() {
        for sql in [
            "SAVEPOINT one; ROLLBACK TRANSACTION TO SAVEPOINT one",
            "ROLLBACK TO one; RELEASE one",
            "CREATE INDEX ix ON plant (name)",
            "REINDEX TABLE plant",
            "CREATE INDEX \"concurrently\" ON plant (name)",
            "INSERT INTO note VALUES ('BEGIN')",
        ] {
            assert!(!is_refused(sql), "{sql}");
        }
    }

    #[test]
    fn outside_it_no_other_is_begun() {
        let outside = |sql: &str| {
            let mut execute = Execute::new(sql);
            execute.outside_transaction();
            statements(&execute)
        };
        for sql in ["VACUUM plant;\nBEGIN; DELETE FROM plant; COMMIT", "ANALYZE;\nSAVEPOINT one"] {
            assert!(matches!(outside(sql), Err(PlanError::OwnTransaction { line: 2, .. })), "{sql}");
        }
        assert!(outside("COMMIT PREPARED 'a'; ROLLBACK PREPARED 'b'").is_ok());
    }

    #[test]
    fn outside_the_transaction_it_is_the_authors_business() {
        let mut execute = Execute::new("VACUUM plant; REINDEX TABLE CONCURRENTLY plant");
        execute.outside_transaction();
        let statements = statements(&execute).expect("it may run there");
        assert_eq!(statements[0].mode, Mode::OutsideTransaction);
        let sql: Vec<&str> = statements.iter().map(|statement| statement.sql.as_str()).collect();
        assert_eq!(sql, ["VACUUM plant", "REINDEX TABLE CONCURRENTLY plant"]);
    }
}
