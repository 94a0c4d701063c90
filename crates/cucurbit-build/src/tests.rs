//! What is read from a folder of revision scripts, and the text that is made of it.
//! That the text compiles is tested in `tests/project.rs`.

use std::path::Path;

use super::{BuildError, doc, generate, module};

/// A project's folder with `versions/` and these files in it.
fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let project = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(project.path().join("versions")).expect("versions/");
    for (name, source) in files {
        std::fs::write(project.path().join("versions").join(name), source).expect(name);
    }
    project
}

fn generated(project: &Path) -> Result<String, BuildError> {
    generate(&project.join("versions"), project)
}

/// The lines of the generated text that declare modules or scripts, without what differs in each run.
fn declared(files: &[(&str, &str)]) -> Vec<String> {
    let project = project(files);
    let text = generated(project.path()).expect("readable scripts");
    let folder = format!("{}/", project.path().display());
    text.lines()
        .map(str::trim)
        .filter(|line| {
            ["#[path", "mod ", "path:", "doc:", "revision:", "upgrade:", "downgrade:"]
                .iter()
                .any(|start| line.starts_with(start))
        })
        .map(|line| line.replace(&folder, ""))
        .collect()
}

#[test]
fn every_script_is_a_module_and_a_line_of_all() {
    let files = [
        ("2025_11_06_1243-109317dd2a2f_add_fields.rs", "//! Add fields.\n"),
        (
            "2025_10_30_1855-3968dfa9e747_baseline.rs",
            "//! Baseline.\n//!\n//!   Of everything.\n\n//! No more.\n",
        ),
    ];
    assert_eq!(
        declared(&files),
        [
            r#"#[path = "versions/2025_10_30_1855-3968dfa9e747_baseline.rs"]"#,
            "mod r_2025_10_30_1855_3968dfa9e747_baseline;",
            r#"#[path = "versions/2025_11_06_1243-109317dd2a2f_add_fields.rs"]"#,
            "mod r_2025_11_06_1243_109317dd2a2f_add_fields;",
            r#"path: "versions/2025_10_30_1855-3968dfa9e747_baseline.rs","#,
            r#"doc: "Baseline.\n\n  Of everything.","#,
            "revision: r_2025_10_30_1855_3968dfa9e747_baseline::REVISION,",
            "upgrade: r_2025_10_30_1855_3968dfa9e747_baseline::upgrade,",
            "downgrade: r_2025_10_30_1855_3968dfa9e747_baseline::downgrade,",
            r#"path: "versions/2025_11_06_1243-109317dd2a2f_add_fields.rs","#,
            r#"doc: "Add fields.","#,
            "revision: r_2025_11_06_1243_109317dd2a2f_add_fields::REVISION,",
            "upgrade: r_2025_11_06_1243_109317dd2a2f_add_fields::upgrade,",
            "downgrade: r_2025_11_06_1243_109317dd2a2f_add_fields::downgrade,",
        ]
    );
}

#[test]
fn files_of_editors_and_other_files_are_left_out() {
    let project = project(&[
        (".#a.rs", ""),
        ("#a.rs#", ""),
        ("#a.rs", ""),
        ("a.rs~", ""),
        (".a.rs.swp", ""),
        (".a.rs", ""),
        (".gitkeep", ""),
        ("README.md", ""),
        ("a.sql", ""),
        ("rs", ""),
    ]);
    std::fs::create_dir(project.path().join("versions/folder.rs")).expect("a folder named like a script");
    let with = generated(project.path()).expect("readable");
    let empty = self::project(&[]);
    assert_eq!(with, generated(empty.path()).expect("an empty folder is fine"));
    assert!(!with.contains("mod "), "{with}");
}

#[cfg(unix)]
#[test]
fn a_lock_file_of_an_editor_is_left_out_though_it_links_to_nothing() {
    let project = project(&[("a.rs", "")]);
    std::os::unix::fs::symlink("me@host.1", project.path().join("versions/.#a.rs")).expect("a link");
    assert_eq!(generated(project.path()).expect("readable").matches("\nmod ").count(), 1);
}

#[test]
fn a_missing_folder_is_named_with_what_to_do() {
    let project = tempfile::tempdir().expect("a temporary folder");
    let error = generated(project.path()).expect_err("no versions/");
    assert!(matches!(&error, BuildError::NoFolder { folder } if folder.ends_with("versions")), "{error:?}");
    assert!(error.to_string().contains("versions\", does not exist"), "{error}");
    assert!(error.hint().contains("create the folder"), "{}", error.hint());
}

#[test]
fn a_file_in_place_of_the_folder_is_an_error_that_names_it() {
    let project = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(project.path().join("versions"), "").expect("a file");
    let error = generated(project.path()).expect_err("not a folder");
    assert!(matches!(&error, BuildError::Read { path, .. } if path.ends_with("versions")), "{error:?}");
}

#[test]
fn a_script_that_is_not_utf_8_is_an_error_that_names_it() {
    let project = project(&[]);
    std::fs::write(project.path().join("versions/a.rs"), b"//! \xff\n").expect("a file");
    let error = generated(project.path()).expect_err("not UTF-8");
    assert!(matches!(&error, BuildError::NotText { file } if file.ends_with("a.rs")), "{error:?}");
}

#[test]
fn a_line_break_in_a_name_is_refused() {
    let project = project(&[("a\nb.rs", "")]);
    let error = generated(project.path()).expect_err("a line break");
    assert!(matches!(error, BuildError::UnusableName { .. }), "{error:?}");
}

#[test]
fn a_folder_outside_of_the_manifest_keeps_its_absolute_path() {
    let (project, other) = (project(&[]), project(&[("a.rs", "")]));
    let text = generate(&other.path().join("versions"), project.path()).expect("readable");
    let path = format!("path: {:?}", other.path().join("versions/a.rs").display().to_string());
    assert!(text.contains(&path), "{text}");
}

#[test]
fn the_doc_is_the_leading_lines_without_sign_space_and_carriage_return() {
    let docs = [
        ("", ""),
        ("use cucurbit::prelude::*;\n//! Too late.\n", ""),
        ("//! One.\n", "One."),
        ("//!One.\r\n//!\r\n//!  Two.\r\n\r\nuse x;\r\n", "One.\n\n Two."),
        ("\u{feff}//! One.", "One."),
        ("#!/usr/bin/env rust-script\n//! One.\n", "One."),
        ("\u{feff}#!/usr/bin/env rust-script\r\n\r\n//! One.\r\n", "One."),
        ("#![expect(unused, reason = \"x\")]\n//! One.\n", "One."),
        ("// Copyright.\n\n//! One.\n// And a comment.\n//! Not this.\n", "One."),
        ("//! \"quoted\" \\n */ {brace} ü\n", "\"quoted\" \\n */ {brace} ü"),
    ];
    for (source, expected) in docs {
        assert_eq!(doc(source), expected, "of {source:?}");
    }
}

#[test]
fn names_of_modules_are_words_and_never_equal() {
    let mut taken = std::collections::BTreeSet::new();
    let names = ["a.rs", "A.rs", "a-.rs", "a_2.rs", "fn.rs", "ü.rs", "–.rs", "1 \"b\".c.rs"];
    let modules: Vec<String> = names.iter().map(|name| module(name, &mut taken)).collect();
    assert_eq!(modules, ["r_a", "r_a_2", "r_a_3", "r_a_2_2", "r_fn", "r", "r_2", "r_1_b_c"]);
}
