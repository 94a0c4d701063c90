//! What an operation is to the plan: a change of one table, which is planned together with its neighbours, or a step of
//! its own.
//!
//! This is decided here, once for every verb and kind. `alter` handles each [`TableEdit`]; `mod` plans what is none.

use crate::{
    operation::{
        Change, ColumnChange, Consent, ConstraintChange, Operation, TableChange, change_stored_by_some,
    },
    schema::{
        Column, Constraint, ConstraintRef, Expression, Ident, Index, Object, ObjectId, Referred,
        ServerDefault, TableName, TableOption, stored_by_some,
    },
};

use super::super::{
    HERE,
    token::{mentions, same_name},
};

/// A change of one table that is there and stays there.
#[derive(Clone)]
pub(super) struct TableStep {
    /// The operation that it is.
    pub(super) operation: Operation,
    /// The table.
    pub(super) table: TableName,
    /// What is done to it.
    pub(super) edit: TableEdit,
}

/// What is done to one table.
#[derive(Clone)]
pub(super) enum TableEdit {
    AddColumn { column: Column, backfill: Option<Expression> },
    AlterColumn { column: Ident, changes: Vec<ColumnChange> },
    AlterConstraint { constraint: ConstraintRef, change: ConstraintChange },
    CommentConstraint(ConstraintRef),
    CommentIndex,
    CommentTable,
    CreateConstraint(Constraint),
    CreateIndex(Index),
    DropColumn { column: Ident, consent: Consent },
    DropConstraint(ConstraintRef),
    DropIndex(Ident),
    RenameConstraint { constraint: ConstraintRef, to: Ident },
    RenameIndex { name: Ident, to: Ident },
    SetOption { option: TableOption, is_set: bool },
}

impl TableStep {
    /// Returns the change of one table that an operation is; `None` where it is planned by itself.
    pub(super) fn of(operation: &Operation) -> Option<Self> {
        let edit = TableEdit::of(operation)?;
        let operation = operation.clone().of_column_as_change();
        Some(Self { table: operation.table()?.clone(), operation, edit })
    }

    /// Changes a column.
    pub(super) fn alter_column(table: TableName, column: Ident, changes: Vec<ColumnChange>) -> Self {
        let operation = Operation::alter_column(table.clone(), column.clone(), changes.clone());
        Self { operation, table, edit: TableEdit::AlterColumn { column, changes } }
    }
}

impl TableEdit {
    fn of(operation: &Operation) -> Option<Self> {
        match operation {
            Operation::Alter(change) => Self::of_change(change),
            Operation::Comment { id, text } => Self::of_comment(id, text.as_ref()),
            Operation::Create { object, backfill, concurrency: _ } => Self::of_new(object, backfill.as_ref()),
            Operation::Drop { id, consent, concurrency: _ } => Self::of_drop(id, *consent),
            Operation::Rename { id, to } => Self::of_rename(id, to.clone()),
            Operation::BulkInsert(_)
            | Operation::Execute(_)
            | Operation::Irreversible { .. }
            | Operation::On { .. }
            | Operation::Run { .. } => None,
        }
    }

    fn of_change(change: &Change) -> Option<Self> {
        Some(match change.clone() {
            Change::Column { table: _, column, changes } => Self::AlterColumn { column, changes },
            Change::Constraint { table: _, constraint, change } => {
                Self::AlterConstraint { constraint, change }
            }
            Change::Table { table: _, change: TableChange::SetOption { option, is_set } } => {
                Self::SetOption { option, is_set }
            }
            change_stored_by_some!() => return None,
        })
    }

    fn of_comment(id: &ObjectId, text: Option<&String>) -> Option<Self> {
        Some(match id.clone() {
            ObjectId::Column { table: _, name: column } => {
                Self::AlterColumn { column, changes: vec![ColumnChange::SetComment(text.cloned())] }
            }
            ObjectId::Constraint { table: _, constraint } => Self::CommentConstraint(constraint),
            ObjectId::Index { .. } => Self::CommentIndex,
            ObjectId::Table(_) => Self::CommentTable,
            stored_by_some!(ObjectId) => return None,
        })
    }

    fn of_new(object: &Object, backfill: Option<&Expression>) -> Option<Self> {
        match object {
            Object::Column { table: _, column } => {
                Some(Self::AddColumn { column: column.clone(), backfill: backfill.cloned() })
            }
            Object::Constraint { table: _, constraint } => Some(Self::CreateConstraint(constraint.clone())),
            Object::Index { table: _, index } => Some(Self::CreateIndex(index.clone())),
            Object::Table(_) | stored_by_some!(Object) => None,
        }
    }

    fn of_drop(id: &ObjectId, consent: Consent) -> Option<Self> {
        Some(match id.clone() {
            ObjectId::Column { table: _, name: column } => Self::DropColumn { column, consent },
            ObjectId::Constraint { table: _, constraint } => Self::DropConstraint(constraint),
            ObjectId::Index { table: _, name } => Self::DropIndex(name),
            ObjectId::Table(_) | stored_by_some!(ObjectId) => return None,
        })
    }

    fn of_rename(id: &ObjectId, to: Ident) -> Option<Self> {
        Some(match id.clone() {
            ObjectId::Column { table: _, name: column } => {
                Self::AlterColumn { column, changes: vec![ColumnChange::Rename { to }] }
            }
            ObjectId::Constraint { table: _, constraint } => Self::RenameConstraint { constraint, to },
            ObjectId::Index { table: _, name } => Self::RenameIndex { name, to },
            ObjectId::Table(_) | stored_by_some!(ObjectId) => return None,
        })
    }

    /// Tells whether it speaks of a column of the table, in a list or an expression.
    pub(super) fn uses(&self, name: &Ident) -> bool {
        let is_it = |column: &Ident| same_name(column, name);
        let is_in = |expression: &Expression| mentions(expression.on(HERE), name);
        match self {
            Self::AddColumn { column, backfill } => {
                let default = column.default.as_ref().and_then(default_expression);
                is_it(&column.name) || backfill.iter().chain(default).any(is_in)
            }
            Self::AlterColumn { column, changes } => {
                is_it(column) || changes.iter().filter_map(change_expression).any(is_in)
            }
            Self::AlterConstraint { constraint, change: _ }
            | Self::CommentConstraint(constraint)
            | Self::DropConstraint(constraint)
            | Self::RenameConstraint { constraint, to: _ } => {
                let (columns, condition) = reference_parts(constraint);
                columns.into_iter().any(is_it) || condition.is_some_and(is_in)
            }
            Self::CreateConstraint(constraint) => {
                let referred = referred_columns(constraint);
                constraint.columns().chain(referred).any(is_it) || constraint.expressions().any(is_in)
            }
            Self::CreateIndex(index) => index.columns().any(is_it) || index.expressions().any(is_in),
            Self::DropColumn { column, consent: _ } => is_it(column),
            Self::CommentIndex
            | Self::CommentTable
            | Self::DropIndex(_)
            | Self::RenameIndex { .. }
            | Self::SetOption { .. } => false,
        }
    }

    /// Tells whether it makes values of those that an earlier change makes.
    pub(super) fn is_made_of(&self, earlier: &Self) -> bool {
        earlier.filled().is_some_and(|column| {
            self.sources().into_iter().any(|expression| mentions(expression.on(HERE), column))
        })
    }

    /// Returns the column whose values it makes.
    fn filled(&self) -> Option<&Ident> {
        let is_filling = |change: &ColumnChange| {
            matches!(change, ColumnChange::SetNotNull { backfill: Some(_) } | ColumnChange::SetType { .. })
        };
        if let Self::AddColumn { column, .. } = self {
            return Some(&column.name);
        }
        let Self::AlterColumn { column, changes } = self else { return None };
        changes.iter().any(is_filling).then_some(column)
    }

    /// Lists the expressions that it makes values of.
    fn sources(&self) -> Vec<&Expression> {
        if let Self::AddColumn { backfill, .. } = self {
            return backfill.iter().collect();
        }
        let Self::AlterColumn { changes, .. } = self else { return Vec::new() };
        changes.iter().filter_map(value_source).collect()
    }

    /// Tells whether it lets a column take NULL.
    pub(super) fn loosens(&self, column: &Ident) -> bool {
        matches!(self, Self::AlterColumn { column: altered, changes }
            if altered == column && changes.contains(&ColumnChange::SetNullable))
    }

    /// Tells whether it makes a table STRICT, or ends that.
    pub(super) const fn is_strictness(&self) -> bool {
        matches!(self, Self::SetOption { option: TableOption::Strict, .. })
    }
}

/// Returns what a change makes a column's values of.
fn value_source(change: &ColumnChange) -> Option<&Expression> {
    if let ColumnChange::SetNotNull { backfill: source } | ColumnChange::SetType { ty: _, using: source } =
        change
    {
        source.as_ref()
    } else {
        None
    }
}

/// Returns the expression of a change of a column.
fn change_expression(change: &ColumnChange) -> Option<&Expression> {
    if let ColumnChange::SetDefault(default) = change {
        default.as_ref().and_then(default_expression)
    } else {
        value_source(change)
    }
}

fn default_expression(default: &ServerDefault) -> Option<&Expression> {
    if let ServerDefault::Computed { expression, stored: _ } | ServerDefault::Expression(expression) = default
    {
        Some(expression)
    } else {
        None
    }
}

/// Lists the columns and the condition by which a constraint is meant.
fn reference_parts(constraint: &ConstraintRef) -> (Vec<&Ident>, Option<&Expression>) {
    match constraint {
        ConstraintRef::Check { expression } => (Vec::new(), Some(expression)),
        ConstraintRef::ForeignKey { columns, referred } => {
            let referred = referred.iter().flat_map(|Referred { table: _, columns }| columns);
            (columns.iter().chain(referred).collect(), None)
        }
        ConstraintRef::Named(_) | ConstraintRef::PrimaryKey => (Vec::new(), None),
        ConstraintRef::Unique { columns } => (columns.iter().collect(), None),
    }
}

/// Lists the columns that a foreign key refers to; they may be of its own table.
fn referred_columns(constraint: &Constraint) -> &[Ident] {
    if let Constraint::ForeignKey(key) = constraint { &key.referred_columns } else { &[] }
}
