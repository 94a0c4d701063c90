//! One column of a table.

use super::{ColumnType, Expression, Ident, Identity, Literal, OnConflict, Serial, ServerDefault};

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name, unique in its table.
    pub name: Ident,
    /// The type, with its variants.
    pub ty: ColumnType,
    /// Whether NULL is allowed.
    pub nullable: bool,
    /// What becomes of a row with NULL, where that is not allowed (SQLite only).
    pub on_conflict: OnConflict,
    /// What the database fills in.
    pub default: Option<ServerDefault>,
    /// The collation by name, where it is not the type's own.
    pub collation: Option<String>,
    /// A comment (PostgreSQL only).
    pub comment: Option<String>,
}

impl Column {
    /// Makes a column that does not take NULL and has no default.
    #[must_use]
    pub fn new(name: impl Into<Ident>, ty: impl Into<ColumnType>) -> Self {
        Self {
            name: name.into(),
            ty: ty.into(),
            nullable: false,
            on_conflict: OnConflict::Abort,
            default: None,
            collation: None,
            comment: None,
        }
    }

    /// Allows NULL.
    #[must_use]
    pub fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// Refuses NULL, as a new column does anyway.
    #[must_use]
    pub fn not_null(mut self) -> Self {
        self.nullable = false;
        self
    }

    /// Says what becomes of a row with NULL in a column that refuses it: `NOT NULL ON CONFLICT …` (SQLite only).
    #[must_use]
    pub fn on_conflict_not_null(mut self, on_conflict: OnConflict) -> Self {
        self.on_conflict = on_conflict;
        self
    }

    /// Gives the column another type on one dialect: SQLAlchemy's `with_variant`.
    #[must_use]
    pub fn on(mut self, dialect: super::Dialect, ty: super::Type) -> Self {
        self.ty = self.ty.with(dialect, ty);
        self
    }

    /// Sets a constant as the server default.
    #[must_use]
    pub fn default(mut self, value: impl Into<Literal>) -> Self {
        self.default = Some(ServerDefault::Literal(value.into()));
        self
    }

    /// Sets an SQL expression as the server default, such as `now()`.
    #[must_use]
    pub fn default_expression(mut self, sql: impl Into<Expression>) -> Self {
        self.default = Some(ServerDefault::Expression(sql.into()));
        self
    }

    /// Computes the value from the row's other columns and stores it: `GENERATED ALWAYS AS (…) STORED`.
    #[must_use]
    pub fn computed(self, sql: impl Into<Expression>) -> Self {
        self.server_default(ServerDefault::computed(sql))
    }

    /// Computes the value from the row's other columns when it is read: `GENERATED ALWAYS AS (…) VIRTUAL`.
    #[must_use]
    pub fn computed_virtual(self, sql: impl Into<Expression>) -> Self {
        self.server_default(ServerDefault::computed_virtual(sql))
    }

    /// Numbers the rows: `GENERATED … AS IDENTITY` on PostgreSQL, the rowid on SQLite.
    #[must_use]
    pub fn identity(self, identity: Identity) -> Self {
        self.server_default(ServerDefault::Identity(identity))
    }

    /// Sets any server default.
    #[must_use]
    pub fn server_default(mut self, default: ServerDefault) -> Self {
        self.default = Some(default);
        self
    }

    /// Numbers the rows by a sequence that the column owns: `SERIAL` on PostgreSQL, the rowid on SQLite.
    #[must_use]
    pub fn serial(self) -> Self {
        self.serial_by(Serial::new())
    }

    /// Numbers the rows as [`serial`](Self::serial) does, by a sequence that is not the one that `SERIAL` makes:
    /// `.serial_by(Serial::new().named("old_id_seq").ty(Type::BigInteger))`.
    #[must_use]
    pub fn serial_by(self, sequence: Serial) -> Self {
        self.server_default(ServerDefault::Serial(sequence))
    }

    /// Sets the collation.
    #[must_use]
    pub fn collate(mut self, collation: impl Into<String>) -> Self {
        self.collation = Some(collation.into());
        self
    }

    /// Sets the comment.
    #[must_use]
    pub fn comment(mut self, comment: impl Into<String>) -> Self {
        self.comment = Some(comment.into());
        self
    }
}
