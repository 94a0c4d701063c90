//! Indexes as [`TableArgs`](crate::TableArgs) declares them: what they cover, by the entity's columns.
//!
//! The only SQL here is a function around a column's name.

use std::{fmt::Write as _, marker::PhantomData};

use cucurbit::schema::{ExclusionPart, Expression, Ident, Index, IndexKey, IndexPart, Nulls, Order};
use sea_orm::{ColumnTrait, EntityTrait};

/// An index that is being declared.
#[derive(Debug)]
pub struct IndexFor<'t, E> {
    index: &'t mut Index,
    entity: PhantomData<E>,
}

impl<'t, E: EntityTrait> IndexFor<'t, E> {
    pub(crate) fn new(index: &'t mut Index) -> Self {
        Self { index, entity: PhantomData }
    }

    /// Makes it refuse two equal keys.
    #[expect(
        clippy::must_use_candidate,
        reason = "it changes the table; what it returns is only for chaining"
    )]
    pub fn unique(self) -> Self {
        self.index.is_unique = true;
        self
    }

    /// Adds what it covers: a column, an expression, or an array of either.
    pub fn on(self, parts: impl IntoParts<E::Column>) -> Self {
        self.index.parts.extend(parts.into_parts().into_iter().map(|part| part.part));
        self
    }

    /// Sets the access method, such as `gin` (PostgreSQL only).
    pub fn using(self, method: impl Into<String>) -> Self {
        self.index.using(method);
        self
    }

    /// Lets it hold more columns than its key has (PostgreSQL only).
    pub fn include(self, columns: impl IntoIterator<Item = E::Column>) -> Self {
        self.index.include(names(columns));
        self
    }

    /// Makes two NULLs equal where it refuses equal keys (PostgreSQL 15 and later).
    #[expect(
        clippy::must_use_candidate,
        reason = "it changes the table; what it returns is only for chaining"
    )]
    pub fn nulls_not_distinct(self) -> Self {
        self.index.nulls_not_distinct();
        self
    }

    /// Sets a storage parameter: `.parameter("fillfactor", "70")` (PostgreSQL only).
    pub fn parameter(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.index.parameter(name, value);
        self
    }

    /// Sets the comment (PostgreSQL only).
    pub fn comment(self, comment: impl Into<String>) -> Self {
        self.index.comment(comment);
        self
    }

    /// Makes it partial: only rows for which the condition holds.
    pub fn predicate(self, condition: impl Into<Expression>) -> Self {
        self.index.predicate = Some(condition.into());
        self
    }
}

/// One part of an index on an entity with the columns `C`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<C> {
    part: IndexPart,
    columns: PhantomData<C>,
}

impl<C> Part<C> {
    fn new(key: IndexKey) -> Self {
        Self { part: IndexPart::new(key), columns: PhantomData }
    }

    /// Sorts by another collation than the column's.
    #[must_use]
    pub fn collate(mut self, collation: impl Into<String>) -> Self {
        self.part = self.part.collate(collation);
        self
    }

    /// Sets the operator class, with its parameters if it has any (PostgreSQL only).
    #[must_use]
    pub fn operator_class(mut self, class: impl Into<String>) -> Self {
        self.part = self.part.operator_class(class);
        self
    }

    /// Sorts the largest first.
    #[must_use]
    pub fn descending(mut self) -> Self {
        self.part = self.part.descending();
        self
    }

    /// Says where NULLs stand.
    #[must_use]
    pub fn nulls(mut self, nulls: Nulls) -> Self {
        self.part = self.part.nulls(nulls);
        self
    }
}

/// A part of an exclusion constraint's key, with its operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExcludedPart<C> {
    part: ExclusionPart,
    columns: PhantomData<C>,
}

impl<C> ExcludedPart<C> {
    pub(crate) fn into_inner(self) -> ExclusionPart {
        self.part
    }
}

impl<C> Part<C> {
    /// Makes it a part of an exclusion constraint with this operator.
    #[must_use]
    pub fn excluding(self, operator: impl Into<String>) -> ExcludedPart<C> {
        ExcludedPart { part: self.part.excluding(operator), columns: PhantomData }
    }
}

/// Makes a part of a column, where an array also holds expressions.
pub fn key<C: ColumnTrait>(column: C) -> Part<C> {
    Part::new(IndexKey::Column(column.as_str().into()))
}

/// Makes a part of a column with the largest value first.
pub fn desc<C: ColumnTrait>(column: C) -> Part<C> {
    key(column).descending()
}

/// Makes a part of any SQL expression over the table's columns.
pub fn expression<C: ColumnTrait>(sql: impl Into<Expression>) -> Part<C> {
    Part::new(IndexKey::Expression(sql.into()))
}

/// Makes the part `lower(column)`: upper and lower case count as equal.
pub fn lower<C: ColumnTrait>(column: C) -> Part<C> {
    expression(format!("lower({})", identifier(column.as_str())))
}

/// Makes the part `upper(column)`.
pub fn upper<C: ColumnTrait>(column: C) -> Part<C> {
    expression(format!("upper({})", identifier(column.as_str())))
}

/// What an index on an entity with the columns `C` can cover: a column, a [`Part`], or an array of either.
pub trait IntoParts<C> {
    /// Returns the parts, in order.
    fn into_parts(self) -> Vec<Part<C>>;
}

impl<C: ColumnTrait> IntoParts<C> for C {
    fn into_parts(self) -> Vec<Part<C>> {
        vec![key(self)]
    }
}

impl<C: ColumnTrait, const N: usize> IntoParts<C> for [C; N] {
    fn into_parts(self) -> Vec<Part<C>> {
        self.into_iter().map(key).collect()
    }
}

impl<C> IntoParts<C> for Part<C> {
    fn into_parts(self) -> Vec<Self> {
        vec![self]
    }
}

impl<C, const N: usize> IntoParts<C> for [Part<C>; N] {
    fn into_parts(self) -> Vec<Part<C>> {
        self.into()
    }
}

/// Tells what an index is, for messages: `unique on (lower(name), id descending)`.
pub(crate) fn described(index: &Index) -> String {
    let Index {
        name: _,
        is_unique,
        method,
        parts,
        include,
        is_nulls_not_distinct,
        parameters,
        predicate,
        is_invalid: _,
        comment: _,
    } = index;
    let parts: Vec<_> = parts.iter().map(described_part).collect();
    let unique = if *is_unique { "unique " } else { "" };
    let method = method.as_ref().map(|method| format!("using {method} ")).unwrap_or_default();
    let mut text = format!("{unique}{method}on ({})", parts.join(", "));
    if !include.is_empty() {
        let include: Vec<_> = include.iter().map(Ident::as_str).collect();
        let _infallible = write!(text, " with {}", include.join(", "));
    }
    if *is_nulls_not_distinct {
        text.push_str(" nulls not distinct");
    }
    for (name, value) in parameters {
        let _infallible = write!(text, " {name} = {value}");
    }
    if let Some(predicate) = predicate {
        let _infallible = write!(text, " where {}", predicate.base);
    }
    text
}

fn described_part(part: &IndexPart) -> String {
    let IndexPart { key, collation, operator_class, order, nulls } = part;
    let said = |word: &str, said: &Option<String>| {
        said.as_ref().map(|said| format!("{word} {said}")).unwrap_or_default()
    };
    let (collation, class) = (said(" collate", collation), said("", operator_class));
    let key = match key {
        IndexKey::Column(name) => name.as_str(),
        IndexKey::Expression(sql) => &sql.base,
    };
    let order = match order {
        Order::Ascending => "",
        Order::Descending => " descending",
    };
    let nulls = match nulls {
        None => "",
        Some(Nulls::First) => " nulls first",
        Some(Nulls::Last) => " nulls last",
    };
    format!("{key}{collation}{class}{order}{nulls}")
}

/// Tells whether two indexes are the same but for the name and the comment.
pub(crate) fn are_alike(left: &Index, right: &Index) -> bool {
    *left == Index { name: left.name.clone(), comment: left.comment.clone(), ..right.clone() }
}

/// Writes a name as it stands in an expression: in quotes only where the name alone would be read as another one.
///
/// Databases print plain names without quotes, and so do older migrations that say `lower(name)`.
pub(crate) fn identifier(name: &str) -> String {
    let is_plain = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name.chars().all(|other| other.is_ascii_lowercase() || other.is_ascii_digit() || other == '_')
        && !RESERVED.split(' ').any(|word| word == name);
    if is_plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// Collects the names of columns.
pub(crate) fn names<C: ColumnTrait>(columns: impl IntoIterator<Item = C>) -> Vec<Ident> {
    columns.into_iter().map(|column| column.as_str().into()).collect()
}

/// The words that PostgreSQL does not take as a column's name without quotes (manual, appendix C), and those of SQLite
/// (sqlite.org/lang_keywords.html) that its parser does not fall back from.
const RESERVED: &str = "\
    add all alter analyse analyze and any array as asc asymmetric authorization between binary both case \
    cast check collate collation column commit concurrently constraint create cross current_catalog \
    current_date current_role current_schema current_time current_timestamp current_user default \
    deferrable delete desc distinct do drop else end escape except exists false fetch for foreign freeze \
    from full grant group having ilike in index initially inner insert intersect into is isnull join \
    lateral leading left like limit localtime localtimestamp natural not nothing notnull null offset on \
    only or order outer overlaps placing primary references returning right select session_user set \
    similar some symmetric system_user table tablesample then to trailing transaction true union unique \
    update user using values variadic verbose when where window with";
