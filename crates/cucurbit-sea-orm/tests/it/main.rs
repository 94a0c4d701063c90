//! The tests of the collector, in one binary. Only the list of modules lives here.

#![expect(unreachable_pub, reason = "entities are written here as applications write them")]
#![expect(clippy::unwrap_used, reason = "a test that panics has said where it failed")]

/// What `table_args` adds to a table.
mod arguments;
/// What keys, indexes and exclusions say beyond their columns.
mod constraints;
/// Entities whose tables are not the project's.
mod external;
/// Which fields SeaORM can write and read back.
mod fit;
/// Primary keys, uniques and foreign keys.
mod keys;
/// The connection of a run as SeaORM's.
mod lent;
/// The tables that SeaORM itself makes are those of the models.
mod made;
/// Many entities as one schema.
mod models;
/// What is refused, and what the refusal names.
mod refusals;
/// Entities of the shapes that public projects have.
mod shapes;
/// Columns: types, defaults, NULL, comments.
mod types;
/// What the ORM writes, and the database fills in, comes back.
mod values;
/// Entities of views.
mod views;
/// Whole modules.
mod whole;
