//! Real SQLite files with rows in them: "defect 18" of Alembic, its batch mode that loses what it does not know.
//!
//! What lives here: the file under test and a small executor, which does what the runner does: foreign keys off
//! outside the transaction and read back, guards counted, references compared. After every run it compares the memory
//! of the plan with the file. The subjects are the files beside this one.

mod damage; // Each row of the table of what Alembic's rebuild does damage to.
mod keys; // Keys and indexes changed in their texts, and what SQLite cannot hold.
mod letters; // Names that differ in their letters only.
mod memory; // What a plan remembers is what the file says, also over several plans.
mod native; // Where ALTER TABLE is enough, and what is refused.
mod odd; // Broken views and triggers, deep texts, clauses that are named only.
mod reading; // What is read of a file, and that reading and writing it again is no difference.

use cucurbit::{
    connection::{ConnectOptions, Connection, url::ConnectionUrl},
    dialect::{self, Before, Dialect, Guard, Originals, Plan, PlanError, Statement},
    operation::Op,
    schema::TableName,
};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// A file of SQLite, with foreign keys on.
struct Database {
    runtime: Runtime,
    connection: Connection,
    _folder: TempDir,
}

/// Says what went wrong in words that a test can look for.
type Failure = String;

impl Database {
    /// Makes a file by SQL.
    fn with(sql: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let url: ConnectionUrl =
            format!("sqlite:///{}", folder.path().join("plants.db").display()).parse().unwrap();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let options = ConnectOptions::new().create_file(true);
        let connection = runtime.block_on(Connection::connect(&url, &options)).unwrap();
        let mut database = Self { runtime, connection, _folder: folder };
        sql.iter().for_each(|sql| database.execute(sql).unwrap());
        database
    }

    fn execute(&mut self, sql: &str) -> Result<(), Failure> {
        self.runtime.block_on(self.connection.execute(sql)).map(drop).map_err(chain)
    }

    /// Runs a query and returns its rows, with `|` between values.
    fn rows(&mut self, sql: &str) -> Vec<String> {
        let rows = self.runtime.block_on(self.connection.rows(sql)).unwrap();
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "NULL".to_owned());
        rows.iter().map(|row| row.iter().map(value).collect::<Vec<_>>().join("|")).collect()
    }

    /// Returns the stored text of an object.
    fn sql(&mut self, name: &str) -> String {
        self.rows(&format!("SELECT sql FROM sqlite_schema WHERE name = '{name}'")).concat()
    }

    fn reflect(&mut self) -> Before {
        self.runtime.block_on(dialect::reflect(&mut self.connection)).unwrap()
    }

    fn reflected(&mut self) -> Result<Before, Failure> {
        self.runtime.block_on(dialect::reflect(&mut self.connection)).map_err(chain)
    }

    fn unmanaged(&mut self) -> Vec<dialect::Unmanaged> {
        self.runtime.block_on(dialect::unmanaged(&mut self.connection)).unwrap()
    }

    /// Plans a script on what the file holds; returns the plan and the memory after it.
    fn plan(&mut self, script: impl FnOnce(&mut Op)) -> Result<(Plan, Before), PlanError> {
        let mut before = self.reflect();
        let plan = Dialect::Sqlite.plan(&mut before, &Op::record(script))?;
        Ok((plan, before))
    }

    /// Plans and runs a script in one transaction, and compares the memory with the file.
    fn run(&mut self, script: impl FnOnce(&mut Op)) -> Result<Plan, Failure> {
        let (plan, after) = self.plan(script).map_err(|error| error.to_string())?;
        self.run_plan(&plan)?;
        self.check_memory(&after);
        Ok(plan)
    }

    fn check_memory(&mut self, memory: &Before) {
        let file = self.reflect();
        assert_eq!(memory.schema, file.schema, "the schema in memory is the file's");
        assert_eq!(normal(&memory.originals), normal(&file.originals), "the texts in memory are the file's");
    }

    fn run_plan(&mut self, plan: &Plan) -> Result<(), Failure> {
        if plan.needs_foreign_keys_off() {
            self.execute("PRAGMA foreign_keys = OFF")?;
            assert_eq!(self.rows("PRAGMA foreign_keys"), ["0"]);
        }
        let broken = self.rows("PRAGMA foreign_key_check");
        self.execute("BEGIN IMMEDIATE")?;
        let mut result = plan.statements.iter().try_for_each(|statement| self.run_statement(statement));
        if result.is_ok() && self.rows("PRAGMA foreign_key_check") != broken {
            result = Err("references are broken".to_owned());
        }
        self.execute(if result.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        self.execute("PRAGMA foreign_keys = ON")?;
        assert_eq!(self.rows("PRAGMA foreign_keys"), ["1"]);
        result
    }

    fn run_statement(&mut self, statement: &Statement) -> Result<(), Failure> {
        for hazard in &statement.hazards {
            if self.rows(&hazard.probe) != ["0"] {
                return Err(format!("hazard: {:?} of {}", hazard.kind, hazard.table));
            }
        }
        let tables = statement.guards.iter().flat_map(|guard| match guard {
            Guard::CopiesAllRows { of } => vec![of.clone()],
            Guard::KeepsRows { of } => of.clone(),
            Guard::WritesOneText { of: _ } => Vec::new(),
            other => panic!("{other:?} is not looked at here"),
        });
        let before: Vec<(TableName, String)> =
            tables.map(|table| (table.clone(), self.count(&table))).collect();
        let written = self.runtime.block_on(self.connection.execute(&statement.sql)).map_err(chain)?;
        for guard in &statement.guards {
            for (table, count) in &before {
                let now = match guard {
                    Guard::CopiesAllRows { .. } => written.to_string(),
                    Guard::KeepsRows { .. } | Guard::WritesOneText { .. } => self.count(table),
                    other => panic!("{other:?} is not looked at here"),
                };
                if now != *count {
                    return Err(format!("rows of {table}: {count} became {now}"));
                }
            }
        }
        Ok(())
    }

    fn count(&mut self, table: &TableName) -> String {
        let name = table.name.as_str().replace('"', "\"\"");
        self.rows(&format!("SELECT count(*) FROM \"{name}\"")).concat()
    }
}

/// Joins an error with its causes.
fn chain(error: impl std::error::Error) -> Failure {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// The texts without what has no meaning: quotes of names, case, and space where no word ends.
fn normal(originals: &Originals) -> Vec<String> {
    fn text(sql: &str) -> String {
        let signs: String = sql.chars().map(|c| if "\"[]`".contains(c) { ' ' } else { c }).collect();
        let spaced = signs.replace('(', " ( ").replace(')', " ) ").replace(',', " , ").replace('.', " . ");
        spaced.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
    }
    let Originals { tables, indexes, triggers, views } = originals;
    let tables = tables.iter().map(|(name, sql)| format!("table {name}: {}", text(sql)));
    let indexes =
        indexes.iter().map(|(name, (table, sql))| format!("index {name} on {table}: {}", text(sql)));
    let triggers = triggers
        .iter()
        .map(|(name, trigger)| format!("trigger {name} on {}: {}", trigger.table, text(&trigger.sql)));
    let views = views.iter().map(|(name, view)| format!("view {name}: {}", text(&view.sql)));
    tables.chain(indexes).chain(triggers).chain(views).collect()
}
