//! Histories made by chance: in one run and in ten, up, down and up again, offline and in memory, a history ends in the
//! same place.
//!
//! Each step has a connection and scripts of its own, as a new process has. What is there is said by an oracle that
//! shares no code with the library, and by `check`, which must find nothing to do for models that are what the scripts
//! say. `CUCURBIT_LAW_CASES` sets how many histories are tried on each database, `PROPTEST_RNG_SEED` which.

mod story;

use std::{cell::RefCell, convert::Infallible, error::Error};

use cucurbit::{
    Env, Op, Script,
    command::{self, Between, CheckOptions, Location, Project},
    config::Environment,
    connection::Connection,
    operation::Operation,
    revision::{Reach, Target},
    schema::{Dialect, Schema},
};
use proptest::{
    collection::vec,
    prelude::any,
    strategy::{Strategy, ValueTree},
    test_runner::{Config, TestRunner},
};

use crate::{
    oracle::oracle,
    support::{Database, on_database, script},
};

use self::story::{Revision, Seed, history, is_opaque};

/// How many histories are tried on each database.
const HISTORIES: u32 = 6;

/// How often a failing history is made smaller.
const SHRINKS: usize = 30;

/// The revisions of the longest history.
const IDS: [&str; 7] = ["r1", "r2", "r3", "r4", "r5", "r6", "r7"];

thread_local! {
    static HISTORY: RefCell<Vec<Revision>> = const { RefCell::new(Vec::new()) };
}

fn up<const PLACE: usize>(op: &mut Op) {
    let operations = HISTORY.with_borrow(|history| history[PLACE].upgrade.clone());
    operations.into_iter().for_each(|operation| op.invoke(operation));
}

fn down<const PLACE: usize>(op: &mut Op) {
    let operations = HISTORY.with_borrow(|history| history[PLACE].downgrade.clone());
    operations.into_iter().for_each(|operation| op.invoke(operation));
}

/// The scripts of the history at hand: a script's functions are plain `fn`s, so that what they record lies in the thread.
fn scripts(length: usize) -> Vec<Script> {
    let all = [
        script(IDS[0], &[], up::<0>, down::<0>),
        script(IDS[1], &["r1"], up::<1>, down::<1>),
        script(IDS[2], &["r2"], up::<2>, down::<2>),
        script(IDS[3], &["r3"], up::<3>, down::<3>),
        script(IDS[4], &["r4"], up::<4>, down::<4>),
        script(IDS[5], &["r5"], up::<5>, down::<5>),
        script(IDS[6], &["r6"], up::<6>, down::<6>),
    ];
    all[..length].to_vec()
}

/// A project as a new process opens it.
fn project(database: &Database, length: usize, models: &Schema) -> Project {
    let location = Location::new().database_url(&database.url);
    let models = models.clone();
    let env = Env::new(scripts(length)).models(move || Ok::<Schema, Infallible>(models.clone()));
    Project::open(env, location).expect("it can be opened")
}

fn told(error: impl Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// What a database holds: its schema by the oracle, and every row.
#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    schema: String,
    rows: String,
}

async fn state(database: &Database) -> State {
    let mut connection = database.connect().await;
    let schema = oracle(&mut connection, database).await;
    // `pg_dump` sets more where there is a table, be it the version table.
    let schema = schema.split(";\n").filter(|statement| !statement.starts_with("SET "));
    let schema = schema.collect::<Vec<_>>().join(";\n");
    let mut rows = String::new();
    for table in database.tables(&mut connection).await {
        if table != "alembic_version" && !table.starts_with("sqlite_") {
            rows += &rows_of(&mut connection, &table).await;
        }
    }
    connection.close().await.expect("it can be closed");
    State { schema, rows }
}

/// The rows of a table, each with its columns sorted by name.
async fn rows_of(connection: &mut Connection, table: &str) -> String {
    let columns = match connection.dialect() {
        Dialect::Postgres => format!(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 \
             AND NOT attisdropped ORDER BY 1"
        ),
        Dialect::Sqlite => format!("SELECT name FROM pragma_table_info('{table}') ORDER BY 1"),
    };
    let columns: Vec<String> =
        connection.rows(&columns).await.unwrap().into_iter().flatten().flatten().collect();
    let texts: Vec<String> = columns.iter().map(|column| format!("CAST({column} AS TEXT)")).collect();
    let rows =
        connection.rows(&format!("SELECT {} FROM {table} ORDER BY id", texts.join(", "))).await.unwrap();
    format!("{table} {columns:?} {rows:?}\n")
}

async fn upgrade(project: &Project, target: &str) -> Result<(), String> {
    let target: Target = target.parse().expect("it is a target");
    let done = command::upgrade(project, &[target], project.run_options(), &mut |_| ()).await;
    done.map(drop).map_err(|error| format!("the upgrade fails: {}", told(error)))
}

async fn downgrade(project: &Project, target: &str) -> Result<(), String> {
    let target: Target = target.parse().expect("it is a target");
    let done = command::downgrade(project, &target, Reach::Branch, project.run_options(), &mut |_| ()).await;
    done.map(drop).map_err(|error| format!("the downgrade fails: {}", told(error)))
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, one: &T, other: &T) -> Result<(), String> {
    if one == other {
        return Ok(());
    }
    Err(format!("{what}:\n{one:#?}\nis not\n{other:#?}"))
}

/// Nothing is left to do for models that are what the scripts say.
async fn is_quiet(project: &Project, words: &str) -> Result<(), String> {
    let found = command::check(project, CheckOptions::default()).await;
    let found = found.map_err(|error| format!("{words}, check fails: {}", told(error)))?;
    nothing(&found.operations, &format!("{words}, check finds"))
}

fn nothing(operations: &[Operation], words: &str) -> Result<(), String> {
    let found: Vec<String> = operations.iter().map(Operation::describe).collect();
    if found.is_empty() { Ok(()) } else { Err(format!("{words}: {}", found.join("; "))) }
}

async fn differs(project: &Project, from: &str, to: &str) -> Result<(), String> {
    let between = Between::new(from.parse().unwrap(), to.parse().unwrap());
    let words = format!("diff {from} {to}");
    let found =
        command::diff(project, &between, false).await.map_err(|error| format!("{words}: {}", told(error)))?;
    nothing(&found.operations, &words)
}

/// All laws of one history on one database. The words of a refusal that is the same in one run and in many are no fault.
async fn laws(seeds: &[Vec<Seed>], database: &Database) -> Result<Outcome, String> {
    let revisions = history(seeds);
    let opaque = is_opaque(&revisions);
    let length = revisions.len();
    HISTORY.set(revisions.clone());
    let wanted = &revisions[length - 1].after;
    let opened = || project(database, length, wanted);

    // In one run.
    database.emptied().await.close().await.map_err(told)?;
    let in_one_run = upgrade(&opened(), "head").await;
    let there = state(database).await;
    if in_one_run.is_ok() {
        if !wanted.tables().is_empty() && !opaque {
            is_quiet(&opened(), "after one run").await?;
        }
        differs(&opened(), "history", "database").await?;
        downgrade(&opened(), "base").await.map_err(|error| format!("in one run: {error}"))?;
        let base = state(database).await;
        if !(base.rows.is_empty()) {
            return Err(format!("the base is not empty: {base:#?}"));
        }
        upgrade(&opened(), "head").await.map_err(|error| format!("again: {error}"))?;
        same("again in one run", &there, &state(database).await)?;
    }

    // With a new process for each step.
    database.emptied().await.close().await.map_err(told)?;
    let mut states = vec![state(database).await];
    let mut in_many = Ok(());
    for (id, revision) in IDS.iter().zip(&revisions) {
        in_many = upgrade(&opened(), id).await;
        if in_many.is_err() {
            break;
        }
        states.push(state(database).await);
        if !revision.after.tables().is_empty() && !opaque {
            // The scripts up to here are a history of their own.
            let place = states.len() - 1;
            is_quiet(&project(database, place, &revision.after), &format!("at {id}")).await?;
        }
    }
    match (&in_one_run, &in_many) {
        (Ok(()), Ok(())) => {}
        (Err(one), Err(many)) if one == many => {
            same("refused", &there, &state(database).await)?;
            return Ok(Outcome::Refused(one.clone()));
        }
        (one, many) => return Err(format!("in one run: {one:?}, in many: {many:?}")),
    }
    same("step by step", &there, &states[length])?;
    for place in (0..length).rev() {
        let target = if place == 0 { "base" } else { IDS[place - 1] };
        downgrade(&opened(), target).await.map_err(|error| format!("step by step: {error}"))?;
        same(&format!("down to {target}"), &states[place].schema, &state(database).await.schema)?;
    }
    for id in &IDS[..length] {
        upgrade(&opened(), id).await.map_err(|error| format!("up again: {error}"))?;
    }
    same("up again", &there, &state(database).await)?;

    // Offline.
    if !opaque {
        // Models without a table are refused: they are more likely forgotten than meant.
        if !wanted.tables().is_empty() {
            differs(&opened(), "history", "models").await?;
        }
        offline(&opened(), database).await?;
        same("offline", &there, &state(database).await)?;
    }
    Ok(Outcome::Proved)
}

async fn offline(project: &Project, database: &Database) -> Result<(), String> {
    let sql = command::upgrade_sql(project, &":head".parse().expect("it is a range")).map_err(told)?;
    let mut connection = database.emptied().await;
    let done = connection.execute(&sql).await.map_err(|error| format!("offline: {}", told(error)));
    connection.close().await.map_err(told)?;
    done.map(drop)
}

/// How a history ended.
enum Outcome {
    Proved,
    Refused(String),
}

fn histories() -> u32 {
    let environment = Environment::read();
    let number = environment.get("CUCURBIT_LAW_CASES").expect("it is text");
    number.map_or(HISTORIES, |number| number.parse().expect("CUCURBIT_LAW_CASES is a number"))
}

fn seeds() -> impl Strategy<Value = Vec<Vec<Seed>>> {
    let seed = || (any::<u8>(), any::<u8>(), any::<u8>(), any::<u8>());
    // A first revision with types and tables, on which the others stand.
    let first = (any::<u8>(), any::<u8>(), any::<u8>(), vec(seed(), 1..6)).prop_map(|(x, y, z, more)| {
        let begun = [(0, 0, y, z), (0, 1, z, y), (10, x, y, z), (10, x.wrapping_add(1), z, y)];
        begun.into_iter().chain(more).collect::<Vec<Seed>>()
    });
    (first, vec(vec(seed(), 1..5), 1..IDS.len())).prop_map(|(first, mut others)| {
        others.insert(0, first);
        others
    })
}

/// Looks for a smaller history that fails as well, and describes it.
async fn smallest(
    tree: &mut impl ValueTree<Value = Vec<Vec<Seed>>>,
    failure: String,
    database: &Database,
) -> String {
    let mut failing = (tree.current(), failure);
    let mut is_smaller = tree.simplify();
    for _ in 0..SHRINKS {
        if !is_smaller {
            break;
        }
        let seeds = tree.current();
        is_smaller = match laws(&seeds, database).await {
            Err(failure) => {
                failing = (seeds, failure);
                tree.simplify()
            }
            Ok(_) => tree.complicate(),
        };
    }
    let revisions = history(&failing.0);
    let described = revisions.iter().map(|revision| {
        let lines = |operations: &[Operation]| {
            operations.iter().map(|one| format!("  {one:?}\n")).collect::<String>()
        };
        format!("upgrade\n{}downgrade\n{}", lines(&revision.upgrade), lines(&revision.downgrade))
    });
    format!("{}\n{}", failing.1, described.collect::<String>())
}

fn histories_end_in_the_same_place(dialect: Dialect) {
    let cases = histories();
    on_database(dialect, async |database: Database| {
        let mut runner = TestRunner::new(Config::default());
        let (mut proved, mut refused) = (0_u32, Vec::new());
        for _ in 0..cases {
            let mut tree = seeds().new_tree(&mut runner).expect("a history");
            match laws(&tree.current(), &database).await {
                Ok(Outcome::Proved) => proved += 1,
                Ok(Outcome::Refused(words)) => refused.push(words),
                Err(failure) => {
                    let smallest = smallest(&mut tree, failure, &database).await;
                    panic!("{dialect}: as small as can be:\n{smallest}");
                }
            }
        }
        assert!(
            proved * 4 > cases * 3,
            "of {cases} histories on {dialect}, {proved} are not refused: {refused:#?}"
        );
    });
}

#[test]
fn histories_end_in_the_same_place_in_one_run_and_in_many_on_postgres() {
    histories_end_in_the_same_place(Dialect::Postgres);
}

#[test]
fn histories_end_in_the_same_place_in_one_run_and_in_many_on_sqlite() {
    histories_end_in_the_same_place(Dialect::Sqlite);
}
