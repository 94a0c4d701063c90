//! The server that is connected to: what differs between servers of one dialect and a schema's spelling or a plan depends on.

use std::{borrow::Cow, fmt};

#[cfg(feature = "runtime")]
use super::ReflectError;
use super::{Canonical, Dialect};
use crate::schema::{Ident, Schema};

/// A server, or what is taken for granted where none was asked.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// What it speaks.
    pub dialect: Dialect,
    /// Its version; `None` where no server was asked.
    pub version: Option<Version>,
    /// The schema that a name without one means on PostgreSQL; `public` where no server was asked.
    pub current_schema: Option<Ident>,
}

/// A version, as far as a plan can depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self { major, minor: 0 } => write!(f, "{major}"),
            Self { major, minor } => write!(f, "{major}.{minor}"),
        }
    }
}

impl Server {
    /// Returns a server of which no more is known than what it speaks.
    #[must_use]
    pub const fn of(dialect: Dialect) -> Self {
        Self { dialect, version: None, current_schema: None }
    }

    /// Puts a schema into the one spelling that this server would keep; see [`Dialect::canonical`].
    #[must_use]
    pub fn canonical<'s>(&self, schema: impl Into<Cow<'s, Schema>>) -> Canonical {
        let schema = schema.into().into_owned();
        on!(self.dialect, canonical(schema, self))
    }

    /// Refuses a server that is too old, by the name of its version: its catalogue would be half read.
    #[cfg(feature = "runtime")]
    pub(super) fn refuse_old(&self, name: &str) -> Result<(), ReflectError> {
        let oldest = self.dialect.capabilities().oldest_version;
        match self.version {
            Some(version) if version < oldest => {
                Err(ReflectError::TooOld { version: name.to_owned(), oldest })
            }
            Some(_) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(feature = "runtime")]
    use super::*;

    #[cfg(feature = "runtime")]
    #[test]
    fn an_old_server_is_refused_by_the_name_of_its_version() {
        let server = |major, minor| Server {
            version: Some(Version { major, minor }),
            ..Server::of(Dialect::Postgres)
        };
        assert!(server(13, 0).refuse_old("13.0").is_ok());
        let error = server(12, 22).refuse_old("12.22").expect_err("12 is too old");
        assert_eq!(
            error.to_string(),
            "the database has version 12.22, and versions before 13 are not supported"
        );
    }
}
