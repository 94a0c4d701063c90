//! Changes of one table: native where ALTER TABLE is enough, else one rebuild for all of them, with a shortcut where
//! the rows may stay as they are (`in_place.rs`).
//!
//! Native are RENAME COLUMN (3.25), ADD COLUMN and DROP COLUMN (3.35) within their limits
//! (sqlite.org/lang_altertable.html, sections 4 to 6), and CREATE and DROP INDEX. Each operation edits the table's
//! text; whether the edits are run as statements or as a rebuild is decided when all of them are known.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    operation::{Change, ColumnChange, Operation, TableChange, change_stored_by_some},
    schema::{
        Column, Constraint, Expression, ForeignKey, Ident, Object, ObjectId, TableName, stored_by_some,
    },
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
    column_probe,
    in_place::{Edit, Way},
    offenders,
    rebuild::rebuild,
    step,
    table::children,
    unsupported,
};

/// Plans a run of changes of one table.
pub(super) fn group(before: &mut Before, steps: &[Operation], plan: &mut Plan) -> Result<(), PlanError> {
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
    changes: Vec<Operation>,
}

/// A new name of a column.
struct ColumnRename {
    table: TableName,
    from: Ident,
    to: Ident,
}

/// Puts renames before the changes around them, so that one rebuild is enough for all the changes.
///
/// Only ALTER TABLE renames in triggers, views and other tables. Where a name is used before it is given away, in
/// a swap for example, the order of the script is kept and a new batch begins. So it does where values are made of a column
/// that the batch changes: a copy reads the rows as they were.
fn batches(steps: &[Operation]) -> Vec<Batch> {
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
    fn is_used_by(&self, rename: Option<&ColumnRename>, change: Option<&Operation>) -> bool {
        self.changes.iter().any(|earlier| {
            rename.is_some_and(|rename| step::uses(earlier, &rename.from) || step::uses(earlier, &rename.to))
                || change.is_some_and(|change| step::is_made_of(change, earlier))
        })
    }
}

/// Splits `alter_column(…).rename(…)` into the rename and the changes under the new name.
fn without_rename(step: &Operation) -> (Option<ColumnRename>, Option<Operation>) {
    let unsplit = || (None, Some(step.clone()));
    let Operation::Alter(Change::Column { table, column, changes }) = step else { return unsplit() };
    let to = changes.iter().rev().find_map(ColumnChange::new_name).filter(|to| *to != column);
    let Some(to) = to.cloned() else { return unsplit() };
    let under_new_name = |sql: &Option<Expression>| {
        let rename =
            |sql: &String| rename_in_text(sql, &to, |tokens, position| is_column(tokens, position, column));
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
    let others = (!others.is_empty()).then(|| Operation::alter_column(table.clone(), to.clone(), others));
    (Some(ColumnRename { table: table.clone(), from: column.clone(), to }), others)
}

fn rename_column(before: &mut Before, rename: &ColumnRename, plan: &mut Plan) -> Result<(), PlanError> {
    let ColumnRename { table, from, to } = rename;
    let change = ColumnChange::Rename { to: to.clone() };
    let operation = &Operation::alter_column(table.clone(), from.clone(), vec![change]);
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
    /// The present operation.
    pub(super) operation: &'b Operation,
    /// What comes after it.
    pub(super) rest: &'b [Operation],
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

fn change(before: &mut Before, mut steps: Vec<Operation>, plan: &mut Plan) -> Result<(), PlanError> {
    // Types are spelled for the table as it shall be, whatever the order of the script.
    steps.sort_by_key(|step| !step::is_strictness(step));
    let Some((first, table)) = steps.first().and_then(|first| Some((first, first.table()?))) else {
        return Ok(());
    };
    let Some(sql) = before.originals.tables.get(table) else {
        return steps.iter().try_for_each(|step| apply(before, step));
    };
    let text = CreateTable::read(sql).map_err(unreadable(table))?;
    let name = define::table_name(table).map_err(unsupported(first))?;
    let mut work = Work {
        before,
        operation: first,
        rest: &[],
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
            (work.operation, work.rest) = (step, &steps[position + 1..]);
            let foreign_key = inline_foreign_key(step, work.rest);
            taken.extend(foreign_key.map(|(at, _)| position + 1 + at));
            work.was = work.text.clone();
            work.edit(foreign_key.map(|(_, key)| key))?;
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
fn inline_foreign_key<'s>(step: &Operation, rest: &'s [Operation]) -> Option<(usize, &'s ForeignKey)> {
    let Some((table, Column { name, default: None, .. })) = new_column(step) else { return None };
    let (at, key) = rest.iter().enumerate().find_map(|(at, next)| {
        let Constraint::ForeignKey(key) = new_constraint(next)? else { return None };
        (key.columns.as_slice() == [name.clone()]).then_some((at, key))
    })?;
    // A column of the table itself may be one that comes after it.
    let mut between = rest[..at].iter().filter_map(new_column);
    let is_later = between.any(|(_, column)| is_among(&column.name, &key.referred_columns));
    let refers_to_itself = same_name(&key.referred_table.name, &table.name);
    (!(refers_to_itself && is_later)).then_some((at, key))
}

/// Returns the column that an operation adds, with its table.
fn new_column(operation: &Operation) -> Option<(&TableName, &Column)> {
    let Operation::Create { object: Object::Column { table, column }, .. } = operation else { return None };
    Some((table, column))
}

/// Returns the constraint that an operation creates.
pub(super) fn new_constraint(operation: &Operation) -> Option<&Constraint> {
    let Operation::Create { object: Object::Constraint { constraint, .. }, .. } = operation else {
        return None;
    };
    Some(constraint)
}

impl Work<'_> {
    /// Edits the present operation in.
    fn edit(&mut self, foreign_key: Option<&ForeignKey>) -> Result<(), PlanError> {
        match self.operation {
            Operation::Alter(Change::Column { table: _, column, changes }) => {
                self.apply()?;
                self.alter_column(column, changes)
            }
            Operation::Alter(Change::Constraint { table: _, constraint, change }) => {
                self.alter_constraint(constraint, change)
            }
            Operation::Alter(Change::Table {
                table: _,
                change: TableChange::SetOption { option, is_set },
            }) => {
                self.apply()?;
                self.set_option(*option, *is_set)
            }
            // SQLite stores no comments.
            Operation::Comment { id: ObjectId::Constraint { table: _, constraint }, text: _ } => {
                self.comment_constraint(constraint)
            }
            Operation::Create { object: Object::Column { table, column }, backfill, concurrency: _ } => {
                let others = self.text.columns().map(|other| &other.name);
                names::refuse_second(others, &column.name).map_err(unsupported(self.operation))?;
                self.apply()?;
                if let Some(key) = foreign_key {
                    let key = Object::constraint(table.clone(), key.clone());
                    apply(self.before, &Operation::create(key))?;
                }
                self.add_column(column, backfill.as_ref(), foreign_key)
            }
            Operation::Create { object: Object::Constraint { table: _, constraint }, .. } => {
                self.create_constraint(constraint)
            }
            Operation::Create { object: Object::Index { table: _, index }, .. } => self.create_index(index),
            Operation::Drop { id: ObjectId::Column { table: _, name }, consent, concurrency: _ } => {
                self.drop_column(name, consent.is_given)
            }
            Operation::Drop { id: ObjectId::Constraint { table: _, constraint }, .. } => {
                self.drop_constraint(constraint)
            }
            Operation::Drop { id: ObjectId::Index { table: _, name }, .. } => {
                self.apply()?;
                self.drop_index(name);
                Ok(())
            }
            Operation::Rename { id: ObjectId::Constraint { table: _, constraint }, to } => {
                self.rename_constraint(constraint, to)
            }
            Operation::Rename { id: ObjectId::Index { table: _, name }, to } => self.rename_index(name, to),
            // Comments, and what `step::is_of_table` leaves out.
            Operation::Alter(change_stored_by_some!())
            | Operation::BulkInsert(_)
            | Operation::Comment {
                id:
                    ObjectId::Column { .. }
                    | ObjectId::Index { .. }
                    | ObjectId::Table(_)
                    | stored_by_some!(ObjectId),
                ..
            }
            | Operation::Create { object: Object::Table(_) | stored_by_some!(Object), .. }
            | Operation::Drop { id: ObjectId::Table(_) | stored_by_some!(ObjectId), .. }
            | Operation::Execute(_)
            | Operation::Irreversible { .. }
            | Operation::On { .. }
            | Operation::Rename {
                id: ObjectId::Column { .. } | ObjectId::Table(_) | stored_by_some!(ObjectId),
                ..
            }
            | Operation::Run { .. } => self.apply(),
        }
    }

    /// Applies the present operation to the schema in memory.
    pub(super) fn apply(&mut self) -> Result<(), PlanError> {
        apply(self.before, self.operation)
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

    /// Adds the hazard of NULL in a column that is there and refuses it from now on.
    pub(super) fn refuses_null(&mut self, column: &Ident) {
        let probe = column_probe(&self.name, column, &format!("{} IS NULL", quoted(column)), "0");
        self.hazard(HazardKind::NullInNotNull, column, probe);
    }

    /// Writes the query that shows the rows for which a condition holds, each with a value.
    pub(super) fn offenders(&self, condition: &str, value: &str) -> String {
        offenders(self.before.schema.table(&self.table), &self.name, condition, value)
    }
}
