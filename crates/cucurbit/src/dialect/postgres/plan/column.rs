//! Columns: added, changed, and the computed ones around them.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{
        define::{self, text},
        effect, expression, names,
        sequence::of_column,
    },
    Planner, alter_column,
    around::Around,
    comment,
    sequence::{self, OwnSequence},
};
use crate::{
    dialect::{
        Effect, PlanError, Statement,
        postgres::sql::{qualified, quoted},
    },
    operation::{ColumnChange, Consent, Operation},
    schema::{
        Column, Expression, ForeignKey, Ident, Literal, ObjectName, Sequence, Serial, ServerDefault, Table,
        TableName,
    },
};

/// Sequences that stand alone before an operation.
pub(super) type Alone = BTreeMap<ObjectName, Sequence>;

impl Planner<'_> {
    pub(super) fn create_column(
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

    /// Changes a column, with the foreign keys around it.
    pub(super) fn alter_column_and_around(
        &mut self,
        table: &TableName,
        column: &Ident,
        changes: &[ColumnChange],
        operation: &Operation,
    ) -> Result<(), PlanError> {
        names::name_all(self.schema, table);
        let owner = self.owner(table, operation)?.clone();
        let changes = match owner.column(column) {
            Some(was) => &alter_column::with_array_default(was, changes.to_vec()),
            None => changes,
        };
        let replaced = replaced(&owner, column, changes);
        let is_retyped = owner.column(column).is_some_and(|was| alter_column::is_retyped(was, changes));
        let retyped = is_retyped.then(|| column.clone());
        let around = self.drop_foreign_keys_around(&owner, &replaced, retyped.as_slice());
        let alone = self.alone(table, set_defaults(changes));
        let ends = self.effect_on_ends(&owner, column, changes, &around);
        // The names of what is there are those before a rename.
        self.apply(&Operation::alter_column(table.clone(), column.clone(), changes.to_vec()))?;
        self.alter_column(&owner, column, changes, &alone, &ends)?;
        self.add_foreign_keys_around(&around);
        Ok(())
    }

    pub(super) fn drop_column(
        &mut self,
        table: &TableName,
        column: &Ident,
        consent: Consent,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let statement = format!("ALTER TABLE {} DROP COLUMN {}", qualified(table), quoted(column));
        let hazard = self.history.loses_values(table, column, consent);
        let owner = self.owner(table, operation)?;
        let effect = effect::drops_column(self.schema, owner, column);
        self.push(Statement::new(statement).effect(effect), hazard);
        self.apply(operation)
    }

    pub(super) fn add_column(
        &mut self,
        table: &TableName,
        column: &Column,
        backfill: Option<&Expression>,
        alone: &Alone,
    ) -> Result<(), PlanError> {
        let own = self.own_sequences(table, std::slice::from_ref(column), alone)?;
        own.before.into_iter().for_each(|made| self.plan.push(made));
        let column = &self.with_named_sequence(table, column);
        let add = |column: &Column| {
            let written = define::column(table, column)?;
            let sql = format!("ALTER TABLE {} ADD COLUMN {written}", qualified(table));
            Ok::<_, PlanError>(Statement::new(sql).effect(effect::adds_column(self.schema, table, column)))
        };
        let name = quoted(&column.name);
        match backfill {
            Some(backfill) => {
                self.plan.push(add(&column.clone().nullable())?);
                let fill = format!("UPDATE {} SET {name} = ({})", qualified(table), text(backfill));
                self.plan.push(Statement::new(fill).effect(effect::updates(table)));
                if !column.nullable {
                    let refuse = format!("ALTER TABLE {} ALTER COLUMN {name} SET NOT NULL", qualified(table));
                    self.plan.push(Statement::new(refuse).effect(effect::refuses_null(table, true)));
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
        own.after.into_iter().for_each(|made| self.plan.push(made));
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
        alone: &Alone,
        ends: &Effect,
    ) -> Result<(), PlanError> {
        let Some(was) = owner.column(column) else { return Ok(()) };
        let changes = &self.with_named_sequences(&owner.name, column, changes)[..];
        let refuses_null = changes.iter().any(|change| {
            matches!(
                change,
                ColumnChange::SetNotNull { backfill: None }
                    | ColumnChange::SetDefault(Some(ServerDefault::Identity(_) | ServerDefault::Serial(_)))
            )
        });
        let is_filled =
            changes.iter().any(|change| matches!(change, ColumnChange::SetNotNull { backfill: Some(_) }));
        let is_in_danger = was.nullable && refuses_null && !is_filled;
        let hazard = if is_in_danger { self.history.has_nulls(owner, column) } else { None };
        let unfit = self.cannot_convert(owner, was, changes)?;
        let mut statements = alter_column::alter_column(owner, was, changes, hazard, alone, ends)?;
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
            if let Some(to) = change.new_name() {
                self.history.renamed_column(&owner.name, column, to);
            }
        }
        Ok(())
    }

    /// Says what changes of a column mean for the tables at the other ends of foreign keys; memory is as it is before. Those
    /// that are dropped around the change are not there any more.
    pub(super) fn effect_on_ends(
        &self,
        owner: &Table,
        column: &Ident,
        changes: &[ColumnChange],
        around: &Around,
    ) -> Effect {
        let Some(was) = owner.column(column) else { return Effect::none() };
        if alter_column::is_made_again(was, changes) {
            return effect::drops_column(self.schema, owner, column);
        }
        if !alter_column::is_retyped(was, changes) {
            return Effect::none();
        }
        let is_dropped = |table: &TableName, key: &ForeignKey| {
            around.iter().any(|(of, name)| of == table && key.name.as_ref() == Some(name))
        };
        let from = effect::stored(was);
        let to = alter_column::new_type(changes).unwrap_or_else(|| from.clone());
        effect::retypes_ends(self.schema, owner, column, (&from, &to), is_dropped)
    }

    /// Finds the sequences that stand alone and that columns come to own.
    pub(super) fn alone<'d>(
        &self,
        table: &TableName,
        defaults: impl IntoIterator<Item = &'d ServerDefault>,
    ) -> Alone {
        let named = defaults.into_iter().filter_map(|default| {
            let ServerDefault::Serial(Serial { name, ty: _, options: _ }) = default else { return None };
            name.as_ref()
        });
        let found =
            named.filter_map(|name| self.schema.sequences.get_key_value(&table.sibling(name.clone())));
        found.map(|(name, sequence)| (name.clone(), sequence.clone())).collect()
    }

    /// Writes what makes the sequences of columns that are not those that SERIAL makes.
    pub(super) fn own_sequences(
        &self,
        table: &TableName,
        columns: &[Column],
        alone: &Alone,
    ) -> Result<OwnSequence, PlanError> {
        let mut own = OwnSequence::default();
        let Some(owner) = self.schema.table(table) else { return Ok(own) };
        for column in columns.iter().filter(|column| is_odd_serial(column)) {
            let named = self.with_named_sequence(table, column);
            let Some(sequence) = of_column(table, &named) else { continue };
            let made = sequence::make_own_sequence(owner, column, &sequence, alone.get(&sequence.name))?;
            own.before.extend(made.before);
            own.after.extend(made.after);
        }
        Ok(own)
    }

    /// A sequence that is not the one that SERIAL makes is made by its name, which memory has chosen.
    pub(super) fn with_named_sequence(&self, table: &TableName, column: &Column) -> Column {
        let chosen = self.schema.table(table).and_then(|owner| owner.column(&column.name));
        match (&column.default, chosen.and_then(|column| column.default.as_ref())) {
            (Some(ServerDefault::Serial(serial)), Some(ServerDefault::Serial(Serial { name, .. })))
                if is_odd_serial(column) =>
            {
                let serial = Serial { name: name.clone(), ..serial.clone() };
                column.clone().serial_by(serial)
            }
            (_, _) => column.clone(),
        }
    }

    pub(super) fn with_named_sequences_of(&self, table: &Table) -> Table {
        let columns = table.columns.iter().map(|column| self.with_named_sequence(&table.name, column));
        Table { columns: columns.collect(), ..table.clone() }
    }

    fn with_named_sequences(
        &self,
        table: &TableName,
        column: &Ident,
        changes: &[ColumnChange],
    ) -> Vec<ColumnChange> {
        let renamed = changes.iter().rev().find_map(ColumnChange::new_name);
        let now = self.schema.table(table).and_then(|owner| owner.column(renamed.unwrap_or(column)));
        let chosen = match now.and_then(|column| column.default.as_ref()) {
            Some(ServerDefault::Serial(Serial { name, .. })) => name.clone(),
            Some(_) | None => None,
        };
        let mut changes = changes.to_vec();
        for change in &mut changes {
            if let ColumnChange::SetDefault(Some(ServerDefault::Serial(serial))) = change {
                serial.name.clone_from(&chosen);
            }
        }
        changes
    }

    /// Drops the columns that are computed from one whose type changes: PostgreSQL does not change it under them.
    pub(super) fn drop_computed(&mut self, owner: &Table, computed: &[Ident]) {
        for column in computed {
            let sql = format!("ALTER TABLE {} DROP COLUMN {}", qualified(&owner.name), quoted(column));
            let effect = effect::drops_column(self.schema, owner, column);
            self.plan.push(Statement::new(sql).effect(effect));
        }
    }

    /// Adds them again as they are in memory, with their keys, checks and indexes.
    pub(super) fn add_computed(&mut self, table: &TableName, computed: &[Ident]) -> Result<(), PlanError> {
        let Some(owner) = self.schema.table(table).cloned() else { return Ok(()) };
        for column in computed.iter().filter_map(|name| owner.column(name)) {
            self.add_column(table, column, None, &Alone::new())?;
        }
        // A key, a check or an index may be of several of them.
        let mut made = BTreeSet::new();
        for again in computed.iter().flat_map(|column| alter_column::with_column(&owner, column)) {
            if made.insert(again.sql.clone()) {
                self.plan.push(again);
            }
        }
        Ok(())
    }
}

/// Lists the columns that changes of one drop and add again: itself, if it is recomputed, and those computed from it.
pub(super) fn replaced(owner: &Table, column: &Ident, changes: &[ColumnChange]) -> Vec<Ident> {
    let Some(was) = owner.column(column) else { return Vec::new() };
    let itself = alter_column::is_made_again(was, changes).then(|| column.clone());
    itself.into_iter().chain(retyped_computed(owner, was, changes)).collect()
}

fn retyped_computed(owner: &Table, was: &Column, changes: &[ColumnChange]) -> Vec<Ident> {
    if alter_column::is_retyped(was, changes) { computed_from(owner, &was.name) } else { Vec::new() }
}

/// Lists the defaults that changes set.
pub(super) fn set_defaults(changes: &[ColumnChange]) -> impl Iterator<Item = &ServerDefault> {
    changes.iter().filter_map(|change| {
        if let ColumnChange::SetDefault(default) = change { default.as_ref() } else { None }
    })
}

/// Tells whether a column owns a sequence that is not the one that SERIAL makes.
fn is_odd_serial(column: &Column) -> bool {
    matches!(&column.default, Some(ServerDefault::Serial(serial)) if !serial.is_plain())
}

/// Lists the columns that are computed from a column.
fn computed_from(table: &Table, column: &Ident) -> Vec<Ident> {
    let is_from = |other: &&Column| {
        matches!(&other.default, Some(ServerDefault::Computed { expression, stored: _ })
            if expression::names_column(expression, column))
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
