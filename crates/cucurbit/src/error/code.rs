//! The stable names of errors.
//!
//! What lives here: the list of names. `docs/errors.md` has a heading for each, with the cause and the cure; a test
//! compares the two. Which error has which name is `of.rs`.

use std::fmt;

/// Writes the enum, its list and its names from one table, so that none of them can miss a line.
macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// The stable name of an error: `wrong-password`.
        ///
        /// One name for each cure. A message may change its wording, and several variants may share a name; a name that
        /// was released keeps its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])* $variant,)*
        }

        impl ErrorCode {
            /// Every code, in the order of `docs/errors.md`.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the name: lowercase words joined by `-`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

error_codes! {
    // What the connection URL may not be.
    /// A `%..` in the connection URL decodes to bytes that are not text.
    MalformedEncoding = "malformed-encoding",
    /// The IPv6 host of the connection URL has no closing bracket.
    MalformedHost = "malformed-host",
    /// A port in the connection URL is not a port number.
    MalformedPort = "malformed-port",
    /// A SQLite connection URL names neither a file nor memory.
    NoFileInUrl = "no-file-in-url",
    /// The connection URL does not begin with a scheme.
    NoScheme = "no-scheme",
    /// The connection URL has no `//` after its scheme.
    NoSlashes = "no-slashes",
    /// A parameter of the connection URL has an unsupported value.
    ParameterValue = "parameter-value",
    /// The connection URL does not have as many ports as hosts.
    PortCount = "port-count",
    /// A user or password in the connection URL holds a character that must be encoded.
    UnencodedCharacter = "unencoded-character",
    /// Unknown parameter in the connection URL.
    UnknownParameter = "unknown-parameter",
    /// The scheme of the connection URL is of an unsupported database.
    UnknownScheme = "unknown-scheme",
    /// A parameter of the connection URL is not supported.
    UnsupportedParameter = "unsupported-parameter",

    // Configuration and command line.
    /// `cucurbit.toml` is malformed.
    MalformedConfiguration = "malformed-configuration",
    /// A text is not a duration.
    MalformedDuration = "malformed-duration",
    /// A `${` in the configuration is not closed, or names no variable.
    MalformedPlaceholder = "malformed-placeholder",
    /// No connection URL is configured.
    NoConnectionUrl = "no-connection-url",
    /// `cucurbit.toml` has an unknown key.
    UnknownKey = "unknown-key",
    /// The configuration file cannot be read.
    UnreadableConfiguration = "unreadable-configuration",
    /// The configuration uses a variable that is not set.
    UnsetVariable = "unset-variable",
    /// The arguments of the command line contradict each other.
    Usage = "usage",
    /// An environment variable is not UTF-8 text.
    VariableNotText = "variable-not-text",

    // Opening a database.
    /// The database cannot be opened, for a reason that has no name of its own.
    CannotConnect = "cannot-connect",
    /// A SQLite file cannot be opened.
    CannotOpenFile = "cannot-open-file",
    /// A database that is to be dropped has other connections.
    DatabaseInUse = "database-in-use",
    /// The path of the SQLite file is a folder.
    DatabaseIsAFolder = "database-is-a-folder",
    /// A file of a SQLite database that is dropped cannot be removed.
    FileNotRemoved = "file-not-removed",
    /// A newer version of SQLite wrote the file.
    NewerFormat = "newer-format",
    /// The SQLite file does not exist, and the command does not create it.
    NoDatabaseFile = "no-database-file",
    /// The folder of the SQLite file does not exist.
    NoDatabaseFolder = "no-database-folder",
    /// None of the hosts in the connection URL can be used.
    NoUsableHost = "no-usable-host",
    /// The file is not a SQLite database.
    NotADatabase = "not-a-database",
    /// The server is starting or stopping.
    ServerStarting = "server-starting",
    /// The client's certificate or its key is not accepted.
    TlsClientCertificate = "tls-client-certificate",
    /// The server's certificate has expired, or is not valid yet.
    TlsExpiredCertificate = "tls-expired-certificate",
    /// No encrypted connection could be established.
    TlsFailed = "tls-failed",
    /// The server does not offer TLS.
    TlsNotOffered = "tls-not-offered",
    /// The server's certificate is not signed by a trusted authority.
    TlsUntrustedCertificate = "tls-untrusted-certificate",
    /// The server's certificate is for another host.
    TlsWrongHost = "tls-wrong-host",
    /// The server has no free connection.
    TooManyConnections = "too-many-connections",
    /// The server has no such database.
    UnknownDatabase = "unknown-database",
    /// No server answers at this host and port.
    Unreachable = "unreachable",
    /// A certificate or key that the connection URL names cannot be read.
    UnreadableCertificate = "unreadable-certificate",
    /// The server does not let this user in.
    UserRefused = "user-refused",
    /// The connection is to another kind of database.
    WrongDialect = "wrong-dialect",
    /// The server does not accept the password.
    WrongPassword = "wrong-password",
    /// The server is not of the kind that `target_session_attrs` asks for.
    WrongServerKind = "wrong-server-kind",

    // What a database answers.
    /// The server stopped a statement because of a timeout, or because a user cancelled it.
    Cancelled = "cancelled",
    /// The connection ended during the run.
    ConnectionLost = "connection-lost",
    /// Rows violate a constraint.
    ConstraintViolated = "constraint-violated",
    /// A SQLite file is damaged.
    DamagedFile = "damaged-file",
    /// Another connection holds a lock that a statement needs.
    DatabaseBusy = "database-busy",
    /// The database rolled a transaction back to resolve a deadlock.
    Deadlock = "deadlock",
    /// The disk is full.
    DiskFull = "disk-full",
    /// The system failed to read or write a SQLite file.
    FileError = "file-error",
    /// The user lacks a permission.
    NoPermission = "no-permission",
    /// The server ended a session that was idle in its transaction.
    IdleTransaction = "idle-transaction",
    /// A value of an enum type is used in the transaction that added it.
    NewEnumValue = "new-enum-value",
    /// None of the schemas in the search path exists.
    NoSchema = "no-schema",
    /// The database is read-only.
    ReadOnly = "read-only",
    /// The server is older than the oldest supported version.
    ServerTooOld = "server-too-old",
    /// The database refused a statement, for a reason that has no name of its own.
    StatementRefused = "statement-refused",
    /// The stored definition of an object cannot be read.
    UnreadableObject = "unreadable-object",

    // The revision scripts.
    /// Revisions are each other's ancestors.
    Cycle = "cycle",
    /// Revisions depend on each other.
    DependencyCycle = "dependency-cycle",
    /// A revision depends on itself.
    DependencySelfLoop = "dependency-self-loop",
    /// A branch label is used twice.
    DuplicateLabel = "duplicate-label",
    /// Two scripts have the same id.
    DuplicateRevision = "duplicate-revision",
    /// A revision's id or label is empty.
    EmptyIdentifier = "empty-identifier",
    /// The id of a revision does not fit into the version table.
    IdentifierTooLong = "identifier-too-long",
    /// The id or label of a revision holds a character that has a meaning in targets.
    IllegalCharacters = "illegal-characters",
    /// A script depends on a revision that does not exist.
    MissingDependency = "missing-dependency",
    /// A script revises a revision that does not exist.
    MissingRevision = "missing-revision",
    /// There is no revision script.
    NoScripts = "no-scripts",
    /// The editor that the environment names could not be run, or failed.
    EditorFailed = "editor-failed",
    /// The folder of the scripts holds scripts that the binary does not contain.
    OldBinary = "old-binary",
    /// The id or label of a revision is a reserved word.
    ReservedWord = "reserved-word",
    /// The code of a script panicked.
    ScriptPanicked = "script-panicked",
    /// A revision revises itself.
    SelfLoop = "self-loop",

    // Which revision is meant.
    /// Several revisions are applied, and the target does not say which one to count from.
    AmbiguousCurrent = "ambiguous-current",
    /// Several revisions begin with the given characters.
    AmbiguousRevision = "ambiguous-revision",
    /// A relative target reaches a fork.
    AmbiguousWalk = "ambiguous-walk",
    /// A downgrade of a branch would revert a revision that other branches depend on.
    CrossesFork = "crosses-fork",
    /// The argument is not a valid target.
    MalformedTarget = "malformed-target",
    /// There are several heads, and one is required.
    MultipleHeads = "multiple-heads",
    /// A downgrade was given several targets.
    MultipleTargets = "multiple-targets",
    /// The target counts from what is applied, and no database is read.
    NeedsDatabase = "needs-database",
    /// The argument is not a range.
    NotARange = "not-a-range",
    /// The target of a downgrade is not applied.
    NotBelow = "not-below",
    /// The revision is not on the given branch.
    NotOnBranch = "not-on-branch",
    /// A row of the version table implies another one.
    OverlappingRows = "overlapping-rows",
    /// A revision was given together with one of its ancestors.
    OverlappingTargets = "overlapping-targets",
    /// A range was given where one revision is required.
    RangeNotAllowed = "range-not-allowed",
    /// One end of the range is not an ancestor of the other.
    RangeNotAncestor = "range-not-ancestor",
    /// No branch has this label.
    UnknownBranch = "unknown-branch",
    /// No script has this id.
    UnknownRevision = "unknown-revision",
    /// The version table names a revision that has no script.
    UnknownVersionRow = "unknown-version-row",
    /// The history has fewer revisions than the relative target counts.
    WalkedTooFar = "walked-too-far",

    // Comparing and creating.
    /// A script cannot be written.
    CannotWriteFile = "cannot-write-file",
    /// The models contain no table.
    EmptyModels = "empty-models",
    /// A column of the models has an enum type that the models do not declare.
    EnumNotDeclared = "enum-not-declared",
    /// A table is one of the models and is also declared external.
    ExternalInModels = "external-in-models",
    /// The file of a new script exists already.
    FileExists = "file-exists",
    /// `file_template` is invalid.
    FileTemplate = "file-template",
    /// A hook failed on a new script, which is written.
    HookFailed = "hook-failed",
    /// The models could not be collected.
    ModelsNotCollected = "models-not-collected",
    /// The models are named both in Rust and in `cucurbit.toml`.
    ModelsTwice = "models-twice",
    /// Two names in the models are the same name on a database of the project.
    NameCollision = "name-collision",
    /// The naming convention yields no name.
    NamingConvention = "naming-convention",
    /// An operation of the revision cannot be reversed.
    NoDowngrade = "no-downgrade",
    /// The project has no models.
    NoModels = "no-models",
    /// There is no scratch database on which to try SQL of unknown effect.
    NoScratchDatabase = "no-scratch-database",
    /// The folder of the scripts does not exist.
    NoVersionsFolder = "no-versions-folder",
    /// The database holds something that no revision created.
    NotInHistory = "not-in-history",
    /// Revisions are pending, and none may be.
    PendingRevisions = "pending-revisions",
    /// A revision failed on a scratch database.
    RehearsalFailed = "rehearsal-failed",
    /// The project's template of scripts cannot be used.
    ScriptTemplate = "script-template",
    /// An SQL file is not UTF-8 text.
    SqlFileEncoding = "sql-file-encoding",
    /// A statement of an SQL file failed.
    SqlFileFailed = "sql-file-failed",
    /// Expressions could not be compared.
    UncomparedExpressions = "uncompared-expressions",
    /// The effect of SQL on the schema is unknown.
    UnknownEffect = "unknown-effect",
    /// An SQL file cannot be read.
    UnreadableSqlFile = "unreadable-sql-file",

    // Schemas and operations as JSON.
    /// JSON has the title of code, and not the code.
    CodeInJson = "code-in-json",
    /// JSON is not that of a schema or of operations.
    MalformedJson = "malformed-json",
    /// JSON has a version that this release does not read.
    UnknownJsonVersion = "unknown-json-version",

    // Running revisions.
    /// Rows violate a new check.
    BrokenCheck = "broken-check",
    /// Rows would refer to rows that do not exist.
    BrokenReferences = "broken-references",
    /// Code of a script changed the schema.
    CodeChangedSchema = "code-changed-schema",
    /// Code of a script ended the transaction of its revision.
    CodeEndedTransaction = "code-ended-transaction",
    /// Code of a script failed.
    CodeFailed = "code-failed",
    /// Code of a script cannot be written as SQL.
    CodeOffline = "code-offline",
    /// A table or column that holds data would be dropped.
    DataLoss = "data-loss",
    /// A revision failed that cannot be rolled back as a whole.
    FailedOutsideTransaction = "failed-outside-transaction",
    /// Foreign keys cannot be disabled for a rebuild.
    ForeignKeysOn = "foreign-keys-on",
    /// Rows hold values that are removed from an enum type, and the script does not say what they become.
    HeldEnumValues = "held-enum-values",
    /// A policy may hide rows of the version table.
    HiddenVersionRows = "hidden-version-rows",
    /// The connection is already in a transaction.
    InTransaction = "in-transaction",
    /// PostgreSQL already has an index of this name, and it is invalid.
    InvalidIndex = "invalid-index",
    /// The script refuses to be reverted.
    Irreversible = "irreversible",
    /// Another program changed the remaining statements of a revision.
    JournalChanged = "journal-changed",
    /// SQLite: the lock file, which prevents concurrent runs, cannot be used.
    LockFile = "lock-file",
    /// Timed out waiting for the lock.
    Locked = "locked",
    /// Rows of `op.bulk_insert` do not fit its columns.
    MalformedRows = "malformed-rows",
    /// Rows of the version table name no revision, or name one twice.
    MalformedVersionRows = "malformed-version-rows",
    /// An operation that needs a transaction is in the same revision as one that cannot run in a transaction.
    MixedModes = "mixed-modes",
    /// An index that is created outside a transaction has no name.
    NamelessIndex = "nameless-index",
    /// A statement cannot run in the transaction of its revision, or would end it.
    NeedsNoTransaction = "needs-no-transaction",
    /// The database has no conversion between two types, and the script does not give one.
    NeedsUsing = "needs-using",
    /// An object with the name of the version table is not a version table.
    NotAVersionTable = "not-a-version-table",
    /// No lock can prevent concurrent runs while a statement runs outside transactions.
    NoLastingLock = "no-lasting-lock",
    /// The database is not at the heads.
    NotAtHeads = "not-at-heads",
    /// Rows have NULL in a column that becomes NOT NULL.
    NullValues = "null-values",
    /// A revision creates an object that already exists.
    ObjectExists = "object-exists",
    /// An object that a revision drops is still in use.
    ObjectInUse = "object-in-use",
    /// A script creates an object that an earlier revision already creates.
    ObjectMadeTwice = "object-made-twice",
    /// A revision changes an object that does not exist.
    ObjectMissing = "object-missing",
    /// Another process changed the version table.
    Overtaken = "overtaken",
    /// A rebuild would have lost rows.
    RowsLost = "rows-lost",
    /// PostgreSQL: the version table is in one schema, and the session's current schema is another that has
    /// tables.
    SplitSchemas = "split-schemas",
    /// The run was stopped by Ctrl-C, SIGTERM or the program.
    Stopped = "stopped",
    /// SQLite: another program changed a table while a revision was planned.
    TableChanged = "table-changed",
    /// Values cannot be converted to the new type of their column.
    UnconvertibleValues = "unconvertible-values",
    /// SQL holds something that cannot be run.
    UnrunnableSql = "unrunnable-sql",
    /// A revision was started and not finished.
    UnfinishedRevision = "unfinished-revision",
    /// What is left of a revision was written down by another version of Cucurbit.
    UnknownJournalEntry = "unknown-journal-entry",
    /// A script names an object that no revision creates.
    UnknownObject = "unknown-object",
    /// The database does not support an operation of the script.
    UnsupportedOperation = "unsupported-operation",
    /// A constant is not a value of its column's type.
    ValueNotOfType = "value-not-of-type",
    /// A row of the version table is not as expected.
    VersionRow = "version-row",
}

/// As in `error[wrong-password]`.
impl fmt::Display for ErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}
