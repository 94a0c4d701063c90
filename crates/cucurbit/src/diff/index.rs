//! Indexes: paired by name; one that differs is dropped and created.

use crate::{
    dialect::Subject,
    operation::Operation,
    schema::{Index, IndexKey, IndexPart, TableName},
};

use super::{
    expression::{Comparison, Placed},
    table::Pair,
};

/// What changes in a table's indexes, sorted by name.
#[derive(Debug, Default)]
pub(super) struct Indexes {
    pub(super) dropped: Vec<Operation>,
    pub(super) created: Vec<Operation>,
}

pub(super) fn compare(pair: Pair<'_>, comparison: &mut Comparison<'_>) -> Indexes {
    let table = &pair.to.written.name;
    let mut indexes = Indexes::default();
    for (name, from) in &pair.from.form.indexes {
        let stays =
            pair.to.form.indexes.get(name).is_some_and(|to| !is_different(table, from, to, comparison));
        if !stays {
            indexes.dropped.push(Operation::DropIndex { table: table.clone(), name: name.clone() });
        }
    }
    for (name, to) in &pair.to.form.indexes {
        let stays =
            pair.from.form.indexes.get(name).is_some_and(|from| !is_different(table, from, to, comparison));
        if !stays && let Some(index) = pair.to.written.indexes.get(name).cloned() {
            indexes.created.push(Operation::CreateIndex { table: table.clone(), index });
        }
    }
    indexes
}

fn is_different(table: &TableName, from: &Index, to: &Index, comparison: &mut Comparison<'_>) -> bool {
    let Index { name, is_unique, parts, predicate } = to;
    if from.is_unique != *is_unique || from.parts.len() != parts.len() {
        return true;
    }
    let mut is_different = false;
    for (place, (from, to)) in from.parts.iter().zip(parts).enumerate() {
        let IndexPart { key, order, nulls } = to;
        is_different |= from.order != *order || from.nulls != *nulls;
        is_different |= match (&from.key, key) {
            (IndexKey::Column(from), IndexKey::Column(to)) => from != to,
            (IndexKey::Expression(from), IndexKey::Expression(to)) => {
                let subject = Subject::IndexPart(name.clone(), place);
                comparison.is_different(
                    table,
                    Placed { subject: subject.clone(), expression: from },
                    Placed { subject, expression: to },
                )
            }
            (IndexKey::Column(_), IndexKey::Expression(_))
            | (IndexKey::Expression(_), IndexKey::Column(_)) => true,
        };
    }
    is_different
        || match (&from.predicate, predicate) {
            (Some(from), Some(to)) => {
                let subject = Subject::Predicate(name.clone());
                comparison.is_different(
                    table,
                    Placed { subject: subject.clone(), expression: from },
                    Placed { subject, expression: to },
                )
            }
            (None, None) => false,
            (Some(_), None) | (None, Some(_)) => true,
        }
}
