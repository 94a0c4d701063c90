//! The version table: its DDL and its statements. Which rows change is decided by `revision::Heads`.
//!
//! It is Alembic's (`alembic/ddl/impl.py`, `version_table_impl`), to the name of its primary key, so that a
//! database can go from one to the other.

use crate::{
    connection::{Connection, ConnectionError},
    dialect,
    revision::{Heads, RowChange},
    schema::Ident,
};

use super::RunError;

/// The version table of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionTable {
    name: Ident,
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
        Self { name: name.into() }
    }

    /// Returns its name.
    #[must_use]
    pub fn name(&self) -> &Ident {
        &self.name
    }

    fn quoted(&self) -> String {
        dialect::quoted(&self.name)
    }

    /// Tells whether it is there.
    ///
    /// # Errors
    ///
    /// When the database does not answer.
    pub async fn exists(&self, connection: &mut Connection) -> Result<bool, ConnectionError> {
        dialect::table_exists(connection, &self.name).await
    }

    /// Writes the statement that creates it.
    #[must_use]
    pub fn create_sql(&self) -> String {
        let key = dialect::quoted(&Ident::new(format!("{}_pkc", self.name)));
        format!(
            "CREATE TABLE {} (\n    version_num VARCHAR(32) NOT NULL,\n    CONSTRAINT {key} PRIMARY KEY (version_num)\n)",
            self.quoted()
        )
    }

    /// Creates it if it is not there. Two processes may do so at once.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn ensure(&self, connection: &mut Connection) -> Result<(), ConnectionError> {
        if self.exists(connection).await? {
            return Ok(());
        }
        let create = self.create_sql().replacen("CREATE TABLE", "CREATE TABLE IF NOT EXISTS", 1);
        match connection.execute(&create).await {
            Ok(_) => Ok(()),
            // PostgreSQL: IF NOT EXISTS does not keep two sessions from creating it at the same moment.
            Err(_) if self.exists(connection).await? => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Reads its rows; none if it is not there.
    ///
    /// # Errors
    ///
    /// When the database does not answer.
    pub async fn heads(&self, connection: &mut Connection) -> Result<Heads, ConnectionError> {
        if self.exists(connection).await? { self.rows(connection).await } else { Ok(Heads::default()) }
    }

    /// Reads its rows; it must be there.
    ///
    /// # Errors
    ///
    /// When the database does not answer.
    pub async fn rows(&self, connection: &mut Connection) -> Result<Heads, ConnectionError> {
        Ok(Self::heads_in(connection.rows(&self.rows_sql()).await?))
    }

    /// Writes the query for its rows.
    pub(crate) fn rows_sql(&self) -> String {
        format!("SELECT version_num FROM {}", self.quoted())
    }

    /// Makes heads of what the query for its rows returned.
    pub(crate) fn heads_in(rows: Vec<Vec<Option<String>>>) -> Heads {
        Heads::new(rows.into_iter().flatten().flatten())
    }

    /// Writes the statement of one change.
    #[must_use]
    pub fn change_sql(&self, change: &RowChange) -> String {
        let table = self.quoted();
        let text = dialect::string;
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
        let found = connection.execute(&self.change_sql(change)).await?;
        if found == 1 {
            return Ok(());
        }
        let change = match change {
            RowChange::Delete(id) => format!("`{id}`"),
            RowChange::Insert(id) => format!("nothing to `{id}`"),
            RowChange::Update { from, to } => format!("`{from}` to `{to}`"),
        };
        Err(RunError::VersionRow { change, table: self.name.to_string(), found })
    }
}
