//! Columns: added, changed, and the computed ones around them.

use std::collections::BTreeSet;

use super::{
    super::{
        alter, comment, expression,
        render::{self, text},
    },
    Planner,
};
use crate::{
    dialect::{
        PlanError,
        sql::{qualified, quoted},
    },
    operation::{ColumnChange, Consent},
    schema::{Column, Expression, Ident, Literal, ServerDefault, Table, TableName},
};

impl Planner<'_> {
    pub(super) fn add_column(
        &mut self,
        table: &TableName,
        column: &Column,
        backfill: Option<&Expression>,
    ) -> Result<(), PlanError> {
        let add = |column: &Column| {
            Ok::<_, PlanError>(format!(
                "ALTER TABLE {} ADD COLUMN {}",
                qualified(table),
                render::column(table, column)?
            ))
        };
        let name = quoted(&column.name);
        match backfill {
            Some(backfill) => {
                self.plan.push(add(&column.clone().nullable())?);
                self.plan.push(format!("UPDATE {} SET {name} = ({})", qualified(table), text(backfill)));
                if !column.nullable {
                    self.plan
                        .push(format!("ALTER TABLE {} ALTER COLUMN {name} SET NOT NULL", qualified(table)));
                }
            }
            None => {
                let is_filled = !matches!(column.default, None | Some(ServerDefault::Literal(Literal::Null)));
                let hazard = if column.nullable || is_filled {
                    None
                } else {
                    self.history.holds_rows(table, &column.name)
                };
                self.push(add(column)?, hazard);
            }
        }
        if let Some(comment) = &column.comment {
            self.plan.push(comment::on_column(table, &column.name, Some(comment)));
        }
        Ok(())
    }

    pub(super) fn alter_column(
        &mut self,
        owner: &Table,
        column: &Ident,
        changes: &[ColumnChange],
    ) -> Result<(), PlanError> {
        let Some(was) = owner.column(column) else { return Ok(()) };
        let refuses_null = changes.iter().any(|change| match change {
            ColumnChange::SetNotNull { backfill } => backfill.is_none(),
            ColumnChange::SetDefault(Some(ServerDefault::Identity(_) | ServerDefault::Serial)) => true,
            ColumnChange::Rename { .. }
            | ColumnChange::LosesData
            | ColumnChange::SetCollation(_)
            | ColumnChange::SetComment(_)
            | ColumnChange::SetDefault(_)
            | ColumnChange::SetNullable
            | ColumnChange::SetType { .. } => false,
        });
        let is_filled =
            changes.iter().any(|change| matches!(change, ColumnChange::SetNotNull { backfill: Some(_) }));
        let is_in_danger = was.nullable && refuses_null && !is_filled;
        let hazard = if is_in_danger { self.history.has_nulls(owner, column) } else { None };
        let unfit = self.cannot_convert(owner, was, changes)?;
        let mut statements = alter::alter_column(owner, was, changes, hazard)?;
        if let Some(first) = statements.first_mut() {
            first.hazards.extend(unfit);
        }
        if becomes_computed(was, changes)
            && let Some(first) = statements.first_mut()
        {
            let consent = Consent { is_given: changes.contains(&ColumnChange::LosesData) };
            first.hazards.extend(self.history.loses_values(&owner.name, column, consent));
        }
        let computed = retyped_computed(owner, was, changes);
        self.drop_computed(owner, &computed);
        self.plan.statements.extend(statements);
        self.add_computed(&owner.name, &computed)?;
        for change in changes {
            if let ColumnChange::Rename { to } = change {
                self.history.renamed_column(&owner.name, column, to);
            }
        }
        Ok(())
    }

    /// Drops the columns that are computed from one whose type changes: PostgreSQL does not change it under them.
    pub(super) fn drop_computed(&mut self, owner: &Table, computed: &[Ident]) {
        for column in computed {
            self.plan.push(format!("ALTER TABLE {} DROP COLUMN {}", qualified(&owner.name), quoted(column)));
        }
    }

    /// Adds them again as they are in memory, with their keys, checks and indexes.
    pub(super) fn add_computed(&mut self, table: &TableName, computed: &[Ident]) -> Result<(), PlanError> {
        let Some(owner) = self.schema.table(table).cloned() else { return Ok(()) };
        for column in computed.iter().filter_map(|name| owner.column(name)) {
            self.add_column(table, column, None)?;
        }
        // A key, a check or an index may be of several of them.
        let mut made = BTreeSet::new();
        for sql in computed.iter().flat_map(|column| alter::with_column(&owner, column)) {
            if made.insert(sql.clone()) {
                self.plan.push(sql);
            }
        }
        Ok(())
    }
}

/// Lists the columns that changes of one drop and add again: itself, if it is computed anew, and those computed from it.
pub(super) fn replaced(owner: &Table, column: &Ident, changes: &[ColumnChange]) -> Vec<Ident> {
    let Some(was) = owner.column(column) else { return Vec::new() };
    let itself = alter::is_made_again(was, changes).then(|| column.clone());
    itself.into_iter().chain(retyped_computed(owner, was, changes)).collect()
}

fn retyped_computed(owner: &Table, was: &Column, changes: &[ColumnChange]) -> Vec<Ident> {
    if alter::is_retyped(was, changes) { computed_from(owner, &was.name) } else { Vec::new() }
}

/// Lists the columns that are computed from a column.
fn computed_from(table: &Table, column: &Ident) -> Vec<Ident> {
    let is_from = |other: &&Column| match &other.default {
        Some(ServerDefault::Computed { expression, stored: _ }) => {
            expression::names_column(expression, column)
        }
        Some(
            ServerDefault::Expression(_)
            | ServerDefault::Identity(_)
            | ServerDefault::Literal(_)
            | ServerDefault::Serial,
        )
        | None => false,
    };
    table.columns.iter().filter(is_from).map(|other| other.name.clone()).collect()
}

/// Tells whether the values that a column holds give way to computed ones.
fn becomes_computed(was: &Column, changes: &[ColumnChange]) -> bool {
    let is_computed = matches!(was.default, Some(ServerDefault::Computed { .. }));
    let computes = |change: &ColumnChange| {
        matches!(change, ColumnChange::SetDefault(Some(ServerDefault::Computed { .. })))
    };
    !is_computed && changes.iter().any(computes)
}
