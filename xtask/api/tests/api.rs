//! The public API is as it is written down. `UPDATE_DOCS=1` writes it anew; read the difference before it is committed.

use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn the_public_api_is_as_it_is_written_down() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let documented = api::document(&home.join("../..")).expect("rustdoc");
    let mut changes = Vec::new();
    for name in api::CRATES {
        let lines = api::lines(&documented.join(name).with_extension("json"))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let written = home.join(name).with_extension("txt");
        if updates() {
            fs::write(&written, lines).expect("written");
            continue;
        }
        let was = fs::read_to_string(&written).unwrap_or_default();
        changes.extend(differences(&was, &lines));
    }
    assert!(
        changes.is_empty(),
        "the public API changed; if it should, `UPDATE_DOCS=1`:\n{}",
        changes.join("\n")
    );
}

/// The lines that went, and those that came.
fn differences(was: &str, is: &str) -> Vec<String> {
    let (old, new): (BTreeSet<&str>, BTreeSet<&str>) = (was.lines().collect(), is.lines().collect());
    let gone = old.difference(&new).map(|line| format!("- {line}"));
    gone.chain(new.difference(&old).map(|line| format!("+ {line}"))).collect()
}

#[expect(clippy::disallowed_methods, reason = "a switch of this test alone")]
fn updates() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

#[test]
fn what_goes_and_what_comes_is_told() {
    let told = differences("pub fn a::b()\npub fn a::c()\n", "pub fn a::c()\npub fn a::d()\n");
    assert_eq!(told, ["- pub fn a::b()", "+ pub fn a::d()"]);
}
