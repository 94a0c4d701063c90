//! Comments: those that are set, and those of constraints that a plan makes, whose names the server may have chosen.

use super::{super::comment, Planner};
use crate::{
    dialect::PlanError,
    operation::{ColumnChange, Operation},
    schema::{Constraint, ConstraintRef, Dialect, ForeignKey, Ident, ObjectId, TableName},
};

impl Planner<'_> {
    pub(super) fn comment(
        &mut self,
        id: &ObjectId,
        text: Option<&String>,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let sql = match id {
            ObjectId::Column { table, name } => {
                let changes = [ColumnChange::SetComment(text.cloned())];
                return self.alter_column_and_around(table, name, &changes, operation);
            }
            ObjectId::Constraint { table, constraint } => {
                return self.comment_on_constraint(table, constraint, text, operation);
            }
            ObjectId::Enum(name) => comment::on_enum(name, text),
            ObjectId::Index { table, name } => comment::on_index(table, name, text),
            ObjectId::Namespace(_) => {
                return Err(PlanError::Unsupported {
                    dialect: Dialect::Postgres,
                    operation: operation.describe(),
                    reason: "the comments of schemas are not compared; set it by SQL".to_owned(),
                });
            }
            ObjectId::Sequence(name) => comment::on_sequence(name, text),
            ObjectId::Table(table) => comment::on_table(table, text),
        };
        self.plan.push(sql);
        self.apply(operation)
    }

    fn comment_on_constraint(
        &mut self,
        table: &TableName,
        constraint: &ConstraintRef,
        text: Option<&String>,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let name = self.name_of(table, constraint, operation)?;
        self.plan.push(comment::on_constraint(table, &name, text));
        let id = ObjectId::constraint(table.clone(), ConstraintRef::Named(name));
        self.apply(&Operation::Comment { id, text: text.cloned() })
    }

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
