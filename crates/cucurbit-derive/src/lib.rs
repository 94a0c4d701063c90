//! Plain Rust structs as tables: the derive macros of [Cucurbit](https://docs.rs/cucurbit), for applications that use sqlx
//! without an ORM. Use them as `cucurbit::Table` and `cucurbit::Value`.
//!
//! ```toml
//! # Cargo.toml of the application
//! cucurbit = { version = "0.1", default-features = false, features = ["derive"] }
//! ```
//!
//! The structs that you read rows into are the models. Nothing need be said of a simple one:
//!
//! ```
//! use sqlx::types::chrono::NaiveDate;
//!
//! #[derive(sqlx::FromRow, cucurbit::Table)]
//! pub struct Bed {
//!     pub id: i64,
//!     #[table(length = 40, unique)]
//!     pub name: String,
//! }
//!
//! #[derive(sqlx::FromRow, cucurbit::Table)]
//! pub struct Plant {
//!     pub id: i64,
//!     #[table(references(Bed, on_delete = Cascade), index)]
//!     pub bed_id: i64,
//!     pub name: Option<String>,
//!     #[table(default = "seed")]
//!     pub stage: String,
//!     pub planted_on: NaiveDate,
//! }
//!
//! /// What the migrations are compared with.
//! pub fn schema() -> Result<cucurbit::schema::Schema, cucurbit::model::ModelError> {
//!     cucurbit::tables![Bed, Plant]
//! }
//! # fn main() -> Result<(), cucurbit::model::ModelError> {
//! # assert_eq!(schema()?.tables().len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! In the `main.rs` of the migrations, `Env::new(versions::all()).models(garden::schema)` hands them over; then `cucurbit create`
//! writes what the database lacks as a revision.
//!
//! - [`Table`] has the words of structs and fields, and how the types of fields are read.
//! - [`Value`] is for newtypes and enums.
//! - `cucurbit::tables!` makes one schema of many structs, and says what contradicts itself.

mod attributes;
mod constraint;
mod field;
mod names;
mod table;
mod test;
#[cfg(test)]
mod tests;
mod ty;
mod value;

use proc_macro::TokenStream;
use syn::{DeriveInput, Error, ItemFn, parse_macro_input};

/// Makes a struct a table, which `cucurbit::tables!` lists.
///
/// A struct is a table of its name in snake case (`PlantLog` is `plant_log`), each field a column that takes NULL only if it
/// is an `Option`. A field `id` is the primary key where none says `primary_key`, and a key of one integer that refers to no
/// other table is numbered by the database: an identity column on PostgreSQL, the rowid on SQLite. All else is said by
/// `#[table(…)]`, in the words of revision scripts. What sqlx is told is read where it stands.
///
/// ```
/// #[derive(sqlx::FromRow, cucurbit::Table)]
/// #[sqlx(rename_all = "camelCase")]
/// #[table(
///     name = "plants",
///     unique(bed, row),
///     index("lower(name)", name = "ix_plants_name", predicate = "name IS NOT NULL"),
///     check("row > 0", name = "ck_plants_row")
/// )]
/// struct Plant {
///     id: i64,
///     #[sqlx(rename = "bed_id")]
///     #[table(references("bed", "id"))]
///     bed: i64,
///     row: i32,
///     name: Option<String>,
///     #[table(default_expression = sql("now()").with(Sqlite, "CURRENT_TIMESTAMP"))]
///     made_at: sqlx::types::chrono::NaiveDateTime,
///     #[table(ty = Type::decimal(8, 2), on(Sqlite, Type::Text))]
///     price: String,
///     #[sqlx(skip)]
///     is_selected: bool,
/// }
/// ```
///
/// `word = value` and `word(value)` are the same. A value is any expression; `Type`, `Action`, `sql`, `Sqlite` and the other
/// words of `cucurbit::prelude` are in scope. An enum's variant may stand alone: `on_delete = Cascade`.
///
/// # Words of a struct
///
/// | word | meaning |
/// |---|---|
/// | `name = "plants"`, `schema = "shop"` | the table's name; `name = "shop.plants"` says both |
/// | `rename_all = "camelCase"` | names of columns, as `#[sqlx(rename_all)]`, for structs without sqlx |
/// | `primary_key(bed, row)` | the key of several columns, in this order |
/// | `unique(bed, row)` | a unique constraint |
/// | `index(bed, row.descending(), "lower(name)", name = "…")` | an index of fields, with methods of an index part, and of expressions. Without `name` it is `ix_table_columns` |
/// | `foreign_key(bed, row, references(Place), on_delete = Cascade)` | a reference of several columns |
/// | `check("row > 0", name = "…")` | a check |
/// | `exclusion(room.excluding("="), during.excluding("&&"), name = "…", using = "gist")` | an exclusion constraint (PostgreSQL) |
/// | `comment = "…"` | a comment (PostgreSQL). Documentation is none: a word changed there would be a migration |
/// | `autoincrement`, `strict`, `without_rowid` | options of SQLite |
/// | `unlogged` | an option of PostgreSQL |
///
/// # Words of a field
///
/// | word | meaning |
/// |---|---|
/// | `primary_key` | it is the key, or part of it, in the order of the fields |
/// | `unique`, `index`, `check("…")` | as on the struct, of this column |
/// | `references(Bed)`, `references(Bed, code)`, `references("auth.users", "id")` | a foreign key: to the primary key of a struct, to another column of it, to a table by its name |
/// | `length = 20` | text of at most so many characters |
/// | `ty = Type::Jsonb`, `on(Sqlite, Type::Text)` | the type, and another one on a database |
/// | `default = "seed"`, `default_expression = "now()"` | a constant, or SQL |
/// | `computed = "…"`, `computed_virtual = "…"` | a computed column |
/// | `identity`, `identity = Identity::always()`, `serial`, `serial_by = …` | the database numbers the rows |
/// | `no_default` | the application makes the values of this integer key |
/// | `nullable`, `not_null` | NULL is taken or refused, whatever the type of the field says |
/// | `collate = "C"`, `comment = "…"`, `on_conflict_not_null = Ignore`, `server_default = …` | as in scripts |
/// | `name = "…"`, `skip`, `flatten` | as `#[sqlx(rename)]`, `#[sqlx(skip)]`, `#[sqlx(flatten)]`, which are read, too |
///
/// Keys and indexes take more words in their parentheses, each a method of the schema's builder: `name`, `comment`, `deferrable`,
/// `deferred`, `include(…)`, `nulls_not_distinct`, `on_conflict`, `predicate`, `using`, `parameter("fillfactor", "70")`, `not_valid`,
/// `no_inherit`, `match_full`, `on_delete`, `on_delete_columns(…)`, `on_update`. The error of a wrong one lists those that fit.
///
/// # Types of fields
///
/// They are known by the last name in their path, so that none of these crates need be a dependency of Cucurbit:
///
/// | field | column |
/// |---|---|
/// | `bool`, `i16`, `i32`, `i64`, `f32`, `f64` | `BOOLEAN`, `SMALLINT`, `INTEGER`, `BIGINT`, `REAL`, `DOUBLE PRECISION` |
/// | `i8`, `u8`, `u16`, `u32`, which sqlx writes on SQLite | the smallest of these that holds all values |
/// | `String`, `&str` | `TEXT` |
/// | `Vec<u8>`, `[u8; N]` | `BYTEA`, `BLOB` |
/// | `Vec<T>` | an array (PostgreSQL) |
/// | `NaiveDate`, `Date`; `NaiveTime`, `Time` | `DATE`; `TIME` |
/// | `NaiveDateTime`, `PrimitiveDateTime`; `DateTime<…>`, `OffsetDateTime` | a moment without a zone; with one |
/// | `Uuid` | `UUID` |
/// | `serde_json::Value`, `Json<T>`, any type with `#[sqlx(json)]` | `JSONB` |
/// | `Decimal`, `BigDecimal` | `NUMERIC` |
/// | `IpNetwork`, `IpAddr`; `MacAddress`; `BitVec`; `PgInterval` | `INET`; `MACADDR`; `BIT VARYING`; `INTERVAL` (text on SQLite) |
/// | `Option<T>`, `Box<T>`, `Arc<T>`, `Cow<'_, T>` | that of `T` |
/// | a type that derives [`Value`](macro@Value) | what it says, whatever its name is |
///
/// Any other type is an error at the field that asks for `ty`, or for [`Value`](macro@Value) on the type:
///
/// ```compile_fail,E0277
/// struct Grams(f64);
///
/// #[derive(cucurbit::Table)]
/// struct Bag {
///     id: i64,
///     weight: Grams,
/// }
/// ```
#[proc_macro_derive(Table, attributes(table, sqlx))]
pub fn table(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    table::expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

/// Makes a newtype or an enum the value of a column, as `#[derive(sqlx::Type)]` writes it.
///
/// A newtype is kept as what is in it, an enum with a `repr` as that integer, and any other enum as an enum type: one of its own on
/// PostgreSQL, text on SQLite. Name and values of that type are those that sqlx uses, by `type_name`, `rename_all` and `rename`;
/// `type_name = "text"` keeps them as text on both databases. Without `type_name` it is the name of the enum in lower case,
/// for which sqlx asks PostgreSQL.
///
/// ```
/// #[derive(sqlx::Type, cucurbit::Value)]
/// #[sqlx(transparent)]
/// struct PlantId(i64);
///
/// #[derive(sqlx::Type, cucurbit::Value)]
/// #[sqlx(type_name = "light_level", rename_all = "kebab-case")]
/// enum LightLevel {
///     FullSun,
///     Shade,
/// }
///
/// #[derive(cucurbit::Table)]
/// struct Plant {
///     id: PlantId,
///     #[table(default = "shade")]
///     light: LightLevel,
/// }
/// # fn main() -> Result<(), cucurbit::model::ModelError> {
/// # assert_eq!(cucurbit::tables![Plant]?.enums().len(), 1);
/// # Ok(())
/// # }
/// ```
///
/// `#[table(…)]` says on the type: `ty = Type::Text` or `length = 20` for what its own code writes, and on an enum `name = "shop.tone"`,
/// `rename_all` and `comment`; on a variant `name = "…"`.
#[proc_macro_derive(Value, attributes(table, sqlx))]
pub fn value(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    value::expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

/// Runs a test on a migrated database of its own, of each kind: `name::postgres` and `name::sqlite` are two tests.
///
/// The revisions are any expression that gives the scripts. The database is dropped when the test ends, also by a panic. Cucurbit's
/// features `derive` and `testing` are needed. `on = [Sqlite]` names the databases that the project has.
///
/// ```
/// mod versions {
///     pub fn all() -> Vec<cucurbit::Script> {
///         Vec::new()
///     }
/// }
///
/// #[cucurbit::test(versions::all(), on = [Sqlite])]
/// async fn a_bed_has_a_name(database: cucurbit::testing::Database) {
///     let mut connection = database.connect().await.unwrap();
///     connection.execute("SELECT 1").await.unwrap();
/// }
/// # fn main() {}
/// ```
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, function: TokenStream) -> TokenStream {
    let function = parse_macro_input!(function as ItemFn);
    test::expand(arguments.into(), &function).unwrap_or_else(Error::into_compile_error).into()
}
