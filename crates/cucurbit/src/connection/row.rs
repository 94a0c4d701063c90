//! Rows as they come from the driver, read as text and not copied.

use std::{borrow::Cow, pin::Pin};

use futures_core::{Stream, stream::BoxStream};
use sqlx::{
    AssertSqlSafe, Executor as _, Row as _, TypeInfo as _, ValueRef as _, postgres::PgRow, sqlite::SqliteRow,
};

use super::{Connection, ConnectionError, Kind, refused};

/// One row of a query.
#[derive(Debug)]
pub(crate) struct Row<'r> {
    kind: RowKind<'r>,
    sql: &'r str,
}

#[derive(Debug)]
enum RowKind<'r> {
    Postgres(&'r PgRow),
    Sqlite(&'r SqliteRow),
}

impl<'r> Row<'r> {
    /// Counts its columns.
    pub(crate) fn len(&self) -> usize {
        match self.kind {
            RowKind::Postgres(row) => row.len(),
            RowKind::Sqlite(row) => row.len(),
        }
    }

    /// Reads a value; `None` is NULL, or a place behind the last column.
    ///
    /// Integers, booleans and texts are read; for anything else the query casts to text.
    pub(crate) fn text(&self, at: usize) -> Result<Option<Cow<'r, str>>, ConnectionError> {
        if at >= self.len() {
            return Ok(None);
        }
        match self.kind {
            RowKind::Postgres(row) => postgres_text(row, at),
            RowKind::Sqlite(row) => sqlite_text(row, at),
        }
        .map_err(|source| refused(self.sql, source))
    }
}

/// PostgreSQL's simple protocol, which `raw_sql` speaks, sends every value as text.
fn postgres_text(row: &PgRow, at: usize) -> Result<Option<Cow<'_, str>>, sqlx::Error> {
    let value = row.try_get_raw(at)?;
    if value.is_null() {
        return Ok(None);
    }
    value.as_str().map(|text| Some(Cow::Borrowed(text))).map_err(sqlx::Error::Decode)
}

fn sqlite_text(row: &SqliteRow, at: usize) -> Result<Option<Cow<'_, str>>, sqlx::Error> {
    let value = row.try_get_raw(at)?;
    if value.is_null() {
        return Ok(None);
    }
    match value.type_info().name() {
        "INTEGER" | "BOOLEAN" => {
            row.try_get_unchecked::<i64, _>(at).map(|number| Some(Cow::Owned(number.to_string())))
        }
        "REAL" => row.try_get_unchecked::<f64, _>(at).map(|number| Some(Cow::Owned(number.to_string()))),
        _ => row.try_get_unchecked::<&str, _>(at).map(|text| Some(Cow::Borrowed(text))),
    }
}

impl Connection {
    /// Runs a query and hands over its rows, one at a time, as they come.
    pub(crate) async fn each<E: From<ConnectionError>>(
        &mut self,
        sql: &str,
        mut take: impl FnMut(Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let query = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match &mut self.kind {
            Kind::Postgres(connection) => {
                let mut rows = (***connection).fetch(query);
                while let Some(row) = next(&mut rows).await {
                    let row = row.map_err(|source| refused(sql, source))?;
                    take(Row { kind: RowKind::Postgres(&row), sql })?;
                }
            }
            Kind::Sqlite(connection) => {
                let mut rows = (***connection).fetch(query);
                while let Some(row) = next(&mut rows).await {
                    let row = row.map_err(|source| refused(sql, source))?;
                    take(Row { kind: RowKind::Sqlite(&row), sql })?;
                }
            }
        }
        Ok(())
    }

    /// Runs a query and returns its rows as texts; a NULL is `None`.
    ///
    /// Integers, booleans and texts are read; for anything else the query casts to text.
    ///
    /// # Errors
    ///
    /// When the database refuses it, or a column is of another type.
    pub async fn rows(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, ConnectionError> {
        let mut rows = Vec::new();
        self.each(sql, |row| {
            let texts = (0..row.len()).map(|at| Ok(row.text(at)?.map(Cow::into_owned)));
            rows.push(texts.collect::<Result<_, ConnectionError>>()?);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// Runs a query of one row and one column and returns it as text.
    ///
    /// # Errors
    ///
    /// As [`Connection::rows`].
    pub async fn value(&mut self, sql: &str) -> Result<Option<String>, ConnectionError> {
        let rows = self.rows(sql).await?;
        Ok(rows.into_iter().next().and_then(|row| row.into_iter().next()).flatten())
    }
}

async fn next<T>(rows: &mut BoxStream<'_, T>) -> Option<T> {
    std::future::poll_fn(|context| Pin::new(&mut *rows).poll_next(context)).await
}
