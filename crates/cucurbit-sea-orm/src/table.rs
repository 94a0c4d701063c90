//! An entity as a table: what SeaORM says of it, and what [`TableArgs`] adds. Neither types nor constraints in detail.

use std::{any, marker::PhantomData};

use cucurbit::schema::{
    Check, Column, ColumnType, ConstraintRef, Dialect, Exclusion, Expression, ForeignKey, Ident, Identity,
    Index, IndexKey, IndexPart, Literal, OnConflict, PrimaryKey, Serial, ServerDefault, Table, TableBuilder,
    Type, Unique,
};
use sea_orm::{EntityTrait, IdenStatic, Iterable, PrimaryKeyToColumn, sea_query::IndexCreateStatement};

use crate::{
    Keys, ModelError,
    index::{self, ExcludedPart, IndexFor, names},
    read::{self, Entity, EntityColumn, table_name},
    relation, ty,
};

/// What SeaORM has no word for, said beside the entity: SQLAlchemy's `__table_args__`.
///
/// Columns are named by the entity's `Column`, so that a wrong name does not compile.
///
/// ```
/// mod breeder {
///     use cucurbit_sea_orm::{TableArgs, TableArgsFor, lower};
///     use sea_orm::entity::prelude::*;
///
///     #[sea_orm::model]
///     #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
///     #[sea_orm(table_name = "breeder")]
///     pub struct Model {
///         #[sea_orm(primary_key)]
///         pub id: i32,
///         pub name: String,
///         pub country: Option<String>,
///     }
///
///     impl TableArgs for Entity {
///         fn table_args(table: &mut TableArgsFor<Self>) {
///             table.index("ux_breeder_name_lower").unique().on(lower(Column::Name));
///             table.index("ix_breeder_country").on(Column::Country).predicate("country IS NOT NULL");
///             table.check("ck_breeder_name", "name <> ''");
///         }
///     }
///
///     impl ActiveModelBehavior for ActiveModel {}
/// }
///
/// let table = cucurbit_sea_orm::table_of::<breeder::Entity>()?;
/// assert_eq!(table.indexes.len(), 2);
/// # Ok::<(), cucurbit_sea_orm::ModelError>(())
/// ```
///
/// A column that the entity has not is refused by the compiler:
///
/// ```compile_fail,E0599
/// # mod breeder {
/// #     use cucurbit_sea_orm::{TableArgs, TableArgsFor};
/// #     use sea_orm::entity::prelude::*;
/// #     #[sea_orm::model]
/// #     #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
/// #     #[sea_orm(table_name = "breeder")]
/// #     pub struct Model {
/// #         #[sea_orm(primary_key)]
/// #         pub id: i32,
/// #         pub name: String,
/// #     }
/// #     impl ActiveModelBehavior for ActiveModel {}
/// impl TableArgs for Entity {
///     fn table_args(table: &mut TableArgsFor<Self>) {
///         table.index("ix_breeder_nmae").on(Column::Nmae);
///     }
/// }
/// # }
/// ```
pub trait TableArgs: EntityTrait {
    /// Declares them on `table`; none unless overridden.
    fn table_args(_table: &mut TableArgsFor<Self>) {}
}

/// Reads an entity as a table.
///
/// # Errors
///
/// If the entity cannot be read as a table or contradicts itself; the error names the entity and the column.
pub fn table_of<E: TableArgs>() -> Result<Table, ModelError> {
    table_with::<E>(&read::entity::<E>(), Keys::default(), E::table_args)
}

/// Makes a table of an entity that was read, with the arguments that a function declares on it.
pub(crate) fn table_with<E: EntityTrait>(
    entity: &Entity,
    keys: Keys,
    arguments: impl FnOnce(&mut TableArgsFor<E>),
) -> Result<Table, ModelError> {
    let mut table = TableArgsFor { declared: Declared::by_sea_orm(entity, keys)?, entity: PhantomData };
    arguments(&mut table);
    table.declared.finish(entity.rust)
}

/// The table of `E` while its arguments are declared; it already holds what SeaORM says.
#[derive(Debug)]
pub struct TableArgsFor<E> {
    declared: Declared,
    entity: PhantomData<E>,
}

/// A table while its arguments are declared, whichever entity it is of.
#[derive(Debug)]
struct Declared {
    table: TableBuilder,
    /// In the order of declaration. A list, because two of one name are a mistake to tell of.
    indexes: Vec<Index>,
    /// Names for foreign keys of relations, by their columns.
    foreign_key_names: Vec<(Vec<Ident>, Ident)>,
    /// How the rows are numbered by default.
    keys: Keys,
}

impl<E: EntityTrait> TableArgsFor<E> {
    /// Declares an index. Say what it covers by [`on`](IndexFor::on).
    pub fn index(&mut self, name: impl Into<Ident>) -> IndexFor<'_, E> {
        let indexes = &mut self.declared.indexes;
        let last = indexes.len();
        indexes.push(Index::new(name, Vec::new()));
        IndexFor::new(&mut indexes[last])
    }

    /// Adds a unique constraint, which may be `.named(…)`.
    pub fn unique(&mut self, columns: impl IntoIterator<Item = E::Column>) -> &mut Unique {
        self.declared.table.unique(names(columns))
    }

    /// Adds a check.
    pub fn check(&mut self, name: impl Into<Ident>, condition: impl Into<Expression>) -> &mut Check {
        self.declared.table.check(condition).named(name)
    }

    /// Adds an exclusion constraint (PostgreSQL only):
    /// `[key(Column::BedId).excluding("="), key(Column::During).excluding("&&")]`.
    pub fn exclusion(
        &mut self,
        name: impl Into<Ident>,
        parts: impl IntoIterator<Item = ExcludedPart<E::Column>>,
    ) -> &mut Exclusion {
        self.declared.table.exclusion(name, parts.into_iter().map(ExcludedPart::into_inner))
    }

    /// Adds a foreign key to the table of `R` that no relation declares.
    pub fn foreign_key<R: EntityTrait>(
        &mut self,
        columns: impl IntoIterator<Item = E::Column>,
        referred_columns: impl IntoIterator<Item = R::Column>,
    ) -> &mut ForeignKey {
        self.declared.table.foreign_key(names(columns), table_name::<R>(), names(referred_columns))
    }

    /// Names the foreign key that a relation declares on these columns.
    ///
    /// SeaORM's dense entities (`#[sea_orm::model]`) have no word for it; those with an enum of relations have
    /// `fk_name`.
    pub fn name_foreign_key(&mut self, columns: impl IntoIterator<Item = E::Column>, name: impl Into<Ident>) {
        self.declared.foreign_key_names.push((names(columns), name.into()));
    }

    /// Returns the foreign key that a relation declares on these columns, to be said more of: `.deferred()`, for example.
    ///
    /// # Panics
    ///
    /// If no relation declares one: a mistake of the program, as a wrong index of a list is.
    #[track_caller]
    pub fn relation_key(&mut self, columns: impl IntoIterator<Item = E::Column>) -> &mut ForeignKey {
        let columns = names(columns);
        let key = self.declared.table.foreign_keys_mut().find(|key| key.columns == columns);
        key.unwrap_or_else(|| panic!("no relation of `{}` is on {}", any::type_name::<E>(), joined(&columns)))
    }

    /// Returns the primary key, to be `.named(…)`.
    pub fn primary_key(&mut self) -> &mut PrimaryKey {
        self.declared.table.primary_key_or(names(E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column)))
    }

    /// Returns a column, to say more of it.
    pub fn column(&mut self, column: E::Column) -> ColumnFor<'_, E> {
        let name = Ident::from(column.as_str());
        let column =
            self.declared.table.column_mut(&name).expect("a column was made of every variant of `Column`");
        ColumnFor { column, entity: PhantomData }
    }

    /// Sets the table's comment (PostgreSQL only).
    pub fn comment(&mut self, comment: impl Into<String>) {
        self.declared.table.comment(comment);
    }

    /// SQLite: never gives a row id twice (`AUTOINCREMENT`).
    pub fn autoincrement(&mut self) {
        self.declared.table.autoincrement();
    }

    /// SQLite: refuses values of another type than the column's (`STRICT`).
    pub fn strict(&mut self) {
        self.declared.table.strict();
    }

    /// PostgreSQL: does not log what is written, which is lost with a crash (`UNLOGGED`).
    pub fn unlogged(&mut self) {
        self.declared.table.unlogged();
    }

    /// SQLite: keeps the rows in the primary key's own tree (`WITHOUT ROWID`).
    pub fn without_rowid(&mut self) {
        self.declared.table.without_rowid();
    }
}

impl Declared {
    fn by_sea_orm(entity: &Entity, keys: Keys) -> Result<Self, ModelError> {
        let mut table = TableBuilder::new(entity.table.clone());
        if let Some(comment) = &entity.comment {
            table.comment(comment);
        }
        for one in &entity.columns {
            table.column(column(entity, one, keys)?);
        }
        table.primary_key(entity.key.clone());
        for column in entity.columns.iter().filter(|column| column.definition.is_unique()) {
            table.unique([column.name.clone()]);
        }
        for key in relation::foreign_keys(entity)? {
            table.push_foreign_key(key);
        }
        let indexes = entity.indexes.iter().map(index).collect();
        Ok(Self { table, indexes, foreign_key_names: Vec::new(), keys })
    }

    fn finish(self, entity: &'static str) -> Result<Table, ModelError> {
        let Self { table, indexes, foreign_key_names, keys } = self;
        let mut table = table.finish();
        if keys.is_autoincrement(&table) {
            table.options.is_autoincrement = true;
        }
        name_foreign_keys(entity, &mut table, foreign_key_names)?;
        refuse_constraints_declared_twice(entity, &table)?;
        for index in indexes {
            add_index(entity, &mut table, index)?;
        }
        Ok(table)
    }
}

/// A column that is being declared.
#[derive(Debug)]
pub struct ColumnFor<'t, E> {
    column: &'t mut Column,
    entity: PhantomData<E>,
}

impl<E: EntityTrait> ColumnFor<'_, E> {
    /// Sets the type, where SeaORM's words do not reach. Variants are part of it.
    pub fn ty(self, ty: impl Into<ColumnType>) -> Self {
        self.column.ty = ty.into();
        self
    }

    /// Gives the column another type on one dialect: SQLAlchemy's `with_variant`.
    pub fn on(self, dialect: Dialect, ty: Type) -> Self {
        self.column.ty.variants.insert(dialect, ty);
        self
    }

    /// Sets the collation.
    pub fn collate(self, collation: impl Into<String>) -> Self {
        self.column.collation = Some(collation.into());
        self
    }

    /// Says what becomes of a row with NULL, where that is not allowed (SQLite only).
    pub fn on_conflict_not_null(self, on_conflict: OnConflict) -> Self {
        self.column.on_conflict = on_conflict;
        self
    }

    /// Sets the comment (PostgreSQL only).
    pub fn comment(self, comment: impl Into<String>) -> Self {
        self.column.comment = Some(comment.into());
        self
    }

    /// Sets a constant as the server default.
    pub fn default(self, value: impl Into<Literal>) -> Self {
        self.server_default(ServerDefault::Literal(value.into()))
    }

    /// Sets an SQL expression as the server default, such as `now()`.
    pub fn default_expression(self, sql: impl Into<Expression>) -> Self {
        self.server_default(ServerDefault::Expression(sql.into()))
    }

    /// Makes it an identity column (`GENERATED BY DEFAULT AS IDENTITY`) with the default options.
    pub fn identity(self) -> Self {
        self.server_default(ServerDefault::Identity(Identity::default()))
    }

    /// Numbers the rows by a sequence of the column's own (`SERIAL`).
    pub fn serial(self) -> Self {
        self.server_default(ServerDefault::Serial(Serial::new()))
    }

    /// Sets any server default: a computed column, an identity with options.
    pub fn server_default(self, default: ServerDefault) -> Self {
        self.column.default = Some(default);
        self
    }

    /// Removes the server default, such as that of a primary key whose values the application makes.
    pub fn no_default(self) -> Self {
        self.column.default = None;
        self
    }
}

/// Returns what keys can refer to in the table of an entity that is not the project's: its primary key and what is unique.
///
/// A column whose type cannot be written is left out, as a key to it would be refused.
pub(crate) fn external_table(entity: &Entity) -> Table {
    let mut table = Table::new(entity.table.clone());
    let is_unique = |column: &&EntityColumn| column.definition.is_unique();
    let single = entity.columns.iter().filter(is_unique).map(|column| vec![column.name.clone()]);
    let column_of = |part: &IndexPart| match &part.key {
        IndexKey::Column(name) => Some(name.clone()),
        IndexKey::Expression(_) => None,
    };
    let several = entity.indexes.iter().map(index).filter(|index| index.is_unique);
    let several = several.map(|index| index.parts.iter().filter_map(column_of).collect());
    let uniques: Vec<Vec<Ident>> = single.chain(several).collect();
    let key = PrimaryKey::new(entity.key.clone());
    let is_of_key =
        |name: &Ident| key.columns.contains(name) || uniques.iter().flatten().any(|one| one == name);
    let columns = entity.columns.iter().filter_map(|column| {
        let name = column.name.clone();
        let ty = ty::column_type(column.definition.get_column_type()).filter(|_| is_of_key(&name))?;
        // Its enum types are not the project's either.
        let ty = if ty.base.enum_name().is_some() { ColumnType::same(Type::Text) } else { ty };
        Some(Column { ty, ..Column::new(name, Type::Text) })
    });
    table.columns = columns.collect();
    let read: Vec<Ident> = table.columns.iter().map(|column| column.name.clone()).collect();
    let is_read = |columns: &[Ident]| columns.iter().all(|name| read.contains(name));
    table.constraints.extend(Some(key).filter(|key| is_read(&key.columns)));
    table.constraints.extend(uniques.into_iter().filter(|columns| is_read(columns)).map(Unique::new));
    table
}

fn column(entity: &Entity, column: &EntityColumn, keys: Keys) -> Result<Column, ModelError> {
    let (name, definition) = (column.name.clone(), &column.definition);
    let rust = entity.rust;
    let ty = definition.get_column_type();
    let Some(ty) = ty::column_type(ty) else {
        return Err(ModelError::UnsupportedType { entity: rust, column: name, ty: format!("{ty:?}") });
    };
    let specification = column.statement.get_column_spec();
    if let Some(extra) = &specification.extra {
        return Err(ModelError::Extra { entity: rust, column: name, extra: extra.clone() });
    }
    let default = match definition.get_column_default() {
        Some(default) => match ty::server_default(default) {
            Ok(default) => Some(default),
            Err(value) => return Err(ModelError::Default { entity: rust, column: name, value }),
        },
        None => keys.numbering(entity, &name, &ty),
    };
    let is_numbered = matches!(default, Some(ServerDefault::Identity(_) | ServerDefault::Serial(_)));
    Ok(Column {
        name,
        ty: if is_numbered { numbered_type(ty) } else { ty },
        nullable: definition.is_null(),
        on_conflict: OnConflict::Abort,
        default,
        collation: None,
        comment: comment(definition, specification.comment.as_deref()),
    })
}

/// On SQLite only a key declared as `INTEGER` is the rowid and so numbers itself (sqlite.org/lang_createtable.html#rowid).
fn numbered_type(ty: ColumnType) -> ColumnType {
    if ty.base == Type::Integer { ty } else { ty.with(Dialect::Sqlite, Type::Integer) }
}

/// Returns a column's comment without the old name that SeaORM appends to it.
fn comment(definition: &sea_orm::ColumnDef, comment: Option<&str>) -> Option<String> {
    let comment = comment?;
    let Some((before, rest)) = comment.rsplit_once("renamed_from \"") else {
        return Some(comment.to_owned());
    };
    let is_appended = rest
        .strip_suffix('"')
        .is_some_and(|old_name| definition.clone().renamed_from(old_name) == *definition);
    if !is_appended {
        return Some(comment.to_owned());
    }
    before.strip_suffix("; ").map(str::to_owned)
}

/// Returns an index of `indexed` or `unique_key`, under the name that SeaORM gives it.
fn index(statement: &IndexCreateStatement) -> Index {
    let specification = statement.get_index_spec();
    let parts = specification.get_column_names().into_iter().map(|name| IndexPart::from(Ident::from(name)));
    let name = specification.get_name().expect("SeaORM names every index that it makes");
    let mut index = Index::new(name, parts.collect());
    index.is_unique = statement.is_unique_key();
    index
}

fn name_foreign_keys(
    entity: &'static str,
    table: &mut Table,
    given: Vec<(Vec<Ident>, Ident)>,
) -> Result<(), ModelError> {
    for (columns, name) in given {
        let unnamed = |key: &&mut ForeignKey| key.columns == columns && key.name.is_none();
        match table.constraints.foreign_keys_mut().find(unnamed) {
            Some(key) => key.name = Some(name),
            None => return Err(ModelError::ForeignKeyMissing { entity, name, columns }),
        }
    }
    Ok(())
}

fn refuse_constraints_declared_twice(entity: &'static str, table: &Table) -> Result<(), ModelError> {
    let references = table.constraint_references();
    for (position, reference) in references.iter().enumerate() {
        if references[..position].contains(reference) {
            let constraint = described(reference);
            return Err(ModelError::ConstraintTwice { entity, constraint });
        }
    }
    // A named one and an unnamed one on the same columns have different references.
    for (position, unique) in table.uniques().enumerate() {
        if table.uniques().take(position).any(|other| other.columns == unique.columns) {
            let constraint = format!("a unique constraint on {}", joined(&unique.columns));
            return Err(ModelError::ConstraintTwice { entity, constraint });
        }
    }
    Ok(())
}

/// Tells what a constraint is, for messages.
fn described(constraint: &ConstraintRef) -> String {
    match constraint {
        ConstraintRef::Check { expression } => format!("the check `{}`", expression.base),
        ConstraintRef::ForeignKey { columns, referred } => {
            let to = referred.as_ref().map_or_else(String::new, |to| format!(" to `{}`", to.table));
            format!("a foreign key on {}{to}", joined(columns))
        }
        ConstraintRef::Named(name) => format!("a constraint `{name}`"),
        ConstraintRef::PrimaryKey => "the primary key".to_owned(),
        ConstraintRef::Unique { columns } => format!("a unique constraint on {}", joined(columns)),
        _ => "a constraint".to_owned(),
    }
}

fn joined(columns: &[Ident]) -> String {
    let quoted: Vec<_> = columns.iter().map(|column| format!("`{column}`")).collect();
    quoted.join(", ")
}

fn add_index(entity: &'static str, table: &mut Table, index: Index) -> Result<(), ModelError> {
    if index.parts.is_empty() {
        return Err(ModelError::IndexWithoutParts { entity, index: index.name });
    }
    let definition = index::described(&index);
    if let Some(first) = table.indexes.get(&index.name) {
        let first = index::described(first);
        return Err(ModelError::IndexTwice { entity, index: index.name, first, second: definition });
    }
    if let Some(first) = table.indexes.values().find(|other| index::are_alike(other, &index)) {
        let first = first.name.clone();
        return Err(ModelError::IndexesAlike { entity, first, second: index.name, definition });
    }
    table.indexes.insert(index.name.clone(), index);
    Ok(())
}
