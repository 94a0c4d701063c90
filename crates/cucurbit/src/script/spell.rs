//! Values as Rust expressions: text, names, types, columns, constants.
//!
//! Every spelling uses only names of [`crate::prelude`]. Lines are in `render/`.

use std::collections::BTreeMap;

use crate::{
    operation::SequenceChange,
    schema::{
        Column, ColumnType, Deferral, Dialect, Exclusion, Expression, Ident, Identity, Index, IndexKey,
        IndexPart, Literal, Nulls, OnConflict, Order, SequenceOptions, Serial, ServerDefault, TableName,
        Type, Variants,
    },
};

/// More than these rustc does not take.
const MOST_HASHES: usize = 255;

/// Spells text as a literal: plain where nothing needs an escape, else raw, else escaped.
pub(super) fn text(text: &str) -> String {
    if !text.contains(['"', '\\', '\n']) && !needs_escape(text) {
        return format!("\"{text}\"");
    }
    let hashes = longest_closing(text);
    if needs_escape(text) || hashes > MOST_HASHES {
        return format!("{text:?}");
    }
    let hashes = "#".repeat(hashes);
    format!("r{hashes}\"{text}\"{hashes}")
}

/// Tells whether text holds what a raw literal cannot say, or what is invisible in one.
///
/// A carriage return is refused or swallowed there, and rustc refuses marks that turn the direction of text.
fn needs_escape(text: &str) -> bool {
    text.chars().any(|letter| match letter {
        '\n' | '"' | '\\' | '\'' => false,
        other => other.is_control() || other.escape_debug().len() > 1,
    })
}

/// Returns how many `#` a raw literal of this text needs.
fn longest_closing(text: &str) -> usize {
    text.split('"')
        .skip(1)
        .map(|rest| 1 + rest.chars().take_while(|letter| *letter == '#').count())
        .max()
        .unwrap_or(0)
}

pub(super) fn ident(name: &Ident) -> String {
    text(name.as_str())
}

/// Spells a table's name as text, where that is read back as the same name.
pub(super) fn table_name(name: &TableName) -> String {
    let plain = name.to_string();
    if TableName::from(plain.as_str()) == *name {
        return text(&plain);
    }
    match &name.schema {
        Some(schema) => format!("TableName::qualified({}, {})", ident(schema), ident(&name.name)),
        None => format!("TableName::new({})", ident(&name.name)),
    }
}

/// Spells a list of names.
pub(super) fn idents(names: &[Ident]) -> String {
    list(names.iter().map(ident))
}

/// Spells a list of texts.
pub(super) fn texts(texts: &[String]) -> String {
    list(texts.iter().map(|one| text(one)))
}

/// Spells an array. An empty one needs a type: `[""; 0]`.
pub(super) fn list(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().collect();
    if items.is_empty() { "[\"\"; 0]".to_owned() } else { format!("[{}]", items.join(", ")) }
}

/// Spells the call of a method.
pub(super) fn call(method: &str, arguments: &[&str]) -> String {
    format!(".{method}({})", arguments.join(", "))
}

/// Spells the variants of a value as calls of a method.
fn variants<T>(method: &str, variants: &BTreeMap<Dialect, T>, spell: impl Fn(&T) -> String) -> String {
    variants.iter().map(|(on, value)| call(method, &[on.variant(), &spell(value)])).collect()
}

pub(super) fn expression(expression: &Expression) -> String {
    let Variants { base, variants: others } = expression;
    if others.is_empty() {
        return text(base);
    }
    format!("sql({}){}", text(base), variants("with", others, |other| text(other)))
}

/// Spells a type for `.ty(…)`.
pub(super) fn column_type(column_type: &ColumnType) -> String {
    let Variants { base, variants: others } = column_type;
    // `Type::on` gives the first variant and makes a `ColumnType`; its `with` gives the others.
    let mut code = ty(base);
    for (position, (on, other)) in others.iter().enumerate() {
        let method = if position == 0 { "on" } else { "with" };
        code += &call(method, &[on.variant(), &ty(other)]);
    }
    code
}

pub(super) fn ty(ty_: &Type) -> String {
    let code = if let Type::Array(element) = ty_ {
        format!("array({})", ty(element))
    } else if let Type::Char { length: Some(length) } = ty_ {
        format!("char({length})")
    } else if let Type::Custom { spelling } = ty_ {
        format!("custom({})", text(spelling))
    } else if let Type::Decimal { precision: Some((all, scale)) } = ty_ {
        format!("decimal({all}, {scale})")
    } else if let Type::Enum { name } = ty_ {
        format!("enumeration({})", table_name(name))
    } else if let Type::String { length: Some(length) } = ty_ {
        format!("string({length})")
    } else {
        // Derived `Debug` writes the others as they stand in code.
        format!("{ty_:?}")
    };
    format!("Type::{code}")
}

/// Spells a column: `string("country", 100).nullable()`.
pub(super) fn column(column: &Column) -> String {
    let Column { name, ty, nullable, on_conflict: conflict, default, collation, comment } = column;
    let mut code = constructor(name, &ty.base);
    code += &variants("on", &ty.variants, self::ty);
    if *nullable {
        code += ".nullable()";
    }
    if *conflict != OnConflict::Abort {
        code += &call("on_conflict_not_null", &[&on_conflict(*conflict)]);
    }
    if let Some(default) = default {
        code += &column_default(default);
    }
    if let Some(collation) = collation {
        code += &call("collate", &[&text(collation)]);
    }
    if let Some(comment) = comment {
        code += &call("comment", &[&text(comment)]);
    }
    code
}

/// Spells it of a key, unless it is what happens anyway.
pub(super) fn on_conflict(on_conflict: OnConflict) -> String {
    format!("OnConflict::{on_conflict:?}")
}

pub(super) fn key_conflict(conflict: OnConflict) -> String {
    if conflict == OnConflict::Abort { String::new() } else { call("on_conflict", &[&on_conflict(conflict)]) }
}

/// Spells the constructor of `schema::build` for a type, or `column` where the type has none.
fn constructor(name: &Ident, base: &Type) -> String {
    let name = ident(name);
    let function = match base {
        Type::BigInteger => "big_integer",
        Type::Binary => "binary",
        Type::Boolean => "boolean",
        Type::Char { length: Some(length) } => return format!("char({name}, {length})"),
        Type::Date => "date",
        Type::DateTime { precision: None } => "date_time",
        Type::DateTimeTz { precision: None } => "date_time_tz",
        Type::Decimal { precision: Some((all, scale)) } => return format!("decimal({name}, {all}, {scale})"),
        Type::Double => "double",
        Type::Enum { name: ty } => return format!("enumeration({name}, {})", table_name(ty)),
        Type::Float => "float",
        Type::Integer => "integer",
        Type::Interval => "interval",
        Type::Json => "json",
        Type::Jsonb => "jsonb",
        Type::Real => "real",
        Type::SmallInteger => "small_integer",
        Type::String { length: Some(length) } => return format!("string({name}, {length})"),
        Type::String { length: None } => "varchar",
        Type::Text => "text",
        Type::Time { precision: None } => "time",
        Type::Uuid => "uuid",
        Type::Array(_)
        | Type::Char { length: None }
        | Type::Custom { .. }
        | Type::DateTime { precision: Some(_) }
        | Type::DateTimeTz { precision: Some(_) }
        | Type::Decimal { precision: None }
        | Type::Time { precision: Some(_) } => return format!("column({name}, {})", ty(base)),
    };
    format!("{function}({name})")
}

fn column_default(default: &ServerDefault) -> String {
    let (method, argument) = match default {
        ServerDefault::Computed { expression: sql, stored: true } => ("computed", expression(sql)),
        ServerDefault::Computed { expression: sql, stored: false } => ("computed_virtual", expression(sql)),
        ServerDefault::Expression(sql) => ("default_expression", expression(sql)),
        ServerDefault::Identity(options) => ("identity", identity(options)),
        ServerDefault::Literal(value) => ("default", literal(value)),
        ServerDefault::Serial(sequence) if sequence.is_plain() => ("serial", String::new()),
        ServerDefault::Serial(sequence) => ("serial_by", serial(sequence)),
    };
    call(method, &[&argument])
}

/// Spells a server default as a change of a column.
pub(super) fn changed_default(default: &ServerDefault) -> String {
    let value = match default {
        ServerDefault::Computed { expression: sql, stored: true } => format!("computed({})", expression(sql)),
        ServerDefault::Computed { expression: sql, stored: false } => {
            format!("computed_virtual({})", expression(sql))
        }
        ServerDefault::Identity(options) => format!("Identity({})", identity(options)),
        ServerDefault::Serial(sequence) => format!("Serial({})", serial(sequence)),
        ServerDefault::Expression(_) | ServerDefault::Literal(_) => return column_default(default),
    };
    format!(".server_default(ServerDefault::{value})")
}

fn identity(Identity { always, options }: &Identity) -> String {
    let code = if *always { "Identity::always()" } else { "Identity::by_default()" };
    code.to_owned() + &sequence_options(options)
}

fn serial(Serial { name, ty: own, options }: &Serial) -> String {
    let name = name.as_ref().map(|name| call("named", &[&text(name.as_str())]));
    let ty = own.as_ref().map(|own| call("ty", &[&ty(own)]));
    let said: String = name.into_iter().chain(ty).collect();
    "Serial::new()".to_owned() + &said + &sequence_options(options)
}

/// Spells the options of a sequence as calls.
pub(super) fn sequence_options(options: &SequenceOptions) -> String {
    let calls = options.numbers().map(|(method, number)| call(method, &[&number.to_string()]));
    calls.chain(options.is_cycling.then(|| call("cycle", &[]))).collect()
}

/// Spells one change of a sequence as a call.
pub(super) fn sequence_change(change: &SequenceChange) -> String {
    let number = |method: &str, value: i64| call(method, &[&value.to_string()]);
    match change {
        SequenceChange::SetCache(values) => number("cache", *values),
        SequenceChange::SetComment(Some(comment)) => call("comment", &[&text(comment)]),
        SequenceChange::SetComment(None) => call("drop_comment", &[]),
        SequenceChange::SetCycle(true) => call("cycle", &[]),
        SequenceChange::SetCycle(false) => call("no_cycle", &[]),
        SequenceChange::SetIncrement(step) => number("increment", *step),
        SequenceChange::SetMaximum(Some(largest)) => number("maximum", *largest),
        SequenceChange::SetMaximum(None) => call("no_maximum", &[]),
        SequenceChange::SetMinimum(Some(smallest)) => number("minimum", *smallest),
        SequenceChange::SetMinimum(None) => call("no_minimum", &[]),
        SequenceChange::SetStart(Some(first)) => number("start", *first),
        SequenceChange::SetStart(None) => call("no_start", &[]),
        SequenceChange::SetType(new) => call("ty", &[&ty(new)]),
    }
}

/// Spells a constant as a Rust value that becomes it.
pub(super) fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Boolean(value) => value.to_string(),
        Literal::Integer(value) if i32::try_from(*value).is_ok() => value.to_string(),
        Literal::Integer(value) => format!("{value}_i64"),
        Literal::Null => "Null".to_owned(),
        Literal::Number(digits) => match digits.parse::<f64>() {
            // Only digits that a float gives back unchanged: not `1.10`.
            Ok(value) if value.is_finite() && value.to_string() == *digits => format!("{value:?}"),
            Ok(_) | Err(_) => format!("Literal::number({})", text(digits)),
        },
        Literal::String(value) => text(value),
    }
}

/// Spells rows of constants: an array where they are of one kind and length, else `rows!`.
pub(super) fn rows(rows: &[Vec<Literal>]) -> String {
    let row = |row: &Vec<Literal>| format!("[{}]", row.iter().map(literal).collect::<Vec<_>>().join(", "));
    let spelled = rows.iter().map(row).collect::<Vec<_>>().join(", ");
    if are_alike(rows) { format!("[{spelled}]") } else { format!("rows![{spelled}]") }
}

/// Tells whether rows make one Rust array: of one length, and of one type.
fn are_alike(rows: &[Vec<Literal>]) -> bool {
    let length = rows.first().map_or(0, Vec::len);
    length > 0
        && rows.iter().all(|row| row.len() == length)
        && (is_all(rows, |value| matches!(value, Literal::Boolean(_)))
            || is_all(rows, |value| matches!(value, Literal::Integer(_)))
            || is_all(rows, |value| matches!(value, Literal::String(_))))
}

fn is_all(rows: &[Vec<Literal>], is_one: impl Fn(&Literal) -> bool) -> bool {
    rows.iter().flatten().all(is_one)
}

/// Spells the parts of an index: names, or `key` and `expression` where a name is not enough.
pub(super) fn index_parts(parts: &[IndexPart]) -> String {
    let mut names = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            IndexPart {
                key: IndexKey::Column(column),
                collation: None,
                operator_class: None,
                order: Order::Ascending,
                nulls: None,
            } => {
                names.push(ident(column));
            }
            IndexPart { .. } => return list(parts.iter().map(index_part)),
        }
    }
    list(names)
}

pub(super) fn index_part(part: &IndexPart) -> String {
    let IndexPart { key, collation, operator_class, order, nulls } = part;
    let key = match key {
        IndexKey::Column(column) => format!("key({})", ident(column)),
        IndexKey::Expression(sql) => format!("expression({})", expression(sql)),
    };
    let order = match order {
        Order::Ascending => "",
        Order::Descending => ".descending()",
    };
    let nulls = match nulls {
        Some(Nulls::First) => ".nulls(Nulls::First)",
        Some(Nulls::Last) => ".nulls(Nulls::Last)",
        None => "",
    };
    let method = |method: &str, value: &Option<String>| {
        value.as_ref().map(|value| call(method, &[&text(value)])).unwrap_or_default()
    };
    let (collation, class) = (method("collate", collation), method("operator_class", operator_class));
    format!("{key}{collation}{class}{order}{nulls}")
}

/// Spells what an index says after its name and its parts.
pub(super) fn index_options(index: &Index) -> String {
    let Index {
        name: _,
        is_unique,
        method,
        parts: _,
        include,
        is_nulls_not_distinct,
        parameters,
        predicate,
        is_invalid: _,
        comment,
    } = index;
    let mut code = flag(*is_unique, ".unique()").to_owned();
    if let Some(method) = method {
        code += &call("using", &[&text(method)]);
    }
    code += &listed("include", include);
    code += flag(*is_nulls_not_distinct, ".nulls_not_distinct()");
    for (name, value) in parameters {
        code += &call("parameter", &[&text(name), &text(value)]);
    }
    if let Some(sql) = predicate {
        code += &call("predicate", &[&expression(sql)]);
    }
    code + &self::comment(comment.as_ref())
}

/// Spells a comment as the call of a method, where there is one.
pub(super) fn comment(comment: Option<&String>) -> String {
    comment.map(|comment| call("comment", &[&text(comment)])).unwrap_or_default()
}

/// Spells what an exclusion says after its name: its parts, and its options.
pub(super) fn exclusion(exclusion: &Exclusion) -> (String, String) {
    let Exclusion { index, operators, deferral, comment } = exclusion;
    let parts = index.parts.iter().zip(operators);
    let parts: Vec<String> =
        parts.map(|(part, operator)| index_part(part) + &call("excluding", &[&text(operator)])).collect();
    (
        format!("[{}]", parts.join(", ")),
        index_options(index) + deferred(*deferral) + &self::comment(comment.as_ref()),
    )
}

pub(super) const fn deferred(deferral: Deferral) -> &'static str {
    match deferral {
        Deferral::NotDeferrable => "",
        Deferral::Immediate => ".deferrable()",
        Deferral::Deferred => ".deferred()",
    }
}

pub(super) const fn flag(is_set: bool, call: &'static str) -> &'static str {
    if is_set { call } else { "" }
}

/// Spells a list of columns as the call of a method, where there are any.
pub(super) fn listed(method: &str, columns: &[Ident]) -> String {
    if columns.is_empty() { String::new() } else { call(method, &[&idents(columns)]) }
}
