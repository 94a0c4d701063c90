//! Indexes: one that differs is dropped and recreated.

use crate::{
    operation::Operation,
    schema::{Object, ObjectId},
};

use super::pair::Pair;

/// What changes in a table's indexes, sorted by name.
#[derive(Debug, Default)]
pub(super) struct Indexes {
    pub(super) dropped: Vec<Operation>,
    pub(super) created: Vec<Operation>,
    /// The comments of indexes on both sides.
    pub(super) commented: Vec<Operation>,
}

pub(super) fn compare(pair: &Pair<'_>) -> Indexes {
    let table = &pair.to.written.name;
    let indexes = &pair.indexes;
    let is_other_comment = indexes.same.iter().filter(|(from, to)| from.form.comment != to.form.comment);
    let comment = is_other_comment.map(|(from, to)| {
        let id = ObjectId::index(table.clone(), from.written.name.clone());
        Operation::Comment { id, text: to.form.comment.clone() }
    });
    let create = |index| Operation::create(Object::index(table.clone(), index));
    Indexes {
        dropped: indexes.gone.iter().map(|index| pair.drop_index(*index)).collect(),
        created: indexes.new.iter().map(|index| create(index.written.clone())).collect(),
        commented: comment.collect(),
    }
}
