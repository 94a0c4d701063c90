//! Sequences that stand alone. Those that a column owns are the column's default.

use super::{ObjectName, Serial, Type, default::counts};

/// What a sequence does; a value that is not given is the database's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SequenceOptions {
    /// The first value: the smallest upwards, the largest downwards.
    pub start: Option<i64>,
    /// The step; 1 if not given.
    pub increment: Option<i64>,
    /// The smallest value: 1 upwards, that of the type downwards.
    pub minimum: Option<i64>,
    /// The largest value: that of the type upwards, -1 downwards.
    pub maximum: Option<i64>,
    /// How many values a session takes at once; 1 if not given.
    pub cache: Option<i64>,
    /// Whether it begins again after its last value.
    pub is_cycling: bool,
}

impl SequenceOptions {
    /// Lists the numbers that are given, with the words for them.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = (&'static str, i64)> {
        let Self { start, increment, minimum, maximum, cache, is_cycling: _ } = self;
        let numbers = [
            ("start", start),
            ("increment", increment),
            ("minimum", minimum),
            ("maximum", maximum),
            ("cache", cache),
        ];
        numbers.into_iter().filter_map(|(word, number)| Some((word, (*number)?)))
    }

    /// Leaves out a step and a cache of 1, which mean no more than saying neither.
    pub(crate) fn without_ones(self) -> Self {
        let (increment, cache) =
            (self.increment.filter(|step| *step != 1), self.cache.filter(|one| *one != 1));
        Self { increment, cache, ..self }
    }
}

/// A sequence (PostgreSQL only).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// The name.
    pub name: ObjectName,
    /// The type of its values: an integer.
    pub ty: Type,
    /// What it does.
    pub options: SequenceOptions,
    /// A comment.
    pub comment: Option<String>,
}

impl Sequence {
    /// Makes a sequence of 64-bit integers from 1 upwards.
    #[must_use]
    pub fn new(name: impl Into<ObjectName>) -> Self {
        Self { name: name.into(), ty: Type::BigInteger, options: SequenceOptions::default(), comment: None }
    }

    /// Returns the sequence that a SERIAL column owns, by its name and the type of the column.
    pub(crate) fn of_column(name: ObjectName, serial: &Serial, column: &Type) -> Self {
        let Serial { name: _, ty, options } = serial;
        let ty = ty.as_ref().unwrap_or(column).clone();
        Self { name, ty, options: options.clone(), comment: None }
    }

    /// Sets the comment.
    pub fn comment(&mut self, comment: impl Into<String>) -> &mut Self {
        self.comment = Some(comment.into());
        self
    }

    /// Sets the type of its values.
    pub fn ty(&mut self, ty: Type) -> &mut Self {
        self.ty = ty;
        self
    }

    counts!(self: (&mut self) -> &mut Self);
}
