//! Changes of one table: native where ALTER TABLE is enough, else one rebuild for all of them, with a shortcut where
//! the rows may stay as they are (`in_place.rs`).
//!
//! Native are RENAME COLUMN (3.25), ADD COLUMN and DROP COLUMN (3.35) within their limits
//! (sqlite.org/lang_altertable.html, sections 4 to 6), and CREATE and DROP INDEX. Each operation edits the table's
//! text; whether the edits are run as statements or as a rebuild is decided when all of them are known.

mod column;
mod constraint;
mod in_place;
mod option;
mod retype;
mod usage;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    operation::{ColumnChange, Operation},
    schema::{Column, Expression, ForeignKey, Ident, PrimaryKey, TableName, TableOption, Type},
};

use self::in_place::{Edit, Way};
use super::{
    super::{Before, Hazard, HazardKind, Plan, PlanError, Shortcut, Statement, sql::quoted},
    HERE,
    ddl::{CreateTable, Unreadable, is_column, rename_in_text},
    definition, effect, letters,
    rebuild::{self, Rebuild},
    rename,
    render::{apply, children, column_probe, offenders, refuse_second_index, settle, unsupported},
    token::{mentions, same_name},
};

/// Tells whether an operation changes one table that is there and stays there.
pub(super) fn is_of_one_table(operation: &Operation) -> bool {
    match operation {
        Operation::AddColumn { .. }
        | Operation::AlterColumn { .. }
        | Operation::AlterConstraint { .. }
        | Operation::CreateCheck { .. }
        | Operation::CreateExclusion { .. }
        | Operation::CreateForeignKey { .. }
        | Operation::CreateIndex { .. }
        | Operation::CreatePrimaryKey { .. }
        | Operation::CreateUnique { .. }
        | Operation::DropColumn { .. }
        | Operation::DropConstraint { .. }
        | Operation::DropIndex { .. }
        | Operation::RenameIndex { .. }
        | Operation::SetIndexComment { .. }
        | Operation::SetTableComment { .. }
        | Operation::SetTableOption { .. } => true,
        Operation::AlterEnum { .. }
        | Operation::AlterSequence { .. }
        | Operation::BulkInsert(_)
        | Operation::CreateEnum(_)
        | Operation::CreateSchema { .. }
        | Operation::CreateSequence(_)
        | Operation::CreateTable(_)
        | Operation::DropEnum { .. }
        | Operation::DropSchema { .. }
        | Operation::DropSequence { .. }
        | Operation::DropTable { .. }
        | Operation::Execute(_)
        | Operation::Irreversible { .. }
        | Operation::Run { .. }
        | Operation::On { .. }
        | Operation::RenameTable { .. } => false,
    }
}

/// Plans a run of operations on one table.
pub(super) fn group(before: &mut Before, operations: &[Operation], plan: &mut Plan) -> Result<(), PlanError> {
    for Batch { renames, changes } in batches(operations) {
        for rename in renames {
            rename_column(before, &rename, plan)?;
        }
        if !changes.is_empty() {
            change(before, &changes, plan)?;
        }
    }
    Ok(())
}

/// Renames, then what is done under the new names.
#[derive(Default)]
struct Batch {
    renames: Vec<Operation>,
    changes: Vec<Operation>,
}

/// Puts renames before the changes around them, so that one rebuild is enough for all the changes.
///
/// Only ALTER TABLE renames in triggers, views and other tables. Where a name is used before it is given away, in
/// a swap for example, the order of the script is kept and a new batch begins. So it does where values are made of a column
/// that the batch changes: a copy reads the rows as they were.
fn batches(operations: &[Operation]) -> Vec<Batch> {
    let mut batches = vec![Batch::default()];
    for operation in operations {
        let (rename, change) = without_rename(operation);
        let Some(batch) = batches.last_mut() else { continue };
        match rename {
            Some((rename, from, to)) => {
                let is_used = batch.changes.iter().any(|earlier| {
                    uses(earlier, &from)
                        || uses(earlier, &to)
                        || change.as_ref().is_some_and(|change| is_made_of(change, earlier))
                });
                let mut next = Batch { renames: vec![rename], changes: change.into_iter().collect() };
                if is_used {
                    batches.push(next);
                } else {
                    batch.renames.append(&mut next.renames);
                    batch.changes.append(&mut next.changes);
                }
            }
            None => match change {
                Some(change) if batch.changes.iter().any(|earlier| is_made_of(&change, earlier)) => {
                    batches.push(Batch { renames: Vec::new(), changes: vec![change] });
                }
                change => batch.changes.extend(change),
            },
        }
    }
    batches
}

/// Tells whether an operation makes values of those that an earlier one makes.
fn is_made_of(operation: &Operation, earlier: &Operation) -> bool {
    filled(earlier).is_some_and(|column| {
        sources(operation).into_iter().any(|expression| mentions(expression.on(HERE), column))
    })
}

/// Returns the column whose values an operation makes.
fn filled(operation: &Operation) -> Option<&Ident> {
    let is_filling = |change: &ColumnChange| {
        matches!(change, ColumnChange::SetNotNull { backfill: Some(_) } | ColumnChange::SetType { .. })
    };
    if let Operation::AddColumn { column, .. } = operation {
        return Some(&column.name);
    }
    let Operation::AlterColumn { column, changes, .. } = operation else { return None };
    changes.iter().any(is_filling).then_some(column)
}

/// Lists the expressions that an operation makes values of.
fn sources(operation: &Operation) -> Vec<&Expression> {
    if let Operation::AddColumn { backfill, .. } = operation {
        return backfill.iter().collect();
    }
    let Operation::AlterColumn { changes, .. } = operation else { return Vec::new() };
    let sources = changes.iter().filter_map(|change| {
        if let ColumnChange::SetNotNull { backfill: source }
        | ColumnChange::SetType { ty: _, using: source } = change
        {
            source.as_ref()
        } else {
            None
        }
    });
    sources.collect()
}

/// Tells whether an operation speaks of a name at all, in a list or an expression.
fn uses(operation: &Operation, name: &Ident) -> bool {
    fn is_in(value: &serde_json::Value, name: &Ident) -> bool {
        match value {
            serde_json::Value::String(text) => {
                text.eq_ignore_ascii_case(name.as_str()) || mentions(text, name)
            }
            serde_json::Value::Array(values) => values.iter().any(|value| is_in(value, name)),
            serde_json::Value::Object(values) => values.values().any(|value| is_in(value, name)),
            serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => false,
        }
    }
    // What cannot be written down is said to use every name: the order of the script is then kept.
    serde_json::to_value(operation).map_or(true, |value| is_in(&value, name))
}

/// Splits `alter_column(…).rename(…)` into the rename and the changes under the new name.
fn without_rename(operation: &Operation) -> (Option<(Operation, Ident, Ident)>, Option<Operation>) {
    let Operation::AlterColumn { table, column, changes } = operation else {
        return (None, Some(operation.clone()));
    };
    let renamed = changes
        .iter()
        .rev()
        .filter_map(|change| if let ColumnChange::Rename { to } = change { Some(to.clone()) } else { None });
    let Some(to) = renamed.into_iter().next().filter(|to| to != column) else {
        return (None, Some(operation.clone()));
    };
    let under_new_name = |sql: &Option<Expression>| {
        let rename = |sql: &String| {
            rename_in_text(sql, &to, |sql, tokens, position| is_column(sql, tokens, position, column))
        };
        sql.as_ref().map(|sql| Expression::same(rename(sql.on(HERE))))
    };
    let others: Vec<ColumnChange> = changes
        .iter()
        .filter(|change| !matches!(change, ColumnChange::Rename { .. }))
        .map(|change| {
            if let ColumnChange::SetNotNull { backfill } = change {
                ColumnChange::SetNotNull { backfill: under_new_name(backfill) }
            } else if let ColumnChange::SetType { ty, using } = change {
                ColumnChange::SetType { ty: ty.clone(), using: under_new_name(using) }
            } else {
                change.clone()
            }
        })
        .collect();
    let alter = |column: &Ident, changes| Operation::AlterColumn {
        table: table.clone(),
        column: column.clone(),
        changes,
    };
    let rename = alter(column, vec![ColumnChange::Rename { to: to.clone() }]);
    let others = (!others.is_empty()).then(|| alter(&to, others));
    (Some((rename, column.clone(), to)), others)
}

fn rename_column(before: &mut Before, operation: &Operation, plan: &mut Plan) -> Result<(), PlanError> {
    let Operation::AlterColumn { table, column, changes } = operation else { return Ok(()) };
    let [ColumnChange::Rename { to }] = changes.as_slice() else { return Ok(()) };
    let others = before.schema.table(table).into_iter().flat_map(|table| &table.columns);
    let others = others.map(|other| &other.name).filter(|other| *other != column);
    letters::refuse_second(others, to).map_err(unsupported(operation))?;
    let schema = before.schema.clone();
    apply(before, operation)?;
    let name = definition::table_name(table).map_err(unsupported(operation))?;
    plan.statements.extend(rename::probes(&before.originals, &table.name, true));
    rename::column(&mut before.originals, &schema, table, column, to)
        .map_err(|(object, error)| PlanError::Original { object, reason: error.to_string() })?;
    let rename = format!("ALTER TABLE {name} RENAME COLUMN {} TO {}", quoted(column), quoted(to));
    plan.statements.extend(rename::statements(&before.originals, Statement::new(rename)));
    let mut changed = children(&before.schema, table);
    changed.push(table.clone());
    changed.iter().try_for_each(|table| settle(before, table))
}

/// The changes of one table, as far as they are edited in.
struct Work<'b> {
    before: &'b mut Before,
    table: TableName,
    /// The name as SQL.
    name: String,
    text: CreateTable,
    /// What DROP COLUMN takes away at the end of the text.
    space: String,
    /// What the copy puts into a column that is not copied as it is.
    fills: BTreeMap<Ident, String>,
    /// The columns that were not there before.
    added: BTreeSet<Ident>,
    hazards: Vec<Hazard>,
    /// How the table comes to its new text.
    way: Way,
    /// The statements, where no rows are copied.
    statements: Vec<Statement>,
    /// What was edited in and is in no statement yet.
    edit: Option<Edit>,
    /// The text before the present operation.
    was: CreateTable,
}

fn change(before: &mut Before, operations: &[Operation], plan: &mut Plan) -> Result<(), PlanError> {
    let mut operations = operations.to_vec();
    // Types are spelled for the table as it shall be, whatever the order of the script.
    operations.sort_by_key(|operation| !is_strictness(operation));
    let operations = operations.as_slice();
    let Some(table) = operations.first().and_then(Operation::table).cloned() else { return Ok(()) };
    let Some(sql) = before.originals.tables.get(&table) else {
        return operations.iter().try_for_each(|operation| apply(before, operation));
    };
    let text = read(&table, sql)?;
    let name = operations
        .first()
        .map(|first| definition::table_name(&table).map_err(unsupported(first)))
        .transpose()?
        .unwrap_or_default();
    let from = text.clone();
    let mut work = Work {
        before,
        table: table.clone(),
        name,
        was: text.clone(),
        text,
        space: String::new(),
        fills: BTreeMap::new(),
        added: BTreeSet::new(),
        hazards: Vec::new(),
        way: Way::Native,
        statements: Vec::new(),
        edit: None,
    };
    let mut taken = BTreeSet::new();
    for (position, operation) in operations.iter().enumerate() {
        if !taken.contains(&position) {
            let foreign_key = inline_foreign_key(operations, position);
            taken.extend(foreign_key.map(|(at, _)| at));
            work.was = work.text.clone();
            work.edit(operation, foreign_key.map(|(_, key)| key), &operations[position..])?;
        }
    }
    let text = work.text.clone();
    work.write_edit(&text);
    let Work {
        before: _, table: _, name: _, mut text, space, fills, added, hazards, way, statements, ..
    } = work;
    let with_hazards = |mut statements: Vec<Statement>| {
        if let Some(first) = statements.first_mut() {
            first.hazards.splice(0..0, hazards.iter().cloned());
        }
        statements
    };
    let start = plan.statements.len();
    let to = match way {
        Way::Native => {
            plan.statements.extend(with_hazards(statements));
            text
        }
        Way::Edited | Way::Copied => {
            if way == Way::Copied {
                text.put_space_at_its_end(&space);
            }
            let shortcut = (way == Way::Edited).then(|| with_hazards(statements));
            let rebuild = Rebuild { table: &table, from, to: text, fills, added, hazards };
            let to = rebuild::rebuild(before, rebuild, plan)?;
            if let Some(statements) = shortcut {
                plan.shortcuts.push(Shortcut { instead_of: start..plan.statements.len(), statements });
            }
            to
        }
    };
    before.originals.tables.insert(table.clone(), to.to_string());
    settle(before, &table)
}

fn is_strictness(operation: &Operation) -> bool {
    matches!(operation, Operation::SetTableOption { option: TableOption::Strict, .. })
}

fn read(table: &TableName, sql: &str) -> Result<CreateTable, PlanError> {
    CreateTable::read(sql)
        .map_err(|error| PlanError::Original { object: table.to_string(), reason: error.to_string() })
}

/// Finds the foreign key of one column that is created right with it: it can stand at the column, natively.
fn inline_foreign_key(operations: &[Operation], position: usize) -> Option<(usize, &ForeignKey)> {
    let Operation::AddColumn { table, column: Column { name, default: None, .. }, .. } =
        &operations[position]
    else {
        return None;
    };
    let (at, foreign_key) =
        operations.iter().enumerate().skip(position + 1).find_map(|(at, operation)| {
            let Operation::CreateForeignKey { foreign_key, .. } = operation else { return None };
            (foreign_key.columns.as_slice() == [name.clone()]).then_some((at, foreign_key))
        })?;
    // A column of the table itself may be one that comes after it.
    let refers_to_itself = same_name(&foreign_key.referred_table.name, &table.name);
    let is_later = operations[position..at].iter().any(|between| {
        matches!(between, Operation::AddColumn { column, .. } if foreign_key.referred_columns.iter().any(|one| same_name(one, &column.name)))
    });
    (!(refers_to_itself && is_later)).then_some((at, foreign_key))
}

/// Tells whether an operation lets a column take NULL.
fn loosens(operation: &Operation, column: &Ident) -> bool {
    matches!(operation, Operation::AlterColumn { column: altered, changes, .. }
        if altered == column && changes.contains(&ColumnChange::SetNullable))
}

impl Work<'_> {
    /// Writes INTEGER for an integer that becomes the only key, as in a table that is created with it: `INT` would not be
    /// the rowid.
    fn spell_rowid(&mut self, key: &PrimaryKey) {
        let [name] = key.columns.as_slice() else { return };
        let column = self.before.schema.table(&self.table).and_then(|table| table.column(name));
        let is_integer = column.is_some_and(|column| *column.ty.on(HERE) == Type::Integer);
        if is_integer && !self.text.options().is_without_rowid {
            self.text.set_type(name, "INTEGER");
        }
    }

    fn edit(
        &mut self,
        operation: &Operation,
        foreign_key: Option<&ForeignKey>,
        rest: &[Operation],
    ) -> Result<(), PlanError> {
        let failed = |error: Unreadable| unsupported(operation)(error.to_string());
        match operation {
            Operation::AddColumn { table, column, backfill } => {
                let others = self.text.columns().map(|other| &other.name);
                letters::refuse_second(others, &column.name).map_err(unsupported(operation))?;
                apply(self.before, operation)?;
                if let Some(key) = foreign_key {
                    let foreign_key = key.clone();
                    apply(self.before, &Operation::CreateForeignKey { table: table.clone(), foreign_key })?;
                }
                self.add_column(column, backfill.as_ref(), foreign_key, rest, operation)
            }
            Operation::AlterColumn { table: _, column, changes } => {
                apply(self.before, operation)?;
                let is_loosened = rest.iter().skip(1).any(|next| loosens(next, column));
                // What fills it, and what is asked of it, is of the new type.
                let (types, others): (Vec<_>, Vec<_>) =
                    changes.iter().partition(|change| matches!(change, ColumnChange::SetType { .. }));
                let mut changes = types.into_iter().chain(others);
                changes.try_for_each(|change| self.alter_column(column, change, is_loosened, operation))
            }
            Operation::AlterConstraint { table, constraint, change } => {
                self.alter_constraint(table, constraint, change, operation)
            }
            Operation::CreateCheck { table: _, check } => {
                apply(self.before, operation)?;
                let (table, name) = (self.table.clone(), self.name.clone());
                let owner = self.before.schema.table(&table).cloned();
                self.edit_text().looks_for_rows_that_break(check, owner.as_ref(), &table, &name);
                self.text.add_constraint(&definition::check(check)).map_err(failed)
            }
            Operation::CreateExclusion { .. } => {
                Err(unsupported(operation)(definition::NO_EXCLUSIONS.to_owned()))
            }
            Operation::CreateForeignKey { table: _, foreign_key } => {
                apply(self.before, operation)?;
                self.edit_text().looks_for_broken_references();
                let text = definition::foreign_key(foreign_key).map_err(unsupported(operation))?;
                self.text.add_constraint(&text).map_err(failed)
            }
            Operation::CreateIndex { table, index, concurrency: _ } => {
                refuse_second_index(self.before, &index.name).map_err(unsupported(operation))?;
                apply(self.before, operation)?;
                let sql = definition::create_index(table, index).map_err(unsupported(operation))?;
                self.before.originals.indexes.insert(index.name.clone(), (table.clone(), sql.clone()));
                self.push(effect::create_index(table, &index.name, sql));
                Ok(())
            }
            Operation::CreatePrimaryKey { table: _, primary_key } => {
                self.create_primary_key(primary_key, operation, rest)
            }
            Operation::CreateUnique { table: _, unique } => {
                apply(self.before, operation)?;
                self.copy_rows();
                let text = definition::unique(unique).map_err(unsupported(operation))?;
                self.text.add_constraint(&text).map_err(failed)
            }
            Operation::DropColumn { table: _, column, consent } => {
                self.drop_column(column, consent.is_given, operation)
            }
            Operation::DropConstraint { table, constraint } => {
                self.drop_constraint(table, constraint, operation)
            }
            Operation::DropIndex { table: _, name, concurrency: _ } => {
                apply(self.before, operation)?;
                self.drop_index(name);
                Ok(())
            }
            Operation::RenameIndex { table, name, to } => self.rename_index(table, name, to, operation),
            Operation::SetTableOption { table: _, option, is_set } => {
                apply(self.before, operation)?;
                self.set_option(*option, *is_set, operation)
            }
            // SQLite stores no comments.
            Operation::SetIndexComment { .. } | Operation::SetTableComment { .. } => {
                apply(self.before, operation)
            }
            Operation::AlterEnum { .. }
            | Operation::AlterSequence { .. }
            | Operation::BulkInsert(_)
            | Operation::CreateEnum(_)
            | Operation::CreateSchema { .. }
            | Operation::CreateSequence(_)
            | Operation::CreateTable(_)
            | Operation::DropEnum { .. }
            | Operation::DropSchema { .. }
            | Operation::DropSequence { .. }
            | Operation::DropTable { .. }
            | Operation::Execute(_)
            | Operation::Irreversible { .. }
            | Operation::Run { .. }
            | Operation::On { .. }
            | Operation::RenameTable { .. } => Ok(()),
        }
    }

    fn push(&mut self, statement: Statement) {
        self.statements.push(statement);
    }

    fn hazard(&mut self, kind: HazardKind, column: &Ident, probe: String) {
        // A column that this very change adds holds nothing yet.
        if kind == HazardKind::LosesData && self.added.contains(column) {
            return;
        }
        let offenders = match &kind {
            HazardKind::NullInNotNull if !self.added.contains(column) => {
                Some(self.offenders(&format!("{} IS NULL", quoted(column)), "NULL"))
            }
            HazardKind::BreaksCheck { .. }
            | HazardKind::CannotConvert { .. }
            | HazardKind::HoldsEnumValues { .. }
            | HazardKind::LosesData
            | HazardKind::NullInNotNull => None,
        };
        let hazard = Hazard {
            kind,
            table: self.table.clone(),
            column: Some(column.clone()),
            probe,
            offenders,
            waits: false,
        };
        self.hazards.push(hazard);
    }

    /// Writes the query that shows the rows for which a condition holds, each with a value.
    fn offenders(&self, condition: &str, value: &str) -> String {
        offenders(self.before.schema.table(&self.table), &self.name, condition, value)
    }

    fn create_primary_key(
        &mut self,
        key: &PrimaryKey,
        operation: &Operation,
        rest: &[Operation],
    ) -> Result<(), PlanError> {
        apply(self.before, operation)?;
        self.copy_rows();
        self.spell_rowid(key);
        for column in key.columns.iter().filter(|column| !rest.iter().any(|next| loosens(next, column))) {
            let is_nullable =
                self.text.columns().any(|other| same_name(&other.name, column) && !other.is_not_null());
            if is_nullable && !self.added.contains(column) {
                let probe = column_probe(&self.name, column, "IS NULL", "0");
                self.hazard(HazardKind::NullInNotNull, column, probe);
            }
            self.text.set_nullable(column, false);
        }
        let text = definition::primary_key(key).map_err(unsupported(operation))?;
        let added = self.text.add_constraint(&text);
        added.map_err(|error| unsupported(operation)(error.to_string()))
    }
}
