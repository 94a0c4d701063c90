//! The error of a statement, without the secrets in it and in the database's message.
//!
//! The one file of this room that names `dialect`: only its lexer knows which texts of a statement are secrets.

use crate::{dialect::lexer, schema::Dialect};

use super::{ConnectionError, DriverError};

/// The longest piece of a statement that an error repeats, in characters.
const LONGEST_STATEMENT: usize = 2_000;

/// Makes the error of a statement that a database refused.
pub(super) fn refused(sql: &str, source: sqlx::Error) -> ConnectionError {
    let mut source = DriverError::from(source);
    let mut shown = sql.to_owned();
    // An error does not say of which database it is; what is a secret to one of them is shown by neither.
    for dialect in Dialect::ALL {
        let masked = lexer::masked(&shown, dialect);
        source.hide(|text| masked.hide(text));
        shown = lexer::escaped(&masked.sql, dialect);
    }
    if let Some((end, _)) = shown.char_indices().nth(LONGEST_STATEMENT) {
        shown.truncate(end);
        shown.push('…');
    }
    ConnectionError::Statement { sql: shown, source }
}
