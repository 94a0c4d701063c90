//! Two schemas in, operations out. Pure: no input or output, no word about any database.
//!
//! Everything is paired once (`pair`). A file for each kind of object compares the canonical forms of what is paired with
//! `==` and adds what was written to the changes, in no order, each with its reasons (`reason`). Their order is one
//! topological sort (`order`).

mod column;
mod comment;
mod constraint;
mod enumeration;
mod expression;
mod filter;
mod index;
mod namespace;
mod order;
mod pair;
mod place;
mod reason;
mod references;
mod sequence;
mod table;

use crate::{
    dialect::{Answers, Canonical, Question},
    operation::{Operation, joined},
};

pub use self::{
    comment::comments,
    filter::{Filter, LeftOut, LeftOutKind},
};
use self::{
    expression::Comparison,
    order::Changes,
    pair::{Matched, Pairs},
};

/// What two schemas differ in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// What makes the one into the other, in an order in which it can be run.
    pub operations: Vec<Operation>,
    /// What the server must tell before the comparison is whole. Empty with all answers at hand.
    pub questions: Vec<Question>,
    /// Expressions that the server would not tell about, with its reason.
    pub uncompared: Vec<Uncompared>,
}

/// An expression that could not be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncompared {
    /// Where it stands.
    pub question: Question,
    /// Why it could not be asked.
    pub reason: String,
}

impl Diff {
    /// Tells whether there is nothing to do and nothing left open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { operations, questions, uncompared } = self;
        operations.is_empty() && questions.is_empty() && uncompared.is_empty()
    }
}

/// Compares two schemas of one database.
///
/// Expressions whose texts differ become questions, unless `answers` holds what the server says of them; ask
/// them in one batch and compare again. The order of columns is not a difference.
///
/// ```
/// use cucurbit::{
///     dialect::Answers,
///     diff::{Filter, diff},
///     schema::{Dialect, Schema, TableBuilder, build::integer},
/// };
///
/// let plant = TableBuilder::build("plant", |table| table.column(integer("id")));
/// let (from, to) = (Schema::new(), Schema::from_tables([plant]));
/// let canonical = |schema| Dialect::Sqlite.canonical(schema);
/// let found = diff(&canonical(from), &canonical(to), &Answers::default(), &Filter::default());
/// assert_eq!(found.operations[0].describe(), "create table plant");
/// ```
#[must_use]
pub fn diff(from: &Canonical, to: &Canonical, answers: &Answers, filter: &Filter) -> Diff {
    let to = &*to.in_case_of(from);
    let types = Matched::named(from, to);
    let unused = enumeration::gone(&types, to, |name| filter.left_alone.contains(name));
    let mut comparison = Comparison::new(answers, filter.takes_any_sequence, &unused);
    let pairs = Pairs::of(from, to, types, filter, &mut comparison);

    let mut changes = Changes::default();
    namespace::compare(from, to, filter, &mut changes);
    sequence::compare(&pairs, [from.form(), to.form()], filter, &mut changes);
    enumeration::compare(&pairs.enums, &unused, &mut changes);
    pairs.created.iter().for_each(|table| table::created(*table, &mut changes));
    pairs.dropped.iter().for_each(|table| table::dropped(*table, &mut changes));
    for pair in &pairs.common {
        table::altered(pair, &mut comparison, &mut changes);
    }
    let taken = changes.taken();
    for pair in &pairs.common {
        constraint::compare_kept(pair, &taken, &mut changes);
        table::commented(pair, &mut changes);
    }
    let mut operations = changes.in_order(&pairs);
    sequence::say_names(&mut operations, from.form());

    let Comparison { questions, uncompared, .. } = comparison;
    Diff { operations: joined(operations), questions, uncompared }
}
