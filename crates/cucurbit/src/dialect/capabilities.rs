//! What a database stores and can do, as facts: each has one value, in `capabilities.rs` of its folder.
//!
//! Every room may ask a [`Dialect`] for them: they are no work, and the same without a server. What depends on the server
//! that is connected to is not here.

use super::Version;
use crate::schema::{ColumnType, Dialect, Ident, Kind, TableName, Type};

/// What a database stores and can do.
#[non_exhaustive]
#[derive(Clone, Copy, Debug)]
pub struct Capabilities {
    /// The oldest version that is supported.
    pub oldest_version: Version,
    /// What becomes of objects of a kind.
    pub support: fn(Kind) -> Support,
    /// Whether it stores comments; else they are only known.
    pub stores_comments: bool,
    /// Whether DDL is part of a transaction, and undone with it.
    pub has_transactional_ddl: bool,
    /// Whether an index can be built and dropped while others write, outside any transaction.
    pub has_concurrent_indexes: bool,
    /// Whether a change of a table may be a new table in its place.
    pub rebuilds_tables: bool,
    /// How identifiers are compared.
    pub identifier_case: IdentifierCase,
    /// How many bytes of an identifier it keeps; `None` for all.
    pub longest_identifier: Option<usize>,
    /// How identifiers and texts are quoted.
    pub quoting: Quoting,
    /// The word that a person takes for a text, and the database for the name of a role.
    pub role_word: Option<&'static str>,
}

/// What becomes of an object of a kind on a database.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// The database stores it.
    Stored,
    /// Nothing is run for it: the scripts say what there is.
    Known,
    /// What says something of it is refused.
    Refused,
}

/// How a database compares identifiers that are quoted.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentifierCase {
    /// `Plant` and `plant` are two.
    Sensitive,
    /// They are one, as far as ASCII goes.
    AsciiInsensitive,
}

/// How a database quotes identifiers and texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoting {
    /// What stands around an identifier, and twice for one in it.
    pub identifier: char,
    /// Whether a backslash escapes in a text.
    pub has_backslash_escapes: bool,
}

impl Capabilities {
    /// Tells whether the database stores objects of a kind.
    #[must_use]
    pub fn stores(&self, kind: Kind) -> bool {
        (self.support)(kind) == Support::Stored
    }

    /// Tells whether objects of a kind are known from the scripts alone.
    #[must_use]
    pub fn only_knows(&self, kind: Kind) -> bool {
        (self.support)(kind) == Support::Known
    }

    /// Tells whether the scripts say nothing that the database does not store.
    #[must_use]
    pub fn stores_everything(&self) -> bool {
        self.stores_comments && Kind::ALL.into_iter().all(|kind| !self.only_knows(kind))
    }
}

impl IdentifierCase {
    /// Tells whether two identifiers are one.
    #[must_use]
    pub fn is_same(self, one: &Ident, other: &Ident) -> bool {
        match self {
            Self::Sensitive => one == other,
            Self::AsciiInsensitive => one.as_str().eq_ignore_ascii_case(other.as_str()),
        }
    }
}

impl Quoting {
    /// Writes an identifier in quotes. Always: a list of reserved words is different for each version of each database.
    pub(super) fn quoted(self, name: &Ident) -> String {
        let quote = self.identifier;
        let twice = format!("{quote}{quote}");
        format!("{quote}{}{quote}", name.as_str().replace(quote, &twice))
    }

    /// Writes a table's name with its namespace.
    pub(super) fn qualified(self, TableName { schema, name }: &TableName) -> String {
        match schema {
            Some(schema) => format!("{}.{}", self.quoted(schema), self.quoted(name)),
            None => self.quoted(name),
        }
    }

    /// Writes identifiers with commas between.
    pub(super) fn list<'i>(self, names: impl IntoIterator<Item = &'i Ident>) -> String {
        names.into_iter().map(|name| self.quoted(name)).collect::<Vec<_>>().join(", ")
    }

    /// Writes text as a string constant.
    pub(super) fn string(self, text: &str) -> String {
        let text = text.replace('\'', "''");
        if self.has_backslash_escapes {
            format!("'{}'", text.replace('\\', "\\\\"))
        } else {
            format!("'{text}'")
        }
    }
}

impl Dialect {
    /// Returns what the database stores and can do.
    #[must_use]
    pub const fn capabilities(self) -> &'static Capabilities {
        on!(self, capabilities::CAPABILITIES)
    }

    /// Lists the databases that store objects of a kind.
    pub(crate) fn storing(kind: Kind) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |dialect| dialect.capabilities().stores(kind))
    }

    /// Tells whether this database stores something that another only knows.
    pub(crate) fn stores_more_than(self, other: Self) -> bool {
        let (own, other) = (self.capabilities(), other.capabilities());
        own.stores_comments && !other.stores_comments
            || Kind::ALL.into_iter().any(|kind| own.stores(kind) && other.only_knows(kind))
    }

    /// Writes an identifier in quotes.
    pub(crate) fn quoted(self, name: &Ident) -> String {
        self.capabilities().quoting.quoted(name)
    }

    /// Writes a table's name with its namespace.
    #[cfg(feature = "runtime")]
    pub(crate) fn qualified(self, table: &TableName) -> String {
        self.capabilities().quoting.qualified(table)
    }

    /// Writes text as a string constant.
    pub(crate) fn string(self, text: &str) -> String {
        self.capabilities().quoting.string(text)
    }
}

impl ColumnType {
    /// Returns the type of a column where objects of a kind are stored: its enum type, the type that its sequence counts in.
    pub(crate) fn where_stored(&self, kind: Kind) -> &Type {
        Dialect::storing(kind).next().map_or(&self.base, |dialect| self.on(dialect))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_quote_is_escaped_by_the_rules_of_the_database() {
        let quoting = Quoting { identifier: '`', has_backslash_escapes: true };
        assert_eq!(quoting.qualified(&TableName::qualified("a`b", "c\"d")), "`a``b`.`c\"d`");
        assert_eq!(quoting.string(r"it's \"), r"'it''s \\'");
        assert_eq!(Dialect::Postgres.string(r"it's \"), r"'it''s \'");
        assert_eq!(Dialect::Sqlite.quoted(&"c\"d".into()), "\"c\"\"d\"");
    }
}
