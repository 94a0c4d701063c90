//! Operations → statements, in an order that PostgreSQL accepts.
//!
//! The kind of an object is asked for here; what is done is in a file for each kind, and the others hold what several of
//! them need.

mod alter_column;
mod around;
mod around_enum;
mod column;
mod comment;
mod constraint;
mod enumeration;
mod execute;
mod foreign_key;
mod history;
mod index;
mod namespace;
mod pending;
mod retype;
pub(super) mod sequence;
mod table;

use std::collections::VecDeque;

use self::{foreign_key::Next, history::History};
use super::{current, define, effect, memory, names, shadowed};
use crate::{
    dialect::{Before, Effect, Hazard, Plan, PlanError, Statement},
    operation::{
        self, ApplyError, BulkInsert, Change, ColumnChange, Concurrency, Consent, Execute, Operation,
    },
    schema::{Dialect, Expression, Ident, Object, ObjectId, Schema, Table, TableName, Type},
};

/// Plans operations; `before` becomes what is there after them, with the names that the server gives.
pub(crate) fn plan(before: &mut Before, operations: &[Operation]) -> Result<Plan, PlanError> {
    let mut operations = operation::for_dialect(operations, Dialect::Postgres);
    for operation in &mut operations {
        operation.parts_mut(&mut names::cut_part);
    }
    let current_schema = before.current_schema().cloned().unwrap_or_else(|| Ident::new("public"));
    shadowed::say(&mut before.schema, &current_schema);
    let mut planner = Planner {
        schema: &mut before.schema,
        current_schema: &current_schema,
        plan: Plan::default(),
        next: operations.into_iter().map(Next::from).collect(),
        history: History::default(),
        is_pending: false,
    };
    while let Some(Next { operation, is_split_off: _ }) = planner.next.pop_front() {
        let mut operation = current::located(operation, planner.schema, &current_schema);
        operation.parts_mut(&mut |part| shadowed::say_in(part, &current_schema));
        planner.refuse_other_values(&operation)?;
        let (start, deferred) = (planner.plan.statements.len(), planner.initially_deferred());
        planner.step(&operation)?;
        planner.check_pending(start, &operation, deferred);
    }
    let plan = planner.plan;
    shadowed::leave_out(&mut before.schema, &current_schema);
    Ok(plan)
}

/// A plan being made.
struct Planner<'b> {
    schema: &'b mut Schema,
    /// The connection's own schema.
    current_schema: &'b Ident,
    plan: Plan,
    /// What is still to be planned.
    next: VecDeque<Next>,
    history: History,
    /// Whether rows were changed whose checks may be put off to the end of the transaction.
    is_pending: bool,
}

impl Planner<'_> {
    fn step(&mut self, operation: &Operation) -> Result<(), PlanError> {
        match operation {
            Operation::Alter(change) => self.alter(change, operation),
            Operation::BulkInsert(insert) => self.insert(insert, operation),
            Operation::Comment { id, text } => self.comment(id, text.as_ref(), operation),
            Operation::Create { object, backfill, concurrency } => {
                let (backfill, concurrency) = (backfill.as_ref(), *concurrency);
                self.create(object, backfill, concurrency, operation)
            }
            Operation::Drop { id, consent, concurrency } => self.drop(id, *consent, *concurrency, operation),
            Operation::Execute(execute) => self.execute(execute),
            Operation::Irreversible { reason } => Err(PlanError::Irreversible { reason: reason.clone() }),
            Operation::On { dialect: _, operations } => {
                operations.iter().try_for_each(|inner| self.step(inner))
            }
            Operation::Rename { id, to } => self.rename(id, to, operation),
            // The runner runs it; it leaves the schema as it is.
            Operation::Run { .. } => Ok(()),
        }
    }

    fn alter(&mut self, change: &Change, operation: &Operation) -> Result<(), PlanError> {
        match change {
            Change::Column { table, column, changes } => {
                self.alter_column_and_around(table, column, changes, operation)
            }
            Change::Constraint { table, constraint, change } => {
                self.alter_constraint(table, constraint, change, operation)
            }
            Change::Enum { name, change } => self.alter_enum(name, change, operation),
            Change::Sequence { name, changes: _ } => self.alter_sequence(name, operation),
            Change::Table { table, change } => self.alter_table(table, change, operation),
        }
    }

    fn comment(
        &mut self,
        id: &ObjectId,
        text: Option<&String>,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let statement = match id {
            ObjectId::Column { table, name } => {
                let changes = [ColumnChange::SetComment(text.cloned())];
                return self.alter_column_and_around(table, name, &changes, operation);
            }
            ObjectId::Constraint { table, constraint } => {
                return self.comment_on_constraint(table, constraint, text, operation);
            }
            ObjectId::Enum(name) => enumeration::comment(name, text),
            ObjectId::Index { table, name } => comment::on_index(table, name, text),
            ObjectId::Namespace(_) => {
                return Err(PlanError::Unsupported {
                    dialect: Dialect::Postgres,
                    operation: operation.describe(),
                    reason: "the comments of schemas are not compared; set it by SQL".to_owned(),
                });
            }
            ObjectId::Sequence(name) => sequence::comment(name, text),
            ObjectId::Table(table) => comment::on_table(table, text),
        };
        self.plan_all([statement], operation)
    }

    fn create(
        &mut self,
        object: &Object,
        backfill: Option<&Expression>,
        concurrency: Concurrency,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        match object {
            Object::Column { table, column } => self.create_column(table, column, backfill, operation),
            Object::Constraint { table, constraint } => self.create_constraint(table, constraint, operation),
            Object::Enum(new) => self.plan_all(enumeration::create(new), operation),
            Object::Index { table, index } => self.create_index(table, index, concurrency, operation),
            Object::Namespace(name) => self.plan_all([namespace::create(name)], operation),
            Object::Sequence(new) => self.plan_all(sequence::create(new)?, operation),
            Object::Table(table) => self.create_table(table),
        }
    }

    fn drop(
        &mut self,
        id: &ObjectId,
        consent: Consent,
        concurrency: Concurrency,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        match id {
            ObjectId::Column { table, name } => self.drop_column(table, name, consent, operation),
            ObjectId::Constraint { table, constraint } => self.drop_constraint(table, constraint, operation),
            ObjectId::Enum(name) => {
                self.refuse_used(name, operation)?;
                self.plan_all([enumeration::drop(name)], operation)
            }
            ObjectId::Index { table, name } => self.drop_index(table, name, concurrency, operation),
            ObjectId::Namespace(name) => self.plan_all([namespace::drop(name)], operation),
            ObjectId::Sequence(name) => self.plan_all([sequence::drop(name)], operation),
            ObjectId::Table(table) => self.drop_table(table, consent, operation),
        }
    }

    fn rename(&mut self, id: &ObjectId, to: &Ident, operation: &Operation) -> Result<(), PlanError> {
        match id {
            ObjectId::Column { table, name } => {
                let changes = [ColumnChange::Rename { to: to.clone() }];
                self.alter_column_and_around(table, name, &changes, operation)
            }
            ObjectId::Constraint { table, constraint } => {
                self.rename_constraint(table, constraint, to, operation)
            }
            ObjectId::Enum(name) => self.plan_all([enumeration::rename(name, to)], operation),
            ObjectId::Index { table, name } => self.plan_all([index::rename(table, name, to)], operation),
            ObjectId::Namespace(name) => self.rename_namespace(name, to, operation),
            ObjectId::Sequence(name) => self.plan_all([sequence::rename(name, to)], operation),
            ObjectId::Table(table) => self.rename_table(table, to, operation),
        }
    }

    /// Plans an operation that is these statements.
    fn plan_all(
        &mut self,
        statements: impl IntoIterator<Item = Statement>,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        self.plan.statements.extend(statements);
        self.apply(operation)
    }

    fn insert(&mut self, insert: &BulkInsert, operation: &Operation) -> Result<(), PlanError> {
        if let Some(reason) = insert.misfit() {
            return Err(PlanError::MalformedRows { operation: operation.describe(), reason });
        }
        let table = self.schema.table(&insert.table);
        let ty = |name| Some(table?.column(name)?.ty.on(Dialect::Postgres));
        let types: Vec<Option<&Type>> = insert.columns.iter().map(ty).collect();
        let inserts = define::inserts(insert, &types);
        let effect = effect::inserts(self.schema, insert);
        let inserts = inserts.into_iter().map(|sql| Statement::new(sql).effect(effect.clone()));
        self.plan.statements.extend(inserts);
        Ok(())
    }

    fn execute(&mut self, execute: &Execute) -> Result<(), PlanError> {
        self.plan.statements.extend(execute::statements(execute)?);
        let mut means = execute.means.clone().unwrap_or_default();
        means = operation::for_dialect(&means, Dialect::Postgres);
        means.iter().try_for_each(|meant| self.apply(meant))
    }

    fn apply(&mut self, operation: &Operation) -> Result<(), PlanError> {
        let Operation::Rename { id: ObjectId::Enum(name), to } = operation else {
            return memory::apply(self.schema, operation);
        };
        // A type of the server may have the new name, too, or have had the old one.
        let own = self.current_schema;
        shadowed::leave_out(self.schema, own);
        let id = ObjectId::Enum(shadowed::short(name, own));
        memory::apply(self.schema, &Operation::Rename { id, to: to.clone() })?;
        shadowed::say(self.schema, own);
        Ok(())
    }

    fn owner(&self, table: &TableName, operation: &Operation) -> Result<&Table, PlanError> {
        self.schema.table(table).ok_or_else(|| PlanError::Apply {
            operation: operation.describe(),
            source: ApplyError::Missing { id: ObjectId::Table(table.clone()) },
        })
    }

    fn push(&mut self, statement: Statement, hazard: Option<Hazard>) {
        self.plan.statements.push(match hazard {
            Some(hazard) => statement.hazard(hazard),
            None => statement,
        });
    }
}

/// Makes a statement that locks no table.
fn unlocked(sql: String) -> Statement {
    Statement::new(sql).effect(Effect::none())
}

/// Tells whether two names mean one table: `public` is where a name without a schema is looked for.
pub(super) fn is_same(one: &TableName, other: &TableName) -> bool {
    let schema = |name: &TableName| name.schema.clone().filter(|schema| *schema != "public");
    one.name == other.name && schema(one) == schema(other)
}

#[cfg(test)]
mod tests;
