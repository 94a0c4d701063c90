//! Whether two expressions are one: by their texts, else by what the server says.

use crate::{
    dialect::{Answer, Answers, Question, Side, Subject, casts_to},
    schema::{Expression, Ident, ObjectName, TableName},
};

use super::{Uncompared, enumeration::Enums};

/// The answers at hand, and what is still to be asked.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    answers: &'a Answers,
    /// Whether any sequence serves a SERIAL column of which nothing is said.
    pub(super) takes_any_sequence: bool,
    /// Enum types that go, under which no expression may stay.
    gone: Vec<Ident>,
    pub(super) questions: Vec<Question>,
    pub(super) uncompared: Vec<Uncompared>,
}

/// An expression and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Placed<'e> {
    pub(super) subject: Subject,
    pub(super) expression: &'e Expression,
}

impl<'a> Comparison<'a> {
    /// Tells whether an enum type goes.
    pub(super) fn goes(&self, name: &ObjectName) -> bool {
        self.gone.contains(&name.name)
    }

    pub(super) fn new(answers: &'a Answers, takes_any_sequence: bool, enums: &Enums) -> Self {
        let gone = enums.dropped().cloned().collect();
        Self { answers, takes_any_sequence, gone, questions: Vec::new(), uncompared: Vec::new() }
    }

    /// Tells whether two expressions of a table are surely different.
    ///
    /// What is not known yet is not different: it is asked, and compared again with the answer. What casts to a type that
    /// goes is different whatever it means: the type could not go.
    pub(super) fn is_different(&mut self, table: &TableName, from: Placed<'_>, to: Placed<'_>) -> bool {
        if from.expression == to.expression {
            return false;
        }
        let texts = || std::iter::once(&from.expression.base).chain(from.expression.variants.values());
        if self.gone.iter().any(|ty| texts().any(|text| casts_to(text, ty))) {
            return true;
        }
        let question = |side, subject| Question { side, table: table.clone(), subject };
        let from = self.canonical(question(Side::From, from.subject));
        let to = self.canonical(question(Side::To, to.subject));
        matches!((from, to), (Some(from), Some(to)) if from != to)
    }

    /// Finds what the server says, or notes that it is to be asked or would not say.
    fn canonical(&mut self, question: Question) -> Option<&'a str> {
        match self.answers.get(&question) {
            Some(Answer::Canonical(text)) => Some(text),
            Some(Answer::Refused(reason)) => {
                let uncompared = Uncompared { question, reason: reason.clone() };
                if !self.uncompared.contains(&uncompared) {
                    self.uncompared.push(uncompared);
                }
                None
            }
            None => {
                if !self.questions.contains(&question) {
                    self.questions.push(question);
                }
                None
            }
        }
    }
}
