//! SQLite, files of 3.35 and later.
//!
//! What lives here: how it spells and stores a schema (`types`, `define`, `expression`, `canonical`, `names`, `ask`), the
//! stored texts and their edits (`token`, `ddl`, `rename`), operations as statements (`plan`, with `memory`), the reader of
//! a file (`reflect`), what is in no file (`said`), what a connection holds (`session`), and the lock of a run (`lock`).

#[cfg(feature = "runtime")]
mod ask;
mod canonical;
mod constant;
mod convert;
mod ddl;
mod define;
mod digits;
mod effect;
mod expression;
#[cfg(feature = "runtime")]
pub(super) mod lock;
mod memory;
mod moment;
mod names;
mod plan;
mod range;
#[cfg(feature = "runtime")]
mod reflect;
mod rename;
mod said;
#[cfg(feature = "runtime")]
pub(super) mod scratch;
#[cfg(feature = "runtime")]
pub(super) mod session;
mod token;
mod types;
mod words;

use crate::schema::Dialect;
#[cfg(feature = "runtime")]
use crate::{
    connection::{Connection, ConnectionError},
    schema::Schema,
};

#[cfg(feature = "runtime")]
use super::{Answers, Question};

#[cfg(feature = "runtime")]
pub(super) use self::{
    ask::misread,
    reflect::{reflect, unmodelled},
};
pub(super) use self::{
    canonical::canonical,
    names::all_in_letters_of,
    plan::plan,
    said::add_what_is_said,
    token::{names_column, same_name},
};

/// The dialect of this room.
const HERE: Dialect = Dialect::Sqlite;

/// Answers questions without asking anybody: the parser is here.
#[cfg(feature = "runtime")]
#[expect(clippy::unused_async, reason = "PostgreSQL's verb has the same signature, and it waits")]
pub(super) async fn ask(
    _connection: &mut Connection,
    from: &Schema,
    to: &Schema,
    questions: &[Question],
) -> Result<Answers, ConnectionError> {
    Ok(ask::answers(from, to, questions))
}
