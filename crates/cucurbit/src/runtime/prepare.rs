//! What can be known of a run before it begins: recorded scripts, their plans, their dangers.
//!
//! Nothing is executed here except probes, which read.

use std::collections::BTreeSet;

use crate::{
    connection::{Connection, ConnectionError},
    dialect::{self, Before, Dialect, Hazard, Mode, Offender, PlanError, lexer},
    operation::{Change, ColumnChange, Execute, Functions, Operation, for_dialect},
    revision::{Applied, Direction, Heads, ScriptPanic, Scripts, Step},
    schema::{Ident, Object, ObjectId, Schema, TableName},
};

use super::{
    RunError, backfill, entry,
    said::Said,
    step::{Segment, Work, raw_sql},
};

/// The steps of a run, made ready.
#[derive(Debug)]
pub(super) struct Prepared {
    /// The work of each step, in order.
    pub(super) works: Vec<Work>,
    /// What the first segment that is not planned yet starts from.
    pub(super) before: Before,
    /// Dangers that can be judged now: in tables that are there and that no script writes to before.
    pub(super) hazards: Vec<Danger>,
}

/// A danger, and the step that it is one of.
#[derive(Debug)]
pub(super) struct Danger {
    hazard: Hazard,
    revision: String,
    path: String,
}

/// Records and plans every step, as far as can be done without running any.
///
/// `before` is what the database holds at `heads`; what it does not keep, the scripts say.
pub(super) fn prepare(
    dialect: Dialect,
    scripts: &Scripts,
    steps: &[Step],
    before: Before,
    heads: &Heads,
) -> Result<Prepared, RunError> {
    let mut known = Known::of(&before.schema);
    let mut prepared = Prepared { works: Vec::with_capacity(steps.len()), before, hazards: Vec::new() };
    let mut applied = Applied::new(scripts.graph(), heads.clone())?;
    let mut said = Said::new(dialect, scripts);
    let mut is_said = dialect.capabilities().stores_everything();
    let mut is_opaque = false;
    let mut guess = None;
    let mut writes_rows = false;
    for step in steps {
        if !is_said && !is_opaque {
            prepared.before.know(dialect, said.at(&applied)?);
            // The plans of upgrades go along with it; after a downgrade the upgrades that stay say what there is.
            is_said = step.direction == Direction::Upgrade || !said.is_of_types();
        }
        let (operations, mut functions) = recorded(dialect, scripts, step)?;
        let revision = || step.revision.map_or_else(String::new, |at| scripts.graph().id(at).to_owned());
        let failed = |source| RunError::Plan { revision: revision(), source, misfit: None };
        refuse_irreversible(&operations).map_err(failed)?;
        let mut work = Work::default();
        if operations.iter().any(|operation| dialect::outside(dialect, operation).is_some()) {
            work.script = entry::fingerprint_of(&operations);
        }
        for part in parts(dialect, operations) {
            let (operations, opens) = match part {
                Part::Code { title, key } => {
                    writes_rows = true;
                    let code = functions.take(key).expect("a recording keeps the function of every key");
                    work.segments.push(Segment::Code { title, code });
                    continue;
                }
                Part::Known(operations) => (operations, false),
                Part::Opaque(operations) => (operations, true),
            };
            work.roles.extend(backfill::with_role(dialect, &operations));
            if is_opaque {
                work.segments.push(Segment::Waiting(operations));
                continue;
            }
            writes_rows |= operations.iter().any(|operation| writes(dialect, operation));
            let plan = dialect.plan(&mut prepared.before, &operations).map_err(failed)?;
            if !writes_rows {
                let hazards = plan.statements.iter().flat_map(|statement| &statement.hazards);
                let dangers = hazards.filter(|hazard| known.can_judge(hazard)).map(|hazard| Danger {
                    hazard: hazard.clone(),
                    revision: revision(),
                    path: step.revision.map_or_else(String::new, |at| scripts.script(at).path.to_owned()),
                });
                prepared.hazards.extend(dangers);
            }
            operations.iter().for_each(|operation| known.forget(operation));
            is_opaque = opens;
            work.segments.push(if is_opaque { Segment::Opaque(plan) } else { Segment::Planned(plan) });
        }
        refuse_mixed_modes(dialect, &work)?;
        if is_opaque {
            let guess = guess.get_or_insert_with(|| prepared.before.clone());
            refuse_foreseen(dialect, guess, &work, &failed)?;
        }
        prepared.works.push(work);
        applied.take(step);
    }
    Ok(prepared)
}

/// Plans a step again whose operations waited for the database to be read.
pub(super) fn again(
    dialect: Dialect,
    scripts: &Scripts,
    step: &Step,
    before: &mut Before,
    heads: &Heads,
) -> Result<Work, RunError> {
    let Prepared { works, before: after, hazards: _ } =
        prepare(dialect, scripts, std::slice::from_ref(step), std::mem::take(before), heads)?;
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
        let Hazard { kind: _, table, column, probe: _, offenders: _, waits } = hazard;
        let is_changed = |column: &Ident| self.changed.contains(&(table.clone(), column.clone()));
        !waits && self.tables.contains(table) && !column.as_ref().is_some_and(is_changed)
    }

    /// Notes what an operation does to tables and columns: what bears their names later is something else.
    fn forget(&mut self, operation: &Operation) {
        if let Operation::Alter(Change::Column { table, column, changes }) = operation {
            for to in changes.iter().filter_map(ColumnChange::new_name) {
                self.forget_column(table, column);
                self.forget_column(table, to);
            }
            // Its values are others by then.
            if changes.iter().any(|change| matches!(change, ColumnChange::SetType { .. })) {
                self.forget_column(table, column);
            }
        } else if let Operation::Create { object: Object::Column { table, column }, .. } = operation {
            self.forget_column(table, &column.name);
        } else if let Operation::Drop { id, .. } = operation {
            self.forget_gone(id);
        } else if let Operation::Rename { id, to } = operation {
            self.forget_gone(id);
            if let ObjectId::Column { table, .. } = id {
                self.forget_column(table, to);
            }
        }
        operation.inner().iter().for_each(|inner| self.forget(inner));
    }

    fn forget_column(&mut self, table: &TableName, column: &Ident) {
        self.changed.insert((table.clone(), column.clone()));
    }

    /// Notes that nothing bears a name any more.
    fn forget_gone(&mut self, id: &ObjectId) {
        if let ObjectId::Column { table, name } = id {
            self.forget_column(table, name);
        } else if let ObjectId::Namespace(name) = id {
            self.tables.retain(|table| table.schema.as_ref() != Some(name));
        } else if let ObjectId::Table(table) = id {
            self.tables.remove(table);
        }
    }
}

/// Asks for each danger whether it is real, before anything is touched.
///
/// What can be wanted is not asked about where it is allowed.
pub(super) async fn refuse_dangers(
    connection: &mut Connection,
    dangers: &[Danger],
    allow_data_loss: bool,
) -> Result<(), RunError> {
    for Danger { hazard, revision, path } in dangers {
        match refuse_hazards(connection, std::iter::once(hazard), allow_data_loss).await {
            Err(RunError::Hazard { hazard, first, count, path: _ }) => {
                return Err(RunError::Hazard { hazard, first, count, path: Some(path.clone()) });
            }
            Err(source) => {
                return Err(RunError::Step {
                    revision: revision.clone(),
                    path: None,
                    source: Box::new(source),
                });
            }
            Ok(()) => {}
        }
    }
    Ok(())
}

/// Asks for each danger of a statement whether it is real.
pub(super) async fn refuse_hazards(
    connection: &mut Connection,
    hazards: impl Iterator<Item = &Hazard>,
    allow_data_loss: bool,
) -> Result<(), RunError> {
    for hazard in hazards.filter(|hazard| !allow_data_loss || !hazard.kind.can_be_wanted()) {
        refuse_hazard(connection, hazard).await?;
    }
    Ok(())
}

/// Asks whether a danger is real, and refuses if it is.
async fn refuse_hazard(connection: &mut Connection, hazard: &Hazard) -> Result<(), RunError> {
    match connection.value(&hazard.probe).await?.as_deref() {
        Some("0" | "f") | None => Ok(()),
        Some(_) => {
            let (first, count) = offenders(connection, hazard).await?;
            Err(RunError::Hazard { hazard: hazard.clone(), first, count, path: None })
        }
    }
}

/// Asks for the first rows in danger, and how many there are.
///
/// What the database refuses to show is not shown: the columns of a key may have other names when it is asked. The danger is
/// known without.
async fn offenders(connection: &mut Connection, hazard: &Hazard) -> Result<(Vec<Offender>, u64), RunError> {
    let Some(query) = &hazard.offenders else { return Ok((Vec::new(), 0)) };
    let rows = match connection.rows(query).await {
        Err(ConnectionError::Statement { .. }) => return Ok((Vec::new(), 0)),
        rows => rows?,
    };
    let (mut first, mut all) = (Vec::new(), 0);
    for row in rows {
        let mut values = row.into_iter();
        let (key, value, count) = (values.next(), values.next(), values.next());
        all = count.flatten().and_then(|count| count.parse().ok()).unwrap_or(all);
        first.push(hazard.offender(key.flatten().unwrap_or_default(), value.flatten()));
    }
    Ok((first, all))
}

/// Returns what a step's script says for this dialect; a stamp says nothing.
pub(super) fn recorded(
    dialect: Dialect,
    scripts: &Scripts,
    step: &Step,
) -> Result<(Vec<Operation>, Functions), ScriptPanic> {
    let Some(revision) = step.revision else { return Ok(Default::default()) };
    let (operations, functions) = scripts.record(revision, step.direction)?;
    Ok((for_dialect(&operations, dialect), functions))
}

fn refuse_irreversible(operations: &[Operation]) -> Result<(), PlanError> {
    for operation in operations {
        if let Operation::Irreversible { reason } = operation {
            return Err(PlanError::Irreversible { reason: reason.clone() });
        }
    }
    Ok(())
}

/// A run of operations with known effects, or one of unknown effect, or code.
pub(super) enum Part {
    Code { title: String, key: usize },
    Known(Vec<Operation>),
    Opaque(Vec<Operation>),
}

/// Cuts operations at code and at SQL whose effect is not known.
pub(super) fn parts(dialect: Dialect, operations: Vec<Operation>) -> Vec<Part> {
    let mut parts = Vec::new();
    for operation in operations {
        if let Operation::Run { title, key } = operation {
            parts.push(Part::Code { title, key });
            continue;
        }
        let is_opaque = is_opaque(dialect, &operation);
        if let (false, Some(Part::Known(known))) = (is_opaque, parts.last_mut()) {
            known.push(operation);
            continue;
        }
        let mut operations = after(parts.last());
        operations.push(operation);
        parts.push(if is_opaque { Part::Opaque(operations) } else { Part::Known(operations) });
    }
    parts
}

/// Tells a plan that something ran before it in the same step which may have changed rows: SQL without a statement.
fn after(before: Option<&Part>) -> Vec<Operation> {
    match before {
        Some(Part::Code { .. } | Part::Opaque(_)) => vec![Operation::Execute(Execute::new(""))],
        Some(Part::Known(_)) | None => Vec::new(),
    }
}

/// Tells whether an operation is SQL that may change the schema and does not say how.
pub(crate) fn is_opaque(dialect: Dialect, operation: &Operation) -> bool {
    let Operation::Execute(Execute { sql, means: None, .. }) = operation else { return false };
    lexer::split(sql, dialect)
        .into_iter()
        .any(|statement| lexer::kind(statement, dialect) != lexer::Kind::ReadsOrWritesRows)
}

/// Tells whether an operation may change rows, so that nothing can be said of them before. What needs to be outside any
/// transaction, such as VACUUM, changes none.
fn writes(dialect: Dialect, operation: &Operation) -> bool {
    // The rows get other values.
    let renames = matches!(
        operation,
        Operation::Alter(Change::Enum { name: _, change }) if !change.renamed().is_empty()
    );
    let runs_sql = raw_sql(operation).is_some_and(|sql| {
        let statements = lexer::split(sql, dialect);
        let needs_none = |sql: &&str| lexer::kind(sql, dialect) == lexer::Kind::NeedsNoTransaction;
        statements.is_empty() || !statements.iter().all(needs_none)
    });
    renames || runs_sql || matches!(operation, Operation::BulkInsert(_))
}

/// A step with statements outside transactions is written down and run piece by piece, and goes on from there when it
/// was cut off. What needs more than its statements, with their hazards and guards, to be run cannot be in it.
fn refuse_mixed_modes(dialect: Dialect, work: &Work) -> Result<(), RunError> {
    if work.waits() {
        return refuse_mixed_words(dialect, work);
    }
    let mut outside = None;
    let mut other = None;
    for segment in &work.segments {
        match segment {
            Segment::Planned(plan) | Segment::Opaque(plan) => {
                let statement = plan.statements.iter().find(|one| one.mode == Mode::OutsideTransaction);
                outside = outside.or(statement.map(|statement| statement.sql.clone()));
                if plan.needs_foreign_keys_off() {
                    other = Some("a table that is rebuilt or dropped".to_owned());
                }
            }
            Segment::Waiting(operations) => {
                outside =
                    outside.or(operations.iter().find_map(|operation| dialect::outside(dialect, operation)));
                other = Some("what follows SQL of unknown effect".to_owned());
            }
            Segment::Code { title, code: _ } => other = Some(format!("the code `{title}`")),
        }
    }
    match (outside, other) {
        (Some(statement), Some(other)) => {
            Err(RunError::MixedModes { statement: lexer::masked(&statement, dialect).sql, other })
        }
        (Some(_) | None, None) | (None, Some(_)) => Ok(()),
    }
}

/// Plans what waits for the database to be read on what is known without, as far as it fits: what the scripts alone tell is
/// refused at the start, and not after the revisions before it.
fn refuse_foreseen(
    dialect: Dialect,
    guess: &mut Before,
    work: &Work,
    failed: &impl Fn(PlanError) -> RunError,
) -> Result<(), RunError> {
    let mut foreseen = Work::default();
    for segment in &work.segments {
        let Segment::Waiting(operations) = segment else { continue };
        let mut after = guess.clone();
        match dialect.plan(&mut after, operations) {
            Ok(plan) => {
                *guess = after;
                foreseen.segments.push(Segment::Planned(plan));
            }
            Err(error) if error.is_of_words() => return Err(failed(error)),
            // What does not fit may be what the SQL makes.
            Err(_) => {}
        }
    }
    refuse_mixed_modes(dialect, &foreseen)
}

/// The same for a step that is planned when the database was read: what the script alone tells is said at the start.
fn refuse_mixed_words(dialect: Dialect, work: &Work) -> Result<(), RunError> {
    let operations = || work.segments.iter().flat_map(Segment::waiting);
    let Some(statement) = operations().find_map(|operation| dialect::outside(dialect, operation)) else {
        return Ok(());
    };
    let code = work.segments.iter().find_map(|segment| match segment {
        Segment::Code { title, code: _ } => Some(format!("the code `{title}`")),
        Segment::Waiting(_) | Segment::Planned(_) | Segment::Opaque(_) => None,
    });
    // The last of the segments may be SQL of unknown effect: nothing follows it.
    let before_last = work.segments.split_last().map_or(&[] as &[Segment], |(_, before)| before);
    let opens = before_last.iter().flat_map(Segment::waiting).any(|operation| is_opaque(dialect, operation));
    let replaces = operations().any(|operation| {
        matches!(operation, Operation::Drop { id: ObjectId::Table(_), .. })
            && dialect::may_rebuild(dialect, operation)
    });
    let other = code
        .or_else(|| opens.then(|| "what follows SQL of unknown effect".to_owned()))
        .or_else(|| replaces.then(|| "a table that is rebuilt or dropped".to_owned()));
    match other {
        Some(other) => Err(RunError::MixedModes { statement, other }),
        None => Ok(()),
    }
}
