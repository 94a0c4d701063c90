//! Rows of the catalogue, read value by value in the order of the query.

use std::str::FromStr;

use crate::{connection::Connection, dialect::ReflectError, schema::Ident};

/// One row, of which the values that were read are gone.
#[derive(Debug)]
pub(super) struct Row {
    catalogue: &'static str,
    values: std::vec::IntoIter<Option<String>>,
}

/// Runs a query over a catalogue.
pub(super) async fn rows(
    connection: &mut Connection,
    catalogue: &'static str,
    sql: &str,
) -> Result<Vec<Row>, ReflectError> {
    let rows = connection.rows(sql).await?;
    Ok(rows.into_iter().map(|values| Row { catalogue, values: values.into_iter() }).collect())
}

impl Row {
    /// The next value, or NULL.
    pub(super) fn optional(&mut self) -> Option<String> {
        self.values.next().flatten()
    }

    /// The next value, which is not NULL.
    pub(super) fn text(&mut self) -> Result<String, ReflectError> {
        self.optional().ok_or_else(|| self.unexpected("a value is NULL".to_owned()))
    }

    pub(super) fn number<N: FromStr>(&mut self) -> Result<N, ReflectError> {
        let text = self.text()?;
        self.parsed(&text)
    }

    pub(super) fn optional_number<N: FromStr>(&mut self) -> Result<Option<N>, ReflectError> {
        self.optional().map(|text| self.parsed(&text)).transpose()
    }

    /// A boolean, which PostgreSQL writes as `t` or `f`.
    pub(super) fn flag(&mut self) -> Result<bool, ReflectError> {
        match self.text()?.as_str() {
            "t" => Ok(true),
            "f" => Ok(false),
            other => Err(self.unexpected(format!("`{other}` is not a boolean"))),
        }
    }

    /// Numbers of columns with blanks between; NULL is none.
    pub(super) fn numbers(&mut self) -> Result<Vec<i16>, ReflectError> {
        let text = self.optional().unwrap_or_default();
        text.split_whitespace().map(|number| self.parsed(number)).collect()
    }

    /// A list of names as JSON.
    pub(super) fn optional_names(&mut self) -> Result<Option<Vec<Ident>>, ReflectError> {
        let Some(json) = self.optional() else { return Ok(None) };
        match serde_json::from_str::<Vec<String>>(&json) {
            Ok(names) => Ok(Some(names.into_iter().map(Ident::new).collect())),
            Err(error) => Err(self.unexpected(error.to_string())),
        }
    }

    fn parsed<N: FromStr>(&self, text: &str) -> Result<N, ReflectError> {
        text.parse().map_err(|_| self.unexpected(format!("`{text}` is not a number")))
    }

    fn unexpected(&self, reason: String) -> ReflectError {
        ReflectError::Original { object: self.catalogue.to_owned(), reason }
    }
}
