//! Sequences and the options of identity columns: what is usual, and how they are written and changed.

use super::{names, types};
use crate::schema::{
    Column, Dialect, Ident, ObjectName, Sequence, SequenceOptions, ServerDefault, TableName, Type,
};

/// All options of a sequence in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Numbers {
    increment: i64,
    pub(super) minimum: i64,
    pub(super) maximum: i64,
    pub(super) start: i64,
    cache: i64,
    is_cycling: bool,
}

/// Fills in what is usual for a type (manual, CREATE SEQUENCE).
pub(super) fn numbers(ty: &Type, options: &SequenceOptions) -> Numbers {
    let SequenceOptions { start, increment, minimum, maximum, cache, is_cycling } = options;
    let ty = types::stored(ty);
    let (smallest, largest) = if ty == Type::SmallInteger {
        (i64::from(i16::MIN), i64::from(i16::MAX))
    } else if ty == Type::Integer {
        (i64::from(i32::MIN), i64::from(i32::MAX))
    } else {
        (i64::MIN, i64::MAX)
    };
    let increment = increment.unwrap_or(1);
    let is_upwards = increment > 0;
    let minimum = minimum.unwrap_or(if is_upwards { 1 } else { smallest });
    let maximum = maximum.unwrap_or(if is_upwards { largest } else { -1 });
    let start = start.unwrap_or(if is_upwards { minimum } else { maximum });
    Numbers { increment, minimum, maximum, start, cache: cache.unwrap_or(1), is_cycling: *is_cycling }
}

/// Leaves out what is usual.
pub(super) fn stored(ty: &Type, options: &SequenceOptions) -> SequenceOptions {
    let Numbers { increment, minimum, maximum, start, cache, is_cycling } = numbers(ty, options);
    let increment = Some(increment).filter(|step| *step != 1);
    let bare = SequenceOptions { increment, ..SequenceOptions::default() };
    let usual = numbers(ty, &bare);
    let minimum = Some(minimum).filter(|minimum| *minimum != usual.minimum);
    let maximum = Some(maximum).filter(|maximum| *maximum != usual.maximum);
    let bounded = SequenceOptions { minimum, maximum, ..bare };
    let first = numbers(ty, &bounded).start;
    SequenceOptions {
        start: Some(start).filter(|start| *start != first),
        cache: Some(cache).filter(|cache| *cache != 1),
        is_cycling,
        ..bounded
    }
}

/// Tells which value comes first.
pub(super) fn first(ty: &Type, options: &SequenceOptions) -> i64 {
    numbers(ty, options).start
}

/// Writes the options that are given.
pub(super) fn written(options: &SequenceOptions) -> Vec<String> {
    let SequenceOptions { start, increment, minimum, maximum, cache, is_cycling } = options;
    let clauses = [
        ("START WITH", start),
        ("INCREMENT BY", increment),
        ("MINVALUE", minimum),
        ("MAXVALUE", maximum),
        ("CACHE", cache),
    ];
    let clauses = clauses.into_iter().filter_map(|(word, value)| Some(format!("{word} {}", (*value)?)));
    clauses.chain(is_cycling.then(|| "CYCLE".to_owned())).collect()
}

/// Writes the options that change, each as a number.
pub(super) fn changes(from: (&Type, &SequenceOptions), to: (&Type, &SequenceOptions)) -> Vec<String> {
    let (from, to) = (numbers(from.0, from.1), numbers(to.0, to.1));
    let clauses = [
        ("START WITH", from.start, to.start),
        ("INCREMENT BY", from.increment, to.increment),
        ("MINVALUE", from.minimum, to.minimum),
        ("MAXVALUE", from.maximum, to.maximum),
        ("CACHE", from.cache, to.cache),
    ];
    let changed = clauses.into_iter().filter(|(_, from, to)| from != to);
    let mut clauses: Vec<String> = changed.map(|(word, _, to)| format!("{word} {to}")).collect();
    if from.is_cycling != to.is_cycling {
        clauses.push(if to.is_cycling { "CYCLE" } else { "NO CYCLE" }.to_owned());
    }
    clauses
}

/// Returns the sequence that a SERIAL column owns, with all that it says.
pub(super) fn of_column(table: &TableName, column: &Column) -> Option<Sequence> {
    let Some(ServerDefault::Serial(serial)) = &column.default else { return None };
    let name = serial.name.clone().unwrap_or_else(|| names::generated_sequence(table, &column.name));
    Some(Sequence::of_column(table.sibling(name), serial, column.ty.on(Dialect::Postgres)))
}

/// Lists the sequences that an expression takes values of, by the names in it.
pub(crate) fn counted_by(sql: &str) -> Vec<ObjectName> {
    let texts = sql.split("nextval('").skip(1).filter_map(|rest| rest.split_once('\''));
    texts.map(|(name, _)| named(name)).collect()
}

/// Reads a name as the server prints it in a text; one with a quote in it is not found.
pub(super) fn named(text: &str) -> ObjectName {
    let word = |word: &str| Ident::new(word.trim_matches('"').replace("\"\"", "\""));
    let split = match text.strip_prefix('"') {
        Some(rest) => rest.find("\".").map(|at| at + 2),
        None => text.find('.'),
    };
    match split {
        Some(at) => ObjectName::qualified(word(&text[..at]), word(&text[at + 1..])),
        None => ObjectName::new(word(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_is_left_out() {
        let options = |start, increment, minimum, maximum| SequenceOptions {
            start: Some(start),
            increment: Some(increment),
            minimum: Some(minimum),
            maximum: Some(maximum),
            cache: Some(1),
            is_cycling: false,
        };
        let none = SequenceOptions::default();
        assert_eq!(stored(&Type::Integer, &options(1, 1, 1, 2_147_483_647)), none);
        let downwards = SequenceOptions { increment: Some(-2), ..none.clone() };
        assert_eq!(stored(&Type::SmallInteger, &options(-1, -2, -32_768, -1)), downwards);
        let from_five = SequenceOptions { minimum: Some(5), ..none };
        assert_eq!(stored(&Type::BigInteger, &options(5, 1, 5, i64::MAX)), from_five);
    }

    #[test]
    fn another_direction_changes_every_bound() {
        let up = SequenceOptions::default();
        let down = SequenceOptions { increment: Some(-1), ..SequenceOptions::default() };
        let changes = changes((&Type::SmallInteger, &up), (&Type::SmallInteger, &down));
        assert_eq!(changes, ["START WITH -1", "INCREMENT BY -1", "MINVALUE -32768", "MAXVALUE -1"]);
    }
}
