//! What a plan has made and renamed so far, and the hazards of what was there before it.
//!
//! Probes run before the plan, and again when their statement's turn has come; they never ask for what the plan itself
//! makes. Those that speak of something that the plan renames wait for their turn, when it has its new name.

use std::collections::BTreeSet;

use crate::{
    dialect::{
        Hazard, HazardKind,
        offenders::Rows,
        postgres::sql::{qualified, quoted},
    },
    operation::Consent,
    schema::{Dialect, Ident, Table, TableName},
};

/// What a plan has made and renamed so far.
#[derive(Debug, Default)]
pub(super) struct History {
    /// What this plan made: it holds no rows that could be lost.
    new_tables: BTreeSet<TableName>,
    new_columns: BTreeSet<(TableName, Ident)>,
    /// What has another name than before the plan.
    renamed: BTreeSet<TableName>,
    renamed_columns: BTreeSet<(TableName, Ident)>,
}

impl History {
    pub(super) fn made_table(&mut self, table: &TableName) {
        self.new_tables.insert(table.clone());
    }

    pub(super) fn made_column(&mut self, table: &TableName, column: &Ident) {
        self.new_columns.insert((table.clone(), column.clone()));
    }

    pub(super) fn renamed_table(&mut self, from: &TableName, to: &TableName) {
        if self.new_tables.remove(from) {
            self.new_tables.insert(to.clone());
        } else {
            self.renamed.remove(from);
            self.renamed.insert(to.clone());
        }
        let moved = |(table, column): (TableName, Ident)| {
            if table == *from { (to.clone(), column) } else { (table, column) }
        };
        self.new_columns = std::mem::take(&mut self.new_columns).into_iter().map(moved).collect();
        self.renamed_columns = std::mem::take(&mut self.renamed_columns).into_iter().map(moved).collect();
    }

    pub(super) fn renamed_column(&mut self, table: &TableName, from: &Ident, to: &Ident) {
        let (from, to) = ((table.clone(), from.clone()), (table.clone(), to.clone()));
        if self.new_columns.remove(&from) {
            self.new_columns.insert(to);
        } else {
            self.renamed_columns.remove(&from);
            self.renamed_columns.insert(to);
        }
    }

    pub(super) fn dropped_table(&mut self, table: &TableName) {
        self.new_tables.remove(table);
        self.renamed.remove(table);
        self.new_columns.retain(|(owner, _)| owner != table);
        self.renamed_columns.retain(|(owner, _)| owner != table);
    }

    /// Tells whether a probe of a table, or of one of its columns, has to wait for its statement's turn.
    pub(super) fn waits(&self, table: &TableName, column: Option<&Ident>) -> bool {
        self.renamed.contains(table) || column.is_some_and(|column| self.is_renamed(table, column))
    }

    fn is_renamed(&self, table: &TableName, column: &Ident) -> bool {
        self.renamed_columns.contains(&(table.clone(), column.clone()))
    }

    /// A table is dropped with the rows it holds.
    pub(super) fn loses_rows(&self, table: &TableName, consent: Consent) -> Option<Hazard> {
        if consent.is_given {
            return None;
        }
        self.hazard(HazardKind::LosesData, table, None, None)
    }

    /// A column is dropped with the values it holds.
    pub(super) fn loses_values(&self, table: &TableName, column: &Ident, consent: Consent) -> Option<Hazard> {
        if consent.is_given || self.is_new(table, column) {
            return None;
        }
        self.hazard(HazardKind::LosesData, table, Some(column), Some("IS NOT NULL"))
    }

    /// Some of a column's values stand in the way: those for which a condition holds.
    pub(super) fn holds_some(
        &self,
        kind: HazardKind,
        owner: &Table,
        column: &Ident,
        condition: impl FnOnce(&str) -> String,
    ) -> Option<Hazard> {
        let table = &owner.name;
        if self.is_new(table, column) {
            return None;
        }
        let hazard = self.hazard(kind, table, Some(column), None)?;
        let condition = condition(&quoted(column));
        let probe = format!("SELECT EXISTS (SELECT 1 FROM {} WHERE {condition})::int", qualified(table));
        let value = format!("pg_catalog.quote_literal({}::text)", quoted(column));
        let offenders = Some(self.offenders(owner, &condition, &value));
        Some(Hazard { probe, offenders, ..hazard })
    }

    /// A column refuses NULL that holds it.
    pub(super) fn has_nulls(&self, owner: &Table, column: &Ident) -> Option<Hazard> {
        let table = &owner.name;
        // A column that this plan added holds NULL in every row there is.
        let test = if self.is_new(table, column) { None } else { Some("IS NULL") };
        let hazard = self.hazard(HazardKind::NullInNotNull, table, Some(column), test)?;
        let condition = format!("{} IS NULL", quoted(column));
        let offenders = test.map(|_| self.offenders(owner, &condition, "NULL"));
        Some(Hazard { offenders, ..hazard })
    }

    /// Writes the query that shows the rows of a table for which a condition holds, each with a value. Both are SQL.
    pub(super) fn offenders(&self, owner: &Table, condition: &str, value: &str) -> String {
        let key: Vec<Ident> = self.key(owner);
        let table = qualified(&owner.name);
        Rows { dialect: Dialect::Postgres, table: &table, key: &key, place: "ctid", condition }.query(value)
    }

    /// The columns of a table's primary key; none where this plan made or renamed one of them.
    pub(super) fn key(&self, owner: &Table) -> Vec<Ident> {
        let columns = owner.primary_key().into_iter().flat_map(|key| &key.columns);
        let is_old =
            |column: &Ident| !(self.is_new(&owner.name, column) || self.is_renamed(&owner.name, column));
        let old = columns.map(|column| is_old(column).then(|| column.clone()));
        old.collect::<Option<_>>().unwrap_or_default()
    }

    /// A new column refuses NULL and nothing fills it in the rows there are.
    pub(super) fn holds_rows(&self, table: &TableName, column: &Ident) -> Option<Hazard> {
        self.hazard(HazardKind::NullInNotNull, table, Some(column), None)
    }

    pub(super) fn is_new(&self, table: &TableName, column: &Ident) -> bool {
        self.new_tables.contains(table) || self.new_columns.contains(&(table.clone(), column.clone()))
    }

    /// Makes a hazard with its probe; a table that the plan made has none.
    fn hazard(
        &self,
        kind: HazardKind,
        table: &TableName,
        column: Option<&Ident>,
        test: Option<&str>,
    ) -> Option<Hazard> {
        if self.new_tables.contains(table) {
            return None;
        }
        let condition = column.zip(test).map(|(column, test)| format!(" WHERE {} {test}", quoted(column)));
        let condition = condition.unwrap_or_default();
        let probe = format!("SELECT EXISTS (SELECT 1 FROM {}{condition})::int", qualified(table));
        Some(Hazard {
            kind,
            table: table.clone(),
            column: column.cloned(),
            probe,
            offenders: None,
            waits: self.waits(table, column),
        })
    }
}
