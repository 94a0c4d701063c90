//! Plain Rust structs as tables: what `#[derive(cucurbit::Table)]` and `#[derive(cucurbit::Value)]` implement.
//!
//! What lives here: [`Model`], a struct that is a table; [`Value`], a Rust type that is kept in a column; and [`Models`],
//! which makes one schema of many structs. How attributes are read is the business of the crate `cucurbit-derive`. No SQL.

mod declared;
mod error;
mod models;
#[doc(hidden)]
pub mod stored;

pub use self::{
    declared::Declared,
    error::ModelError,
    models::Models,
    stored::{Stored, Value},
};

use crate::schema::{Ident, TableName};

/// A struct that is a table: what `#[derive(cucurbit::Table)]` implements.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a table",
    note = "write `#[derive(cucurbit::Table)]` on the struct"
)]
pub trait Model {
    /// Returns the name of the table.
    fn table_name() -> TableName;

    /// Returns the columns of the primary key, in order; none where the table has no key.
    fn key() -> Vec<Ident>;

    /// Adds the columns, constraints and indexes to a table.
    fn declare(table: &mut Declared);
}

/// Makes one schema of structs; the value is a `Result<Schema, ModelError>`.
///
/// Each is named by its path and derives [`Table`](crate::Table). The list is written out: a table that is not in it is
/// one that the project does not have, and would be dropped. `external = [auth::User];` before the list names structs whose
/// tables are another project's: foreign keys may refer to them, and they are never made, dropped, altered or compared.
///
/// ```
/// # #[allow(dead_code)]
/// #[derive(cucurbit::Table)]
/// struct Bed {
///     id: i64,
///     name: String,
/// }
///
/// let schema = cucurbit::tables![Bed]?;
/// assert_eq!(schema.table(&"bed".into()).map(|table| table.columns.len()), Some(2));
/// # Ok::<(), cucurbit::model::ModelError>(())
/// ```
#[macro_export]
macro_rules! tables {
    (external = [$($external:ty),* $(,)?]; $($listed:ty),* $(,)?) => {
        $crate::model::Models::new()
            $(.external::<$external>())*
            $(.add::<$listed>())*
            .schema()
    };
    ($($listed:ty),* $(,)?) => {
        $crate::model::Models::new()$(.add::<$listed>())*.schema()
    };
}
