//! The comments of constraints that a plan makes: the server may have chosen their names.

use super::{super::comment, Planner};
use crate::schema::{Constraint, ForeignKey, Ident, TableName};

impl Planner<'_> {
    /// Comments on the last constraint of a table that is of a kind: the one that an operation has just put into memory.
    pub(super) fn comment_on_last(&mut self, table: &TableName, is_of_kind: impl Fn(&&Constraint) -> bool) {
        let owner = self.schema.table(table);
        let made = owner.and_then(|owner| owner.constraints.iter().rfind(is_of_kind));
        let comment = made.and_then(|made| comment::on_new_constraint(table, made));
        comment.into_iter().for_each(|comment| self.plan.push(comment));
    }

    /// Comments on a foreign key that is made after it was put into memory.
    pub(super) fn comment_on_late(&mut self, table: &TableName, made: &ForeignKey) {
        self.comment_on_last(table, |one| match one {
            Constraint::ForeignKey(key) => key.columns == made.columns && key.comment == made.comment,
            Constraint::PrimaryKey(_)
            | Constraint::Unique(_)
            | Constraint::Check(_)
            | Constraint::Exclusion(_) => false,
        });
    }

    /// Comments on a foreign key of this name that is made again.
    pub(super) fn comment_again(&mut self, table: &TableName, name: &Ident) {
        self.comment_on_last(table, |one| {
            matches!(one, Constraint::ForeignKey(_)) && one.name() == Some(name)
        });
    }
}
