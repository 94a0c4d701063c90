//! What a session of SQLite does: no other session is told. How many rows a rebuild has copied, its own connection counts.

use crate::dialect::Version;

pub(in crate::dialect) const fn query(_: &str, _: Option<Version>) -> Option<String> {
    None
}
