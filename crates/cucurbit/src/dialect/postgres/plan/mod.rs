//! Operations → statements, in an order that PostgreSQL accepts.

mod around;
mod around_enum;
mod column;
mod comment;
mod convert;
mod deferred;
mod enumeration;
mod history;
mod pending;

use std::collections::BTreeSet;

use self::{column::Alone, history::History};
use super::{
    alter, canonical, comment as comments, current, effect, execute, memory, names, render, sequence,
    shadowed, visit,
};
use crate::{
    dialect::{
        Before, Hazard, LockMode, Mode, Plan, PlanError, Statement,
        sql::{qualified, quoted},
    },
    operation::{self, ApplyError, Concurrency, ConstraintChange, Operation},
    schema::{
        Constraint, ConstraintRef, Dialect, ForeignKey, Ident, Index, ObjectName, PrimaryKey, Schema, Table,
        TableName, TableOption, Type,
    },
};

/// Plans operations; `before` becomes what is there after them, with the names that the server gives.
pub(crate) fn plan(before: &mut Before, operations: &[Operation]) -> Result<Plan, PlanError> {
    let mut operations = operation::for_dialect(operations, Dialect::Postgres);
    for operation in &mut operations {
        visit::operation(operation, &mut names::Cut);
    }
    let current_schema = before.current_schema.clone().unwrap_or_else(|| Ident::new("public"));
    shadowed::say(&mut before.schema, &current_schema);
    let mut planner = Planner {
        schema: &mut before.schema,
        plan: Plan::default(),
        deferred: Vec::new(),
        history: History::default(),
        made_values: BTreeSet::new(),
        is_pending: false,
    };
    for place in 0..operations.len() {
        let (operation, rest) = (operations[place].clone(), &operations[place + 1..]);
        let mut operation = current::located(operation, planner.schema, &current_schema);
        visit::operation(&mut operation, &mut shadowed::Said(&current_schema));
        planner.refuse_other_values(&operation)?;
        let (start, deferred) = (planner.plan.statements.len(), planner.initially_deferred());
        planner.step(operation.clone(), rest)?;
        planner.check_pending(start, &operation, deferred);
    }
    let plan = planner.plan;
    shadowed::leave_out(&mut before.schema, &current_schema);
    Ok(plan)
}

/// A plan being made.
struct Planner<'b> {
    schema: &'b mut Schema,
    plan: Plan,
    /// Foreign keys that wait for the table they refer to.
    deferred: Vec<(TableName, ForeignKey)>,
    history: History,
    /// Values of enum types that were made before their turn.
    made_values: BTreeSet<(ObjectName, String)>,
    /// Whether rows were changed whose checks may be put off to the end of the transaction.
    is_pending: bool,
}

impl Planner<'_> {
    fn step(&mut self, operation: Operation, rest: &[Operation]) -> Result<(), PlanError> {
        match &operation {
            Operation::AddColumn { table, column, backfill } => {
                let alone = self.alone(table, column.default.as_slice());
                self.apply(&operation)?;
                self.add_column(table, column, backfill.as_ref(), &alone)?;
                self.history.made_column(table, &column.name);
                Ok(())
            }
            Operation::AlterColumn { table, column, changes } => {
                names::name_all(self.schema, table);
                let owner = self.owner(table, &operation)?.clone();
                let changes = match owner.column(column) {
                    Some(was) => &alter::with_array_default(was, changes.clone()),
                    None => changes,
                };
                let replaced = column::replaced(&owner, column, changes);
                let is_retyped = owner.column(column).is_some_and(|was| alter::is_retyped(was, changes));
                let retyped = is_retyped.then(|| column.clone());
                let around = self.drop_foreign_keys_around(&owner, &replaced, retyped.as_slice());
                let alone = self.alone(table, column::set_defaults(changes));
                let ends = self.effect_on_ends(&owner, column, changes, &around);
                // The names of what is there are those before a rename.
                let (table, column) = (table.clone(), column.clone());
                self.apply(&Operation::AlterColumn {
                    table,
                    column: column.clone(),
                    changes: changes.clone(),
                })?;
                self.alter_column(&owner, &column, changes, &alone, &ends)?;
                self.add_foreign_keys_around(&around);
                Ok(())
            }
            Operation::AlterConstraint { table, constraint, change } => {
                self.alter_constraint(table, constraint, change, &operation)
            }
            Operation::AlterEnum { name, change } => {
                self.alter_enum(name, change, rest)?;
                self.apply(&operation)
            }
            Operation::AlterSequence { name, changes: _ } => self.alter_sequence(name, &operation),
            Operation::BulkInsert(insert) => {
                if let Some(reason) = insert.misfit() {
                    return Err(PlanError::MalformedRows { operation: operation.describe(), reason });
                }
                let table = self.schema.table(&insert.table);
                let ty = |name| Some(table?.column(name)?.ty.on(Dialect::Postgres));
                let types: Vec<Option<&Type>> = insert.columns.iter().map(ty).collect();
                let inserts = render::inserts(insert, &types);
                let effect = effect::inserts(self.schema, insert);
                let inserts = inserts.into_iter().map(|sql| Statement::new(sql).effect(effect.clone()));
                self.plan.statements.extend(inserts);
                Ok(())
            }
            Operation::CreateCheck { table, check } => {
                self.add_constraint(table, &check.clone().into());
                self.apply(&operation)?;
                self.comment_on_last(table, |one| matches!(one, Constraint::Check(_)));
                Ok(())
            }
            Operation::CreateExclusion { table, exclusion } => {
                self.add_constraint(table, &exclusion.clone().into());
                self.apply(&operation)?;
                self.comment_on_last(table, |one| matches!(one, Constraint::Exclusion(_)));
                Ok(())
            }
            Operation::CreateEnum(new) => {
                self.push_on_type(render::create_enum(new));
                if let Some(comment) = &new.comment {
                    self.plan.push(comments::on_enum(&new.name, Some(comment)));
                }
                self.apply(&operation)
            }
            Operation::CreateForeignKey { table, foreign_key } => {
                self.add_constraint(table, &foreign_key.clone().into());
                self.apply(&operation)?;
                self.comment_on_last(table, |one| matches!(one, Constraint::ForeignKey(_)));
                Ok(())
            }
            Operation::CreateIndex { table, index, concurrency } => {
                let statement = self
                    .made_again(table, index, *concurrency)
                    .unwrap_or_else(|| effect::create_index(table, index, *concurrency));
                self.plan.push(statement.mode(mode(*concurrency)));
                self.plan.statements.extend(comments::on_new_index(table, index));
                self.apply(&operation)?;
                self.add_deferred(table);
                Ok(())
            }
            Operation::CreatePrimaryKey { table, primary_key } => {
                self.create_primary_key(table, primary_key);
                self.apply(&operation)?;
                self.comment_on_last(table, |one| matches!(one, Constraint::PrimaryKey(_)));
                self.add_deferred(table);
                Ok(())
            }
            Operation::CreateSchema { name } => {
                self.push_on_type(format!("CREATE SCHEMA {}", quoted(name)));
                self.apply(&operation)
            }
            Operation::CreateSequence(new) => {
                self.plan.statements.extend(sequence::create(new)?);
                self.apply(&operation)
            }
            Operation::CreateTable(table) => {
                let alone = self.alone(&table.name, table.columns.iter().flat_map(|one| &one.default));
                self.apply(&operation)?;
                self.create_table(table, rest, &alone)
            }
            Operation::CreateUnique { table, unique } => {
                self.add_constraint(table, &unique.clone().into());
                self.apply(&operation)?;
                self.comment_on_last(table, |one| matches!(one, Constraint::Unique(_)));
                self.add_deferred(table);
                Ok(())
            }
            Operation::DropColumn { table, column, consent } => {
                let statement = format!("ALTER TABLE {} DROP COLUMN {}", qualified(table), quoted(column));
                let hazard = self.history.loses_values(table, column, *consent);
                let owner = self.owner(table, &operation)?;
                let effect = effect::drops_column(self.schema, owner, column);
                self.push(Statement::new(statement).effect(effect), hazard);
                self.apply(&operation)
            }
            Operation::DropConstraint { table, constraint } => {
                self.drop_constraint(table, constraint, &operation)
            }
            Operation::DropIndex { table, name, concurrency } => {
                self.drop_foreign_keys_by(table, name, rest)?;
                self.plan.push(effect::drop_index(table, name, *concurrency).mode(mode(*concurrency)));
                self.apply(&operation)
            }
            Operation::DropEnum { name } => {
                self.refuse_used(name, &operation)?;
                self.apply(&operation)?;
                self.push_on_type(format!("DROP TYPE {}", qualified(name)));
                Ok(())
            }
            Operation::DropSchema { name } => {
                self.push_on_type(format!("DROP SCHEMA {}", quoted(name)));
                self.apply(&operation)
            }
            Operation::DropSequence { name } => {
                self.plan.push(sequence::drop(name));
                self.apply(&operation)
            }
            Operation::DropTable { table, consent } => {
                self.drop_foreign_keys_to(table, rest)?;
                let hazard = self.history.loses_rows(table, *consent);
                let owner = self.owner(table, &operation)?;
                let drop = Statement::new(format!("DROP TABLE {}", qualified(table)));
                self.push(drop.effect(effect::drops_table(self.schema, owner)), hazard);
                self.apply(&operation)?;
                self.forget(table);
                Ok(())
            }
            Operation::Execute(execute) => {
                self.plan.statements.extend(execute::statements(execute)?);
                let mut means = execute.means.clone().unwrap_or_default();
                means = operation::for_dialect(&means, Dialect::Postgres);
                means.iter().try_for_each(|meant| self.apply(meant))
            }
            // The runner runs it; it leaves the schema as it is.
            Operation::Run { .. } => Ok(()),
            Operation::Irreversible { reason } => Err(PlanError::Irreversible { reason: reason.clone() }),
            Operation::On { dialect: _, operations } => {
                operations.iter().try_for_each(|inner| self.step(inner.clone(), rest))
            }
            Operation::RenameIndex { table, name, to } => {
                let index = qualified(&table.sibling(name.clone()));
                let rename = Statement::new(format!("ALTER INDEX {index} RENAME TO {}", quoted(to)));
                let effect = effect::about_index(table, name, LockMode::ShareUpdateExclusive);
                self.plan.push(rename.effect(effect));
                self.apply(&operation)
            }
            Operation::RenameTable { table, to } => {
                let rename = format!("ALTER TABLE {} RENAME TO {}", qualified(table), quoted(to));
                self.plan.push(Statement::new(rename).effect(effect::alters(table)));
                self.apply(&operation)?;
                self.follow_table(table, &table.sibling(to.clone()));
                self.add_deferred(&table.sibling(to.clone()));
                Ok(())
            }
            Operation::SetTableOption { table, option: TableOption::Unlogged, is_set } => {
                let word = if *is_set { "UNLOGGED" } else { "LOGGED" };
                let set = Statement::new(format!("ALTER TABLE {} SET {word}", qualified(table)));
                let owner = self.owner(table, &operation)?;
                self.plan.push(set.effect(effect::sets_logged(self.schema, owner, !*is_set)));
                self.apply(&operation)
            }
            // The others are SQLite's.
            Operation::SetTableOption { .. } => self.apply(&operation),
            Operation::SetTableComment { table, comment } => {
                self.plan.push(comments::on_table(table, comment.as_ref()));
                self.apply(&operation)
            }
            Operation::SetIndexComment { table, name, comment } => {
                self.plan.push(comments::on_index(table, name, comment.as_ref()));
                self.apply(&operation)
            }
        }
    }

    fn apply(&mut self, operation: &Operation) -> Result<(), PlanError> {
        memory::apply(self.schema, operation)
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

    /// Makes an index again that an attempt to make it left useless: `CREATE INDEX CONCURRENTLY` leaves one behind where
    /// it fails (manual, CREATE INDEX, "Building Indexes Concurrently").
    fn made_again(
        &mut self,
        table: &TableName,
        index: &Index,
        concurrency: Concurrency,
    ) -> Option<Statement> {
        let left = self.schema.tables.get_mut(table)?.indexes.get(&index.name)?.clone();
        if !left.is_invalid || !concurrency.is_concurrent {
            return None;
        }
        let owner = self.schema.tables.get_mut(table)?;
        owner.indexes.remove(&index.name);
        let shape = |index: &Index| {
            let made = Index { is_invalid: false, comment: None, ..index.clone() };
            let mut owner = Table { columns: owner.columns.clone(), ..Table::new(table.clone()) };
            owner.indexes.insert(made.name.clone(), made);
            canonical::canonical(Schema::from_tables([owner]), None).form().clone()
        };
        if shape(&left) != shape(index) {
            // It is another index that is in the way, and is said to be.
            let owner = self.schema.tables.get_mut(table)?;
            owner.indexes.insert(left.name.clone(), left);
            return None;
        }
        let sql = format!("REINDEX INDEX CONCURRENTLY {}", qualified(&table.sibling(index.name.clone())));
        Some(Statement::new(sql).effect(effect::builds_again(table, &index.name)))
    }

    /// Adds a constraint, which is not in memory yet or has its name there.
    fn add_constraint(&mut self, table: &TableName, constraint: &Constraint) {
        let sql = format!("ALTER TABLE {} ADD {}", qualified(table), render::constraint(constraint));
        let effect = effect::adds_constraint(self.schema, table, constraint);
        self.plan.push(Statement::new(sql).effect(effect));
    }

    fn create_table(&mut self, table: &Table, rest: &[Operation], alone: &Alone) -> Result<(), PlanError> {
        self.history.made_table(&table.name);
        let own = self.own_sequences(&table.name, &table.columns, alone)?;
        self.plan.statements.extend(own.before);
        let table = &self.with_named_sequences_of(table);
        let keys = || table.foreign_keys().enumerate();
        let later: Vec<usize> =
            keys().filter(|(_, key)| self.is_later(table, key, rest)).map(|(place, _)| place).collect();
        let unchecked: Vec<usize> = keys()
            .filter(|(place, key)| key.is_not_valid && !later.contains(place))
            .map(|(place, _)| place)
            .collect();
        let left_out = [later.as_slice(), &unchecked].concat();
        let create = Statement::new(render::create_table(table, &left_out)?);
        self.plan.push(create.effect(effect::creates_table(self.schema, table, &left_out)));
        self.plan.statements.extend(own.after);
        let deferred = keys().filter(|(place, _)| later.contains(place));
        self.deferred.extend(deferred.map(|(_, key)| (table.name.clone(), key.clone())));
        for (_, key) in keys().filter(|(place, _)| unchecked.contains(place)) {
            self.add_constraint(&table.name, &key.clone().into());
        }
        for check in table.checks().filter(|check| check.is_not_valid) {
            self.add_constraint(&table.name, &check.clone().into());
        }
        for index in table.indexes.values() {
            self.plan.push(effect::create_index(&table.name, index, Concurrency::default()));
        }
        let made = self.schema.table(&table.name).map(|made| comments::on_new_table(made, &later));
        self.plan.statements.extend(made.into_iter().flatten());
        self.add_deferred(&table.name);
        Ok(())
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

    fn alter_constraint(
        &mut self,
        table: &TableName,
        constraint: &ConstraintRef,
        change: &ConstraintChange,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let name = self.name_of(table, constraint, operation)?;
        let constraint = ConstraintRef::Named(name.clone());
        let owner = self.owner(table, operation)?;
        let found = operation::resolve_constraint(owner, &constraint).map(|place| &owner.constraints[place]);
        let is_foreign_key = matches!(found, Some(Constraint::ForeignKey(_)));
        let validates = found.map(|found| effect::validates(self.schema, table, found));
        let alter = format!("ALTER TABLE {}", qualified(table));
        let quoted_name = quoted(&name);
        let alters = |sql: String| Statement::new(sql).effect(effect::alters(table));
        self.plan.push(match change {
            ConstraintChange::Rename { to } => {
                alters(format!("{alter} RENAME CONSTRAINT {quoted_name} TO {}", quoted(to)))
            }
            ConstraintChange::SetComment(comment) => comments::on_constraint(table, &name, comment.as_ref()),
            ConstraintChange::SetDeferral(deferral) => {
                if !is_foreign_key {
                    return Err(PlanError::Unsupported {
                        dialect: Dialect::Postgres,
                        operation: operation.describe(),
                        reason: "only of a foreign key can it be changed; drop the constraint and create it"
                            .to_owned(),
                    });
                }
                alters(format!("{alter} ALTER CONSTRAINT {quoted_name} {}", deferral.sql()))
            }
            ConstraintChange::Validate => Statement {
                effect: validates,
                ..Statement::new(format!("{alter} VALIDATE CONSTRAINT {quoted_name}"))
            },
        });
        self.apply(&Operation::AlterConstraint { table: table.clone(), constraint, change: change.clone() })
    }

    fn drop_constraint(
        &mut self,
        table: &TableName,
        constraint: &ConstraintRef,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let name = self.name_of(table, constraint, operation)?;
        let owner = self.owner(table, operation)?;
        let found = operation::resolve_constraint(owner, &ConstraintRef::Named(name.clone()));
        let found = found.map(|place| &owner.constraints[place]);
        let effect = effect::drops_constraint(self.schema, table, found);
        let sql = format!("ALTER TABLE {} DROP CONSTRAINT {}", qualified(table), quoted(&name));
        self.plan.push(Statement::new(sql).effect(effect));
        self.apply(&Operation::DropConstraint {
            table: table.clone(),
            constraint: ConstraintRef::Named(name),
        })
    }

    fn create_primary_key(&mut self, table: &TableName, primary_key: &PrimaryKey) {
        let nullable = self.schema.table(table).into_iter().flat_map(|table| &table.columns);
        let nullable =
            nullable.filter(|column| column.nullable && primary_key.columns.contains(&column.name));
        let columns: Vec<Ident> = nullable.map(|column| column.name.clone()).collect();
        // The new key tells nothing apart where it is NULL.
        let mut owner = self.schema.table(table).cloned();
        owner
            .iter_mut()
            .for_each(|owner| owner.constraints.retain(|one| !matches!(one, Constraint::PrimaryKey(_))));
        let nulls = |owner: &Table| {
            columns.iter().filter_map(|column| self.history.has_nulls(owner, column)).collect()
        };
        let hazards = owner.as_ref().map(nulls).unwrap_or_default();
        let sql = format!("ALTER TABLE {} ADD {}", qualified(table), render::primary_key(primary_key));
        let effect = effect::adds_constraint(self.schema, table, &primary_key.clone().into());
        self.plan.push(Statement { hazards, ..Statement::new(sql).effect(effect) });
    }

    /// A table has another name from now on, also where it is waited for.
    fn follow_table(&mut self, from: &TableName, to: &TableName) {
        self.history.renamed_table(from, to);
        for (owner, _) in self.deferred.iter_mut().filter(|(owner, _)| owner == from) {
            *owner = to.clone();
        }
    }

    /// A dropped table's name may be given again, to a table that is new.
    fn forget(&mut self, table: &TableName) {
        self.history.dropped_table(table);
        self.deferred.retain(|(owner, _)| owner != table);
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
