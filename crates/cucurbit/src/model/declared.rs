//! A table while a struct declares it: its columns with what numbers them. The rest is the schema's own builder.

use std::collections::BTreeMap;

use super::{Stored, stored::columns};
use crate::schema::{
    Column, ColumnType, Dialect, EnumType, ForeignKey, Ident, Identity, PrimaryKey, ServerDefault, Table,
    TableBuilder, TableName, Type,
};

/// A table that a struct is declaring.
#[derive(Debug)]
pub struct Declared {
    table: TableBuilder,
    enums: Vec<EnumType>,
    key: Vec<Ident>,
    /// The columns of the key that the database does not number.
    unnumbered: Vec<Ident>,
    /// How often each column was declared.
    pub(super) columns: BTreeMap<Ident, usize>,
}

impl Declared {
    pub(super) fn new(name: TableName) -> Self {
        Self {
            table: TableBuilder::new(name),
            enums: Vec::new(),
            key: Vec::new(),
            unnumbered: Vec::new(),
            columns: BTreeMap::new(),
        }
    }

    /// Adds a column of a Rust type; `write` says more of it.
    pub fn column(&mut self, name: &str, stored: Stored, write: impl FnOnce(Column) -> Column) {
        let Stored { ty, enumeration } = stored;
        let column = write(Column::new(name, ty));
        // Another type may have been said for it.
        let enumeration = enumeration.filter(|one| column.ty.base.enum_name() == Some(&one.name));
        self.enums.extend(enumeration);
        *self.columns.entry(column.name.clone()).or_default() += 1;
        self.table.column(column);
    }

    /// Makes a column part of the primary key.
    pub fn key_column(&mut self, name: &str) {
        self.key.push(name.into());
    }

    /// Says that the database does not number the rows by this column of the key.
    pub fn not_numbered(&mut self, name: &str) {
        self.unnumbered.push(name.into());
    }

    /// Returns the primary key, to say more of it.
    pub fn primary_key(&mut self, names: &[&str]) -> &mut PrimaryKey {
        self.key.clear();
        self.table.primary_key(columns(names))
    }

    /// Adds a foreign key to the table of a struct: to its primary key where no columns are named.
    pub fn foreign_key<M: super::Model + ?Sized>(
        &mut self,
        names: &[&str],
        referred: &[&str],
    ) -> &mut ForeignKey {
        let referred = if referred.is_empty() { M::key() } else { columns(referred) };
        self.table.foreign_key(columns(names), M::table_name(), referred)
    }

    /// Returns the builder of the table, for all that does not depend on Rust's types.
    pub const fn table(&mut self) -> &mut TableBuilder {
        &mut self.table
    }

    /// Ends it: the key, and what numbers the rows.
    pub(super) fn finish(self) -> (Table, Vec<EnumType>) {
        let Self { mut table, enums, key, unnumbered, columns: _ } = self;
        if !key.is_empty() {
            table.primary_key(key);
        }
        let mut table = table.finish();
        number(&mut table, &unnumbered);
        (table, enums)
    }
}

/// Lets the database number the rows of a table whose key is one integer of its own, as SeaORM and SQLAlchemy do.
fn number(table: &mut Table, unnumbered: &[Ident]) {
    let [name] = table.primary_key().map_or(&[][..], |key| &key.columns) else { return };
    let name = name.clone();
    let refers = table.foreign_keys().any(|key| key.columns.contains(&name));
    let is_by_application = refers || unnumbered.contains(&name) || table.options.is_without_rowid;
    let Some(column) = table.column_mut(&name) else { return };
    let is_integer = matches!(column.ty.base, Type::BigInteger | Type::Integer | Type::SmallInteger);
    if column.default.is_none() && is_integer && !is_by_application {
        column.default = Some(ServerDefault::Identity(Identity::by_default()));
    }
    if matches!(column.default, Some(ServerDefault::Identity(_) | ServerDefault::Serial(_))) {
        column.ty = numbered(column.ty.clone());
    }
}

/// On SQLite only a key declared as `INTEGER` is the rowid and so numbers itself (sqlite.org/lang_createtable.html#rowid).
fn numbered(ty: ColumnType) -> ColumnType {
    let is_said = ty.base == Type::Integer || ty.variants.contains_key(&Dialect::Sqlite);
    if is_said { ty } else { ty.with(Dialect::Sqlite, Type::Integer) }
}
