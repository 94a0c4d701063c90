//! What a revision script needs, for `use cucurbit::prelude::*;`.
//!
//! What lives here: re-exports. Every name that `script` writes into a revision is among them. No code.

#[cfg(feature = "runtime")]
pub use crate::connection::Connection;
pub use crate::{
    operation::{Op, Operation},
    revision::Revision,
    rows,
    schema::{
        Action, Deferral,
        Dialect::{self, Postgres, Sqlite},
        Expression, Identity, Index,
        Literal::{self, Null},
        Nulls, Object, ObjectId, OnConflict, Serial, ServerDefault, TableBuilder, TableName, Type,
        build::*,
    },
};
