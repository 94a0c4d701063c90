//! What the server has parsed with the values of an enum type: it is dropped before the type is recreated, and recreated
//! after.

use std::collections::BTreeMap;

use super::{Planner, around::Around, comment};
use crate::{
    dialect::{
        Statement,
        postgres::sql::{qualified, quoted},
        postgres::{define, effect, expression, names, types},
    },
    operation::Concurrency,
    schema::{
        Column, Constraint, Dialect, Expression, Ident, ObjectName, Schema, ServerDefault, Table, TableName,
    },
};

/// What has to do with an enum type in one table.
#[derive(Debug, Default)]
pub(super) struct OfEnum {
    /// The columns of the type; those that are computed are not among them.
    pub(super) columns: Vec<Ident>,
    /// Computed columns of the type, and those that are computed from it.
    computed: Vec<Ident>,
    /// The columns that are not of the type.
    different: Vec<Ident>,
    foreign_keys: Vec<Again>,
    others: Vec<Again>,
}

/// What is dropped and made again.
#[derive(Debug)]
struct Again {
    drop: Statement,
    make: Statement,
    comment: Option<Statement>,
}

/// All that was dropped around a type.
pub(super) struct Dropped {
    tables: BTreeMap<TableName, OfEnum>,
    foreign_keys: Around,
}

impl Dropped {
    /// Lists the columns of the type, by table.
    pub(super) fn columns(&self) -> impl Iterator<Item = (&TableName, &[Ident])> {
        let columns = self.tables.iter().map(|(table, of)| (table, of.columns.as_slice()));
        columns.filter(|(_, columns)| !columns.is_empty())
    }
}

impl Planner<'_> {
    /// Drops what stands around an enum type.
    pub(super) fn drop_around_enum(&mut self, name: &ObjectName) -> Dropped {
        let is_there = |table: &&Table| OfEnum::of(self.schema, table, name).is_some();
        let tables: Vec<TableName> =
            self.schema.tables.values().filter(is_there).map(|table| table.name.clone()).collect();
        tables.iter().for_each(|table| names::name_all(self.schema, table));
        let owners: Vec<Table> =
            tables.iter().filter_map(|table| self.schema.table(table)).cloned().collect();
        let found = owners
            .iter()
            .filter_map(|table| Some((table.name.clone(), OfEnum::of(self.schema, table, name)?)));
        let tables: BTreeMap<TableName, OfEnum> = found.collect();

        let start = self.plan.statements.len();
        let mut foreign_keys = Around::new();
        for owner in &owners {
            let Some(OfEnum { columns, computed, .. }) = tables.get(&owner.name) else { continue };
            foreign_keys.extend(self.drop_foreign_keys_around(owner, computed, columns));
        }
        let drops = tables.values().flat_map(|of| &of.foreign_keys);
        let drops = drops.chain(tables.values().flat_map(|of| &of.others));
        drops.for_each(|again| self.push_once(start, &again.drop));
        for owner in &owners {
            let computed = tables.get(&owner.name).map_or(&[][..], |of| &of.computed);
            self.drop_computed(owner, computed);
        }
        Dropped { tables, foreign_keys }
    }

    /// Makes it again, with other values in the place of some.
    pub(super) fn make_around_enum(
        &mut self,
        name: &ObjectName,
        dropped: &Dropped,
        replacements: &[(String, String)],
    ) -> Result<(), crate::dialect::PlanError> {
        let renamed = |of: &OfEnum, statement: &Statement| {
            let different: Vec<&Ident> = of.different.iter().collect();
            let sql = expression::with_renamed_values(&statement.sql, &name.name, &different, replacements);
            Statement { sql, ..statement.clone() }
        };
        let start = self.plan.statements.len();
        for (table, of) in &dropped.tables {
            let first = self.plan.statements.len();
            self.add_computed(table, &of.computed)?;
            for statement in &mut self.plan.statements[first..] {
                if !statement.sql.starts_with("COMMENT ") {
                    *statement = renamed(of, statement);
                }
            }
        }
        for of in dropped.tables.values() {
            for again in &of.others {
                self.push_once(start, &renamed(of, &again.make));
                again.comment.iter().for_each(|comment| self.push_once(start, comment));
            }
        }
        let keys = self.plan.statements.len();
        self.add_foreign_keys_around(&dropped.foreign_keys);
        for again in dropped.tables.values().flat_map(|of| &of.foreign_keys) {
            self.push_once(keys, &again.make);
            again.comment.iter().for_each(|comment| self.push_once(keys, comment));
        }
        Ok(())
    }

    /// Adds a statement, unless it is among those since `start`.
    fn push_once(&mut self, start: usize, statement: &Statement) {
        if !self.plan.statements[start..].iter().any(|other| other.sql == statement.sql) {
            self.plan.push(statement.clone());
        }
    }
}

impl OfEnum {
    /// Finds what has to do with a type; `None` if nothing has.
    fn of(schema: &Schema, table: &Table, ty: &ObjectName) -> Option<Self> {
        let (computed, columns): (Vec<&Column>, Vec<&Column>) = table
            .columns
            .iter()
            .filter(|column| types::is_enum(column, ty))
            .partition(|column| matches!(column.default, Some(ServerDefault::Computed { .. })));
        let (computed, columns) = (names_of(&computed), names_of(&columns));
        let speaks = |sql: &Expression| {
            let names = |column| expression::names_column(sql, column);
            columns.iter().chain(&computed).any(names)
                || expression::casts_to(sql.on(Dialect::Postgres), &ty.name)
        };
        let from_it = table.columns.iter().filter(|column| {
            matches!(&column.default, Some(ServerDefault::Computed { expression, stored: _ }) if speaks(expression))
        });
        let from_it: Vec<Ident> = from_it.map(|column| column.name.clone()).collect();
        let others =
            defaults(table, ty).chain(constraints(schema, table, &speaks)).chain(indexes(table, &speaks));
        let others: Vec<Again> = others.collect();
        let is_on = |one: &&Constraint| {
            matches!(one, Constraint::ForeignKey(key)
                if key.columns.iter().any(|column| columns.contains(column) || computed.contains(column)))
        };
        let keys = table.constraints.iter().filter(is_on).filter_map(|key| constraint(schema, table, key));
        let is_different = |name: &&Ident| !columns.contains(name) && !computed.contains(name);
        let different = table.columns.iter().map(|column| &column.name).filter(is_different).cloned();
        let different = different.collect();
        let mut of = Self { foreign_keys: keys.collect(), others, columns, computed, different };
        let more: Vec<Ident> = from_it.into_iter().filter(|name| !of.computed.contains(name)).collect();
        of.computed.extend(more);
        let Self { columns, computed, different: _, foreign_keys: _, others } = &of;
        (!columns.is_empty() || !computed.is_empty() || !others.is_empty()).then_some(of)
    }
}

fn names_of(columns: &[&Column]) -> Vec<Ident> {
    columns.iter().map(|column| column.name.clone()).collect()
}

/// The defaults of other columns that cast to the type; the default of one of the type comes back with its type.
fn defaults(table: &Table, ty: &ObjectName) -> impl Iterator<Item = Again> {
    let others = table.columns.iter().filter(|column| !types::is_enum(column, ty));
    others.filter_map(move |column| {
        let default = column.default.as_ref()?;
        let ServerDefault::Expression(sql) = default else { return None };
        if !expression::casts_to(sql.on(Dialect::Postgres), &ty.name) {
            return None;
        }
        let alter = format!("ALTER TABLE {} ALTER COLUMN {}", qualified(&table.name), quoted(&column.name));
        let ty = column.ty.on(Dialect::Postgres);
        let set = format!("{alter} SET DEFAULT {}", define::constant_or_expression(ty, default));
        let effect = effect::alters(&table.name);
        Some(Again {
            drop: Statement::new(format!("{alter} DROP DEFAULT")).effect(effect.clone()),
            make: Statement::new(set).effect(effect),
            comment: None,
        })
    })
}

/// The constraints whose conditions and expressions speak of it.
fn constraints<'t>(
    schema: &'t Schema,
    table: &'t Table,
    speaks: &'t impl Fn(&Expression) -> bool,
) -> impl Iterator<Item = Again> + 't {
    let speaking = table.constraints.iter().filter(move |one| one.expressions().any(speaks));
    speaking.filter_map(|one| self::constraint(schema, table, one))
}

fn constraint(schema: &Schema, table: &Table, constraint: &Constraint) -> Option<Again> {
    Some(Again {
        drop: effect::drop_constraint(schema, &table.name, constraint.name()?),
        make: effect::add_constraint(schema, &table.name, constraint),
        comment: comment::on_new_constraint(&table.name, constraint),
    })
}

fn indexes<'t>(
    table: &'t Table,
    speaks: &'t impl Fn(&Expression) -> bool,
) -> impl Iterator<Item = Again> + 't {
    table.indexes.values().filter(move |index| index.expressions().any(speaks)).map(|index| Again {
        drop: effect::drop_index(&table.name, &index.name, Concurrency::default()),
        make: effect::create_index(&table.name, index, Concurrency::default()),
        comment: comment::on_new_index(&table.name, index),
    })
}
