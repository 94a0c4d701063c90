//! What shares no code with the library says of a database: `pg_dump`, and SQLite's own pragmas.

use std::process::Command;

use cucurbit::{connection::Connection, schema::Dialect};

use crate::support::Database;

/// Describes a database by what shares no code with the library, in an order of its own.
pub(crate) async fn oracle(connection: &mut Connection, database: &Database) -> String {
    match database.dialect {
        Dialect::Postgres => dump(database),
        Dialect::Sqlite => pragmas(connection).await,
    }
}

fn dump(database: &Database) -> String {
    let mut command = Command::new("pg_dump");
    let output = command.args(["--schema-only", "--no-owner", &database.url]).output().expect("pg_dump runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("a dump is text");
    let mut statements: Vec<String> = text
        .split(";\n")
        .map(|statement| {
            // The lines of a table are sorted: the order of columns is no difference.
            let lines = statement
                .lines()
                .filter(|line| !line.is_empty() && !line.starts_with("--") && !line.contains("restrict "));
            let mut lines: Vec<&str> = lines.map(|line| line.trim_end_matches(',')).collect();
            let is_table =
                lines.first().is_some_and(|first| first.contains(" TABLE ") && first.ends_with('('));
            if is_table {
                lines[1..].sort_unstable();
            }
            lines.join("\n")
        })
        // What the schema `public` says of itself differs after it was made anew.
        .filter(|statement| {
            let is_noise = statement.is_empty() || statement.contains("ON SCHEMA public");
            !is_noise && !statement.contains("alembic_version")
        })
        .collect();
    statements.sort_unstable();
    statements.join(";\n")
}

/// Lists tables, columns, keys, checks, indexes and references, each list sorted.
async fn pragmas(connection: &mut Connection) -> String {
    let query = "SELECT 'column' AS kind, t.name AS owner, c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' \
           || ifnull(c.dflt_value, '-') || ' ' || (c.pk > 0) AS what \
         FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c WHERE t.type = 'table' \
         UNION ALL \
         SELECT 'index', t.name, CASE i.origin WHEN 'c' THEN i.name ELSE i.origin END || ' ' || i.\"unique\" || ' ' \
           || i.partial || ' ' || (SELECT group_concat(ifnull(k.name, '?') || k.\"desc\" || k.coll, ',') \
             FROM pragma_index_xinfo(i.name) k WHERE k.key) \
         FROM sqlite_schema t JOIN pragma_index_list(t.name) i WHERE t.type = 'table' \
         UNION ALL \
         SELECT 'reference', t.name, f.\"from\" || ' ' || f.\"table\" || ' ' || f.\"to\" || ' ' || f.on_delete \
         FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table' \
         ORDER BY 1, 2, 3";
    let is_ours = |row: &Vec<Option<String>>| {
        let table = row.get(1).and_then(Option::as_deref).unwrap_or_default();
        table != "alembic_version" && !table.starts_with("sqlite_")
    };
    let rows = connection.rows(query).await.expect("it can be asked");
    let mut lines: Vec<String> = rows
        .into_iter()
        .filter(is_ours)
        .map(|row| row.into_iter().flatten().collect::<Vec<_>>().join(" "))
        .collect();
    // No pragma lists checks and names of constraints: they are read from the stored text, without its white space.
    let texts =
        "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name <> 'alembic_version' ORDER BY 1";
    for row in connection.rows(texts).await.expect("it can be asked") {
        let [Some(name), Some(sql)] = row.as_slice() else { continue };
        let plain: String = sql.replace('"', "").split_whitespace().collect::<Vec<_>>().join(" ");
        let mut constraints: Vec<&str> = plain.split("CONSTRAINT ").skip(1).collect();
        for constraint in &mut constraints {
            // What a key is on, the pragmas say; it may stand in its column or after all of them.
            let name = constraint.split(' ').next().unwrap_or_default();
            let is_check = constraint[name.len()..].starts_with(" CHECK");
            *constraint = if is_check { constraint.trim_end_matches([',', ' ', ')']) } else { name };
        }
        constraints.sort_unstable();
        lines.extend(constraints.into_iter().map(|constraint| format!("constraint {name} {constraint}")));
    }
    lines.join("\n")
}
