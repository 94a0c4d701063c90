//! Which database a command means, by which file it is configured, and which commands make a SQLite file.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::support::{Ran, binary};

/// A folder with a `cucurbit.toml` in it.
fn folder_with(text: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("cucurbit.toml"), text).expect("a file");
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    Ran::of(binary(folder).args(arguments))
}

/// What an error says after its first word.
fn said(ran: &Ran) -> &str {
    ran.stderr.split_once(": ").expect("an error").1
}

/// All files below a folder, by their names.
fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut found: Vec<String> = entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path.file_name().expect("a name").display().to_string()]
            }
        })
        .collect();
    found.sort();
    found
}

#[test]
fn only_three_commands_create_a_sqlite_file() {
    let text = "url = \"sqlite+aiosqlite:///./cultivar.db\"\nversions = \"versions\"\n";
    let others: [(&[&str], i32); 19] = [
        (&["branches"], 0),
        (&["check"], 0),
        (&["check", "--require-heads"], 5),
        (&["create", "--message", "x"], 5),
        (&["current"], 0),
        (&["current", "--check-heads"], 5),
        (&["current", "--verbose"], 0),
        (&["downgrade", "base"], 1),
        (&["downgrade", "1093:base", "--sql"], 0),
        (&["heads"], 0),
        (&["history"], 0),
        (&["history", "--indicate-current"], 0),
        (&["history", "-r", "base:current"], 0),
        (&["merge", "heads", "-m", "x"], 2),
        (&["revision", "--autogenerate", "-m", "x"], 5),
        (&["revision", "-m", "x", "--rev-id", "ab12"], 0),
        (&["show", "head"], 0),
        (&["stamp", "head", "--sql"], 0),
        (&["upgrade", "--sql"], 0),
    ];
    for (command, code) in others {
        let folder = folder_with(text);
        fs::create_dir(folder.path().join("versions")).expect("a folder");
        let ran = run(folder.path(), command).exits(code);
        if code == 1 {
            let path = folder.path().join("cultivar.db");
            let expected = format!("there is no SQLite file `{}`\n", path.display());
            assert!(said(&ran).starts_with(&expected), "{command:?}: {}", ran.stderr);
        }
        let found = files(folder.path());
        assert!(!found.iter().any(|name| name.contains(".db")), "{command:?}: {found:?}");
    }
    for command in [&["upgrade"][..], &["stamp", "head"], &["ensure_version"]] {
        let folder = folder_with(text);
        run(folder.path(), command).exits(0);
        assert_eq!(files(folder.path()), ["cucurbit.toml", "cultivar.db"], "{command:?}");
        // Neither does one of them, where the connection URL says that the file is there.
        let folder = folder_with(&text.replace("cultivar.db", "cultivar.db?mode=rw"));
        run(folder.path(), command).exits(1);
        assert_eq!(files(folder.path()), ["cucurbit.toml"], "{command:?}");
    }
}

#[test]
fn a_database_in_memory_leaves_nothing_behind() {
    for url in ["sqlite://", "sqlite+aiosqlite://", "sqlite:///:memory:"] {
        let folder = tempfile::tempdir().expect("a folder");
        run(folder.path(), &["upgrade", "--database-url", url]).exits(0);
        assert_eq!(files(folder.path()), [""; 0], "{url}");
    }
}

#[test]
fn a_relative_file_is_beside_the_configuration_else_in_the_working_folder() {
    let folder = folder_with("url = \"sqlite:///./in-the-file.db\"\n");
    let deep = folder.path().join("a/b");
    fs::create_dir_all(&deep).expect("folders");
    run(&deep, &["ensure_version"]).exits(0);
    assert!(folder.path().join("in-the-file.db").exists());

    run(&deep, &["ensure_version", "--database-url", "sqlite:///argument.db"]).exits(0);
    for variable in ["DATABASE_URL", "ALEMBIC_DATABASE_URL"] {
        let url = format!("sqlite+aiosqlite:///./{variable}.db");
        Ran::of(binary(&deep).env(variable, url).arg("ensure_version")).exits(0);
    }
    assert_eq!(files(&deep), ["ALEMBIC_DATABASE_URL.db", "DATABASE_URL.db", "argument.db"]);

    let absolute = folder.path().join("absolute.db");
    let url = format!("sqlite:///{}", absolute.display());
    run(&deep, &["ensure_version", "--database-url", &url]).exits(0);
    assert!(absolute.exists(), "{url}");
}

#[test]
fn the_configuration_is_an_argument_a_variable_or_found_upwards() {
    let folder = folder_with("url = \"sqlite:///./found.db\"\n");
    let deep = folder.path().join("a/b");
    fs::create_dir_all(&deep).expect("folders");
    for name in ["argument", "variable"] {
        let text = format!("url = \"sqlite:///./{name}.db\"\n");
        fs::write(folder.path().join(format!("{name}.toml")), text).expect("a file");
    }
    let variable = folder.path().join("variable.toml");
    let by_variable = || {
        let mut command = binary(&deep);
        command.env("CUCURBIT_CONFIG", &variable);
        command
    };
    let there = || files(folder.path()).into_iter().filter(|name| name.ends_with(".db")).collect::<Vec<_>>();

    Ran::of(by_variable().args(["-c", "../../argument.toml", "ensure_version"])).exits(0);
    assert_eq!(there(), ["argument.db"]);
    Ran::of(by_variable().arg("ensure_version")).exits(0);
    assert_eq!(there(), ["argument.db", "variable.db"]);
    run(&deep, &["ensure_version"]).exits(0);
    assert_eq!(there(), ["argument.db", "found.db", "variable.db"]);

    let ran = run(&deep, &["-c", "none.toml", "ensure_version"]).exits(1);
    assert!(
        said(&ran).starts_with(&format!("cannot read {}\n", deep.join("none.toml").display())),
        "{ran:?}"
    );
}

#[test]
fn without_a_file_there_is_the_one_of_the_crate() {
    let folder = tempfile::tempdir().expect("a folder");
    // Of a connection URL in it, the kind is what can be told without touching it.
    let sql = run(folder.path(), &["upgrade", "--sql"]).exits(0).stdout;
    assert!(sql.contains("CREATE TABLE") && !sql.contains("SERIAL"), "{sql}");
    let elsewhere = format!("{}/cultivar.db", env!("CARGO_MANIFEST_DIR"));
    let current = run(folder.path(), &["current", "--verbose"]);
    assert!(format!("{}{}", current.stdout, current.stderr).contains(&elsewhere), "{current:?}");
    assert_eq!(files(folder.path()), [""; 0]);
}

#[test]
fn a_variable_in_the_url_is_expanded_and_must_be_set() {
    let folder = folder_with("url = \"sqlite:///./${GARDEN}.db\"\n");
    Ran::of(binary(folder.path()).env("GARDEN", "roses").arg("ensure_version")).exits(0);
    assert_eq!(files(folder.path()), ["cucurbit.toml", "roses.db"]);

    let ran = run(folder.path(), &["ensure_version"]).exits(1);
    assert_eq!(
        said(&ran),
        format!(
            "`url` in {} needs the variable `GARDEN`, which is not set\n  hint: set `GARDEN`, or give \
             `--database-url`\n",
            folder.path().join("cucurbit.toml").display()
        )
    );
    // Who gives another connection URL does not need it.
    run(folder.path(), &["ensure_version", "--database-url", "sqlite://"]).exits(0);
}

#[test]
fn an_unknown_parameter_is_named_with_the_nearest_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = "postgresql+asyncpg://u:s3cret@h/d?sslmod=require";
    for (ran, origin) in [
        (run(folder.path(), &["current", "--database-url", url]), "`--database-url`"),
        (Ran::of(binary(folder.path()).env("DATABASE_URL", url).arg("check")), "the variable `DATABASE_URL`"),
    ] {
        let ran = ran.exits(1);
        assert_eq!(
            said(&ran),
            format!(
                "cannot read the connection URL in {origin}\n  caused by: unknown parameter `sslmod` in the connection URL\n  \
                 hint: did you mean `sslmode`?\n"
            )
        );
    }
}

/// Port 1 is reserved, and nothing listens on it.
#[test]
fn no_command_prints_a_password() {
    let folder = folder_with("url = \"postgresql://u:s3cret@127.0.0.1:1/d\"\n");
    let urls = [
        "postgresql://u:s3cret@127.0.0.1:1/d",
        "postgresql://127.0.0.1:1/d?user=u&password=s3cret",
        "postgresql://u:s3cret@127.0.0.1:1,127.0.0.1:1/d",
        "postgresql://u:s3cret@127.0.0.1:1/d?sslrootcert=/none.pem",
        "postgresql://u:s3cret@127.0.0.1:x/d",
        "postgresql://u:s3cret@127.0.0.1:1/d?colour=red",
        "postgres:u:s3cret@127.0.0.1:1/d",
        "mysql://u:s3cret@h/d",
    ];
    for url in urls {
        for command in
            [&["current"][..], &["check"], &["upgrade"], &["history", "-i"], &["create", "-m", "x"]]
        {
            for format in ["text", "json"] {
                let ran = Ran::of(
                    binary(folder.path())
                        .args(command)
                        .args(["--format", format, "--database-url", url])
                        .env("RUST_BACKTRACE", "1")
                        .env("RUST_LOG", "trace"),
                )
                .exits(1);
                assert!(!format!("{ran:?}").contains("s3cret"), "{url} {command:?}: {ran:?}");
            }
        }
    }
    let ran = run(folder.path(), &["upgrade"]).exits(1);
    assert!(said(&ran).starts_with("cannot connect to postgresql://u:***@127.0.0.1:1/d\n"), "{ran:?}");
}

#[test]
fn nobody_says_where_the_database_is() {
    let folder = folder_with("");
    let ran = run(folder.path(), &["current"]).exits(1);
    assert_eq!(
        said(&ran),
        format!(
            "no connection URL is configured\n  hint: give `--database-url`, set `DATABASE_URL`, or write \
             `url = \"sqlite:///file.db\"` into {}\n",
            folder.path().join("cucurbit.toml").display()
        )
    );
}

#[test]
fn a_revision_is_not_written_without_the_folder_of_the_scripts() {
    let folder = folder_with("url = \"sqlite:///./cultivar.db\"\nversions = \"scripts\"\n");
    let missing = format!("there is no folder `{}`\n", folder.path().join("scripts").display());
    let ran = run(folder.path(), &["revision", "--message", "x"]).exits(1);
    assert!(said(&ran).starts_with(&missing), "{ran:?}");
    assert_eq!(files(folder.path()), ["cucurbit.toml"]);
}
