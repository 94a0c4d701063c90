//! Raw SQL: which statements it is, and which of them cannot run in a revision's transaction.

use super::expression::{self, Kind};
use crate::{
    dialect::{Mode, PlanError, Statement},
    operation::Execute,
};

/// Turns raw SQL into statements.
pub(super) fn statements(execute: &Execute) -> Result<Vec<Statement>, PlanError> {
    let Execute { sql, is_outside_transaction, means: _ } = execute;
    let mode = if *is_outside_transaction { Mode::OutsideTransaction } else { Mode::InTransaction };
    split(sql)
        .into_iter()
        .map(|sql| {
            if mode == Mode::InTransaction && needs_no_transaction(sql) {
                return Err(PlanError::NeedsNoTransaction { statement: sql.to_owned() });
            }
            Ok(Statement { mode, ..Statement::new(sql) })
        })
        .collect()
}

/// Cuts SQL into its statements; a semicolon at the end is not one more.
fn split(sql: &str) -> Vec<&str> {
    let whole = sql.trim().trim_end_matches(';').trim_end();
    if whole.is_empty() { Vec::new() } else { vec![whole] }
}

/// Tells whether a statement begins or ends a transaction, or refuses to run in one
/// (`PreventInTransactionBlock` in PostgreSQL's source).
fn needs_no_transaction(sql: &str) -> bool {
    let words: Vec<String> = expression::tokens(sql)
        .into_iter()
        .take_while(|token| token.kind == Kind::Word)
        .take(4)
        .map(|token| token.text.to_ascii_uppercase())
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        // ROLLBACK TO a savepoint stays in the transaction.
        ["ROLLBACK", "TO", ..] | ["ROLLBACK", "TRANSACTION" | "WORK", "TO", ..] => false,
        ["ABORT" | "BEGIN" | "COMMIT" | "END" | "ROLLBACK" | "VACUUM", ..] => true,
        ["START" | "PREPARE", "TRANSACTION", ..] => true,
        ["CREATE" | "DROP", "INDEX", "CONCURRENTLY", ..] | ["CREATE", "UNIQUE", "INDEX", "CONCURRENTLY"] => {
            true
        }
        ["CREATE" | "DROP", "DATABASE" | "TABLESPACE" | "SUBSCRIPTION", ..] | ["ALTER", "SYSTEM", ..] => true,
        ["REINDEX", "DATABASE" | "SYSTEM", ..] => true,
        ["REINDEX", ..] => is_concurrent_reindex(sql),
        _ => false,
    }
}

/// `REINDEX TABLE CONCURRENTLY t`, or `REINDEX (CONCURRENTLY) TABLE t`.
fn is_concurrent_reindex(sql: &str) -> bool {
    expression::tokens(sql)
        .iter()
        .any(|token| token.kind == Kind::Word && token.text.eq_ignore_ascii_case("CONCURRENTLY"))
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
        ] {
            assert!(is_refused(sql), "{sql}");
        }
    }

    #[test]
    fn what_stays_in_it_is_not() {
        for sql in [
            "ROLLBACK TO SAVEPOINT one",
            "CREATE INDEX ix ON plant (name)",
            "REINDEX TABLE plant",
            "CREATE INDEX \"concurrently\" ON plant (name)",
            "INSERT INTO note VALUES ('BEGIN')",
        ] {
            assert!(!is_refused(sql), "{sql}");
        }
    }

    #[test]
    fn outside_the_transaction_it_is_the_authors_business() {
        let mut execute = Execute::new("VACUUM plant;");
        execute.outside_transaction();
        let statements = statements(&execute).expect("it may run there");
        assert_eq!(statements[0].mode, Mode::OutsideTransaction);
        assert_eq!(statements[0].sql, "VACUUM plant");
    }
}
