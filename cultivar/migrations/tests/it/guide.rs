//! `docs/GUIDE.md` has each command of the guide beside ours: they are run, in the order of the page.

use std::{fs, path::Path};

use crate::support::{Database, on_each_database};

on_each_database! {
    every_command_of_the_guide_is_there;
}

/// A row of the page: what is typed after `cargo migrate`, and the exit code.
struct Row {
    words: Vec<String>,
    code: i32,
}

/// Reads the first table of the page.
fn rows() -> Vec<Row> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/GUIDE.md");
    let text = fs::read_to_string(page).expect("the page");
    let lines = text.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    let rows = lines.take_while(|line| line.starts_with('|')).map(|line| {
        let line = line.replace("\\|", "¦");
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let typed = cells[2].trim_matches('`').strip_prefix("cargo migrate ").expect("a command of ours");
        Row { words: words(typed), code: cells[3].parse().expect("an exit code") }
    });
    rows.collect()
}

/// Splits a line as a shell does, as far as the page needs it: words, and texts in double quotes.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('"').enumerate();
    parts
        .flat_map(|(at, part)| match at % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

async fn every_command_of_the_guide_is_there(database: Database) {
    let rows = rows();
    assert!(rows.len() > 10, "the page cannot be read");
    for Row { words, code } in rows {
        let words: Vec<&str> =
            words.iter().map(|word| if word == "URL" { database.url.as_str() } else { word }).collect();
        let ran = database.migrate(&words);
        assert_eq!(ran.code, code, "{words:?}\n{}\n{}", ran.stdout, ran.stderr);
        if words.first() == Some(&"create") {
            assert!(ran.stdout.starts_with("No changes"), "{}", ran.stdout);
        }
    }
}
