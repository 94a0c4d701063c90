//! What is created.

use super::{
    super::{define, effect},
    Planner, comment, mode, sequence,
};
use crate::{
    dialect::{
        Done, Hazard, PlanError, Statement,
        postgres::sql::{qualified, quoted},
    },
    operation::{Concurrency, Operation},
    schema::{
        Column, Constraint, Dialect, EnumType, Expression, Ident, Index, Object, PrimaryKey, Schema,
        Sequence, Table, TableName,
    },
};

impl Planner<'_> {
    pub(super) fn create(
        &mut self,
        object: &Object,
        backfill: Option<&Expression>,
        concurrency: Concurrency,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        match object {
            Object::Column { table, column } => self.create_column(table, column, backfill, operation),
            Object::Constraint { table, constraint } => self.create_constraint(table, constraint, operation),
            Object::Enum(new) => self.create_enum(new, operation),
            Object::Index { table, index } => self.create_index(table, index, concurrency, operation),
            Object::Namespace(name) => {
                self.push_on_type(format!("CREATE SCHEMA {}", quoted(name)));
                self.apply(operation)
            }
            Object::Sequence(new) => self.create_sequence(new, operation),
            Object::Table(table) => self.create_table(table),
        }
    }

    fn create_column(
        &mut self,
        table: &TableName,
        column: &Column,
        backfill: Option<&Expression>,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let alone = self.alone(table, column.default.as_slice());
        self.apply(operation)?;
        self.add_column(table, column, backfill, &alone)?;
        self.history.made_column(table, &column.name);
        Ok(())
    }

    fn create_constraint(
        &mut self,
        table: &TableName,
        constraint: &Constraint,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let hazards = match constraint {
            Constraint::PrimaryKey(key) => self.nulls_in_key(table, key),
            Constraint::Unique(_)
            | Constraint::ForeignKey(_)
            | Constraint::Check(_)
            | Constraint::Exclusion(_) => Vec::new(),
        };
        let added = self.added_constraint(table, constraint);
        self.plan.push(Statement { hazards, ..added });
        self.apply(operation)?;
        self.comment_on_last(table, |one| one.is_of_kind_of(constraint));
        Ok(())
    }

    /// The hazards of rows that hold NULL in a new primary key.
    fn nulls_in_key(&self, table: &TableName, primary_key: &PrimaryKey) -> Vec<Hazard> {
        let Some(mut owner) = self.schema.table(table).cloned() else { return Vec::new() };
        let nullable = owner
            .columns
            .iter()
            .filter(|column| column.nullable && primary_key.columns.contains(&column.name));
        let columns: Vec<Ident> = nullable.map(|column| column.name.clone()).collect();
        // The new key tells nothing apart where it is NULL.
        owner.constraints.retain(|one| !matches!(one, Constraint::PrimaryKey(_)));
        columns.iter().filter_map(|column| self.history.has_nulls(&owner, column)).collect()
    }

    fn create_enum(&mut self, new: &EnumType, operation: &Operation) -> Result<(), PlanError> {
        self.push_on_type(define::create_enum(new));
        if let Some(text) = &new.comment {
            self.plan.push(comment::on_enum(&new.name, Some(text)));
        }
        self.apply(operation)
    }

    fn create_index(
        &mut self,
        table: &TableName,
        index: &Index,
        concurrency: Concurrency,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let statement = self
            .made_again(table, index, concurrency)
            .unwrap_or_else(|| effect::create_index(table, index, concurrency));
        self.plan.push(statement.mode(mode(concurrency)));
        self.plan.statements.extend(comment::on_new_index(table, index));
        self.apply(operation)
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
            Dialect::Postgres.canonical(Schema::from_tables([owner])).form().clone()
        };
        if shape(&left) != shape(index) {
            // It is another index that is in the way, and is said to be.
            let owner = self.schema.tables.get_mut(table)?;
            owner.indexes.insert(left.name.clone(), left);
            return None;
        }
        let sql = format!("REINDEX INDEX CONCURRENTLY {}", qualified(&table.sibling(index.name.clone())));
        let done = Done::IndexIsBuilt { index: table.sibling(index.name.clone()) };
        Some(Statement::new(sql).effect(effect::builds_again(table, &index.name)).done(done))
    }

    fn create_sequence(&mut self, new: &Sequence, operation: &Operation) -> Result<(), PlanError> {
        self.plan.statements.extend(sequence::create(new)?);
        self.apply(operation)
    }

    fn create_table(&mut self, table: &Table) -> Result<(), PlanError> {
        let table = &self.without_later(table);
        let alone = self.alone(&table.name, table.columns.iter().flat_map(|one| &one.default));
        self.apply(&Operation::create(table.clone()))?;
        self.history.made_table(&table.name);
        let own = self.own_sequences(&table.name, &table.columns, &alone)?;
        self.plan.statements.extend(own.before);
        let table = &self.with_named_sequences_of(table);
        let keys = || table.foreign_keys().enumerate().filter(|(_, key)| key.is_not_valid);
        let unchecked: Vec<usize> = keys().map(|(place, _)| place).collect();
        let create = Statement::new(define::create_table(table, &unchecked)?);
        self.plan.push(create.effect(effect::creates_table(self.schema, table, &unchecked)));
        self.plan.statements.extend(own.after);
        for (_, key) in keys() {
            self.add_constraint(&table.name, &key.clone().into());
        }
        for check in table.checks().filter(|check| check.is_not_valid) {
            self.add_constraint(&table.name, &check.clone().into());
        }
        for index in table.indexes.values() {
            self.plan.push(effect::create_index(&table.name, index, Concurrency::default()));
        }
        let made = self.schema.table(&table.name).map(comment::on_new_table);
        self.plan.statements.extend(made.into_iter().flatten());
        Ok(())
    }
}
