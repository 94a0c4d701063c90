//! The stable names of errors, and the page that says what to do about each.

use std::{collections::BTreeSet, fs, path::Path};

use cucurbit::{
    error::{Error, ErrorCode},
    prelude::*,
    runtime::Migrator,
};

use crate::support::{Database, on_each_database, script, scripts};

/// The page.
fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors.md");
    fs::read_to_string(path).expect("docs/errors.md")
}

/// The parts of the page under a heading each: the name, and what is said of it.
fn entries(page: &str) -> Vec<(&str, &str)> {
    page.split("\n### ").skip(1).filter_map(|entry| entry.split_once('\n')).collect()
}

#[test]
fn the_page_has_a_heading_for_every_code_and_no_other() {
    let page = page();
    let headings: Vec<&str> = entries(&page).into_iter().map(|(name, _)| name).collect();
    let codes: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.name()).collect();
    let missing: Vec<&&str> = codes.iter().filter(|code| !headings.contains(code)).collect();
    let unknown: Vec<&&str> = headings.iter().filter(|heading| !codes.contains(heading)).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "without a heading: {missing:?}; no codes: {unknown:?}"
    );
    assert_eq!(headings, codes, "the page is in the order of the list");
}

#[test]
fn every_entry_has_a_cause_an_example_and_a_cure() {
    for (name, text) in entries(&page()) {
        let text = text.split("\n## ").next().unwrap_or_default();
        let parts: Vec<&str> = text.trim().split("\n\n").collect();
        let [cause, example, cure, ..] = parts.as_slice() else { panic!("{name} says too little") };
        assert!(cause.ends_with('.') && cure.ends_with('.'), "{name}: the cause and the cure are sentences");
        assert!(example.starts_with(&format!("```text\nerror[{name}]: ")), "{name}: {example}");
    }
}

#[test]
fn links_inside_the_page_lead_to_a_code() {
    let page = page();
    let names: BTreeSet<&str> = ErrorCode::ALL.iter().map(|code| code.name()).collect();
    for link in page.split("](#").skip(1) {
        let anchor = link.split(')').next().unwrap_or_default();
        assert!(names.contains(anchor), "#{anchor}");
    }
}

#[test]
fn a_name_is_lowercase_words_and_stands_for_one_code() {
    let mut names = BTreeSet::new();
    for code in ErrorCode::ALL {
        let name = code.to_string();
        assert!(
            name.split('-').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase())),
            "{name}"
        );
        assert!(names.insert(name.clone()), "{name} twice");
    }
}

#[test]
fn every_code_is_the_code_of_some_error() {
    let conversions = include_str!("../../src/error/of.rs");
    for code in ErrorCode::ALL {
        let is_used = [" Self::", "(Self::", " => "].iter().any(|before| {
            let word = format!("{before}{code:?}");
            conversions.match_indices(&word).any(|(at, _)| {
                !conversions[at + word.len()..].starts_with(|next: char| next.is_alphanumeric())
            })
        });
        assert!(is_used, "no error is `{code}`: give the code to one, or take it from the list and the page");
    }
}

/// What a `main` prints that returns the error, and what a library prints that walks through the sources.
#[test]
fn an_error_reads_well_wherever_it_is_printed() {
    fn fails(op: &mut Op) {
        op.execute("INSERT INTO nothing VALUES (1)");
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let scripts = scripts(&[script("a1", &[], fails, fails)]);
        let error = Migrator::on(&mut connection, &scripts).upgrade_heads().await.unwrap_err();
        let (of_run, error) = (format!("{error:?}"), Error::from(error));
        let debugged = format!("{error:?}");
        assert_eq!(debugged, of_run);

        let said: Vec<String> = error.explanation().causes.into_iter().map(|cause| cause.text).collect();
        let mut lines = vec![error.to_string()];
        lines.extend(said.iter().map(|cause| format!("  caused by: {cause}")));
        lines.extend(error.hint().map(|hint| format!("  hint: {hint}")));
        let wanted = lines.join("\n");
        assert_eq!(debugged, wanted);
        assert!(error.to_string().contains("a1") && debugged.contains("nothing"), "{debugged}");

        // As anyhow prints a chain: no source repeats what its owner said.
        let mut chain = vec![error.to_string()];
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            chain.push(cause.to_string());
            source = cause.source();
        }
        assert!(chain.len() > 1, "{chain:?}");
        assert!(chain.windows(2).all(|two| !two[0].contains(&two[1])), "{chain:?}");
    });
}
