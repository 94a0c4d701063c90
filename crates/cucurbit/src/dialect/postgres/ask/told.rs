//! What the server has told about expressions: their texts, and which of them are one by their trees.

use std::collections::BTreeMap;

use crate::{
    dialect::{Answer, Answers, Question},
    schema::TableName,
};

/// The questions, and what the server has told so far.
#[derive(Debug)]
pub(super) struct Told<'q> {
    pub(super) questions: &'q [Question],
    pub(super) answers: Answers,
    /// The forms of trees, by the places of their questions.
    pub(super) forms: BTreeMap<usize, String>,
}

impl Told<'_> {
    pub(super) fn text(&self, question: &Question) -> Option<String> {
        match self.answers.get(question) {
            Some(Answer::Canonical(text)) => Some(text.clone()),
            Some(Answer::Refused(_)) | None => None,
        }
    }

    /// Gives one text to the expressions of a table whose trees have one form, and to all that had the other text.
    pub(super) fn unite(&mut self) {
        let mut first: BTreeMap<(&TableName, &str), &Question> = BTreeMap::new();
        let mut by_table: BTreeMap<&TableName, Vec<&Question>> = BTreeMap::new();
        for question in self.questions {
            by_table.entry(&question.table).or_default().push(question);
        }
        let mut same = Vec::new();
        for (place, form) in &self.forms {
            let Some(question) = self.questions.get(*place) else { continue };
            match first.get(&(&question.table, form.as_str())) {
                Some(one) => same.push((*one, question)),
                None => drop(first.insert((&question.table, form), question)),
            }
        }
        for (one, other) in same {
            let (Some(text), Some(gone)) = (self.text(one), self.text(other)) else { continue };
            if text == gone {
                continue;
            }
            for question in by_table.get(&one.table).into_iter().flatten() {
                if self.text(question).as_ref() == Some(&gone) {
                    self.answers.insert((*question).clone(), Answer::Canonical(text.clone()));
                }
            }
        }
    }
}
