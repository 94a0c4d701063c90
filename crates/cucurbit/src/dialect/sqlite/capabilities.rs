//! What SQLite stores and can do.

use super::super::{
    Version,
    capabilities::{Capabilities, IdentifierCase, Quoting, Support},
};
use crate::schema::{Kind, stored_by_some};

pub(in super::super) const CAPABILITIES: &Capabilities = &Capabilities {
    // With `pragma_table_list`.
    oldest_version: Version { major: 3, minor: 37 },
    support,
    stores_comments: false,
    has_transactional_ddl: true,
    has_concurrent_indexes: false,
    rebuilds_tables: true,
    identifier_case: IdentifierCase::AsciiInsensitive,
    longest_identifier: None,
    quoting: Quoting { identifier: '"', has_backslash_escapes: false },
    role_word: None,
};

fn support(kind: Kind) -> Support {
    // A file has one.
    if kind == Kind::Namespace {
        return Support::Refused;
    }
    match kind {
        Kind::Column | Kind::Constraint | Kind::Index | Kind::Table => Support::Stored,
        stored_by_some!(Kind) => Support::Known,
    }
}
