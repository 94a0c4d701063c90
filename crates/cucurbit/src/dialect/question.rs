//! What a comparison must ask the server: whether two expressions are one.

use std::collections::BTreeMap;

use crate::schema::{Ident, TableName};

/// The two sides of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The schema that is.
    From,
    /// The schema that shall be.
    To,
}

/// Where in a table an expression stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A check, by its place in the table's list.
    Check(usize),
    /// A computed column.
    Computed(Ident),
    /// A column's default.
    Default(Ident),
    /// A part of an index, by its place in the key.
    IndexPart(Ident, usize),
    /// The condition of a partial index.
    Predicate(Ident),
}

/// An expression whose canonical text only the server knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    /// The side it stands on.
    pub side: Side,
    /// The table it belongs to.
    pub table: TableName,
    /// Where it stands there.
    pub subject: Subject,
}

/// What the server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The expression as the server prints it.
    Canonical(String),
    /// Why it could not be asked.
    Refused(String),
}

/// The answers to all questions of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    answers: BTreeMap<Question, Answer>,
}

impl Answers {
    /// Records an answer.
    pub fn insert(&mut self, question: Question, answer: Answer) {
        self.answers.insert(question, answer);
    }

    /// Forgets an answer.
    #[cfg(feature = "runtime")]
    pub(super) fn remove(&mut self, question: &Question) {
        self.answers.remove(question);
    }

    /// Finds the answer to a question.
    #[must_use]
    pub fn get(&self, question: &Question) -> Option<&Answer> {
        self.answers.get(question)
    }
}
