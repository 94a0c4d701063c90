//! The constraints of a table in one list, and what all kinds of them have in common.

use std::ops::{Deref, DerefMut};

use super::{
    Check, ConstraintRef, Deferral, Exclusion, Expression, ForeignKey, Ident, Index, IndexKey, IndexPart,
    PrimaryKey, Unique,
};

/// A constraint of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Constraint {
    /// The primary key.
    PrimaryKey(PrimaryKey),
    /// A unique constraint.
    Unique(Unique),
    /// A foreign key.
    ForeignKey(ForeignKey),
    /// A check.
    Check(Check),
    /// An exclusion constraint (PostgreSQL only).
    Exclusion(Box<Exclusion>),
}

/// Where a kind of constraint stands in its table's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    PrimaryKey,
    Unique,
    ForeignKey,
    Check,
    Exclusion,
}

impl Constraint {
    const fn rank(&self) -> Rank {
        match self {
            Self::PrimaryKey(_) => Rank::PrimaryKey,
            Self::Unique(_) => Rank::Unique,
            Self::ForeignKey(_) => Rank::ForeignKey,
            Self::Check(_) => Rank::Check,
            Self::Exclusion(_) => Rank::Exclusion,
        }
    }

    /// Tells whether two constraints are of one kind.
    #[must_use]
    pub fn is_of_kind_of(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }

    /// Returns the name, if it has one.
    #[must_use]
    pub fn name(&self) -> Option<&Ident> {
        match self {
            Self::PrimaryKey(key) => key.name.as_ref(),
            Self::Unique(unique) => unique.name.as_ref(),
            Self::ForeignKey(key) => key.name.as_ref(),
            Self::Check(check) => check.name.as_ref(),
            Self::Exclusion(exclusion) => Some(&exclusion.index.name),
        }
    }

    /// Gives it a name.
    pub fn set_name(&mut self, name: Ident) {
        match self {
            Self::PrimaryKey(key) => key.name = Some(name),
            Self::Unique(unique) => unique.name = Some(name),
            Self::ForeignKey(key) => key.name = Some(name),
            Self::Check(check) => check.name = Some(name),
            Self::Exclusion(exclusion) => exclusion.index.name = name,
        }
    }

    /// Takes its name away. An exclusion constraint keeps its own, which is that of its index.
    pub fn forget_name(&mut self) {
        match self {
            Self::PrimaryKey(key) => key.name = None,
            Self::Unique(unique) => unique.name = None,
            Self::ForeignKey(key) => key.name = None,
            Self::Check(check) => check.name = None,
            Self::Exclusion(_) => {}
        }
    }

    /// Returns the comment.
    #[must_use]
    pub const fn comment(&self) -> Option<&String> {
        match self {
            Self::PrimaryKey(key) => key.comment.as_ref(),
            Self::Unique(unique) => unique.comment.as_ref(),
            Self::ForeignKey(key) => key.comment.as_ref(),
            Self::Check(check) => check.comment.as_ref(),
            Self::Exclusion(exclusion) => exclusion.comment.as_ref(),
        }
    }

    /// Returns the comment, to change it.
    pub const fn comment_mut(&mut self) -> &mut Option<String> {
        match self {
            Self::PrimaryKey(key) => &mut key.comment,
            Self::Unique(unique) => &mut unique.comment,
            Self::ForeignKey(key) => &mut key.comment,
            Self::Check(check) => &mut check.comment,
            Self::Exclusion(exclusion) => &mut exclusion.comment,
        }
    }

    /// Returns when it is checked. A check is always checked at once.
    #[must_use]
    pub const fn deferral(&self) -> Deferral {
        match self {
            Self::PrimaryKey(key) => key.deferral,
            Self::Unique(unique) => unique.deferral,
            Self::ForeignKey(key) => key.deferral,
            Self::Check(_) => Deferral::NotDeferrable,
            Self::Exclusion(exclusion) => exclusion.deferral,
        }
    }

    /// Says when it is checked. A check is always checked at once.
    pub const fn set_deferral(&mut self, deferral: Deferral) {
        match self {
            Self::PrimaryKey(key) => key.deferral = deferral,
            Self::Unique(unique) => unique.deferral = deferral,
            Self::ForeignKey(key) => key.deferral = deferral,
            Self::Check(_) => {}
            Self::Exclusion(exclusion) => exclusion.deferral = deferral,
        }
    }

    /// Tells whether the rows that were there before it have not been checked.
    #[must_use]
    pub const fn is_not_valid(&self) -> bool {
        match self {
            Self::ForeignKey(key) => key.is_not_valid,
            Self::Check(check) => check.is_not_valid,
            Self::PrimaryKey(_) | Self::Unique(_) | Self::Exclusion(_) => false,
        }
    }

    /// Says that all rows are checked.
    pub const fn validate(&mut self) {
        match self {
            Self::ForeignKey(key) => key.is_not_valid = false,
            Self::Check(check) => check.is_not_valid = false,
            Self::PrimaryKey(_) | Self::Unique(_) | Self::Exclusion(_) => {}
        }
    }

    /// Lists the columns of its own table that it names outside expressions.
    pub fn columns(&self) -> impl Iterator<Item = &Ident> {
        let (plain, more, index): (&[Ident], &[Ident], Option<&Index>) = match self {
            Self::PrimaryKey(key) => (&key.columns, &key.include, None),
            Self::Unique(unique) => (&unique.columns, &unique.include, None),
            Self::ForeignKey(key) => (&key.columns, &key.on_delete_columns, None),
            Self::Check(_) => (&[], &[], None),
            Self::Exclusion(exclusion) => (&[], &[], Some(&exclusion.index)),
        };
        plain.iter().chain(more).chain(index.into_iter().flat_map(Index::columns))
    }

    /// Lists the expressions that stand in it.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let (check, index) = match self {
            Self::Check(check) => (Some(&check.expression), None),
            Self::Exclusion(exclusion) => (None, Some(&exclusion.index)),
            Self::PrimaryKey(_) | Self::Unique(_) | Self::ForeignKey(_) => (None, None),
        };
        check.into_iter().chain(index.into_iter().flat_map(Index::expressions))
    }

    /// Returns the name of the index that carries it, where that has one: the name is then taken in the table's schema.
    #[must_use]
    pub fn index_name(&self) -> Option<&Ident> {
        match self {
            Self::PrimaryKey(_) | Self::Unique(_) | Self::Exclusion(_) => self.name(),
            Self::ForeignKey(_) | Self::Check(_) => None,
        }
    }

    /// Returns how it is referred to.
    #[must_use]
    pub fn reference(&self) -> ConstraintRef {
        match self {
            Self::PrimaryKey(key) => key.reference(),
            Self::Unique(unique) => unique.reference(),
            Self::ForeignKey(key) => key.reference(),
            Self::Check(check) => check.reference(),
            Self::Exclusion(exclusion) => exclusion.reference(),
        }
    }
}

impl Index {
    /// Lists the columns that it names outside expressions.
    pub fn columns(&self) -> impl Iterator<Item = &Ident> {
        self.parts.iter().filter_map(IndexPart::column).chain(&self.include)
    }

    /// Lists the expressions of its key and its condition.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let keys = self.parts.iter().filter_map(|part| match &part.key {
            IndexKey::Column(_) => None,
            IndexKey::Expression(expression) => Some(expression),
        });
        keys.chain(&self.predicate)
    }
}

/// The constraints of a table: the primary key, unique constraints, foreign keys, checks and exclusions, each kind in the
/// order in which they were declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Constraints(Vec<Constraint>);

impl Constraints {
    /// Adds a constraint after those of its kind. A second primary key takes the place of the first.
    pub fn push(&mut self, constraint: impl Into<Constraint>) {
        self.insert(constraint.into());
    }

    /// Adds a constraint as [`push`](Self::push) does, and returns it, to say more of it.
    pub(crate) fn add<T: OfKind>(&mut self, constraint: T) -> &mut T {
        T::of_mut(self.insert(constraint.into())).expect("it is of the kind that was put there")
    }

    fn insert(&mut self, constraint: Constraint) -> &mut Constraint {
        let rank = constraint.rank();
        if rank == Rank::PrimaryKey {
            self.0.retain(|other| other.rank() != rank);
        }
        let place = self.0.partition_point(|other| other.rank() <= rank);
        self.0.insert(place, constraint);
        &mut self.0[place]
    }

    /// Removes the constraint at a place of the list, and returns it.
    ///
    /// # Panics
    ///
    /// When the list is not so long.
    pub fn remove(&mut self, place: usize) -> Constraint {
        self.0.remove(place)
    }

    /// Keeps those of which the function says so.
    pub fn retain(&mut self, keep: impl FnMut(&Constraint) -> bool) {
        self.0.retain(keep);
    }

    /// Removes the exclusion constraints, and returns them.
    pub fn take_exclusions(&mut self) -> Vec<Constraint> {
        self.0.extract_if(.., |constraint| constraint.rank() == Rank::Exclusion).collect()
    }

    /// Sorts those of each kind. The kinds stay in their order. Returns the place that each had before.
    pub fn sort_by_key<K: Ord>(&mut self, mut key: impl FnMut(&Constraint) -> K) -> Vec<usize> {
        let mut placed: Vec<(usize, Constraint)> =
            std::mem::take(&mut self.0).into_iter().enumerate().collect();
        placed.sort_by_cached_key(|(_, constraint)| (constraint.rank(), key(constraint)));
        let (places, sorted) = placed.into_iter().unzip();
        self.0 = sorted;
        places
    }

    pub(crate) fn shrink_to_fit(&mut self) {
        self.0.shrink_to_fit();
    }
}

impl Deref for Constraints {
    type Target = [Constraint];

    fn deref(&self) -> &[Constraint] {
        &self.0
    }
}

impl DerefMut for Constraints {
    fn deref_mut(&mut self) -> &mut [Constraint] {
        &mut self.0
    }
}

impl<T: Into<Constraint>> FromIterator<T> for Constraints {
    fn from_iter<I: IntoIterator<Item = T>>(constraints: I) -> Self {
        let mut list = Self::default();
        list.extend(constraints);
        list
    }
}

impl<T: Into<Constraint>> Extend<T> for Constraints {
    fn extend<I: IntoIterator<Item = T>>(&mut self, constraints: I) {
        constraints.into_iter().for_each(|constraint| self.push(constraint));
    }
}

impl IntoIterator for Constraints {
    type Item = Constraint;
    type IntoIter = std::vec::IntoIter<Constraint>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'c> IntoIterator for &'c Constraints {
    type Item = &'c Constraint;
    type IntoIter = std::slice::Iter<'c, Constraint>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'c> IntoIterator for &'c mut Constraints {
    type Item = &'c mut Constraint;
    type IntoIter = std::slice::IterMut<'c, Constraint>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter_mut()
    }
}

/// A kind of constraint, in and out of what may be any.
pub(crate) trait OfKind: Into<Constraint> {
    fn of_mut(constraint: &mut Constraint) -> Option<&mut Self>;
}

/// Each kind in and out of the list.
macro_rules! kinds {
    ($($kind:ident: $of:ident $of_mut:ident $doc:literal;)*) => {$(
        impl From<$kind> for Constraint {
            fn from(one: $kind) -> Self {
                Self::$kind(one.into())
            }
        }

        impl OfKind for $kind {
            fn of_mut(constraint: &mut Constraint) -> Option<&mut Self> {
                if let Constraint::$kind(one) = constraint { Some(one) } else { None }
            }
        }

        impl Constraints {
            #[doc = concat!("Lists the ", $doc, ".")]
            pub fn $of(&self) -> impl DoubleEndedIterator<Item = &$kind> + Clone {
                self.0.iter().filter_map(|constraint| -> Option<&$kind> {
                    if let Constraint::$kind(one) = constraint { Some(one) } else { None }
                })
            }

            #[doc = concat!("Lists the ", $doc, ", to change them.")]
            pub fn $of_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut $kind> {
                self.0.iter_mut().filter_map($kind::of_mut)
            }
        }
    )*};
}
kinds! {
    PrimaryKey: primary_keys primary_keys_mut "primary key, of which there is one at most";
    Unique: uniques uniques_mut "unique constraints";
    ForeignKey: foreign_keys foreign_keys_mut "foreign keys";
    Check: checks checks_mut "checks";
    Exclusion: exclusions exclusions_mut "exclusion constraints";
}
