//! Which table is the version table, and what is said of one that cannot be read as such.

use cucurbit::{
    Op, Script,
    connection::Connection,
    error::ErrorCode,
    prelude::*,
    runtime::{Event, Migrator, Report, RunError, VersionTable},
};

use crate::support::{Database, on_database, on_each_database, script, scripts};

fn nothing(_op: &mut Op) {}

fn bed(op: &mut Op) {
    op.create_table("bed", |table| {
        table.column(integer("id"));
        table.primary_key(["id"]);
    });
}

fn drop_bed(op: &mut Op) {
    op.drop_table("bed").loses_data();
}

fn list() -> [Script; 2] {
    [script("a1", &[], bed, drop_bed), script("a2", &["a1"], nothing, nothing)]
}

async fn upgrade(connection: &mut Connection, list: &[Script]) -> Result<Report, RunError> {
    Migrator::on(connection, &scripts(list)).upgrade_heads().await
}

async fn tables(connection: &mut Connection) -> Vec<String> {
    let query = "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind = 'r' AND n.nspname IN ('ta', 'tb', 'other', 'public') ORDER BY 1";
    connection.rows(query).await.unwrap().into_iter().flatten().flatten().collect()
}

#[test]
fn the_first_along_the_search_path_is_meant_as_in_alembic() {
    on_database(Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        connection.execute("CREATE SCHEMA ta; CREATE SCHEMA tb").await.unwrap();
        // None is there: it is made where tables are made, and found again from another search path.
        connection.execute("SET search_path = nowhere, tb, public").await.unwrap();
        upgrade(&mut connection, &list()[..1]).await.unwrap();
        assert_eq!(tables(&mut connection).await, ["tb.alembic_version", "tb.bed"]);
        connection.execute("SET search_path = ta, tb, public").await.unwrap();
        let heads = VersionTable::default().heads(&mut connection).await.unwrap();
        assert_eq!(heads.ids().collect::<Vec<_>>(), ["a1"]);
        let report = upgrade(&mut connection, &list()).await.unwrap();
        assert_eq!(report.steps.len(), 1, "the first is not done again");
        assert_eq!(tables(&mut connection).await, ["tb.alembic_version", "tb.bed"]);
        // A table of the session's own is not meant.
        connection.execute("CREATE TEMPORARY TABLE alembic_version (version_num text)").await.unwrap();
        assert!(Migrator::on(&mut connection, &scripts(&list())).pending().await.unwrap().is_empty());
        assert!(upgrade(&mut connection, &list()).await.unwrap().steps.is_empty());
    });
}

#[test]
fn the_lock_is_the_table_s_whatever_the_search_path() {
    on_database(Postgres, async |database: Database| {
        let (mut one, mut other) = (database.connect().await, database.connect().await);
        one.execute("CREATE SCHEMA ta").await.unwrap();
        upgrade(&mut one, &list()[..1]).await.unwrap();
        let (table, _) = VersionTable::default().located(&mut one).await.unwrap();
        let mut lock = cucurbit::dialect::RunLock::of(&mut one, table.table()).await.unwrap();
        assert!(lock.try_take(&mut one).await.unwrap());
        other.execute("SET search_path = ta, public").await.unwrap();
        let options = cucurbit::runtime::RunOptions::new().lock_wait(std::time::Duration::ZERO);
        let list = scripts(&list());
        let error = Migrator::on(&mut other, &list).options(options).upgrade_heads().await.unwrap_err();
        assert!(matches!(error, RunError::Lock { .. }), "{error}");
    });
}

#[test]
fn a_search_path_of_a_script_does_not_hide_what_is_left_of_it() {
    fn elsewhere(op: &mut Op) {
        op.execute("SET search_path TO other, public").means(|_| {});
        op.execute("CREATE TABLE made (id integer)").means(|_| {});
        op.execute("CREATE INDEX CONCURRENTLY ix_made ON made (id)").outside_transaction().means(|_| {});
        op.execute("CREATE TABLE made_after (id integer)").means(|_| {});
    }
    on_database(Postgres, async |database: Database| {
        for cut_off in [None, Some("CREATE INDEX"), Some("CREATE TABLE made_after")] {
            let mut connection = database.emptied().await;
            connection.execute("CREATE SCHEMA other").await.unwrap();
            upgrade(&mut connection, &list()[..1]).await.unwrap();
            let with = scripts(&[list()[0], script("a2", &["a1"], elsewhere, nothing)]);
            if let Some(words) = cut_off {
                // As if the process had ended when it came there.
                let stopped = tokio::time::timeout(std::time::Duration::from_secs(20), async {
                    let (sender, receiver) = tokio::sync::oneshot::channel();
                    let mut sender = Some(sender);
                    let mut migrator = Migrator::on(&mut connection, &with).observer(move |event| {
                        if let Event::Statement { sql } = event
                            && sql.starts_with(words)
                        {
                            sender.take().map(|sender| sender.send(()));
                        }
                    });
                    tokio::select! {
                        biased;
                        _ = receiver => {}
                        done = migrator.upgrade_heads() => { done.unwrap(); }
                    }
                });
                stopped.await.unwrap();
                drop(connection);
                connection = database.connect().await;
            }
            Migrator::on(&mut connection, &with).upgrade_heads().await.unwrap();
            assert_eq!(
                tables(&mut connection).await,
                ["other.made", "other.made_after", "public.alembic_version", "public.bed"],
                "{cut_off:?}"
            );
            let version = connection.value("SELECT version_num FROM public.alembic_version").await.unwrap();
            assert_eq!(version.as_deref(), Some("a2"));
            let path = connection.value("SHOW search_path").await.unwrap();
            assert_eq!(path.as_deref(), Some("\"$user\", public"));
        }
    });
}

/// What somebody made of the version table, what is said of it, and what of it `stamp --purge` puts right.
const BROKEN: [(&str, &str, bool); 9] = [
    (
        "CREATE TABLE alembic_version (version_num VARCHAR(32)); INSERT INTO alembic_version VALUES ('a1'), ('a1')",
        "table `public.alembic_version` has 2 rows for revision `a1`",
        true,
    ),
    (
        "CREATE TABLE alembic_version (version_num VARCHAR(32)); INSERT INTO alembic_version VALUES ('a1'), (NULL)",
        "table `public.alembic_version` has a row whose `version_num` is NULL",
        true,
    ),
    (
        "CREATE TABLE alembic_version (version_num VARCHAR(32)); INSERT INTO alembic_version VALUES (NULL)",
        "table `public.alembic_version` has a row whose `version_num` is NULL",
        true,
    ),
    (
        "CREATE TABLE alembic_version (version_num VARCHAR(32)); INSERT INTO alembic_version VALUES ('a1'), ('')",
        "table `public.alembic_version` has a row whose `version_num` is an empty text",
        true,
    ),
    (
        "CREATE TABLE alembic_version (version_num INTEGER)",
        "table `public.alembic_version` has no column `version_num` of texts: it is `integer`",
        false,
    ),
    (
        "CREATE TABLE alembic_version (version INTEGER)",
        "table `public.alembic_version` has no column `version_num` of texts",
        false,
    ),
    (
        "CREATE TABLE seed (version_num VARCHAR(32)); CREATE VIEW alembic_version AS SELECT version_num FROM seed",
        "`public.alembic_version` is a view, not a version table",
        false,
    ),
    (
        "CREATE TABLE seed (id INTEGER); CREATE INDEX alembic_version ON seed (id)",
        "`public.alembic_version` is an index, not a version table",
        false,
    ),
    (
        "CREATE TABLE ALEMBIC_VERSION (VERSION_NUM VARCHAR(32)); INSERT INTO ALEMBIC_VERSION VALUES ('a1'), ('a1')",
        "table `public.alembic_version` has 2 rows for revision `a1`",
        true,
    ),
];

#[test]
fn what_cannot_be_read_as_a_version_table_is_never_taken_for_empty() {
    on_each_database(async |database: Database| {
        for (make, said, is_purged) in BROKEN {
            let mut connection = database.emptied().await;
            connection.execute(make).await.unwrap();
            let mut said = said.to_owned();
            if database.dialect == Sqlite {
                said = said.replace("public.", "").replace("`integer`", "`INTEGER`");
            }
            let before = database.tables(&mut connection).await;
            let list = scripts(&list());
            let mut migrator = Migrator::on(&mut connection, &list);
            let target = ["a1".parse().unwrap()];
            for error in [
                migrator.pending().await.unwrap_err(),
                migrator.upgrade_heads().await.unwrap_err(),
                migrator.downgrade(&"base".parse().unwrap(), Default::default()).await.unwrap_err(),
                migrator.stamp(&target, false).await.unwrap_err(),
            ] {
                assert_eq!(error.to_string(), said, "{make}");
                assert!(error.hint().is_some());
                let code = ErrorCode::from(&error);
                assert_eq!(code == ErrorCode::MalformedVersionRows, is_purged, "{code}");
            }
            let purged = migrator.stamp(&target, true).await;
            drop(migrator);
            assert_eq!(purged.is_ok(), is_purged, "{make}: {purged:?}");
            assert_eq!(database.tables(&mut connection).await, before);
            if is_purged {
                let heads = VersionTable::default().heads(&mut connection).await.unwrap();
                assert_eq!(heads.ids().collect::<Vec<_>>(), ["a1"]);
            }
        }
    });
}

#[test]
fn rows_that_a_policy_may_hide_are_not_taken_for_none() {
    on_database(Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        upgrade(&mut connection, &list()).await.unwrap();
        let role = format!("hidden_{}", std::process::id());
        connection
            .execute(&format!(
                "ALTER TABLE alembic_version ENABLE ROW LEVEL SECURITY; CREATE ROLE {role}; \
                 GRANT ALL ON alembic_version TO {role}; GRANT ALL ON SCHEMA public TO {role}; SET ROLE {role}"
            ))
            .await
            .unwrap();
        let error = upgrade(&mut connection, &list()).await.unwrap_err();
        connection.execute(&format!("RESET ROLE; DROP OWNED BY {role}; DROP ROLE {role}")).await.unwrap();
        assert_eq!(ErrorCode::from(&error), ErrorCode::HiddenVersionRows, "{error}");
    });
}

/// Changes the bed, and makes something beside it.
fn more(op: &mut Op) {
    op.add_column("bed", integer("width").nullable());
    op.create_table("shed", |table| {
        table.column(integer("id"));
        table.foreign_key(["id"], "bed", ["id"]);
    });
}

fn less(op: &mut Op) {
    op.drop_table("shed").loses_data();
    op.drop_column("bed", "width").loses_data();
}

fn models() -> Result<cucurbit::schema::Schema, std::convert::Infallible> {
    let bed = TableBuilder::build("bed", |table| {
        table.column(integer("id"));
        table.column(integer("width").nullable());
        table.primary_key(["id"]);
    });
    let shed = TableBuilder::build("shed", |table| {
        table.column(integer("id"));
        table.foreign_key(["id"], "bed", ["id"]);
    });
    Ok(cucurbit::schema::Schema::from_tables([bed, shed]))
}

#[test]
fn tables_are_looked_for_and_made_where_the_version_table_is() {
    use cucurbit::command::{self, Location, Project};
    on_database(Postgres, async |database: Database| {
        let list = || [script("a1", &[], bed, drop_bed), script("a2", &["a1"], more, less)];
        for path in ["ta, public", "\"$user\", public"] {
            let mut connection = database.emptied().await;
            upgrade(&mut connection, &list()[..1]).await.unwrap();
            let own = if path.starts_with("ta") { "ta" } else { "CURRENT_USER" };
            let user = connection.value("SELECT quote_ident(current_user)").await.unwrap().unwrap();
            let own = if own == "ta" { own.to_owned() } else { user };
            connection.execute(&format!("CREATE SCHEMA {own}; SET search_path = {path}")).await.unwrap();
            let report = upgrade(&mut connection, &list()).await.unwrap();
            assert_eq!(report.steps.len(), 1, "{path}");
            assert_eq!(
                tables(&mut connection).await,
                ["public.alembic_version", "public.bed", "public.shed"]
            );
            let shown = connection.value("SHOW search_path").await.unwrap();
            assert_eq!(shown.as_deref(), Some(path), "the session is as before");
            let url = format!(
                "{}?options=-csearch_path%3D{}",
                database.url,
                path.replace(' ', "").replace('"', "%22").replace('$', "%24").replace(',', "%2C")
            );
            let location = Location::new().database_url(url);
            let project =
                Project::open(cucurbit::Env::new(list().to_vec()).models(models), location).unwrap();
            let checked = command::check(&project, command::CheckOptions::default()).await.unwrap();
            assert!(checked.operations.is_empty(), "{path}: {:?}", checked.operations);
            let scripts = scripts(&list());
            Migrator::on(&mut connection, &scripts)
                .downgrade(&"a1".parse().unwrap(), cucurbit::revision::Reach::default())
                .await
                .unwrap();
            assert_eq!(tables(&mut connection).await, ["public.alembic_version", "public.bed"]);

            // Where there are tables in both, nobody can tell.
            connection.execute(&format!("CREATE TABLE {own}.other (id integer)")).await.unwrap();
            let error = cucurbit::Error::from(upgrade(&mut connection, &list()).await.unwrap_err());
            assert_eq!(error.code(), ErrorCode::SplitSchemas, "{error:?}");
            assert!(error.to_string().contains("`public`"), "{error}");
            let error = command::check(&project, command::CheckOptions::default()).await.unwrap_err();
            assert_eq!(error.code(), ErrorCode::SplitSchemas, "{error:?}");
            assert_eq!(command::current(&project, false).await.unwrap()[0].revision, "a1");
            assert_eq!(connection.value("SHOW search_path").await.unwrap().as_deref(), Some(path));
            connection.execute("SET search_path = public").await.unwrap();
            upgrade(&mut connection, &list()).await.unwrap();
        }
    });
}

#[test]
fn a_column_that_fills_up_its_texts_is_read_without_the_spaces() {
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let make = "CREATE TABLE alembic_version (version_num CHAR(32) NOT NULL PRIMARY KEY)";
        connection.execute(make).await.unwrap();
        connection.execute("INSERT INTO alembic_version VALUES ('a1')").await.unwrap();
        let heads = VersionTable::default().heads(&mut connection).await.unwrap();
        assert_eq!(heads.ids().collect::<Vec<_>>(), ["a1"]);
        let list = scripts(&list());
        let mut migrator = Migrator::on(&mut connection, &list);
        assert_eq!(migrator.upgrade_heads().await.unwrap().steps.len(), 1);
        migrator.stamp(&["base".parse().unwrap()], false).await.unwrap();
        drop(migrator);
        assert_eq!(VersionTable::default().heads(&mut connection).await.unwrap().ids().count(), 0);
    });
}

#[test]
fn bytes_are_no_revision() {
    on_database(Sqlite, async |database: Database| {
        let mut connection = database.connect().await;
        let make = "CREATE TABLE alembic_version (version_num VARCHAR(32)); INSERT INTO alembic_version VALUES (x'6131')";
        connection.execute(make).await.unwrap();
        let error = VersionTable::default().heads(&mut connection).await.unwrap_err();
        assert_eq!(error.to_string(), "table `alembic_version` has a row whose `version_num` is a BLOB");
        assert_eq!(ErrorCode::from(&error), ErrorCode::MalformedVersionRows);
    });
}
