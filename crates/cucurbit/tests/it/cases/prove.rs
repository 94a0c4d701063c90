//! The laws, on a real database, and what the library says of a case there.
//!
//! The statements are run by the library's own `Migrator`, with its version table, guards and transactions.

use std::{cell::RefCell, error::Error};

use cucurbit::{
    Op, Script,
    connection::Connection,
    dialect::{self, Answers, Before, Canonical, Dialect, Plan},
    diff::{Diff, Filter, diff},
    operation::{Operation, apply_all, reverse_all},
    revision::{Reach, Scripts, Target},
    runtime::{Event, Migrator},
    schema::{ObjectId, Schema, TableName},
    script::render,
};

use crate::{
    settled::settled,
    support::{Database, script, scripts},
};

use super::{
    changed::{changed, lines},
    file::{Case, Snapshot},
    rows::Kept,
};

/// What a case is on one dialect: two schemas, and the way there and back.
#[derive(Debug)]
pub(super) struct Compared {
    pub(super) from: Before,
    pub(super) to: Before,
    pub(super) upgrade: Vec<Operation>,
    pub(super) downgrade: Vec<Operation>,
}

/// Makes both schemas and compares them. The connection is left to a database that holds `from`.
pub(super) async fn compare(case: &Case, database: &Database) -> Result<(Compared, Connection), String> {
    let (_, to) = made(case, "to", database).await?;
    let (mut connection, from) = made(case, "from", database).await?;
    let diff = difference(&mut connection, &from.schema, &to.schema).await?;
    let from_written = database.dialect.canonical(&from.schema).as_written().clone();
    let downgrade = reverse_all(&from_written, &diff.operations, database.dialect);
    let downgrade = downgrade.map_err(told("the operations have no reverse"))?;
    Ok((Compared { from, to, upgrade: diff.operations, downgrade }, connection))
}

/// Runs a section on an empty database and reads what it made.
pub(super) async fn made(
    case: &Case,
    word: &str,
    database: &Database,
) -> Result<(Connection, Before), String> {
    let mut connection = database.emptied().await;
    let sql = case.input(word, database.dialect).ok_or_else(|| format!("there is no `--- {word}`"))?;
    connection.execute(sql).await.map_err(told(&format!("`--- {word}` does not run")))?;
    let before = reflect(&mut connection).await?;
    Ok((connection, before))
}

/// What was found of a case on one dialect.
#[derive(Debug, Default)]
pub(super) struct Proof {
    pub(super) snapshot: Option<Snapshot>,
    pub(super) failure: Option<String>,
}

/// Says what the library makes of a case and proves the laws on it.
pub(super) async fn prove(case: &Case, database: &Database) -> Proof {
    let mut proof = Proof::default();
    proof.failure = laws(case, database, &mut proof.snapshot).await.err();
    proof
}

async fn laws(case: &Case, database: &Database, snapshot: &mut Option<Snapshot>) -> Result<(), String> {
    let dialect = database.dialect;
    let (compared, mut connection) = compare(case, database).await?;
    let Compared { from, to, upgrade, downgrade } = &compared;
    let mut memory = from.clone();
    let plan = match dialect.plan(&mut memory, upgrade) {
        // The run says so in its turn.
        Err(_) if case.input("refused", dialect).is_some() => Plan::default(),
        planned => planned.map_err(told("the operations cannot be planned"))?,
    };
    let copied: Vec<String> = if plan.shortcuts.is_empty() { Vec::new() } else { texts(&plan) };
    let statements = texts(&plan.in_place());
    *snapshot = Some(Snapshot {
        operations: upgrade.iter().map(|operation| operation.describe() + "\n").collect(),
        revision: unindented(&render(upgrade)),
        downgrade: unindented(&render(downgrade)),
        statements: statements.iter().map(|sql| format!("{sql};\n")).collect(),
    });

    nothing_to_say(&mut connection, &from.schema, "from").await?;
    nothing_to_say(&mut connection, &to.schema, "to").await?;

    if let Some(rows) = case.input("rows", dialect) {
        connection.execute(rows).await.map_err(told("`--- rows` does not run"))?;
    }
    let kept = Kept::read(&mut connection, from, to).await?;
    let script = Loaded::new(upgrade, downgrade);
    let run = script.upgrade(&mut connection).await;
    if let Some(expected) = case.input("refused", dialect) {
        return refused(&mut connection, expected, run, from, &kept).await;
    }
    let ran = run.map_err(|error| format!("the upgrade fails: {error}"))?;
    same("what the runner ran is not what was planned", &statements, &ran)?;

    let disk = reflect(&mut connection).await?;
    reached(&mut connection, &disk, to, "after the upgrade, `to` is not reached").await?;
    beside(&disk, to)?;
    in_memory(&mut connection, from, upgrade, &memory, &disk).await?;
    let again = (memory.clone(), disk.clone());
    let planned = |mut before| dialect.plan(&mut before, downgrade).map(|plan| plan.statements);
    let (by_memory, by_disk) = (planned(again.0), planned(again.1));
    same("the downgrade is planned otherwise from memory than from disk", &by_disk, &by_memory)?;
    kept.check(&mut connection, "upgrade").await?;

    script.downgrade(&mut connection).await.map_err(|error| format!("the downgrade fails: {error}"))?;
    let disk = reflect(&mut connection).await?;
    reached(&mut connection, &disk, from, "after the downgrade, `from` is not reached").await?;
    beside(&disk, from)?;
    kept.check(&mut connection, "downgrade").await?;

    script.upgrade(&mut connection).await.map_err(|error| format!("the second upgrade fails: {error}"))?;
    let disk = reflect(&mut connection).await?;
    reached(&mut connection, &disk, to, "after the second upgrade, `to` is not reached").await?;
    closed(connection).await?;
    if !copied.is_empty() {
        copied_reaches(case, database, &copied, to).await?;
    }
    from_nothing(database, to).await
}

/// Law: after the upgrade, the downgrade and the upgrade again there is nothing to say, and so of a schema made anew. What
/// people altered by hand is kept in other words than what is made, which is all that `prove` asks besides.
pub(super) async fn come_to_silence(case: &Case, database: &Database) -> Result<Vec<Operation>, String> {
    let (compared, mut connection) = compare(case, database).await?;
    let Compared { from, to, upgrade, downgrade } = &compared;
    if let Some(rows) = case.input("rows", database.dialect) {
        connection.execute(rows).await.map_err(told("`--- rows` does not run"))?;
    }
    let kept = Kept::read(&mut connection, from, to).await?;
    let script = Loaded::new(upgrade, downgrade);
    for wanted in [to, from, to] {
        let is_up = std::ptr::eq(wanted, to);
        let run = if is_up {
            script.upgrade(&mut connection).await.map(drop)
        } else {
            script.downgrade(&mut connection).await
        };
        let way = if is_up { "upgrade" } else { "downgrade" };
        run.map_err(|error| format!("the {way} fails: {error}"))?;
        let disk = reflect(&mut connection).await?;
        let left = difference(&mut connection, &disk.schema, &wanted.schema).await?;
        if !left.operations.is_empty() {
            return Err(format!("after the {way} there is left to do:\n{}", described(&left.operations)));
        }
        kept.check(&mut connection, way).await?;
    }
    closed(connection).await?;
    let mut connection = database.emptied().await;
    let found = difference(&mut connection, &Schema::new(), &to.schema).await?;
    Loaded::new(&found.operations, &[]).upgrade(&mut connection).await?;
    let disk = reflect(&mut connection).await?;
    let left = difference(&mut connection, &disk.schema, &to.schema).await?;
    if !left.operations.is_empty() {
        return Err(format!("made anew, there is left to do:\n{}", described(&left.operations)));
    }
    closed(connection).await?;
    Ok(compared.upgrade)
}

fn texts(plan: &Plan) -> Vec<String> {
    plan.statements.iter().map(|statement| statement.sql.clone()).collect()
}

/// Law: where rows may stay where they are, copying them leads to the same schema and the same rows. It is what a
/// script of `--sql` does.
async fn copied_reaches(
    case: &Case,
    database: &Database,
    copied: &[String],
    to: &Before,
) -> Result<(), String> {
    let (mut connection, from) = made(case, "from", database).await?;
    if let Some(rows) = case.input("rows", database.dialect) {
        connection.execute(rows).await.map_err(told("`--- rows` does not run"))?;
    }
    let kept = Kept::read(&mut connection, &from, to).await?;
    let whole =
        format!("PRAGMA foreign_keys = OFF; BEGIN; {}; COMMIT; PRAGMA foreign_keys = ON", copied.join(";\n"));
    connection.execute(&whole).await.map_err(told("the rows cannot be copied"))?;
    let disk = reflect(&mut connection).await?;
    reached(&mut connection, &disk, to, "with its rows copied, `to` is not reached").await?;
    beside(&disk, to)?;
    kept.check(&mut connection, "upgrade by copies").await?;
    closed(connection).await
}

/// Law: a schema does not differ from itself, and its canonical form is its own canonical form.
async fn nothing_to_say(connection: &mut Connection, schema: &Schema, word: &str) -> Result<(), String> {
    let found = difference(connection, schema, schema).await?;
    if !found.operations.is_empty() {
        return Err(format!("`{word}` differs from itself:\n{}", described(&found.operations)));
    }
    let once = connection.dialect().canonical(schema).form().clone();
    let twice = connection.dialect().canonical(&once).form().clone();
    same(&format!("the canonical form of `{word}` is not canonical"), &once, &twice)
}

/// Law: a plan leads to what it was made for, by the opinion of `diff` and without it.
async fn reached(
    connection: &mut Connection,
    disk: &Before,
    wanted: &Before,
    message: &str,
) -> Result<(), String> {
    let left = difference(connection, &disk.schema, &wanted.schema).await?;
    if !left.operations.is_empty() {
        return Err(format!("{message}; left to do:\n{}", described(&left.operations)));
    }
    let wanted = settled(connection, &wanted.schema).await;
    let disk = settled(connection, &disk.schema).await;
    same(&format!("{message}, which `diff` does not see"), &wanted, &disk)
}

/// Law: what no operation speaks of is there as before.
fn beside(disk: &Before, wanted: &Before) -> Result<(), String> {
    same("other views", &wanted.originals.views, &disk.originals.views)?;
    same("other triggers", &wanted.originals.triggers, &disk.originals.triggers)
}

/// Law: memory agrees with disk, for the operations and for the plan.
async fn in_memory(
    connection: &mut Connection,
    from: &Before,
    operations: &[Operation],
    planned: &Before,
    disk: &Before,
) -> Result<(), String> {
    let mut applied = from.schema.clone();
    apply_all(&mut applied, operations, connection.dialect())
        .map_err(told("the operations do not fit `from`"))?;
    let disk = settled(connection, &disk.schema).await;
    let applied = settled(connection, &applied).await;
    same("what the operations mean in memory is not on disk", &disk, &applied)?;
    let planned = settled(connection, &planned.schema).await;
    same("what the plan left in memory is not on disk", &disk, &planned)
}

/// Law: the same schema made from nothing is the same schema.
async fn from_nothing(database: &Database, to: &Before) -> Result<(), String> {
    let mut connection = database.emptied().await;
    let found = difference(&mut connection, &Schema::new(), &to.schema).await?;
    let script = Loaded::new(&found.operations, &[]);
    script.upgrade(&mut connection).await.map_err(|error| format!("`to` cannot be made anew: {error}"))?;
    let disk = reflect(&mut connection).await?;
    reached(&mut connection, &disk, to, "made anew, `to` is another schema").await?;
    closed(connection).await
}

/// A run that is refused says so in the expected words and leaves everything as it was.
async fn refused(
    connection: &mut Connection,
    expected: &str,
    run: Result<Vec<String>, String>,
    from: &Before,
    kept: &Kept,
) -> Result<(), String> {
    match run {
        Ok(_) => Err("the upgrade was to be refused and is not".to_owned()),
        Err(error) if !error.contains(expected) => Err(format!("the upgrade is refused with `{error}`")),
        Err(_) => {
            let disk = reflect(connection).await?;
            reached(connection, &disk, from, "after the refusal, `from` is not what it was").await?;
            kept.check(connection, "refused upgrade").await
        }
    }
}

/// A script that holds the operations of a case.
///
/// A script's functions are plain `fn`s, so that what they record lies in the thread that runs them.
pub(super) struct Loaded {
    scripts: Scripts,
}

thread_local! {
    static OPERATIONS: RefCell<[Vec<Operation>; 2]> = const { RefCell::new([Vec::new(), Vec::new()]) };
}

fn recorded(op: &mut Op, direction: usize) {
    let operations = OPERATIONS.with_borrow(|operations| operations[direction].clone());
    operations.into_iter().for_each(|operation| op.invoke(operation));
}

impl Loaded {
    pub(super) fn new(upgrade: &[Operation], downgrade: &[Operation]) -> Self {
        OPERATIONS.set([upgrade.to_vec(), downgrade.to_vec()]);
        let script: Script = script("case", &[], |op| recorded(op, 0), |op| recorded(op, 1));
        Self { scripts: scripts(&[script]) }
    }

    /// Runs the upgrade and returns the statements.
    pub(super) async fn upgrade(&self, connection: &mut Connection) -> Result<Vec<String>, String> {
        let mut ran = Vec::new();
        let observer = |event: Event<'_>| {
            if let Event::Statement { sql } = event {
                ran.push(sql.to_owned());
            }
        };
        let head: Target = "head".parse().expect("it is a target");
        let report = Migrator::on(connection, &self.scripts).observer(observer).upgrade(&[head]).await;
        report.map_err(told("refused"))?;
        Ok(ran)
    }

    pub(super) async fn downgrade(&self, connection: &mut Connection) -> Result<(), String> {
        let base: Target = "base".parse().expect("it is a target");
        let report = Migrator::on(connection, &self.scripts).downgrade(&base, Reach::Branch).await;
        report.map(drop).map_err(told("refused"))
    }
}

/// Compares two schemas; expressions are asked about.
pub(super) async fn difference(
    connection: &mut Connection,
    from: &Schema,
    to: &Schema,
) -> Result<Diff, String> {
    let dialect: Dialect = connection.dialect();
    let sides: [Canonical; 2] = [dialect.canonical(from), dialect.canonical(to)];
    let [from, to] = &sides;
    let first = diff(from, to, &Answers::default(), &Filter::default());
    let answers = dialect::ask(connection, from.form(), to.form(), &first.questions).await;
    let found = diff(from, to, &answers.map_err(told("the server does not answer"))?, &Filter::default());
    match (found.questions.first(), found.uncompared.first()) {
        (None, None) => Ok(found),
        (Some(question), _) => Err(format!("{question:?} was asked and has no answer")),
        (None, Some(uncompared)) => Err(format!("not compared: {uncompared:?}")),
    }
}

/// Reads the schema without the version table.
async fn reflect(connection: &mut Connection) -> Result<Before, String> {
    let mut before = dialect::reflect(connection).await.map_err(told("the schema cannot be read"))?;
    let version_table = TableName::new("alembic_version");
    before.originals.tables.remove(&version_table);
    before.schema.remove(&ObjectId::Table(version_table));
    Ok(before)
}

async fn closed(connection: Connection) -> Result<(), String> {
    connection.close().await.map_err(told("the connection cannot be closed"))
}

fn described(operations: &[Operation]) -> String {
    lines(&operations.iter().map(Operation::describe).collect::<Vec<_>>().join("\n"))
}

fn same<T: PartialEq + std::fmt::Debug>(message: &str, expected: &T, actual: &T) -> Result<(), String> {
    if expected == actual {
        return Ok(());
    }
    Err(format!("{message}:\n{}", changed(&format!("{expected:#?}"), &format!("{actual:#?}"))))
}

/// Takes the indentation of a function's body away.
fn unindented(code: &str) -> String {
    code.lines().map(|line| line.strip_prefix("    ").unwrap_or(line).to_owned() + "\n").collect()
}

/// Puts an error and its causes into a line.
pub(super) fn told<E: Error>(message: &str) -> impl Fn(E) -> String {
    move |error| {
        let mut text = format!("{message}: {error}");
        let mut source = error.source();
        while let Some(cause) = source {
            text = format!("{text}: {cause}");
            source = cause.source();
        }
        text
    }
}
