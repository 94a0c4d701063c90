//! One table and all it holds.

use std::collections::BTreeMap;

use super::{
    Check, Column, ColumnType, Constraint, ConstraintRef, Constraints, Dialect, Exclusion, ForeignKey, Ident,
    Index, PrimaryKey, ServerDefault, TableName, Unique,
};

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The name.
    pub name: TableName,
    /// The columns in the order of the table. The order of a table that exists is not a difference.
    pub columns: Vec<Column>,
    /// The primary key, unique constraints, foreign keys, checks and exclusions.
    pub constraints: Constraints,
    /// The indexes by name; those that carry a constraint are not among them.
    pub indexes: BTreeMap<Ident, Index>,
    /// A comment (PostgreSQL only).
    pub comment: Option<String>,
    /// What else the CREATE TABLE says.
    pub options: TableOptions,
}

/// Options of a table that only one database knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableOptions {
    /// SQLite: row ids are never given twice (`AUTOINCREMENT`).
    pub is_autoincrement: bool,
    /// SQLite: `STRICT`.
    pub is_strict: bool,
    /// PostgreSQL: `UNLOGGED`.
    pub is_unlogged: bool,
    /// SQLite: `WITHOUT ROWID`.
    pub is_without_rowid: bool,
}

/// One of the options of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TableOption {
    /// SQLite: row ids are never given twice (`AUTOINCREMENT`).
    Autoincrement,
    /// SQLite: values of another type than the column's are refused (`STRICT`).
    Strict,
    /// PostgreSQL: what is written is not logged, and lost with a crash (`UNLOGGED`).
    Unlogged,
    /// SQLite: the rows are kept in the primary key's own tree (`WITHOUT ROWID`).
    WithoutRowid,
}

impl TableOption {
    /// Every option, in the order of their names.
    pub const ALL: [Self; 4] = [Self::Autoincrement, Self::Strict, Self::Unlogged, Self::WithoutRowid];

    /// Returns the method of scripts that sets it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Autoincrement => "autoincrement",
            Self::Strict => "strict",
            Self::Unlogged => "unlogged",
            Self::WithoutRowid => "without_rowid",
        }
    }
}

impl TableOptions {
    /// Tells whether an option is set.
    #[must_use]
    pub const fn has(&self, option: TableOption) -> bool {
        match option {
            TableOption::Autoincrement => self.is_autoincrement,
            TableOption::Strict => self.is_strict,
            TableOption::Unlogged => self.is_unlogged,
            TableOption::WithoutRowid => self.is_without_rowid,
        }
    }

    /// Sets an option or takes it away.
    pub const fn set(&mut self, option: TableOption, is_set: bool) {
        match option {
            TableOption::Autoincrement => self.is_autoincrement = is_set,
            TableOption::Strict => self.is_strict = is_set,
            TableOption::Unlogged => self.is_unlogged = is_set,
            TableOption::WithoutRowid => self.is_without_rowid = is_set,
        }
    }
}

impl Table {
    /// Makes a table without columns.
    #[must_use]
    pub fn new(name: impl Into<TableName>) -> Self {
        Self {
            name: name.into(),
            columns: Vec::new(),
            constraints: Constraints::default(),
            indexes: BTreeMap::new(),
            comment: None,
            options: TableOptions::default(),
        }
    }

    /// Gives back the room that was made for more columns and constraints: a comparison of large schemas holds several of
    /// each table.
    pub(crate) fn shrink_to_fit(&mut self) {
        self.columns.shrink_to_fit();
        self.constraints.shrink_to_fit();
    }

    /// Finds a column by name.
    #[must_use]
    pub fn column(&self, name: &Ident) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == *name)
    }

    /// Lists what SQL stands in it, and in what: constraints, computed columns, indexes and their conditions.
    pub(crate) fn spoken(&self, dialect: Dialect) -> impl Iterator<Item = (&'static str, &str)> {
        let of_constraints = self.constraints.iter().flat_map(move |one| {
            let what = match one {
                Constraint::Check(_) => "a check",
                Constraint::Exclusion(_) => "an exclusion constraint",
                Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::ForeignKey(_) => "a key",
            };
            one.expressions().map(move |sql| (what, sql.on(dialect).as_str()))
        });
        let computed = self.columns.iter().filter_map(move |column| {
            let Some(ServerDefault::Computed { expression, .. }) = &column.default else { return None };
            Some(("a computed column", expression.on(dialect).as_str()))
        });
        let of_indexes = self.indexes.values().flat_map(Index::expressions);
        let of_indexes = of_indexes.map(move |sql| ("an index", sql.on(dialect).as_str()));
        of_constraints.chain(computed).chain(of_indexes)
    }

    /// Finds a column by name, to change it.
    pub fn column_mut(&mut self, name: &Ident) -> Option<&mut Column> {
        self.columns.iter_mut().find(|column| column.name == *name)
    }

    /// Tells whether a column is part of the primary key.
    #[must_use]
    pub fn is_in_primary_key(&self, name: &Ident) -> bool {
        self.primary_key().is_some_and(|key| key.columns.contains(name))
    }

    /// Finds an index by name, also one that carries an exclusion constraint.
    #[must_use]
    pub fn index(&self, name: &Ident) -> Option<&Index> {
        let carries = || self.exclusions().map(|exclusion| &exclusion.index);
        self.indexes.get(name).or_else(|| carries().find(|index| index.name == *name))
    }

    /// Returns the type of a column.
    #[must_use]
    pub fn column_type(&self, name: &Ident) -> Option<&ColumnType> {
        self.column(name).map(|column| &column.ty)
    }

    /// Returns how one of its foreign keys is referred to: with what it refers to where others are on the same columns.
    #[must_use]
    pub fn foreign_key_reference(&self, key: &ForeignKey) -> ConstraintRef {
        let is_like = |other: &&ForeignKey| other.columns == key.columns;
        let are_several = self.foreign_keys().filter(is_like).nth(1).is_some();
        match &key.name {
            None if are_several => {
                ConstraintRef::ForeignKey { columns: key.columns.clone(), referred: Some(key.referred()) }
            }
            Some(_) | None => key.reference(),
        }
    }

    /// Returns how one of its constraints is referred to.
    #[must_use]
    pub fn constraint_reference(&self, constraint: &Constraint) -> ConstraintRef {
        if let Constraint::ForeignKey(key) = constraint {
            return self.foreign_key_reference(key);
        }
        constraint.reference()
    }

    /// Returns how every constraint of the table is referred to, keys first.
    #[must_use]
    pub fn constraint_references(&self) -> Vec<ConstraintRef> {
        self.constraints.iter().map(|constraint| self.constraint_reference(constraint)).collect()
    }

    /// Returns the primary key.
    #[must_use]
    pub fn primary_key(&self) -> Option<&PrimaryKey> {
        self.constraints.primary_keys().next()
    }

    /// Returns the primary key, to change it.
    pub fn primary_key_mut(&mut self) -> Option<&mut PrimaryKey> {
        self.constraints.primary_keys_mut().next()
    }

    /// Lists the unique constraints.
    pub fn uniques(&self) -> impl DoubleEndedIterator<Item = &Unique> + Clone {
        self.constraints.uniques()
    }

    /// Lists the foreign keys.
    pub fn foreign_keys(&self) -> impl DoubleEndedIterator<Item = &ForeignKey> + Clone {
        self.constraints.foreign_keys()
    }

    /// Lists the checks.
    pub fn checks(&self) -> impl DoubleEndedIterator<Item = &Check> + Clone {
        self.constraints.checks()
    }

    /// Lists the exclusion constraints.
    pub fn exclusions(&self) -> impl DoubleEndedIterator<Item = &Exclusion> + Clone {
        self.constraints.exclusions()
    }
}
