//! Changes of one table: native where ALTER TABLE is enough, else one rebuild for all of them, with a shortcut where
//! the rows may stay as they are (`in_place.rs`).
//!
//! Native are RENAME COLUMN (3.25), ADD COLUMN and DROP COLUMN (3.35) within their limits
//! (sqlite.org/lang_altertable.html, sections 4 to 6), and CREATE and DROP INDEX. Each operation edits the table's
//! text; whether the edits are run as statements or as a rebuild is decided when all of them are known.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    operation::{ColumnChange, Operation},
    schema::{Column, Constraint, Expression, ForeignKey, Ident, Object, TableName},
};

use super::{
    super::{
        super::{Before, Hazard, HazardKind, Plan, PlanError, Shortcut, Statement, sqlite::sql::quoted},
        HERE,
        ddl::{CreateTable, is_column, rename_in_text},
        define,
        memory::{apply, settle, unreadable},
        names, rename,
        token::{is_among, same_name},
    },
    in_place::{Edit, Way},
    offenders,
    rebuild::rebuild,
    step::{TableEdit, TableStep},
    table::children,
    unsupported,
};

/// Plans a run of changes of one table.
pub(super) fn group(before: &mut Before, steps: &[TableStep], plan: &mut Plan) -> Result<(), PlanError> {
    for Batch { renames, changes } in batches(steps) {
        for rename in renames {
            rename_column(before, &rename, plan)?;
        }
        if !changes.is_empty() {
            change(before, changes, plan)?;
        }
    }
    Ok(())
}

/// Renames, then what is done under the new names.
#[derive(Default)]
struct Batch {
    renames: Vec<ColumnRename>,
    changes: Vec<TableStep>,
}

/// A new name of a column.
struct ColumnRename {
    operation: Operation,
    table: TableName,
    from: Ident,
    to: Ident,
}

/// Puts renames before the changes around them, so that one rebuild is enough for all the changes.
///
/// Only ALTER TABLE renames in triggers, views and other tables. Where a name is used before it is given away, in
/// a swap for example, the order of the script is kept and a new batch begins. So it does where values are made of a column
/// that the batch changes: a copy reads the rows as they were.
fn batches(steps: &[TableStep]) -> Vec<Batch> {
    let (mut batches, mut batch) = (Vec::new(), Batch::default());
    for step in steps {
        let (rename, change) = without_rename(step);
        if batch.is_used_by(rename.as_ref(), change.as_ref()) {
            batches.push(std::mem::take(&mut batch));
        }
        batch.renames.extend(rename);
        batch.changes.extend(change);
    }
    batches.push(batch);
    batches
}

impl Batch {
    /// Tells whether its changes use a name that is given or given away, or make the values that a change is made of.
    fn is_used_by(&self, rename: Option<&ColumnRename>, change: Option<&TableStep>) -> bool {
        self.changes.iter().any(|earlier| {
            rename.is_some_and(|rename| earlier.edit.uses(&rename.from) || earlier.edit.uses(&rename.to))
                || change.is_some_and(|change| change.edit.is_made_of(&earlier.edit))
        })
    }
}

/// Splits `alter_column(…).rename(…)` into the rename and the changes under the new name.
fn without_rename(step: &TableStep) -> (Option<ColumnRename>, Option<TableStep>) {
    let unsplit = || (None, Some(step.clone()));
    let TableStep { operation: _, table, edit: TableEdit::AlterColumn { column, changes } } = step else {
        return unsplit();
    };
    let to = changes.iter().rev().find_map(ColumnChange::new_name).filter(|to| *to != column);
    let Some(to) = to.cloned() else { return unsplit() };
    let under_new_name = |sql: &Option<Expression>| {
        let rename = |sql: &String| {
            rename_in_text(sql, &to, |sql, tokens, position| is_column(sql, tokens, position, column))
        };
        sql.as_ref().map(|sql| Expression::same(rename(sql.on(HERE))))
    };
    let others: Vec<ColumnChange> = changes
        .iter()
        .filter(|change| change.new_name().is_none())
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
    let others = (!others.is_empty()).then(|| TableStep::alter_column(table.clone(), to.clone(), others));
    (Some(ColumnRename::new(table, column, to)), others)
}

impl ColumnRename {
    fn new(table: &TableName, from: &Ident, to: Ident) -> Self {
        let changes = vec![ColumnChange::Rename { to: to.clone() }];
        let (table, from) = (table.clone(), from.clone());
        Self { operation: Operation::alter_column(table.clone(), from.clone(), changes), table, from, to }
    }
}

fn rename_column(before: &mut Before, rename: &ColumnRename, plan: &mut Plan) -> Result<(), PlanError> {
    let ColumnRename { operation, table, from, to } = rename;
    let others = before.schema.table(table).into_iter().flat_map(|table| &table.columns);
    let others = others.map(|other| &other.name).filter(|other| *other != from);
    names::refuse_second(others, to).map_err(unsupported(operation))?;
    let schema = before.schema.clone();
    apply(before, operation)?;
    let name = define::table_name(table).map_err(unsupported(operation))?;
    plan.statements.extend(rename::probes(&before.originals, &table.name, true));
    rename::column(&mut before.originals, &schema, table, from, to)?;
    let rename = format!("ALTER TABLE {name} RENAME COLUMN {} TO {}", quoted(from), quoted(to));
    plan.statements.extend(rename::statements(&before.originals, Statement::new(rename)));
    let mut changed = children(&before.schema, table);
    changed.push(table.clone());
    changed.iter().try_for_each(|table| settle(before, table))
}

/// The changes of one table, as far as they are edited in.
pub(super) struct Work<'b> {
    pub(super) before: &'b mut Before,
    pub(super) table: TableName,
    /// The name as SQL.
    pub(super) name: String,
    /// The text before all changes.
    pub(super) from: CreateTable,
    pub(super) text: CreateTable,
    /// What DROP COLUMN takes away at the end of the text.
    pub(super) space: String,
    /// What the copy puts into a column that is not copied as it is.
    pub(super) fills: BTreeMap<Ident, String>,
    /// The columns that were not there before.
    pub(super) added: BTreeSet<Ident>,
    pub(super) hazards: Vec<Hazard>,
    /// How the table comes to its new text.
    pub(super) way: Way,
    /// The statements, where no rows are copied.
    pub(super) statements: Vec<Statement>,
    /// What was edited in and is in no statement yet.
    pub(super) edit: Option<Edit>,
    /// The text before the present operation.
    pub(super) was: CreateTable,
}

fn change(before: &mut Before, mut steps: Vec<TableStep>, plan: &mut Plan) -> Result<(), PlanError> {
    // Types are spelled for the table as it shall be, whatever the order of the script.
    steps.sort_by_key(|step| !step.edit.is_strictness());
    let Some(TableStep { operation: first, table, edit: _ }) = steps.first() else { return Ok(()) };
    let Some(sql) = before.originals.tables.get(table) else {
        return steps.iter().try_for_each(|step| apply(before, &step.operation));
    };
    let text = CreateTable::read(sql).map_err(unreadable(table))?;
    let name = define::table_name(table).map_err(unsupported(first))?;
    let mut work = Work {
        before,
        table: table.clone(),
        name,
        from: text.clone(),
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
    for (position, step) in steps.iter().enumerate() {
        if !taken.contains(&position) {
            let rest = &steps[position + 1..];
            let foreign_key = inline_foreign_key(step, rest);
            taken.extend(foreign_key.map(|(at, _)| position + 1 + at));
            work.was = work.text.clone();
            work.edit(step, foreign_key.map(|(_, key)| key), rest)?;
        }
    }
    let text = work.text.clone();
    work.write_edit(&text);
    let mut statements = std::mem::take(&mut work.statements);
    if let Some(first) = statements.first_mut() {
        first.hazards.splice(0..0, work.hazards.iter().cloned());
    }
    let to = match work.way {
        Way::Native => {
            plan.statements.extend(statements);
            text
        }
        Way::Edited => {
            let start = plan.statements.len();
            let to = rebuild(work, plan)?;
            plan.shortcuts.push(Shortcut { instead_of: start..plan.statements.len(), statements });
            to
        }
        Way::Copied => {
            work.text.put_space_at_its_end(&work.space);
            rebuild(work, plan)?
        }
    };
    before.originals.tables.insert(table.clone(), to.to_string());
    settle(before, table)
}

/// Finds the foreign key of one column that is created right with it: it can stand at the column, natively. `rest` comes
/// after the column.
fn inline_foreign_key<'s>(step: &TableStep, rest: &'s [TableStep]) -> Option<(usize, &'s ForeignKey)> {
    let TableEdit::AddColumn { column: Column { name, default: None, .. }, backfill: _ } = &step.edit else {
        return None;
    };
    let (at, key) = rest.iter().enumerate().find_map(|(at, next)| {
        let TableEdit::CreateConstraint(Constraint::ForeignKey(key)) = &next.edit else { return None };
        (key.columns.as_slice() == [name.clone()]).then_some((at, key))
    })?;
    // A column of the table itself may be one that comes after it.
    let is_later = rest[..at].iter().any(|between| {
        matches!(&between.edit, TableEdit::AddColumn { column, .. } if is_among(&column.name, &key.referred_columns))
    });
    let refers_to_itself = same_name(&key.referred_table.name, &step.table.name);
    (!(refers_to_itself && is_later)).then_some((at, key))
}

impl Work<'_> {
    /// Edits a step in. `rest` comes after it.
    fn edit(
        &mut self,
        step: &TableStep,
        foreign_key: Option<&ForeignKey>,
        rest: &[TableStep],
    ) -> Result<(), PlanError> {
        let TableStep { operation, table, edit } = step;
        match edit {
            TableEdit::AddColumn { column, backfill } => {
                let others = self.text.columns().map(|other| &other.name);
                names::refuse_second(others, &column.name).map_err(unsupported(operation))?;
                apply(self.before, operation)?;
                if let Some(key) = foreign_key {
                    let key = Object::constraint(table.clone(), key.clone());
                    apply(self.before, &Operation::create(key))?;
                }
                self.add_column(column, backfill.as_ref(), foreign_key, rest, operation)
            }
            TableEdit::AlterColumn { column, changes } => {
                apply(self.before, operation)?;
                self.alter_column(column, changes, rest, operation)
            }
            TableEdit::AlterConstraint { constraint, change } => {
                self.alter_constraint(table, constraint, change, operation)
            }
            // SQLite stores no comments.
            TableEdit::CommentConstraint(constraint) => self.comment_constraint(table, constraint, operation),
            TableEdit::CommentIndex | TableEdit::CommentTable => apply(self.before, operation),
            TableEdit::CreateConstraint(constraint) => self.create_constraint(constraint, operation, rest),
            TableEdit::CreateIndex(index) => self.create_index(table, index, operation),
            TableEdit::DropColumn { column, consent } => {
                self.drop_column(column, consent.is_given, operation)
            }
            TableEdit::DropConstraint(constraint) => self.drop_constraint(table, constraint, operation),
            TableEdit::DropIndex(name) => {
                apply(self.before, operation)?;
                self.drop_index(name);
                Ok(())
            }
            TableEdit::RenameConstraint { constraint, to } => {
                self.rename_constraint(table, constraint, to, operation)
            }
            TableEdit::RenameIndex { name, to } => self.rename_index(table, name, to, operation),
            TableEdit::SetOption { option, is_set } => {
                apply(self.before, operation)?;
                self.set_option(*option, *is_set, operation)
            }
        }
    }

    pub(super) fn push(&mut self, statement: Statement) {
        self.statements.push(statement);
    }

    pub(super) fn hazard(&mut self, kind: HazardKind, column: &Ident, probe: String) {
        // A column that this very change adds holds nothing yet.
        if kind == HazardKind::LosesData && self.added.contains(column) {
            return;
        }
        let is_shown = kind == HazardKind::NullInNotNull && !self.added.contains(column);
        let offenders = is_shown.then(|| self.offenders(&format!("{} IS NULL", quoted(column)), "NULL"));
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
    pub(super) fn offenders(&self, condition: &str, value: &str) -> String {
        offenders(self.before.schema.table(&self.table), &self.name, condition, value)
    }
}
