//! A project's own template of scripts, and what is run on one once it is written.

use std::{fs, path::Path};

use cucurbit::{
    command::{self, Env, Location, NewRevision, Project},
    error::Error,
    prelude::*,
    script::{DEFAULT_TEMPLATE, NewScript, ScriptError, Template, WriteOptions, write},
};
use tempfile::TempDir;

use crate::support;

/// A folder of a project with these files, and `versions`.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("versions")).unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn project(folder: &Path) -> Project {
    let location = Location::new().working_directory(folder);
    Project::open(Env::new(Vec::new()).project(folder), location).unwrap()
}

fn new() -> NewRevision {
    support::new_revision("Beds have a width.\n\nFor \"raised\" ones */ too.")
        .id("109317dd2a2f")
        .branch_label("garden")
}

fn versions(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path().join("versions")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Writes a revision by a template, and returns what it says.
fn written(template: &str) -> String {
    let folder = folder(&[("script.rs.jinja", template)]);
    let written = command::new_revision(&project(folder.path()), &new()).unwrap();
    assert_eq!(written.notes, [""; 0]);
    fs::read_to_string(written.path).unwrap()
}

#[test]
fn the_template_that_is_printed_changes_nothing() {
    let without = folder(&[]);
    let built_in = command::new_revision(&project(without.path()), &new()).unwrap();
    assert_eq!(written(command::script_template()), fs::read_to_string(built_in.path).unwrap());
    assert_eq!(command::script_template(), DEFAULT_TEMPLATE);
}

#[test]
fn a_template_changes_the_head_the_imports_and_the_comments() {
    let template = "// Copyright of the garden.\n{{ doc }}\n//!\n//! Revision {{ up_revision }}, of {{ branch_labels | join(\", \") }}, \
                    {{ create_date }}.\n#![allow(unused_imports)]\nuse crate::tools::*;\nuse cucurbit::prelude::*;\n\n\
                    {{ revision }}\n\n{% if down_revision %}\n// Revises {{ down_revision | join(\", \") }}.\n{% else %}\n\
                    {{ message | comment }}\n{% endif %}\n{{ upgrade }}\n\n{{ downgrade }}\n";
    let expected = "// Copyright of the garden.
//! Beds have a width.
//!
//! For \"raised\" ones */ too.
//!
//! Revision 109317dd2a2f, of garden, 2025-11-06T12:43:40Z.
#![allow(unused_imports)]
use crate::tools::*;
use cucurbit::prelude::*;

pub const REVISION: Revision =
    Revision::new(\"109317dd2a2f\").branch_labels(&[\"garden\"]).created(\"2025-11-06T12:43:40Z\");

// Beds have a width.
//
// For \"raised\" ones */ too.
pub fn upgrade(_op: &mut Op) {}

pub fn downgrade(_op: &mut Op) {}
";
    // Where lines break is rustfmt's work.
    let spaceless = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(spaceless(&written(template)), spaceless(expected));
}

#[test]
fn a_template_without_a_part_is_refused_before_anything_is_written() {
    let whole = "{{ doc }}\nuse cucurbit::prelude::*;\n{{ revision }}\n{{ upgrade }}\n{{ downgrade }}\n";
    let lacks = |part: &str| format!("does not have `{{{{ {part} }}}}` once, on a line of its own");
    for (from, to, said) in [
        ("{{ revision }}", "", lacks("revision")),
        ("{{ upgrade }}", "// {{ upgrade }}", lacks("upgrade")),
        ("{{ upgrade }}", "{{ upgrade }}\n{{ upgrade }}", lacks("upgrade")),
        ("{{ downgrade }}", "{% if down_revision %}\n{{ downgrade }}\n{% endif %}", lacks("downgrade")),
        ("{{ upgrade }}", "{{ upgrade | upper }}", lacks("upgrade")),
        ("{{ doc }}", "//! Ours.\n{{ doc }}", lacks("doc")),
        (
            "{{ doc }}",
            "{{ docs }}",
            "cannot be used: unknown name `docs`; there are `branch_labels`, ".to_owned(),
        ),
        ("{{ doc }}", "{{ doc", "cannot be used: line 2: ".to_owned()),
        ("{{ doc }}", "{{ doc | quoted }}", "cannot be used: line 1: ".to_owned()),
    ] {
        let folder = folder(&[("script.rs.jinja", &whole.replace(from, to))]);
        let error = command::new_revision(&project(folder.path()), &new()).unwrap_err();
        let path = folder.path().join("script.rs.jinja");
        let (message, hint) = (error.to_string(), error.hint().unwrap_or_default());
        assert!(message.starts_with(&format!("the template `{}` {said}", path.display())), "{to}: {message}");
        assert!(hint.starts_with("nothing was written; "), "{to}: {hint}");
        assert_eq!(error.code().name(), "script-template");
        assert_eq!(versions(&folder), [""; 0], "{to}");
    }
    let folder = folder(&[]);
    fs::create_dir(folder.path().join("script.rs.jinja")).unwrap();
    let error = command::new_revision(&project(folder.path()), &new()).unwrap_err();
    assert_eq!(error.code().name(), "script-template", "{error}");
}

#[test]
fn the_operations_are_in_it_whatever_stands_around_them() {
    let folder = folder(&[]);
    let script = NewScript {
        upgrade: Op::record(|op| op.drop_column("bed", "width").loses_data()),
        warnings: vec!["drops column bed.width".to_owned()],
        ..crate::script::script("109317dd2a2f", "")
    };
    let options = WriteOptions::new().template(Template::new(
        "{{ doc }}\n// @upgrade@ {{ message }}\n{{ downgrade }}\n{{ upgrade }}\n{{ revision }}\n",
    ));
    let (path, _) = write(folder.path(), &script, &options).unwrap();
    let text = fs::read_to_string(path).unwrap();
    assert!(text.starts_with("// @upgrade@"), "{text}");
    assert!(
        text.contains(
            "    // drops column bed.width\n    op.drop_column(\"bed\", \"width\").loses_data();\n"
        ),
        "{text}"
    );
}

/// Creates a revision in a project with these hooks.
fn with_hooks(hooks: &str) -> (TempDir, Result<command::Written, Error>) {
    let folder = folder(&[("cucurbit.toml", &format!("post_write_hooks = {hooks}\n"))]);
    let written = command::new_revision(&project(folder.path()), &new());
    (folder, written)
}

#[test]
fn hooks_are_run_on_the_new_script_in_their_order() {
    let (folder, written) = with_hooks(
        r#"["sh -c 'pwd > here; echo \"// one\" >> \"$0\"'", "sh -c 'echo \"// $1\" >> \"$0\"; echo told' REVISION_SCRIPT_FILENAME two"]"#,
    );
    let written = written.unwrap();
    let text = fs::read_to_string(&written.path).unwrap();
    assert!(text.ends_with("// one\n// two\n"), "{text}");
    let here = fs::read_to_string(folder.path().join("here")).unwrap();
    assert_eq!(Path::new(here.trim()), folder.path().canonicalize().unwrap(), "beside cucurbit.toml");
    assert_eq!(written.notes.len(), 1);
    assert!(written.notes[0].ends_with(": told"), "{:?}", written.notes);
    // None at all: nor rustfmt.
    let (_folder, written) = with_hooks("[]");
    let text = fs::read_to_string(written.unwrap().path).unwrap();
    assert!(text.contains("= Revision::new(\"109317dd2a2f\")"), "{text}");
}

#[test]
fn a_hook_that_fails_is_told_with_its_output_and_the_script_stays() {
    let hooks = r#"["sh -c 'echo no; echo good >&2; exit 3'", "sh -c 'touch after'"]"#;
    let (folder, written) = with_hooks(hooks);
    let error = written.unwrap_err();
    assert!(matches!(&error, Error::Script(ScriptError::Hook { .. })), "{error:?}");
    assert_eq!(error.code().name(), "hook-failed");
    let said = error.explanation();
    assert!(
        said.message.text.starts_with("the hook `sh -c echo no; echo good >&2; exit 3` failed on `"),
        "{said:?}"
    );
    assert!(said.causes[0].text.ends_with("3\nno\ngood") && said.causes[0].has_lines, "{said:?}");
    assert!(said.hint.unwrap().starts_with("the script is written, "));
    let name = versions(&folder);
    assert_eq!(name.len(), 1);
    let text = fs::read_to_string(folder.path().join("versions").join(&name[0])).unwrap();
    assert!(text.contains("pub fn downgrade"), "{text}");
    assert!(!folder.path().join("after").exists(), "the ones after it are not run");

    let (folder, written) = with_hooks(r#"["no-such-program --fast"]"#);
    let error = written.unwrap_err();
    assert_eq!(error.explanation().causes[0].text, "it cannot be started");
    assert_eq!(versions(&folder).len(), 1);
}

#[test]
fn what_is_no_command_is_refused_with_its_place() {
    for hooks in [r#"["sh -c 'open"]"#, r#"[" "]"#, "\"rustfmt\""] {
        let folder = folder(&[("cucurbit.toml", &format!("post_write_hooks = {hooks}\n"))]);
        let location = Location::new().working_directory(folder.path());
        let error = Project::open(Env::new(Vec::new()), location).unwrap_err();
        assert!(error.to_string().contains("cucurbit.toml:1:"), "{hooks}: {error}");
    }
}
