//! What statements say of their locks and costs, beside what PostgreSQL does: `pg_locks`, file nodes and the counters of
//! scans, around every statement of every case, there, back and from nothing, with rows in the tables. `file` is SQLite's.

mod file;

use std::collections::{BTreeMap, BTreeSet};

use cucurbit::{
    Op,
    connection::Connection,
    dialect::{Before, Cost, Effect, Lock, LockMode, Locked, Plan, Session, Statement},
    schema::{Dialect, Schema, TableName},
};

use crate::support::{Database, on_database};

use super::{FAMILIES, file::Case, named, prove, prove::told, read, release};

/// A table, an index or a sequence, as the catalogue has it.
#[derive(Clone, Debug)]
struct Relation {
    kind: String,
    name: TableName,
    /// The file that it lies in.
    node: String,
    /// The table that it belongs to.
    owner: Option<String>,
}

impl Relation {
    fn locked(&self) -> Locked {
        match self.kind.as_str() {
            "i" => Locked::Index(self.name.clone()),
            "S" => Locked::Sequence(self.name.clone()),
            _ => Locked::Table(self.name.clone()),
        }
    }
}

/// Relations by their identifiers.
type Relations = BTreeMap<String, Relation>;

/// Reads what lies outside the server's own schemas.
async fn relations(connection: &mut Connection) -> Result<Relations, String> {
    let query = "SELECT c.oid, c.relkind, n.nspname, c.relname, pg_relation_filenode(c.oid), \
         coalesce(i.indrelid, d.refobjid) \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_index i ON i.indexrelid = c.oid \
         LEFT JOIN pg_depend d ON c.relkind = 'S' AND d.classid = 'pg_class'::regclass AND d.objid = c.oid \
         AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') \
         WHERE c.relkind IN ('r', 'i', 'S') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'";
    let rows = connection.rows(query).await.map_err(told("the relations cannot be read"))?;
    let relation = |row: Vec<Option<String>>| {
        let [oid, kind, schema, name, node, owner] = <[_; 6]>::try_from(row).ok()?;
        let name = TableName {
            schema: schema.filter(|schema| schema != "public").map(Into::into),
            ..TableName::new(name?)
        };
        Some((oid?, Relation { kind: kind?, name, node: node?, owner }))
    };
    Ok(rows.into_iter().filter_map(relation).collect())
}

/// How often the tables and their indexes were read in this transaction and before, and how many rows were written.
async fn counters(
    connection: &mut Connection,
    relations: &Relations,
) -> Result<BTreeMap<String, [i64; 3]>, String> {
    let tables = relations.iter().filter(|(_, relation)| relation.kind == "r");
    let tables: Vec<String> = tables.map(|(oid, _)| format!("({oid})")).collect();
    if tables.is_empty() {
        return Ok(BTreeMap::new());
    }
    let query = format!(
        "SELECT t.oid, pg_stat_get_xact_numscans(t.oid), \
         (SELECT coalesce(sum(pg_stat_get_xact_numscans(i.indexrelid)), 0) FROM pg_index i WHERE i.indrelid = t.oid), \
         pg_stat_get_xact_tuples_inserted(t.oid) + pg_stat_get_xact_tuples_updated(t.oid) \
         FROM (VALUES {}) t (oid)",
        tables.join(", ")
    );
    let rows = connection.rows(&query).await.map_err(told("the counters cannot be read"))?;
    let number = |value: &Option<String>| value.as_ref().and_then(|value| value.parse().ok()).unwrap_or(0);
    Ok(rows
        .iter()
        .filter_map(|row| Some((row[0].clone()?, [number(&row[1]), number(&row[2]), number(&row[3])])))
        .collect())
}

fn mode(name: &str) -> LockMode {
    match name {
        "AccessShareLock" => LockMode::AccessShare,
        "RowShareLock" => LockMode::RowShare,
        "RowExclusiveLock" => LockMode::RowExclusive,
        "ShareUpdateExclusiveLock" => LockMode::ShareUpdateExclusive,
        "ShareLock" => LockMode::Share,
        "ShareRowExclusiveLock" => LockMode::ShareRowExclusive,
        "ExclusiveLock" => LockMode::Exclusive,
        "AccessExclusiveLock" => LockMode::AccessExclusive,
        other => panic!("`{other}` is no mode"),
    }
}

/// The strongest lock of the session on each relation.
async fn held(connection: &mut Connection) -> Result<BTreeMap<String, LockMode>, String> {
    let query = "SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'";
    let mut held: BTreeMap<String, LockMode> = BTreeMap::new();
    for row in connection.rows(query).await.map_err(told("the locks cannot be read"))? {
        let [Some(relation), Some(name)] = &row[..] else { continue };
        let mode = mode(name);
        held.entry(relation.clone()).and_modify(|held| *held = mode.max(*held)).or_insert(mode);
    }
    Ok(held)
}

/// What a statement did.
struct Measured {
    before: Relations,
    after: Relations,
    held: BTreeMap<String, LockMode>,
    /// By how much the counters of each table grew.
    grown: BTreeMap<String, [i64; 3]>,
}

/// Runs a statement in a transaction of its own, with the checks that it put off.
async fn measured(connection: &mut Connection, sql: &str) -> Result<Measured, String> {
    let failed = told("it does not run");
    let before = relations(connection).await?;
    connection.execute("BEGIN").await.map_err(&failed)?;
    let first = counters(connection, &before).await?;
    connection.execute(sql).await.map_err(&failed)?;
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE").await.map_err(&failed)?;
    let held = held(connection).await?;
    let last = counters(connection, &before).await?;
    let after = relations(connection).await?;
    connection.execute("COMMIT").await.map_err(&failed)?;
    let grown = last.into_iter().map(|(oid, now)| {
        let was = first.get(&oid).copied().unwrap_or_default();
        (oid, [now[0] - was[0], now[1] - was[1], now[2] - was[2]])
    });
    Ok(Measured { before, after, held, grown: grown.collect() })
}

impl Measured {
    /// The locks on what was there before. Of an index or a sequence it is one only where the statement names it, or where
    /// its table is not locked.
    fn locks(&self, said: &Effect) -> Vec<String> {
        let is_named = |relation: &Relation| said.locks.iter().any(|lock| lock.object == relation.locked());
        let is_aside = |relation: &Relation, mode: LockMode| {
            let has_owner = relation.owner.as_ref().is_some_and(|owner| self.held.contains_key(owner));
            relation.kind != "r" && !is_named(relation) && (has_owner || mode <= LockMode::RowExclusive)
        };
        let locks = self.held.iter().filter_map(|(oid, mode)| Some((self.before.get(oid)?, *mode)));
        let locks = locks.filter(|(relation, mode)| !is_aside(relation, *mode));
        let mut locks: Vec<String> =
            locks.map(|(relation, mode)| format!("{}: {mode}", relation.locked())).collect();
        locks.sort();
        locks
    }

    fn is_rewritten(&self, oid: &str) -> bool {
        match (self.before.get(oid), self.after.get(oid)) {
            (Some(was), Some(now)) => was.node != now.node,
            (_, _) => false,
        }
    }

    /// What it cost, by the files and the counters. That rows of a table were read by an index, or that they were written, is
    /// said of those tables that the statement says it of.
    fn costs(&self, said: &Effect) -> BTreeSet<String> {
        let mut costs = BTreeSet::new();
        for (oid, relation) in self.before.iter().filter(|(_, relation)| relation.kind == "r") {
            let table = relation.name.clone();
            let [scanned, looked_up, written] = self.grown.get(oid).copied().unwrap_or_default();
            let (scans, rewrites) =
                (Cost::Scans { table: table.clone() }, Cost::Rewrites { table: table.clone() });
            let writes = Cost::Writes { table };
            let builds = self.built().any(|(owner, _)| owner == *oid);
            if self.is_rewritten(oid) {
                costs.insert(rewrites.to_string());
            }
            if written > 0 {
                costs.insert(writes.to_string());
            }
            let is_said = said.costs.contains(&scans);
            if scanned > 0 && (is_said || !builds && !self.is_rewritten(oid)) || is_said && looked_up > 0 {
                costs.insert(scans.to_string());
            }
        }
        costs.extend(self.built().map(|(_, index)| Cost::Builds { index }.to_string()));
        costs
    }

    /// The indexes that were built on a table that was there and was not rewritten, with their tables.
    fn built(&self) -> impl Iterator<Item = (String, TableName)> {
        let is_old = |index: &Relation| self.before.values().any(|one| one.node == index.node);
        let indexes = self.after.values().filter(move |one| one.kind == "i" && !is_old(one));
        indexes.filter_map(|index| {
            let owner = index.owner.clone()?;
            let is_of_old = self.before.contains_key(&owner) && !self.is_rewritten(&owner);
            is_of_old.then(|| (owner, index.name.clone()))
        })
    }
}

/// Says how a statement is and what it says of itself differ.
fn compared(statement: &Statement, measured: &Measured) -> Option<String> {
    let Some(said) = &statement.effect else { return Some("it says nothing".to_owned()) };
    let mut locks: Vec<String> =
        said.locks.iter().map(|Lock { object, mode, .. }| format!("{object}: {mode}")).collect();
    locks.sort();
    let costs: BTreeSet<String> = said.costs.iter().map(Cost::to_string).collect();
    let (held, mut cost) = (measured.locks(said), measured.costs(said));
    // Of the two ends of a foreign key one is not read where the other has no row that refers to it.
    let scans = costs.iter().filter(|cost| cost.starts_with("scans "));
    if scans.clone().any(|scan| cost.contains(scan)) {
        cost.extend(scans.cloned());
    }
    let mut differences = Vec::new();
    if locks != held {
        differences.push(format!("locks: said {locks:?}, held {held:?}"));
    }
    if costs != cost {
        differences.push(format!("costs: said {costs:?}, measured {cost:?}"));
    }
    (!differences.is_empty()).then(|| differences.join("; "))
}

/// Runs a plan and compares it statement by statement.
async fn run(
    connection: &mut Connection,
    plan: &Plan,
    differences: &mut Vec<String>,
) -> Result<usize, String> {
    for statement in &plan.statements {
        assert_eq!(statement.session, Session::Any, "no case has SQL of its own");
        let measured = measured(connection, &statement.sql).await;
        let measured = measured.map_err(|error| format!("`{}`: {error}", statement.sql))?;
        let difference = compared(statement, &measured);
        differences.extend(difference.map(|difference| format!("`{}`: {difference}", statement.sql)));
    }
    Ok(plan.statements.len())
}

/// Puts rows into the tables, as many as fit: those of the case, or one of each number.
async fn fill(connection: &mut Connection, case: &Case) -> Result<(), String> {
    if let Some(rows) = case.input("rows", Dialect::Postgres) {
        return connection.execute(rows).await.map(drop).map_err(told("`--- rows` does not run"));
    }
    let query = "SELECT a.attrelid::regclass, \
         string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum), \
         string_agg(CASE WHEN t.typtype = 'e' THEN \
         quote_literal((SELECT min(enumlabel) FROM pg_enum e WHERE e.enumtypid = t.oid AND e.enumsortorder = 1)) \
         WHEN t.typcategory = 'A' THEN quote_literal('{}') WHEN t.typcategory = 'N' THEN '%' \
         WHEN t.typcategory = 'S' THEN quote_literal('%') WHEN t.typcategory = 'B' THEN 'true' \
         WHEN t.typcategory = 'D' THEN quote_literal('2026-01-0% 00:00:00') WHEN t.typname = 'uuid' THEN \
         quote_literal('00000000-0000-0000-0000-00000000000%') WHEN t.typname IN ('json', 'jsonb') THEN \
         quote_literal('%') ELSE 'NULL' END, ', ' ORDER BY a.attnum) \
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r' \
         JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid \
         WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a' \
         AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' GROUP BY a.attrelid";
    let tables = connection.rows(query).await.map_err(told("the columns cannot be read"))?;
    // A child comes after its parent, in some round.
    for _ in 0..tables.len() {
        for number in ["1", "2"] {
            for row in &tables {
                let [Some(table), Some(columns), Some(values)] = &row[..] else { continue };
                let values = values.replace('%', number);
                let insert =
                    format!("INSERT INTO {table} ({columns}) VALUES ({values}) ON CONFLICT DO NOTHING");
                drop(connection.execute(&insert).await);
            }
        }
    }
    Ok(())
}

/// There, back, and from nothing. Adds the differences and returns the number of statements.
async fn there_and_back(
    case: &Case,
    database: &Database,
    has_rows: bool,
    differences: &mut Vec<String>,
) -> Result<usize, String> {
    let dialect = Dialect::Postgres;
    let (compared, mut connection) = prove::compare(case, database).await?;
    let prove::Compared { from, to, upgrade, downgrade } = compared;
    // Where no zone is, a timestamp is the same with one.
    connection.execute("SET TimeZone = 'Europe/Berlin'").await.map_err(told("no zone"))?;
    if has_rows {
        fill(&mut connection, case).await?;
    }
    let mut memory = from;
    let mut statements = 0;
    for operations in [upgrade, downgrade] {
        let plan = dialect.plan(&mut memory, &operations).map_err(told("it cannot be planned"))?;
        statements += run(&mut connection, &plan, differences).await?;
    }
    connection.close().await.map_err(told("it cannot be closed"))?;
    if has_rows {
        let mut connection = database.emptied().await;
        let found = prove::difference(&mut connection, &Schema::new(), &to.schema).await?;
        let mut nothing =
            cucurbit::dialect::reflect(&mut connection).await.map_err(told("it cannot be read"))?;
        let plan = dialect.plan(&mut nothing, &found.operations).map_err(told("it cannot be planned"))?;
        statements += run(&mut connection, &plan, differences).await?;
        connection.close().await.map_err(told("it cannot be closed"))?;
    }
    Ok(statements)
}

/// Mounts a test for each family of cases.
macro_rules! families {
    ($($family:ident),+ $(,)?) => {
        const MOUNTED: &[&str] = &[$(stringify!($family)),+];
        $(#[test]
        fn $family() {
            say_what_the_server_does(stringify!($family));
        })+
    };
}

families![column, constraint, default, enumeration, generated, index, name, schema, sequence, table, types];

#[test]
fn every_family_is_mounted() {
    assert_eq!(MOUNTED, FAMILIES);
}

/// What the statements of a family say of locks and costs is what the server does.
fn say_what_the_server_does(family: &str) {
    on_database(Dialect::Postgres, async |database: Database| {
        let release = release(&database).await;
        let (mut statements, mut failures) = (0, Vec::new());
        for case in read(family) {
            let is_for = case.dialects().contains(&Dialect::Postgres) && case.since <= release;
            if !is_for || case.is_known(Dialect::Postgres) {
                continue;
            }
            // Where rows break what comes, and where they must, there are none.
            let is_refused = case.input("refused", Dialect::Postgres).is_some();
            let mut found = Vec::new();
            let mut done = there_and_back(&case, &database, !is_refused, &mut found).await;
            if done.is_err() && !is_refused {
                found.clear();
                done = there_and_back(&case, &database, false, &mut found).await;
            }
            match done {
                Ok(number) => statements += number,
                Err(_) if is_refused => {}
                Err(error) => found.push(error),
            }
            failures.extend(found.iter().map(|one| format!("{}: {one}", named(&case))));
        }
        assert!(failures.is_empty(), "\n\n{}\n", failures.join("\n"));
        assert!(statements > 10, "{statements} statements were compared");
    });
}

/// Runs a statement that waits for another session, and returns the locks that it has meanwhile.
async fn held_while_waiting(database: &Database, sql: &str) -> Vec<String> {
    let (mut one, mut other) = (database.connect().await, database.connect().await);
    let mut watching = database.connect().await;
    let before = relations(&mut watching).await.unwrap();
    other.execute("BEGIN; INSERT INTO plant VALUES (7, 'g')").await.unwrap();
    let process = one.value("SELECT pg_backend_pid()").await.unwrap().unwrap();
    let watched = async {
        let waits = format!("SELECT count(*) FROM pg_locks WHERE pid = {process} AND NOT granted");
        while watching.value(&waits).await.unwrap().as_deref() == Some("0") {
            tokio::task::yield_now().await;
        }
        let query =
            format!("SELECT relation, mode FROM pg_locks WHERE pid = {process} AND locktype = 'relation'");
        let locks = watching.rows(&query).await.unwrap();
        other.execute("COMMIT").await.unwrap();
        locks
    };
    let (ran, locks) = tokio::join!(one.execute(sql), watched);
    ran.unwrap();
    let locks = locks.iter().filter_map(|row| {
        let [Some(relation), Some(name)] = &row[..] else { return None };
        Some(format!("{}: {}", before.get(relation)?.locked(), mode(name)))
    });
    locks.collect::<BTreeSet<String>>().into_iter().collect()
}

#[test]
fn what_is_done_while_others_write_says_so() {
    on_database(Dialect::Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        connection.execute("CREATE TABLE plant (id INTEGER, name TEXT)").await.unwrap();
        let make: fn(&mut Op) = |op| {
            op.create_index("ix_name", "plant", ["name"]).concurrently();
        };
        let drop_it: fn(&mut Op) = |op| op.drop_index("ix_name", "plant").concurrently();
        let invalid = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_name'::regclass";
        for (prepare, record, words) in [
            ("SELECT 1", make, "CREATE INDEX CONCURRENTLY"),
            (invalid, make, "REINDEX INDEX CONCURRENTLY"),
            ("SELECT 1", drop_it, "DROP INDEX CONCURRENTLY"),
        ] {
            connection.execute(prepare).await.unwrap();
            let mut before = cucurbit::dialect::reflect(&mut connection).await.unwrap();
            let plan = Dialect::Postgres.plan(&mut before, &Op::record(record)).unwrap();
            let [statement] = &plan.statements[..] else { panic!("{plan:?}") };
            assert!(statement.sql.starts_with(words), "{}", statement.sql);
            let said = statement.effect.as_ref().expect("it says something");
            let locks: Vec<String> =
                said.locks.iter().map(|Lock { object, mode, .. }| format!("{object}: {mode}")).collect();
            assert_eq!(locks, held_while_waiting(&database, &statement.sql).await, "{words}");
            assert!(said.locks.iter().all(|lock| !lock.mode.blocks().writes), "{words}");
            assert_eq!(said.is_instant(), words.starts_with("DROP"), "{words}");
        }
    });
}

#[test]
fn of_sql_of_a_script_nothing_is_said() {
    for dialect in Dialect::ALL {
        let operations = Op::record(|op| {
            op.execute("DELETE FROM plant");
        });
        let plan = dialect.plan(&mut Before::default(), &operations).unwrap();
        assert_eq!(plan.statements[0].effect, None);
    }
}
