//! What a project's CI, its image and its git hooks run: the files of the repository, with CultivAR as the project.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::{
    python::Python,
    support::{Database, Ran, on_each_database},
};

on_each_database! {
    a_pull_request_is_shown_what_its_new_revisions_run;
    without_a_base_all_revisions_are_new;
    a_failure_is_in_the_comment_and_in_the_exit_code;
    the_image_holds_all_that_a_run_needs;
    what_kubernetes_runs_is_a_deployment;
}

/// The repository of Cucurbit.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn git(folder: &Path, words: &[&str]) -> String {
    let mut git = Command::new("git");
    git.current_dir(folder).args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]).args(words);
    Ran::of(&mut git).exits(0).stdout.trim().to_owned()
}

/// A project in git: CultivAR's scripts, of which the last is on a branch of its own, and the base of that branch.
fn pull_request() -> (TempDir, String) {
    let folder = TempDir::new().expect("a temporary folder");
    let versions = folder.path().join("versions");
    fs::create_dir(&versions).expect("made");
    let mut scripts: Vec<PathBuf> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("versions"))
        .expect("the scripts")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    scripts.sort();
    let last = scripts.pop().expect("a script");
    let take =
        |script: &Path| fs::copy(script, versions.join(script.file_name().expect("a name"))).expect("copied");
    for script in &scripts {
        take(script);
    }
    git(folder.path(), &["init", "--quiet"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "--message", "The base"]);
    let base = git(folder.path(), &["rev-parse", "HEAD"]);
    take(&last);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "--message", "One more"]);
    (folder, base)
}

/// Runs the action's plan in a project, and returns the comment that it wrote.
fn plan(project: &Path, base: &str, database: &Database) -> (Ran, String) {
    let outputs = project.join("outputs");
    let mut plan = Command::new(root().join("action/plan"));
    plan.current_dir(project).env_remove("CUCURBIT_CONFIG").env_remove("ALEMBIC_DATABASE_URL");
    plan.env("DATABASE_URL", &database.url).env("PACKAGE", "cultivar-migrations").env("BASE", base);
    plan.env("MIGRATE", env!("CARGO_BIN_EXE_migrate"));
    plan.env("RUNNER_TEMP", project).env("GITHUB_OUTPUT", &outputs);
    let ran = Ran::of(&mut plan);
    let output = fs::read_to_string(outputs).expect("the outputs");
    let file =
        output.lines().last().and_then(|line| line.strip_prefix("plan=")).expect("the file with the comment");
    (ran, fs::read_to_string(file).expect("the comment"))
}

async fn a_pull_request_is_shown_what_its_new_revisions_run(database: Database) {
    let (project, base) = pull_request();
    let (ran, comment) = plan(project.path(), &base, &database);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let mut lines = comment.lines();
    assert_eq!(lines.next(), Some("<!-- cucurbit: cultivar-migrations -->"));
    assert!(comment.contains("\nNew revisions: 1. "), "{comment}");
    let (_, sql) = comment.split_once("```sql\n").expect("the plan");
    let (sql, end) = sql.split_once("\n```\n").expect("its end");
    assert!(sql.contains("7d3c2a91e5f4"), "{sql}");
    assert!(!sql.contains("CREATE TABLE plant ("), "what the base has is no news: {sql}");
    assert_eq!(end.trim(), "Models and revisions agree.");
    database.migrate(&["current", "--check-heads"]).exits(0);
}

async fn without_a_base_all_revisions_are_new(database: Database) {
    let (project, _) = pull_request();
    for base in ["", "0123456789012345678901234567890123456789"] {
        database.migrate(&["fresh", "--yes"]).exits(0);
        database.migrate(&["downgrade", "base"]).exits(0);
        let (ran, comment) = plan(project.path(), base, &database);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        assert!(comment.contains("\nNew revisions: 4. "), "{comment}");
        assert!(comment.ends_with("\nModels and revisions agree.\n"), "{comment}");
    }
    // Nothing is new: what is at the heads already.
    let head = git(project.path(), &["rev-parse", "HEAD"]);
    let (ran, comment) = plan(project.path(), &head, &database);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(comment.contains("\nNo new revision.\n"), "{comment}");
}

async fn a_failure_is_in_the_comment_and_in_the_exit_code(database: Database) {
    let (project, base) = pull_request();
    database.execute("CREATE TABLE stray (id INTEGER PRIMARY KEY)").await;
    let (ran, comment) = plan(project.path(), &base, &database);
    assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    assert!(comment.contains("**`check` failed** (exit code 3)"), "{comment}");
    assert!(comment.contains("drop table stray"), "{comment}");
    assert!(!comment.contains("agree"), "{comment}");
}

/// A `gh` that writes down what it is asked, and knows the comments given.
fn gh(folder: &Path, comments: &str) -> PathBuf {
    let program = folder.join("gh");
    let said = folder.join("said");
    let text = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" >>'{}'\ncase \"$*\" in *--jq*) printf '%s' '{comments}';; esac\n",
        said.display()
    );
    fs::write(&program, text).expect("written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a program");
    said
}

#[test]
fn a_comment_is_written_once_and_then_over_itself() {
    let comment = |earlier: &str, body: &str| {
        let folder = TempDir::new().expect("a temporary folder");
        let said = gh(folder.path(), earlier);
        let plan = folder.path().join("plan");
        fs::write(&plan, format!("<!-- cucurbit: garden -->\n{body}")).expect("written");
        let path =
            std::env::join_paths([folder.path(), Path::new("/usr/bin"), Path::new("/bin")]).expect("a path");
        let mut comment = Command::new(root().join("action/comment"));
        comment
            .env("PATH", path)
            .env("PLAN", &plan)
            .env("PULL_REQUEST", "12")
            .env("GITHUB_REPOSITORY", "ada/garden");
        Ran::of(&mut comment).exits(0);
        fs::read_to_string(said).expect("what gh was asked")
    };
    let first = comment("", "New revisions: 1\n");
    assert!(first.contains("startswith(\"<!-- cucurbit: garden -->\")"), "{first}");
    assert!(first.contains("POST\nrepos/ada/garden/issues/12/comments\n"), "{first}");
    assert!(first.contains("body=<!-- cucurbit: garden -->\nNew revisions: 1\n"), "{first}");
    let second = comment("77\n78\n", "New revisions: 2\n");
    assert!(second.contains("PATCH\nrepos/ada/garden/issues/comments/77\n"), "{second}");
    assert!(!second.contains("POST"), "{second}");
    // GitHub refuses longer ones.
    let long = comment("", &"ä\n".repeat(60_000));
    assert!(long.len() < 66_000 && long.contains("the rest is in the log"), "{}", long.len());
}

/// Reads the default of each `ARG` of the Dockerfile.
fn arguments() -> BTreeMap<String, String> {
    let text = fs::read_to_string(root().join("Dockerfile")).expect("the Dockerfile");
    let argument = |line: &str| {
        let (name, value) = line.strip_prefix("ARG ")?.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    };
    text.lines().filter_map(argument).collect()
}

async fn the_image_holds_all_that_a_run_needs(database: Database) {
    let arguments = arguments();
    assert_eq!(arguments["PACKAGE"], env!("CARGO_PKG_NAME"));
    let binary = Path::new(env!("CARGO_BIN_EXE_migrate"));
    assert_eq!(binary.file_name(), Some(arguments["BINARY"].as_ref()));
    let configuration = root().join(&arguments["FOLDER"]).join("cucurbit.toml");
    // What the last stage copies, and nothing of the machine that built it: no PATH, no HOME, no folder of temporary files.
    let image = TempDir::new().expect("a temporary folder");
    fs::copy(binary, image.path().join("migrate")).expect("copied");
    fs::copy(configuration, image.path().join("cucurbit.toml")).expect("copied");
    let run = |words: &[&str]| {
        let mut command = Command::new(image.path().join("migrate"));
        Ran::of(command.current_dir(image.path()).env_clear().env("DATABASE_URL", &database.url).args(words))
    };
    run(&["upgrade"]).exits(0);
    run(&["current", "--check-heads"]).exits(0);
    run(&["check"]).exits(0);
    let mut left: Vec<_> = fs::read_dir(image.path())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["cucurbit.toml", "migrate"], "nothing is written beside the database");
}

async fn what_kubernetes_runs_is_a_deployment(database: Database) {
    let page = fs::read_to_string(root().join("docs/deployment/kubernetes.md")).expect("the page");
    let words = |line: &str| {
        let list = line.trim().strip_prefix("args: [")?.strip_suffix(']')?;
        Some(list.split(", ").map(|word| word.trim_matches('"').to_owned()).collect::<Vec<_>>())
    };
    let [job, init, alone] =
        page.lines().filter_map(words).collect::<Vec<_>>().try_into().expect("three containers");
    let run = |words: &[String]| database.migrate(&words.iter().map(String::as_str).collect::<Vec<_>>());
    run(&init).exits(5);
    run(&job).exits(0);
    run(&init).exits(0);
    run(&alone).exits(0);
}

/// A repository of git with one commit.
fn repository(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("written");
    }
    git(folder.path(), &["init", "--quiet"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "--message", "All"]);
    folder
}

#[tokio::test]
async fn pre_commit_runs_the_hooks() {
    let hooks = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).expect("the hooks");
    let hooks = repository(&[(".pre-commit-hooks.yaml", &hooks)]);
    let revision = git(hooks.path(), &["rev-parse", "HEAD"]);
    let configuration = format!(
        "repos:\n  - repo: {}\n    rev: {revision}\n    hooks:\n      - id: cucurbit-check\n      - id: cucurbit-one-head\n",
        hooks.path().display()
    );
    let project = repository(&[(".pre-commit-config.yaml", &configuration), ("plant.rs", "")]);
    // The program that is installed hands both commands to the project's binary.
    let installed = TempDir::new().expect("a temporary folder");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_migrate"), installed.path().join("cucurbit"))
        .expect("linked");
    let python = Python::obtain();
    let database = Database::new(crate::support::Kind::Sqlite).await;
    let run = || {
        let system = [PathBuf::from("/usr/local/bin"), PathBuf::from("/usr/bin"), PathBuf::from("/bin")];
        let path = [installed.path(), python.programs()].into_iter().map(Path::to_owned).chain(system);
        let mut command = python.command(project.path());
        command.args(["-m", "pre_commit", "run", "--all-files", "--color", "never"]);
        command.env("PATH", std::env::join_paths(path).expect("a path"));
        command.env("PRE_COMMIT_HOME", installed.path().join("kept")).env("DATABASE_URL", &database.url);
        Ran::of(&mut command)
    };
    database.migrate(&["upgrade"]).exits(0);
    let good = run().exits(0);
    assert_eq!(good.stdout.matches("Passed").count(), 2, "{}", good.stdout);
    database.execute("ALTER TABLE plant ADD COLUMN stray INTEGER").await;
    let bad = run().exits(1);
    assert!(bad.stdout.contains("drop column plant.stray"), "{}", bad.stdout);
    assert!(bad.stdout.contains("- exit code: 3"), "{}", bad.stdout);
}
