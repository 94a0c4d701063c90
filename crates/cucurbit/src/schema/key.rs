//! Keys: sets of columns that foreign keys can refer to.

use std::collections::BTreeSet;

use super::{Constraint, Ident, Index, IndexKey, IndexPart, PrimaryKey, Table, Unique};

impl Table {
    /// Lists its keys: the primary key, its unique constraints and its unique indexes.
    pub(crate) fn keys(&self) -> impl Iterator<Item = BTreeSet<&Ident>> {
        let constraints = self.constraints.iter().filter_map(Constraint::key);
        constraints.chain(self.indexes.values().filter_map(Index::key))
    }
}

impl Constraint {
    /// Returns the key that it makes of its columns, if it makes one.
    pub(crate) fn key(&self) -> Option<BTreeSet<&Ident>> {
        match self {
            Self::PrimaryKey(PrimaryKey { columns, .. }) | Self::Unique(Unique { columns, .. }) => {
                Some(columns.iter().collect())
            }
            Self::ForeignKey(_) | Self::Check(_) | Self::Exclusion(_) => None,
        }
    }
}

impl Index {
    /// Returns the key that it makes of its columns, if it is a unique index of columns alone, over all rows.
    pub(crate) fn key(&self) -> Option<BTreeSet<&Ident>> {
        let Self { is_unique, parts, predicate, is_invalid, .. } = self;
        if !is_unique || *is_invalid || predicate.is_some() {
            return None;
        }
        parts.iter().map(IndexPart::column).collect()
    }
}

impl IndexPart {
    pub(super) const fn column(&self) -> Option<&Ident> {
        match &self.key {
            IndexKey::Column(column) => Some(column),
            IndexKey::Expression(_) => None,
        }
    }
}
