//! Why one change comes before another: what a change needs, gives, takes and leaves.

use std::collections::BTreeSet;

use crate::{
    dialect::{counted_by, generated_sequence},
    schema::{
        Column, Constraint, ForeignKey, Ident, ObjectName, Serial, ServerDefault, Table, TableName, Type,
    },
};

/// What can be there or not, and what others can need.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing<'c> {
    /// A column.
    Column(&'c TableName, &'c Ident),
    /// An enum type.
    Enum(ObjectName),
    /// A key of a table, which foreign keys can refer to; the order of its columns does not matter.
    Key(&'c TableName, BTreeSet<&'c Ident>),
    /// That a table is logged, or that it is not: a logged one never refers to one that is not.
    Logged(&'c TableName),
    /// A name of a table, an index, an enum type or a sequence: a name is given once in a namespace.
    Name(ObjectName),
    /// A sequence.
    Sequence(ObjectName),
    /// A table.
    Table(&'c TableName),
    /// The type of a column, as far as a foreign key compares values of it.
    Type(&'c TableName, &'c Ident),
}

/// The reasons for the place of a change.
///
/// What is needed is given before. What is taken was left by all before, and is taken before it is given or needed
/// again.
#[derive(Clone, Debug, Default)]
pub(super) struct Reasons<'c> {
    pub(super) needs: Vec<Thing<'c>>,
    pub(super) gives: Vec<Thing<'c>>,
    pub(super) takes: Vec<Thing<'c>>,
    pub(super) leaves: Vec<Thing<'c>>,
}

impl<'c> Reasons<'c> {
    pub(super) fn needs(mut self, things: impl IntoIterator<Item = Thing<'c>>) -> Self {
        self.needs.extend(things);
        self
    }

    pub(super) fn gives(mut self, things: impl IntoIterator<Item = Thing<'c>>) -> Self {
        self.gives.extend(things);
        self
    }

    pub(super) fn takes(mut self, things: impl IntoIterator<Item = Thing<'c>>) -> Self {
        self.takes.extend(things);
        self
    }

    pub(super) fn leaves(mut self, things: impl IntoIterator<Item = Thing<'c>>) -> Self {
        self.leaves.extend(things);
        self
    }

    /// Takes things away and gives others in their place.
    pub(super) fn replaces(self, things: impl IntoIterator<Item = Thing<'c>>) -> Self {
        let things: Vec<Thing<'c>> = things.into_iter().collect();
        self.takes(things.clone()).gives(things)
    }
}

/// Lists what a foreign key of a table needs: what it refers to, and types that can be compared.
pub(super) fn of_foreign_key<'c>(owner: &'c TableName, key: &'c ForeignKey) -> Vec<Thing<'c>> {
    let ForeignKey { columns, referred_table, referred_columns, .. } = key;
    let mut things =
        vec![Thing::Table(referred_table), Thing::Key(referred_table, referred_columns.iter().collect())];
    if owner != referred_table {
        things.push(Thing::Logged(referred_table));
    }
    things.extend(columns.iter().map(|column| Thing::Type(owner, column)));
    things.extend(referred_columns.iter().map(|column| Thing::Type(referred_table, column)));
    things
}

/// Lists what a column needs: enum types, and the sequences that it is filled by and does not own.
pub(super) fn of_column<'c>(column: &Column) -> Vec<Thing<'c>> {
    let ty = std::iter::once(&column.ty.base).chain(column.ty.variants.values());
    let enums = ty.filter_map(Type::enum_name).cloned().map(Thing::Enum);
    enums.chain(sequences_of(column).into_iter().map(Thing::Sequence)).collect()
}

/// Lists the sequences that a column is filled by, other than one that it owns.
pub(super) fn sequences_of(column: &Column) -> Vec<ObjectName> {
    let Some(ServerDefault::Expression(sql)) = &column.default else { return Vec::new() };
    counted_by(&sql.base)
}

/// Returns the name of the sequence that a column owns.
pub(super) fn owned_by(table: &TableName, column: &Column) -> Option<ObjectName> {
    let Some(ServerDefault::Serial(Serial { name, .. })) = &column.default else { return None };
    let name = name.clone().unwrap_or_else(|| generated_sequence(table, &column.name));
    Some(table.sibling(name))
}

/// Lists the names of a table, its indexes, the constraints that an index carries, and the sequences that it owns.
pub(super) fn names<'c>(table: &Table) -> Vec<Thing<'c>> {
    let carried = table.constraints.iter().filter_map(Constraint::index_name);
    let indexes = table.indexes.keys().chain(carried).map(|name| table.name.sibling(name.clone()));
    let owned = table.columns.iter().filter_map(|column| owned_by(&table.name, column));
    std::iter::once(table.name.clone()).chain(indexes).chain(owned).map(Thing::Name).collect()
}

/// Returns a name in the namespace of a table.
pub(super) fn name<'c>(table: &TableName, name: &Ident) -> Thing<'c> {
    Thing::Name(table.sibling(name.clone()))
}

/// Tells whether a foreign key between a column's old and new type could be.
pub(super) fn is_comparable(from: &Column, to: &Column) -> bool {
    let is_integer = |ty: &Type| matches!(ty, Type::BigInteger | Type::Integer | Type::SmallInteger);
    let is_text = |ty: &Type| matches!(ty, Type::String { .. } | Type::Text);
    let (from, to) = (&from.ty.base, &to.ty.base);
    from == to || (is_integer(from) && is_integer(to)) || (is_text(from) && is_text(to))
}
