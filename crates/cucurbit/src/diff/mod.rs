//! Two schemas in, operations out. Pure: no input or output, no word about any database.
//!
//! [`diff`] reads as the list of passes, in order. Everything is paired once; a pass compares the canonical
//! forms of what is paired with `==` and emits what was written.

mod column;
mod comment;
mod constraint;
mod enumeration;
mod expression;
mod filter;
mod index;
mod moved;
mod namespace;
mod order;
mod pair;
mod reference;
mod sequence;
mod table;

use std::collections::BTreeMap;

use crate::{
    dialect::{Answers, Canonical, Question},
    operation::{Operation, joined},
    schema::{ForeignKey, Object, ObjectName, TableName},
};

use self::pair::{Matched, Pairs};
pub use self::{
    comment::comments,
    filter::{Filter, LeftOut, LeftOutKind},
};

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
    let to = &*to.in_case_of(from);
    let is_left_alone = |name: &ObjectName| filter.left_alone.contains(name);
    let types = Matched::by_name(from.enums(), to.enums(), |ty| &ty.name);
    let enums = enumeration::compare(&types, to, is_left_alone);
    let mut comparison = expression::Comparison::new(answers, filter.takes_any_sequence, &enums);
    let pairs = Pairs::of(from, to, types, filter, &mut comparison);
    let moved = reference::Moved::of(&pairs);
    let named_late = moved::take_names_of_what_goes(&pairs);
    let order::Order { created, rest, last: named_last } = order::order(&pairs, &moved, &named_late);
    let reference::InTheWay { dropped, again } = reference::in_the_way(&pairs, &moved);

    let sequences = sequence::compare(&pairs.sequences, from.form(), to.form(), is_left_alone);
    let namespaces = namespace::compare(from, to, filter);
    let mut operations = namespaces.before;
    let names = moved::Names::after(&pairs, to);
    let (first, last) = table::dropped(&pairs, &names);
    let freed: Vec<Operation> = names.freed(&pairs).into_iter().chain(first).collect();
    // A type or a sequence may take a name that is freed.
    let waits = |operation: &Operation| {
        let is_new =
            matches!(operation, Operation::Create { object: Object::Enum(_) | Object::Sequence(_), .. });
        is_new && !freed.is_empty()
    };
    let before = enums.before.into_iter().chain(sequences.before);
    let (after_freed, before): (Vec<_>, Vec<_>) = before.partition(waits);
    operations.extend(before);
    operations.extend(sequence::freed(&pairs, from.form(), to.form(), filter.takes_any_sequence));
    operations.extend(dropped.into_iter().chain(freed).chain(after_freed));
    operations.extend(created.into_iter().flat_map(|view| table::created(view, |_| false).operations));
    operations.extend(last);
    let gone = sequences.after.into_iter().chain(enums.after).collect();
    operations.extend(altered([&rest, &named_last], gone, &moved, &mut comparison, &operations));
    operations.extend(again);
    operations.extend(namespaces.after);
    sequence::say_names(&mut operations, from.form());

    let expression::Comparison { questions, uncompared, .. } = comparison;
    Diff { operations: joined(operations), questions, uncompared }
}

/// Alters the tables that stay, and creates those that need what is made on the way; drops what is `gone` then, and
/// creates the tables that take its names. Last come the foreign keys between tables that need each other.
fn altered(
    [rest, last]: [&[order::Item<'_>]; 2],
    gone: Vec<Operation>,
    moved: &reference::Moved<'_>,
    comparison: &mut expression::Comparison<'_>,
    done: &[Operation],
) -> Vec<Operation> {
    let mut waiting: BTreeMap<&TableName, order::Item<'_>> =
        rest.iter().chain(last).map(|item| (item.name(), *item)).collect();
    let (mut operations, mut late) = (Vec::new(), Vec::new());
    let mut gone = Some(gone);
    for (at, item) in rest.iter().chain(last).enumerate() {
        if at == rest.len() {
            operations.extend(gone.take().into_iter().flatten());
        }
        waiting.remove(item.name());
        let waits = |key: &ForeignKey| {
            moved.is_after_its_index(item.name(), key)
                || match (item, waiting.get(&key.referred_table)) {
                    (_, Some(order::Item::Altered(_))) => moved.is_ready_late(key),
                    (order::Item::Altered(_), Some(order::Item::Created(_))) => true,
                    // A plan adds a foreign key of a new table to one that is made later by itself.
                    (order::Item::Created(_), Some(order::Item::Created(_))) | (_, None) => false,
                }
        };
        let made = match item {
            order::Item::Altered(pair) => table::altered(pair, comparison, done, waits),
            order::Item::Created(view) => table::created(*view, waits),
        };
        operations.extend(made.operations);
        late.extend(made.late);
    }
    operations.extend(late);
    operations.extend(gone.into_iter().flatten());
    operations
}
