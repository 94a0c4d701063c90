//! What PostgreSQL stores and can do.

use super::{
    super::{
        Version,
        capabilities::{Capabilities, IdentifierCase, Quoting, Support},
    },
    names::LONGEST,
};
use crate::schema::{Kind, stored_by_some};

pub(in super::super) const CAPABILITIES: &Capabilities = &Capabilities {
    oldest_version: Version { major: 13, minor: 0 },
    support,
    stores_comments: true,
    has_transactional_ddl: true,
    has_concurrent_indexes: true,
    rebuilds_tables: false,
    identifier_case: IdentifierCase::Sensitive,
    longest_identifier: Some(LONGEST),
    quoting: Quoting { identifier: '"', has_backslash_escapes: false },
    role_word: Some("user"),
};

fn support(kind: Kind) -> Support {
    match kind {
        Kind::Column | Kind::Constraint | Kind::Index | Kind::Table | stored_by_some!(Kind) => {
            Support::Stored
        }
    }
}
