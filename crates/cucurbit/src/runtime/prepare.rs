//! What can be known of a run before it begins: recorded scripts, their plans, their dangers.
//!
//! Nothing is executed here except probes, which read.

use std::collections::BTreeSet;

use crate::{
    connection::Connection,
    dialect::{Before, Dialect, Hazard, Mode, Plan, PlanError, lexer},
    operation::{ColumnChange, Execute, Operation, for_dialect},
    revision::{Direction, Scripts, Step},
    schema::{Ident, Schema, TableName},
};

use super::RunError;

/// The steps of a run, made ready.
#[derive(Debug)]
pub(super) struct Prepared {
    /// The work of each step, in order.
    pub(super) works: Vec<Work>,
    /// What the first segment that is not planned yet starts from.
    pub(super) before: Before,
    /// Dangers that can be judged now: in tables that are there and that no script writes to before.
    hazards: Vec<Hazard>,
}

/// What one step does: segments in order.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) segments: Vec<Segment>,
}

impl Work {
    /// Tells whether nothing of the step could be planned yet.
    pub(super) fn waits(&self) -> bool {
        matches!(self.segments.first(), Some(Segment::Waiting(_)))
    }

    /// Joins the segments into one plan, or returns the operation that only a database could tell about.
    pub(super) fn into_plan(self) -> Result<Plan, String> {
        let mut whole = Plan::default();
        for segment in self.segments {
            match segment {
                Segment::Planned(plan) | Segment::Opaque(plan) => {
                    whole.statements.extend(plan.statements);
                    whole.needs_foreign_keys_off |= plan.needs_foreign_keys_off;
                }
                Segment::Waiting(operations) => {
                    return Err(operations.first().map(Operation::describe).unwrap_or_default());
                }
            }
        }
        Ok(whole)
    }
}

/// A part of a step.
#[derive(Debug)]
pub(super) enum Segment {
    /// Statements that are known.
    Planned(Plan),
    /// SQL whose effect on the schema nobody knows: after it, the database is read again.
    Opaque(Plan),
    /// Operations after opaque SQL, planned when the database was read.
    Waiting(Vec<Operation>),
}

/// Records and plans every step, as far as can be done without running any.
pub(super) fn prepare(
    dialect: Dialect,
    scripts: &Scripts,
    steps: &[Step],
    before: Before,
) -> Result<Prepared, RunError> {
    let mut known = Known::of(&before.schema);
    let mut prepared = Prepared { works: Vec::with_capacity(steps.len()), before, hazards: Vec::new() };
    let mut is_opaque = false;
    let mut writes_rows = false;
    for step in steps {
        let operations = recorded(dialect, scripts, step);
        let revision = || step.revision.map_or_else(String::new, |at| scripts.graph().id(at).to_owned());
        let failed = |source| RunError::Plan { revision: revision(), source };
        refuse_irreversible(&operations).map_err(failed)?;
        let mut work = Work::default();
        for part in parts(dialect, operations) {
            if is_opaque {
                let (Part::Known(operations) | Part::Opaque(operations)) = part;
                work.segments.push(Segment::Waiting(operations));
                continue;
            }
            let (Part::Known(operations) | Part::Opaque(operations)) = &part;
            writes_rows |= operations.iter().any(writes);
            let plan = dialect.plan(&mut prepared.before, operations).map_err(failed)?;
            if !writes_rows {
                let hazards = plan.statements.iter().flat_map(|statement| &statement.hazards);
                prepared.hazards.extend(hazards.filter(|hazard| known.can_judge(hazard)).cloned());
            }
            operations.iter().for_each(|operation| known.forget(operation));
            is_opaque = matches!(part, Part::Opaque(_));
            work.segments.push(if is_opaque { Segment::Opaque(plan) } else { Segment::Planned(plan) });
        }
        refuse_mixed_modes(&work)?;
        prepared.works.push(work);
    }
    Ok(prepared)
}

/// Plans a step again whose operations waited for the database to be read.
pub(super) fn again(
    dialect: Dialect,
    scripts: &Scripts,
    step: &Step,
    before: &mut Before,
) -> Result<Work, RunError> {
    let Prepared { works, before: after, hazards: _ } =
        prepare(dialect, scripts, std::slice::from_ref(step), std::mem::take(before))?;
    *before = after;
    Ok(works.into_iter().next().unwrap_or_default())
}

/// What the database can be asked about before anything is touched: the tables that no step has taken away or renamed
/// yet, but not their columns that a step adds, renames or drops.
struct Known {
    tables: BTreeSet<TableName>,
    changed: BTreeSet<(TableName, Ident)>,
}

impl Known {
    fn of(schema: &Schema) -> Self {
        Self { tables: schema.tables.keys().cloned().collect(), changed: BTreeSet::new() }
    }

    fn can_judge(&self, hazard: &Hazard) -> bool {
        let Hazard { kind: _, table, column, probe: _ } = hazard;
        let is_changed = |column: &Ident| self.changed.contains(&(table.clone(), column.clone()));
        self.tables.contains(table) && !column.as_ref().is_some_and(is_changed)
    }

    /// Notes what an operation does to tables and columns: what bears their names later is something else.
    fn forget(&mut self, operation: &Operation) {
        let mut change = |table: &TableName, column: &Ident| {
            self.changed.insert((table.clone(), column.clone()));
        };
        match operation {
            Operation::AddColumn { table, column, .. } => change(table, &column.name),
            Operation::AlterColumn { table, column, changes } => {
                for to in changes.iter().filter_map(new_name) {
                    change(table, column);
                    change(table, to);
                }
            }
            Operation::DropColumn { table, column, .. } => change(table, column),
            Operation::DropTable { table, .. } | Operation::RenameTable { table, .. } => {
                self.tables.remove(table);
            }
            Operation::Execute(Execute { means, .. }) => {
                means.iter().flatten().for_each(|meant| self.forget(meant));
            }
            Operation::On { operations, .. } => operations.iter().for_each(|inner| self.forget(inner)),
            Operation::AlterEnum { .. }
            | Operation::AlterSequence(_)
            | Operation::BulkInsert(_)
            | Operation::CreateCheck { .. }
            | Operation::CreateEnum(_)
            | Operation::CreateSchema { .. }
            | Operation::CreateSequence(_)
            | Operation::CreateForeignKey { .. }
            | Operation::CreateIndex { .. }
            | Operation::CreatePrimaryKey { .. }
            | Operation::CreateTable(_)
            | Operation::CreateUnique { .. }
            | Operation::DropConstraint { .. }
            | Operation::DropEnum { .. }
            | Operation::DropSchema { .. }
            | Operation::DropSequence { .. }
            | Operation::DropIndex { .. }
            | Operation::Irreversible { .. }
            | Operation::SetTableComment { .. }
            | Operation::SetTableOption { .. } => {}
        }
    }
}

fn new_name(change: &ColumnChange) -> Option<&Ident> {
    match change {
        ColumnChange::Rename { to } => Some(to),
        ColumnChange::LosesData
        | ColumnChange::SetCollation(_)
        | ColumnChange::SetComment(_)
        | ColumnChange::SetDefault(_)
        | ColumnChange::SetNotNull { .. }
        | ColumnChange::SetNullable
        | ColumnChange::SetType { .. } => None,
    }
}

/// Asks for each danger whether it is real, before anything is touched.
pub(super) async fn refuse_hazards(connection: &mut Connection, prepared: &Prepared) -> Result<(), RunError> {
    for hazard in &prepared.hazards {
        refuse_hazard(connection, hazard).await?;
    }
    Ok(())
}

/// Asks whether a danger is real, and refuses if it is.
pub(super) async fn refuse_hazard(connection: &mut Connection, hazard: &Hazard) -> Result<(), RunError> {
    match connection.value(&hazard.probe).await?.as_deref() {
        Some("0" | "f") | None => Ok(()),
        Some(_) => Err(RunError::Hazard { hazard: hazard.clone() }),
    }
}

/// Returns what a step's script says for this dialect; a stamp says nothing.
fn recorded(dialect: Dialect, scripts: &Scripts, step: &Step) -> Vec<Operation> {
    let Some(revision) = step.revision else { return Vec::new() };
    let operations = match step.direction {
        Direction::Downgrade => scripts.downgrade(revision),
        Direction::Stamp => Vec::new(),
        Direction::Upgrade => scripts.upgrade(revision),
    };
    for_dialect(&operations, dialect)
}

fn refuse_irreversible(operations: &[Operation]) -> Result<(), PlanError> {
    for operation in operations {
        if let Operation::Irreversible { reason } = operation {
            return Err(PlanError::Irreversible { reason: reason.clone() });
        }
    }
    Ok(())
}

/// A run of operations with known effects, or one whose effect nobody knows.
enum Part {
    Known(Vec<Operation>),
    Opaque(Vec<Operation>),
}

/// Cuts operations at SQL whose effect is not known.
fn parts(dialect: Dialect, operations: Vec<Operation>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut known = Vec::new();
    for operation in operations {
        if is_opaque(dialect, &operation) {
            if !known.is_empty() {
                parts.push(Part::Known(std::mem::take(&mut known)));
            }
            parts.push(Part::Opaque(vec![operation]));
        } else {
            known.push(operation);
        }
    }
    if !known.is_empty() {
        parts.push(Part::Known(known));
    }
    parts
}

/// Tells whether an operation is SQL that may change the schema and does not say how.
pub(crate) fn is_opaque(dialect: Dialect, operation: &Operation) -> bool {
    let Operation::Execute(Execute { sql, means: None, .. }) = operation else { return false };
    lexer::split(sql, dialect)
        .into_iter()
        .any(|statement| lexer::kind(statement, dialect) != lexer::Kind::ReadsOrWritesRows)
}

fn writes(operation: &Operation) -> bool {
    matches!(operation, Operation::Execute(_) | Operation::BulkInsert(_))
}

/// A step is one transaction, or it is statements that need none: never both, since a failure between them
/// would leave the database between two revisions.
fn refuse_mixed_modes(work: &Work) -> Result<(), RunError> {
    if work.waits() {
        // It is prepared again when the database was read.
        return Ok(());
    }
    let mut outside = None;
    let mut count = 0_usize;
    for segment in &work.segments {
        match segment {
            Segment::Planned(plan) | Segment::Opaque(plan) => {
                count += plan.statements.len();
                let statement = plan.statements.iter().find(|one| one.mode == Mode::OutsideTransaction);
                outside = outside.or(statement.map(|statement| statement.sql.clone()));
            }
            Segment::Waiting(operations) => {
                count += operations.len();
                outside = outside.or(operations.iter().find_map(outside_sql));
            }
        }
    }
    match outside {
        Some(statement) if count > 1 => Err(RunError::MixedModes { statement }),
        Some(_) | None => Ok(()),
    }
}

/// Returns the SQL of an operation that says itself that it runs outside a transaction.
fn outside_sql(operation: &Operation) -> Option<String> {
    let Operation::Execute(Execute { sql, is_outside_transaction: true, .. }) = operation else {
        return None;
    };
    Some(sql.trim().to_owned())
}
