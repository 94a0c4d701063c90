//! SeaORM entities as schemas for Cucurbit.
//!
//! [`models!`] reads entities as one [`Schema`](cucurbit::schema::Schema), which `check` compares with a database and from which
//! `create` writes revisions. Entities need no change: each is read as the table that SeaORM itself would create. `cucurbit init`
//! in an application that has some writes a migrations package with these two pieces, and the next command is
//! `cucurbit create --message "Create the tables"`:
//!
//! ```ignore
//! // build.rs
//! cucurbit_build::entities("garden", "../garden/src/lib.rs");
//!
//! // src/lib.rs
//! pub fn schema() -> Result<Schema, ModelError> {
//!     models![garden::*]
//! }
//! ```
//!
//! | you want | you write |
//! |---|---|
//! | all entities of a crate or a module | `models![garden::*]` ([whole modules](#whole-modules)) |
//! | some of them | `models![garden::bed, garden::plant]` |
//! | what SeaORM has no word for: an index on an expression, a check | [`TableArgs`] beside the entity, or `models![garden::*; garden::plant => \|table\| …]` |
//! | keys as another tool made them (`SERIAL`) | `models![keys = Keys::Serial; garden::*]` ([`Keys`]) |
//! | keys to tables that are not yours | `models![external = [auth::users]; garden::*]` |
//! | an entity of a view | `models![views = [garden::harvest]; garden::*]` |
//! | a list that your program makes | [`Models`] |
//! | SeaORM on the connection of a run, or a run on SeaORM's pool | [`lend`] and [`acquire`] (feature `runtime`) |
//!
//! What is said beside an entity names its columns by the entity's own `Column`, so that a wrong name does not compile:
//!
//! ```
//! use cucurbit::schema::Type;
//!
//! mod plant {
//!     use cucurbit::schema::{Dialect, Type};
//!     use cucurbit_sea_orm::{TableArgs, TableArgsFor, desc, key, lower};
//!     use sea_orm::entity::prelude::*;
//!
//!     #[sea_orm::model]
//!     #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
//!     #[sea_orm(table_name = "plant")]
//!     pub struct Model {
//!         #[sea_orm(primary_key)]
//!         pub id: i32,
//!         #[sea_orm(column_type = "String(StringLen::N(100))")]
//!         pub name: String,
//!         pub lineage: Option<Json>,
//!         pub planted_at: DateTime,
//!     }
//!
//!     impl TableArgs for Entity {
//!         fn table_args(table: &mut TableArgsFor<Self>) {
//!             table.column(Column::Lineage).on(Dialect::Postgres, Type::Jsonb);
//!             table.index("ix_plant_planted_at").on([desc(Column::PlantedAt), key(Column::Id)]);
//!             table.index("ux_plant_name_lower").unique().on(lower(Column::Name));
//!         }
//!     }
//!
//!     impl ActiveModelBehavior for ActiveModel {}
//! }
//!
//! let schema = cucurbit_sea_orm::models![plant]?;
//! let table = schema.table(&"plant".into()).expect("the entity has this table");
//! assert_eq!(table.columns[1].ty.base, Type::String { length: Some(100) });
//! assert_eq!(table.indexes.len(), 2);
//! # Ok::<(), cucurbit_sea_orm::ModelError>(())
//! ```
//!
//! # How SeaORM's words are read
//!
//! | SeaORM | schema |
//! |---|---|
//! | `primary_key`, an integer and alone | primary key, numbered as SeaORM does: an identity column on PostgreSQL, `AUTOINCREMENT` on SQLite ([`Keys`] chooses otherwise for all models, [`ColumnFor`] for one) |
//! | several `primary_key` | composite primary key, in the order of the fields |
//! | `Option<…>`, `nullable` | the column takes NULL |
//! | `unique` | unnamed unique constraint |
//! | `unique_key = "k"` | unique index `idx-{table}-k`, as SeaORM creates it |
//! | `indexed` | index `idx-{table}-{column}` (none where the column is `unique`) |
//! | `db_type = "Enum"` | an enum type on PostgreSQL, with the values in the order of the Rust type; text on SQLite |
//! | `enum_name = "shop\".\"tone"` | the enum type `tone` of the schema `shop`, as SeaORM itself has to write it; or [`ty`](ColumnFor::ty) with a qualified name |
//! | `default_value`, `default_expr` | server default: a constant, or an expression for each database |
//! | `comment` | comment, which SeaORM itself does not create on PostgreSQL |
//! | `belongs_to` | foreign key, unless `skip_fk`; unnamed unless `fk_name` |
//! | any relation | the other entity has to be among the models, or in `external = […]` or `views = […]` |
//! | types that only PostgreSQL has (`Inet`, `Bit`, …) | text on SQLite |
//! | `schema_name` | the table's schema |
//! | `renamed_from` | not read |
//! | `extra` | refused: raw SQL cannot be compared; use [`TableArgs`] |
//!
//! Constraints without a given name have no name in the schema, so a database that SeaORM made (`fk-plant-user_id`) and
//! one that SQLAlchemy made (`plant_user_id_fkey`) both equal the model.
//!
//! # Whole modules
//!
//! `models![garden::*]` takes all entities of the module `garden` and of the modules in it, in every form that SeaORM has,
//! whether they are written by hand or by `sea-orm-cli generate entity`. Files that are generated again, added or removed need
//! no edit here. No macro can list what another crate has, so `build.rs` does, from the source (feature `entities` of
//! `cucurbit-build`; `cucurbit init` writes this):
//!
//! ```ignore
//! fn main() {
//!     cucurbit_build::versions("versions");
//!     // The module as the code of this package names it, and the file in which it is written.
//!     cucurbit_build::entities("garden", "../garden/src/lib.rs");
//! }
//! ```
//!
//! What is named besides is as it is named: `models![views = [garden::harvest]; garden::*; garden::plant => |table| …]`.
//! A module without an entity, and a file that cannot be parsed, end the build. Entities that a macro writes are not in the
//! source and have to be named; with the feature `entity-registry` (SeaORM's own, which this crate's turns on) one that is
//! forgotten is an error.
//!
//! Two other ways were left, because they lose something. SeaORM's registry gives SQL for an entity, and not the entity: the
//! names that SeaORM gives to constraints would be the model's, and nothing could be said besides. The module `prelude` of
//! generated files is a list, but no macro can read it either.
//!
//! What may not live here: comparing, SQL statements, connections of its own.

mod error;
mod fit;
mod index;
mod keys;
#[cfg(feature = "runtime")]
mod lent;
mod models;
mod read;
#[doc(hidden)]
pub mod reading;
mod registry;
mod relation;
mod table;
mod ty;

#[cfg(feature = "runtime")]
pub use self::lent::{Lent, acquire, lend};
pub use self::{
    error::ModelError,
    index::{ExcludedPart, IndexFor, IntoParts, Part, desc, expression, key, lower, upper},
    keys::Keys,
    models::Models,
    table::{ColumnFor, TableArgs, TableArgsFor, table_of},
};
