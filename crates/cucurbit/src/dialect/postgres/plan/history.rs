//! What a plan has made and renamed so far, and the hazards of what was there before it.
//!
//! Probes run before the plan, and again when their statement's turn has come; they never ask for what the plan itself
//! makes. Those that speak of something that the plan renames wait for their turn, when it has its new name.

use std::collections::BTreeMap;

use crate::{
    dialect::{
        Hazard, HazardKind,
        offenders::Rows,
        postgres::sql::{qualified, quoted},
    },
    operation::Consent,
    schema::{Dialect, Ident, Table, TableName},
};

/// What a plan has made and renamed so far: tables, and columns by their tables.
#[derive(Debug, Default)]
pub(super) struct History {
    past: BTreeMap<(TableName, Option<Ident>), Past>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Past {
    /// This plan made it: it holds no rows that could be lost.
    Made,
    /// It has another name than before the plan.
    Renamed,
}

impl History {
    pub(super) fn made_table(&mut self, table: &TableName) {
        self.past.insert((table.clone(), None), Past::Made);
    }

    pub(super) fn made_column(&mut self, table: &TableName, column: &Ident) {
        self.past.insert((table.clone(), Some(column.clone())), Past::Made);
    }

    pub(super) fn renamed_table(&mut self, from: &TableName, to: &TableName) {
        let moved = |((table, column), past)| {
            let table = if table == *from { to.clone() } else { table };
            ((table, column), past)
        };
        self.past = std::mem::take(&mut self.past).into_iter().map(moved).collect();
        self.past.entry((to.clone(), None)).or_insert(Past::Renamed);
    }

    pub(super) fn renamed_column(&mut self, table: &TableName, from: &Ident, to: &Ident) {
        let past = self.past.remove(&(table.clone(), Some(from.clone()))).unwrap_or(Past::Renamed);
        self.past.insert((table.clone(), Some(to.clone())), past);
    }

    pub(super) fn dropped_table(&mut self, table: &TableName) {
        self.past.retain(|(owner, _), _| owner != table);
    }

    fn is(&self, past: Past, table: &TableName, column: Option<&Ident>) -> bool {
        self.past.get(&(table.clone(), column.cloned())) == Some(&past)
    }

    /// Tells whether a probe of a table, or of one of its columns, has to wait for its statement's turn.
    pub(super) fn waits(&self, table: &TableName, column: Option<&Ident>) -> bool {
        self.is(Past::Renamed, table, None) || self.is(Past::Renamed, table, column)
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
        let table = &owner.name;
        let key = owner.primary_key().map_or(&[][..], |key| &key.columns);
        let is_old = |column| !self.is_new(table, column) && !self.is(Past::Renamed, table, Some(column));
        if key.iter().all(is_old) { key.to_vec() } else { Vec::new() }
    }

    /// A new column refuses NULL and nothing fills it in the rows there are.
    pub(super) fn holds_rows(&self, table: &TableName, column: &Ident) -> Option<Hazard> {
        self.hazard(HazardKind::NullInNotNull, table, Some(column), None)
    }

    pub(super) fn is_new(&self, table: &TableName, column: &Ident) -> bool {
        self.is(Past::Made, table, None) || self.is(Past::Made, table, Some(column))
    }

    /// Makes a hazard with its probe; a table that the plan made has none.
    fn hazard(
        &self,
        kind: HazardKind,
        table: &TableName,
        column: Option<&Ident>,
        test: Option<&str>,
    ) -> Option<Hazard> {
        if self.is(Past::Made, table, None) {
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
