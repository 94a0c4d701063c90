//! Indexes and what they are made of.

use serde::Serialize;

use super::{Expression, Ident};

/// An index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Index {
    /// The name, unique in its schema.
    pub name: Ident,
    /// Whether it refuses two equal keys.
    pub is_unique: bool,
    /// The parts of the key, in order.
    pub parts: Vec<IndexPart>,
    /// The condition of a partial index.
    pub predicate: Option<Expression>,
}

/// One part of an index's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IndexPart {
    /// The column or expression.
    pub key: IndexKey,
    /// The direction.
    pub order: Order,
    /// Where NULLs stand; the database's default for the direction if not given.
    pub nulls: Option<Nulls>,
}

/// What an index part indexes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexKey {
    /// A column.
    Column(Ident),
    /// An expression over the table's columns.
    Expression(Expression),
}

/// The direction of an index part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Smallest first: the default.
    #[default]
    Ascending,
    /// Largest first.
    Descending,
}

/// Where NULLs stand in an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
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
        Self { name: name.into(), is_unique: false, parts, predicate: None }
    }
}

impl IndexPart {
    /// Makes an ascending part.
    #[must_use]
    pub fn new(key: IndexKey) -> Self {
        Self { key, order: Order::default(), nulls: None }
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
