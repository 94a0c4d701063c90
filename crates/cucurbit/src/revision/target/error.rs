//! Why a target cannot be read, or stands for nothing. Alembic's sentences, with their data in fields.

use super::Purpose;
use crate::revision::HeadsError;

/// Why a text is not a target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// The text has no meaning.
    #[error("`{text}` is not a revision identifier")]
    Malformed {
        /// The text.
        text: String,
    },
    /// A range was needed.
    #[error("History range requires [start]:[end], [start]:, or :[end]")]
    NotARange {
        /// The text.
        text: String,
    },
    /// A single target was needed.
    #[error("Range revision not allowed")]
    RangeNotAllowed {
        /// The text.
        text: String,
    },
}

impl ParseError {
    /// Returns a hint about what to do, if there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Malformed { .. } => Some(
                "write an id, a label, `head`, `heads`, `base`, `current`, `+2`, `-2`, `ae10+2` or `label@head`"
                    .to_owned(),
            ),
            Self::NotARange { text } => Some(format!("`{text}:` begins there, `:{text}` ends there")),
            Self::RangeNotAllowed { .. } => Some("`a:b` is for `--sql` and for `history`".to_owned()),
        }
    }
}

/// Why a target stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// Several revisions are applied side by side, and the target does not say which one to count from.
    #[error("Ambiguous {} from multiple current revisions", verb(*purpose))]
    AmbiguousCurrent {
        /// The command.
        purpose: Purpose,
        /// What can be asked for instead, such as `label@-1`.
        candidates: Vec<String>,
        /// The ids of the applied tips, in the order of `candidates`.
        revisions: Vec<String>,
    },
    /// Several names begin with the text.
    #[error("Multiple revisions start with '{identifier}': {}...", first_three(candidates))]
    AmbiguousIdentifier {
        /// The text.
        identifier: String,
        /// The ids and labels that begin with it, in load order.
        candidates: Vec<String>,
    },
    /// The walk came to a place with several ways on.
    #[error("Ambiguous walk")]
    AmbiguousWalk {
        /// What was asked for.
        target: String,
        /// The place; none is the base.
        revision: Option<String>,
        /// The ways on.
        candidates: Vec<String>,
    },
    /// The rows of the version table do not fit the graph.
    #[error(transparent)]
    Heads(#[from] HeadsError),
    /// One head was asked for, and there are several.
    #[error(
        "Multiple head revisions are present for given argument '{argument}'; please specify a specific target \
         revision, '<branchname>@{argument}' to narrow to a specific head, or 'heads' for all heads"
    )]
    MultipleHeads {
        /// What was asked for.
        argument: String,
        /// The ids of the heads, in load order.
        heads: Vec<String>,
    },
    /// The target counts from what is applied, and there is no database here.
    #[error("`{target}` needs a database: it counts from what is applied")]
    NeedsDatabase {
        /// What was asked for.
        target: String,
    },
    /// The name before `@` is unknown.
    #[error("No such branch: '{branch}'")]
    NoSuchBranch {
        /// The name.
        branch: String,
    },
    /// The revision is not on the branch named before `@`.
    #[error("Revision {revision} is not a member of branch '{branch}'")]
    NotOnBranch {
        /// The revision.
        revision: String,
        /// The name before `@`.
        branch: String,
    },
    /// There are not so many revisions that way.
    #[error("Relative revision {offset:+} didn't produce {} migrations", offset.unsigned_abs())]
    RelativeTooFar {
        /// How many were asked for, and which way.
        offset: i32,
    },
    /// No id or label is or begins with the text.
    #[error("Can't locate revision identified by '{identifier}'")]
    Unknown {
        /// The text.
        identifier: String,
    },
    /// The graph ends before.
    #[error("Walked too far")]
    WalkedTooFar {
        /// What was asked for.
        target: String,
    },
}

impl TargetError {
    /// Returns a hint about what to do, if there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::AmbiguousCurrent { candidates, .. } => Some(format!("use {}", alternatives(candidates))),
            Self::AmbiguousIdentifier { .. } => Some("give more characters".to_owned()),
            Self::AmbiguousWalk { revision, candidates, .. } => {
                let place = revision.as_deref().unwrap_or("the base");
                Some(format!("from {place} go on to {}: name it, or its branch", alternatives(candidates)))
            }
            Self::Heads(error) => error.hint(),
            Self::MultipleHeads { heads, .. } => Some(format!("the heads are {}", heads.join(", "))),
            Self::NeedsDatabase { .. } => Some("name a revision instead".to_owned()),
            Self::NoSuchBranch { .. } => Some("`branches` and `heads -v` list the labels".to_owned()),
            Self::NotOnBranch { revision, .. } => Some(format!("`{revision}` alone names it")),
            Self::RelativeTooFar { .. } => Some("`history` lists what there is".to_owned()),
            Self::Unknown { identifier } if identifier.chars().count() < 4 => Some(
                "please ensure at least four characters are present for partial revision identifier matches"
                    .to_owned(),
            ),
            Self::Unknown { .. } => Some("`history` lists the revisions".to_owned()),
            Self::WalkedTooFar { target } => Some(format!("`{target}` lies outside of the history")),
        }
    }
}

fn verb(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Downgrade => "downgrade",
        Purpose::History => "history",
        Purpose::Show => "show",
        Purpose::Stamp => "stamp",
        Purpose::Upgrade => "upgrade",
    }
}

fn first_three(candidates: &[String]) -> String {
    let quoted: Vec<String> = candidates.iter().take(3).map(|candidate| format!("'{candidate}'")).collect();
    quoted.join(", ")
}

fn alternatives(candidates: &[String]) -> String {
    let quoted: Vec<String> = candidates.iter().map(|candidate| format!("`{candidate}`")).collect();
    quoted.join(" or ")
}
