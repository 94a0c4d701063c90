//! Indexes and what they are made of.

use std::collections::BTreeMap;

use super::{Expression, Ident};

/// An index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// The name, unique in its schema.
    pub name: Ident,
    /// Whether it refuses two equal keys.
    pub is_unique: bool,
    /// The access method, such as `gin` (PostgreSQL only); a B-tree if not given.
    pub method: Option<String>,
    /// The parts of the key, in order.
    pub parts: Vec<IndexPart>,
    /// Columns that it holds beside the key (PostgreSQL only).
    pub include: Vec<Ident>,
    /// Whether two NULLs are equal where it refuses equal keys (PostgreSQL 15 and later).
    pub is_nulls_not_distinct: bool,
    /// The storage parameters, such as `fillfactor` (PostgreSQL only).
    pub parameters: BTreeMap<String, String>,
    /// The condition of a partial index.
    pub predicate: Option<Expression>,
    /// Whether an attempt to create it failed and left it useless. Only a database says so.
    pub is_invalid: bool,
    /// A comment (PostgreSQL only).
    pub comment: Option<String>,
}

/// One part of an index's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexPart {
    /// The column or expression.
    pub key: IndexKey,
    /// The collation by which it sorts; the column's own if not given.
    pub collation: Option<String>,
    /// The operator class, such as `gin_trgm_ops` (PostgreSQL only); the type's own for the method if not given.
    pub operator_class: Option<String>,
    /// The direction.
    pub order: Order,
    /// Where NULLs stand; the database's default for the direction if not given.
    pub nulls: Option<Nulls>,
}

/// What an index part indexes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexKey {
    /// A column.
    Column(Ident),
    /// An expression over the table's columns.
    Expression(Expression),
}

/// The direction of an index part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Smallest first: the default.
    #[default]
    Ascending,
    /// Largest first.
    Descending,
}

/// Where NULLs stand in an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nulls {
    /// Before all values.
    First,
    /// After all values.
    Last,
}

impl Index {
    /// Makes an index that is not unique and covers all rows.
    #[must_use]
    pub fn new(name: impl Into<Ident>, parts: Vec<IndexPart>) -> Self {
        Self {
            name: name.into(),
            is_unique: false,
            method: None,
            parts,
            include: Vec::new(),
            is_nulls_not_distinct: false,
            parameters: BTreeMap::new(),
            predicate: None,
            is_invalid: false,
            comment: None,
        }
    }
}

impl IndexPart {
    /// Makes an ascending part.
    #[must_use]
    pub fn new(key: IndexKey) -> Self {
        Self { key, collation: None, operator_class: None, order: Order::default(), nulls: None }
    }

    /// Sorts by another collation than the column's.
    #[must_use]
    pub fn collate(mut self, collation: impl Into<String>) -> Self {
        self.collation = Some(collation.into());
        self
    }

    /// Sets the operator class, with its parameters if it has any (PostgreSQL only).
    #[must_use]
    pub fn operator_class(mut self, class: impl Into<String>) -> Self {
        self.operator_class = Some(class.into());
        self
    }

    /// Sorts the largest first.
    #[must_use]
    pub fn descending(mut self) -> Self {
        self.order = Order::Descending;
        self
    }

    /// Says where NULLs stand.
    #[must_use]
    pub fn nulls(mut self, nulls: Nulls) -> Self {
        self.nulls = Some(nulls);
        self
    }
}

impl From<&str> for IndexPart {
    fn from(column: &str) -> Self {
        Self::new(IndexKey::Column(column.into()))
    }
}

impl From<Ident> for IndexPart {
    fn from(column: Ident) -> Self {
        Self::new(IndexKey::Column(column))
    }
}
