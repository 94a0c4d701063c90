//! Indexes: paired by name; one that differs is dropped and created.

use std::collections::BTreeSet;

use crate::{
    dialect::{Subject, is_written_as},
    operation::{Operation, comment_exclusion, create_exclusion, drop_exclusion},
    schema::{Exclusion, Ident, Index, IndexKey, IndexPart, Object, ObjectId, TableName},
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
    /// The comments of those that stay.
    pub(super) commented: Vec<Operation>,
}

/// Returns the columns of an index that a foreign key can refer to.
pub(super) fn key(index: &Index) -> Option<BTreeSet<&Ident>> {
    let Index { is_unique, parts, predicate, is_invalid, .. } = index;
    let column = |part: &'_ IndexPart| matches!(part.key, IndexKey::Column(_));
    if !is_unique || *is_invalid || predicate.is_some() || !parts.iter().all(column) {
        return None;
    }
    Some(parts.iter().filter_map(column_of).collect())
}

fn column_of(part: &IndexPart) -> Option<&Ident> {
    match &part.key {
        IndexKey::Column(column) => Some(column),
        IndexKey::Expression(_) => None,
    }
}

/// Lists the columns of the unique indexes that go away and that others may refer to.
pub(super) fn lost_keys<'c>(pair: Pair<'c>) -> impl Iterator<Item = BTreeSet<&'c Ident>> {
    let Pair { from, to, is_same: _ } = pair;
    let stays = move |from: &Index, to: &Index| Index { comment: to.comment.clone(), ..from.clone() } == *to;
    let lost = from
        .form
        .indexes
        .iter()
        .filter(move |(name, index)| !to.form.indexes.get(*name).is_some_and(|to| stays(index, to)));
    lost.filter_map(|(_, index)| key(index))
}

pub(super) fn compare(pair: Pair<'_>, comparison: &mut Comparison<'_>) -> Indexes {
    let (table, asked) = (&pair.to.written.name, &pair.to.form.name);
    let mut indexes = Indexes::default();
    for (name, from) in &pair.from.form.indexes {
        let stays =
            pair.to.form.indexes.get(name).is_some_and(|to| !is_different(asked, from, to, comparison));
        if !stays {
            let name = pair.from.written_index(name).unwrap_or(from).name.clone();
            indexes.dropped.push(Operation::drop(ObjectId::index(table.clone(), name)));
        }
    }
    for (name, to) in &pair.to.form.indexes {
        let stays =
            pair.from.form.indexes.get(name).is_some_and(|from| !is_different(asked, from, to, comparison));
        if let (true, Some(from)) = (stays, pair.from.form.indexes.get(name))
            && from.comment != to.comment
        {
            let name = pair.from.written_index(name).unwrap_or(from).name.clone();
            let id = ObjectId::index(table.clone(), name);
            indexes.commented.push(Operation::Comment { id, text: to.comment.clone() });
        }
        if !stays && let Some(index) = pair.to.written_index(name).cloned() {
            indexes.created.push(Operation::create(Object::index(table.clone(), index)));
        }
    }
    indexes
}

/// Compares the exclusion constraints, each of which an index carries.
pub(super) fn exclusions(pair: Pair<'_>, comparison: &mut Comparison<'_>) -> Indexes {
    let (table, asked) = (&pair.to.written.name, &pair.to.form.name);
    let (from, to) = (pair.from.form.exclusions(), pair.to.form.exclusions());
    let mut is_same = |from: &Exclusion, to: &Exclusion| {
        let Exclusion { index, operators, deferral, comment: _ } = to;
        (&from.operators, &from.deferral) == (operators, deferral)
            && from.index.name == index.name
            && !is_different(asked, &from.index, index, comparison)
    };
    let mut exclusions = Indexes::default();
    for gone in from.clone().filter(|from| !to.clone().any(|to| is_same(from, to))) {
        exclusions.dropped.push(drop_exclusion(table, gone));
    }
    for new in to.clone().filter(|to| !from.clone().any(|from| is_same(from, to))) {
        let is_written = |written: &&Exclusion| is_written_as(&new.index.name, &written.index.name);
        let written = pair.to.written.exclusions().find(is_written).unwrap_or(new);
        exclusions.created.push(create_exclusion(table, written));
    }
    for to in to {
        if let Some(from) = from.clone().find(|from| is_same(from, to))
            && from.comment != to.comment
        {
            exclusions.commented.push(comment_exclusion(table, from, to.comment.clone()));
        }
    }
    exclusions
}

fn is_different(table: &TableName, from: &Index, to: &Index, comparison: &mut Comparison<'_>) -> bool {
    let Index {
        name,
        is_unique,
        method,
        parts,
        include,
        is_nulls_not_distinct,
        parameters,
        predicate,
        is_invalid,
        comment: _,
    } = to;
    let is_other = from.is_unique != *is_unique
        || from.method != *method
        || from.include != *include
        || from.is_nulls_not_distinct != *is_nulls_not_distinct
        || from.parameters != *parameters
        || from.is_invalid != *is_invalid;
    if is_other || from.parts.len() != parts.len() {
        return true;
    }
    let mut is_different = false;
    for (place, (from, to)) in from.parts.iter().zip(parts).enumerate() {
        let IndexPart { key, collation, operator_class, order, nulls } = to;
        is_different |= from.order != *order || from.nulls != *nulls;
        is_different |= from.collation != *collation || from.operator_class != *operator_class;
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
