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

/// Lists tables with their options, columns, keys, checks, indexes and references, each list sorted.
async fn pragmas(connection: &mut Connection) -> String {
    let query = "SELECT 'table' AS kind, l.name AS owner, l.wr || ' ' || l.strict AS what \
         FROM pragma_table_list l WHERE l.schema = 'main' AND l.type = 'table' \
         UNION ALL \
         SELECT 'column', t.name, c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' \
           || ifnull(c.dflt_value, '-') || ' ' || (c.pk > 0) || ' ' || c.hidden \
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
    // What no pragma lists is read from the stored texts, without white space and quotes of names.
    let texts = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND tbl_name <> 'alembic_version' \
         AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1, 2";
    for row in connection.rows(texts).await.expect("it can be asked") {
        let [Some(kind), Some(name), Some(sql)] = row.as_slice() else { continue };
        let plain = plain(sql);
        match kind.as_str() {
            "table" => {
                let mut said = said_of_a_table(&plain);
                said.sort_unstable();
                lines.extend(said.into_iter().map(|said| format!("said {name} {said}")));
            }
            // An expression may stand in one more pair of parentheses.
            _ => lines.push(format!("text {name} {}", small(&plain).replace(['(', ')', ' '], ""))),
        }
    }
    lines.join("\n")
}

/// A text with one space where there was white space, and names without their quotes.
fn plain(sql: &str) -> String {
    let mut plain = String::new();
    for (place, piece) in sql.split('\'').enumerate() {
        if place % 2 == 1 {
            plain.extend(["'", piece, "'"]);
        } else {
            let space = |is_there: bool| if is_there { " " } else { "" };
            let words = piece.replace('"', "").split_whitespace().collect::<Vec<_>>().join(" ");
            plain += space(piece.starts_with(char::is_whitespace));
            plain += &words;
            plain += space(!words.is_empty() && piece.ends_with(char::is_whitespace));
        }
    }
    plain
}

/// A text in small letters outside quotes: capitals say nothing in a name or a word.
fn small(plain: &str) -> String {
    let pieces = plain.split('\'').enumerate();
    let small = |(place, piece): (usize, &str)| {
        if place % 2 == 1 { piece.to_owned() } else { piece.to_ascii_lowercase() }
    };
    pieces.map(small).collect::<Vec<_>>().join("'")
}

/// The names of constraints, the conditions of checks, what is computed, which keys may wait, what becomes of rows that
/// break a key, and whether ids are never given twice. What a key is on, the pragmas say.
fn said_of_a_table(plain: &str) -> Vec<String> {
    let mut said = Vec::new();
    let mut name = "";
    let mut rest = plain;
    let (mut before, mut earlier) = ("", "");
    while let Some((word, after)) = next_word(rest) {
        rest = after;
        // A key without a name does not bear that of the constraint before it.
        match word {
            "CONSTRAINT" => {
                name = next_word(rest).map(|(name, _)| name).unwrap_or_default();
                said.push(format!("constraint {name}"));
            }
            "FOREIGN" | "UNIQUE" if before != name => name = "",
            "CHECK" | "AS" => said.push(format!("{word} {}", in_parentheses(rest))),
            "AUTOINCREMENT" => said.push(word.to_owned()),
            "DEFERRABLE" | "DEFERRED" => said.push(format!("{name} {word}")),
            "CONFLICT" => {
                let action = next_word(rest).map(|(action, _)| action).unwrap_or_default();
                let of = if earlier == "NULL" { "NOT NULL" } else { name };
                said.push(format!("{of} {word} {action}"));
            }
            _ => {}
        }
        (earlier, before) = (before, word);
    }
    said
}

/// Splits a word off, or a text in quotes, or a sign.
fn next_word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let first = text.chars().next()?;
    let is_of_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let end = match first {
        '\'' => text[1..].find('\'').map_or(text.len(), |end| end + 2),
        letter if is_of_word(letter) => text.find(|letter| !is_of_word(letter)).unwrap_or(text.len()),
        other => other.len_utf8(),
    };
    Some(text.split_at(end))
}

/// The words of the parentheses with which a text begins.
fn in_parentheses(text: &str) -> String {
    let (mut words, mut depth, mut rest) = (Vec::new(), 0_usize, text);
    while let Some((word, after)) = next_word(rest) {
        rest = after;
        match word {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => words.push(word),
        }
        if depth == 0 {
            break;
        }
    }
    words.join(" ")
}
