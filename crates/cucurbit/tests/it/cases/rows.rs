//! Rows that must survive: every value of a column whose type a case does not touch.

use cucurbit::{
    connection::Connection,
    dialect::Before,
    schema::{Column, Dialect, Ident, ServerDefault, TableName},
};

use super::{changed::changed, prove::told};

/// The values that were there before.
#[derive(Debug)]
pub(super) struct Kept {
    tables: Vec<Table>,
}

#[derive(Debug)]
struct Table {
    query: String,
    rows: String,
}

impl Kept {
    /// Reads, of the tables that stay, the columns that stay and keep their types.
    pub(super) async fn read(
        connection: &mut Connection,
        from: &Before,
        to: &Before,
    ) -> Result<Self, String> {
        let dialect = connection.dialect();
        let (from, to) = (dialect.canonical(&from.schema), dialect.canonical(&to.schema));
        let mut tables = Vec::new();
        for (name, table) in from.form().tables() {
            let Some(other) = to.form().table(name) else { continue };
            let stays = |column: &&Column| {
                let is_same = |other: &Column| other.ty == column.ty && !is_computed(other);
                !is_computed(column) && other.column(&column.name).is_some_and(is_same)
            };
            let columns: Vec<&Ident> =
                table.columns.iter().filter(stays).map(|column| &column.name).collect();
            let query = query(dialect, name, &columns);
            let rows = rows(connection, &query).await?;
            tables.push(Table { query, rows });
        }
        Ok(Self { tables })
    }

    /// Reads them again and compares.
    pub(super) async fn check(&self, connection: &mut Connection, after: &str) -> Result<(), String> {
        for Table { query, rows: before } in &self.tables {
            let now = rows(connection, query).await?;
            if now != *before {
                return Err(format!(
                    "after the {after}, `{query}` finds other rows:\n{}",
                    changed(before, &now)
                ));
            }
        }
        match connection.dialect() {
            Dialect::Postgres => Ok(()),
            Dialect::Sqlite => is_sound(connection, after).await,
        }
    }
}

/// SQLite's own opinion of the file: indexes hold what the tables hold, and rows what the text asks for.
async fn is_sound(connection: &mut Connection, after: &str) -> Result<(), String> {
    let found = rows(connection, "PRAGMA integrity_check").await?;
    if found == r#"[Some("ok")]"# { Ok(()) } else { Err(format!("after the {after}: {found}")) }
}

fn is_computed(column: &Column) -> bool {
    matches!(column.default, Some(ServerDefault::Computed { .. }))
}

/// Reads whatever is there as text, in a form in which no two values are alike.
fn query(dialect: Dialect, table: &TableName, columns: &[&Ident]) -> String {
    let quoted = |name: &Ident| format!("\"{}\"", name.as_str().replace('"', "\"\""));
    let texts = columns.iter().map(|column| match dialect {
        Dialect::Postgres => format!(", {}::text", quoted(column)),
        Dialect::Sqlite => format!(", quote({})", quoted(column)),
    });
    let schema = table.schema.iter().map(|schema| format!("{}.", quoted(schema)));
    let name = schema.collect::<String>() + &quoted(&table.name);
    format!("SELECT 'row'{} FROM {}", texts.collect::<String>(), name)
}

/// The rows as sorted lines: a table has no order.
async fn rows(connection: &mut Connection, query: &str) -> Result<String, String> {
    let rows = connection.rows(query).await.map_err(told("the rows cannot be read"))?;
    let mut lines: Vec<String> = rows.iter().map(|row| format!("{row:?}")).collect();
    lines.sort();
    Ok(lines.join("\n"))
}
