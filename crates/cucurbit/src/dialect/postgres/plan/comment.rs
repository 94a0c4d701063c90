//! The comments of constraints that a plan makes: the server may have chosen their names.

use super::{super::comment, Planner};
use crate::schema::{ForeignKey, Ident, Table, TableName};

impl Planner<'_> {
    /// Comments on the constraint that an operation has just put into memory.
    pub(super) fn comment_on_new(
        &mut self,
        table: &TableName,
        said: impl Fn(&Table) -> Option<comment::Said<'_>>,
    ) {
        let owner = self.schema.table(table);
        let sql = owner.and_then(said).and_then(|said| comment::on_new_constraint(table, said));
        sql.into_iter().for_each(|sql| self.plan.push(sql));
    }

    /// Comments on a foreign key that is made after it was put into memory.
    pub(super) fn comment_on_late(&mut self, table: &TableName, made: &ForeignKey) {
        self.comment_on_new(table, |owner| {
            let is_made = |key: &&ForeignKey| key.columns == made.columns && key.comment == made.comment;
            owner.foreign_keys.iter().find(is_made).map(|key| (key.name.as_ref(), key.comment.as_ref()))
        });
    }

    /// Comments on a constraint of this name that is made again.
    pub(super) fn comment_again(&mut self, table: &TableName, name: &Ident) {
        self.comment_on_new(table, |owner| {
            let is_named = |key: &&ForeignKey| key.name.as_ref() == Some(name);
            owner.foreign_keys.iter().find(is_named).map(|key| (key.name.as_ref(), key.comment.as_ref()))
        });
    }
}
