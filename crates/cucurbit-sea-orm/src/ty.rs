//! SeaORM's column types and defaults as Cucurbit's, one by one. No column and no table.

use cucurbit::schema::{ColumnType, Dialect, EnumType, Expression, Literal, ObjectName, ServerDefault, Type};
use sea_orm::sea_query::{
    self, Expr, Keyword, OptionEnum, PgInterval, PostgresQueryBuilder, QueryBuilder, SqliteQueryBuilder,
    StringLen, Value,
};

/// Returns the column type that stands for SeaORM's; `None` if neither database has such a type.
///
/// An integer without a sign takes the smallest type that holds its values, as SeaORM does on PostgreSQL; bytes have
/// no length, because `BYTEA` has none. A native enum is a type of its own, which is text on SQLite, as is what only
/// PostgreSQL has: SQLite would take the unknown word for one of numbers.
pub(crate) fn column_type(ty: &sea_query::ColumnType) -> Option<ColumnType> {
    use sea_query::ColumnType as SeaOrm;
    let ty = match ty {
        SeaOrm::Array(element) => Type::Array(Box::new(column_type(element)?.base)),
        SeaOrm::BigInteger | SeaOrm::BigUnsigned | SeaOrm::Unsigned => Type::BigInteger,
        SeaOrm::Binary(_) | SeaOrm::Blob | SeaOrm::VarBinary(_) => Type::Binary,
        SeaOrm::Bit(length) => return Some(text_on_sqlite(custom("bit", *length))),
        SeaOrm::Boolean => Type::Boolean,
        SeaOrm::Char(length) => Type::Char { length: *length },
        SeaOrm::Cidr => return Some(text_on_sqlite(custom("cidr", None))),
        SeaOrm::Custom(name) => Type::Custom { spelling: name.to_string() },
        SeaOrm::Date => Type::Date,
        SeaOrm::DateTime | SeaOrm::Timestamp => Type::DateTime { precision: None },
        SeaOrm::Decimal(precision) => decimal(*precision)?,
        SeaOrm::Double => Type::Double,
        SeaOrm::Enum { name, variants: _ } => Type::enumeration(object_name(&name.to_string())),
        SeaOrm::Float => Type::Real,
        SeaOrm::Inet => return Some(text_on_sqlite(custom("inet", None))),
        SeaOrm::Integer | SeaOrm::SmallUnsigned => Type::Integer,
        SeaOrm::Interval(fields, precision) => {
            return Some(text_on_sqlite(interval(fields.as_ref(), *precision)));
        }
        SeaOrm::Json => Type::Json,
        SeaOrm::JsonBinary => Type::Jsonb,
        SeaOrm::LTree => return Some(text_on_sqlite(custom("ltree", None))),
        SeaOrm::MacAddr => return Some(text_on_sqlite(custom("macaddr", None))),
        // PostgreSQL's money has no precision (manual, section 8.2); SeaORM's is MySQL's.
        SeaOrm::Money(precision) => {
            return Some(
                ColumnType::same(custom("money", None)).with(Dialect::Sqlite, real_money(*precision)),
            );
        }
        SeaOrm::SmallInteger | SeaOrm::TinyInteger | SeaOrm::TinyUnsigned => Type::SmallInteger,
        SeaOrm::String(length) => string(*length),
        SeaOrm::Text => Type::Text,
        SeaOrm::Time => Type::Time { precision: None },
        SeaOrm::TimestampWithTimeZone => Type::DateTimeTz { precision: None },
        SeaOrm::Uuid => Type::Uuid,
        SeaOrm::VarBit(length) => return Some(text_on_sqlite(custom("bit varying", Some(*length)))),
        SeaOrm::Vector(length) => return Some(text_on_sqlite(custom("vector", *length))),
        // MySQL's.
        SeaOrm::Year => return None,
        // The list is SeaORM's and may grow; a type that we do not know is refused and not guessed.
        _ => return None,
    };
    Some(ColumnType::same(ty))
}

/// Returns the enum type that a column is of, or an array of, with its values in the order of the Rust type.
#[expect(clippy::wildcard_enum_match_arm, reason = "the list is SeaORM's and may grow")]
pub(crate) fn enum_type(ty: &sea_query::ColumnType) -> Option<EnumType> {
    match ty {
        sea_query::ColumnType::Array(element) => enum_type(element),
        sea_query::ColumnType::Enum { name, variants } => {
            let values = variants.iter().map(ToString::to_string);
            Some(EnumType::new(object_name(&name.to_string()), values))
        }
        _ => None,
    }
}

/// Reads the name of an enum type.
///
/// SeaORM puts it between quotes as it is, so that `shop"."tone` is what it writes as `"shop"."tone"`; a bare dot can
/// only be meant in the same way.
fn object_name(name: &str) -> ObjectName {
    let parts = name.split_once("\".\"").or_else(|| name.split_once('.'));
    match parts {
        Some((schema, name)) => ObjectName::qualified(schema, name),
        None => ObjectName::new(name),
    }
}

/// Gives a type that only PostgreSQL has the one under which SQLite keeps any value as it came.
fn text_on_sqlite(ty: Type) -> ColumnType {
    let is_text_already = ty == Type::Interval;
    let ty = ColumnType::same(ty);
    if is_text_already { ty } else { ty.with(Dialect::Sqlite, Type::Text) }
}

/// SeaORM's word on SQLite, which keeps floating-point numbers under it.
fn real_money(precision: Option<(u32, u32)>) -> Type {
    let spelling = match precision {
        Some((all, scale)) => format!("real_money({all}, {scale})"),
        None => "real_money".to_owned(),
    };
    Type::Custom { spelling }
}

/// A type of PostgreSQL as it prints it itself.
fn custom(word: &str, length: Option<u32>) -> Type {
    let spelling = match length {
        Some(length) => format!("{word}({length})"),
        None => word.to_owned(),
    };
    Type::Custom { spelling }
}

fn decimal(precision: Option<(u32, u32)>) -> Option<Type> {
    let precision = match precision {
        Some((all, scale)) => Some((all, i32::try_from(scale).ok()?)),
        None => None,
    };
    Some(Type::Decimal { precision })
}

fn string(length: StringLen) -> Type {
    let length = match length {
        StringLen::N(length) => Some(length),
        StringLen::Max | StringLen::None => None,
    };
    Type::String { length }
}

fn interval(fields: Option<&PgInterval>, precision: Option<u32>) -> Type {
    match (fields, precision) {
        (None, None) => Type::Interval,
        (None, precision) => custom("interval", precision),
        (Some(fields), precision) => {
            custom(&format!("interval {}", fields.to_string().to_lowercase()), precision)
        }
    }
}

/// Returns the server default that stands for SeaORM's; on failure the value that SQL cannot write.
pub(crate) fn server_default(expression: &Expr) -> Result<ServerDefault, String> {
    if let Expr::Keyword(Keyword::Null) = expression {
        return Ok(ServerDefault::Literal(Literal::Null));
    }
    if let Expr::Constant(value) | Expr::Value(value) = expression {
        return constant(value);
    }
    Ok(ServerDefault::Expression(rendered(expression)))
}

fn constant(value: &Value) -> Result<ServerDefault, String> {
    if let Value::Array(_, Some(elements)) = value
        && let Some(text) = array(elements)?
    {
        return Ok(ServerDefault::Literal(Literal::String(text)));
    }
    let literal = match plain(value)? {
        Some(literal) => literal,
        None => {
            let sql = rendered(&Expr::Value(value.clone()));
            match quoted_or_number(&sql) {
                Some(literal) => literal,
                None => return Ok(ServerDefault::Expression(sql)),
            }
        }
    };
    Ok(ServerDefault::Literal(literal))
}

/// Writes an array of plain values as text, which is read by the column's type; `ARRAY ['…']` would be one of texts.
fn array(elements: &[Value]) -> Result<Option<String>, String> {
    let mut written = Vec::with_capacity(elements.len());
    for element in elements {
        if matches!(element, Value::Array(..)) {
            return Ok(None);
        }
        written.push(match constant(element)? {
            ServerDefault::Literal(Literal::Null) => "NULL".to_owned(),
            ServerDefault::Literal(Literal::Boolean(value)) => value.to_string(),
            ServerDefault::Literal(Literal::Integer(value)) => value.to_string(),
            ServerDefault::Literal(Literal::Number(digits)) => digits,
            ServerDefault::Literal(Literal::String(text)) => {
                format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
            }
            ServerDefault::Computed { .. }
            | ServerDefault::Expression(_)
            | ServerDefault::Identity(_)
            | ServerDefault::Serial(_)
            | _ => return Ok(None),
        });
    }
    Ok(Some(format!("{{{}}}", written.join(","))))
}

/// Returns the constant if it is of a type that needs no knowledge of a database.
#[expect(clippy::wildcard_enum_match_arm, reason = "the list of values depends on the features of SeaORM")]
fn plain(value: &Value) -> Result<Option<Literal>, String> {
    if *value == value.as_null() {
        return Ok(Some(Literal::Null));
    }
    let literal = match value {
        Value::BigInt(Some(number)) => Literal::Integer(*number),
        Value::BigUnsigned(Some(number)) => match i64::try_from(*number) {
            Ok(number) => Literal::Integer(number),
            // Above the range of a literal, but within that of a number.
            Err(_) => Literal::Number(number.to_string()),
        },
        Value::Bool(Some(value)) => Literal::Boolean(*value),
        Value::Char(Some(letter)) => Literal::String(letter.to_string()),
        Value::Double(Some(number)) if number.is_finite() => Literal::Number(number.to_string()),
        Value::Double(Some(number)) => return Err(number.to_string()),
        Value::Enum(OptionEnum::Some(value)) => Literal::String(value.value.to_string()),
        Value::Float(Some(number)) if number.is_finite() => Literal::Number(number.to_string()),
        Value::Float(Some(number)) => return Err(number.to_string()),
        Value::Int(Some(number)) => Literal::Integer((*number).into()),
        Value::SmallInt(Some(number)) => Literal::Integer((*number).into()),
        Value::SmallUnsigned(Some(number)) => Literal::Integer((*number).into()),
        Value::String(Some(text)) => Literal::String(text.clone()),
        Value::TinyInt(Some(number)) => Literal::Integer((*number).into()),
        Value::TinyUnsigned(Some(number)) => Literal::Integer((*number).into()),
        Value::Unsigned(Some(number)) => Literal::Integer((*number).into()),
        _ => return Ok(None),
    };
    Ok(Some(literal))
}

/// Reads back what SeaORM wrote for a date, a UUID, a decimal number: text in quotes or digits.
///
/// Text with a quote or a backslash in it is left as the database's own spelling.
fn quoted_or_number(sql: &Expression) -> Option<Literal> {
    if !sql.variants.is_empty() {
        return None;
    }
    if sql.base.parse::<f64>().is_ok() {
        return Some(Literal::Number(sql.base.clone()));
    }
    let text = sql.base.strip_prefix('\'')?.strip_suffix('\'')?;
    (!text.contains(['\'', '\\'])).then(|| Literal::String(text.to_owned()))
}

/// Writes an expression as each database takes it.
fn rendered(expression: &Expr) -> Expression {
    let mut postgres = String::new();
    PostgresQueryBuilder.prepare_expr(expression, &mut postgres);
    let mut sqlite = String::new();
    SqliteQueryBuilder.prepare_expr(expression, &mut sqlite);
    let differs = postgres != sqlite;
    let sql = Expression::same(postgres);
    if differs { sql.with(Dialect::Sqlite, sqlite) } else { sql }
}
