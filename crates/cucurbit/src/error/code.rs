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
        /// One name for each cure. A message may be worded anew, and several variants may share a name; a name that
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
    // What the address may not be.
    /// What `%..` stands for in the address is no text.
    MalformedEncoding = "malformed-encoding",
    /// The IPv6 host of the address is not closed.
    MalformedHost = "malformed-host",
    /// A port of the address is no port.
    MalformedPort = "malformed-port",
    /// A SQLite address names neither a file nor memory.
    NoFileInAddress = "no-file-in-address",
    /// The address does not begin with the kind of database.
    NoScheme = "no-scheme",
    /// `//` is missing in the address.
    NoSlashes = "no-slashes",
    /// A parameter of the address has a value that it cannot have.
    ParameterValue = "parameter-value",
    /// The address has not as many ports as hosts.
    PortCount = "port-count",
    /// A user or password in the address holds what must be encoded.
    UnencodedCharacter = "unencoded-character",
    /// Nobody knows a parameter of the address.
    UnknownParameter = "unknown-parameter",
    /// The address is of another kind of database.
    UnknownScheme = "unknown-scheme",
    /// A parameter of the address cannot be honoured.
    UnsupportedParameter = "unsupported-parameter",

    // Configuration and command line.
    /// `cucurbit.toml` cannot be read as what it should be.
    MalformedConfiguration = "malformed-configuration",
    /// A text is not a length of time.
    MalformedDuration = "malformed-duration",
    /// A `${` of the configuration does not end or names nothing.
    MalformedPlaceholder = "malformed-placeholder",
    /// Nobody says where the database is.
    NoAddress = "no-address",
    /// `cucurbit.toml` has a key that means nothing.
    UnknownKey = "unknown-key",
    /// The configuration file cannot be read.
    UnreadableConfiguration = "unreadable-configuration",
    /// The configuration needs a variable that is not set.
    UnsetVariable = "unset-variable",
    /// What was given on the command line does not go together.
    Usage = "usage",
    /// An environment variable is not UTF-8.
    VariableNotText = "variable-not-text",

    // Opening a database.
    /// The database cannot be opened, for a reason that has no code of its own.
    CannotConnect = "cannot-connect",
    /// A SQLite file cannot be opened.
    CannotOpenFile = "cannot-open-file",
    /// The path of a SQLite file is a folder.
    DatabaseIsAFolder = "database-is-a-folder",
    /// A SQLite file was written by a newer SQLite.
    NewerFormat = "newer-format",
    /// There is no SQLite file, and the command makes none.
    NoDatabaseFile = "no-database-file",
    /// The folder of a SQLite file does not exist.
    NoDatabaseFolder = "no-database-folder",
    /// None of several hosts will do.
    NoUsableHost = "no-usable-host",
    /// The file is no SQLite database.
    NotADatabase = "not-a-database",
    /// The server is starting or stopping.
    ServerStarting = "server-starting",
    /// The certificate of the client, or its key, will not do.
    TlsClientCertificate = "tls-client-certificate",
    /// The server's certificate has expired, or is not valid yet.
    TlsExpiredCertificate = "tls-expired-certificate",
    /// No encrypted connection could be made.
    TlsFailed = "tls-failed",
    /// The server does not offer TLS.
    TlsNotOffered = "tls-not-offered",
    /// Nobody who is trusted has signed the server's certificate.
    TlsUntrustedCertificate = "tls-untrusted-certificate",
    /// The server's certificate is another host's.
    TlsWrongHost = "tls-wrong-host",
    /// The server has no connection left.
    TooManyConnections = "too-many-connections",
    /// The server has no such database.
    UnknownDatabase = "unknown-database",
    /// No server answers there.
    Unreachable = "unreachable",
    /// A certificate or key that the address names cannot be read.
    UnreadableCertificate = "unreadable-certificate",
    /// The server does not let this user in.
    UserRefused = "user-refused",
    /// The connection is to the other kind of database.
    WrongDialect = "wrong-dialect",
    /// The server does not accept the password.
    WrongPassword = "wrong-password",
    /// The server is not of the kind that `target_session_attrs` asks for.
    WrongServerKind = "wrong-server-kind",

    // What a database answers.
    /// The server stopped a statement that took too long or that somebody cancelled.
    Cancelled = "cancelled",
    /// The connection ended in the middle.
    ConnectionLost = "connection-lost",
    /// Rows break a constraint.
    ConstraintViolated = "constraint-violated",
    /// A SQLite file is damaged.
    DamagedFile = "damaged-file",
    /// Another connection holds what a statement needs.
    DatabaseBusy = "database-busy",
    /// The database gave up a transaction for the sake of another.
    Deadlock = "deadlock",
    /// The disk is full.
    DiskFull = "disk-full",
    /// The system failed to read or write a SQLite file.
    FileError = "file-error",
    /// The user may not do it.
    NoPermission = "no-permission",
    /// The server ended a session that did nothing in its transaction.
    IdleTransaction = "idle-transaction",
    /// A value of an enum type is used in the transaction that added it.
    NewEnumValue = "new-enum-value",
    /// The search path names no schema that is there.
    NoSchema = "no-schema",
    /// The database cannot be written to.
    ReadOnly = "read-only",
    /// The database is older than what is supported.
    ServerTooOld = "server-too-old",
    /// The database refused a statement, for a reason that has no code of its own.
    StatementRefused = "statement-refused",
    /// What the database stores of an object cannot be read.
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
    /// A revision's id does not fit the version table.
    IdentifierTooLong = "identifier-too-long",
    /// A revision's id or label holds what targets are made of.
    IllegalCharacters = "illegal-characters",
    /// A script depends on one that is not there.
    MissingDependency = "missing-dependency",
    /// A script revises one that is not there.
    MissingRevision = "missing-revision",
    /// There is no revision script.
    NoScripts = "no-scripts",
    /// The source folder holds scripts that the binary does not have.
    OldBinary = "old-binary",
    /// A revision's id or label is a word of targets.
    ReservedWord = "reserved-word",
    /// The code of a script panicked.
    ScriptPanicked = "script-panicked",
    /// A revision revises itself.
    SelfLoop = "self-loop",

    // Which revision is meant.
    /// Several revisions are applied, and it is not said which to count from.
    AmbiguousCurrent = "ambiguous-current",
    /// Several revisions begin with what was given.
    AmbiguousRevision = "ambiguous-revision",
    /// Counting comes to a place with several ways on.
    AmbiguousWalk = "ambiguous-walk",
    /// A downgrade of a branch would revert what other branches stand on.
    CrossesFork = "crosses-fork",
    /// What was given cannot name a revision.
    MalformedTarget = "malformed-target",
    /// There are several heads where one is needed.
    MultipleHeads = "multiple-heads",
    /// A downgrade was given several targets.
    MultipleTargets = "multiple-targets",
    /// The target counts from what is applied, and no database is asked.
    NeedsDatabase = "needs-database",
    /// A range was needed.
    NotARange = "not-a-range",
    /// The target of a downgrade is not applied.
    NotBelow = "not-below",
    /// The revision is not on the branch that was named.
    NotOnBranch = "not-on-branch",
    /// A row of the version table implies another.
    OverlappingRows = "overlapping-rows",
    /// A revision was given together with an ancestor.
    OverlappingTargets = "overlapping-targets",
    /// One revision was needed, and a range was given.
    RangeNotAllowed = "range-not-allowed",
    /// The ends of a range are not on one line.
    RangeNotAncestor = "range-not-ancestor",
    /// No branch has this label.
    UnknownBranch = "unknown-branch",
    /// No script has this id.
    UnknownRevision = "unknown-revision",
    /// The version table names a revision that no script has.
    UnknownVersionRow = "unknown-version-row",
    /// The history ends before.
    WalkedTooFar = "walked-too-far",

    // Comparing and creating.
    /// A script cannot be written.
    CannotWriteFile = "cannot-write-file",
    /// The models hold no table.
    EmptyModels = "empty-models",
    /// A column of the models is of an enum type that they do not declare.
    EnumNotDeclared = "enum-not-declared",
    /// A table is among the models and said not to be the project's.
    ExternalInModels = "external-in-models",
    /// The file of a new script is there already.
    FileExists = "file-exists",
    /// `file_template` cannot be understood.
    FileTemplate = "file-template",
    /// The models could not be collected.
    ModelsNotCollected = "models-not-collected",
    /// Two names of the models are one name for a database.
    NameCollision = "name-collision",
    /// The naming convention gives no name.
    NamingConvention = "naming-convention",
    /// What a revision does has no reverse.
    NoDowngrade = "no-downgrade",
    /// The project gives no models.
    NoModels = "no-models",
    /// SQL of unknown effect can be tried nowhere.
    NoScratchDatabase = "no-scratch-database",
    /// The folder of the scripts is not there.
    NoVersionsFolder = "no-versions-folder",
    /// The database holds what no revision made.
    NotInHistory = "not-in-history",
    /// Revisions are pending where none may be.
    PendingRevisions = "pending-revisions",
    /// A revision failed on a scratch database.
    RehearsalFailed = "rehearsal-failed",
    /// An SQL file is no text of UTF-8.
    SqlFileEncoding = "sql-file-encoding",
    /// A statement of an SQL file fails.
    SqlFileFailed = "sql-file-failed",
    /// Expressions could not be compared.
    UncomparedExpressions = "uncompared-expressions",
    /// What SQL does to the schema is not known.
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
    /// Rows break a check that is made.
    BrokenCheck = "broken-check",
    /// Rows would refer to nothing.
    BrokenReferences = "broken-references",
    /// Code of a script changed the schema.
    CodeChangedSchema = "code-changed-schema",
    /// Code of a script ended the transaction of its revision.
    CodeEndedTransaction = "code-ended-transaction",
    /// Code of a script failed.
    CodeFailed = "code-failed",
    /// Code of a script cannot be written as SQL.
    CodeOffline = "code-offline",
    /// What is not empty would be dropped.
    DataLoss = "data-loss",
    /// A revision failed that cannot be rolled back.
    FailedOutsideTransaction = "failed-outside-transaction",
    /// Foreign keys cannot be switched off for a rebuild.
    ForeignKeysOn = "foreign-keys-on",
    /// Rows hold values that go from an enum type.
    HeldEnumValues = "held-enum-values",
    /// A policy may hide rows of the version table.
    HiddenVersionRows = "hidden-version-rows",
    /// The connection is in a transaction already.
    InTransaction = "in-transaction",
    /// PostgreSQL: an index that is there already is invalid.
    InvalidIndex = "invalid-index",
    /// The script refuses to be undone.
    Irreversible = "irreversible",
    /// What was written down of a revision was changed by another program.
    JournalChanged = "journal-changed",
    /// The file that keeps two runs apart cannot be used.
    LockFile = "lock-file",
    /// The lock was not had in time.
    Locked = "locked",
    /// Rows to be inserted do not fit their columns.
    MalformedRows = "malformed-rows",
    /// Rows of the version table name no revision, or one twice.
    MalformedVersionRows = "malformed-version-rows",
    /// A revision mixes what runs in a transaction with what does not.
    MixedModes = "mixed-modes",
    /// An index that is made outside transactions has no name.
    NamelessIndex = "nameless-index",
    /// A statement would end or leave the transaction of its revision.
    NeedsNoTransaction = "needs-no-transaction",
    /// A change of type has no one meaning.
    NeedsUsing = "needs-using",
    /// What bears the name of the version table is something else.
    NotAVersionTable = "not-a-version-table",
    /// Nothing keeps two runs apart while a statement runs outside transactions.
    NoLastingLock = "no-lasting-lock",
    /// The database is not at the heads.
    NotAtHeads = "not-at-heads",
    /// Rows have no value where one is asked for.
    NullValues = "null-values",
    /// What a revision makes is there already.
    ObjectExists = "object-exists",
    /// What a revision drops is still used.
    ObjectInUse = "object-in-use",
    /// A script makes what its history has made already.
    ObjectMadeTwice = "object-made-twice",
    /// What a revision changes is not there.
    ObjectMissing = "object-missing",
    /// Another process moved the version table.
    Overtaken = "overtaken",
    /// A rebuild would have lost rows.
    RowsLost = "rows-lost",
    /// PostgreSQL: the version table is in one schema, and tables are in another.
    SplitSchemas = "split-schemas",
    /// The run was asked to stop.
    Stopped = "stopped",
    /// Another program changed a table while a revision was planned.
    TableChanged = "table-changed",
    /// Values cannot become values of their column's new type.
    UnconvertibleValues = "unconvertible-values",
    /// SQL holds what cannot be run.
    UnrunnableSql = "unrunnable-sql",
    /// A revision was begun and not finished.
    UnfinishedRevision = "unfinished-revision",
    /// A script names what no revision makes.
    UnknownObject = "unknown-object",
    /// The database cannot do what a script says.
    UnsupportedOperation = "unsupported-operation",
    /// A constant is no value of its column's type.
    ValueNotOfType = "value-not-of-type",
    /// A row of the version table was not as it must be.
    VersionRow = "version-row",
}

/// As in `error[wrong-password]`.
impl fmt::Display for ErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}
