//! Every recipe of the cookbook is run: up, its claim, down, up again, on each database that it is for.
//!
//! A recipe is the scripts under one heading, after those of `docs/cookbook/index.md`, which make the tables with their rows.

mod claims;

use std::{collections::BTreeSet, fs};

use book::{Block, page, root};
use cucurbit::{
    Op,
    command::{self, Env, Location, Project},
    config::Environment,
    connection::Connection,
    dialect::{self, Answers, Canonical},
    diff::{Filter, diff},
    revision::{Reach, Revision, Scripts, Symbol, Target},
    runtime::Migrator,
    schema::Dialect,
    testing::Database,
};

use self::claims::{CLAIMS, Claim, Undoing};
use crate::pages::SCRIPTS;

/// The page with the tables that every recipe begins with.
const START: &str = "docs/cookbook/index.md";

/// How many recipes there are at least.
const RECIPES: usize = 30;

/// A block that is a revision script.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) page: &'static str,
    pub(crate) line: usize,
    pub(crate) under: &'static str,
    pub(crate) revision: Option<Revision>,
    pub(crate) upgrade: fn(&mut Op),
    pub(crate) downgrade: fn(&mut Op),
}

/// Writes the tests of a recipe, one for each database that it is for: `build.rs` calls it for each.
macro_rules! recipe {
    ($name:ident, $page:literal, $heading:literal, $($database:ident)+) => {
        mod $name {
            $(
                #[tokio::test]
                async fn $database() {
                    crate::cookbook::check($page, $heading, stringify!($database)).await;
                }
            )+
        }
    };
}
pub(crate) use recipe;

/// Runs a recipe.
pub(crate) async fn check(page: &str, heading: &str, database: &str) {
    let dialect = Dialect::by_name(database).expect("fences name the databases as `dialects` does");
    let is_meant = |claim: &&Claim| claim.recipe == heading && claim.on.contains(&dialect);
    let claim = CLAIMS.iter().copied().flatten().find(is_meant);
    let claim = claim.unwrap_or_else(|| {
        panic!("`{heading}` claims nothing on {dialect}: say what is true after it in claims.rs")
    });
    let of = |name: &str, under: Option<&str>| {
        SCRIPTS
            .iter()
            .filter(|script| script.page == name && under.is_none_or(|under| script.under == under))
            .collect()
    };
    let start: Vec<&Script> = of(START, None);
    let recipe: Vec<&Script> = of(page, Some(heading));
    let scripts = revisions(&start, &recipe);
    let started = scripts[start.len() - 1].revision.id();

    let database = Database::new(dialect).await.expect("a database for the recipe");
    let mut connection = database.connect().await.expect("it was made in the line above");
    let project = project(&database, &scripts);
    let scripts = Scripts::new(scripts).unwrap_or_else(|error| panic!("{page}: {heading}: {error}"));
    let target = [Target { branch: None, symbol: Symbol::Identifier(started.to_owned()), offset: 0 }];
    Migrator::on(&mut connection, &scripts).upgrade(&target).await.expect("the tables to begin with");
    for sql in claim.given {
        connection.execute(sql).await.unwrap_or_else(|error| panic!("given `{sql}`: {error:?}"));
    }
    let before = read(&mut connection).await;

    compare(page, heading, dialect, &project).await;
    let told = |way: &str| format!("{page}: `{heading}` on {dialect}: {way}");
    Migrator::on(&mut connection, &scripts)
        .upgrade_heads()
        .await
        .unwrap_or_else(|error| panic!("{}: {error:?}", told("upgrade")));
    holds(claim, &mut connection, &told("after the upgrade")).await;
    let after = read(&mut connection).await;

    let [started] = target;
    let (target, reach) = match claim.branch {
        "" => (started, Reach::Everything),
        branch => {
            (Target { branch: Some(branch.to_owned()), symbol: Symbol::Base, offset: 0 }, Reach::Branch)
        }
    };
    let undone = Migrator::on(&mut connection, &scripts).downgrade(&target, reach).await;
    if let Undoing::Refused(words) = claim.undoing {
        let error = undone.expect_err(&told("the downgrade has to be refused"));
        assert!(format!("{error:?}").contains(words), "{}: {error:?}", told("the downgrade"));
        return;
    }
    undone.unwrap_or_else(|error| panic!("{}: {error:?}", told("downgrade")));
    same(&before, &read(&mut connection).await, &told("the downgrade leads to another schema"));
    for sql in claim.then {
        gives(sql.0, sql.1, &mut connection, &told("after the downgrade")).await;
    }
    Migrator::on(&mut connection, &scripts)
        .upgrade_heads()
        .await
        .unwrap_or_else(|error| panic!("{}: {error:?}", told("upgrade again")));
    same(&after, &read(&mut connection).await, &told("the second upgrade makes another schema"));
}

/// Makes revisions of the scripts, each after the one before it where the page shows no `REVISION`.
fn revisions(start: &[&Script], recipe: &[&Script]) -> Vec<cucurbit::Script> {
    let mut made: Vec<cucurbit::Script> = Vec::new();
    for script in start.iter().chain(recipe) {
        let revision = script.revision.unwrap_or_else(|| {
            let parents: Vec<&'static str> = made.last().map(|last| last.revision.id()).into_iter().collect();
            Revision::new(format!("{:012x}", made.len() + 1).leak()).revises(parents.leak())
        });
        let path = format!("{}:{}", script.page, script.line).leak();
        let (upgrade, downgrade) = (script.upgrade, script.downgrade);
        made.push(cucurbit::Script { path, doc: script.under, revision, upgrade, downgrade });
    }
    made
}

fn project(database: &Database, scripts: &[cucurbit::Script]) -> Project {
    let location = Location::new().environment(Environment::default()).database_url(database.url());
    Project::open(Env::new(scripts.to_vec()), location).expect("a project")
}

/// Asserts that the recipe's block of SQL for this database is what an upgrade prints that does nothing (`--dry-run`).
async fn compare(name: &str, heading: &str, dialect: Dialect, project: &Project) {
    let page = page(name);
    let is_shown = |block: &&Block| {
        block.language() == "sql"
            && block.under.last().is_some_and(|under| under == heading)
            && block.says(dialect.name())
    };
    let Some(shown) = page.blocks.iter().find(is_shown) else { return };
    let targets = [Target { branch: None, symbol: Symbol::Heads, offset: 0 }];
    let printed =
        command::upgrade_dry_run(project, &targets).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    let printed = statements(&printed);
    if Environment::read().get("UPDATE_DOCS").expect("UTF-8").is_some() {
        write(name, shown, &printed);
    } else {
        let told = format!("{name}: `{heading}` prints other SQL on {dialect}; UPDATE_DOCS=1 writes it");
        assert_eq!(statements(&shown.text), printed, "{told}");
    }
}

/// Writes what a block shows. The tests of one page would write over each other: run them one after another (`-j 1`).
fn write(name: &str, block: &Block, text: &str) {
    let file = root().join(name);
    let whole = fs::read_to_string(&file).expect("the page was read a moment ago");
    let lines: Vec<&str> = whole.lines().collect();
    let (before, rest) = lines.split_at(block.line);
    let after = &rest[block.text.lines().count()..];
    let new: Vec<&str> = before.iter().copied().chain(text.lines()).chain(after.iter().copied()).collect();
    fs::write(&file, new.join("\n") + "\n").expect("the page can be written");
}

/// Returns the statements of a text, without comments, and without what stands around those of each revision.
fn statements(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("--"));
    let text: Vec<&str> = lines.collect();
    let is_around = |statement: &&str| {
        let statement = statement.trim();
        statement.is_empty()
            || ["BEGIN", "COMMIT", "PRAGMA foreign_keys"].iter().any(|word| statement.starts_with(word))
            || statement.contains("alembic_version")
    };
    let text = text.join("\n");
    text.split(";\n")
        .map(|statement| statement.trim_end_matches(';'))
        .filter(|statement| !is_around(statement))
        .fold(String::new(), |all, statement| all + statement.trim() + ";\n")
}

/// Asserts what the recipe claims.
async fn holds(claim: &Claim, connection: &mut Connection, told: &str) {
    let Claim { recipe: _, on: _, given: _, does, gives: wanted, refuses, then: _, branch: _, undoing: _ } =
        claim;
    assert!(does.len() + wanted.len() + refuses.len() > 0, "{told}: nothing is claimed");
    for sql in *does {
        connection.execute(sql).await.unwrap_or_else(|error| panic!("{told}: `{sql}`: {error:?}"));
    }
    for (sql, wanted) in *wanted {
        gives(sql, wanted, connection, told).await;
    }
    for sql in *refuses {
        let done = connection.execute(sql).await;
        assert!(done.is_err(), "{told}: `{sql}` has to be refused");
    }
}

/// Asserts the rows of a query: columns are parted by `|`, rows by `;`, and NULL is `-`.
async fn gives(sql: &str, wanted: &str, connection: &mut Connection, told: &str) {
    let rows = connection.rows(sql).await.unwrap_or_else(|error| panic!("{told}: `{sql}`: {error:?}"));
    let rows: Vec<String> = rows
        .iter()
        .map(|row| row.iter().map(|value| value.as_deref().unwrap_or("-")).collect::<Vec<_>>().join("|"))
        .collect();
    assert_eq!(rows.join(";"), wanted, "{told}: `{sql}`");
}

async fn read(connection: &mut Connection) -> Canonical {
    let dialect = connection.dialect();
    let before = dialect::reflect(connection).await.expect("the schema is read");
    dialect.canonical(before.schema)
}

fn same(wanted: &Canonical, found: &Canonical, told: &str) {
    let difference = diff(wanted, found, &Answers::default(), &Filter::default());
    let operations: Vec<String> =
        difference.operations.iter().map(|operation| operation.describe()).collect();
    assert!(operations.is_empty(), "{told}: {operations:?}");
}

#[test]
fn every_claim_is_that_of_a_recipe_and_there_are_thirty() {
    let recipes: BTreeSet<&str> = SCRIPTS
        .iter()
        .filter(|script| script.page.starts_with("docs/cookbook/") && script.page != START)
        .map(|script| script.under)
        .collect();
    let strange: Vec<&str> = CLAIMS
        .iter()
        .copied()
        .flatten()
        .map(|claim| claim.recipe)
        .filter(|name| !recipes.contains(name))
        .collect();
    assert!(strange.is_empty(), "claims of recipes that are not there: {strange:?}");
    assert!(recipes.len() >= RECIPES, "{} recipes: {recipes:?}", recipes.len());
}
