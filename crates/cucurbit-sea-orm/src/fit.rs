//! Which types of fields SeaORM can write to a column and read back. Nothing that the schema depends on.
//!
//! SeaORM 2.0 makes a column of every type and learns only when a row is written or read that a driver has no such
//! value: `tests/it/fit.rs` does both for each line here.

use cucurbit::schema::{Dialect, Remark, Table, Type};
use sea_orm::sea_query::{Expr, PostgresQueryBuilder, QueryBuilder};

use crate::{
    read::{self, Entity, EntityColumn},
    ty,
};

/// Lists what SeaORM cannot write or read of an entity's fields, on either database.
pub(crate) fn remarks(entity: &Entity, table: &Table) -> Vec<Remark> {
    let remark = |column: &EntityColumn, dialect: Dialect| {
        let ty = table.column(&column.name)?.ty.on(dialect);
        let Misfit { field, why, cure } = Misfit::of(dialect, &value(column), ty, is_cast(column))?;
        let (name, rust) = (&column.name, entity.rust);
        let text = format!(
            "column {}.{name}: SeaORM {why} the field of type {field} in `{rust}` on {dialect}; {cure}",
            table.name
        );
        Some(Remark { table: table.name.clone(), column: name.clone(), dialect, text })
    };
    let on = |column| Dialect::ALL.into_iter().filter_map(move |dialect| remark(column, dialect));
    entity.columns.iter().flat_map(on).collect()
}

/// Returns the name of a field's type among SeaORM's values.
///
/// Depending on the features of SeaORM there are other ones; the name is all that is needed.
fn value(column: &EntityColumn) -> String {
    column.value.as_ref().map_or_else(|| "Vector".to_owned(), |value| format!("{value:?}"))
}

/// Tells whether a column's values are converted by the database on their way (`select_as`, `save_as`), so that the
/// column's own type does not matter to the driver.
fn is_cast(column: &EntityColumn) -> bool {
    let is_enum = ty::enum_type(column.definition.get_column_type()).is_some();
    let written = |expression: &Expr| {
        let mut sql = String::new();
        PostgresQueryBuilder.prepare_expr(expression, &mut sql);
        sql
    };
    let plain = written(&read::probe());
    !is_enum && column.converted.iter().any(|expression| written(expression) != plain)
}

/// A field that does not fit its column.
#[derive(Debug, PartialEq, Eq)]
struct Misfit {
    field: &'static str,
    why: &'static str,
    cure: &'static str,
}

const CANNOT_READ: &str = "cannot read";
const CANNOT_WRITE: &str = "cannot write";

impl Misfit {
    /// A field of another type than its column.
    const fn other_type(field: &'static str) -> Option<Self> {
        Some(Self {
            field,
            why: "does not write and read back",
            cure: "give the field the type of its column",
        })
    }

    /// Looks at a value of SeaORM and the column's type on a database; an array is looked at by its elements.
    fn of(dialect: Dialect, value: &str, ty: &Type, is_cast: bool) -> Option<Self> {
        match (dialect, ty) {
            (Dialect::Postgres, Type::Array(element)) => Self::of(dialect, value, element, is_cast),
            (Dialect::Postgres, _) => Self::on_postgres(value, ty, is_cast),
            (Dialect::Sqlite, Type::Array(_)) => Some(Self {
                field: "array",
                why: CANNOT_WRITE,
                cure: "SQLite has no arrays: use JSON, or take the database from `dialects` in cucurbit.toml",
            }),
            (Dialect::Sqlite, _) => Self::on_sqlite(value, ty),
        }
    }

    fn on_postgres(value: &str, ty: &Type, is_cast: bool) -> Option<Self> {
        let misfit = |field, why, cure| Some(Self { field, why, cure });
        match value {
            "BigUnsigned" => misfit(
                "`u64`",
                CANNOT_READ,
                "use `i64`, or `Decimal` with `column_type = \"Decimal(Some((20, 0)))\"`",
            ),
            "SmallUnsigned" => misfit("`u16`", CANNOT_READ, "use `i32`"),
            "TinyInt" => misfit("`i8`", CANNOT_WRITE, "use `i16`"),
            "TinyUnsigned" => misfit("`u8`", CANNOT_READ, "use `i16`"),
            "Unsigned" if *ty != Type::Integer && !is_cast => misfit(
                "`u32`",
                CANNOT_READ,
                "use `i64`, or `column_type = \"Integer\"` for numbers up to 2147483647",
            ),
            _ if is_cast || !is_known(ty) => None,
            _ => {
                let (field, fits) = postgres_types(value)?;
                if fits(ty) { None } else { Self::other_type(field) }
            }
        }
    }

    fn on_sqlite(value: &str, ty: &Type) -> Option<Self> {
        let misfit = |field, why, cure| Some(Self { field, why, cure });
        let is_floating = matches!(ty, Type::Decimal { .. } | Type::Double | Type::Float | Type::Real);
        let is_integer = matches!(ty, Type::BigInteger | Type::Integer | Type::SmallInteger);
        match value {
            "BigUnsigned" => misfit("`u64`", CANNOT_READ, "use `i64`"),
            "IpNetwork" => misfit("`IpNetwork`", CANNOT_WRITE, "use `String`"),
            "MacAddress" => misfit("`MacAddress`", CANNOT_WRITE, "use `String`"),
            "Vector" => misfit("`PgVector`", CANNOT_WRITE, "SQLite has no vectors: use JSON"),
            "BigDecimal" | "Decimal" if has_too_many_digits(ty) => misfit(
                "`Decimal`",
                "reads only 15 digits of",
                "use text, or whole numbers of the smallest unit in an `i64`",
            ),
            "BigDecimal" | "Decimal" if is_integer => Self::other_type("`Decimal`"),
            "Float" | "Double" if is_integer => Self::other_type("floating-point number"),
            "BigInt" | "Int" | "SmallInt" | "TinyInt" | "TinyUnsigned" | "SmallUnsigned" | "Unsigned"
                if is_floating =>
            {
                Self::other_type("integer")
            }
            "Char" | "String" if is_floating || is_integer => Self::other_type("text"),
            _ => None,
        }
    }
}

/// How many digits of a decimal a floating-point number keeps, which SQLite has in their place.
const DIGITS: u32 = 15;

fn has_too_many_digits(ty: &Type) -> bool {
    matches!(ty, Type::Decimal { precision: Some((all, _)) } if *all > DIGITS)
}

/// Tells whether a type is one of ours, of which it is known what fits it.
fn is_known(ty: &Type) -> bool {
    // A program may have `Vec<T>` in a column of JSON.
    !matches!(ty, Type::Custom { .. } | Type::Enum { .. } | Type::Interval | Type::Json | Type::Jsonb)
}

/// Tells whether a value fits a column of a type.
type Fits = fn(&Type) -> bool;

/// Returns a value's name in Rust and the types of columns that it fits; `None` for one that is not known.
fn postgres_types(value: &str) -> Option<(&'static str, Fits)> {
    Some(match value {
        "BigDecimal" | "Decimal" => ("`Decimal`", |ty| matches!(ty, Type::Decimal { .. })),
        "BigInt" => ("`i64`", |ty| *ty == Type::BigInteger),
        "Bool" => ("`bool`", |ty| *ty == Type::Boolean),
        "Bytes" => ("`Vec<u8>`", |ty| *ty == Type::Binary),
        "Char" | "String" => {
            ("text", |ty| matches!(ty, Type::Char { .. } | Type::String { .. } | Type::Text))
        }
        "ChronoDate" | "TimeDate" => ("date", |ty| *ty == Type::Date),
        "ChronoDateTime" | "TimeDateTime" => {
            ("date and time without a zone", |ty| matches!(ty, Type::DateTime { .. }))
        }
        "ChronoDateTimeLocal"
        | "ChronoDateTimeUtc"
        | "ChronoDateTimeWithTimeZone"
        | "TimeDateTimeWithTimeZone" => {
            ("date and time with a zone", |ty| matches!(ty, Type::DateTimeTz { .. }))
        }
        "ChronoTime" | "TimeTime" => ("time", |ty| matches!(ty, Type::Time { .. })),
        "Double" => ("`f64`", |ty| matches!(ty, Type::Double | Type::Float)),
        "Float" => ("`f32`", |ty| *ty == Type::Real),
        "Int" => ("`i32`", |ty| *ty == Type::Integer),
        "SmallInt" => ("`i16`", |ty| *ty == Type::SmallInteger),
        "Uuid" => ("`Uuid`", |ty| *ty == Type::Uuid),
        _ => return None,
    })
}
