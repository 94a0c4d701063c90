//! A schema in a database's own spelling, beside the one that was written.

use std::{borrow::Cow, collections::BTreeMap};

use crate::{
    operation::{ColumnChange, Operation, apply},
    schema::{
        Column, Constraint, Dialect, Ident, Index, Kind, ObjectId, ObjectName, Schema, Table, TableName,
        named::Named,
    },
};

use super::IdentifierCase;

/// A schema in one spelling, made only by [`Dialect::canonical`](super::Dialect::canonical).
///
/// `form` is what is compared. `as_written` is what operations are made of; a generated name is in neither. Which
/// object of the one was made of which of the other is noted when it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    dialect: Dialect,
    pub(super) as_written: Schema,
    pub(super) form: Schema,
    origins: Origins,
}

/// What the objects of the form were made of, by the names of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Origins {
    /// The written names of what is no table.
    names: BTreeMap<Kind, BTreeMap<ObjectName, ObjectName>>,
    tables: BTreeMap<TableName, Origin>,
}

/// What a table of the form was made of. Its columns keep their places.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Origin {
    name: TableName,
    /// The place of each constraint among the written ones.
    constraints: Vec<usize>,
    /// The written names of the indexes that have another one in the form, by that.
    indexes: BTreeMap<Ident, Ident>,
}

/// An object in the database's spelling, and as it was written.
#[derive(Debug)]
pub(crate) struct Both<'c, T> {
    pub(crate) form: &'c T,
    pub(crate) written: &'c T,
}

impl<T> Clone for Both<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Both<'_, T> {}

/// A table in the database's spelling, and as it was written, with all it holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BothTable<'c> {
    pub(crate) form: &'c Table,
    pub(crate) written: &'c Table,
    origin: &'c Origin,
}

impl<'c> BothTable<'c> {
    /// Lists the columns in the order of the table.
    pub(crate) fn columns(self) -> impl Iterator<Item = Both<'c, Column>> {
        self.form.columns.iter().zip(&self.written.columns).map(|(form, written)| Both { form, written })
    }

    /// Finds a column by its name in the form.
    pub(crate) fn column(self, name: &Ident) -> Option<Both<'c, Column>> {
        self.columns().find(|column| column.form.name == *name)
    }

    /// Lists the constraints in the order of the form.
    pub(crate) fn constraints(self) -> impl Iterator<Item = Both<'c, Constraint>> {
        let places = self.form.constraints.iter().zip(&self.origin.constraints);
        places.filter_map(move |(form, place)| {
            Some(Both { form, written: self.written.constraints.get(*place)? })
        })
    }

    /// Lists the indexes, sorted by their names in the form.
    pub(crate) fn indexes(self) -> impl Iterator<Item = Both<'c, Index>> {
        self.form.indexes.iter().filter_map(move |(name, form)| {
            let name = self.origin.indexes.get(name).unwrap_or(name);
            Some(Both { form, written: self.written.indexes.get(name)? })
        })
    }
}

impl Canonical {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self { dialect, as_written: Schema::new(), form: Schema::new(), origins: Origins::default() }
    }

    /// Adds an object that is no table.
    pub(super) fn add<T: Named>(&mut self, written: T, form: T) {
        let names = self.origins.names.entry(T::KIND).or_default();
        names.insert(form.name().clone(), written.name().clone());
        T::all_mut(&mut self.form).insert(form.name().clone(), form);
        T::all_mut(&mut self.as_written).insert(written.name().clone(), written);
    }

    /// Takes the objects of a kind as they are written: the database does not store them.
    pub(super) fn know(&mut self, kind: Kind, schema: &Schema) {
        self.form.take_kind(kind, schema);
        self.as_written.take_kind(kind, schema);
        let names = schema.named().filter(|(of, _)| *of == kind);
        let names = names.map(|(_, name)| (name.clone(), name.clone()));
        self.origins.names.insert(kind, names.collect());
    }

    /// Adds a table, given the place of each constraint of the form among the written ones, and the written names of
    /// the indexes that have another one in the form, by that.
    pub(super) fn add_table(
        &mut self,
        written: Table,
        form: Table,
        constraints: Vec<usize>,
        indexes: BTreeMap<Ident, Ident>,
    ) {
        let origin = Origin { name: written.name.clone(), constraints, indexes };
        self.origins.tables.insert(form.name.clone(), origin);
        self.form.tables.insert(form.name.clone(), form);
        self.as_written.tables.insert(written.name.clone(), written);
    }

    /// Returns the schema as it was written.
    #[must_use]
    pub fn as_written(&self) -> &Schema {
        &self.as_written
    }

    /// Keeps the schema as it was written.
    #[must_use]
    pub fn into_written(self) -> Schema {
        self.as_written
    }

    /// Returns the schema in the database's spelling.
    #[must_use]
    pub fn form(&self) -> &Schema {
        &self.form
    }

    /// Lists the tables, sorted by their names in the form.
    pub(crate) fn tables(&self) -> impl Iterator<Item = BothTable<'_>> {
        self.form.tables.values().zip(self.origins.tables.values()).filter_map(|(form, origin)| {
            Some(BothTable { form, written: self.as_written.table(&origin.name)?, origin })
        })
    }

    /// Lists the tables of two schemas side by side, by their names in the forms.
    pub(crate) fn tables_beside<'c>(
        &'c self,
        other: &'c Self,
    ) -> impl Iterator<Item = (Option<BothTable<'c>>, Option<BothTable<'c>>)> {
        let (mut own, mut others) = (self.tables().peekable(), other.tables().peekable());
        std::iter::from_fn(move || {
            let (next, next_other) = (own.peek(), others.peek());
            let is_first = |one: Option<&BothTable<'_>>, other: Option<&BothTable<'_>>| {
                one.is_some_and(|one| other.is_none_or(|other| one.form.name <= other.form.name))
            };
            let (takes_own, takes_other) = (is_first(next, next_other), is_first(next_other, next));
            let table = own.next_if(|_| takes_own);
            let beside = others.next_if(|_| takes_other);
            (takes_own || takes_other).then_some((table, beside))
        })
    }

    /// Lists the objects of a kind, which is not that of tables, sorted by their names in the form.
    pub(crate) fn all<'c, T: Named + 'c>(&'c self) -> impl Iterator<Item = Both<'c, T>> {
        let names = self.origins.names.get(&T::KIND).into_iter().flatten();
        names.filter_map(|(name, written)| {
            let (form, written) = (T::all(&self.form).get(name)?, T::all(&self.as_written).get(written)?);
            Some(Both { form, written })
        })
    }

    /// Writes what has one form on both sides in the identifier case of the other side, where the database ignores case.
    pub(crate) fn in_case_of(&self, other: &Self) -> Cow<'_, Self> {
        let renames: Vec<(TableName, Operation)> = match self.dialect.capabilities().identifier_case {
            IdentifierCase::Sensitive => Vec::new(),
            IdentifierCase::AsciiInsensitive => {
                let both = self.tables_beside(other).filter_map(|(table, other)| Some((table?, other?)));
                both.flat_map(|(table, other)| renames(table, other)).collect()
            }
        };
        if renames.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut respelled = self.clone();
        for (form, rename) in renames {
            // A name that the schema already gives to something else stays as written, and the plan refuses it.
            if apply(&mut respelled.as_written, &rename, self.dialect).is_ok()
                && let Operation::Rename { id, to } = rename
                && let Some(origin) = respelled.origins.tables.get_mut(&form)
            {
                origin.rename(&id, to);
            }
        }
        Cow::Owned(respelled)
    }
}

/// Lists what gives a table, its columns and its indexes the identifier case that they have in another schema, each with
/// the table's name in the form.
fn renames(table: BothTable<'_>, other: BothTable<'_>) -> Vec<(TableName, Operation)> {
    if is_spelled_alike(table.written, other.written) {
        return Vec::new();
    }
    let (name, to) = (&table.written.name, &other.written.name.name);
    let columns = table.columns().filter_map(|column| {
        let to = other.column(&column.form.name)?.written.name.clone();
        let from = column.written.name.clone();
        (from != to).then(|| Operation::alter_column(name.clone(), from, vec![ColumnChange::Rename { to }]))
    });
    let others: BTreeMap<&Ident, &Ident> =
        other.indexes().map(|index| (&index.form.name, &index.written.name)).collect();
    let indexes = table.indexes().filter_map(|index| {
        let (from, to) = (&index.written.name, *others.get(&index.form.name)?);
        let id = || ObjectId::index(name.clone(), from.clone());
        (from != to).then(|| Operation::Rename { id: id(), to: to.clone() })
    });
    let own =
        (name.name != *to).then(|| Operation::Rename { id: ObjectId::Table(name.clone()), to: to.clone() });
    let renames = columns.chain(indexes).chain(own);
    renames.map(|rename| (table.form.name.clone(), rename)).collect()
}

/// Tells whether a table, its columns and its indexes have the same names in two schemas, as most have.
fn is_spelled_alike(one: &Table, other: &Table) -> bool {
    one.name.name == other.name.name
        && one.columns.iter().map(|column| &column.name).eq(other.columns.iter().map(|column| &column.name))
        && one.indexes.keys().eq(other.indexes.keys())
}

impl Origin {
    /// Notes that the written table, or one of its indexes, has another name.
    fn rename(&mut self, id: &ObjectId, to: Ident) {
        if let ObjectId::Table(name) = id {
            self.name = name.sibling(to);
        } else if let ObjectId::Index { name, .. } = id {
            let form = self.indexes.iter().find(|(_, written)| *written == name).map(|(form, _)| form);
            self.indexes.insert(form.unwrap_or(name).clone(), to);
        }
    }
}
