//! Short ways to write columns, index parts and tables, in revision scripts and in schemas made by hand.
//!
//! What lives here: constructors only. A column takes NULL only if it says `.nullable()`, as a Rust field does.

use super::{
    Action, Check, Column, Deferral, Exclusion, ExclusionPart, Expression, ForeignKey, Ident, Index,
    IndexKey, IndexPart, Match, ObjectName, OnConflict, PrimaryKey, Table, TableName, Type, Unique,
};

macro_rules! columns_without_arguments {
    ($($(#[$doc:meta])* $name:ident => $ty:expr;)*) => {
        $($(#[$doc])*
        #[must_use]
        pub fn $name(name: &str) -> Column {
            Column::new(name, $ty)
        })*
    };
}

columns_without_arguments! {
    /// Makes a column of 64-bit integers.
    big_integer => Type::BigInteger;
    /// Makes a column of bytes.
    binary => Type::Binary;
    /// Makes a column of true and false.
    boolean => Type::Boolean;
    /// Makes a column of days.
    date => Type::Date;
    /// Makes a column of days and times without a zone.
    date_time => Type::DateTime { precision: None };
    /// Makes a column of days and times with a zone.
    date_time_tz => Type::DateTimeTz { precision: None };
    /// Makes a column of 64-bit floating-point numbers, as `DOUBLE PRECISION`.
    double => Type::Double;
    /// Makes a column of 64-bit floating-point numbers, as SQL's `FLOAT`.
    float => Type::Float;
    /// Makes a column of 32-bit integers.
    integer => Type::Integer;
    /// Makes a column of time spans.
    interval => Type::Interval;
    /// Makes a column of JSON kept as text.
    json => Type::Json;
    /// Makes a column of JSON kept parsed.
    jsonb => Type::Jsonb;
    /// Makes a column of 32-bit floating-point numbers.
    real => Type::Real;
    /// Makes a column of 16-bit integers.
    small_integer => Type::SmallInteger;
    /// Makes a column of text.
    text => Type::Text;
    /// Makes a column of times of day.
    time => Type::Time { precision: None };
    /// Makes a column of UUIDs.
    uuid => Type::Uuid;
    /// Makes a column of text as `VARCHAR` without a length.
    varchar => Type::String { length: None };
}

/// Makes a column of text of at most `length` characters.
#[must_use]
pub fn string(name: &str, length: u32) -> Column {
    Column::new(name, Type::String { length: Some(length) })
}

/// Makes a column of text padded to `length` characters.
#[must_use]
pub fn char(name: &str, length: u32) -> Column {
    Column::new(name, Type::char(length))
}

/// Makes a column of exact numbers of `precision` digits, `scale` of them after the point.
#[must_use]
pub fn decimal(name: &str, precision: u32, scale: i32) -> Column {
    Column::new(name, Type::Decimal { precision: Some((precision, scale)) })
}

/// Makes a column of any type.
#[must_use]
pub fn column(name: &str, ty: Type) -> Column {
    Column::new(name, ty)
}

/// Makes a column of the values of an enum type.
#[must_use]
pub fn enumeration(name: &str, ty: impl Into<ObjectName>) -> Column {
    Column::new(name, Type::enumeration(ty))
}

/// Makes an index part of an expression, such as `lower(name)`.
#[must_use]
pub fn expression(sql: impl Into<Expression>) -> IndexPart {
    IndexPart::new(IndexKey::Expression(sql.into()))
}

/// Makes an expression that differs between dialects: `sql("now()").with(Sqlite, "CURRENT_TIMESTAMP")`.
#[must_use]
pub fn sql(sql: &str) -> Expression {
    sql.into()
}

/// Makes an index part of a column, where a list also holds expressions.
#[must_use]
pub fn key(column: &str) -> IndexPart {
    column.into()
}

/// Collects names of columns.
pub(crate) fn idents(names: impl IntoIterator<Item = impl Into<Ident>>) -> Vec<Ident> {
    names.into_iter().map(Into::into).collect()
}

/// A table being written down.
///
/// ```
/// use cucurbit::schema::{Action, TableBuilder, build::*};
///
/// let table = TableBuilder::build("measurement", |table| {
///     table.column(integer("id").serial());
///     table.column(integer("plant_id"));
///     table.primary_key(["id"]);
///     table.foreign_key(["plant_id"], "plant", ["id"]).on_delete(Action::Cascade);
/// });
/// assert_eq!(table.columns.len(), 2);
/// ```
#[derive(Debug)]
pub struct TableBuilder {
    table: Table,
}

impl TableBuilder {
    /// Makes a table by a function that writes it down.
    pub fn build(name: impl Into<TableName>, write: impl FnOnce(&mut Self)) -> Table {
        let mut builder = Self::new(name);
        write(&mut builder);
        builder.finish()
    }

    /// Begins a table.
    #[must_use]
    pub fn new(name: impl Into<TableName>) -> Self {
        Self { table: Table::new(name) }
    }

    /// Ends it.
    #[must_use]
    pub fn finish(mut self) -> Table {
        self.table.shrink_to_fit();
        self.table
    }

    /// Adds a column.
    pub fn column(&mut self, column: Column) {
        self.table.columns.push(column);
    }

    /// Sets the primary key.
    pub fn primary_key(&mut self, columns: impl IntoIterator<Item = impl Into<Ident>>) -> &mut PrimaryKey {
        self.table.constraints.add(PrimaryKey::new(columns))
    }

    /// Returns a column that was added, to say more of it.
    pub fn column_mut(&mut self, name: &Ident) -> Option<&mut Column> {
        self.table.column_mut(name)
    }

    /// Returns the primary key, to say more of it; where there is none, it is made of these columns.
    pub fn primary_key_or(&mut self, columns: impl IntoIterator<Item = impl Into<Ident>>) -> &mut PrimaryKey {
        if self.table.primary_key().is_none() {
            self.primary_key(columns);
        }
        self.table.primary_key_mut().expect("it was made in the line above where it was not there")
    }

    /// Lists the foreign keys that were added, to say more of them.
    pub fn foreign_keys_mut(&mut self) -> impl Iterator<Item = &mut ForeignKey> {
        self.table.constraints.foreign_keys_mut()
    }

    /// Adds a foreign key that was made elsewhere.
    pub fn push_foreign_key(&mut self, key: ForeignKey) -> &mut ForeignKey {
        self.table.constraints.add(key)
    }

    /// Adds a unique constraint.
    pub fn unique(&mut self, columns: impl IntoIterator<Item = impl Into<Ident>>) -> &mut Unique {
        self.table.constraints.add(Unique::new(columns))
    }

    /// Adds a foreign key.
    pub fn foreign_key(
        &mut self,
        columns: impl IntoIterator<Item = impl Into<Ident>>,
        referred_table: impl Into<TableName>,
        referred_columns: impl IntoIterator<Item = impl Into<Ident>>,
    ) -> &mut ForeignKey {
        self.table.constraints.add(ForeignKey::new(columns, referred_table, referred_columns))
    }

    /// Adds a check.
    pub fn check(&mut self, expression: impl Into<Expression>) -> &mut Check {
        self.table.constraints.add(Check::new(expression))
    }

    /// Adds an exclusion constraint (PostgreSQL only): `[key("bed_id").excluding("="), key("during").excluding("&&")]`.
    pub fn exclusion(
        &mut self,
        name: impl Into<Ident>,
        parts: impl IntoIterator<Item = ExclusionPart>,
    ) -> &mut Exclusion {
        self.table.constraints.add(Exclusion::new(name, parts))
    }

    /// Adds an index. In a revision script an index is an operation of its own: `op.create_index`.
    pub fn index(&mut self, index: Index) -> &mut Index {
        let name = index.name.clone();
        self.table.indexes.remove(&name);
        self.table.indexes.entry(name).or_insert(index)
    }

    /// Sets the comment (PostgreSQL only).
    pub fn comment(&mut self, comment: impl Into<String>) {
        self.table.comment = Some(comment.into());
    }

    /// SQLite: never gives a row id twice.
    pub fn autoincrement(&mut self) {
        self.table.options.is_autoincrement = true;
    }

    /// SQLite: refuses values of another type than the column's.
    pub fn strict(&mut self) {
        self.table.options.is_strict = true;
    }

    /// PostgreSQL: does not log what is written, which is lost with a crash.
    pub fn unlogged(&mut self) {
        self.table.options.is_unlogged = true;
    }

    /// SQLite: keeps the rows in the primary key's own tree.
    pub fn without_rowid(&mut self) {
        self.table.options.is_without_rowid = true;
    }
}

/// The words that constraints and indexes share.
macro_rules! refined {
    (named: $($named:ident)*; commented: $($commented:ident)*; deferred: $($deferred:ident)*; including: $($including:ident)*; unchecked: $($unchecked:ident)*;) => {
        $(impl $named {
            /// Names the constraint.
            pub fn named(&mut self, name: impl Into<Ident>) -> &mut Self {
                self.name = Some(name.into());
                self
            }
        })*
        $(impl $commented {
            /// Sets the comment (PostgreSQL only).
            pub fn comment(&mut self, comment: impl Into<String>) -> &mut Self {
                self.comment = Some(comment.into());
                self
            }
        })*
        $(impl $deferred {
            /// Says when it is checked.
            pub fn deferral(&mut self, deferral: Deferral) -> &mut Self {
                self.deferral = deferral;
                self
            }

            /// Lets a transaction put its check off to the end (`DEFERRABLE`).
            pub fn deferrable(&mut self) -> &mut Self {
                self.deferral(Deferral::Immediate)
            }

            /// Checks it at the end of the transaction (`DEFERRABLE INITIALLY DEFERRED`).
            pub fn deferred(&mut self) -> &mut Self {
                self.deferral(Deferral::Deferred)
            }
        })*
        $(impl $including {
            /// Lets its index hold more columns than the key has (PostgreSQL only).
            pub fn include(&mut self, columns: impl IntoIterator<Item = impl Into<Ident>>) -> &mut Self {
                self.include = idents(columns);
                self
            }

            /// Says what becomes of a row that is there already (SQLite only).
            pub fn on_conflict(&mut self, on_conflict: OnConflict) -> &mut Self {
                self.on_conflict = on_conflict;
                self
            }
        })*
        $(impl $unchecked {
            /// Does not check the rows that are there (PostgreSQL only).
            pub fn not_valid(&mut self) -> &mut Self {
                self.is_not_valid = true;
                self
            }
        })*
    };
}
refined! {
    named: PrimaryKey Unique Check ForeignKey;
    commented: PrimaryKey Unique Check ForeignKey Exclusion Index;
    deferred: PrimaryKey Unique ForeignKey Exclusion;
    including: PrimaryKey Unique;
    unchecked: Check ForeignKey;
}

impl PrimaryKey {
    /// Makes an unnamed key.
    #[must_use]
    pub fn new(columns: impl IntoIterator<Item = impl Into<Ident>>) -> Self {
        Self {
            name: None,
            columns: idents(columns),
            include: Vec::new(),
            deferral: Deferral::default(),
            on_conflict: OnConflict::Abort,
            comment: None,
        }
    }
}

impl Unique {
    /// Makes an unnamed constraint.
    #[must_use]
    pub fn new(columns: impl IntoIterator<Item = impl Into<Ident>>) -> Self {
        Self {
            name: None,
            columns: idents(columns),
            include: Vec::new(),
            is_nulls_not_distinct: false,
            deferral: Deferral::default(),
            on_conflict: OnConflict::Abort,
            comment: None,
        }
    }

    /// Makes two NULLs equal (PostgreSQL 15 and later).
    pub fn nulls_not_distinct(&mut self) -> &mut Self {
        self.is_nulls_not_distinct = true;
        self
    }
}

impl Check {
    /// Makes an unnamed check.
    #[must_use]
    pub fn new(expression: impl Into<Expression>) -> Self {
        Self {
            name: None,
            expression: expression.into(),
            is_no_inherit: false,
            is_not_valid: false,
            comment: None,
        }
    }

    /// Leaves it to this table alone: tables that inherit from it go without (PostgreSQL only).
    pub fn no_inherit(&mut self) -> &mut Self {
        self.is_no_inherit = true;
        self
    }
}

impl ForeignKey {
    /// Makes an unnamed foreign key without actions.
    #[must_use]
    pub fn new(
        columns: impl IntoIterator<Item = impl Into<Ident>>,
        referred_table: impl Into<TableName>,
        referred_columns: impl IntoIterator<Item = impl Into<Ident>>,
    ) -> Self {
        Self {
            name: None,
            columns: idents(columns),
            referred_table: referred_table.into(),
            referred_columns: idents(referred_columns),
            on_delete: Action::default(),
            on_delete_columns: Vec::new(),
            on_update: Action::default(),
            matching: Match::default(),
            deferral: Deferral::default(),
            is_not_valid: false,
            comment: None,
        }
    }

    /// Says what a DELETE of the referred row does.
    pub fn on_delete(&mut self, action: Action) -> &mut Self {
        self.on_delete = action;
        self
    }

    /// Says which columns ON DELETE SET NULL or SET DEFAULT sets (PostgreSQL 15 and later).
    pub fn on_delete_columns(&mut self, columns: impl IntoIterator<Item = impl Into<Ident>>) -> &mut Self {
        self.on_delete_columns = idents(columns);
        self
    }

    /// Refuses a row with NULL in some of the columns (`MATCH FULL`); SQLite does not.
    pub fn match_full(&mut self) -> &mut Self {
        self.matching = Match::Full;
        self
    }

    /// Says what an UPDATE of the referred key does.
    pub fn on_update(&mut self, action: Action) -> &mut Self {
        self.on_update = action;
        self
    }
}

impl Index {
    /// Makes it refuse two equal keys.
    pub fn unique(&mut self) -> &mut Self {
        self.is_unique = true;
        self
    }

    /// Sets the access method, such as `gin` (PostgreSQL only).
    pub fn using(&mut self, method: impl Into<String>) -> &mut Self {
        self.method = Some(method.into());
        self
    }

    /// Lets it hold more columns than its key has (PostgreSQL only).
    pub fn include(&mut self, columns: impl IntoIterator<Item = impl Into<Ident>>) -> &mut Self {
        self.include = idents(columns);
        self
    }

    /// Makes two NULLs equal where it refuses equal keys (PostgreSQL 15 and later).
    pub fn nulls_not_distinct(&mut self) -> &mut Self {
        self.is_nulls_not_distinct = true;
        self
    }

    /// Sets a storage parameter: `.parameter("fillfactor", "70")` (PostgreSQL only).
    pub fn parameter(&mut self, name: impl Into<String>, value: impl Into<String>) -> &mut Self {
        self.parameters.insert(name.into(), value.into());
        self
    }

    /// Makes it partial: only rows for which the condition holds.
    pub fn predicate(&mut self, condition: impl Into<Expression>) -> &mut Self {
        self.predicate = Some(condition.into());
        self
    }
}
