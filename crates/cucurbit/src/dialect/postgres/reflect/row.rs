//! Rows of the catalogue, read value by value in the order of the query.

use std::{borrow::Cow, str::FromStr};

use crate::{
    connection::{self, Connection},
    dialect::ReflectError,
};

/// One row, of which the values that were read are behind.
#[derive(Debug)]
pub(super) struct Row<'r> {
    catalogue: &'static str,
    values: connection::Row<'r>,
    at: usize,
}

/// Runs a query over a catalogue and reads its rows one by one.
pub(super) async fn each(
    connection: &mut Connection,
    catalogue: &'static str,
    sql: &str,
    mut read: impl FnMut(Row<'_>) -> Result<(), ReflectError>,
) -> Result<(), ReflectError> {
    connection.each(sql, |values| read(Row { catalogue, values, at: 0 })).await
}

impl<'r> Row<'r> {
    /// The next value, or NULL.
    pub(super) fn optional(&mut self) -> Result<Option<Cow<'r, str>>, ReflectError> {
        let value = self.values.text(self.at)?;
        self.at += 1;
        Ok(value)
    }

    /// The next value, or NULL, as a text of its own.
    pub(super) fn optional_text(&mut self) -> Result<Option<String>, ReflectError> {
        Ok(self.optional()?.map(Cow::into_owned))
    }

    /// The next value, which is not NULL.
    pub(super) fn text(&mut self) -> Result<Cow<'r, str>, ReflectError> {
        self.optional()?.ok_or_else(|| self.unexpected("a value is NULL".to_owned()))
    }

    pub(super) fn number<N: FromStr>(&mut self) -> Result<N, ReflectError> {
        let text = self.text()?;
        self.parsed(&text)
    }

    pub(super) fn optional_number<N: FromStr>(&mut self) -> Result<Option<N>, ReflectError> {
        self.optional()?.map(|text| self.parsed(&text)).transpose()
    }

    /// A boolean, which PostgreSQL writes as `t` or `f`.
    pub(super) fn flag(&mut self) -> Result<bool, ReflectError> {
        match self.text()?.as_ref() {
            "t" => Ok(true),
            "f" => Ok(false),
            other => Err(self.unexpected(format!("`{other}` is not a boolean"))),
        }
    }

    /// Numbers of columns with blanks between; NULL is none.
    pub(super) fn numbers<N: FromStr>(&mut self) -> Result<Vec<N>, ReflectError> {
        let text = self.optional()?.unwrap_or_default();
        text.split_whitespace().map(|number| self.parsed(number)).collect()
    }

    /// A list of texts as JSON.
    pub(super) fn optional_texts(&mut self) -> Result<Option<Vec<String>>, ReflectError> {
        let Some(json) = self.optional()? else { return Ok(None) };
        match serde_json::from_str::<Vec<String>>(&json) {
            Ok(texts) => Ok(Some(texts)),
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
