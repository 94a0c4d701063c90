//! Tests of the derive macros, in one binary. Only the list of modules lives here.

#![expect(clippy::unwrap_used, reason = "a test that panics has said where it failed")]

/// The words of structs and fields, each beside the builder's call that means the same.
mod meaning;
/// What only shows when structs stand together is refused, with what to do.
mod refusals;
/// Tables of structs on both databases: `check` finds nothing, and sqlx reads and writes their rows.
mod rows;
/// The types of fields, each with that of its column.
mod types;
/// Newtypes and enums.
mod values;
