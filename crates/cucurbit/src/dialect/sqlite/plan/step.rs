//! What an operation is to the plan: a change of one table, which is planned together with its neighbours, or a step of
//! its own.
//!
//! This is decided here, once for every verb and kind. What follows handles all of what it is given: [`TableEdit`] in
//! `alter`, [`Alone`] in `mod`.

use crate::{
    operation::{
        BulkInsert, Change, ColumnChange, Consent, ConstraintChange, Execute, Operation, TableChange,
        change_stored_by_some,
    },
    schema::{
        Column, Constraint, ConstraintRef, Expression, Ident, Index, Kind, Object, ObjectId, Referred,
        ServerDefault, Table, TableName, TableOption, stored_by_some,
    },
};

use super::super::{
    HERE,
    capabilities::CAPABILITIES,
    token::{mentions, same_name},
};

/// How an operation is planned.
pub(super) enum Step<'o> {
    /// Together with its neighbours on the same table.
    OfOneTable(Box<TableStep>),
    /// By itself.
    Alone(Alone<'o>),
}

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

/// What is planned by itself.
pub(super) enum Alone<'o> {
    BulkInsert(&'o BulkInsert),
    CreateTable(&'o Table),
    DropTable {
        table: &'o TableName,
        consent: Consent,
    },
    Execute(&'o Execute),
    Irreversible {
        reason: &'o str,
    },
    /// Of an object that SQLite does not keep and that is only known.
    Known,
    /// What is left of a block for another database.
    On(&'o [Operation]),
    /// Of an object of a kind that a SQLite file cannot have.
    Refused(Kind),
    RenameTable {
        table: &'o TableName,
        to: &'o Ident,
    },
    Run,
}

impl<'o> Step<'o> {
    /// Sorts an operation.
    pub(super) fn of(operation: &'o Operation) -> Self {
        match operation {
            Operation::Alter(change) => Self::alter(operation, change),
            Operation::BulkInsert(insert) => Self::Alone(Alone::BulkInsert(insert)),
            Operation::Comment { id, text } => Self::comment(operation, id, text.as_ref()),
            Operation::Create { object, backfill, concurrency: _ } => {
                Self::create(operation, object, backfill.as_ref())
            }
            Operation::Drop { id, consent, concurrency: _ } => Self::drop(operation, id, *consent),
            Operation::Execute(execute) => Self::Alone(Alone::Execute(execute)),
            Operation::Irreversible { reason } => Self::Alone(Alone::Irreversible { reason }),
            Operation::On { dialect: _, operations } => Self::Alone(Alone::On(operations)),
            Operation::Rename { id, to } => Self::rename(operation, id, to),
            Operation::Run { .. } => Self::Alone(Alone::Run),
        }
    }

    fn alter(operation: &Operation, change: &'o Change) -> Self {
        match change {
            Change::Column { table, column, changes } => {
                let (column, changes) = (column.clone(), changes.clone());
                Self::of_table(operation, table, TableEdit::AlterColumn { column, changes })
            }
            Change::Constraint { table, constraint, change } => {
                let (constraint, change) = (constraint.clone(), change.clone());
                Self::of_table(operation, table, TableEdit::AlterConstraint { constraint, change })
            }
            change_stored_by_some!() => Self::not_stored(change.kind()),
            Change::Table { table, change: TableChange::SetOption { option, is_set } } => {
                let (option, is_set) = (*option, *is_set);
                Self::of_table(operation, table, TableEdit::SetOption { option, is_set })
            }
        }
    }

    fn comment(operation: &Operation, id: &'o ObjectId, text: Option<&String>) -> Self {
        match id {
            ObjectId::Column { table, name } => {
                Self::column(table, name, ColumnChange::SetComment(text.cloned()))
            }
            ObjectId::Constraint { table, constraint } => {
                Self::of_table(operation, table, TableEdit::CommentConstraint(constraint.clone()))
            }
            ObjectId::Index { table, name: _ } => Self::of_table(operation, table, TableEdit::CommentIndex),
            stored_by_some!(ObjectId) => Self::not_stored(id.kind()),
            ObjectId::Table(table) => Self::of_table(operation, table, TableEdit::CommentTable),
        }
    }

    fn create(operation: &Operation, object: &'o Object, backfill: Option<&Expression>) -> Self {
        match object {
            Object::Column { table, column } => {
                let (column, backfill) = (column.clone(), backfill.cloned());
                Self::of_table(operation, table, TableEdit::AddColumn { column, backfill })
            }
            Object::Constraint { table, constraint } => {
                Self::of_table(operation, table, TableEdit::CreateConstraint(constraint.clone()))
            }
            Object::Index { table, index } => {
                Self::of_table(operation, table, TableEdit::CreateIndex(index.clone()))
            }
            stored_by_some!(Object) => Self::not_stored(object.kind()),
            Object::Table(table) => Self::Alone(Alone::CreateTable(table)),
        }
    }

    fn drop(operation: &Operation, id: &'o ObjectId, consent: Consent) -> Self {
        match id {
            ObjectId::Column { table, name } => {
                Self::of_table(operation, table, TableEdit::DropColumn { column: name.clone(), consent })
            }
            ObjectId::Constraint { table, constraint } => {
                Self::of_table(operation, table, TableEdit::DropConstraint(constraint.clone()))
            }
            ObjectId::Index { table, name } => {
                Self::of_table(operation, table, TableEdit::DropIndex(name.clone()))
            }
            stored_by_some!(ObjectId) => Self::not_stored(id.kind()),
            ObjectId::Table(table) => Self::Alone(Alone::DropTable { table, consent }),
        }
    }

    fn rename(operation: &Operation, id: &'o ObjectId, to: &'o Ident) -> Self {
        match id {
            ObjectId::Column { table, name } => {
                Self::column(table, name, ColumnChange::Rename { to: to.clone() })
            }
            ObjectId::Constraint { table, constraint } => {
                let (constraint, to) = (constraint.clone(), to.clone());
                Self::of_table(operation, table, TableEdit::RenameConstraint { constraint, to })
            }
            ObjectId::Index { table, name } => {
                let (name, to) = (name.clone(), to.clone());
                Self::of_table(operation, table, TableEdit::RenameIndex { name, to })
            }
            stored_by_some!(ObjectId) => Self::not_stored(id.kind()),
            ObjectId::Table(table) => Self::Alone(Alone::RenameTable { table, to }),
        }
    }

    /// Sorts what is done to an object of a kind that SQLite does not store.
    fn not_stored(kind: Kind) -> Self {
        Self::Alone(if CAPABILITIES.only_knows(kind) { Alone::Known } else { Alone::Refused(kind) })
    }

    fn of_table(operation: &Operation, table: &TableName, edit: TableEdit) -> Self {
        Self::OfOneTable(Box::new(TableStep { operation: operation.clone(), table: table.clone(), edit }))
    }

    fn column(table: &TableName, column: &Ident, change: ColumnChange) -> Self {
        let step = TableStep::alter_column(table.clone(), column.clone(), vec![change]);
        Self::OfOneTable(Box::new(step))
    }
}

impl TableStep {
    /// Changes a column.
    pub(super) fn alter_column(table: TableName, column: Ident, changes: Vec<ColumnChange>) -> Self {
        let operation = Operation::alter_column(table.clone(), column.clone(), changes.clone());
        Self { operation, table, edit: TableEdit::AlterColumn { column, changes } }
    }
}

impl TableEdit {
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
