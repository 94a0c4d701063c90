//! Deferred constraints whose checks are pending: PostgreSQL changes no table while a row that was changed in the same
//! transaction waits for one ("pending trigger events").

use super::{Planner, unlocked};
use crate::{
    dialect::{
        Mode,
        postgres::sql::{qualified, quoted},
    },
    operation::Operation,
    schema::{Constraint, Deferral, Ident, Table},
};

/// Checks at once what was put off to the end of the transaction.
const CHECK: &str = "SET CONSTRAINTS ALL IMMEDIATE";

/// Words that statements begin with which change rows.
const ROWS: [&str; 6] = ["COPY", "DELETE", "INSERT", "MERGE", "UPDATE", "WITH"];

/// Those which may, in a script: a function can.
const MAYBE_ROWS: [&str; 3] = ["CALL", "DO", "SELECT"];

/// Words that statements begin with which need a table for themselves.
const TABLES: [&str; 7] = ["ALTER", "CLUSTER", "CREATE", "DROP", "REFRESH", "REINDEX", "TRUNCATE"];

impl Planner<'_> {
    /// Lists the constraints of this moment that are checked at the end of the transaction, as SQL.
    pub(super) fn initially_deferred(&self) -> Vec<(Ident, String)> {
        let of = |table: &Table| {
            let deferred = table.constraints.iter().filter(|one| one.deferral() == Deferral::Deferred);
            let names = deferred.filter_map(Constraint::name);
            names.map(|name| (name.clone(), qualified(&table.name.sibling(name.clone())))).collect::<Vec<_>>()
        };
        self.schema.tables.values().flat_map(of).collect()
    }

    /// Puts the check of pending constraints before what would stumble over them, among the statements of an operation.
    ///
    /// What is put off from then on is put off as before.
    pub(super) fn check_pending(
        &mut self,
        start: usize,
        operation: &Operation,
        mut deferred: Vec<(Ident, String)>,
    ) {
        let is_script = matches!(operation, Operation::Execute(_) | Operation::BulkInsert(_));
        // Code was run, or SQL of unknown effect, whose statements are not in this plan.
        self.is_pending |= is_script && self.plan.statements.len() == start;
        for statement in self.plan.statements.split_off(start) {
            let word: String =
                statement.sql.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
            let begins = |words: &[&str]| words.iter().any(|other| word.eq_ignore_ascii_case(other));
            if statement.mode == Mode::OutsideTransaction {
                self.is_pending = false;
            } else if begins(&ROWS) || is_script && begins(&MAYBE_ROWS) {
                self.is_pending = true;
            } else if begins(&TABLES) && self.is_pending {
                self.is_pending = false;
                if !deferred.is_empty() {
                    let names: Vec<&str> = deferred.iter().map(|(_, sql)| sql.as_str()).collect();
                    let again = format!("SET CONSTRAINTS {} DEFERRED", names.join(", "));
                    self.plan.statements.extend([CHECK.to_owned(), again].map(unlocked));
                }
            }
            deferred
                .retain(|(name, _)| !statement.sql.contains(&format!("DROP CONSTRAINT {}", quoted(name))));
            self.plan.statements.push(statement);
        }
    }
}
