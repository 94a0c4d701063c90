//! The names of the databases, and values that differ between them.
//!
//! What a database does lives in the room `dialect`; here it is only a key.

use std::{collections::BTreeMap, fmt};

/// A database that Cucurbit speaks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// PostgreSQL 13 and later.
    Postgres,
    /// SQLite 3.35 and later.
    Sqlite,
}

impl Dialect {
    /// Every dialect, in the order of their names.
    pub const ALL: [Self; 2] = [Self::Postgres, Self::Sqlite];

    /// Returns the name used in `cucurbit.toml`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Sqlite => "sqlite",
        }
    }

    /// Returns the name of its variant, by which scripts say it: `op.on(Postgres, …)`.
    #[must_use]
    pub const fn variant(self) -> &'static str {
        match self {
            Self::Postgres => "Postgres",
            Self::Sqlite => "Sqlite",
        }
    }

    /// Finds a dialect by the name used in `cucurbit.toml`.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name)
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "PostgreSQL",
            Self::Sqlite => "SQLite",
        })
    }
}

/// A value with other values for some dialects: SQLAlchemy's `with_variant`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variants<T> {
    /// The value where no variant is given.
    pub base: T,
    /// The values that differ, by dialect.
    pub variants: BTreeMap<Dialect, T>,
}

impl<T> Variants<T> {
    /// Makes a value that is the same everywhere.
    #[must_use]
    pub const fn same(base: T) -> Self {
        Self { base, variants: BTreeMap::new() }
    }

    /// Returns the value for a dialect.
    #[must_use]
    pub fn on(&self, dialect: Dialect) -> &T {
        self.variants.get(&dialect).unwrap_or(&self.base)
    }

    /// Sets the value for one dialect.
    #[must_use]
    pub fn with(mut self, dialect: Dialect, value: impl Into<T>) -> Self {
        self.variants.insert(dialect, value.into());
        self
    }
}

impl<T: Clone> Variants<T> {
    /// Reduces to the one value that a dialect sees.
    #[must_use]
    pub fn resolved(&self, dialect: Dialect) -> Self {
        Self::same(self.on(dialect).clone())
    }
}
