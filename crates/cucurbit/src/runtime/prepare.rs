//! What can be known of a run before it begins: recorded scripts, their plans, their dangers.
//!
//! Nothing is executed here except probes, which read.

use crate::{
    connection::Connection,
    dialect::{Before, Dialect, Hazard, Mode, Plan, PlanError, lexer},
    operation::{Execute, Operation, for_dialect},
    revision::{Direction, Scripts, Step},
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
    let tables = before.schema.clone();
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
                let known = plan.statements.iter().flat_map(|statement| &statement.hazards);
                prepared
                    .hazards
                    .extend(known.filter(|hazard| tables.table(&hazard.table).is_some()).cloned());
            }
            is_opaque = matches!(part, Part::Opaque(_));
            work.segments.push(if is_opaque { Segment::Opaque(plan) } else { Segment::Planned(plan) });
        }
        refuse_mixed_modes(&work)?;
        prepared.works.push(work);
    }
    Ok(prepared)
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
    match operation {
        Operation::Execute(Execute { sql, means: None, .. }) => lexer::split(sql, dialect)
            .into_iter()
            .any(|statement| lexer::kind(statement, dialect) != lexer::Kind::ReadsOrWritesRows),
        Operation::AddColumn { .. }
        | Operation::AlterColumn { .. }
        | Operation::BulkInsert(_)
        | Operation::CreateCheck { .. }
        | Operation::CreateForeignKey { .. }
        | Operation::CreateIndex { .. }
        | Operation::CreatePrimaryKey { .. }
        | Operation::CreateTable(_)
        | Operation::CreateUnique { .. }
        | Operation::DropColumn { .. }
        | Operation::DropConstraint { .. }
        | Operation::DropIndex { .. }
        | Operation::DropTable { .. }
        | Operation::Execute(_)
        | Operation::Irreversible { .. }
        | Operation::On { .. }
        | Operation::RenameTable { .. }
        | Operation::SetTableComment { .. } => false,
    }
}

fn writes(operation: &Operation) -> bool {
    matches!(operation, Operation::Execute(_) | Operation::BulkInsert(_))
}

/// A step is one transaction, or it is statements that need none: never both, since a failure between them
/// would leave the database between two revisions.
fn refuse_mixed_modes(work: &Work) -> Result<(), RunError> {
    let mut statements = Vec::new();
    let mut has_waiting = false;
    for segment in &work.segments {
        match segment {
            Segment::Planned(plan) | Segment::Opaque(plan) => statements.extend(&plan.statements),
            Segment::Waiting(_) => has_waiting = true,
        }
    }
    let outside = statements.iter().find(|statement| statement.mode == Mode::OutsideTransaction);
    match outside {
        Some(outside) if statements.len() > 1 || has_waiting => {
            Err(RunError::MixedModes { statement: outside.sql.clone() })
        }
        Some(_) | None => Ok(()),
    }
}
