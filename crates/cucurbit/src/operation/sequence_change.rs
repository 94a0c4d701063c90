//! `op.alter_sequence`: the changes of a sequence, each of which says one thing and leaves all else.

use crate::schema::{Sequence, SequenceOptions, Type};

/// One change of a sequence.
///
/// A start and bounds that were never set follow the rest, as in a new sequence: an ascending one with another minimum
/// starts there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SequenceChange {
    /// Sets how many values a session takes at once.
    SetCache(i64),
    /// Sets or removes the comment.
    SetComment(Option<String>),
    /// Says whether it begins again after its last value.
    SetCycle(bool),
    /// Sets the step.
    SetIncrement(i64),
    /// Sets the largest value, or leaves it to the type and the direction.
    SetMaximum(Option<i64>),
    /// Sets the smallest value, or leaves it to the type and the direction.
    SetMinimum(Option<i64>),
    /// Sets the first value, or leaves it to the bounds and the direction.
    SetStart(Option<i64>),
    /// Sets the type of its values.
    SetType(Type),
}

/// Lists all that is said of a sequence, as changes of it.
fn all(of: &Sequence) -> [SequenceChange; 8] {
    let Sequence { name: _, ty, options, comment } = of;
    let SequenceOptions { start, increment, minimum, maximum, cache, is_cycling } = options;
    [
        SequenceChange::SetType(ty.clone()),
        SequenceChange::SetStart(*start),
        SequenceChange::SetIncrement(increment.unwrap_or(1)),
        SequenceChange::SetMinimum(*minimum),
        SequenceChange::SetMaximum(*maximum),
        SequenceChange::SetCache(cache.unwrap_or(1)),
        SequenceChange::SetCycle(*is_cycling),
        SequenceChange::SetComment(comment.clone()),
    ]
}

impl SequenceChange {
    /// Lists what makes a sequence another one, and nothing that is so already.
    pub(super) fn between(from: &Sequence, to: &Sequence) -> Vec<Self> {
        let was = all(from);
        all(to).into_iter().filter(|change| !was.contains(change)).collect()
    }

    /// Lists what makes one sequence another, both as they are compared and as they were written.
    ///
    /// What was written and means the usual goes as well where it is not written any more: it would no longer follow.
    pub(crate) fn found([form, written]: [&Sequence; 2], [to_form, to_written]: [&Sequence; 2]) -> Vec<Self> {
        let was = all(form).into_iter().zip(all(written));
        let is = all(to_form).into_iter().zip(all(to_written));
        let differs = was.zip(is).filter_map(|((form, written), (to_form, to_written))| {
            let is_said = form != written && written != to_written;
            (form != to_form || is_said).then_some(to_written)
        });
        differs.collect()
    }

    /// Lists what is said of a sequence that a column owns as it comes to stand alone: all that a new one would not have
    /// by itself, and what changes.
    pub(crate) fn alone(owned: &Sequence, to: &Sequence) -> Vec<Self> {
        let (was, new) = (all(owned), all(&Sequence::new(to.name.clone())));
        all(to).into_iter().filter(|change| !was.contains(change) || !new.contains(change)).collect()
    }

    pub(super) fn apply(&self, sequence: &mut Sequence) {
        let Sequence { name: _, ty, options, comment } = sequence;
        match self {
            Self::SetCache(values) => options.cache = Some(*values),
            Self::SetComment(text) => comment.clone_from(text),
            Self::SetCycle(is_cycling) => options.is_cycling = *is_cycling,
            Self::SetIncrement(step) => options.increment = Some(*step),
            Self::SetMaximum(largest) => options.maximum = *largest,
            Self::SetMinimum(smallest) => options.minimum = *smallest,
            Self::SetStart(first) => options.start = *first,
            Self::SetType(new) => *ty = new.clone(),
        }
    }

    /// Says in a few words what it does.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::SetCache(values) => format!("set cache {values}"),
            Self::SetComment(Some(_)) => "set the comment".to_owned(),
            Self::SetComment(None) => "remove the comment".to_owned(),
            Self::SetCycle(true) => "set cycle".to_owned(),
            Self::SetCycle(false) => "set no cycle".to_owned(),
            Self::SetIncrement(step) => format!("set increment {step}"),
            Self::SetMaximum(Some(largest)) => format!("set maximum {largest}"),
            Self::SetMaximum(None) => "remove the maximum".to_owned(),
            Self::SetMinimum(Some(smallest)) => format!("set minimum {smallest}"),
            Self::SetMinimum(None) => "remove the minimum".to_owned(),
            Self::SetStart(Some(first)) => format!("set start {first}"),
            Self::SetStart(None) => "remove the start".to_owned(),
            Self::SetType(ty) => format!("set type {ty}"),
        }
    }
}

/// A sequence being changed.
#[derive(Debug)]
pub struct AlterSequence<'op> {
    changes: &'op mut Vec<SequenceChange>,
}

impl<'op> AlterSequence<'op> {
    pub(super) fn new(changes: &'op mut Vec<SequenceChange>) -> Self {
        Self { changes }
    }

    /// Sets the type of its values.
    pub fn ty(self, ty: Type) -> Self {
        self.change(SequenceChange::SetType(ty))
    }

    /// Sets the first value: where it begins when it is restarted.
    pub fn start(self, first: i64) -> Self {
        self.change(SequenceChange::SetStart(Some(first)))
    }

    /// Lets it start where a new one would: at its minimum upwards, at its maximum downwards.
    pub fn no_start(self) -> Self {
        self.change(SequenceChange::SetStart(None))
    }

    /// Sets the step; 1 in a new one.
    pub fn increment(self, step: i64) -> Self {
        self.change(SequenceChange::SetIncrement(step))
    }

    /// Sets the smallest value.
    pub fn minimum(self, smallest: i64) -> Self {
        self.change(SequenceChange::SetMinimum(Some(smallest)))
    }

    /// Lets it have the smallest value of a new one: 1 upwards, that of its type downwards (`NO MINVALUE`).
    pub fn no_minimum(self) -> Self {
        self.change(SequenceChange::SetMinimum(None))
    }

    /// Sets the largest value.
    pub fn maximum(self, largest: i64) -> Self {
        self.change(SequenceChange::SetMaximum(Some(largest)))
    }

    /// Lets it have the largest value of a new one: that of its type upwards, -1 downwards (`NO MAXVALUE`).
    pub fn no_maximum(self) -> Self {
        self.change(SequenceChange::SetMaximum(None))
    }

    /// Sets how many values a session takes at once; 1 in a new one.
    pub fn cache(self, values: i64) -> Self {
        self.change(SequenceChange::SetCache(values))
    }

    /// Lets it begin again after its last value.
    pub fn cycle(self) -> Self {
        self.change(SequenceChange::SetCycle(true))
    }

    /// Lets it end with its last value (`NO CYCLE`).
    pub fn no_cycle(self) -> Self {
        self.change(SequenceChange::SetCycle(false))
    }

    /// Sets the comment.
    pub fn comment(self, comment: impl Into<String>) -> Self {
        self.change(SequenceChange::SetComment(Some(comment.into())))
    }

    /// Removes the comment.
    pub fn drop_comment(self) -> Self {
        self.change(SequenceChange::SetComment(None))
    }

    fn change(self, change: SequenceChange) -> Self {
        self.changes.push(change);
        self
    }
}
