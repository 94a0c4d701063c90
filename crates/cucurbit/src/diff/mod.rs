//! Two schemas in, operations out. Pure: no input or output, no word about any database.
//!
//! [`diff`] reads as the list of passes, in order. A pass pairs by name, compares the canonical forms with `==`
//! and emits what was written.

mod column;
mod constraint;
mod expression;
mod filter;
mod index;
mod order;
mod table;

use crate::{
    dialect::{Answers, Canonical, Question},
    operation::Operation,
};

pub use self::filter::{Filter, TOOL_TABLES};

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
#[must_use]
pub fn diff(from: &Canonical, to: &Canonical, answers: &Answers, filter: &Filter) -> Diff {
    let pairs = table::pair(from, to, filter);
    let mut comparison = expression::Comparison::new(answers);

    let mut operations = order::early_drops(&pairs);
    operations.extend(table::created(&pairs));
    for pair in order::dependency_sorted(&pairs.common) {
        operations.extend(table::altered(pair, &mut comparison, &operations));
    }
    operations.extend(order::late_foreign_keys(&pairs));
    if !order::is_dropped_first(&pairs) {
        operations.extend(table::dropped(&pairs));
    }

    let expression::Comparison { questions, uncompared, .. } = comparison;
    Diff { operations, questions, uncompared }
}
