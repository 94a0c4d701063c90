//! `docs/cli.md` is what the program itself says. `UPDATE_DOCS=1` writes it anew; read it before it is committed.

use std::{fs, path::Path};

use cucurbit::config::Environment;

use crate::support::{Ran, binary};

const COMMANDS: [&str; 21] = [
    "branches",
    "check",
    "create",
    "current",
    "database",
    "diff",
    "downgrade",
    "edit",
    "ensure_version",
    "fresh",
    "heads",
    "history",
    "inspect",
    "merge",
    "revision",
    "script_template",
    "show",
    "stamp",
    "status",
    "upgrade",
    "help",
];

#[test]
fn the_reference_is_what_the_program_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let help = |arguments: &[&str]| Ran::of(binary(folder.path()).args(arguments)).exits(0).stdout;
    let mut pages = vec![format!("# The command line\n\n```text\n{}```\n", help(&["--help"]))];
    for command in COMMANDS.iter().filter(|command| **command != "help") {
        pages.push(format!("\n## {command}\n\n```text\n{}```\n", help(&[command, "--help"])));
    }
    let text: Vec<String> = pages.concat().lines().map(|line| line.trim_end().to_owned()).collect();
    let text = format!("{}\n", text.join("\n"));

    for command in help(&["--help"]).lines().skip_while(|line| *line != "Commands:").skip(1) {
        let Some(command) = command.split_whitespace().next() else { break };
        assert!(COMMANDS.contains(&command), "`{command}` is missing in the reference");
    }
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    if Environment::read().get("UPDATE_DOCS").expect("UTF-8").is_some() {
        fs::write(&page, &text).expect("written");
    }
    let written = fs::read_to_string(&page).unwrap_or_default();
    assert_eq!(written, text, "docs/cli.md is old: run this test with UPDATE_DOCS=1, and read what changed");
}
