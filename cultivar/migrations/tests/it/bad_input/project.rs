//! A project with every bad script, built once: which of them a run has is said in its environment.
//!
//! It keeps its place and is written only where it differs, so that tests that need it at the same time build it once.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    project::{self, SMALL_MANIFEST},
    support::{Database, Ran},
};

/// The project.
pub(super) struct Bad {
    pub(super) folder: PathBuf,
    binary: PathBuf,
}

/// One script: the family, the name, the place in the graph, and what the two functions do.
type Script = (&'static str, &'static str, &'static str, &'static str, &'static str);

const CREATE_BED: &str = "op.create_table(\"bed\", |table| {
        table.column(integer(\"id\"));
        table.primary_key([\"id\"]);
    });";

const SCRIPTS: [Script; 35] = [
    ("same", "one", r#"Revision::new("aaaa11111111")"#, "", ""),
    ("same", "two", r#"Revision::new("aaaa22222222").revises(&["aaaa11111111"])"#, "", ""),
    ("heads", "root", r#"Revision::new("100000000000")"#, "", ""),
    (
        "heads",
        "left",
        r#"Revision::new("200000000000").revises(&["100000000000"]).branch_labels(&["left"])"#,
        "",
        "",
    ),
    ("heads", "right", r#"Revision::new("300000000000").revises(&["100000000000"])"#, "", ""),
    (
        "panic_up",
        "beds",
        r#"Revision::new("aaaaaaaaaaaa")"#,
        CREATE_BED,
        r#"op.drop_table("bed").loses_data();"#,
    ),
    (
        "panic_up",
        "panics",
        r#"Revision::new("bbbbbbbbbbbb").revises(&["aaaaaaaaaaaa"])"#,
        "op.create_table(\"plant\", |_| panic!(\"no plants {}\", \"today\"));",
        "",
    ),
    (
        "panic_down",
        "beds",
        r#"Revision::new("aaaaaaaaaaaa")"#,
        CREATE_BED,
        "op.drop_table(\"bed\").loses_data();\n    let _: i32 = \"a bed\".parse().unwrap();",
    ),
    ("panic_down", "nothing", r#"Revision::new("bbbbbbbbbbbb").revises(&["aaaaaaaaaaaa"])"#, "", ""),
    (
        "torn",
        "beds",
        r#"Revision::new("aaaaaaaaaaaa")"#,
        CREATE_BED,
        "op.execute(\"INSERT INTO bed (id) VALUES (7)\");\n    op.execute(\"INSERT INTO bed (id) VALUES (7)\");",
    ),
    (
        "torn",
        "rows",
        r#"Revision::new("bbbbbbbbbbbb").revises(&["aaaaaaaaaaaa"])"#,
        "op.execute(\"INSERT INTO bed (id) VALUES (1)\");\n    op.execute(\"INSERT INTO bed (id) VALUES (1)\");",
        "",
    ),
    ("torn", "more", r#"Revision::new("cccccccccccc").revises(&["bbbbbbbbbbbb"])"#, "", ""),
    ("wrong_sql", "sql", r#"Revision::new("aaaaaaaaaaaa")"#, "op.execute(\"SELEC 1\");", ""),
    ("vacuum", "sql", r#"Revision::new("aaaaaaaaaaaa")"#, "op.execute(\"VACUUM\");", ""),
    (
        "missing_table",
        "column",
        r#"Revision::new("aaaaaaaaaaaa")"#,
        r#"op.add_column("bed", integer("width").nullable());"#,
        "",
    ),
    (
        "secret",
        "role",
        r#"Revision::new("aaaaaaaaaaaa")"#,
        "op.execute(\"ALTER ROLE nobody_at_all PASSWORD 'hunter2'\").means(|_| {});",
        "",
    ),
    (
        "nasty_sql",
        "index",
        r#"Revision::new("aaaaaaaaaaaa")"#,
        r#"op.execute("DROP INDEX \"x\nNo new upgrade operations detected.\u{1b}[2J\r\"").means(|_| {});"#,
        "",
    ),
    (
        "nasty_drop",
        "index",
        r#"Revision::new("aaaaaaaaaaaa")"#,
        r#"op.drop_index("x\nNo new upgrade operations detected.\u{1b}[2J\r", "bed");"#,
        "",
    ),
    (
        "one_way",
        "beds",
        r#"Revision::new("aaaaaaaaaaaa")"#,
        CREATE_BED,
        r#"op.irreversible("nobody knows what was there");"#,
    ),
    ("double", "one", r#"Revision::new("aaaaaaaaaaaa")"#, "", ""),
    ("double", "two", r#"Revision::new("aaaaaaaaaaaa")"#, "", ""),
    ("cycle", "one", r#"Revision::new("aaaaaaaaaaaa").revises(&["bbbbbbbbbbbb"])"#, "", ""),
    ("cycle", "two", r#"Revision::new("bbbbbbbbbbbb").revises(&["aaaaaaaaaaaa"])"#, "", ""),
    ("self_loop", "one", r#"Revision::new("aaaaaaaaaaaa").revises(&["aaaaaaaaaaaa"])"#, "", ""),
    ("missing", "one", r#"Revision::new("bbbbbbbbbbbb").revises(&["aaaaaaaaaaaa"])"#, "", ""),
    ("missing_dependency", "one", r#"Revision::new("bbbbbbbbbbbb").depends_on(&["water"])"#, "", ""),
    ("illegal", "one", r#"Revision::new("beds@2")"#, "", ""),
    ("reserved", "one", r#"Revision::new("head")"#, "", ""),
    ("labels", "one", r#"Revision::new("aaaaaaaaaaaa").branch_labels(&["water"])"#, "", ""),
    ("labels", "two", r#"Revision::new("bbbbbbbbbbbb").branch_labels(&["water"])"#, "", ""),
    ("signals", "beds", r#"Revision::new("aaaaaaaaaaaa")"#, CREATE_BED, ""),
    ("signals", "says", r#"Revision::new("bbbbbbbbbbbb").revises(&["aaaaaaaaaaaa"])"#, SAYS, ""),
    ("signals", "long", r#"Revision::new("cccccccccccc").revises(&["bbbbbbbbbbbb"])"#, LONG, ""),
    ("signals", "spins", r#"Revision::new("eeeeeeeeeeee").revises(&["bbbbbbbbbbbb"])"#, SPINS, ""),
    ("signals", "waits", r#"Revision::new("dddddddddddd").revises(&["bbbbbbbbbbbb"])"#, WAITS, ""),
];

const SAYS: &str = r#"op.on(Postgres, |op| {
        op.execute("DO $$ BEGIN RAISE NOTICE 'by the way'; RAISE WARNING E'careful \x1b[31m'; RAISE DEBUG 'no'; END $$");
        op.execute("CREATE TABLE IF NOT EXISTS bed (id integer)");
    });"#;

const LONG: &str = r#"op.execute("INSERT INTO bed (id) VALUES (1)");
    op.on(Postgres, |op| {
        op.execute("SELECT pg_sleep(300)");
    });
    op.on(Sqlite, |op| {
        op.execute("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000000000) SELECT max(i) FROM n");
    });"#;

const WAITS: &str = r#"op.run("wait", async |connection: &mut Connection| {
        connection.execute("INSERT INTO bed (id) VALUES (1)").await?;
        tokio::time::sleep(std::time::Duration::from_secs(300)).await;
        Ok(())
    });"#;

/// Code that computes and never waits, so that nothing else has a turn on its thread.
const SPINS: &str = r#"op.run("spin", async |connection: &mut Connection| {
        connection.execute("INSERT INTO bed (id) VALUES (1)").await?;
        eprintln!("spinning");
        while std::hint::black_box(true) {}
        Ok(())
    });"#;

/// `env.py` of a project that cannot make up its mind.
const MAIN: &str = r#"use std::{env, process::ExitCode};

use cucurbit::{Env, schema::{Advice, Schema, TableBuilder, build::*}};

mod versions {
    cucurbit::include_versions!();
}

#[derive(Debug)]
struct NoGardener;

impl std::fmt::Display for NoGardener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("there is no gardener")
    }
}

impl std::error::Error for NoGardener {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let is_advised = env::var("MODELS").as_deref() == Ok("advised");
        is_advised.then_some(&Advice("ask at the gate") as _)
    }
}

fn models() -> Result<Schema, NoGardener> {
    match env::var("MODELS").as_deref() {
        Ok("empty") => Ok(Schema::new()),
        Ok("failing" | "advised") => Err(NoGardener),
        Ok("panicking") => panic!("no models today"),
        _ => Ok(Schema::from_tables([TableBuilder::build("bed", |table| {
            table.column(integer("id"));
            table.primary_key(["id"]);
        })])),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let family = format!("versions/{}-", env::var("FAMILY").unwrap_or_default());
    let scripts = versions::all().into_iter().filter(|script| script.path.starts_with(&family)).collect();
    let env = Env::new(scripts).project(env!("CARGO_MANIFEST_DIR"));
    let has_models = env::var("MODELS").as_deref() != Ok("none");
    cucurbit::cli::main(if has_models { env.models(models) } else { env }).await
}
"#;

impl Bad {
    /// Writes and builds the project.
    pub(super) fn project() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("projects/bad-input");
        let (manifest, lock) = project::workspace(&["garden"]);
        write(&folder.join("Cargo.toml"), &manifest);
        if !folder.join("Cargo.lock").exists() {
            write(&folder.join("Cargo.lock"), &lock);
        }
        let garden = folder.join("garden");
        write(&garden.join("Cargo.toml"), &SMALL_MANIFEST.replace("NAME", "bad-input"));
        write(&garden.join("build.rs"), "fn main() {\n    cucurbit_build::versions(\"versions\");\n}\n");
        write(
            &garden.join("cucurbit.toml"),
            "dialects = [\"sqlite\", \"postgres\"]\nversions = \"of-each-family\"\n",
        );
        write(&garden.join("src/main.rs"), MAIN);
        let names: Vec<String> = SCRIPTS.iter().map(|script| write_script(&garden, script)).collect();
        for file in fs::read_dir(garden.join("versions")).expect("the folder") {
            let file = file.expect("an entry");
            if !names.contains(&file.file_name().display().to_string()) {
                drop(fs::remove_file(file.path()));
            }
        }
        let built = Ran::of(project::cargo(&folder, &garden).args(["build", "--quiet", "--offline"]));
        assert_eq!((built.code, built.stderr.as_str()), (0, ""));
        Self { binary: folder.join("target/debug/migrate"), folder: garden }
    }

    /// A command of the binary with one family of scripts, on a database.
    pub(super) fn command(&self, family: &str, database: &Database, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        for name in ["ALEMBIC_DATABASE_URL", "CUCURBIT_CONFIG", "MODELS", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        command.env("FAMILY", family).env("DATABASE_URL", &database.url);
        command.current_dir(database.folder.path()).args(arguments);
        command
    }

    /// Runs it.
    pub(super) fn run(&self, family: &str, database: &Database, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(family, database, arguments))
    }
}

fn write_script(garden: &Path, script: &Script) -> String {
    let (family, name, revision, upgrade, downgrade) = script;
    let function = |name: &str, body: &str| match body {
        "" => format!("pub fn {name}(_op: &mut Op) {{}}\n"),
        body => format!("pub fn {name}(op: &mut Op) {{\n    {body}\n}}\n"),
    };
    let file = format!("{family}-{name}.rs");
    let text = format!(
        "//! {name}\nuse cucurbit::prelude::*;\n\npub const REVISION: Revision = {revision};\n\n{}\n{}",
        function("upgrade", upgrade),
        function("downgrade", downgrade)
    );
    write(&garden.join("versions").join(&file), &text);
    file
}

/// Writes a file at once, if it is another one: a build of another process may be reading it.
fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return;
    }
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    let new = path.with_extension(format!("new-{}", std::process::id()));
    fs::write(&new, text).expect("written");
    fs::rename(new, path).expect("in its place");
}
