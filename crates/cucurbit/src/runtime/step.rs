//! One step of a run: what it does, and how it has to be run.
//!
//! [`Work`] is what is known when a run is prepared. [`StepPlan`] is the same step when its turn has come, with the facts
//! that running it needs, each computed once.

use std::collections::BTreeSet;

use crate::{
    dialect::{self, Dialect, Mode, Plan, Session, SessionState, Statement},
    operation::{BoxedCode, Execute, Operation},
    schema::{Ident, TableName},
};

use super::RunError;

/// What one step does: segments in order.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) segments: Vec<Segment>,
    /// The fingerprint of its script, where something of it runs outside transactions.
    pub(super) script: String,
    /// The columns that it fills with what `user` means in SQL.
    pub(super) roles: Vec<(TableName, Ident)>,
}

impl Work {
    /// Tells whether nothing of the step could be planned yet.
    pub(super) fn waits(&self) -> bool {
        let mut planned = self.segments.iter().filter(|segment| !matches!(segment, Segment::Code { .. }));
        matches!(planned.next(), Some(Segment::Waiting(_)))
    }

    /// Lists the statements that run outside transactions, as far as they are known.
    pub(super) fn outside(&self) -> impl Iterator<Item = &Statement> {
        let statements = self.segments.iter().flat_map(Segment::statements);
        statements.filter(|statement| statement.mode == Mode::OutsideTransaction)
    }

    /// Joins the segments into one plan, or tells what only a database could do.
    pub(super) fn into_plan(self) -> Result<Plan, RunError> {
        let mut whole = Plan::default();
        for segment in self.segments {
            match segment {
                Segment::Code { title, code: _ } => return Err(RunError::CodeOffline { title }),
                Segment::Planned(plan) | Segment::Opaque(plan) => whole.append(plan),
                Segment::Waiting(operations) => {
                    let operation = operations.first().map(Operation::describe).unwrap_or_default();
                    return Err(RunError::UnknownOffline { operation });
                }
            }
        }
        Ok(whole)
    }
}

/// A part of a step.
#[derive(Debug)]
pub(super) enum Segment {
    /// A function of the script.
    Code {
        /// What it does.
        title: String,
        /// The function.
        code: BoxedCode,
    },
    /// Statements that are known.
    Planned(Plan),
    /// SQL of unknown effect on the schema: after it, the database is read again.
    Opaque(Plan),
    /// Operations after opaque SQL, planned when the database was read.
    Waiting(Vec<Operation>),
}

impl Segment {
    /// Returns the statements that are known.
    pub(super) fn statements(&self) -> &[Statement] {
        match self {
            Self::Planned(plan) | Self::Opaque(plan) => &plan.statements,
            Self::Code { .. } | Self::Waiting(_) => &[],
        }
    }

    /// Returns the operations that are not planned yet.
    pub(super) fn waiting(&self) -> &[Operation] {
        match self {
            Self::Waiting(operations) => operations,
            Self::Code { .. } | Self::Opaque(_) | Self::Planned(_) => &[],
        }
    }

    /// Takes the cheaper statements wherever there are some.
    fn in_place(self) -> Self {
        match self {
            Self::Planned(plan) => Self::Planned(plan.in_place()),
            Self::Opaque(plan) => Self::Opaque(plan.in_place()),
            Self::Code { .. } | Self::Waiting(_) => self,
        }
    }

    /// Tells whether it can change settings of the session: by code, or by SQL of unknown effect.
    fn changes_session(&self) -> bool {
        match self {
            Self::Code { .. } | Self::Opaque(_) | Self::Waiting(_) => true,
            Self::Planned(plan) => {
                plan.statements.iter().any(|statement| statement.session == Session::Changed)
            }
        }
    }

    /// Tells whether a table may be rebuilt or dropped.
    ///
    /// What waits for the database to be read may turn out to be a rebuild, and by then it is too late to ask.
    fn needs_foreign_keys_off(&self, dialect: Dialect) -> bool {
        match self {
            Self::Planned(plan) | Self::Opaque(plan) => plan.needs_foreign_keys_off(),
            Self::Waiting(operations) => {
                operations.iter().any(|operation| dialect::may_rebuild(dialect, operation))
            }
            Self::Code { .. } => false,
        }
    }
}

/// A step whose turn has come.
#[derive(Debug)]
pub(super) struct StepPlan {
    pub(super) mode: StepMode,
    /// The settings that its SQL names and no view lists; `None` if it does not touch the session.
    pub(super) session: Option<BTreeSet<String>>,
}

/// How a step is run.
#[derive(Debug)]
pub(super) enum StepMode {
    InTransaction(Inside),
    OutsideTransaction(Outside),
}

/// A step in one transaction.
#[derive(Debug)]
pub(super) struct Inside {
    pub(super) segments: Vec<Segment>,
    /// Whether SQLite must not follow foreign keys meanwhile.
    pub(super) foreign_keys_off: bool,
}

/// A step that is written down first, and run statement by statement.
#[derive(Debug)]
pub(super) struct Outside {
    pub(super) statements: Vec<Statement>,
    /// The first statement that cannot be in a transaction.
    pub(super) first: String,
    /// The fingerprint of its script.
    pub(super) script: String,
    /// Whether the database has to be read again after it.
    pub(super) is_opaque: bool,
}

impl StepPlan {
    /// Takes the cheapest statements, and finds out how they have to be run.
    pub(super) fn of(dialect: Dialect, work: Work) -> Self {
        let Work { segments, script, roles } = work;
        let segments = segments.into_iter().map(Segment::in_place).collect();
        let work = Work { segments, script, roles };
        let changes_session = work.segments.iter().any(Segment::changes_session);
        let session = changes_session.then(|| SessionState::custom(dialect, sql(&work.segments)));
        let first = work.outside().next().map(|statement| statement.sql.clone());
        let Work { segments, script, roles: _ } = work;
        let mode = match first {
            Some(first) => StepMode::OutsideTransaction(Outside {
                // `prepare` refuses a step that mixes these with code and with what waits.
                statements: segments.iter().flat_map(Segment::statements).cloned().collect(),
                first,
                script,
                is_opaque: segments.iter().any(|segment| matches!(segment, Segment::Opaque(_))),
            }),
            None => {
                let foreign_keys_off = segments.iter().any(|segment| segment.needs_foreign_keys_off(dialect));
                StepMode::InTransaction(Inside { segments, foreign_keys_off })
            }
        };
        Self { mode, session }
    }
}

/// Lists the SQL of a step, as far as it is known.
fn sql(segments: &[Segment]) -> impl Iterator<Item = &str> {
    let planned = segments.iter().flat_map(Segment::statements).map(|statement| statement.sql.as_str());
    planned.chain(segments.iter().flat_map(Segment::waiting).filter_map(raw_sql))
}

/// Returns the SQL of an operation that is SQL.
pub(super) fn raw_sql(operation: &Operation) -> Option<&str> {
    if let Operation::Execute(Execute { sql, .. }) = operation { Some(sql) } else { None }
}
