//! Foreign keys around a column that is dropped and added again: those that refer to a key with it stand in the way, and
//! those that it is a part of go with it.

use std::collections::BTreeSet;

use super::{
    super::{effect, names},
    Planner, is_same,
};
use crate::schema::{ForeignKey, Ident, Table, TableName};

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
        let mut around = Around::new();
        for name in self.schema.tables.keys().cloned().collect::<Vec<_>>() {
            let is_owner = name == owner.name;
            let table = if is_owner { Some(owner) } else { self.schema.table(&name) };
            let is_around = |key: &&ForeignKey| {
                refers(key) || (is_owner && key.columns.iter().any(|column| columns.contains(column)))
            };
            if table.is_none_or(|table| !table.foreign_keys().any(|key| is_around(&key))) {
                continue;
            }
            names::name_all(self.schema, &name);
            let table = if is_owner { Some(owner) } else { self.schema.table(&name) };
            let foreign_keys = table.into_iter().flat_map(|table| table.foreign_keys()).filter(is_around);
            let found: Vec<(Option<Ident>, bool)> =
                foreign_keys.map(|key| (key.name.clone(), refers(key))).collect();
            for (key, is_in_the_way) in found {
                let Some(key) = key else { continue };
                if is_in_the_way {
                    self.plan.push(effect::drop_constraint(self.schema, &name, &key));
                }
                around.push((name.clone(), key));
            }
        }
        around
    }

    /// Adds them again, as they are in memory.
    pub(super) fn add_foreign_keys_around(&mut self, around: &Around) {
        for (name, key) in around {
            let is_it = |other: &&ForeignKey| other.name.as_ref() == Some(key);
            let found = self.schema.table(name).and_then(|table| table.foreign_keys().find(is_it)).cloned();
            if let Some(foreign_key) = found {
                self.plan.push(effect::add_constraint(self.schema, name, &foreign_key.into()));
                self.comment_again(name, key);
            }
        }
    }
}

/// Lists the columns of the keys that go with columns, or hold retyped ones, and that foreign keys may refer to.
fn keys_with<'t>(table: &'t Table, gone: &[Ident], retyped: &[Ident]) -> BTreeSet<BTreeSet<&'t Ident>> {
    let goes = |columns: &[&Ident], include: &[Ident]| {
        columns.iter().any(|column| gone.contains(column))
            || include.iter().any(|column| gone.contains(column) || retyped.contains(column))
    };
    let primary_key = table.primary_key().into_iter().map(|key| (key.columns.iter().collect(), &key.include));
    let uniques = table.uniques().map(|unique| (unique.columns.iter().collect(), &unique.include));
    let indexes =
        table.indexes.values().filter_map(|index| Some((index.key()?.into_iter().collect(), &index.include)));
    let keys = primary_key.chain(uniques).chain(indexes);
    let keys = keys.filter(|(columns, include): &(Vec<&Ident>, &Vec<Ident>)| goes(columns, include));
    keys.map(|(columns, _)| columns.into_iter().collect()).collect()
}
