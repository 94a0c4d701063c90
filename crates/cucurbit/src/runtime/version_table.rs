//! The version table: its DDL and its statements. Which rows change is decided by `revision::Heads`.
//!
//! It is Alembic's (`alembic/ddl/impl.py`, `version_table_impl`), to the name of its primary key, so that a
//! database can go from one to the other. On PostgreSQL it is the first of its name along the search path, as Alembic
//! finds it; from then on it is named with its schema, whatever a script makes of the search path.

use thiserror::Error;

use crate::{
    connection::{Connection, ConnectionError},
    dialect::{self, Apart, Place},
    revision::{Heads, LONGEST_ID, RowChange},
    schema::{Dialect, Ident, TableName},
};

use super::RunError;

/// Why what bears the name of the version table cannot be read as one.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum VersionTableError {
    /// It is something else.
    #[error("`{name}` is {kind}, not a version table")]
    Other {
        /// Its name.
        name: String,
        /// What it is.
        kind: String,
    },
    /// Its column is of another type, or is not there.
    #[error("table `{name}` has no column `version_num` of texts{}", found.as_ref().map_or_else(String::new, |ty| format!(": it is `{ty}`")))]
    Column {
        /// Its name.
        name: String,
        /// The type of the column, if there is one.
        found: Option<String>,
    },
    /// A policy may keep rows from this user.
    #[error("a row security policy may hide rows of `{name}` from this user")]
    Hidden {
        /// Its name.
        name: String,
    },
    /// A row names no revision.
    #[error("table `{name}` has a row whose `version_num` is NULL")]
    NullRow {
        /// Its name.
        name: String,
    },
    /// A row holds what is the name of nothing.
    #[error("table `{name}` has a row whose `version_num` is {found}")]
    OddRow {
        /// Its name.
        name: String,
        /// What it holds.
        found: String,
    },
    /// A revision is named by several rows.
    #[error("table `{name}` has {count} rows for revision `{revision}`")]
    RepeatedRow {
        /// Its name.
        name: String,
        /// The revision.
        revision: String,
        /// How many rows there are.
        count: usize,
    },
}

impl VersionTableError {
    /// Says what to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Other { .. } | Self::Column { .. } => {
                "give the version table another name by `version_table` in cucurbit.toml, or rename what is there"
            }
            Self::Hidden { .. } => {
                "connect as the owner of the table, or as a user whom its policies do not bind"
            }
            Self::NullRow { .. } | Self::OddRow { .. } => {
                "such a row says nothing: look at the other rows, then delete this one by hand"
            }
            Self::RepeatedRow { .. } => "one row says the same: delete the others by hand",
        }
        .to_owned()
    }
}

/// The version table of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionTable {
    table: TableName,
}

impl Default for VersionTable {
    fn default() -> Self {
        Self::named("alembic_version")
    }
}

impl VersionTable {
    /// Uses another name than `alembic_version`.
    #[must_use]
    pub fn named(name: impl Into<Ident>) -> Self {
        Self { table: TableName::new(name) }
    }

    /// Returns its name.
    #[must_use]
    pub fn name(&self) -> &Ident {
        &self.table.name
    }

    /// Returns its name, with its schema where that is known.
    #[must_use]
    pub fn table(&self) -> &TableName {
        &self.table
    }

    /// Names something beside it, in the same schema.
    pub(crate) fn beside(&self, name: &str) -> TableName {
        TableName { schema: self.table.schema.clone(), name: Ident::new(name) }
    }

    fn quoted(&self, dialect: Dialect) -> String {
        dialect.qualified(&self.table)
    }

    /// Finds its schema, or the one in which it would be made; tells whether it is there.
    ///
    /// # Errors
    ///
    /// When something else bears the name, or the database does not answer.
    pub async fn located(&self, connection: &mut Connection) -> Result<(Self, bool), RunError> {
        Ok(self.at(dialect::place(connection, self.name()).await?)?)
    }

    /// Reads what bears its name.
    pub(crate) fn at(&self, Place { schema, found }: Place) -> Result<(Self, bool), VersionTableError> {
        let table = TableName { schema, name: self.name().clone() };
        let name = shown(&table);
        let Some(found) = found else { return Ok((Self { table }, false)) };
        if let Some(kind) = found.other {
            return Err(VersionTableError::Other { name, kind });
        }
        if !found.is_text {
            return Err(VersionTableError::Column { name, found: found.ty });
        }
        if found.is_filtered {
            return Err(VersionTableError::Hidden { name });
        }
        Ok((Self { table }, true))
    }

    /// Makes its schema the session's own, where the search path finds it in another: what it speaks of is beside it. Returns
    /// what gives the session its own back.
    ///
    /// # Errors
    ///
    /// When there are tables in both schemas, or the session cannot be set because it is `shared` with others.
    pub(crate) async fn join(
        &self,
        connection: &mut Connection,
        is_shared: bool,
    ) -> Result<Option<Apart>, RunError> {
        let Some(apart) = dialect::apart(connection, self.name()).await? else { return Ok(None) };
        if is_shared || apart.has_tables {
            return Err(RunError::SplitSchemas {
                version_table: self.name().to_string(),
                schema: apart.schema.to_string(),
                own: apart.own.to_string(),
            });
        }
        apart.join(connection).await?;
        Ok(Some(apart))
    }

    /// Tells whether it is there.
    ///
    /// # Errors
    ///
    /// As [`VersionTable::located`].
    pub async fn exists(&self, connection: &mut Connection) -> Result<bool, RunError> {
        Ok(self.located(connection).await?.1)
    }

    /// Writes the statement that creates it.
    #[must_use]
    pub fn create_sql(&self, dialect: Dialect) -> String {
        let key = dialect.quoted(&Ident::new(format!("{}_pkc", self.name())));
        format!(
            "CREATE TABLE {} (\n    version_num VARCHAR({LONGEST_ID}) NOT NULL,\n    CONSTRAINT {key} PRIMARY KEY (version_num)\n)",
            self.quoted(dialect)
        )
    }

    /// Creates it if it is not there. Two processes may do so at once.
    ///
    /// # Errors
    ///
    /// When the database refuses, or something else bears the name.
    pub async fn ensure(&self, connection: &mut Connection) -> Result<(), RunError> {
        let (table, is_there) = self.located(connection).await?;
        if is_there {
            return Ok(());
        }
        let create =
            table.create_sql(connection.dialect()).replacen("CREATE TABLE", "CREATE TABLE IF NOT EXISTS", 1);
        match connection.execute(&create).await {
            Ok(_) => Ok(()),
            // PostgreSQL: IF NOT EXISTS does not keep two sessions from creating it at the same moment.
            Err(_) if self.exists(connection).await? => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Refuses before a run what could only fail at the row of a revision: ids that are too long for the column, and a
    /// database that is read only.
    ///
    /// # Errors
    ///
    /// When there is such an id, or the database can only be read.
    pub(crate) async fn refuse_what_cannot_be_written<'i>(
        &self,
        connection: &mut Connection,
        ids: impl Iterator<Item = &'i str>,
    ) -> Result<(), RunError> {
        dialect::refuse_read_only(connection, &self.table).await?;
        let length = |id: &&str| id.chars().count();
        let Some(id) = ids.max_by_key(length).filter(|id| length(id) > LONGEST_ID) else { return Ok(()) };
        match dialect::longest_text(connection, &self.table, "version_num").await? {
            Some(longest) if length(&id) > longest => {
                Err(RunError::IdTooLong { revision: id.to_owned(), table: shown(&self.table), longest })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Reads its rows; none if it is not there.
    ///
    /// # Errors
    ///
    /// When it cannot be read as a version table, or the database does not answer.
    pub async fn heads(&self, connection: &mut Connection) -> Result<Heads, RunError> {
        let (table, is_there) = self.located(connection).await?;
        if is_there { table.rows(connection).await } else { Ok(Heads::default()) }
    }

    /// Reads its rows; it must be there.
    ///
    /// # Errors
    ///
    /// When a row names no revision or one that another row names, or the database does not answer.
    pub async fn rows(&self, connection: &mut Connection) -> Result<Heads, RunError> {
        let rows = connection.rows(&self.rows_sql(connection.dialect())).await?;
        Ok(self.heads_in(rows)?)
    }

    /// Writes the query for its rows.
    pub(crate) fn rows_sql(&self, dialect: Dialect) -> String {
        dialect::version_rows(dialect, &self.table)
    }

    /// Makes heads of what the query for its rows returned.
    pub(crate) fn heads_in(&self, rows: Vec<Vec<Option<String>>>) -> Result<Heads, VersionTableError> {
        let name = || shown(&self.table);
        let mut ids = Vec::with_capacity(rows.len());
        for row in rows {
            let mut values = row.into_iter();
            let (id, odd) = (values.next().flatten(), values.next().flatten());
            let id = id.ok_or_else(|| VersionTableError::NullRow { name: name() })?;
            let odd = odd.or_else(|| id.is_empty().then(|| "an empty text".to_owned()));
            if let Some(found) = odd {
                return Err(VersionTableError::OddRow { name: name(), found });
            }
            ids.push(id);
        }
        ids.sort();
        if let Some(same) = ids.chunk_by(|one, next| one == next).find(|same| same.len() > 1) {
            let (revision, count) = (same[0].clone(), same.len());
            return Err(VersionTableError::RepeatedRow { name: name(), revision, count });
        }
        Ok(Heads::new(ids))
    }

    /// Deletes all rows, whatever they are.
    pub(crate) async fn purge(&self, connection: &mut Connection) -> Result<(), ConnectionError> {
        connection.execute(&format!("DELETE FROM {}", self.quoted(connection.dialect()))).await.map(drop)
    }

    /// Writes the statement of one change.
    #[must_use]
    pub fn change_sql(&self, dialect: Dialect, change: &RowChange) -> String {
        let table = self.quoted(dialect);
        let text = |text: &str| dialect.string(text);
        match change {
            RowChange::Delete(id) => format!("DELETE FROM {table} WHERE version_num = {}", text(id)),
            RowChange::Insert(id) => format!("INSERT INTO {table} (version_num) VALUES ({})", text(id)),
            RowChange::Update { from, to } => {
                format!("UPDATE {table} SET version_num = {} WHERE version_num = {}", text(to), text(from))
            }
        }
    }

    /// Makes one change, which must touch exactly one row.
    ///
    /// # Errors
    ///
    /// When it touches none or several, or the database refuses.
    pub async fn change(&self, connection: &mut Connection, change: &RowChange) -> Result<(), RunError> {
        let found = connection.execute(&self.change_sql(connection.dialect(), change)).await?;
        if found == 1 {
            return Ok(());
        }
        let change = match change {
            RowChange::Delete(id) => format!("`{id}`"),
            RowChange::Insert(id) => format!("nothing to `{id}`"),
            RowChange::Update { from, to } => format!("`{from}` to `{to}`"),
        };
        Err(RunError::VersionRow { change, table: shown(&self.table), found })
    }
}

/// A table as people call it: SQLite's schema `main` goes without saying.
fn shown(table: &TableName) -> String {
    match &table.schema {
        Some(schema) if schema.as_str() != "main" => table.to_string(),
        Some(_) | None => table.name.to_string(),
    }
}
