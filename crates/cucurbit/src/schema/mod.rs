//! The values that everything compares: tables, columns, keys, indexes.
//!
//! What lives here: plain data and its builders. No SQL, no input or output, no behaviour of a database;
//! [`Dialect`] is only a name here, the key of a variant.

mod advice;
pub mod build;
mod column;
mod constraint;
mod constraints;
mod default;
mod enumeration;
mod exclusion;
mod index;
mod key;
mod name;
pub(crate) mod named;
mod naming;
mod object;
pub(crate) mod part;
mod remark;
mod sequence;
mod table;
pub(crate) mod tool;
mod ty;
mod variant;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

#[cfg(any(feature = "derive", feature = "runtime"))]
pub(crate) use self::advice::told;
pub use self::{
    advice::Advice,
    build::TableBuilder,
    column::Column,
    constraint::{
        Action, Check, ConstraintRef, Deferral, ForeignKey, Match, OnConflict, PrimaryKey, Referred, Unique,
    },
    constraints::{Constraint, Constraints},
    default::{Expression, Identity, Literal, Serial, ServerDefault},
    enumeration::{EnumPlace, EnumType},
    exclusion::{Exclusion, ExclusionPart},
    index::{Index, IndexKey, IndexPart, Nulls, Order},
    name::{Ident, ObjectName, TableName},
    naming::{NamingConvention, NamingError},
    object::{Kind, Object, ObjectId},
    remark::{Beside, Remark, Remarks, Uncounted, Unsaid},
    sequence::{Sequence, SequenceOptions},
    table::{Table, TableOption, TableOptions},
    ty::{ColumnType, Type},
    variant::{Dialect, Variants},
};
pub(crate) use self::{constraint::list, constraints::OfKind, object::stored_by_some};

/// A database's tables and types, by name.
///
/// Two schemas are equal when they hold the same things; the order of each kind is that of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// The tables, sorted by schema and name.
    pub(crate) tables: BTreeMap<TableName, Table>,
    /// The enum types, sorted by schema and name (PostgreSQL only).
    pub(crate) enums: BTreeMap<ObjectName, EnumType>,
    /// The sequences that no column owns, sorted by schema and name (PostgreSQL only).
    pub(crate) sequences: BTreeMap<ObjectName, Sequence>,
    /// The namespaces, PostgreSQL's schemas, besides the connection's own and those in which something lies.
    pub(crate) namespaces: BTreeSet<Ident>,
    /// The tables that keys may refer to and that are not the project's: never made, dropped, altered or compared. Of their
    /// columns those are known to which foreign keys refer.
    pub(crate) external: BTreeMap<TableName, Table>,
    /// What was noticed when it was read: warnings of `create`.
    pub(crate) remarks: Remarks,
    /// What scripts give to PostgreSQL alone without a word of what it does.
    pub(crate) unsaid: Unsaid,
    /// The sequences that columns own without being filled by them: neither made nor dropped (PostgreSQL only).
    pub(crate) uncounted: Uncounted,
}

impl Schema {
    /// Makes a schema without tables.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a schema of tables; of two tables with one name the later stays.
    #[must_use]
    pub fn from_tables(tables: impl IntoIterator<Item = Table>) -> Self {
        Self::default().with_tables(tables)
    }

    /// Adds tables; of two with one name the later stays.
    #[must_use]
    pub fn with_tables(mut self, tables: impl IntoIterator<Item = Table>) -> Self {
        self.tables.extend(tables.into_iter().map(|table| (table.name.clone(), table)));
        self
    }

    /// Adds enum types; of two with one name the later stays.
    #[must_use]
    pub fn with_enums(mut self, enums: impl IntoIterator<Item = EnumType>) -> Self {
        self.enums.extend(enums.into_iter().map(|one| (one.name.clone(), one)));
        self
    }

    /// Adds sequences; of two with one name the later stays.
    #[must_use]
    pub fn with_sequences(mut self, sequences: impl IntoIterator<Item = Sequence>) -> Self {
        self.sequences.extend(sequences.into_iter().map(|one| (one.name.clone(), one)));
        self
    }

    /// Adds namespaces, which PostgreSQL calls schemas.
    #[must_use]
    pub fn with_namespaces(mut self, namespaces: impl IntoIterator<Item = impl Into<Ident>>) -> Self {
        self.namespaces.extend(namespaces.into_iter().map(Into::into));
        self
    }

    /// Adds tables that are not the project's, and to which foreign keys may refer all the same: another service's, a
    /// vendor's, such as `auth.users`.
    ///
    /// They are never made, dropped, altered or compared, the keys that refer to them are. Say of them the columns that
    /// keys refer to, with their primary key or a unique constraint.
    ///
    /// ```
    /// use cucurbit::schema::{Schema, TableBuilder, TableName, build::uuid};
    ///
    /// let users = TableBuilder::build(TableName::qualified("auth", "users"), |table| {
    ///     table.column(uuid("id"));
    ///     table.primary_key(["id"]);
    /// });
    /// let note = TableBuilder::build("note", |table| {
    ///     table.column(uuid("id"));
    ///     table.column(uuid("author_id"));
    ///     table.primary_key(["id"]);
    ///     table.foreign_key(["author_id"], TableName::qualified("auth", "users"), ["id"]);
    /// });
    /// let schema = Schema::from_tables([note]).with_external([users]);
    /// assert!(schema.table(&TableName::qualified("auth", "users")).is_none());
    /// ```
    #[must_use]
    pub fn with_external(mut self, tables: impl IntoIterator<Item = Table>) -> Self {
        self.external.extend(tables.into_iter().map(|table| (table.name.clone(), table)));
        self
    }

    /// Adds remarks.
    #[must_use]
    pub fn with_remarks(mut self, remarks: impl IntoIterator<Item = Remark>) -> Self {
        self.remarks.0.extend(remarks);
        self
    }

    /// Returns the tables, sorted by schema and name.
    #[must_use]
    pub const fn tables(&self) -> &BTreeMap<TableName, Table> {
        &self.tables
    }

    /// Returns the enum types, sorted by schema and name (PostgreSQL only).
    #[must_use]
    pub const fn enums(&self) -> &BTreeMap<ObjectName, EnumType> {
        &self.enums
    }

    /// Returns the sequences that no column owns, sorted by schema and name (PostgreSQL only).
    #[must_use]
    pub const fn sequences(&self) -> &BTreeMap<ObjectName, Sequence> {
        &self.sequences
    }

    /// Returns the namespaces, PostgreSQL's schemas, besides the connection's own and those in which something lies.
    #[must_use]
    pub const fn namespaces(&self) -> &BTreeSet<Ident> {
        &self.namespaces
    }

    /// Returns the tables that keys may refer to and that are not the project's.
    #[must_use]
    pub const fn external(&self) -> &BTreeMap<TableName, Table> {
        &self.external
    }

    /// Returns what was noticed when it was read.
    #[must_use]
    pub const fn remarks(&self) -> &Remarks {
        &self.remarks
    }

    /// Returns the tables, to change what they hold; a table keeps its name.
    pub fn tables_mut(&mut self) -> impl Iterator<Item = &mut Table> {
        self.tables.values_mut()
    }

    /// Finds a table by name, to change what it holds; it keeps its name.
    pub fn table_mut(&mut self, name: &TableName) -> Option<&mut Table> {
        self.tables.get_mut(name)
    }

    /// Finds a table by name.
    #[must_use]
    pub fn table(&self, name: &TableName) -> Option<&Table> {
        self.tables.get(name)
    }

    /// Lists the names of all that lies in namespaces: tables, enum types and sequences.
    pub fn object_names(&self) -> impl Iterator<Item = &ObjectName> {
        self.named().map(|(_, name)| name)
    }

    /// Tells whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.named().next().is_none() && self.namespaces.is_empty()
    }
}

impl<'s> From<&'s Schema> for Cow<'s, Schema> {
    fn from(schema: &'s Schema) -> Self {
        Self::Borrowed(schema)
    }
}

impl From<Schema> for Cow<'_, Schema> {
    fn from(schema: Schema) -> Self {
        Self::Owned(schema)
    }
}
