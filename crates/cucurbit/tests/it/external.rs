//! Tables that are not the project's, and to which its keys refer all the same: of another service, in the own schema or
//! in another one. They are never made, dropped, altered or compared; the keys are.

use std::convert::Infallible;

use cucurbit::{
    Env, Op, Script,
    command::{self, Between, Check, CheckOptions, Differences, Location, Project, Unmanaged},
    connection::Connection,
    error::{Error, ErrorCode},
    operation::Operation,
    prelude::*,
    revision::Reach,
    schema::{Action, Schema, Table},
};
use tempfile::TempDir;

use crate::support::{Database, new_revision, on_each_database, script};

fn users(is_elsewhere: bool) -> TableName {
    if is_elsewhere { TableName::qualified("auth", "users") } else { "users".into() }
}

fn external(is_elsewhere: bool) -> Table {
    TableBuilder::build(users(is_elsewhere), |table| {
        table.column(integer("id"));
        table.primary_key(["id"]);
    })
}

fn plant_table(is_elsewhere: bool, on_delete: Action) -> Table {
    TableBuilder::build("plant", |table| {
        table.column(integer("id"));
        table.column(integer("user_id"));
        table.primary_key(["id"]);
        table.foreign_key(["user_id"], users(is_elsewhere), ["id"]).on_delete(on_delete);
    })
}

fn models(is_elsewhere: bool, on_delete: Action) -> Schema {
    let tables = [plant_table(is_elsewhere, on_delete)];
    Schema::from_tables(tables).with_external([external(is_elsewhere)])
}

fn plant<const IS_ELSEWHERE: bool>(op: &mut Op) {
    op.invoke(Operation::create(plant_table(IS_ELSEWHERE, Action::NoAction)));
}

fn no_plant(op: &mut Op) {
    op.drop_table("plant").loses_data();
}

/// SQL whose effect only a database can tell, and which needs the other service's table.
fn opaque<const IS_ELSEWHERE: bool>(op: &mut Op) {
    let users = users(IS_ELSEWHERE);
    op.execute(format!(
        "CREATE TABLE leaf (id integer NOT NULL PRIMARY KEY, user_id integer REFERENCES {users} (id))"
    ));
}

fn no_leaf(op: &mut Op) {
    op.drop_table("leaf").loses_data();
}

fn scripts(is_elsewhere: bool) -> Vec<Script> {
    let upgrade = if is_elsewhere { plant::<true> } else { plant::<false> };
    vec![script("a", &[], upgrade, no_plant)]
}

fn project(database: &Database, folder: &TempDir, env: Env) -> Project {
    std::fs::create_dir_all(folder.path().join("versions")).unwrap();
    let dialect = if database.dialect == Postgres { "postgres" } else { "sqlite" };
    std::fs::write(folder.path().join("cucurbit.toml"), format!("dialects = [\"{dialect}\"]\n")).unwrap();
    let location = Location::new().database_url(&database.url).working_directory(folder.path());
    Project::open(env, location).unwrap()
}

fn env(scripts: Vec<Script>, models: Schema) -> Env {
    Env::new(scripts).models(move || Ok::<_, Infallible>(models.clone()))
}

fn described(operations: &[Operation]) -> Vec<String> {
    operations.iter().map(Operation::describe).collect()
}

fn counted(left_out: &[Unmanaged]) -> Vec<String> {
    left_out.iter().map(|one| format!("{one}: {}", one.names.join("; "))).collect()
}

fn between(from: &str, to: &str) -> Between {
    Between::new(from.parse().unwrap(), to.parse().unwrap())
}

async fn check(project: &Project) -> (Vec<String>, Vec<String>) {
    let Check { operations, left_out, .. } = command::check(project, CheckOptions::default()).await.unwrap();
    (described(&operations), counted(&left_out))
}

async fn diff(project: &Project, from: &str, to: &str) -> Vec<String> {
    let found = command::diff(project, &between(from, to), false).await;
    let Differences { operations, .. } = found.unwrap_or_else(|error| panic!("{from} {to}: {error:?}"));
    described(&operations)
}

async fn created(project: &Project, from: &str, to: &str) -> Option<String> {
    let written = command::create(project, &new_revision("new"), &between(from, to)).await;
    let written = written.unwrap_or_else(|error| panic!("{from} {to}: {error:?}"))?;
    let text = std::fs::read_to_string(&written.path).unwrap();
    std::fs::remove_file(&written.path).unwrap();
    Some(text)
}

async fn upgrade(project: &Project) {
    let head = "head".parse().unwrap();
    command::upgrade(project, &[head], project.run_options(), &mut |_| ()).await.unwrap();
}

async fn downgrade(project: &Project) {
    let base = "base".parse().unwrap();
    let options = project.run_options();
    command::downgrade(project, &base, Reach::Branch, options, &mut |_| ()).await.unwrap();
}

/// Makes the other service's table, with what only it needs, and its rows.
async fn made_by_others(database: &Database, is_elsewhere: bool) -> Connection {
    let mut connection = database.connect().await;
    let name = users(is_elsewhere);
    let (before, of_postgres) = match (database.dialect, is_elsewhere) {
        (Sqlite, _) => ("", ""),
        (Postgres, false) => (
            "CREATE TYPE role AS ENUM ('user'); CREATE SEQUENCE number;",
            ", role role DEFAULT 'user', no bigint DEFAULT nextval('number')",
        ),
        (Postgres, true) => {
            ("CREATE SCHEMA auth; CREATE TYPE auth.role AS ENUM ('user');", ", role auth.role")
        }
    };
    let sql = format!(
        "{before} CREATE TABLE {name} (id integer NOT NULL PRIMARY KEY, email text UNIQUE{of_postgres}); \
         INSERT INTO {name} (id, email) VALUES (1, 'a@example.com'), (2, 'b@example.com')"
    );
    connection.execute(&sql).await.unwrap();
    connection
}

fn places(database: &Database) -> &'static [bool] {
    // SQLite has no other schemas to refer to.
    if database.dialect == Postgres { &[false, true] } else { &[false] }
}

const DIRECTIONS: [(&str, &str); 5] = [
    ("database", "models"),
    ("models", "database"),
    ("history", "models"),
    ("history", "database"),
    ("database", "history"),
];

#[test]
fn an_external_table_is_referred_to_and_never_touched() {
    on_each_database(async |database: Database| {
        for &is_elsewhere in places(&database) {
            drop(database.emptied().await);
            let folder = tempfile::tempdir().unwrap();
            let name = users(is_elsewhere);
            let mut connection = made_by_others(&database, is_elsewhere).await;
            let wanted = models(is_elsewhere, Action::NoAction);

            // A first revision makes the key and not the table; nothing is in the way of one.
            let new = project(&database, &folder, env(vec![], wanted.clone()));
            for (from, to) in [("empty", "models"), ("database", "models")] {
                let text = created(&new, from, to).await.unwrap();
                assert!(text.contains("table.foreign_key([\"user_id\"]"), "{text}");
                assert!(!text.contains("email") && text.matches("create_").count() == 1, "{text}");
            }

            let project = |schema| project(&database, &folder, env(scripts(is_elsewhere), schema));
            let ours = project(wanted.clone());
            upgrade(&ours).await;
            connection.execute("INSERT INTO plant (id, user_id) VALUES (1, 2)").await.unwrap();
            connection.execute("INSERT INTO plant (id, user_id) VALUES (2, 3)").await.unwrap_err();
            let named = vec![format!("1 external table: {name}")];
            let (operations, left_out) = check(&ours).await;
            assert_eq!(operations, [""; 0]);
            assert_eq!(left_out[..1], named);
            assert_eq!(created(&ours, "database", "models").await, None);
            for (from, to) in DIRECTIONS {
                assert_eq!(diff(&ours, from, to).await, [""; 0], "{from} to {to}");
            }

            // The other service goes on with it.
            connection.execute(&format!("ALTER TABLE {name} ADD COLUMN phone text")).await.unwrap();
            connection.execute("CREATE INDEX later ON plant (user_id)").await.unwrap();
            assert_eq!(check(&ours).await.0, ["drop index later on plant"]);
            connection.execute("DROP INDEX later").await.unwrap();

            // The key is compared.
            let cascading = project(models(is_elsewhere, Action::Cascade));
            let operations = check(&cascading).await.0;
            assert!(operations.iter().all(|one| one.contains("foreign key")), "{operations:?}");
            assert!(!operations.is_empty());

            // Written from the database, without models, too.
            let new = self::project(&database, &folder, Env::new(vec![]).external([external(is_elsewhere)]));
            let text = created(&new, "empty", "database").await.unwrap();
            assert!(text.contains("table.foreign_key([\"user_id\"]"), "{text}");
            assert!(!text.contains("email") && text.matches("create_").count() == 1, "{text}");
            let sql = command::upgrade_sql(&ours, &":head".parse().unwrap()).unwrap();
            assert!(sql.contains("REFERENCES"), "{sql}");

            downgrade(&ours).await;
            let rows = format!("SELECT count(*)::text FROM {name}");
            let rows = if database.dialect == Postgres { rows } else { rows.replace("::text", "") };
            assert_eq!(connection.value(&rows).await.unwrap().as_deref(), Some("2"));
            upgrade(&ours).await;
            assert_eq!(check(&ours).await.0, [""; 0]);
            connection.close().await.unwrap();
        }
    });
}

#[test]
fn an_external_table_is_there_where_sql_is_tried() {
    on_each_database(async |database: Database| {
        for &is_elsewhere in places(&database) {
            drop(database.emptied().await);
            let folder = tempfile::tempdir().unwrap();
            let connection = made_by_others(&database, is_elsewhere).await;
            connection.close().await.unwrap();
            let mut wanted = models(is_elsewhere, Action::NoAction);
            let leaf = TableBuilder::build("leaf", |table| {
                table.column(integer("id"));
                table.column(integer("user_id").nullable());
                table.primary_key(["id"]);
                table.foreign_key(["user_id"], users(is_elsewhere), ["id"]);
            });
            wanted = wanted.with_tables([leaf]);
            let mut all = scripts(is_elsewhere);
            let leaf = if is_elsewhere { opaque::<true> } else { opaque::<false> };
            all.push(script("b", &["a"], leaf, no_leaf));
            let ours = project(&database, &folder, env(all, wanted));
            assert_eq!(check(&ours).await.0, [""; 0], "pending");
            assert_eq!(diff(&ours, "history", "models").await, [""; 0]);
            upgrade(&ours).await;
            assert_eq!(check(&ours).await.0, [""; 0]);
            for (from, to) in DIRECTIONS {
                assert_eq!(diff(&ours, from, to).await, [""; 0], "{from} to {to}");
            }
            downgrade(&ours).await;
        }
    });
}

#[test]
fn names_of_external_tables_are_those_of_the_database() {
    // SQLite does not mind letters, and a key to a table as a whole means its primary key.
    crate::support::on_sqlite(async |database: Database| {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = database.connect().await;
        let sql = "CREATE TABLE Users (Id integer NOT NULL PRIMARY KEY); \
                   CREATE TABLE plant (id integer NOT NULL PRIMARY KEY, user_id integer NOT NULL REFERENCES USERS)";
        connection.execute(sql).await.unwrap();
        let ours = project(&database, &folder, env(vec![], models(false, Action::NoAction)));
        assert_eq!(diff(&ours, "database", "models").await, [""; 0]);
        assert_eq!(diff(&ours, "models", "database").await, [""; 0]);
    });
    // To PostgreSQL `public` goes without saying.
    crate::support::on_database(Postgres, async |database: Database| {
        let folder = tempfile::tempdir().unwrap();
        let connection = made_by_others(&database, false).await;
        connection.close().await.unwrap();
        let wanted = models(false, Action::NoAction);
        let mut users = external(false);
        users.name = TableName::qualified("public", "users");
        let wanted = Schema::from_tables(wanted.tables().values().cloned()).with_external([users]);
        let ours = project(&database, &folder, env(scripts(false), wanted));
        upgrade(&ours).await;
        assert_eq!(check(&ours).await.0, [""; 0]);
    });
}

#[test]
fn a_table_is_a_model_or_external() {
    on_each_database(async |database: Database| {
        let folder = tempfile::tempdir().unwrap();
        let both = models(false, Action::NoAction).with_external([external(false)]);
        let both = both.with_tables([external(false)]);
        let ours = project(&database, &folder, env(scripts(false), both));
        let error: Error = ours.models().unwrap_err();
        assert_eq!(ErrorCode::from(&error), ErrorCode::ExternalInModels);
        assert_eq!(error.to_string(), "table `users` is both a model and external");
        assert!(error.hint().is_some());
    });
}
