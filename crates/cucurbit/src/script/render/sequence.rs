//! Sequences.

use crate::{
    operation::SequenceChange,
    schema::{ObjectName, Sequence, Type},
};

use super::{lines::Line, spell};

/// Spells a new sequence.
pub(super) fn create(Sequence { name, ty, options, comment }: &Sequence) -> Line<'static> {
    let ty = if *ty == Type::BigInteger { String::new() } else { spell::call("ty", &[&spell::ty(ty)]) };
    let (name, options) = (spell::table_name(name), spell::sequence_options(options));
    Line::op(&format!("create_sequence({name}){ty}{options}{}", spell::comment(comment.as_ref())))
}

/// Spells changes of a sequence.
pub(super) fn alter(name: &ObjectName, changes: &[SequenceChange]) -> Line<'static> {
    let changes: String = changes.iter().map(spell::sequence_change).collect();
    Line::op(&format!("alter_sequence({}){changes}", spell::table_name(name)))
}
