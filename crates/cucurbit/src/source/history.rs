//! The history, replayed in memory: what a database would hold that ran these revisions.

use thiserror::Error;

use crate::{
    connection::ConnectionError,
    dialect::{Before, Dialect, PlanError, lexer},
    operation::{Execute, Operation, for_dialect},
    revision::{Direction, Position, ScriptPanic, Scripts},
    runtime::{self, Misfit},
};

/// Why the history cannot be replayed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// SQL whose effect on the schema is not known.
    #[error("what revision `{revision}` does to the schema is not known: `{statement}`")]
    Opaque {
        /// The revision.
        revision: String,
        /// The statement.
        statement: String,
    },
    /// No scratch database could be had.
    #[error("no scratch database to run SQL of unknown effect on")]
    NoScratch(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A revision failed on a scratch database.
    #[error("revision `{revision}` failed on a scratch database")]
    Rehearsal {
        /// The revision.
        revision: String,
        /// The statement, and why.
        source: ConnectionError,
    },
    /// A script's code panicked.
    #[error(transparent)]
    Panic(#[from] ScriptPanic),
    /// A revision does not fit what the ones before it made.
    #[error("revision `{revision}` does not fit {dialect}")]
    Plan {
        /// The revision.
        revision: String,
        /// The database it was planned for.
        dialect: Dialect,
        /// Why not.
        source: PlanError,
        /// Whose mistake it is, where an operation does not fit and the history tells.
        misfit: Option<Box<Misfit>>,
    },
}

impl ReplayError {
    /// Wraps what stood in the way of a scratch database.
    pub(crate) fn no_scratch(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::NoScratch(error.into())
    }

    /// Finds out whose mistake it is that a revision does not fit.
    pub(super) fn plan(dialect: Dialect, scripts: &Scripts, position: Position, source: PlanError) -> Self {
        let revision = scripts.graph().id(position).to_owned();
        let misfit = Misfit::of(dialect, scripts, position, Direction::Upgrade, &source).map(Box::new);
        Self::Plan { revision, dialect, source, misfit }
    }

    /// Says what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Opaque { .. } | Self::Rehearsal { .. } => {
                Some("say what it does: `op.execute(…).means(|op| …)`, an empty block for nothing".to_owned())
            }
            Self::NoScratch(_) => Some(
                "name a server where databases may be made by `scratch_url` in cucurbit.toml, or say what the SQL \
                 does: `op.execute(…).means(|op| …)`"
                    .to_owned(),
            ),
            Self::Panic(error) => Some(error.hint()),
            Self::Plan { source, misfit, .. } => {
                let hint = misfit.as_ref().and_then(|misfit| misfit.hint(source));
                hint.or_else(|| source.hint().map(str::to_owned))
            }
        }
    }
}

/// Runs revisions in memory, in the order given, starting from `before`.
///
/// # Errors
///
/// When a revision does not fit, or holds SQL that may change the schema and does not say how.
pub fn replay(
    dialect: Dialect,
    scripts: &Scripts,
    revisions: &[Position],
    mut before: Before,
) -> Result<Before, ReplayError> {
    for &position in revisions {
        let revision = || scripts.graph().id(position).to_owned();
        let operations = for_dialect(&scripts.upgrade(position)?, dialect);
        for operation in &operations {
            if let Operation::Execute(Execute { sql, .. }) = operation
                && runtime::is_opaque(dialect, operation)
            {
                let statement = lexer::masked(sql.trim(), dialect).sql;
                return Err(ReplayError::Opaque { revision: revision(), statement });
            }
        }
        dialect
            .plan(&mut before, &operations)
            .map_err(|source| ReplayError::plan(dialect, scripts, position, source))?;
    }
    Ok(before)
}
