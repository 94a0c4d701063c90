//! The catalogue → a schema, by a fixed number of queries however many tables there are.
//!
//! What our values cannot hold (a deferrable foreign key, an index with INCLUDE, an exclusion constraint) is left
//! out rather than reported as something that it is not.

mod queries;
mod row;

use std::collections::BTreeMap;

use self::row::{Row, rows};
use super::{constant, expression::unwrapped, sequence, types};
use crate::{
    connection::Connection,
    dialect::{Before, ReflectError},
    schema::{
        Action, Check, Column, EnumType, ForeignKey, Ident, Identity, Index, IndexKey, IndexPart, Nulls,
        ObjectName, Order, PrimaryKey, Schema, Sequence, SequenceOptions, ServerDefault, Table, TableName,
        Type, Unique,
    },
};

/// The oldest version, as `server_version_num` has it.
const OLDEST: u32 = 130_000;

/// Reads what lies in the connection's current schema, and in others under their names.
pub(crate) async fn reflect(connection: &mut Connection) -> Result<Before, ReflectError> {
    let server = server(connection).await?;
    let mut catalogue = Catalogue { server, tables: BTreeMap::new() };
    catalogue.read_tables(connection).await?;
    catalogue.read_columns(connection).await?;
    let sequences = catalogue.read_sequences(connection).await?;
    catalogue.read_constraints(connection).await?;
    catalogue.read_indexes(connection).await?;
    let enums = catalogue.read_enums(connection).await?;
    let tables = catalogue.tables.into_values().map(|read| read.table);
    let schema = Schema::from_tables(tables).with_enums(enums).with_sequences(sequences);
    Ok(Before::of(schema.with_schemas(catalogue.server.others)))
}

/// The database's own collation: DEFAULT_COLLATION_OID in `src/include/catalog/pg_collation.dat`.
const DEFAULT_COLLATION: u32 = 100;

/// What is known of the server before anything else is asked.
#[derive(Debug)]
pub(super) struct Server {
    /// `server_version_num`.
    pub(super) version: u32,
    /// The current schema's place in `pg_namespace`.
    pub(super) namespace: u32,
    /// The other schemas, by name.
    pub(super) others: Vec<Ident>,
}

async fn server(connection: &mut Connection) -> Result<Server, ReflectError> {
    let mut answer = rows(connection, "pg_namespace", queries::SERVER).await?;
    let Some(mut row) = answer.pop() else {
        return Err(ReflectError::Original {
            object: "pg_namespace".to_owned(),
            reason: "the server says nothing of itself".to_owned(),
        });
    };
    let version = row.number()?;
    refuse_old(version, row.text()?)?;
    let search_path = row.text()?;
    let namespace = row.optional_number()?;
    let others = row.optional_texts()?.unwrap_or_default().into_iter().map(Ident::new).collect();
    match namespace {
        Some(namespace) => Ok(Server { version, namespace, others }),
        None => Err(ReflectError::NoSchema { search_path }),
    }
}

/// Older catalogues lack columns that are asked for, and what they hold would be half read.
fn refuse_old(version: u32, name: String) -> Result<(), ReflectError> {
    if version < OLDEST {
        return Err(ReflectError::TooOld { version: name, oldest: "13" });
    }
    Ok(())
}

/// What has been read so far.
#[derive(Debug)]
struct Catalogue {
    server: Server,
    tables: BTreeMap<u32, Read>,
}

/// A table, and its columns by their numbers: constraints and indexes name columns by number.
#[derive(Debug)]
struct Read {
    table: Table,
    columns: BTreeMap<i16, Ident>,
    /// The collations of columns, by the same numbers; 0 where the type has none.
    collations: BTreeMap<i16, u32>,
}

impl Read {
    fn columns(&self, numbers: &[i16]) -> Option<Vec<Ident>> {
        numbers.iter().map(|number| self.columns.get(number).cloned()).collect()
    }

    /// Tells whether a part of an index sorts as its column does, or as some column does where it is an expression:
    /// a collation of the index's own is nothing that our values hold.
    fn is_own_collation(&self, number: i16, collation: u32) -> bool {
        match self.collations.get(&number) {
            Some(own) => *own == collation,
            None => {
                matches!(collation, 0 | DEFAULT_COLLATION)
                    || self.collations.values().any(|column| *column == collation)
            }
        }
    }
}

impl Catalogue {
    async fn read_tables(&mut self, connection: &mut Connection) -> Result<(), ReflectError> {
        for mut row in rows(connection, "pg_class", &queries::tables(&self.server)).await? {
            let id = row.number()?;
            let mut table = Table::new(name(&mut row)?);
            table.comment = row.optional();
            table.options.is_unlogged = row.flag()?;
            self.tables.insert(id, Read { table, columns: BTreeMap::new(), collations: BTreeMap::new() });
        }
        Ok(())
    }

    async fn read_enums(&mut self, connection: &mut Connection) -> Result<Vec<EnumType>, ReflectError> {
        let mut enums = Vec::new();
        for mut row in rows(connection, "pg_enum", &queries::enums(&self.server)).await? {
            enums.push(EnumType::new(name(&mut row)?, row.optional_texts()?.unwrap_or_default()));
        }
        Ok(enums)
    }

    async fn read_columns(&mut self, connection: &mut Connection) -> Result<(), ReflectError> {
        for mut row in rows(connection, "pg_attribute", &queries::columns(&self.server)).await? {
            let (table, number): (u32, i16) = (row.number()?, row.number()?);
            let Some(read) = self.tables.get_mut(&table) else { continue };
            let mut column = column(&mut row)?;
            read.collations.insert(number, row.number()?);
            if let Some(ty) = enum_type(&mut row)? {
                column.ty = ty.into();
            }
            read.columns.insert(number, column.name.clone());
            read.table.columns.push(column);
        }
        Ok(())
    }

    /// Tells SERIAL from other defaults, reads the options of identities, and returns the sequences that stand alone.
    async fn read_sequences(&mut self, connection: &mut Connection) -> Result<Vec<Sequence>, ReflectError> {
        let mut alone = Vec::new();
        for mut row in rows(connection, "pg_sequence", &queries::sequences(&self.server)).await? {
            let (table, number): (Option<u32>, Option<i16>) =
                (row.optional_number()?, row.optional_number()?);
            let (is_identity, is_default) = (row.optional().as_deref() == Some("t"), row.flag()?);
            let name = name(&mut row)?;
            let ty = types::parsed(&row.text()?);
            let sequence = Sequence { options: options(&mut row, &ty)?, ..Sequence::new(name) };
            let (Some(table), Some(number)) = (table, number) else {
                alone.push(Sequence { ty, ..sequence });
                continue;
            };
            let Some(read) = self.tables.get_mut(&table) else { continue };
            let Some(name) = read.columns.get(&number).cloned() else { continue };
            let Some(column) = read.table.column_mut(&name) else { continue };
            match &mut column.default {
                Some(ServerDefault::Identity(identity)) if is_identity => identity.options = sequence.options,
                Some(default @ ServerDefault::Expression(_)) if is_default => {
                    if types::serial(&column.ty.base).is_some() && is_nextval(default) {
                        *default = ServerDefault::Serial;
                    }
                }
                Some(_) | None => {}
            }
        }
        Ok(alone)
    }

    async fn read_constraints(&mut self, connection: &mut Connection) -> Result<(), ReflectError> {
        for mut row in rows(connection, "pg_constraint", &queries::constraints(&self.server)).await? {
            let table: u32 = row.number()?;
            let (name, kind) = (Ident::new(row.text()?), row.text()?);
            let (is_held, numbers) = (row.flag()?, row.numbers()?);
            let Some(read) = self.tables.get(&table).filter(|_| is_held) else { continue };
            // A check may be about the whole row, which has the number 0; a key names its columns.
            let columns = read.columns(&numbers).unwrap_or_default();
            match kind.as_str() {
                "c" => {
                    let expression = unwrapped(&row.text()?).into();
                    let check = Check { name: Some(name), expression };
                    self.change(table, |table| table.checks.push(check));
                }
                "f" => {
                    row.optional();
                    let foreign_key = self.foreign_key(&mut row, name, columns)?;
                    self.change(table, |table| table.foreign_keys.push(foreign_key));
                }
                "p" => {
                    let primary_key = PrimaryKey { name: Some(name), columns };
                    self.change(table, |table| table.primary_key = Some(primary_key));
                }
                "u" => {
                    let unique = Unique { name: Some(name), columns };
                    self.change(table, |table| table.uniques.push(unique));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn change(&mut self, table: u32, change: impl FnOnce(&mut Table)) {
        if let Some(read) = self.tables.get_mut(&table) {
            change(&mut read.table);
        }
    }

    fn foreign_key(
        &self,
        row: &mut Row,
        name: Ident,
        columns: Vec<Ident>,
    ) -> Result<ForeignKey, ReflectError> {
        let referred: u32 = row.number()?;
        let (schema, table) = (row.optional(), row.text()?);
        let (numbers, foreign_columns) = (row.numbers()?, row.optional_texts()?);
        let foreign_columns = foreign_columns.map(|names| names.into_iter().map(Ident::new).collect());
        let here = self.tables.get(&referred).and_then(|read| read.columns(&numbers));
        Ok(ForeignKey {
            name: Some(name),
            columns,
            referred_table: TableName { schema: schema.map(Ident::new), name: Ident::new(table) },
            referred_columns: here.or(foreign_columns).unwrap_or_default(),
            on_delete: action(&row.text()?),
            on_update: action(&row.text()?),
        })
    }

    async fn read_indexes(&mut self, connection: &mut Connection) -> Result<(), ReflectError> {
        for mut row in rows(connection, "pg_index", &queries::indexes(&self.server)).await? {
            let table: u32 = row.number()?;
            let Some(read) = self.tables.get_mut(&table) else { continue };
            if let Some(index) = index(&mut row, read)? {
                read.table.indexes.insert(index.name.clone(), index);
            }
        }
        Ok(())
    }
}

fn column(row: &mut Row) -> Result<Column, ReflectError> {
    let name = Ident::new(row.text()?);
    let format = row.text()?;
    let ty = types::parsed(&format);
    let nullable = !row.flag()?;
    let (expression, identity, generated) = (row.optional(), row.text()?, row.text()?);
    let default = match (identity.as_str(), generated.as_str(), expression) {
        ("a" | "d", _, _) => {
            Some(ServerDefault::Identity(Identity { always: identity == "a", ..Identity::default() }))
        }
        (_, "s" | "v", Some(sql)) => {
            Some(ServerDefault::Computed { expression: unwrapped(&sql).into(), stored: generated == "s" })
        }
        (_, _, Some(sql)) => Some(match constant::read(&ty, &format, unwrapped(&sql)) {
            Some(literal) => ServerDefault::Literal(literal),
            None => ServerDefault::Expression(unwrapped(&sql).into()),
        }),
        (_, _, None) => None,
    };
    Ok(Column { name, ty: ty.into(), nullable, default, collation: row.optional(), comment: row.optional() })
}

/// Reads a name behind its schema, unless that is the current one.
fn name(row: &mut Row) -> Result<ObjectName, ReflectError> {
    let schema = row.optional().map(Ident::new);
    Ok(ObjectName { schema, name: Ident::new(row.text()?) })
}

/// Reads what a sequence of a type does, without what is usual.
fn options(row: &mut Row, ty: &Type) -> Result<SequenceOptions, ReflectError> {
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
fn enum_type(row: &mut Row) -> Result<Option<Type>, ReflectError> {
    let Some(name) = row.optional() else { return Ok(None) };
    let name = ObjectName { schema: row.optional().map(Ident::new), name: Ident::new(name) };
    let ty = Type::Enum { name };
    Ok(Some(if row.flag()? { Type::array(ty) } else { ty }))
}

/// `nextval('plant_id_seq'::regclass)`, of the sequence that the column owns, is what SERIAL stands for.
fn is_nextval(default: &ServerDefault) -> bool {
    match default {
        ServerDefault::Expression(sql) => {
            sql.base.starts_with("nextval('") && sql.base.ends_with("'::regclass)")
        }
        ServerDefault::Computed { .. }
        | ServerDefault::Identity(_)
        | ServerDefault::Literal(_)
        | ServerDefault::Serial => false,
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

/// Reads an index, if all of its parts sort by the collation of their columns.
fn index(row: &mut Row, read: &Read) -> Result<Option<Index>, ReflectError> {
    let name = Ident::new(row.text()?);
    let is_unique = row.flag()?;
    let predicate = row.optional().map(|sql| unwrapped(&sql).into());
    let (numbers, options): (Vec<i16>, Vec<u16>) = (row.numbers()?, row.numbers()?);
    let collations: Vec<u32> = row.numbers()?;
    let mut expressions = row.optional_texts()?.unwrap_or_default().into_iter();
    if !numbers.iter().zip(collations).all(|(number, collation)| read.is_own_collation(*number, collation)) {
        return Ok(None);
    }
    let parts = numbers.iter().zip(options).map(|(number, options)| {
        let key = match read.columns.get(number) {
            Some(column) => IndexKey::Column(column.clone()),
            None => IndexKey::Expression(unwrapped(&expressions.next()?).into()),
        };
        Some(index_part(key, options))
    });
    Ok(parts.collect::<Option<_>>().map(|parts| Index { name, is_unique, parts, predicate }))
}

/// The bits of `pg_index.indoption`: INDOPTION_DESC and INDOPTION_NULLS_FIRST in `src/include/catalog/pg_index.h`.
fn index_part(key: IndexKey, options: u16) -> IndexPart {
    let (is_descending, is_nulls_first) = (options & 1 == 1, options & 2 == 2);
    IndexPart {
        key,
        order: if is_descending { Order::Descending } else { Order::Ascending },
        nulls: match (is_descending, is_nulls_first) {
            (false, true) => Some(Nulls::First),
            (true, false) => Some(Nulls::Last),
            (false, false) | (true, true) => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_before_13_is_refused_by_its_name() {
        assert!(refuse_old(130_000, "13.0".to_owned()).is_ok());
        let error = refuse_old(120_022, "12.22".to_owned()).expect_err("12 is too old");
        assert_eq!(
            error.to_string(),
            "the database has version 12.22, and versions before 13 are not supported"
        );
    }
}
