//! Whether two expressions are equal: by their texts, else by the texts that the server gives to them.

use crate::{
    dialect::{Answer, Answers, Both, Question, Side, Subject, casts_to},
    schema::{EnumType, Expression, Ident, ObjectName, TableName},
};

use super::Uncompared;

/// The known answers, and the questions that are still open.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    answers: &'a Answers,
    /// Whether any sequence serves a SERIAL column that names none.
    pub(super) takes_any_sequence: bool,
    /// Enum types that are dropped: no expression that casts to one may stay.
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
    /// Tells whether an enum type is dropped.
    pub(super) fn goes(&self, name: &ObjectName) -> bool {
        self.gone.contains(&name.name)
    }

    pub(super) fn new(answers: &'a Answers, takes_any_sequence: bool, unused: &[Both<'_, EnumType>]) -> Self {
        let gone = unused.iter().map(|ty| ty.written.name.name.clone()).collect();
        Self { answers, takes_any_sequence, gone, questions: Vec::new(), uncompared: Vec::new() }
    }

    /// Tells whether two expressions that stand in the same place are known to differ.
    pub(super) fn is_other(
        &mut self,
        table: &TableName,
        subject: Subject,
        from: &Expression,
        to: &Expression,
    ) -> bool {
        let from = Placed { subject: subject.clone(), expression: from };
        self.is_different(table, from, Placed { subject, expression: to })
    }

    /// Tells whether two expressions of a table are known to differ.
    ///
    /// Where an answer is missing they do not differ: the question is noted, and the comparison is repeated with the
    /// answer. An expression that casts to a dropped enum type always differs, since the type could not be dropped.
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

    /// Finds the server's text, or notes that it is missing or was refused.
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
