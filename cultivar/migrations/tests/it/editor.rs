//! `edit`: the scripts of revisions in the editor that the environment names.

use std::{fs, path::Path};

use crate::support::{Ran, binary};

const BASELINE: &str = "versions/2025_10_30_1855-3968dfa9e747_generate_baseline_schema.rs";

fn edit(variables: &[(&str, &str)], revision: &str) -> Ran {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = binary(folder.path());
    command.env_remove("VISUAL").env_remove("EDITOR").envs(variables.iter().copied());
    Ran::of(command.args(["edit", revision]))
}

#[test]
fn the_script_is_given_to_the_editor() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(BASELINE);
    let text = fs::read_to_string(&script).expect("the script");
    assert_eq!(edit(&[("EDITOR", "cat")], "3968").exits(0).stdout, text);

    let shown = edit(&[("VISUAL", "wc -c"), ("EDITOR", "false")], "3968").exits(0).stdout;
    assert!(shown.starts_with(&text.len().to_string()), "VISUAL comes first, its words are split: {shown}");
}

#[test]
fn what_the_editor_or_the_revision_lacks_is_said() {
    let failed = edit(&[("EDITOR", "false")], "head").exits(1);
    assert!(
        failed.stderr.starts_with("error[editor-failed]: the editor `false` failed"),
        "{}",
        failed.stderr
    );
    let missing = edit(&[("EDITOR", "no-such-editor")], "head").exits(1);
    assert!(missing.stderr.contains("`VISUAL` or `EDITOR` names the editor"), "{}", missing.stderr);
    let unknown = edit(&[("EDITOR", "cat")], "beef").exits(1);
    assert!(unknown.stderr.starts_with("error[unknown-revision]"), "{}", unknown.stderr);
}
