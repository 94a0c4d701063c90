//! Scratch databases on a server of the test's own: what a killed process left goes with a later run, what is somebody's
//! stays, and no drop waits without end.

use std::time::{Duration, Instant};

use cucurbit::{
    Env,
    command::{self, Between, Location, Project},
    connection::{ConnectOptions, Connection, url::ConnectionUrl},
    dialect::{Before, Scratch},
};

use crate::cluster::Cluster;

const MARK: &str = "a scratch database of Cucurbit, to be dropped when the session that made it has ended";

fn url_of(server: &Cluster, database: &str) -> ConnectionUrl {
    format!("postgresql://postgres@/{database}?host={}&port={}", server.socket(), server.port)
        .parse()
        .unwrap()
}

async fn databases(admin: &mut Connection) -> Vec<String> {
    let query = "SELECT datname::text FROM pg_database WHERE datname LIKE 'cucurbit%' ORDER BY 1";
    admin.rows(query).await.unwrap().into_iter().flatten().flatten().collect()
}

async fn name(connection: &mut Connection) -> String {
    connection.value("SELECT current_database()").await.unwrap().unwrap()
}

#[tokio::test]
async fn what_a_killed_process_left_goes_with_a_later_run_and_nothing_else() {
    let server = Cluster::start().await;
    let mut admin = server.admin().await;
    let url = url_of(&server, "postgres");
    let mut killed = Scratch::open(&url, &Before::default()).await.unwrap();
    let left = name(&mut killed.connection).await;
    let mut alive = Scratch::open(&url, &Before::default()).await.unwrap();
    let kept = name(&mut alive.connection).await;
    assert_eq!(databases(&mut admin).await.len(), 2, "one run leaves another's alone");

    // What kill -9 does: the sessions end, and nobody drops anything. It may come before the mark.
    admin.execute(&format!("COMMENT ON DATABASE {left} IS NULL")).await.unwrap();
    let process = left.split('_').nth(2).unwrap();
    let end = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid = {process} OR datname = '{left}'"
    );
    assert_eq!(admin.value(&end).await.unwrap().as_deref(), Some("2"));
    let there = format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {process} OR datname = '{left}'");
    while admin.value(&there).await.unwrap().as_deref() != Some("0") {}
    drop(killed);

    // Others: one that nobody marked, one of a person's with such a name, and one with somebody in it.
    for sql in [
        "CREATE DATABASE cucurbit_scratch_1_1".to_owned(),
        "CREATE DATABASE cucurbit_scratch_of_mine".to_owned(),
        format!("COMMENT ON DATABASE cucurbit_scratch_of_mine IS '{MARK}'"),
        "CREATE DATABASE cucurbit_scratch_2_2".to_owned(),
        format!("COMMENT ON DATABASE cucurbit_scratch_2_2 IS '{MARK}'"),
    ] {
        admin.execute(&sql).await.unwrap();
    }
    let options = ConnectOptions::default();
    let guest = Connection::connect(&url_of(&server, "cucurbit_scratch_2_2"), &options).await.unwrap();

    Scratch::open(&url, &Before::default()).await.unwrap().close().await.unwrap();
    let mut expected =
        vec!["cucurbit_scratch_1_1", "cucurbit_scratch_2_2", &*kept, "cucurbit_scratch_of_mine"];
    expected.sort_unstable();
    assert_eq!(databases(&mut admin).await, expected);

    guest.close().await.unwrap();
    alive.close().await.unwrap();
    let inside = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'cucurbit_scratch_2_2'";
    while admin.value(inside).await.unwrap().as_deref() != Some("0") {}
    Scratch::open(&url, &Before::default()).await.unwrap().close().await.unwrap();
    assert_eq!(databases(&mut admin).await, ["cucurbit_scratch_1_1", "cucurbit_scratch_of_mine"]);
}

#[tokio::test]
async fn a_search_path_in_the_url_means_the_same_schema_there() {
    let server = Cluster::start().await;
    let mut admin = server.admin().await;
    admin.execute("CREATE SCHEMA shop; CREATE TABLE shop.bed (id int)").await.unwrap();
    let text = format!(
        "postgresql://postgres@/postgres?host={}&port={}&options=-csearch_path%3Dshop",
        server.socket(),
        server.port
    );
    let url: ConnectionUrl = text.parse().unwrap();
    let mut there = Connection::connect(&url, &ConnectOptions::default()).await.unwrap();
    let before = cucurbit::dialect::reflect(&mut there).await.unwrap();
    there.close().await.unwrap();
    for before in [Before::default(), before] {
        let mut scratch = Scratch::open(&url, &before).await.unwrap();
        let schema = scratch.connection.value("SELECT current_schema()").await.unwrap();
        assert_eq!(schema.as_deref(), Some("shop"));
        let copied = cucurbit::dialect::reflect(&mut scratch.connection).await.unwrap();
        assert_eq!(copied.schema.tables(), before.schema.tables());
        scratch.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_drop_that_another_session_keeps_from_being_done_ends_with_a_warning() {
    let server = Cluster::start().await;
    let mut admin = server.admin().await;
    admin.execute("CREATE TABLE slow (id int)").await.unwrap();
    // It waits for rows, and answers no other process of the server meanwhile.
    let options = ConnectOptions::default();
    let mut other = Connection::connect(&url_of(&server, "postgres"), &options).await.unwrap();
    let copy = other.postgres().unwrap().copy_in_raw("COPY slow FROM stdin").await.unwrap();

    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("versions")).unwrap();
    std::fs::write(folder.path().join("cucurbit.toml"), "").unwrap();
    std::fs::write(folder.path().join("a.sql"), "CREATE TABLE a (id int)").unwrap();
    let location = Location::new()
        .database_url(format!(
            "postgresql://postgres@/postgres?host={}&port={}",
            server.socket(),
            server.port
        ))
        .working_directory(folder.path());
    let project = Project::open(Env::new(Vec::new()), location).unwrap();
    let between = Between::new("empty".parse().unwrap(), "a.sql".parse().unwrap());
    let began = Instant::now();
    let found = command::diff(&project, &between, false).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    assert_eq!(found.operations.len(), 1);
    let left = databases(&mut admin).await;
    // Before release 15, the server does not wait for such a session.
    if let [name] = left.as_slice() {
        assert_eq!(found.warnings.len(), 1, "{:?}", found.warnings);
        assert!(found.warnings[0].contains(name.as_str()), "{:?}", found.warnings);
        assert!(found.warnings[0].contains("statement timeout"), "{:?}", found.warnings);
    } else {
        assert_eq!((left.len(), found.warnings.len()), (0, 0));
    }
    copy.finish().await.unwrap();
    other.close().await.unwrap();

    command::diff(&project, &between, false).await.unwrap();
    assert_eq!(databases(&mut admin).await, [""; 0], "the next run has dropped it");
}
