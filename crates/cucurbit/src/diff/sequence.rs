//! Sequences that stand alone: made and changed before the tables whose defaults use them, dropped after.

use crate::{dialect::Canonical, operation::Operation, schema::ObjectName};

use super::written;

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
        let Some(written) = written(&to.as_written().sequences, name).cloned() else { continue };
        match from.form().sequences.get(name) {
            None => sequences.before.push(Operation::CreateSequence(written)),
            Some(was) if was != form => sequences.before.push(Operation::AlterSequence(written)),
            Some(_) => {}
        }
    }
    for name in from.form().sequences.keys() {
        let is_gone = !to.form().sequences.contains_key(name) && !is_left_alone(name);
        if let Some(written) = written(&from.as_written().sequences, name).filter(|_| is_gone) {
            sequences.after.push(Operation::DropSequence { name: written.name.clone() });
        }
    }
    sequences
}
