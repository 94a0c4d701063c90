//! Columns: added, changed, and the computed ones around them.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{
        define::{self, text},
        effect, expression, names,
        sequence::of_column,
        types,
    },
    Planner,
    alter_column::{self, Changes, is_computed},
    around::{Around, with_column},
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
        let mut changes = changes.to_vec();
        if let Some(was) = owner.column(column) {
            let array = Changes::of(&changes).array_default(was);
            changes.extend(array.map(|default| ColumnChange::SetDefault(Some(default))));
        }
        let altered = Operation::alter_column(table.clone(), column.clone(), changes.clone());
        let Some(was) = owner.column(column) else { return self.apply(&altered) };
        let mut changes = Changes::of(&changes);
        let is_retyped = changes.retype(was);
        // What is computed from it stands in the way of another type.
        let computed = if is_retyped { computed_from(&owner, column) } else { Vec::new() };
        let itself = changes.make_again(was).then(|| column.clone());
        let replaced: Vec<Ident> = itself.into_iter().chain(computed.iter().cloned()).collect();
        let retyped = is_retyped.then(|| column.clone());
        let around = self.drop_foreign_keys_around(&owner, &replaced, retyped.as_slice());
        let alone = self.alone(table, changes.new_default());
        let ends = self.effect_on_ends(&owner, was, &changes, &around);
        // The names of what is there are those before a rename.
        self.apply(&altered)?;
        let unfit = self.cannot_convert(&owner, was, &changes, &altered)?;
        let now = self.schema.table(table).and_then(|now| now.column(changes.rename.unwrap_or(column)));
        // Memory has chosen the name of the sequence.
        let chosen = now.and_then(|now| now.default.clone());
        if let Some(ServerDefault::Serial(_)) = changes.new_default() {
            changes.default = Some(&chosen);
        }
        let is_in_danger = was.nullable && changes.refuse_nulls();
        let hazard = if is_in_danger { self.history.has_nulls(&owner, column) } else { None };
        let mut statements = alter_column::alter_column(&owner, was, &changes, hazard, &alone, &ends)?;
        if let Some(first) = statements.first_mut() {
            first.hazards.extend(unfit);
            // The values that it holds give way to computed ones.
            if changes.compute() && !was.default.as_ref().is_some_and(is_computed) {
                first.hazards.extend(self.history.loses_values(table, column, changes.consent));
            }
        }
        self.drop_computed(&owner, &computed);
        self.plan.statements.extend(statements);
        self.add_computed(table, &computed)?;
        if let Some(to) = changes.rename {
            self.history.renamed_column(table, column, to);
        }
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
        let owner = self.owner(table, operation)?;
        let default = owner.column(column).and_then(|column| column.default.as_ref());
        // What is computed can be computed again.
        let is_kept = !default.is_some_and(is_computed);
        let hazard = is_kept.then(|| self.history.loses_values(table, column, consent)).flatten();
        let drop = effect::drop_column(self.schema, owner, column);
        self.push(drop, hazard);
        self.apply(operation)
    }

    pub(super) fn add_column(
        &mut self,
        table: &TableName,
        column: &Column,
        backfill: Option<&Expression>,
        alone: &Alone,
    ) -> Result<(), PlanError> {
        let column = &self.with_named_sequence(table, column);
        let own = self.own_sequences(table, std::slice::from_ref(column), alone)?;
        self.plan.statements.extend(own.before);
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
        self.plan.statements.extend(own.after);
        if let Some(comment) = &column.comment {
            self.plan.push(comment::on_column(table, &column.name, Some(comment)));
        }
        Ok(())
    }

    /// Says what changes of a column mean for the tables at the other ends of foreign keys; memory is as it is before. Those
    /// that are dropped around the change are not there any more.
    pub(super) fn effect_on_ends(
        &self,
        owner: &Table,
        was: &Column,
        changes: &Changes<'_>,
        around: &Around,
    ) -> Effect {
        if changes.make_again(was) {
            return effect::drops_column(self.schema, owner, &was.name);
        }
        if !changes.retype(was) {
            return Effect::none();
        }
        let is_dropped = |table: &TableName, key: &ForeignKey| {
            around.iter().any(|(of, name)| of == table && key.name.as_ref() == Some(name))
        };
        let from = effect::stored(was);
        let to = changes.ty.map_or_else(|| from.clone(), |(ty, _)| types::stored(ty));
        effect::retypes_ends(self.schema, owner, &was.name, (&from, &to), is_dropped)
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
            let Some(sequence) = of_column(table, column) else { continue };
            let made = sequence::make_own_sequence(owner, column, &sequence, alone.get(&sequence.name))?;
            own.before.extend(made.before);
            own.after.extend(made.after);
        }
        Ok(own)
    }

    /// A sequence that is not the one that SERIAL makes is made by its name, which memory has chosen.
    pub(super) fn with_named_sequence(&self, table: &TableName, column: &Column) -> Column {
        let known = self.schema.table(table).and_then(|owner| owner.column(&column.name));
        let chosen = known.filter(|_| is_odd_serial(column)).and_then(|known| known.default.clone());
        Column { default: chosen.or_else(|| column.default.clone()), ..column.clone() }
    }

    pub(super) fn with_named_sequences_of(&self, table: &Table) -> Table {
        let columns = table.columns.iter().map(|column| self.with_named_sequence(&table.name, column));
        Table { columns: columns.collect(), ..table.clone() }
    }

    /// Drops the columns that are computed from one whose type changes: PostgreSQL does not change it under them.
    pub(super) fn drop_computed(&mut self, owner: &Table, computed: &[Ident]) {
        let drops = computed.iter().map(|column| effect::drop_column(self.schema, owner, column));
        self.plan.statements.extend(drops);
    }

    /// Adds them again as they are in memory, with their keys, checks and indexes.
    pub(super) fn add_computed(&mut self, table: &TableName, computed: &[Ident]) -> Result<(), PlanError> {
        let Some(owner) = self.schema.table(table).cloned() else { return Ok(()) };
        for column in computed.iter().filter_map(|name| owner.column(name)) {
            self.add_column(table, column, None, &Alone::new())?;
        }
        // A key, a check or an index may be of several of them.
        let mut made = BTreeSet::new();
        for again in computed.iter().flat_map(|column| with_column(&owner, column)) {
            if made.insert(again.sql.clone()) {
                self.plan.push(again);
            }
        }
        Ok(())
    }
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
