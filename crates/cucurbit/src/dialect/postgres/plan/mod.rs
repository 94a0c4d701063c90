//! Operations → statements, in an order that PostgreSQL accepts.
//!
//! A file for each verb (`alter`, `comment`, `create`, `drop`, `rename`), which chooses by the kind of object; the others
//! hold what several of them need.

mod alter;
mod alter_column;
mod around;
mod around_enum;
mod column;
mod comment;
mod create;
mod drop;
mod enumeration;
mod execute;
mod foreign_key;
mod history;
mod pending;
mod rename;
mod retype;
pub(super) mod sequence;

use std::collections::VecDeque;

use self::{foreign_key::Next, history::History};
use super::{current, define, effect, memory, names, shadowed};
use crate::{
    dialect::{Before, Hazard, Mode, Plan, PlanError, Statement, postgres::sql::qualified},
    operation::{self, ApplyError, BulkInsert, Concurrency, Execute, Operation},
    schema::{Constraint, ConstraintRef, Dialect, Ident, ObjectId, Schema, Table, TableName, Type},
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
            source: ApplyError::NoTable { table: table.clone() },
        })
    }

    fn push(&mut self, statement: Statement, hazard: Option<Hazard>) {
        self.plan.statements.push(match hazard {
            Some(hazard) => statement.hazard(hazard),
            None => statement,
        });
    }

    fn add_constraint(&mut self, table: &TableName, constraint: &Constraint) {
        let added = self.added_constraint(table, constraint);
        self.plan.push(added);
    }

    /// Adds a constraint, which is not in memory yet or has its name there.
    fn added_constraint(&self, table: &TableName, constraint: &Constraint) -> Statement {
        let sql = format!("ALTER TABLE {} ADD {}", qualified(table), define::constraint(constraint));
        Statement::new(sql).effect(effect::adds_constraint(self.schema, table, constraint))
    }

    /// Finds the name of a constraint in what is there.
    fn name_of(
        &mut self,
        table: &TableName,
        constraint: &ConstraintRef,
        operation: &Operation,
    ) -> Result<Ident, PlanError> {
        names::name_all(self.schema, table);
        memory::constraint_name(self.owner(table, operation)?, constraint).ok_or_else(|| {
            let source = ApplyError::NoConstraint { table: table.clone(), constraint: constraint.clone() };
            PlanError::Apply { operation: operation.describe(), source }
        })
    }
}

/// What is done while others write is done outside any transaction (manual, CREATE INDEX).
const fn mode(concurrency: Concurrency) -> Mode {
    if concurrency.is_concurrent { Mode::OutsideTransaction } else { Mode::InTransaction }
}

/// Tells whether two names mean one table: `public` is where a name without a schema is looked for.
pub(super) fn is_same(one: &TableName, other: &TableName) -> bool {
    let schema = |name: &TableName| name.schema.clone().filter(|schema| *schema != "public");
    one.name == other.name && schema(one) == schema(other)
}

#[cfg(test)]
mod tests;
