//! Which error has which stable name.
//!
//! What lives here: a conversion from each room's error. No `_ =>`: a new variant does not compile before it has a name,
//! and a name does not pass the tests before it is on the page.

use crate::{
    config::ConfigError,
    connection::{ConnectionError, TlsError, Trouble, url::ConnectionUrlError},
    dialect::{HazardKind, PlanError, ReflectError},
    json::JsonError,
    operation::{ApplyError, Irreversible},
    revision::{self, GraphError, HeadsError, ParseError, RevisionIdError, ScriptPanic, TargetError},
    runtime::{Fault, Misfit, RunError, VersionTableError},
    script::ScriptError,
    source::{ReplayError, SqlFileError},
};

use super::{Error, ErrorCode};

impl From<&Error> for ErrorCode {
    fn from(error: &Error) -> Self {
        match error {
            Error::Apply(error) => error.into(),
            Error::Config(error) => error.into(),
            Error::Connection(error) => error.into(),
            Error::EmptyModels => Self::EmptyModels,
            Error::EnumNotDeclared { .. } => Self::EnumNotDeclared,
            Error::ExternalInModels { .. } => Self::ExternalInModels,
            Error::Graph(error) => (&error.error).into(),
            Error::Heads(error) => error.into(),
            Error::Id(error) => error.into(),
            Error::Irreversible(error) => error.into(),
            Error::Json(error) => error.into(),
            Error::Models(_) => Self::ModelsNotCollected,
            Error::NewRevision { source: PlanError::Apply { .. }, .. } => Self::NotInHistory,
            Error::NewRevision { source, .. } => source.into(),
            Error::NameCollision(_) => Self::NameCollision,
            Error::Naming(_) => Self::NamingConvention,
            Error::NoModels => Self::NoModels,
            Error::NoScripts { .. } => Self::NoScripts,
            Error::NotAtHeads => Self::NotAtHeads,
            Error::NotUpToDate { .. } => Self::PendingRevisions,
            Error::OldBinary { .. } => Self::OldBinary,
            Error::Parse(error) => error.into(),
            Error::Reflect(error) => error.into(),
            Error::Replay(error) => error.into(),
            Error::Run(error) => error.into(),
            Error::Script(error) => error.into(),
            Error::SeveralHeads { .. } => Self::MultipleHeads,
            Error::SqlFile(error) => error.into(),
            Error::Steps(error) => error.into(),
            Error::Target(error) => error.into(),
            Error::Uncompared { .. } | Error::UncomparedModels { .. } => Self::UncomparedExpressions,
            Error::Usage { .. } => Self::Usage,
        }
    }
}

impl From<&ConnectionUrlError> for ErrorCode {
    fn from(error: &ConnectionUrlError) -> Self {
        match error {
            ConnectionUrlError::BadHost => Self::MalformedHost,
            ConnectionUrlError::BadPort { .. } => Self::MalformedPort,
            ConnectionUrlError::BadText { .. } => Self::MalformedEncoding,
            ConnectionUrlError::BadValue { .. } => Self::ParameterValue,
            ConnectionUrlError::NoFile => Self::NoFileInUrl,
            ConnectionUrlError::NoScheme => Self::NoScheme,
            ConnectionUrlError::NoSlashes => Self::NoSlashes,
            ConnectionUrlError::PortCount { .. } => Self::PortCount,
            ConnectionUrlError::Unencoded => Self::UnencodedCharacter,
            ConnectionUrlError::UnknownParameter { .. } => Self::UnknownParameter,
            ConnectionUrlError::UnknownScheme { .. } => Self::UnknownScheme,
            ConnectionUrlError::UnsupportedParameter { .. } => Self::UnsupportedParameter,
        }
    }
}

impl From<&ApplyError> for ErrorCode {
    fn from(error: &ApplyError) -> Self {
        match error {
            ApplyError::EnumValueExists { .. } | ApplyError::Exists { .. } => Self::ObjectExists,
            ApplyError::Missing { .. } | ApplyError::NoEnumValue { .. } => Self::ObjectMissing,
            ApplyError::EnumInUse { .. } | ApplyError::EnumValueInUse { .. } => Self::ObjectInUse,
            ApplyError::NoComment { .. } => Self::UnsupportedOperation,
            ApplyError::NotOfEnum { .. } => Self::ValueNotOfType,
        }
    }
}

impl From<&ConfigError> for ErrorCode {
    fn from(error: &ConfigError) -> Self {
        match error {
            ConfigError::ConnectionUrl { source, .. } => source.into(),
            ConfigError::BadDuration { .. } => Self::MalformedDuration,
            ConfigError::BadPlaceholder { .. } => Self::MalformedPlaceholder,
            ConfigError::Malformed { .. } => Self::MalformedConfiguration,
            ConfigError::NoConnectionUrl { .. } => Self::NoConnectionUrl,
            ConfigError::NotText { .. } => Self::VariableNotText,
            ConfigError::Read { .. } => Self::UnreadableConfiguration,
            ConfigError::UnknownKey { .. } => Self::UnknownKey,
            ConfigError::UnsetVariable { .. } => Self::UnsetVariable,
        }
    }
}

impl From<&ConnectionError> for ErrorCode {
    fn from(error: &ConnectionError) -> Self {
        match error {
            ConnectionError::Connect { .. } => match error.trouble() {
                Some(trouble) => trouble.into(),
                None => Self::CannotConnect,
            },
            ConnectionError::Folder { .. } => Self::DatabaseIsAFolder,
            ConnectionError::LockFile { .. } => Self::LockFile,
            ConnectionError::NewerFormat { .. } => Self::NewerFormat,
            ConnectionError::NoFile { .. } => Self::NoDatabaseFile,
            ConnectionError::NoFolder { .. } => Self::NoDatabaseFolder,
            ConnectionError::NoHost { .. } => Self::NoUsableHost,
            ConnectionError::NotADatabase { .. } => Self::NotADatabase,
            ConnectionError::Statement { .. } => match error.trouble() {
                Some(trouble) => trouble.into(),
                None => Self::StatementRefused,
            },
            ConnectionError::Tls { source, .. } => source.into(),
            ConnectionError::Unreadable { .. } => Self::UnreadableCertificate,
            ConnectionError::WrongDialect { .. } => Self::WrongDialect,
            ConnectionError::WrongSession { .. } => Self::WrongServerKind,
        }
    }
}

impl ErrorCode {
    /// Names what does not fit: a script that is wrong has another cure than a database that is.
    fn of_plan(error: &PlanError, misfit: Option<&Misfit>) -> Self {
        let is_script = misfit.is_some_and(|misfit| misfit.fault == Fault::Script);
        let code = Self::from(error);
        if is_script && code == Self::ObjectExists {
            Self::ObjectMadeTwice
        } else if is_script && code == Self::ObjectMissing {
            Self::UnknownObject
        } else {
            code
        }
    }
}

impl From<&TlsError> for ErrorCode {
    fn from(error: &TlsError) -> Self {
        match error {
            TlsError::Authority | TlsError::Untrusted { .. } => Self::TlsUntrustedCertificate,
            TlsError::BadCertificate { .. } | TlsError::NoCertificate { .. } | TlsError::NoKey { .. } => {
                Self::UnreadableCertificate
            }
            TlsError::ClientRefused { .. } | TlsError::Half { .. } | TlsError::KeyMismatch => {
                Self::TlsClientCertificate
            }
            TlsError::Expired { .. } | TlsError::NotYetValid { .. } => Self::TlsExpiredCertificate,
            TlsError::Incompatible { .. } | TlsError::Other { .. } => Self::TlsFailed,
            TlsError::NotOffered => Self::TlsNotOffered,
            TlsError::WrongHost { .. } => Self::TlsWrongHost,
        }
    }
}

impl From<Trouble> for ErrorCode {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Busy | Trouble::LockedObject => Self::DatabaseBusy,
            Trouble::Cancelled => Self::Cancelled,
            Trouble::CannotOpenFile => Self::CannotOpenFile,
            Trouble::ConnectionLost => Self::ConnectionLost,
            Trouble::Constraint => Self::ConstraintViolated,
            Trouble::DamagedFile => Self::DamagedFile,
            Trouble::Deadlock => Self::Deadlock,
            Trouble::DiskFull => Self::DiskFull,
            Trouble::FileError => Self::FileError,
            Trouble::IdleTransaction => Self::IdleTransaction,
            Trouble::NewEnumValue => Self::NewEnumValue,
            Trouble::NewerFormat => Self::NewerFormat,
            Trouble::NoPermission => Self::NoPermission,
            Trouble::NotADatabase => Self::NotADatabase,
            Trouble::ReadOnly | Trouble::ReadOnlyServer => Self::ReadOnly,
            Trouble::ServerStarting => Self::ServerStarting,
            Trouble::Tls => Self::TlsFailed,
            Trouble::TooManyConnections => Self::TooManyConnections,
            Trouble::UnknownDatabase => Self::UnknownDatabase,
            Trouble::Unreachable => Self::Unreachable,
            Trouble::UserRefused => Self::UserRefused,
            Trouble::WrongPassword => Self::WrongPassword,
        }
    }
}

impl From<&GraphError> for ErrorCode {
    fn from(error: &GraphError) -> Self {
        match error {
            GraphError::Cycle { .. } => Self::Cycle,
            GraphError::DependencyCycle { .. } => Self::DependencyCycle,
            GraphError::DependencySelfLoop { .. } => Self::DependencySelfLoop,
            GraphError::DuplicateId { .. } => Self::DuplicateRevision,
            GraphError::DuplicateLabel { .. } => Self::DuplicateLabel,
            GraphError::InvalidId(source) | GraphError::InvalidLabel { source, .. } => source.into(),
            GraphError::MissingDependency { .. } => Self::MissingDependency,
            GraphError::MissingParent { .. } => Self::MissingRevision,
            GraphError::SelfLoop { .. } => Self::SelfLoop,
        }
    }
}

impl From<&HeadsError> for ErrorCode {
    fn from(error: &HeadsError) -> Self {
        match error {
            HeadsError::Overlap { .. } => Self::OverlappingRows,
            HeadsError::UnknownRevision { .. } => Self::UnknownVersionRow,
        }
    }
}

impl From<&Irreversible> for ErrorCode {
    fn from(error: &Irreversible) -> Self {
        match error {
            Irreversible::Apply(error) => error.into(),
            Irreversible::Refused { .. } => Self::Irreversible,
            Irreversible::Code { .. } | Irreversible::Rows { .. } | Irreversible::Sql { .. } => {
                Self::NoDowngrade
            }
        }
    }
}

impl From<&JsonError> for ErrorCode {
    fn from(error: &JsonError) -> Self {
        match error {
            JsonError::Code { .. } => Self::CodeInJson,
            JsonError::Duplicate { .. } | JsonError::Malformed { .. } | JsonError::Operators { .. } => {
                Self::MalformedJson
            }
            JsonError::UnknownVersion { .. } => Self::UnknownJsonVersion,
        }
    }
}

impl From<&ParseError> for ErrorCode {
    fn from(error: &ParseError) -> Self {
        match error {
            ParseError::Malformed { .. } => Self::MalformedTarget,
            ParseError::NotARange { .. } => Self::NotARange,
            ParseError::RangeNotAllowed { .. } => Self::RangeNotAllowed,
        }
    }
}

impl From<&PlanError> for ErrorCode {
    fn from(error: &PlanError) -> Self {
        match error {
            PlanError::Apply { source, .. } => source.into(),
            PlanError::InUse { .. } => Self::ObjectInUse,
            PlanError::Irreversible { .. } => Self::Irreversible,
            PlanError::NeedsUsing { .. } => Self::NeedsUsing,
            PlanError::NamelessIndex { .. } => Self::NamelessIndex,
            PlanError::NeedsNoTransaction { .. } | PlanError::OwnTransaction { .. } => {
                Self::NeedsNoTransaction
            }
            PlanError::MalformedRows { .. } => Self::MalformedRows,
            PlanError::NotOfType { .. } => Self::ValueNotOfType,
            PlanError::Original { .. } => Self::UnreadableObject,
            PlanError::Unrunnable(_) => Self::UnrunnableSql,
            PlanError::Unsupported { .. } => Self::UnsupportedOperation,
        }
    }
}

impl From<&ReflectError> for ErrorCode {
    fn from(error: &ReflectError) -> Self {
        match error {
            ReflectError::Connection { source } => source.into(),
            ReflectError::NoSchema { .. } => Self::NoSchema,
            ReflectError::NoUsage { .. } => Self::NoPermission,
            ReflectError::Original { .. } => Self::UnreadableObject,
            ReflectError::TooOld { .. } => Self::ServerTooOld,
        }
    }
}

impl From<&ReplayError> for ErrorCode {
    fn from(error: &ReplayError) -> Self {
        match error {
            ReplayError::NoScratch(_) => Self::NoScratchDatabase,
            ReplayError::Opaque { .. } => Self::UnknownEffect,
            ReplayError::Panic(error) => error.into(),
            ReplayError::Plan { source, misfit, .. } => Self::of_plan(source, misfit.as_deref()),
            ReplayError::Rehearsal { .. } => Self::RehearsalFailed,
        }
    }
}

impl From<&RevisionIdError> for ErrorCode {
    fn from(error: &RevisionIdError) -> Self {
        match error {
            RevisionIdError::Empty => Self::EmptyIdentifier,
            RevisionIdError::IllegalCharacters { .. } => Self::IllegalCharacters,
            RevisionIdError::Reserved { .. } => Self::ReservedWord,
            RevisionIdError::TooLong { .. } => Self::IdentifierTooLong,
        }
    }
}

impl From<&revision::PlanError> for ErrorCode {
    fn from(error: &revision::PlanError) -> Self {
        match error {
            revision::PlanError::CrossesFork { .. } => Self::CrossesFork,
            revision::PlanError::Heads(error) => error.into(),
            revision::PlanError::MultipleTargets { .. } => Self::MultipleTargets,
            revision::PlanError::NotBelow { .. } => Self::NotBelow,
            revision::PlanError::Overlap { .. } => Self::OverlappingTargets,
            revision::PlanError::RangeNotAncestor { .. } => Self::RangeNotAncestor,
            revision::PlanError::Target(error) => error.into(),
        }
    }
}

impl From<&RunError> for ErrorCode {
    fn from(error: &RunError) -> Self {
        match error {
            RunError::CodeChangedSchema { .. } => Self::CodeChangedSchema,
            RunError::CodeEndedTransaction { .. } => Self::CodeEndedTransaction,
            RunError::CodeFailed { .. } => Self::CodeFailed,
            RunError::CodeOffline { .. } => Self::CodeOffline,
            RunError::Connection(error) => error.into(),
            RunError::ForeignKeysBroken { .. } => Self::BrokenReferences,
            RunError::ForeignKeysOn => Self::ForeignKeysOn,
            RunError::Hazard { hazard, .. } => match hazard.kind {
                HazardKind::BreaksCheck { .. } => Self::BrokenCheck,
                HazardKind::CannotConvert { .. } => Self::UnconvertibleValues,
                HazardKind::HoldsEnumValues { .. } => Self::HeldEnumValues,
                HazardKind::LosesData => Self::DataLoss,
                HazardKind::NullInNotNull => Self::NullValues,
            },
            RunError::NotThere { misfit, .. } => match misfit.fault {
                Fault::Database => Self::ObjectMissing,
                Fault::Script => Self::UnknownObject,
                Fault::Unknown => Self::StatementRefused,
            },
            RunError::Heads(error) => error.into(),
            RunError::InTransaction => Self::InTransaction,
            RunError::Lock { .. } => Self::Locked,
            RunError::MixedModes { .. } => Self::MixedModes,
            RunError::Outside { source, .. } if matches!(**source, RunError::InvalidIndex { .. }) => {
                Self::InvalidIndex
            }
            RunError::Outside { .. } => Self::FailedOutsideTransaction,
            RunError::Overtaken { .. } => Self::Overtaken,
            RunError::Panic(error) => error.into(),
            RunError::SplitSchemas { .. } => Self::SplitSchemas,
            RunError::Plan { source, misfit, .. } => Self::of_plan(source, misfit.as_deref()),
            RunError::Reflect(error) => error.into(),
            RunError::RowsLost { .. } => Self::RowsLost,
            // What to do about it depends on why it failed; that it was rolled back needs nothing done.
            RunError::Step { source, .. } => source.as_ref().into(),
            RunError::Steps(error) => error.into(),
            RunError::TableChanged { .. } => Self::TableChanged,
            RunError::Target(error) => error.into(),
            RunError::ScriptChanged { .. } | RunError::Unfinished { .. } => Self::UnfinishedRevision,
            RunError::UnknownOffline { .. } => Self::UnknownEffect,
            RunError::NoLastingLock { .. } => Self::NoLastingLock,
            RunError::Partitioned { .. } => Self::UnsupportedOperation,
            RunError::IdTooLong { .. } => Self::IdentifierTooLong,
            RunError::Stopped { .. } => Self::Stopped,
            RunError::InvalidIndex { .. } => Self::InvalidIndex,
            RunError::JournalChanged { .. } => Self::JournalChanged,
            RunError::UnknownEntry { .. } => Self::UnknownJournalEntry,
            RunError::VersionRow { .. } => Self::VersionRow,
            RunError::VersionTable(error) => match error {
                VersionTableError::Other { .. } | VersionTableError::Column { .. } => Self::NotAVersionTable,
                VersionTableError::Hidden { .. } => Self::HiddenVersionRows,
                VersionTableError::NullRow { .. }
                | VersionTableError::OddRow { .. }
                | VersionTableError::RepeatedRow { .. } => Self::MalformedVersionRows,
            },
        }
    }
}

impl From<&ScriptError> for ErrorCode {
    fn from(error: &ScriptError) -> Self {
        match error {
            ScriptError::Exists { .. } => Self::FileExists,
            ScriptError::FileName { .. }
            | ScriptError::Template { .. }
            | ScriptError::UnknownToken { .. } => Self::FileTemplate,
            ScriptError::NoFolder { .. } => Self::NoVersionsFolder,
            ScriptError::Write { .. } => Self::CannotWriteFile,
        }
    }
}

impl From<&ScriptPanic> for ErrorCode {
    fn from(error: &ScriptPanic) -> Self {
        let ScriptPanic { function: _, revision: _, path: _, place: _, words: _ } = error;
        Self::ScriptPanicked
    }
}

impl From<&SqlFileError> for ErrorCode {
    fn from(error: &SqlFileError) -> Self {
        match error {
            SqlFileError::NoScratch { .. } | SqlFileError::NoServer { .. } => Self::NoScratchDatabase,
            SqlFileError::Encoding { .. } | SqlFileError::NoSql { .. } => Self::SqlFileEncoding,
            SqlFileError::Beyond { .. } | SqlFileError::Unrunnable { .. } => Self::UnrunnableSql,
            SqlFileError::Read { .. } => Self::UnreadableSqlFile,
            SqlFileError::Reflect { source, .. } => source.into(),
            SqlFileError::Statement { .. } => Self::SqlFileFailed,
        }
    }
}

impl From<&TargetError> for ErrorCode {
    fn from(error: &TargetError) -> Self {
        match error {
            TargetError::AmbiguousCurrent { .. } => Self::AmbiguousCurrent,
            TargetError::AmbiguousIdentifier { .. } => Self::AmbiguousRevision,
            TargetError::AmbiguousWalk { .. } => Self::AmbiguousWalk,
            TargetError::Heads(error) => error.into(),
            TargetError::MultipleHeads { .. } => Self::MultipleHeads,
            TargetError::NeedsDatabase { .. } => Self::NeedsDatabase,
            TargetError::NoSuchBranch { .. } => Self::UnknownBranch,
            TargetError::NotOnBranch { .. } => Self::NotOnBranch,
            TargetError::RelativeTooFar { .. } | TargetError::WalkedTooFar { .. } => Self::WalkedTooFar,
            TargetError::Unknown { .. } => Self::UnknownRevision,
        }
    }
}
