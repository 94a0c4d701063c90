//! What the server has parsed with the values of an enum type: it is dropped before the type is recreated, and recreated
//! after.

use std::collections::BTreeMap;

use super::{
    Planner,
    alter_column::is_computed,
    around::{Again, Around},
};
use crate::{
    dialect::{
        Statement,
        postgres::sql::quoted,
        postgres::{define, effect, expression, names, types},
    },
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
            if statement.sql.starts_with("COMMENT ") {
                return statement.clone();
            }
            let different: Vec<&Ident> = of.different.iter().collect();
            let sql = expression::with_renamed_values(&statement.sql, &name.name, &different, replacements);
            Statement { sql, ..statement.clone() }
        };
        let start = self.plan.statements.len();
        for (table, of) in &dropped.tables {
            let first = self.plan.statements.len();
            self.add_computed(table, &of.computed)?;
            for statement in &mut self.plan.statements[first..] {
                *statement = renamed(of, statement);
            }
        }
        for of in dropped.tables.values() {
            let makes = of.others.iter().flat_map(|again| &again.make);
            makes.for_each(|make| self.push_once(start, &renamed(of, make)));
        }
        let start = self.plan.statements.len();
        self.add_foreign_keys_around(&dropped.foreign_keys);
        let keys = dropped.tables.values().flat_map(|of| &of.foreign_keys);
        keys.flat_map(|again| &again.make).for_each(|make| self.push_once(start, make));
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
        let (of_type, different): (Vec<&Column>, Vec<&Column>) =
            table.columns.iter().partition(|column| types::is_enum(column, ty));
        let speaks_of = types::speaks_of(table, ty);
        let speaks = |sql: &Expression| speaks_of(sql.on(Dialect::Postgres));
        let from_it = different.iter().copied().filter(|column| {
            matches!(&column.default, Some(ServerDefault::Computed { expression, stored: _ }) if speaks(expression))
        });
        let is_on = |one: &&Constraint| {
            matches!(one, Constraint::ForeignKey(key)
                if of_type.iter().any(|column| key.columns.contains(&column.name)))
        };
        let again = |one| Again::constraint(schema, &table.name, one);
        let defaults = different.iter().filter_map(|column| default(&table.name, column, ty));
        let constraints = table.constraints.iter().filter(|one| one.expressions().any(speaks));
        let indexes = table.indexes.values().filter(|index| index.expressions().any(speaks));
        let indexes = indexes.map(|index| Again::index(&table.name, index));
        let others: Vec<Again> = defaults.chain(constraints.filter_map(again)).chain(indexes).collect();
        let foreign_keys = table.constraints.iter().filter(is_on).filter_map(again).collect();
        let (computed, columns): (Vec<&Column>, Vec<&Column>) =
            of_type.iter().partition(|column| column.default.as_ref().is_some_and(is_computed));
        let computed = names_of(computed.into_iter().chain(from_it));
        let is_there = !of_type.is_empty() || !computed.is_empty() || !others.is_empty();
        let (columns, different) = (names_of(columns), names_of(different));
        is_there.then_some(Self { columns, computed, different, foreign_keys, others })
    }
}

fn names_of<'c>(columns: impl IntoIterator<Item = &'c Column>) -> Vec<Ident> {
    columns.into_iter().map(|column| column.name.clone()).collect()
}

/// The default of another column that casts to the type; that of one of the type comes back with its type.
fn default(table: &TableName, column: &Column, ty: &ObjectName) -> Option<Again> {
    let default = column.default.as_ref()?;
    let ServerDefault::Expression(sql) = default else { return None };
    if !expression::casts_to(sql.on(Dialect::Postgres), &ty.name) {
        return None;
    }
    let alter = format!("ALTER COLUMN {}", quoted(&column.name));
    let default = define::constant_or_expression(column.ty.on(Dialect::Postgres), default);
    Some(Again {
        drop: effect::alter_table(table, &format!("{alter} DROP DEFAULT")),
        make: vec![effect::alter_table(table, &format!("{alter} SET DEFAULT {default}"))],
    })
}
