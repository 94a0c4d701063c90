//! SQLite: foreign keys off while a table is rebuilt, and the proof that no reference was broken.
//!
//! The pragma does nothing inside a transaction (sqlite.org/pragma.html#pragma_foreign_keys), so it is set
//! outside and read back.

use std::collections::BTreeMap;

use crate::connection::Connection;

use super::RunError;

/// Switches foreign keys off; returns whether they were on.
pub(super) async fn switch_off(connection: &mut Connection) -> Result<bool, RunError> {
    let was_on = connection.value("PRAGMA foreign_keys").await?.as_deref() == Some("1");
    connection.execute("PRAGMA foreign_keys = OFF").await?;
    if connection.value("PRAGMA foreign_keys").await?.as_deref() != Some("0") {
        return Err(RunError::ForeignKeysOn);
    }
    Ok(was_on)
}

/// Puts the switch back.
pub(super) async fn switch_back(connection: &mut Connection, was_on: bool) -> Result<(), RunError> {
    if was_on {
        connection.execute("PRAGMA foreign_keys = ON").await?;
    }
    Ok(())
}

/// Counts, by table, the rows that refer to nothing.
pub(super) async fn broken(connection: &mut Connection) -> Result<BTreeMap<String, usize>, RunError> {
    let mut broken = BTreeMap::new();
    for row in connection.rows("PRAGMA foreign_key_check").await? {
        if let Some(Some(table)) = row.into_iter().next() {
            *broken.entry(table).or_insert(0) += 1;
        }
    }
    Ok(broken)
}

/// Refuses if a table has more such rows than before.
pub(super) async fn refuse_more(
    connection: &mut Connection,
    before: &BTreeMap<String, usize>,
) -> Result<(), RunError> {
    let after = broken(connection).await?;
    let more = |(table, count): (&String, &usize)| {
        let was = before.get(table).copied().unwrap_or_default();
        (*count > was).then(|| (table.clone(), count - was))
    };
    let broken: Vec<(String, usize)> = after.iter().filter_map(more).collect();
    let Some((table, _)) = broken.first() else { return Ok(()) };
    let count = broken.iter().map(|(_, count)| count).sum();
    let first = described(connection, table).await?;
    Err(RunError::ForeignKeysBroken { count, table: table.clone(), first })
}

/// Says which row of a table refers to nothing, and what it refers to: the last that is found, since the new rows come last.
async fn described(connection: &mut Connection, table: &str) -> Result<String, RunError> {
    let name = connection.dialect().string(table);
    let query = format!(
        "SELECT c.rowid, c.parent, group_concat(l.\"from\", ', ') FROM pragma_foreign_key_check({name}) c \
         JOIN pragma_foreign_key_list({name}) l ON l.id = c.fkid GROUP BY c.rowid, c.fkid ORDER BY c.rowid DESC LIMIT 1"
    );
    let mut found = connection.rows(&query).await?.into_iter().flatten();
    let (rowid, parent, columns) = (found.next().flatten(), found.next().flatten(), found.next().flatten());
    let row = rowid.map_or_else(String::new, |rowid| format!(" (row {rowid})"));
    Ok(match (parent, columns) {
        (Some(parent), Some(columns)) => format!("{row}: its {columns} stands in no row of `{parent}`"),
        (_, _) => row,
    })
}
