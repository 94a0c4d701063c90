//! Enum types: a closed list of texts that a database keeps as a type of its own.
//!
//! A column of one is [`Type::Enum`](super::Type::Enum); where a database has no such types, its values are text.

use super::ObjectName;

/// An enum type (PostgreSQL only).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumType {
    /// The name.
    pub name: ObjectName,
    /// The values, in the order in which they sort.
    pub values: Vec<String>,
    /// A comment.
    pub comment: Option<String>,
}

impl EnumType {
    /// Makes a type of these values.
    #[must_use]
    pub fn new(name: impl Into<ObjectName>, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { name: name.into(), values: values.into_iter().map(Into::into).collect(), comment: None }
    }

    /// Sets the comment.
    pub fn comment(&mut self, comment: impl Into<String>) -> &mut Self {
        self.comment = Some(comment.into());
        self
    }
}

/// Where a new value of an enum type sorts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum EnumPlace {
    /// After another value.
    After(String),
    /// Before another value.
    Before(String),
    /// After all others.
    #[default]
    Last,
}
