//! Sequences that stand alone: made and changed before the tables whose defaults use them, dropped after.

use crate::{
    dialect::{Canonical, is_written_as},
    operation::Operation,
    schema::{ObjectName, Sequence},
};

/// What changes in sequences.
#[derive(Debug, Default)]
pub(super) struct Sequences {
    pub(super) before: Vec<Operation>,
    pub(super) after: Vec<Operation>,
}

pub(super) fn compare(
    from: &Canonical,
    to: &Canonical,
    is_left_alone: impl Fn(&ObjectName) -> bool,
) -> Sequences {
    let mut sequences = Sequences::default();
    for (name, form) in &to.form().sequences {
        let Some(written) = written(to, name).cloned() else { continue };
        match from.form().sequences.get(name) {
            None => sequences.before.push(Operation::CreateSequence(written)),
            Some(was) if was != form => sequences.before.push(Operation::AlterSequence(written)),
            Some(_) => {}
        }
    }
    for name in from.form().sequences.keys() {
        let is_gone = !to.form().sequences.contains_key(name) && !is_left_alone(name);
        if let Some(written) = written(from, name).filter(|_| is_gone) {
            sequences.after.push(Operation::DropSequence { name: written.name.clone() });
        }
    }
    sequences
}

/// Finds a sequence as it was written by its name in the form.
fn written<'c>(side: &'c Canonical, name: &ObjectName) -> Option<&'c Sequence> {
    let sequences = &side.as_written().sequences;
    let is_written =
        |other: &&Sequence| other.name.schema == name.schema && is_written_as(&name.name, &other.name.name);
    sequences.get(name).or_else(|| sequences.values().find(is_written))
}
