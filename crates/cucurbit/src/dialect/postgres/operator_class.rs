//! Operator classes: their one spelling, and those that a type has by itself.

use super::expression::{Class, tokens};
use crate::schema::Type;

/// Spells a class as it is compared: without blanks, and values of its parameters without quotes where they need none.
pub(super) fn stored(class: &str) -> String {
    let is_plain = |text: &str| !text.is_empty() && text.bytes().all(|letter| letter.is_ascii_alphanumeric());
    let pieces = tokens(class);
    let piece = |place: usize| {
        let text = pieces[place].text;
        let inner = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
        match pieces[place].class {
            Class::Text => inner.filter(|inner| is_plain(inner)).unwrap_or(text).to_owned(),
            Class::Word => text.to_lowercase(),
            Class::Blob | Class::Command | Class::Name | Class::Number | Class::Sign => text.to_owned(),
        }
    };
    let class: String = (0..pieces.len()).map(piece).collect();
    one_name(&class).map_or(class, str::to_owned)
}

/// Some classes of the server have two names: method, family and type are the same (`pg_opclass.dat`).
fn one_name(class: &str) -> Option<&'static str> {
    Some(match class {
        "cidr_ops" => "inet_ops",
        "varchar_ops" => "text_ops",
        "varchar_pattern_ops" => "text_pattern_ops",
        _ => return None,
    })
}

/// Tells whether a class is the one that an index on a column of this type has anyway, which the server does not say.
///
/// Only what every server knows is here (`pg_opclass` with `opcdefault`); another one is to be left out by hand.
pub(super) fn is_own(class: &str, ty: &Type) -> bool {
    let of_type = match ty {
        Type::Array(_) => "array",
        Type::BigInteger => "int8",
        Type::Binary => "bytea",
        Type::Boolean => "bool",
        Type::Char { .. } => "bpchar",
        Type::Date => "date",
        Type::DateTime { .. } => "timestamp",
        Type::DateTimeTz { .. } => "timestamptz",
        Type::Decimal { .. } => "numeric",
        Type::Double | Type::Float => "float8",
        Type::Enum { .. } => "enum",
        Type::Integer => "int4",
        Type::Interval => "interval",
        Type::Jsonb => "jsonb",
        Type::Real => "float4",
        Type::SmallInteger => "int2",
        Type::String { .. } | Type::Text => "text",
        Type::Time { .. } => "time",
        Type::Uuid => "uuid",
        Type::Custom { .. } | Type::Json => return false,
    };
    let suffix = class.strip_prefix(of_type);
    matches!(suffix, Some("_ops" | "_minmax_ops"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_has_one_spelling() {
        assert_eq!(stored("gist_trgm_ops (siglen='32')"), "gist_trgm_ops(siglen=32)");
        assert_eq!(stored(" GIN_trgm_ops "), "gin_trgm_ops");
        assert_eq!(stored("public.\"Odd\""), "public.\"Odd\"");
        assert_eq!(stored("Varchar_Pattern_ops"), "text_pattern_ops");
        assert_eq!(stored("public.varchar_ops"), "public.varchar_ops");
        assert_eq!(stored("bpchar_pattern_ops"), "bpchar_pattern_ops");
    }

    #[test]
    fn what_a_type_has_anyway_is_its_own() {
        assert!(is_own("text_ops", &Type::String { length: Some(5) }));
        assert!(is_own("int4_minmax_ops", &Type::Integer));
        assert!(!is_own("text_pattern_ops", &Type::Text));
        assert!(!is_own("int4_ops", &Type::BigInteger));
        assert!(!is_own("jsonb_path_ops", &Type::Jsonb));
    }
}
