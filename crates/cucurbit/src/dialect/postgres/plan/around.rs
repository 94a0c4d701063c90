//! What stands around a column that is dropped and added again: keys, checks and indexes go with it, and so do foreign keys
//! that it is a part of; those that refer to a key with it stand in the way.

use std::collections::BTreeSet;

use super::{
    super::{effect, expression, names},
    Planner, comment, is_same,
};
use crate::{
    dialect::Statement,
    operation::Concurrency,
    schema::{Constraint, ForeignKey, Ident, Index, Schema, Table, TableName},
};

/// What is dropped and made again.
#[derive(Debug)]
pub(super) struct Again {
    pub(super) drop: Statement,
    /// With its comment.
    pub(super) make: Vec<Statement>,
}

impl Again {
    /// Drops and makes a constraint of the schema; `None` if it has no name.
    pub(super) fn constraint(schema: &Schema, table: &TableName, constraint: &Constraint) -> Option<Self> {
        let add = effect::add_constraint(schema, table, constraint);
        let comment = comment::on_new_constraint(table, constraint);
        Some(Self {
            drop: effect::drop_constraint(schema, table, constraint.name()?),
            make: std::iter::once(add).chain(comment).collect(),
        })
    }

    /// Drops and makes an index.
    pub(super) fn index(table: &TableName, index: &Index) -> Self {
        let create = effect::create_index(table, index, Concurrency::default());
        Self {
            drop: effect::drop_index(table, &index.name, Concurrency::default()),
            make: std::iter::once(create).chain(comment::on_new_index(table, index)).collect(),
        }
    }
}

/// Writes what makes the keys, checks, exclusions and indexes again that go with a column (manual, ALTER TABLE, DROP
/// COLUMN). Foreign keys are the plan's, which knows the other tables.
pub(super) fn with_column(table: &Table, column: &Ident) -> Vec<Statement> {
    let there = Schema::from_tables([table.clone()]);
    let goes_with_it = |one: &&Constraint| {
        !matches!(one, Constraint::ForeignKey(_))
            && (one.columns().any(|other| other == column)
                || one.expressions().any(|sql| expression::names_column(sql, column)))
    };
    let constraints = table.constraints.iter().filter(goes_with_it);
    let constraints = constraints.filter_map(|one| Again::constraint(&there, &table.name, one));
    let indexes = table.indexes.values().filter(|index| expression::index_names_column(index, column));
    let indexes = indexes.map(|index| Again::index(&table.name, index));
    constraints.chain(indexes).flat_map(|again| again.make).collect()
}

/// Foreign keys by their tables and names.
pub(super) type Around = Vec<(TableName, Ident)>;

impl Planner<'_> {
    /// Drops the foreign keys that stand in the way of dropping columns, and returns all that must come again.
    ///
    /// `owner` is the table as it is before. Keys that merely hold one of the `retyped` columns beside their own are made
    /// again by the server, which minds the foreign keys that refer to them.
    pub(super) fn drop_foreign_keys_around(
        &mut self,
        owner: &Table,
        columns: &[Ident],
        retyped: &[Ident],
    ) -> Around {
        let keys = keys_with(owner, columns, retyped);
        if columns.is_empty() && keys.is_empty() {
            return Around::new();
        }
        let refers = |key: &ForeignKey| {
            let referred = || effect::referred_columns(owner, key).into_iter().collect::<BTreeSet<_>>();
            is_same(&key.referred_table, &owner.name) && keys.contains(&referred())
        };
        let is_around = |table: &TableName, key: &ForeignKey| {
            refers(key) || *table == owner.name && key.columns.iter().any(|column| columns.contains(column))
        };
        let has_one = |table: &&Table| table.foreign_keys().any(|key| is_around(&table.name, key));
        let tables = self.schema.tables.values().filter(has_one).map(|table| table.name.clone());
        let mut around = Around::new();
        for name in tables.collect::<Vec<_>>() {
            names::name_all(self.schema, &name);
            let keys = self.schema.table(&name).into_iter().flat_map(Table::foreign_keys);
            for key in keys.filter(|key| is_around(&name, key)) {
                let Some(found) = &key.name else { continue };
                if refers(key) {
                    self.plan.push(effect::drop_constraint(self.schema, &name, found));
                }
                around.push((name.clone(), found.clone()));
            }
        }
        around
    }

    /// Adds them again, as they are in memory.
    pub(super) fn add_foreign_keys_around(&mut self, around: &Around) {
        for (name, key) in around {
            let is_it =
                |one: &&Constraint| matches!(one, Constraint::ForeignKey(_)) && one.name() == Some(key);
            let found = self.schema.table(name).and_then(|table| table.constraints.iter().find(is_it));
            let again = found.and_then(|found| Again::constraint(self.schema, name, found));
            self.plan.statements.extend(again.into_iter().flat_map(|again| again.make));
        }
    }
}

/// Lists the columns of the keys that go with columns, or hold retyped ones, and that foreign keys may refer to.
fn keys_with<'t>(table: &'t Table, gone: &[Ident], retyped: &[Ident]) -> BTreeSet<BTreeSet<&'t Ident>> {
    let primary_key = table.primary_key().into_iter().map(|key| (&key.columns, &key.include));
    let uniques = table.uniques().map(|unique| (&unique.columns, &unique.include));
    let constraints =
        primary_key.chain(uniques).map(|(columns, include)| (columns.iter().collect(), include));
    let indexes = table.indexes.values().filter_map(|index| Some((index.key()?, &index.include)));
    let goes = |(columns, include): &(BTreeSet<&Ident>, &Vec<Ident>)| {
        columns.iter().any(|column| gone.contains(column))
            || include.iter().any(|column| gone.contains(column) || retyped.contains(column))
    };
    constraints.chain(indexes).filter(goes).map(|(columns, _)| columns).collect()
}
