//! Drawings of the graph, which read the scripts and build nothing.

use std::process::Command;

use crate::support::{Folder, HISTORY};

const DOT: &str = r#"// Drawn by `cucurbit graph`.
digraph revisions {
    node [shape=box];
    "109317dd2a2f" [label="109317dd2a2f\nCreate the \"beds\""];
    "3968dfa9e747" [label="3968dfa9e747\nPlants"];
    "1f00aa55cc33" [label="1f00aa55cc33 (garden)"];
    "ae1027a6acf4" [label="ae1027a6acf4\nMerge"];
    "109317dd2a2f" -> "3968dfa9e747";
    "109317dd2a2f" -> "1f00aa55cc33" [style=dashed];
    "3968dfa9e747" -> "ae1027a6acf4";
    "1f00aa55cc33" -> "ae1027a6acf4";
}
"#;

const MERMAID: &str = r#"flowchart TB
    r0["109317dd2a2f<br>Create the #quot;beds#quot;"]
    r1["3968dfa9e747<br>Plants"]
    r2["1f00aa55cc33 (garden)"]
    r3["ae1027a6acf4<br>Merge"]
    r0 --> r1
    r0 -.-> r2
    r1 --> r3
    r2 --> r3
"#;

#[test]
fn the_ending_says_how_the_graph_is_drawn() {
    let folder = Folder::of(&HISTORY);
    for _again in 0..2 {
        let said = folder.run_in("src", &["graph", "../graph.dot"]);
        assert_eq!((said.code, said.err.as_str()), (Some(0), "Drew 4 revisions into ../graph.dot\n"));
    }
    assert_eq!(folder.read("graph.dot"), DOT);
    assert_eq!(folder.run(&["graph", "graph.mmd"]).code, Some(0));
    assert_eq!(folder.read("graph.mmd"), format!("%% Drawn by `cucurbit graph`.\n{MERMAID}"));
    assert_eq!(folder.run(&["graph", "GRAPH.MD"]).code, Some(0));
    let page = format!("<!-- Drawn by `cucurbit graph`. -->\n\n```mermaid\n{MERMAID}```\n");
    assert_eq!(folder.read("GRAPH.MD"), page);
    assert!(!folder.files().iter().any(|file| file.starts_with("target")), "nothing is built");
}

#[cfg(unix)]
#[test]
fn pictures_are_drawn_by_graphviz() {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    let folder = Folder::of(&HISTORY);
    let graph = |path: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cucurbit"));
        command.args(["graph", "graph.svg", "--versions", "versions"]).env("PATH", path);
        folder.run_by(&mut command, "")
    };
    let said = graph("/nowhere");
    assert_eq!(said.code, Some(1));
    assert!(said.err.starts_with("error: cannot run `dot`, which draws pictures\n"), "{}", said.err);
    assert!(said.err.contains("\n  hint: install Graphviz, or draw a `.dot`"), "{}", said.err);

    // In the place of Graphviz: it says what it was asked for, and what it was given.
    let program = |text: &str| {
        folder.write("bin/dot", text);
        fs::set_permissions(folder.path().join("bin/dot"), fs::Permissions::from_mode(0o755)).unwrap();
        graph(&format!("{}:/usr/bin:/bin", folder.path().join("bin").display()))
    };
    let said = program("#!/bin/sh\necho \"$@\"\ncat\n");
    assert_eq!(said.code, Some(0), "{}", said.err);
    let (_, drawn) = DOT.split_once('\n').unwrap();
    assert_eq!(folder.read("graph.svg"), format!("-Tsvg\n{drawn}"));
    let said = program("#!/bin/sh\necho 'no fonts' >&2\nexit 1\n");
    assert_eq!((said.code, said.err.as_str()), (Some(1), "error: `dot` failed: no fonts\n"));
    assert!(folder.read("graph.svg").starts_with("-Tsvg\n"), "what was there stays");
}

#[test]
fn what_cannot_be_drawn_is_said_and_nothing_is_overwritten() {
    let folder = Folder::of(&HISTORY);
    folder.write("README.md", "# Ours\n");
    let said = folder.run(&["graph", "README.md"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.starts_with("error: `README.md` is there, and was not drawn by"), "{}", said.err);
    assert_eq!(folder.read("README.md"), "# Ours\n");
    let said = folder.run(&["graph", "src/main.rs"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("hint: the file ends in `.dot`, `.gv`, `.md`"), "{}", said.err);

    folder.write("versions/5.rs", "pub const REVISION: Revision = made_elsewhere();\n");
    let said = folder.run(&["graph", "graph.dot"]);
    assert!(said.err.contains("5.rs`: its `REVISION` is not written in literals\n  hint: "), "{}", said.err);
    folder
        .write("versions/5.rs", "pub const REVISION: Revision = Revision::new(\"a1\").revises(&[\"b2\"]);\n");
    let said = folder.run(&["graph", "graph.dot"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.starts_with("error: the scripts make no graph\n  caused by: "), "{}", said.err);
    assert!(!folder.files().contains(&"graph.dot".to_owned()));

    let empty = Folder::of(&[]);
    assert!(
        empty.run(&["graph", "graph.dot"]).err.starts_with("error: there is no migrations package here\n")
    );
    assert!(empty.run(&["graph", "graph.dot", "--versions", "no"]).err.starts_with("error: cannot read `"));
}
