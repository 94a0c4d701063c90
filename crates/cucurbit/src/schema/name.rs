//! Names of schema things, and when two of them are equal.
//!
//! No quoting: how a name is written in SQL is the dialect's business.

use std::{borrow::Borrow, fmt, sync::Arc};

/// A name as the database stores it: case-sensitive, unquoted.
///
/// It is shared, not copied: a comparison of large schemas has each name in many places.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ident(Arc<str>);

impl Ident {
    /// Makes a name of text that is taken as it is.
    #[must_use]
    pub fn new(name: impl AsRef<str>) -> Self {
        Self(name.as_ref().into())
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for Ident {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Ident {
    fn eq(&self, other: &str) -> bool {
        *self.0 == *other
    }
}

impl PartialEq<&str> for Ident {
    fn eq(&self, other: &&str) -> bool {
        *self.0 == **other
    }
}

impl From<&str> for Ident {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl From<String> for Ident {
    fn from(name: String) -> Self {
        Self(name.into())
    }
}

impl From<&Self> for Ident {
    fn from(name: &Self) -> Self {
        name.clone()
    }
}

/// The name of what lies in a namespace, PostgreSQL's schema: a table, an enum type or a sequence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName {
    /// The namespace; `None` is the connection's own (`public`, as a rule).
    pub schema: Option<Ident>,
    /// The name within the namespace.
    pub name: Ident,
}

/// The name of a table.
pub type TableName = ObjectName;

impl ObjectName {
    /// Makes a name in the connection's own namespace.
    #[must_use]
    pub fn new(name: impl Into<Ident>) -> Self {
        Self { schema: None, name: name.into() }
    }

    /// Makes a name in a namespace.
    #[must_use]
    pub fn qualified(schema: impl Into<Ident>, name: impl Into<Ident>) -> Self {
        Self { schema: Some(schema.into()), name: name.into() }
    }

    /// Makes another name in the same namespace.
    #[must_use]
    pub fn sibling(&self, name: impl Into<Ident>) -> Self {
        Self { schema: self.schema.clone(), name: name.into() }
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { schema, name } = self;
        match schema {
            Some(schema) => write!(f, "{schema}.{name}"),
            None => write!(f, "{name}"),
        }
    }
}

/// `"plant"` is a name in the connection's own namespace, `"app.plant"` one of `app`.
///
/// A name that itself holds a dot is made by [`ObjectName::new`].
impl From<&str> for ObjectName {
    fn from(name: &str) -> Self {
        match name.split_once('.') {
            Some((schema, name)) => Self::qualified(schema, name),
            None => Self::new(name),
        }
    }
}

impl From<&Self> for ObjectName {
    fn from(name: &Self) -> Self {
        name.clone()
    }
}
