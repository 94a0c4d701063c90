//! Which project is meant, and what is said where there is none.

use crate::support::Folder;

fn package(name: &str, more: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{more}\n\
         [build-dependencies]\ncucurbit-build = \"0.1\"\n"
    )
}

#[test]
fn without_a_project_a_command_says_how_to_start_one() {
    let folder = Folder::of(&[]);
    let said = folder.run(&["upgrade"]);
    assert_eq!(said.code, Some(1));
    assert_eq!(
        said.err,
        "error: there is no migrations package here\n  hint: `cucurbit init` starts one; `cucurbit help` lists what needs none\n"
    );
    let painted = folder.run(&["upgrade", "--color=always"]);
    assert!(painted.err.starts_with("\u{1b}[1m\u{1b}[31merror:\u{1b}[0m there is no"), "{}", painted.err);
    assert!(painted.err.contains("  \u{1b}[1m\u{1b}[36mhint:\u{1b}[0m `cucurbit init`"), "{}", painted.err);
    // Wrong usage is told from it.
    assert_eq!(folder.run(&["upgrad"]).code, Some(2));
}

#[test]
fn of_several_packages_one_has_to_be_named() {
    let (one, other) = (package("one", ""), package("other", ""));
    let main = "fn main() {}\n";
    let folder = Folder::of(&[
        ("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"one\", \"other\"]\n"),
        ("one/Cargo.toml", &one),
        ("one/src/main.rs", main),
        ("other/Cargo.toml", &other),
        ("other/src/main.rs", main),
    ]);
    let said = folder.run(&["heads"]);
    assert_eq!(said.code, Some(2));
    assert!(
        said.err.starts_with("error: the workspace has several migrations packages: one, other\n"),
        "{}",
        said.err
    );
    let said = folder.run(&["-p", "third", "heads"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("hint: there are: one, other\n"), "{}", said.err);
}

#[test]
fn of_several_binaries_one_has_to_be_named() {
    let two =
        "[[bin]]\nname = \"a\"\npath = \"src/main.rs\"\n[[bin]]\nname = \"b\"\npath = \"src/main.rs\"\n";
    let manifest = package("one", two);
    let folder = Folder::of(&[("Cargo.toml", &manifest), ("src/main.rs", "fn main() {}\n")]);
    let said = folder.run(&["heads"]);
    assert_eq!(said.code, Some(1));
    assert!(
        said.err.starts_with("error: `one` has several binaries: a, b\n  hint: name it in its Cargo.toml"),
        "{}",
        said.err
    );
}

#[test]
fn help_and_the_manual_know_all_commands() {
    let folder = Folder::of(&[]);
    for words in [&["help"][..], &["--help"], &["man"]] {
        let said = folder.run(words);
        assert_eq!(said.code, Some(0), "{words:?}: {}", said.err);
        for command in ["init", "upgrade", "check", "create"] {
            assert!(said.out.contains(command), "{words:?} knows `{command}`");
        }
    }
    let painted = folder.run(&["--color", "always", "init", "--help"]);
    assert!(painted.out.contains("\u{1b}["), "{}", painted.out);
    assert!(painted.out.contains("Start a migrations package"), "{}", painted.out);
    assert!(folder.run(&["help", "upgrade"]).out.contains("Apply revisions up to a target"));
    assert!(folder.run(&["init", "--help"]).out.contains("Start a migrations package"));
}

#[test]
fn databases_and_files_are_read_without_a_project() {
    let folder = Folder::of(&[
        ("schema.sql", "CREATE TABLE bed (id INTEGER PRIMARY KEY);\n"),
        ("wider/1.sql", "CREATE TABLE bed (id INTEGER PRIMARY KEY, width INTEGER);\n"),
    ]);
    let url = ["--database-url", "sqlite:///garden.db"];
    let said = folder.run(&[url[0], url[1], "inspect", "schema.sql"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.starts_with("CREATE TABLE \"bed\" ("), "{}", said.out);
    let said = folder.run(&["diff", "schema.sql", "wider/", url[0], url[1]]);
    assert_eq!(said.code, Some(3), "{}", said.err);
    assert!(said.out.contains("add column bed.width"), "{}", said.out);
    let said = folder.run(&["inspect", "schema.sql"]);
    assert!(said.err.contains("error[no-connection-url]"), "it has to know which database: {}", said.err);
}
