//! Opening real files and a real server by their connection URLs, and what is said when that fails.
//!
//! The tests of PostgreSQL need a server: `CUCURBIT_TEST_POSTGRES_URL` is the connection URL of a superuser on it, by
//! TCP. Without the variable they fail, and say how to run them.

use std::{fs, future::Future, path::Path, time::Duration};

use cucurbit::{
    config::Environment,
    connection::{ConnectOptions, Connection, ConnectionError, url::ConnectionUrl},
};
use tempfile::TempDir;

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

async fn connect(url: &str, options: ConnectOptions) -> Result<Connection, ConnectionError> {
    Connection::connect(&url.parse::<ConnectionUrl>().unwrap(), &options).await
}

fn creating() -> ConnectOptions {
    ConnectOptions::new().create_file(true)
}

/// Makes a folder with a SQLite file of one table in it, and returns the connection URL of the file.
async fn plants() -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite:///{}", folder.path().join("plants.db").display());
    let mut connection = connect(&url, creating()).await.unwrap();
    connection.execute("CREATE TABLE plant (id INTEGER PRIMARY KEY)").await.unwrap();
    connection.close().await.unwrap();
    (folder, url)
}

async fn value(connection: &mut Connection, sql: &str) -> String {
    connection.value(sql).await.unwrap().unwrap_or_default()
}

#[test]
fn a_sqlite_connection_has_foreign_keys_on_waits_and_keeps_the_journal_mode() {
    run(async {
        let (_folder, url) = plants().await;
        let mut connection = connect(&url, ConnectOptions::default()).await.unwrap();
        assert_eq!(value(&mut connection, "PRAGMA foreign_keys").await, "1");
        assert_eq!(value(&mut connection, "PRAGMA busy_timeout").await, "5000");
        assert_eq!(value(&mut connection, "PRAGMA journal_mode").await, "delete");
        assert_eq!(value(&mut connection, "PRAGMA journal_mode = wal").await, "wal");
        connection.close().await.unwrap();

        let mut connection = connect(&format!("{url}?timeout=0.25"), creating()).await.unwrap();
        assert_eq!(value(&mut connection, "PRAGMA busy_timeout").await, "250");
        assert_eq!(value(&mut connection, "PRAGMA journal_mode").await, "wal");
        assert_eq!(value(&mut connection, "SELECT count(*) FROM plant").await, "0");

        let longest = ConnectOptions::new().busy_timeout(Duration::MAX);
        let mut connection = connect(&url, longest).await.unwrap();
        assert_eq!(value(&mut connection, "PRAGMA busy_timeout").await, i32::MAX.to_string());
    });
}

#[test]
fn a_missing_file_is_created_only_when_the_command_may() {
    run(async {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("new.db");
        let url = format!("sqlite+aiosqlite:///{}", path.display());
        let read_only = creating().read_only(true);
        for (query, options) in [
            ("", ConnectOptions::default()),
            ("?mode=rwc", ConnectOptions::default()),
            ("?mode=rw", creating()),
            ("?mode=ro", creating()),
            ("", read_only),
        ] {
            let error = connect(&format!("{url}{query}"), options).await.unwrap_err();
            assert!(
                matches!(&error, ConnectionError::NoFile { path: missing } if *missing == path),
                "{error}"
            );
            assert_eq!(error.to_string(), format!("there is no SQLite file `{}`", path.display()));
            let hint = error.hint().unwrap();
            assert!(
                hint.contains("`upgrade`, which creates the file unless the connection URL says `mode=rw`"),
                "{hint}"
            );
            assert!(!path.exists());
        }
        connect(&format!("{url}?mode=rwc"), creating()).await.unwrap().close().await.unwrap();
        assert!(path.exists());
    });
}

#[test]
fn a_path_that_cannot_be_a_database_is_named() {
    run(async {
        let folder = TempDir::new().unwrap();
        let url = |path: &Path| format!("sqlite:///{}", path.display());

        let error = connect(&url(folder.path()), creating()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("`{}` is a folder, not a SQLite file", folder.path().display())
        );

        let missing = folder.path().join("none");
        let error = connect(&url(&missing.join("a.db")), creating()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("there is no folder `{}` for the SQLite file", missing.display())
        );

        let text = folder.path().join("notes.txt");
        fs::write(&text, "buy seeds, and many other things, until this is longer than a header").unwrap();
        for options in [creating(), ConnectOptions::new().read_only(true)] {
            let error = connect(&url(&text), options).await.unwrap_err();
            assert_eq!(error.to_string(), format!("`{}` is not a SQLite database", text.display()));
            assert_eq!(error.code().as_deref(), Some("26"));
        }

        let error = connect(&url(&text.join("a.db")), creating()).await.unwrap_err();
        assert!(matches!(error, ConnectionError::Connect { .. }), "{error}");
        assert!(error.to_string().ends_with("notes.txt/a.db"), "{error}");
    });
}

#[test]
fn a_file_opened_for_reading_refuses_to_be_written() {
    run(async {
        let (_folder, url) = plants().await;
        let read_only = ConnectOptions::new().read_only(true);
        for (query, options) in [("?mode=ro", creating()), ("", read_only)] {
            let mut connection = connect(&format!("{url}{query}"), options).await.unwrap();
            assert_eq!(value(&mut connection, "SELECT count(*) FROM plant").await, "0");
            let error = connection.execute("INSERT INTO plant VALUES (1)").await.unwrap_err();
            assert_eq!(error.code().as_deref(), Some("8"));
            assert_eq!(
                error.hint().unwrap(),
                "the file or its folder is write-protected, a newer SQLite wrote the file, or the connection URL says `mode=ro`"
            );
        }
    });
}

#[test]
fn a_second_writer_is_told_to_wait() {
    run(async {
        let (_folder, url) = plants().await;
        let mut first = connect(&url, ConnectOptions::default()).await.unwrap();
        let mut second = connect(&format!("{url}?busy_timeout=1"), ConnectOptions::default()).await.unwrap();
        first.execute("BEGIN IMMEDIATE").await.unwrap();
        let error = second.execute("BEGIN IMMEDIATE").await.unwrap_err();
        assert!(error.hint().unwrap().starts_with("another connection is writing"));
    });
}

#[test]
fn a_database_in_memory_is_private_unless_it_is_shared_by_name() {
    run(async {
        let mut first = connect("sqlite://", ConnectOptions::default()).await.unwrap();
        first.execute("CREATE TABLE plant (id)").await.unwrap();
        let mut second = connect("sqlite:///:memory:", ConnectOptions::default()).await.unwrap();
        assert_eq!(value(&mut second, "SELECT count(*) FROM sqlite_schema").await, "0");

        let shared = "sqlite:///greenhouse?mode=memory&cache=shared";
        let mut first = connect(shared, ConnectOptions::default()).await.unwrap();
        first.execute("CREATE TABLE plant (id)").await.unwrap();
        let mut second = connect(shared, ConnectOptions::default()).await.unwrap();
        assert_eq!(value(&mut second, "SELECT count(*) FROM sqlite_schema").await, "1");
        assert!(!Path::new("greenhouse").exists());
    });
}

/// The server of the tests: its host and port, for connection URLs of other users and databases.
struct Server {
    admin: String,
    authority: String,
}

/// Runs a test on the server.
fn on_server<F: Future<Output = ()>>(test: impl FnOnce(Server) -> F) {
    let environment = Environment::read();
    let admin = environment.get("CUCURBIT_TEST_POSTGRES_URL").unwrap();
    let admin = admin.expect("CUCURBIT_TEST_POSTGRES_URL is not set: `cargo xtask test` starts a server");
    let (_, rest) = admin.split_once("://").unwrap();
    let authority = rest.split(['/', '?']).next().unwrap();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    run(test(Server { admin: admin.to_owned(), authority: authority.to_owned() }));
}

/// A connection of the superuser; `query` is added to the connection URL.
async fn admin(server: &Server, query: &str) -> Result<Connection, ConnectionError> {
    let separator = if server.admin.contains('?') { '&' } else { '?' };
    connect(&format!("{}{separator}{query}", server.admin), ConnectOptions::default()).await
}

#[test]
fn a_postgres_connection_bears_our_name_unless_the_url_gives_one() {
    on_server(async |server| {
        let mut connection = admin(&server, "").await.unwrap();
        assert_eq!(value(&mut connection, "SHOW application_name").await, "cucurbit");
        let mut connection = admin(&server, "application_name=plants&options=-c%20geqo%3Doff").await.unwrap();
        assert_eq!(value(&mut connection, "SHOW application_name").await, "plants");
        assert_eq!(value(&mut connection, "SHOW geqo").await, "off");
    });
}

#[test]
fn a_missing_database_is_named() {
    on_server(async |server| {
        let error = admin(&server, "dbname=cucurbit_none").await.unwrap_err();
        assert_eq!(error.code().as_deref(), Some("3D000"));
        assert!(error.to_string().contains("/cucurbit_none"), "{error}");
        assert_eq!(error.hint().unwrap(), "correct the name; or create the database: `database create`");
    });
}

/// Port 1 is reserved, and nothing listens on it.
const CLOSED: &str = "127.0.0.1:1";

#[test]
fn a_closed_port_is_named_with_what_the_url_left_out() {
    run(async {
        let url = format!("postgresql://gardener@{CLOSED}?connect_timeout=5");
        let error = connect(&url, ConnectOptions::default()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("cannot connect to postgresql://gardener@{CLOSED}/gardener?connect_timeout=5")
        );
        assert_eq!(error.hint().unwrap(), "is the server running, and is the port the right one?");

        let folder = TempDir::new().unwrap();
        let url = format!("postgresql:///plants?host={}", folder.path().display());
        let error = connect(&url, ConnectOptions::default()).await.unwrap_err();
        assert_eq!(error.hint().unwrap(), "is the server running, and is its socket in that folder?");
    });
}

#[test]
fn a_certificate_that_is_not_there_is_named() {
    run(async {
        for name in ["sslrootcert", "sslcert", "sslkey"] {
            let url = format!("postgresql://u@{CLOSED}/d?sslmode=verify-full&{name}=/none/of/this.pem");
            let error = connect(&url, ConnectOptions::default()).await.unwrap_err();
            assert_eq!(error.to_string(), "cannot read `/none/of/this.pem`, which the connection URL names");
        }
    });
}

#[test]
fn a_server_that_does_not_answer_is_left_after_the_timeout() {
    run(async {
        // It accepts the connection and then keeps silent.
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("postgresql://u@{}/d?connect_timeout=1", silent.local_addr().unwrap());
        let error = connect(&url, ConnectOptions::default()).await.unwrap_err();
        assert_eq!(error.hint().unwrap(), "is the host the right one, and does a firewall let this through?");
    });
}

#[test]
fn the_first_host_that_will_do_is_taken() {
    on_server(async |server| {
        let hosts = |hosts: &str, query: &str| {
            let (before, after) = server.admin.split_once(&server.authority).unwrap();
            let separator = if after.contains('?') { '&' } else { '?' };
            format!("{before}{hosts}{after}{separator}{query}")
        };
        let both = format!("{CLOSED},{}", server.authority);
        let readable = "options=-c%20default_transaction_read_only%3Don";
        for query in [
            "target_session_attrs=any",
            "target_session_attrs=read-write",
            "target_session_attrs=primary",
            "target_session_attrs=prefer-standby",
            &format!("target_session_attrs=read-only&{readable}"),
        ] {
            connect(&hosts(&both, query), ConnectOptions::default()).await.unwrap();
        }
        for query in [
            "target_session_attrs=standby".to_owned(),
            "target_session_attrs=read-only".to_owned(),
            format!("target_session_attrs=read-write&{readable}"),
        ] {
            let error = connect(&hosts(&both, &query), ConnectOptions::default()).await.unwrap_err();
            let ConnectionError::NoHost { attempts, .. } = &error else { panic!("{error}") };
            assert_eq!(attempts.len(), 2);
            assert!(attempts[0].starts_with(&format!("{CLOSED}: Connection refused")), "{error}");
            assert!(attempts[1].contains("the server is not `"), "{error}");

            let error =
                connect(&hosts(&server.authority, &query), ConnectOptions::default()).await.unwrap_err();
            assert!(matches!(error, ConnectionError::WrongSession { .. }), "{error}");
        }
    });
}
