//! SQLite: whether a statement keeps other writers out of the file, which indexes it builds, and which tables lie elsewhere in
//! the file after a plan, by the roots of their trees.

use std::collections::{BTreeMap, BTreeSet};

use cucurbit::{
    connection::Connection,
    dialect::{Cost, LockMode, Locked, Plan, Statement},
    schema::{Dialect, Schema},
};

use crate::support::{Database, on_sqlite};

use super::super::{FAMILIES, file::Case, named, prove, prove::told, read};

/// The root page of each table and index, with its table.
type Roots = BTreeMap<(String, String), (String, String)>;

async fn roots(connection: &mut Connection) -> Result<Roots, String> {
    let query = "SELECT type, name, tbl_name, rootpage FROM sqlite_schema \
         WHERE type IN ('table', 'index') AND sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    let rows = connection.rows(query).await.map_err(told("the schema cannot be read"))?;
    let root = |row: Vec<Option<String>>| {
        let [kind, name, table, page] = <[_; 4]>::try_from(row).ok()?;
        Some(((kind?, name?), (table?, page?)))
    };
    Ok(rows.into_iter().filter_map(root).collect())
}

/// Tells whether a statement in a transaction keeps another connection from writing, and which indexes it makes on tables that
/// were there.
async fn measured(connections: &mut [Connection; 2], sql: &str) -> Result<(bool, BTreeSet<String>), String> {
    let [connection, other] = connections;
    let failed = told("it does not run");
    let before = roots(connection).await?;
    connection.execute("BEGIN").await.map_err(&failed)?;
    connection.execute(sql).await.map_err(&failed)?;
    let is_locked = match other.execute("BEGIN IMMEDIATE").await {
        Ok(_) => {
            other.execute("ROLLBACK").await.map_err(&failed)?;
            false
        }
        Err(_) => true,
    };
    connection.execute("COMMIT").await.map_err(&failed)?;
    let after = roots(connection).await?;
    let is_there = |table: &String| before.contains_key(&("table".to_owned(), table.clone()));
    let made = after.iter().filter(|((kind, _), (table, _))| kind == "index" && is_there(table));
    let made = made.filter(|(index, _)| !before.contains_key(*index));
    Ok((is_locked, made.map(|((_, name), _)| name.clone()).collect()))
}

fn compared(statement: &Statement, is_locked: bool, made: &BTreeSet<String>) -> Option<String> {
    let Some(said) = &statement.effect else { return Some("it says nothing".to_owned()) };
    let locks: Vec<(&Locked, LockMode)> = said.locks.iter().map(|lock| (&lock.object, lock.mode)).collect();
    let is_said = match &locks[..] {
        [] => false,
        [(Locked::File, LockMode::Reserved)] => true,
        _ => return Some(format!("it says {locks:?}")),
    };
    let builds = said.costs.iter().filter_map(|cost| {
        let Cost::Builds { index } = cost else { return None };
        Some(index.name.to_string())
    });
    let builds: BTreeSet<String> = builds.collect();
    (is_said != is_locked || builds != *made)
        .then(|| format!("said {is_said} {builds:?}, measured {is_locked} {made:?}"))
}

/// Runs a plan and compares it statement by statement, and the tables at its end.
async fn run(
    connections: &mut [Connection; 2],
    plan: &Plan,
    differences: &mut Vec<String>,
) -> Result<usize, String> {
    let before = roots(&mut connections[0]).await?;
    for statement in &plan.statements {
        let measured = measured(connections, &statement.sql).await;
        let (is_locked, made) = measured.map_err(|error| format!("`{}`: {error}", statement.sql))?;
        let difference = compared(statement, is_locked, &made);
        differences.extend(difference.map(|difference| format!("`{}`: {difference}", statement.sql)));
    }
    let after = roots(&mut connections[0]).await?;
    let moved = before.iter().filter(|((kind, _), _)| kind == "table");
    let moved = moved.filter(|(table, (_, page))| after.get(*table).is_some_and(|(_, now)| now != page));
    let moved: BTreeSet<String> = moved.map(|((_, name), _)| name.clone()).collect();
    let costs = plan.statements.iter().filter_map(|statement| {
        let is_in_place = statement.sql.starts_with("ALTER TABLE");
        statement.effect.as_ref().filter(|_| !is_in_place).map(|effect| &effect.costs)
    });
    let rewritten = costs.flatten().filter_map(|cost| {
        let Cost::Rewrites { table } = cost else { return None };
        Some(table.name.to_string())
    });
    let rewritten: BTreeSet<String> = rewritten.collect();
    // Where tables go or take the place of others, roots are reused, and a name is another table's.
    let is_old = |sql: &str| before.keys().any(|(_, name)| sql == format!("DROP TABLE \"{name}\""));
    let drops = plan.statements.iter().filter(|one| is_old(&one.sql)).count();
    let renames = plan.statements.iter().filter(|one| one.sql.contains(" RENAME TO ")).count();
    let is_same_tables = drops == rewritten.len() && renames == rewritten.len();
    if is_same_tables && moved != rewritten {
        differences.push(format!("rewrites: said {rewritten:?}, moved {moved:?}"));
    }
    Ok(plan.statements.len())
}

/// There, back, and from nothing. Adds the differences and returns the number of statements.
async fn there_and_back(
    case: &Case,
    database: &Database,
    (has_rows, is_in_place): (bool, bool),
    differences: &mut Vec<String>,
) -> Result<usize, String> {
    let (compared, connection) = prove::compare(case, database).await?;
    let prove::Compared { from, to, upgrade, downgrade } = compared;
    let mut connections = [connection, database.connect().await];
    connections[0].execute("PRAGMA foreign_keys = OFF").await.map_err(told("no pragma"))?;
    connections[1].execute("PRAGMA busy_timeout = 0").await.map_err(told("no pragma"))?;
    if let Some(rows) = case.input("rows", Dialect::Sqlite).filter(|_| has_rows) {
        connections[0].execute(rows).await.map_err(told("`--- rows` does not run"))?;
    }
    let mut memory = from;
    let mut statements = 0;
    for operations in [upgrade, downgrade] {
        let plan = Dialect::Sqlite.plan(&mut memory, &operations).map_err(told("it cannot be planned"))?;
        let plan = if is_in_place { plan.in_place() } else { plan };
        statements += run(&mut connections, &plan, differences).await?;
    }
    let [one, other] = connections;
    one.close().await.map_err(told("it cannot be closed"))?;
    other.close().await.map_err(told("it cannot be closed"))?;
    if is_in_place {
        let connection = database.emptied().await;
        let mut connections = [connection, database.connect().await];
        connections[1].execute("PRAGMA busy_timeout = 0").await.map_err(told("no pragma"))?;
        let found = prove::difference(&mut connections[0], &Schema::new(), &to.schema).await?;
        let plan = Dialect::Sqlite.plan(&mut Default::default(), &found.operations);
        statements +=
            run(&mut connections, &plan.map_err(told("it cannot be planned"))?, differences).await?;
        let [one, other] = connections;
        one.close().await.map_err(told("it cannot be closed"))?;
        other.close().await.map_err(told("it cannot be closed"))?;
    }
    Ok(statements)
}

#[test]
fn what_statements_say_of_the_file_is_what_sqlite_does() {
    on_sqlite(async |database: Database| {
        let (mut statements, mut failures) = (0, Vec::new());
        for case in FAMILIES.iter().flat_map(|family| read(family)) {
            if !case.dialects().contains(&Dialect::Sqlite) || case.is_known(Dialect::Sqlite) {
                continue;
            }
            let is_refused = case.input("refused", Dialect::Sqlite).is_some();
            for is_in_place in [false, true] {
                let mut found = Vec::new();
                let how = (!is_refused, is_in_place);
                match there_and_back(&case, &database, how, &mut found).await {
                    Ok(number) => statements += number,
                    Err(_) if is_refused => {}
                    Err(error) => found.push(error),
                }
                failures.extend(found.iter().map(|one| format!("{}: {one}", named(&case))));
            }
        }
        assert!(failures.is_empty(), "\n\n{}\n", failures.join("\n"));
        assert!(statements > 1000, "{statements} statements were compared");
    });
}
