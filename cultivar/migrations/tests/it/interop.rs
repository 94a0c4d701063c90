//! A database of Python's Alembic is ours without a change, and the other way round.
//!
//! The other side is `cultivar/interop`: the same history, run by the real Alembic on SQLAlchemy models.

use std::process::Command;

use cultivar_models::sample;
use sea_orm::Database as SeaOrm;

use crate::{
    python::{Python, interop},
    support::{Database, Kind, Ran, Rows, assert_same_values, on_each_database, sorted},
};

const BASELINE: &str = "3968dfa9e747";
const SEEDFINDER: &str = "109317dd2a2f";
/// Where the original application, and its database, stand.
pub(crate) const ORIGINAL: &str = "6e5b1d353dd6";

const NO_DIFFERENCE: &str = "No new upgrade operations detected.\n";

on_each_database! {
    a_database_that_alembic_made_goes_on_with_us;
    alembic_finds_nothing_to_do_in_a_database_that_we_made;
    alembic_sees_what_our_head_changes;
    relay_that_alembic_begins;
    relay_that_we_begin;
}

/// Alembic beside a database.
pub(crate) struct Alembic<'d> {
    python: Python,
    database: &'d Database,
    head: String,
}

impl<'d> Alembic<'d> {
    pub(crate) fn beside(database: &'d Database) -> Self {
        let heads = database.migrate(&["heads"]).exits(0).stdout;
        let (head, rest) = heads.split_once(' ').expect("an id and its marks");
        assert_eq!(rest, "(head)\n", "one head");
        Self { python: Python::obtain(), database, head: head.to_owned() }
    }

    fn command(&self) -> Command {
        let url = match self.database.kind {
            Kind::Postgres => self.database.url.replacen("postgresql:", "postgresql+psycopg:", 1),
            Kind::Sqlite => self.database.url.clone(),
        };
        let mut command = self.python.command(&interop());
        command.env("INTEROP_DATABASE_URL", url).env("INTEROP_HEAD", &self.head);
        command
    }

    /// Runs the `alembic` program. By the module: its script holds the path of the folder it was installed in.
    pub(crate) fn alembic(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command().args(["-m", "alembic"]).args(arguments))
    }

    /// Runs a script of `cultivar/interop`.
    pub(crate) fn script(&self, name: &str) -> Ran {
        Ran::of(self.command().arg(name))
    }
}

/// Who moves the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    Alembic,
    Cucurbit,
}

async fn a_database_that_alembic_made_goes_on_with_us(database: Database) {
    let alembic = Alembic::beside(&database);
    alembic.script("create.py").exits(0);
    fill(&database).await;
    database.execute("UPDATE plant SET strain_id = cultivar_id, strain_url = 'https://example.org'").await;
    let before = database.rows().await;

    assert_eq!(database.migrate(&["current"]).exits(0).stdout, format!("{ORIGINAL}\n"));
    let pending = format!("1 revision is pending: {}\n", alembic.head);
    assert_eq!(database.migrate(&["check"]).exits(0).stdout, pending + NO_DIFFERENCE);
    assert_eq!(database.rows().await, before, "asking changes nothing");

    database.migrate(&["upgrade"]).exits(0);
    assert_eq!(database.migrate(&["check", "--require-heads"]).exits(0).stdout, NO_DIFFERENCE);
    let after = database.rows().await;
    assert_eq!(after.len(), before.len());
    assert_same_values(&before, &after);
    assert_agreement_at_head(&alembic);

    let ours = Database::new(database.kind).await;
    ours.migrate(&["upgrade"]).exits(0);
    // Alembic quotes no name that needs no quotes.
    let [taken_over, ours] =
        [database.schema().await, ours.schema().await].map(|sql| sorted(&sql.replace('"', "")));
    assert_eq!(taken_over, ours, "what was taken over is what we make");
}

async fn alembic_finds_nothing_to_do_in_a_database_that_we_made(database: Database) {
    let alembic = Alembic::beside(&database);
    database.migrate(&["upgrade", "head"]).exits(0);
    assert_agreement_at_head(&alembic);
    assert_eq!(alembic.alembic(&["check"]).exits(0).stdout, NO_DIFFERENCE);
    // A stamp writes a row if there is something to write.
    alembic.alembic(&["stamp", "head"]).exits(0);
    assert_eq!(database.migrate(&["current"]).exits(0).stdout, format!("{} (head)\n", alembic.head));
}

/// The comparison that finds nothing at the head does find what there is.
async fn alembic_sees_what_our_head_changes(database: Database) {
    let alembic = Alembic::beside(&database);
    database.migrate(&["upgrade", ORIGINAL]).exits(0);
    let mut expected = vec![
        "remove_column plant strain_id",
        "remove_column plant strain_url",
        "remove_constraint breeder ux_breeder_seedfinder_id",
        "remove_constraint cultivar ux_cultivar_seedfinder_id",
        "remove_fk plant strain_id",
    ];
    match database.kind {
        Kind::Postgres => expected.insert(0, "add_index breeder ux_breeder_name_lower"),
        // Alembic leaves indexes on expressions out of its comparison there.
        Kind::Sqlite => {}
    }
    assert_eq!(alembic.script("compare.py").exits(0).stdout.lines().collect::<Vec<_>>(), expected);
}

async fn relay_that_alembic_begins(database: Database) {
    relay(&database, Tool::Alembic, Tool::Cucurbit).await;
}

async fn relay_that_we_begin(database: Database) {
    relay(&database, Tool::Cucurbit, Tool::Alembic).await;
}

/// Twice up and down in turns: each goes on where the other stopped, and every row stays.
async fn relay(database: &Database, first: Tool, second: Tool) {
    let mut runners = Runners { alembic: Alembic::beside(database), database, rows: Rows::new() };
    runners.go(first, "upgrade", BASELINE).await;
    runners.go(second, "upgrade", SEEDFINDER).await;
    runners.go(first, "upgrade", ORIGINAL).await;
    runners.go(second, "upgrade", "head").await;
    assert_agreement_at_head(&runners.alembic);
    fill(database).await;
    runners.rows = database.rows().await;

    runners.go(first, "downgrade", ORIGINAL).await;
    runners.go(second, "downgrade", SEEDFINDER).await;
    runners.go(first, "downgrade", BASELINE).await;

    runners.go(second, "upgrade", SEEDFINDER).await;
    runners.go(first, "upgrade", ORIGINAL).await;
    let copied = "SELECT CAST(count(*) AS TEXT) AS n FROM plant WHERE strain_id = cultivar_id";
    assert_eq!(database.query(copied).await[0]["n"].as_deref(), Some("1"), "the revision copies cultivar_id");
    runners.go(second, "upgrade", "head").await;
    assert_agreement_at_head(&runners.alembic);

    runners.go(first, "downgrade", ORIGINAL).await;
    runners.go(second, "downgrade", SEEDFINDER).await;
    runners.go(first, "downgrade", BASELINE).await;
    runners.go(second, "downgrade", "base").await;
    assert_eq!(database.tables().await, ["alembic_version"]);
    assert!(database.query("SELECT version_num FROM alembic_version").await.is_empty());
}

/// The two that run in turns.
struct Runners<'d> {
    alembic: Alembic<'d>,
    database: &'d Database,
    /// What the database held when the last run ended.
    rows: Rows,
}

impl Runners<'_> {
    /// Moves the database; who did not move it must see where it is, and no value may have changed.
    async fn go(&mut self, tool: Tool, direction: &str, target: &str) {
        let (moved, current) = match tool {
            Tool::Alembic => {
                (self.alembic.alembic(&[direction, target]), self.database.migrate(&["current"]))
            }
            Tool::Cucurbit => {
                (self.database.migrate(&[direction, target]), self.alembic.alembic(&["current"]))
            }
        };
        let there = match target {
            "base" => String::new(),
            "head" => format!("{} (head)\n", self.alembic.head),
            revision => format!("{revision}\n"),
        };
        assert_eq!(moved.code, 0, "{tool:?} {direction} {target}:\n{}{}", moved.stdout, moved.stderr);
        assert_eq!(current.exits(0).stdout, there, "after {direction} {target} by {tool:?}");
        if target != "base" {
            let rows = self.database.rows().await;
            assert_same_values(&self.rows, &rows);
            self.rows = rows;
        }
    }
}

/// Writes rows into every table. The models fit every revision from `ORIGINAL` on.
pub(crate) async fn fill(database: &Database) {
    let connection = SeaOrm::connect(database.driver_url()).await.expect("connects");
    sample::sample_rows(&connection).await.expect("every table is filled");
    connection.close().await.expect("closes");
    let rows = database.rows().await;
    assert_eq!(rows.len(), 27);
    assert!(rows.values().all(|rows| !rows.is_empty()), "a table without a row proves nothing");
}

/// Both say that the database is at the head, and that it is what the models declare.
#[track_caller]
fn assert_agreement_at_head(alembic: &Alembic<'_>) {
    let there = format!("{} (head)\n", alembic.head);
    assert_eq!(alembic.database.migrate(&["current"]).exits(0).stdout, there);
    assert_eq!(alembic.alembic(&["current"]).exits(0).stdout, there);
    assert_eq!(alembic.database.migrate(&["check"]).exits(0).stdout, NO_DIFFERENCE);
    assert_eq!(alembic.script("compare.py").exits(0).stdout, "");
}
