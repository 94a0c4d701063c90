//! Indexes: one that differs is dropped and created.

use crate::{
    operation::Operation,
    schema::{Object, ObjectId},
};

use super::{
    order::Changes,
    pair::Pair,
    place::{Phase, Step},
    reason::{Reasons, Thing, name},
};

pub(super) fn compare<'c>(pair: &Pair<'c>, changes: &mut Changes<'c>) {
    let table = &pair.to.written.name;
    for gone in &pair.indexes.gone {
        let taken = gone.form.key().map(|key| Thing::Key(pair.name(), key));
        let reasons = Reasons::default().takes([name(pair.name(), &gone.form.name)]).takes(taken);
        let drop = Operation::drop(ObjectId::index(table.clone(), gone.written.name.clone()));
        changes.add_of(pair.name(), (Phase::Altered, Step::DropIndex), drop, reasons);
    }
    for new in &pair.indexes.new {
        let reasons =
            Reasons::default().gives([name(pair.name(), &new.form.name)]).gives(pair.new_key(new.form.key()));
        let create = Operation::create(Object::index(table.clone(), new.written.clone()));
        changes.add_of(pair.name(), (Phase::Altered, Step::CreateIndex), create, reasons);
    }
    for (from, to) in pair.indexes.same.iter().filter(|(from, to)| from.form.comment != to.form.comment) {
        let id = ObjectId::index(table.clone(), from.written.name.clone());
        let comment = Operation::Comment { id, text: to.form.comment.clone() };
        changes.add_of(pair.name(), (Phase::Altered, Step::Comment), comment, Reasons::default());
    }
}
