//! What is measured: each subject makes its databases, and lets the contenders run in turns.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use super::Failed as _;
use super::database::{Database, Kind, done, tables};
use super::measure::{Contender, in_turns};
use super::project::{Alembic, Cucurbit, History, Revision, id};
use super::table::{ALEMBIC, BARE, BEFORE, Bar, CUCURBIT, Row};
use crate::environment;
use crate::report::{Failure, note};

/// The subjects, in the order in which they run.
pub(super) const NAMES: &[&str] = &["startup", "history", "check", "asked", "upgrade", "rebuild", "edit"];

/// Projects, programs and a server: all that is needed to measure.
pub(super) struct Bench {
    folder: PathBuf,
    server: String,
    cucurbit: Cucurbit,
    /// The same projects with the library of another commit.
    before: Option<Cucurbit>,
    alembic: Alembic,
    is_quick: bool,
}

type Rows = Result<Vec<Row>, Failure>;

impl Bench {
    /// Writes and builds the projects.
    pub(super) fn prepare(
        folder: PathBuf,
        venv: &Path,
        server: &str,
        before: Option<&Path>,
        is_quick: bool,
        only: &[String],
    ) -> Result<Self, Failure> {
        let many = |quick, whole| if is_quick { quick } else { whole };
        let histories = [
            History { name: "check", revisions: vec![step(0, String::new(), String::new())] },
            History { name: "upgrade", revisions: (0..many(50, 1_000)).map(table_step).collect() },
            History {
                name: "history",
                revisions: (0..many(200, 10_000)).map(|at| step(at, String::new(), String::new())).collect(),
            },
            History { name: "rebuild", revisions: rebuilds() },
        ];
        // The small projects lie beside the large ones, so that neither is built for the other.
        let form = if is_quick { "quick" } else { "whole" };
        let alembic = Alembic::write(folder.join(form).join("alembic"), venv, &histories)?;
        let projects = ["check", "history", "rebuild", "upgrade"].into_iter().filter(|project| {
            let uses: &[&str] = if *project == "check" {
                &["startup", "check", "asked"]
            } else {
                std::slice::from_ref(project)
            };
            only.is_empty() || only.iter().any(|only| uses.contains(&only.as_str()))
        });
        let projects: Vec<&str> = projects.collect();
        let build = |name: &str, target: &str, library: &Path| {
            let (folder, target) = (folder.join(form).join(name), folder.join(target));
            Cucurbit::build(folder, target, library, &histories, &projects)
        };
        let cucurbit = build("cucurbit", "target", crate::root())?;
        let before = before.map(|library| build("before", "target-before", library)).transpose()?;
        Ok(Self { folder: folder.join(form), server: server.to_owned(), cucurbit, before, alembic, is_quick })
    }

    /// Measures the subjects of these names, or all.
    pub(super) fn measure(&self, only: &[String]) -> Rows {
        let mut rows = Vec::new();
        for name in NAMES.iter().filter(|name| only.is_empty() || only.iter().any(|only| only == *name)) {
            rows.extend(match *name {
                "startup" => self.startup()?,
                "history" => self.history()?,
                "check" => self.check()?,
                "asked" => self.asked()?,
                "upgrade" => self.upgrade()?,
                "rebuild" => self.rebuild()?,
                _ => self.edit()?,
            });
        }
        Ok(rows)
    }

    fn runs(&self, whole: usize) -> usize {
        if self.is_quick { 2 } else { whole }
    }

    fn many(&self, quick: usize, whole: usize) -> usize {
        if self.is_quick { quick } else { whole }
    }

    fn database(&self, kind: Kind, name: &str) -> Database {
        Database::new(kind, &self.server, &self.folder, name)
    }

    /// The program of this library and, where one is asked for, that of the other commit.
    fn ours<'a>(&'a self, name: &'a str, database: &'a Database, words: &'a [&'a str]) -> Vec<Contender<'a>> {
        let programs = [(CUCURBIT, Some(&self.cucurbit)), (BEFORE, self.before.as_ref())];
        let contender = |(contender, project): (&'static str, Option<&'a Cucurbit>)| {
            let program = project?.program(name);
            Some(Contender {
                name: contender,
                prepare: Box::new(|| Ok(())),
                command: Box::new(move || {
                    let mut command = Command::new(&program);
                    command.arg("--database-url").arg(database.url()).args(words);
                    Ok(command)
                }),
            })
        };
        programs.into_iter().filter_map(contender).collect()
    }

    /// Runs a command of the program of this library, unmeasured.
    fn run(&self, name: &str, database: &Database, words: &[&str]) -> Result<(), Failure> {
        let mut command = Command::new(self.cucurbit.program(name));
        done(command.arg("--database-url").arg(database.url()).args(words))
    }

    fn theirs<'a>(&'a self, name: &'a str, database: &'a Database, words: &'a [&'a str]) -> Contender<'a> {
        Contender {
            name: ALEMBIC,
            prepare: Box::new(|| Ok(())),
            command: Box::new(move || {
                let mut command = self.alembic.command(name);
                command.args(words).env("DATABASE_URL", database.sqlalchemy_url());
                Ok(command)
            }),
        }
    }

    fn bare<'a>(&'a self, database: &'a Database, sql: &'a Path) -> Contender<'a> {
        Contender { name: BARE, prepare: Box::new(|| Ok(())), command: Box::new(move || database.bare(sql)) }
    }

    fn startup(&self) -> Rows {
        note("start-up: `current`, the whole process");
        let database = self.database(Kind::Sqlite, "startup");
        database.make()?;
        let words = ["current"];
        let mut contenders = self.ours("check", &database, &words);
        contenders.push(self.theirs("check", &database, &words));
        let series = in_turns(self.runs(20), &contenders)?;
        database.remove()?;
        let bars = vec![Bar::Faster(40.0), Bar::Memory(12.0)];
        Ok(vec![Row { work: "`current` on SQLite".to_owned(), series, bars }])
    }

    fn history(&self) -> Rows {
        let number = self.many(200, 10_000);
        let database = self.database(Kind::Sqlite, "history");
        database.make()?;
        let mut rows = Vec::new();
        for command in ["heads", "history"] {
            note(&format!("`{command}` of {number} revisions"));
            let words = [command];
            let mut contenders = self.ours("history", &database, &words);
            contenders.push(self.theirs("history", &database, &words));
            let series = in_turns(self.runs(7), &contenders)?;
            let work = format!("`{command}`, {number} revisions");
            rows.push(Row { work, series, bars: vec![Bar::Seconds(0.03)] });
        }
        database.remove()?;
        Ok(rows)
    }

    fn check(&self) -> Rows {
        let mut rows = Vec::new();
        for number in if self.is_quick { vec![20] } else { vec![100, 1_000, 5_000] } {
            for kind in Kind::ALL {
                let bars = match number {
                    1_000 => vec![Bar::Faster(25.0), Bar::OfBare(1.5)],
                    5_000 => vec![Bar::Memory(150.0)],
                    _ => Vec::new(),
                };
                let work = format!("`check` in sync, {number} tables, {}", kind.name());
                rows.push(self.one_check(work, kind, number, false, bars)?);
            }
        }
        Ok(rows)
    }

    fn asked(&self) -> Rows {
        let number = self.many(20, 1_000);
        let mut rows = Vec::new();
        for kind in Kind::ALL {
            let work =
                format!("the same, a check and a default on every tenth of {number} tables, {}", kind.name());
            rows.push(self.one_check(work, kind, number, true, vec![Bar::Faster(12.0)])?);
        }
        Ok(rows)
    }

    fn one_check(
        &self,
        work: String,
        kind: Kind,
        number: usize,
        asked: bool,
        bars: Vec<Bar>,
    ) -> Result<Row, Failure> {
        note(&work);
        let database = self.database(kind, "check");
        database.make()?;
        database.run(&self.folder, &tables(kind, number, asked))?;
        self.run("check", &database, &["stamp", "head"])?;
        let sql = self.folder.join("catalogue.sql");
        let mut catalogue = Command::new(self.cucurbit.program("catalogue"));
        let output = catalogue.arg(database.url()).stderr(Stdio::inherit()).output().failed(&sql)?;
        std::fs::write(&sql, output.stdout).failed(&sql)?;

        let words = ["check"];
        let asked = if asked { "yes" } else { "no" };
        let mut contenders = self.ours("check", &database, &words);
        // It would take minutes, and no bar asks for it.
        if number < 5_000 {
            contenders.push(self.theirs("check", &database, &words));
        }
        for contender in &mut contenders {
            let command = std::mem::replace(&mut contender.command, Box::new(|| Ok(Command::new("true"))));
            contender.command = Box::new(move || {
                let mut command = command()?;
                command.env("BENCH_TABLES", number.to_string()).env("BENCH_ASKED", asked);
                Ok(command)
            });
        }
        if asked == "no" {
            contenders.push(self.bare(&database, &sql));
        }
        let series = in_turns(self.runs(7), &contenders)?;
        drop(contenders);
        database.remove()?;
        Ok(Row { work, series, bars })
    }

    fn upgrade(&self) -> Rows {
        let number = self.many(50, 1_000);
        let mut rows = Vec::new();
        for kind in Kind::ALL {
            let work = format!("`upgrade head`, {number} revisions of one table, {}", kind.name());
            note(&work);
            let database = self.database(kind, "upgrade");
            let sql = self.folder.join(format!("upgrade-{}.sql", kind.name()));
            std::fs::write(&sql, steps(kind, number)).failed(&sql)?;
            let words = ["upgrade", "head"];
            let ours_words = ["--quiet", "upgrade", "head"];
            let mut contenders = self.ours("upgrade", &database, &ours_words);
            contenders.extend([self.theirs("upgrade", &database, &words), self.bare(&database, &sql)]);
            for contender in &mut contenders {
                contender.prepare = Box::new(|| database.make());
            }
            let series = in_turns(self.runs(5), &contenders)?;
            drop(contenders);
            database.remove()?;
            rows.push(Row { work, series, bars: vec![Bar::OfBare(1.2)] });
        }
        Ok(rows)
    }

    fn rebuild(&self) -> Rows {
        let number = self.many(10_000, 1_000_000);
        let (base, database) = (self.database(Kind::Sqlite, "big"), self.database(Kind::Sqlite, "rebuild"));
        note(&format!("a table of {number} rows on SQLite"));
        base.make()?;
        self.run("rebuild", &base, &["--quiet", "upgrade", &id(0)])?;
        base.run(&self.folder, &filling(number))?;
        let sql = self.folder.join("rebuild.sql");
        std::fs::write(&sql, BARE_REBUILD).failed(&sql)?;

        let mut rows = Vec::new();
        let works: [(usize, &str, Vec<Bar>); 3] = [
            (1, "a type changed, all rows copied", vec![Bar::OfBare(1.1)]),
            (2, "NOT NULL taken away (loosened)", vec![Bar::Seconds(0.05)]),
            (3, "NOT NULL given (tightened)", vec![Bar::Seconds(0.3)]),
        ];
        for (at, what, bars) in works {
            let work = format!("{what}, {number} rows, SQLite");
            note(&work);
            let target = id(at);
            let (words, quiet) = (["upgrade", target.as_str()], ["--quiet", "upgrade", target.as_str()]);
            let mut contenders = self.ours("rebuild", &database, &quiet);
            contenders.push(self.theirs("rebuild", &database, &words));
            if at == 1 {
                contenders.push(self.bare(&database, &sql));
            }
            for contender in &mut contenders {
                contender.prepare = Box::new(|| {
                    database.copy(&base)?;
                    // What was copied is written out now, and not during a measurement.
                    done(&mut Command::new("sync"))
                });
            }
            let series = in_turns(self.runs(5), &contenders)?;
            drop(contenders);
            rows.push(Row { work, series, bars });
        }
        database.remove()?;
        base.remove()?;
        Ok(rows)
    }

    /// A script of the reference application is edited, built and run again, by Cargo as its users have it.
    fn edit(&self) -> Rows {
        note("a script edited, built and run again");
        let versions = crate::root().join("cultivar/migrations/versions");
        let mut scripts: Vec<PathBuf> =
            std::fs::read_dir(&versions).failed(&versions)?.flatten().map(|entry| entry.path()).collect();
        scripts.sort();
        let script = scripts.pop().ok_or_else(|| Failure::new("the reference application has no scripts"))?;
        let run = || {
            let mut cargo = environment::cargo();
            cargo.current_dir(crate::root());
            cargo.args([
                "run",
                "--quiet",
                "--package",
                "cultivar-migrations",
                "--bin",
                "migrate",
                "--",
                "heads",
            ]);
            Ok(cargo)
        };
        done(&mut run()?)?;
        let contender = Contender {
            name: CUCURBIT,
            // Cargo goes by the time at which a file was changed.
            prepare: Box::new(|| {
                std::thread::sleep(Duration::from_millis(20));
                let file = std::fs::File::options().append(true).open(&script).failed(&script)?;
                file.set_modified(SystemTime::now()).failed(&script)
            }),
            command: Box::new(run),
        };
        let series = in_turns(self.runs(5), &[contender])?;
        let work = "a script edited, built (debug) and run again".to_owned();
        Ok(vec![Row { work, series, bars: vec![Bar::Seconds(3.0)] }])
    }
}

fn step(at: usize, rust: String, python: String) -> Revision {
    Revision { id: id(at), after: at.checked_sub(1).map(id), rust, python }
}

/// A revision of one table.
fn table_step(at: usize) -> Revision {
    let rust = format!(
        "    op.create_table(\"t{at:05}\", |table| {{\n        table.column(integer(\"id\").serial());\n        \
         table.column(string(\"name\", 100));\n        table.primary_key([\"id\"]);\n    }});\n"
    );
    let python = format!(
        "    op.create_table(\n        \"t{at:05}\",\n        sa.Column(\"id\", sa.Integer(), nullable=False),\n        \
         sa.Column(\"name\", sa.String(100), nullable=False),\n        sa.PrimaryKeyConstraint(\"id\"),\n    )\n"
    );
    step(at, rust, python)
}

/// The same tables and rows as bare SQL, a transaction for each.
fn steps(kind: Kind, number: usize) -> String {
    let (key, begin) = match kind {
        Kind::Postgres => ("SERIAL", "BEGIN"),
        Kind::Sqlite => ("INTEGER", "BEGIN IMMEDIATE"),
    };
    let mut sql = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);\n".to_owned();
    sql.extend((0..number).map(|at| {
        let version = match at.checked_sub(1).map(id) {
            None => format!("INSERT INTO alembic_version VALUES ('{}')", id(at)),
            Some(before) => {
                format!("UPDATE alembic_version SET version_num = '{}' WHERE version_num = '{before}'", id(at))
            }
        };
        format!(
            "{begin};\nCREATE TABLE t{at:05} (id {key} NOT NULL, name VARCHAR(100) NOT NULL, PRIMARY KEY (id));\n\
             {version};\nCOMMIT;\n"
        )
    }));
    sql
}

/// A table of ten columns and two indexes, and three changes of it, each on its own.
fn rebuilds() -> Vec<Revision> {
    let columns = [
        ("integer(\"id\").serial()", "\"id\", sa.Integer(), nullable=False"),
        ("string(\"name\", 100)", "\"name\", sa.String(100), nullable=False"),
        ("string(\"email\", 120).nullable()", "\"email\", sa.String(120), nullable=True"),
        ("text(\"body\").nullable()", "\"body\", sa.Text(), nullable=True"),
        ("float(\"amount\")", "\"amount\", sa.Float(), nullable=False"),
        ("boolean(\"active\")", "\"active\", sa.Boolean(), nullable=False"),
        ("integer(\"count\")", "\"count\", sa.Integer(), nullable=False"),
        ("date_time(\"created_at\")", "\"created_at\", sa.DateTime(), nullable=False"),
        ("date_time(\"updated_at\")", "\"updated_at\", sa.DateTime(), nullable=False"),
        ("integer(\"parent_id\").nullable()", "\"parent_id\", sa.Integer(), nullable=True"),
    ];
    let mut rust = "    op.create_table(\"big\", |table| {\n".to_owned();
    let mut python = "    op.create_table(\n        \"big\",\n".to_owned();
    rust.extend(columns.map(|(ours, _)| format!("        table.column({ours});\n")));
    python.extend(columns.map(|(_, theirs)| format!("        sa.Column({theirs}),\n")));
    rust += "        table.primary_key([\"id\"]);\n    });\n    op.create_index(\"ix_big_name\", \"big\", [\"name\"]);\n    \
             op.create_index(\"ix_big_parent_created\", \"big\", [\"parent_id\", \"created_at\"]);\n";
    python += "        sa.PrimaryKeyConstraint(\"id\"),\n    )\n    op.create_index(\"ix_big_name\", \"big\", [\"name\"])\n    \
               op.create_index(\"ix_big_parent_created\", \"big\", [\"parent_id\", \"created_at\"])\n";
    let change = |at: usize, ours: &str, theirs: &str| Revision {
        id: id(at),
        after: Some(id(0)),
        rust: format!("    op.alter_column(\"big\", {ours};\n"),
        python: format!(
            "    with op.batch_alter_table(\"big\") as table:\n        table.alter_column({theirs})\n"
        ),
    };
    vec![
        step(0, rust, python),
        change(
            1,
            "\"count\").ty(Type::Float)",
            "\"count\", existing_type=sa.Integer(), type_=sa.Float(), existing_nullable=False",
        ),
        change(2, "\"name\").nullable()", "\"name\", existing_type=sa.String(100), nullable=True"),
        change(3, "\"email\").not_null()", "\"email\", existing_type=sa.String(120), nullable=False"),
    ]
}

fn filling(rows: usize) -> String {
    format!(
        "BEGIN;\nWITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})\n\
         INSERT INTO big SELECT i, 'name ' || (i * 7919 % {rows}), 'u' || i || '@example.org', substr(\
         '{}', 1, 20 + i % 60), i * 0.5, i % 2, i % 100, '2025-11-01 00:00:' || printf('%02d', i % 60) || '.000000', \
         '2025-11-01 00:00:00.000000', i * 31 % {rows} FROM n;\nCOMMIT;\n",
        "x".repeat(80)
    )
}

/// The least that copies all rows: the recipe of <https://www.sqlite.org/lang_altertable.html>, section 7.
const BARE_REBUILD: &str = "PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE big_new (id INTEGER NOT NULL, name VARCHAR(100) NOT NULL, email VARCHAR(120), body TEXT,
    amount FLOAT NOT NULL, active BOOLEAN NOT NULL, count FLOAT NOT NULL, created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL, parent_id INTEGER, PRIMARY KEY (id));
INSERT INTO big_new SELECT * FROM big;
DROP TABLE big;
ALTER TABLE big_new RENAME TO big;
CREATE INDEX ix_big_name ON big (name);
CREATE INDEX ix_big_parent_created ON big (parent_id, created_at);
COMMIT;
";
