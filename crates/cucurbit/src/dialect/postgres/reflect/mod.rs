//! The catalogue → a schema, by a fixed number of queries however many tables there are.
//!
//! What our values cannot hold (a key over time, a constraint that is not enforced) is left out rather than reported as
//! something that it is not.

mod index;
mod needed;
mod queries;
mod row;
mod unmanaged;

use std::collections::BTreeMap;

use self::row::{Row, each};
pub(crate) use self::{needed::needed, unmanaged::unmanaged};
use super::{expression::unwrapped, literal, sequence, session, types};
use crate::{
    connection::Connection,
    dialect::{Before, Place, ReflectError, Server},
    schema::{
        Action, Check, Column, Constraint, Deferral, Dialect, EnumType, ForeignKey, Ident, Identity, Match,
        ObjectName, PrimaryKey, Schema, Sequence, SequenceOptions, Serial, ServerDefault, Table, TableName,
        Type, Uncounted, Unique,
    },
};

/// Reads what lies in the connection's current schema, and in others under their names; with the first query also where
/// the version table is, if its name is given.
pub(crate) async fn reflect(
    connection: &mut Connection,
    version_table: Option<&Ident>,
) -> Result<(Before, Option<Place>), ReflectError> {
    let (here, place) = here(connection, version_table).await?;
    let mut catalogue = Catalogue { here, tables: BTreeMap::new(), comments: BTreeMap::new() };
    let enums = catalogue.read_tables_and_enums(connection).await?;
    catalogue.read_columns(connection).await?;
    let (sequences, uncounted) = catalogue.read_sequences(connection).await?;
    catalogue.read_constraints(connection).await?;
    catalogue.read_indexes(connection).await?;
    let tables = catalogue.tables.into_values().map(|mut read| {
        read.table.shrink_to_fit();
        read.table
    });
    let mut schema = Schema::from_tables(tables).with_enums(enums).with_sequences(sequences);
    schema.uncounted = uncounted;
    let Here { server, others, .. } = catalogue.here;
    let before = Before { server: Some(server), ..Before::of(schema.with_namespaces(others)) };
    Ok((before, place))
}

/// What is known of the server before anything else is asked.
#[derive(Debug)]
pub(super) struct Here {
    /// The server, with the current schema's name.
    pub(super) server: Server,
    /// The current schema's place in `pg_namespace`.
    pub(super) namespace: u32,
    /// The other schemas, by name.
    pub(super) others: Vec<Ident>,
}

async fn here(
    connection: &mut Connection,
    version_table: Option<&Ident>,
) -> Result<(Here, Option<Place>), ReflectError> {
    let (mut here, mut place) = (None, None);
    let query = queries::server(version_table);
    let read = each(connection, "pg_namespace", &query, |mut row| {
        let version = session::version(&row.text()?);
        Server { version, ..Server::of(Dialect::Postgres) }.refuse_old(&row.text()?)?;
        let search_path = row.text()?.into_owned();
        let Some(namespace) = row.optional_number()? else {
            return Err(ReflectError::NoSchema { search_path });
        };
        let current_schema = Some(Ident::new(row.text()?));
        let others = row.optional_texts()?.unwrap_or_default().into_iter().map(Ident::new).collect();
        let server = Server { version, current_schema, ..Server::of(Dialect::Postgres) };
        here = Some(Here { server, namespace, others });
        if version_table.is_some() {
            place = Some(Place::read(|| row.optional_text())?);
        }
        Ok(())
    })
    .await;
    if let Err(ReflectError::NoSchema { search_path }) = read {
        return Err(match connection.value(queries::IN_SEARCH_PATH).await? {
            Some(schemas) => ReflectError::NoUsage { search_path, schemas },
            None => ReflectError::NoSchema { search_path },
        });
    }
    read?;
    let here = here.ok_or_else(|| ReflectError::Original {
        object: "pg_namespace".to_owned(),
        reason: "the server says nothing of itself".to_owned(),
    })?;
    Ok((here, place))
}

/// What has been read so far.
#[derive(Debug)]
struct Catalogue {
    here: Here,
    tables: BTreeMap<u32, Read>,
    /// The comments of constraints and indexes: whether of an index, its table, and its name, which both may bear.
    comments: BTreeMap<(bool, u32, Ident), String>,
}

/// A table, and its columns by their numbers: constraints and indexes name columns by number.
#[derive(Debug)]
struct Read {
    table: Table,
    columns: BTreeMap<i16, Ident>,
}

impl Read {
    /// Puts the columns in the order of their numbers, in which the server need not sort them.
    fn sort_columns(&mut self) {
        let is_sorted = self.columns.values().eq(self.table.columns.iter().map(|column| &column.name));
        if !is_sorted {
            let places: BTreeMap<&Ident, i16> =
                self.columns.iter().map(|(number, name)| (name, *number)).collect();
            self.table.columns.sort_by_key(|column| places.get(&column.name).copied());
        }
    }

    fn columns(&self, numbers: &[i16]) -> Option<Vec<Ident>> {
        numbers.iter().map(|number| self.columns.get(number).cloned()).collect()
    }
}

impl Catalogue {
    async fn read_tables_and_enums(
        &mut self,
        connection: &mut Connection,
    ) -> Result<Vec<EnumType>, ReflectError> {
        let mut enums = Vec::new();
        let query = queries::tables_and_enums(&self.here);
        each(connection, "pg_class", &query, |mut row| {
            let (kind, id, name) = (row.text()?, row.optional_number()?, name(&mut row)?);
            let (comment, is_unlogged) = (row.optional_text()?, row.flag()?);
            match (kind.as_ref(), id, comment) {
                ("table", Some(id), comment) => {
                    let mut table = Table::new(name);
                    table.comment = comment;
                    table.options.is_unlogged = is_unlogged;
                    self.tables.insert(id, Read { table, columns: BTreeMap::new() });
                }
                ("constraint" | "index", Some(id), Some(comment)) => {
                    self.comments.insert((kind == "index", id, name.name), comment);
                }
                (_, _, comment) => {
                    let values = row.optional_texts()?.unwrap_or_default();
                    enums.push(EnumType { comment, ..EnumType::new(name, values) });
                }
            }
            Ok(())
        })
        .await?;
        Ok(enums)
    }

    async fn read_columns(&mut self, connection: &mut Connection) -> Result<(), ReflectError> {
        let query = queries::columns(&self.here);
        each(connection, "pg_attribute", &query, |mut row| {
            let (table, number): (u32, i16) = (row.number()?, row.number()?);
            let Some(read) = self.tables.get_mut(&table) else { return Ok(()) };
            let mut column = column(&mut row)?;
            if let Some(ty) = enum_type(&mut row)? {
                column.ty = ty.into();
            }
            read.columns.insert(number, column.name.clone());
            read.table.columns.push(column);
            Ok(())
        })
        .await?;
        self.tables.values_mut().for_each(Read::sort_columns);
        Ok(())
    }

    /// Tells SERIAL from other defaults, reads the options of identities, and returns the sequences that stand alone, and
    /// the names of those that a column owns without being filled by them.
    async fn read_sequences(
        &mut self,
        connection: &mut Connection,
    ) -> Result<(Vec<Sequence>, Uncounted), ReflectError> {
        let (mut alone, mut uncounted) = (Vec::new(), Uncounted::default());
        let query = queries::sequences(&self.here);
        each(connection, "pg_sequence", &query, |mut row| {
            let (table, number): (Option<u32>, Option<i16>) =
                (row.optional_number()?, row.optional_number()?);
            let (is_identity, is_default) = (row.optional()?.as_deref() == Some("t"), row.flag()?);
            let name = name(&mut row)?;
            let ty = types::parsed(&row.text()?);
            let options = options(&mut row, &ty)?;
            let sequence = Sequence { options, comment: row.optional_text()?, ..Sequence::new(name) };
            let (Some(table), Some(number)) = (table, number) else {
                alone.push(Sequence { ty, ..sequence });
                return Ok(());
            };
            if !is_identity && !is_default {
                uncounted.0.insert(sequence.name);
                return Ok(());
            }
            let Some(read) = self.tables.get_mut(&table) else { return Ok(()) };
            let Some(name) = read.columns.get(&number).cloned() else { return Ok(()) };
            let Some(column) = read.table.column_mut(&name) else { return Ok(()) };
            match &mut column.default {
                Some(ServerDefault::Identity(identity)) if is_identity => identity.options = sequence.options,
                Some(default @ ServerDefault::Expression(_)) if is_default => {
                    if types::serial(&column.ty.base).is_some() && is_nextval(default) {
                        let Sequence { name, ty: _, options, comment: _ } = sequence;
                        let ty = Some(ty).filter(|ty| *ty != column.ty.base);
                        *default = ServerDefault::Serial(Serial { name: Some(name.name), ty, options });
                    }
                }
                Some(_) | None => {}
            }
            Ok(())
        })
        .await?;
        Ok((alone, uncounted))
    }

    async fn read_constraints(&mut self, connection: &mut Connection) -> Result<(), ReflectError> {
        let query = queries::constraints(&self.here);
        each(connection, "pg_constraint", &query, |mut row| {
            let table: u32 = row.number()?;
            let (name, kind) = (Ident::new(row.text()?), row.text()?);
            let (is_held, numbers) = (row.flag()?, row.numbers()?);
            let Some(read) = self.tables.get(&table).filter(|_| is_held) else {
                return Ok(());
            };
            // A check may be about the whole row, which has the number 0; a key names its columns.
            let columns = read.columns(&numbers).unwrap_or_default();
            let deferral = deferral(row.flag()?, row.flag()?);
            let (is_not_valid, is_no_inherit) = (!row.flag()?, row.flag()?);
            let (is_nulls_not_distinct, include) = (row.flag()?, read.columns(&row.numbers()?));
            let include = include.unwrap_or_default();
            let comment = self.comments.remove(&(false, table, name.clone()));
            let name = Some(name);
            let constraint: Constraint = match kind.as_ref() {
                "c" => {
                    let expression = unwrapped(&row.text()?).into();
                    Check { name, expression, is_no_inherit, is_not_valid, comment }.into()
                }
                "f" => {
                    row.optional()?;
                    let key = self.foreign_key(&mut row, table, columns)?;
                    ForeignKey { name, deferral, is_not_valid, comment, ..key }.into()
                }
                "p" => PrimaryKey { name, include, deferral, comment, ..PrimaryKey::new(columns) }.into(),
                "u" => {
                    let unique = Unique { name, include, is_nulls_not_distinct, ..Unique::new(columns) };
                    Unique { deferral, comment, ..unique }.into()
                }
                _ => return Ok(()),
            };
            if let Some(read) = self.tables.get_mut(&table) {
                read.table.constraints.push(constraint);
            }
            Ok(())
        })
        .await
    }

    fn foreign_key(
        &self,
        row: &mut Row<'_>,
        owner: u32,
        columns: Vec<Ident>,
    ) -> Result<ForeignKey, ReflectError> {
        let referred: u32 = row.number()?;
        let (schema, table) = (row.optional()?, row.text()?);
        let (numbers, foreign_columns) = (row.numbers()?, row.optional_texts()?);
        let foreign_columns = foreign_columns.map(|names| names.into_iter().map(Ident::new).collect());
        let here = self.tables.get(&referred).and_then(|read| read.columns(&numbers));
        let referred_table = TableName { schema: schema.map(Ident::new), name: Ident::new(table) };
        let (on_delete, on_update) = (action(&row.text()?), action(&row.text()?));
        let matching = if row.text()? == "f" { Match::Full } else { Match::Simple };
        let set: Vec<i16> = row.numbers()?;
        let on_delete_columns = self.tables.get(&owner).and_then(|read| read.columns(&set));
        Ok(ForeignKey {
            on_delete,
            on_delete_columns: on_delete_columns.unwrap_or_default(),
            on_update,
            matching,
            ..ForeignKey::new(columns, referred_table, here.or(foreign_columns).unwrap_or_default())
        })
    }

    async fn read_indexes(&mut self, connection: &mut Connection) -> Result<(), ReflectError> {
        let query = queries::indexes(&self.here);
        each(connection, "pg_index", &query, |mut row| {
            let table: u32 = row.number()?;
            let Some(read) = self.tables.get_mut(&table) else { return Ok(()) };
            match index::index(&mut row, read)? {
                Some(index::Carried::Index(mut index)) => {
                    index.comment = self.comments.remove(&(true, table, index.name.clone()));
                    drop(read.table.indexes.insert(index.name.clone(), index))
                }
                Some(index::Carried::Exclusion(mut exclusion)) => {
                    let name = exclusion.index.name.clone();
                    exclusion.comment = self.comments.remove(&(false, table, name));
                    read.table.constraints.push(exclusion);
                }
                None => {}
            }
            Ok(())
        })
        .await
    }
}

fn column(row: &mut Row<'_>) -> Result<Column, ReflectError> {
    let name = Ident::new(row.text()?);
    let format = row.text()?;
    let ty = types::parsed(&format);
    let nullable = !row.flag()?;
    let (expression, identity, generated) = (row.optional()?, row.text()?, row.text()?);
    let default = match (identity.as_ref(), generated.as_ref(), expression) {
        ("a" | "d", _, _) => {
            Some(ServerDefault::Identity(Identity { always: identity == "a", ..Identity::default() }))
        }
        (_, "s" | "v", Some(sql)) => {
            Some(ServerDefault::Computed { expression: unwrapped(&sql).into(), stored: generated == "s" })
        }
        (_, _, Some(sql)) => Some(match literal::read(&ty, &format, unwrapped(&sql)) {
            Some(literal) => ServerDefault::Literal(literal),
            None => ServerDefault::Expression(unwrapped(&sql).into()),
        }),
        (_, _, None) => None,
    };
    let (collation, comment) = (row.optional_text()?, row.optional_text()?);
    Ok(Column { nullable, default, collation, comment, ..Column::new(name, ty) })
}

/// Reads a name behind its schema, unless that is the current one.
fn name(row: &mut Row<'_>) -> Result<ObjectName, ReflectError> {
    let schema = row.optional()?.map(Ident::new);
    Ok(ObjectName { schema, name: Ident::new(row.text()?) })
}

/// Reads what a sequence of a type does, without what is usual.
fn options(row: &mut Row<'_>, ty: &Type) -> Result<SequenceOptions, ReflectError> {
    let options = SequenceOptions {
        start: Some(row.number()?),
        increment: Some(row.number()?),
        minimum: Some(row.number()?),
        maximum: Some(row.number()?),
        cache: Some(row.number()?),
        is_cycling: row.flag()?,
    };
    Ok(sequence::stored(ty, &options))
}

/// Reads the enum type of a column by its name, which `format_type()` spells for the search path.
fn enum_type(row: &mut Row<'_>) -> Result<Option<Type>, ReflectError> {
    let Some(name) = row.optional()? else { return Ok(None) };
    let name = ObjectName { schema: row.optional()?.map(Ident::new), name: Ident::new(name) };
    let ty = Type::Enum { name };
    Ok(Some(if row.flag()? { Type::array(ty) } else { ty }))
}

/// `nextval('plant_id_seq'::regclass)`, of the sequence that the column owns, is what SERIAL stands for.
fn is_nextval(default: &ServerDefault) -> bool {
    let ServerDefault::Expression(sql) = default else { return false };
    let name = sql.base.strip_prefix("nextval('").and_then(|sql| sql.strip_suffix("'::regclass)"));
    name.is_some_and(|name| !name.replace("''", "").contains('\''))
}

fn deferral(is_deferrable: bool, is_deferred: bool) -> Deferral {
    match (is_deferrable, is_deferred) {
        (false, _) => Deferral::NotDeferrable,
        (true, false) => Deferral::Immediate,
        (true, true) => Deferral::Deferred,
    }
}

/// The letters of `pg_constraint.confdeltype` (manual, 53.13).
fn action(letter: &str) -> Action {
    match letter {
        "c" => Action::Cascade,
        "d" => Action::SetDefault,
        "n" => Action::SetNull,
        "r" => Action::Restrict,
        _ => Action::NoAction,
    }
}
