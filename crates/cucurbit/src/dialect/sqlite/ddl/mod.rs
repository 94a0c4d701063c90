//! A stored CREATE TABLE or CREATE INDEX, in pieces that keep their text.
//!
//! What lives here: the pieces and how they are put together again. Putting together what was read gives the same
//! text, byte for byte; an edit changes the piece it names and nothing else. So whatever this program does not know
//! (ON CONFLICT, DEFERRABLE, comments, odd type names) survives.

#[cfg(feature = "runtime")]
mod beyond;
mod edit;
mod index;
mod read;
mod value;

use std::fmt;

use thiserror::Error;

use super::token::same_name;
use crate::schema::{ForeignKey, Ident, OnConflict};

pub(super) use self::{
    edit::{is_column, rename_in_text},
    index::{index_value, split_collation, with_index_name, with_table},
};

/// A CREATE TABLE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CreateTable {
    /// What is before the name: `CREATE TABLE `.
    before_name: String,
    /// The name as it is spelled.
    name: String,
    /// What is between the name and the first item, with the parenthesis.
    after_name: String,
    /// Columns, then table constraints.
    pub(super) items: Vec<Item>,
    /// What is after the last item: the parenthesis and the options.
    tail: String,
}

/// A column or a table constraint, between commas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// Space and comments before it.
    lead: String,
    /// What it is.
    pub(super) body: Body,
    /// Space and comments after it.
    trail: String,
}

/// What an item is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// A column.
    Column(ColumnText),
    /// A constraint of the table.
    Constraint(Clause),
}

/// A column definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ColumnText {
    /// The name.
    pub(super) name: Ident,
    /// The name as it is spelled.
    spelled: String,
    /// The declared type with the space before it; empty if there is none.
    ty: String,
    /// What follows: constraints, default, collation.
    pub(super) clauses: Vec<Clause>,
}

/// One constraint of a column or a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clause {
    /// Space and comments before it.
    lead: String,
    /// Its text, with `CONSTRAINT name`.
    pub(super) text: String,
    /// Its name.
    pub(super) name: Option<Ident>,
    /// What it says.
    pub(super) kind: ClauseKind,
    /// What it says of a row that breaks it.
    pub(super) on_conflict: OnConflict,
}

/// What a constraint says. The columns of one that stands at its column are empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ClauseKind {
    /// A check, with its condition.
    Check(String),
    /// The collation.
    Collate(String),
    /// The default, without its outer parentheses.
    Default(String),
    /// A reference to another table; the columns referred to are none where the primary key is meant.
    ForeignKey(ForeignKey),
    /// `GENERATED ALWAYS AS`.
    Generated {
        /// The expression.
        expression: String,
        /// Whether the value is stored.
        stored: bool,
    },
    /// `NOT NULL`.
    NotNull,
    /// What says nothing: `NULL`, or a name without a constraint.
    Nothing,
    /// The primary key.
    PrimaryKey {
        /// The columns.
        columns: Vec<Ident>,
        /// `AUTOINCREMENT`.
        is_autoincrement: bool,
        /// Whether it is in descending order, which makes an INTEGER PRIMARY KEY no rowid when it stands at its column.
        is_descending: bool,
    },
    /// A unique constraint.
    Unique(Vec<Ident>),
}

/// Why a stored text cannot be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("expected {expected} at byte {at}")]
pub(super) struct Unreadable {
    /// What the grammar asks for.
    pub(super) expected: &'static str,
    /// Where.
    pub(super) at: usize,
}

impl CreateTable {
    /// Reads a CREATE TABLE.
    pub(super) fn read(sql: &str) -> Result<Self, Unreadable> {
        read::table(sql)
    }

    /// Returns the columns.
    pub(super) fn columns(&self) -> impl Iterator<Item = &ColumnText> {
        self.items.iter().filter_map(|item| match &item.body {
            Body::Column(column) => Some(column),
            Body::Constraint(_) => None,
        })
    }

    /// Finds a column by its name.
    pub(super) fn column(&self, name: &Ident) -> Option<&ColumnText> {
        self.columns().find(|column| same_name(&column.name, name))
    }

    /// Returns all constraints, each with the column at which it stands.
    fn clauses(&self) -> impl Iterator<Item = (Option<&ColumnText>, &Clause)> {
        let inline =
            self.columns().flat_map(|column| column.clauses.iter().map(move |clause| (Some(column), clause)));
        inline.chain(self.constraints().map(|clause| (None, clause)))
    }

    /// Returns the constraints of the table.
    pub(super) fn constraints(&self) -> impl Iterator<Item = &Clause> {
        self.items.iter().filter_map(|item| match &item.body {
            Body::Column(_) => None,
            Body::Constraint(clause) => Some(clause),
        })
    }
}

impl ClauseKind {
    /// Lists the columns of a key; none where it stands at its column.
    pub(super) fn columns(&self) -> &[Ident] {
        if let Self::ForeignKey(ForeignKey { columns, .. })
        | Self::PrimaryKey { columns, .. }
        | Self::Unique(columns) = self
        {
            columns
        } else {
            &[]
        }
    }
}

impl ColumnText {
    /// Returns the declared type.
    pub(super) fn declared(&self) -> &str {
        self.ty.trim()
    }

    /// Tells whether its values are made from other columns.
    pub(super) fn is_generated(&self) -> bool {
        self.clauses.iter().any(|clause| matches!(clause.kind, ClauseKind::Generated { .. }))
    }

    /// Tells whether it says NOT NULL.
    pub(super) fn is_not_null(&self) -> bool {
        self.clauses.iter().any(|clause| clause.kind == ClauseKind::NotNull)
    }
}

impl fmt::Display for CreateTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { before_name, name, after_name, items, tail } = self;
        write!(f, "{before_name}{name}{after_name}")?;
        for (position, Item { lead, body, trail }) in items.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            match body {
                Body::Column(column) => write!(f, "{comma}{lead}{column}{trail}")?,
                Body::Constraint(clause) => write!(f, "{comma}{lead}{clause}{trail}")?,
            }
        }
        f.write_str(tail)
    }
}

impl fmt::Display for ColumnText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name: _, spelled, ty, clauses } = self;
        write!(f, "{spelled}{ty}")?;
        clauses.iter().try_for_each(|clause| write!(f, "{clause}"))
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lead, text, name: _, kind: _, on_conflict: _ } = self;
        write!(f, "{lead}{text}")
    }
}

#[cfg(test)]
mod tests;
