//! When a change comes, unless its reasons say otherwise.

/// When a change comes among those of all objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Namespaces are created.
    Namespaces,
    /// Enum types and their values are created.
    Enums,
    /// Sequences are created and altered.
    Sequences,
    /// Sequences that columns own get other names.
    Numbering,
    /// Foreign keys that block another change are dropped.
    Blocking,
    /// Names that others take are freed.
    Freed,
    /// Tables are created.
    Created,
    /// Tables are dropped.
    Dropped,
    /// Tables are altered, and those created that need it.
    Altered,
    /// Foreign keys come that need what only later tables give.
    Late,
    /// Enum types and sequences that nothing uses any more are dropped.
    Unused,
    /// Foreign keys that blocked another change are recreated.
    Again,
    /// Namespaces are dropped.
    EmptyNamespaces,
}

impl Phase {
    /// Tells whether changes of tables come in it, each at its table's place.
    pub(super) const fn is_of_tables(self) -> bool {
        match self {
            Self::Again
            | Self::Altered
            | Self::Blocking
            | Self::Created
            | Self::Dropped
            | Self::Freed
            | Self::Late
            | Self::Numbering => true,
            Self::EmptyNamespaces | Self::Namespaces | Self::Enums | Self::Sequences | Self::Unused => false,
        }
    }
}

/// When a change comes among those of its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    DropTable,
    CreateTable,
    DropAutoincrement,
    DropIndex,
    DropExclusion,
    DropForeignKey,
    DropUnique,
    DropCheck,
    DropPrimaryKey,
    SetOption,
    DropComputed,
    DropColumn,
    CreateColumn,
    AlterComputed,
    AlterColumn,
    ComputeAgain,
    CreateComputed,
    AlterForeignKey,
    AlterUnique,
    AlterPrimaryKey,
    AlterCheck,
    CreatePrimaryKey,
    CreateUnique,
    CreateCheck,
    CreateForeignKey,
    CreateExclusion,
    SetAutoincrement,
    CreateIndex,
    Comment,
}
