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
    revision::{
        GraphError, HeadsError, ParseError, PlanError as StepsError, RevisionIdError, ScriptPanic,
        TargetError,
    },
    runtime::{Fault, Misfit, RunError, VersionTableError},
    script::ScriptError,
    source::{ReplayError, SqlFileError},
};

use super::{Error, ErrorCode};

/// Gives each variant of an error its name. A variant `of` which a field is another error has that one's name; what tells
/// more than the variant stands in `else`.
macro_rules! names {
    ($error:ident {
        $($($variant:ident)|+ => $code:ident,)*
    } $(of { $($outer:ident.$inner:tt),* })? $(else { $($pattern:pat $(if $guard:expr)? => $value:expr,)* })?) => {
        impl From<&$error> for ErrorCode {
            fn from(error: &$error) -> Self {
                match error {
                    $($($pattern $(if $guard)? => $value,)*)?
                    $($($error::$variant { .. })|+ => Self::$code,)*
                    $($($error::$outer { $inner: error, .. } => error.into(),)*)?
                }
            }
        }
    };
}

names!(Error {
    EmptyModels => EmptyModels,
    EnumNotDeclared => EnumNotDeclared,
    ExternalInModels => ExternalInModels,
    Models => ModelsNotCollected,
    ModelsTwice => ModelsTwice,
    NameCollision => NameCollision,
    Naming => NamingConvention,
    NoModels => NoModels,
    Editor => EditorFailed,
    NoScripts | NoScriptFile => NoScripts,
    NotAtHeads => NotAtHeads,
    NotUpToDate => PendingRevisions,
    OldBinary => OldBinary,
    SeveralHeads => MultipleHeads,
    Uncompared | UncomparedModels => UncomparedExpressions,
    Usage => Usage,
} of {
    Apply.0, Config.0, Connection.0, Heads.0, Id.0, Irreversible.0, Json.0, NewRevision.source, NotCreated.source, Parse.0, Reflect.0, Replay.0,
    Run.0, Script.0, SqlFile.0, Steps.0, Target.0
} else {
    Error::Graph(error) => (&error.error).into(),
    Error::NewRevision { source: PlanError::Apply { .. }, .. } => Self::NotInHistory,
});

names!(ConnectionUrlError {
    BadHost => MalformedHost,
    BadPort => MalformedPort,
    BadText => MalformedEncoding,
    BadValue => ParameterValue,
    NoFile => NoFileInUrl,
    NoScheme => NoScheme,
    NoSlashes => NoSlashes,
    PortCount => PortCount,
    Unencoded => UnencodedCharacter,
    UnknownParameter => UnknownParameter,
    UnknownScheme => UnknownScheme,
    UnsupportedParameter => UnsupportedParameter,
});

names!(ApplyError {
    EnumValueExists | Exists => ObjectExists,
    Missing | NoEnumValue => ObjectMissing,
    EnumInUse | EnumValueInUse => ObjectInUse,
    NoComment => UnsupportedOperation,
    NotOfEnum => ValueNotOfType,
});

names!(ConfigError {
    BadDuration => MalformedDuration,
    BadPlaceholder => MalformedPlaceholder,
    DotEnv | Malformed => MalformedConfiguration,
    NoConnectionUrl => NoConnectionUrl,
    NotText => VariableNotText,
    Read => UnreadableConfiguration,
    UnknownKey => UnknownKey,
    UnsetVariable => UnsetVariable,
} of { ConnectionUrl.source });

names!(ConnectionError {
    Folder => DatabaseIsAFolder,
    InUse => DatabaseInUse,
    LockFile => LockFile,
    NewerFormat => NewerFormat,
    NoFile => NoDatabaseFile,
    NoFolder => NoDatabaseFolder,
    NoHost => NoUsableHost,
    NotADatabase => NotADatabase,
    NotRemoved => FileNotRemoved,
    Unreadable => UnreadableCertificate,
    WrongDialect => WrongDialect,
    WrongSession => WrongServerKind,
} of { Tls.source } else {
    error @ ConnectionError::Connect { .. } => error.trouble().as_ref().map_or(Self::CannotConnect, Into::into),
    error @ ConnectionError::Statement { .. } => error.trouble().as_ref().map_or(Self::StatementRefused, Into::into),
});

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

names!(TlsError {
    Authority | Untrusted => TlsUntrustedCertificate,
    BadCertificate | NoCertificate | NoKey => UnreadableCertificate,
    ClientRefused | Half | KeyMismatch => TlsClientCertificate,
    Expired | NotYetValid => TlsExpiredCertificate,
    Incompatible | Other => TlsFailed,
    NotOffered => TlsNotOffered,
    WrongHost => TlsWrongHost,
});

names!(Trouble {
    Busy | LockedObject => DatabaseBusy,
    Cancelled => Cancelled,
    CannotOpenFile => CannotOpenFile,
    ConnectionLost => ConnectionLost,
    Constraint => ConstraintViolated,
    DamagedFile => DamagedFile,
    Deadlock => Deadlock,
    DiskFull => DiskFull,
    FileError => FileError,
    IdleTransaction => IdleTransaction,
    NewEnumValue => NewEnumValue,
    NewerFormat => NewerFormat,
    NoPermission => NoPermission,
    NotADatabase => NotADatabase,
    ReadOnly | ReadOnlyServer => ReadOnly,
    ServerStarting => ServerStarting,
    Tls => TlsFailed,
    TooManyConnections => TooManyConnections,
    UnknownDatabase => UnknownDatabase,
    Unreachable => Unreachable,
    UserRefused => UserRefused,
    WrongPassword => WrongPassword,
});

names!(GraphError {
    Cycle => Cycle,
    DependencyCycle => DependencyCycle,
    DependencySelfLoop => DependencySelfLoop,
    DuplicateId => DuplicateRevision,
    DuplicateLabel => DuplicateLabel,
    MissingDependency => MissingDependency,
    MissingParent => MissingRevision,
    SelfLoop => SelfLoop,
} of { InvalidId.0, InvalidLabel.source });

names!(HeadsError {
    Overlap => OverlappingRows,
    UnknownRevision => UnknownVersionRow,
});

names!(Irreversible {
    Refused => Irreversible,
    Code | Rows | Sql => NoDowngrade,
} of { Apply.0 });

names!(JsonError {
    Code => CodeInJson,
    Duplicate | Malformed | Operators => MalformedJson,
    UnknownVersion => UnknownJsonVersion,
});

names!(ParseError {
    Malformed => MalformedTarget,
    NotARange => NotARange,
    RangeNotAllowed => RangeNotAllowed,
});

names!(PlanError {
    InUse => ObjectInUse,
    Irreversible => Irreversible,
    NeedsUsing => NeedsUsing,
    NamelessIndex => NamelessIndex,
    NeedsNoTransaction | OwnTransaction => NeedsNoTransaction,
    MalformedRows => MalformedRows,
    NotOfType => ValueNotOfType,
    Original => UnreadableObject,
    Unrunnable => UnrunnableSql,
    Unsupported => UnsupportedOperation,
} of { Apply.source });

names!(ReflectError {
    NoSchema => NoSchema,
    NoUsage => NoPermission,
    Original => UnreadableObject,
    TooOld => ServerTooOld,
} of { Connection.source });

names!(ReplayError {
    NoScratch => NoScratchDatabase,
    Opaque => UnknownEffect,
    Rehearsal => RehearsalFailed,
} of { Panic.0 } else {
    ReplayError::Plan { source, misfit, .. } => Self::of_plan(source, misfit.as_deref()),
});

names!(RevisionIdError {
    Empty => EmptyIdentifier,
    IllegalCharacters => IllegalCharacters,
    Reserved => ReservedWord,
    TooLong => IdentifierTooLong,
});

names!(StepsError {
    CrossesFork => CrossesFork,
    MultipleTargets => MultipleTargets,
    NotBelow => NotBelow,
    Overlap => OverlappingTargets,
    RangeNotAncestor => RangeNotAncestor,
} of { Heads.0, Target.0 });

names!(RunError {
    CodeChangedSchema => CodeChangedSchema,
    CodeEndedTransaction => CodeEndedTransaction,
    CodeFailed => CodeFailed,
    CodeOffline => CodeOffline,
    ForeignKeysBroken => BrokenReferences,
    ForeignKeysOn => ForeignKeysOn,
    InTransaction => InTransaction,
    Lock => Locked,
    MixedModes => MixedModes,
    Outside => FailedOutsideTransaction,
    Overtaken => Overtaken,
    SplitSchemas => SplitSchemas,
    RowsLost => RowsLost,
    TableChanged => TableChanged,
    ScriptChanged | Unfinished => UnfinishedRevision,
    UnknownOffline => UnknownEffect,
    NoLastingLock => NoLastingLock,
    Partitioned => UnsupportedOperation,
    IdTooLong => IdentifierTooLong,
    Stopped => Stopped,
    InvalidIndex => InvalidIndex,
    JournalChanged => JournalChanged,
    UnknownEntry => UnknownJournalEntry,
    VersionRow => VersionRow,
} of { Connection.0, Heads.0, Panic.0, Reflect.0, Steps.0, Target.0, VersionTable.0 } else {
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
    RunError::Outside { source, .. } if matches!(**source, RunError::InvalidIndex { .. }) => Self::InvalidIndex,
    RunError::Plan { source, misfit, .. } => Self::of_plan(source, misfit.as_deref()),
    // What to do about it depends on why it failed; that it was rolled back needs nothing done.
    RunError::Step { source, .. } => source.as_ref().into(),
});

names!(ScriptError {
    BadTemplate | TemplateLacks => ScriptTemplate,
    Exists => FileExists,
    FileName | Template | UnknownToken => FileTemplate,
    Hook => HookFailed,
    NoFolder => NoVersionsFolder,
    Write => CannotWriteFile,
});

impl From<&ScriptPanic> for ErrorCode {
    fn from(error: &ScriptPanic) -> Self {
        let ScriptPanic { function: _, revision: _, path: _, place: _, words: _ } = error;
        Self::ScriptPanicked
    }
}

names!(SqlFileError {
    NoScratch | NoServer => NoScratchDatabase,
    Encoding | NoSql => SqlFileEncoding,
    Beyond | Unrunnable => UnrunnableSql,
    Read => UnreadableSqlFile,
    Statement => SqlFileFailed,
} of { Reflect.source });

names!(TargetError {
    AmbiguousCurrent => AmbiguousCurrent,
    AmbiguousIdentifier => AmbiguousRevision,
    AmbiguousWalk => AmbiguousWalk,
    MultipleHeads => MultipleHeads,
    NeedsDatabase => NeedsDatabase,
    NoSuchBranch => UnknownBranch,
    NotOnBranch => NotOnBranch,
    RelativeTooFar | WalkedTooFar => WalkedTooFar,
    Unknown => UnknownRevision,
} of { Heads.0 });

names!(VersionTableError {
    Column | Other => NotAVersionTable,
    Hidden => HiddenVersionRows,
    NullRow | OddRow | RepeatedRow => MalformedVersionRows,
});
