//! Answers to the questions of a comparison. SQLite has no server to ask: the parser knows.

use super::{
    super::{Answer, Answers, Question, Side, Subject},
    HERE, constant,
    expression::expression_text,
    token::quoted_lower,
};
use crate::schema::{IndexKey, Schema, ServerDefault, Table};

/// Answers questions from the parser.
pub(super) fn answers(from: &Schema, to: &Schema, questions: &[Question]) -> Answers {
    let mut answers = Answers::default();
    for question in questions {
        let schema = match question.side {
            Side::From => from,
            Side::To => to,
        };
        let text = schema.table(&question.table).and_then(|table| subject(table, &question.subject));
        let answer = match text {
            Some(text) => Answer::Canonical(text),
            None => Answer::Refused(format!("table `{}` has no such expression", question.table)),
        };
        answers.insert(question.clone(), answer);
    }
    answers
}

fn subject(table: &Table, subject: &Subject) -> Option<String> {
    let expression = match subject {
        Subject::Check(place) => &table.checks.get(*place)?.expression,
        Subject::Computed(name) | Subject::Default(name) => match table.column(name)?.default.as_ref()? {
            ServerDefault::Computed { expression, stored: _ } | ServerDefault::Expression(expression) => {
                expression
            }
            ServerDefault::Literal(literal) => return Some(constant::plain(literal)),
            ServerDefault::Identity(_) | ServerDefault::Serial(_) => return None,
        },
        Subject::IndexPart(name, place) => match &table.indexes.get(name)?.parts.get(*place)?.key {
            IndexKey::Column(column) => return Some(quoted_lower(column.as_str())),
            IndexKey::Expression(expression) => expression,
        },
        Subject::Predicate(name) => table.indexes.get(name)?.predicate.as_ref()?,
    };
    Some(expression_text(expression.on(HERE)))
}
