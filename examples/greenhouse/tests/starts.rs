//! The application starts on an empty database, on one that is up to date, and several times at once.
#![expect(clippy::unwrap_used, reason = "a test that panics has said where it failed")]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, ChildStderr, Command, Stdio},
    thread,
};

use cucurbit::{
    connection::{ConnectOptions, Connection},
    schema::Dialect,
    testing::Database,
};

/// The application, ended when the test is.
struct Application {
    child: Child,
    log: BufReader<ChildStderr>,
    /// What it said before it listened.
    said: Vec<String>,
    port: String,
}

impl Drop for Application {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn command(database_url: Option<&str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_greenhouse"));
    command.env("LISTEN", "127.0.0.1:0").env_remove("DATABASE_URL").stderr(Stdio::piped());
    if let Some(url) = database_url {
        command.env("DATABASE_URL", url);
    }
    command
}

/// Starts it and waits until it listens.
fn start(database_url: Option<&str>) -> Application {
    let mut child = command(database_url).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut said = Vec::new();
    loop {
        let mut line = String::new();
        assert_ne!(log.read_line(&mut line).unwrap(), 0, "it ended: {said:?}");
        match line.trim().strip_prefix("listening on 127.0.0.1:") {
            Some(port) => return Application { port: port.to_owned(), child, log, said },
            None => said.push(line.trim().to_owned()),
        }
    }
}

fn asked(application: &Application) -> String {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{}", application.port)).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Length: 63\r\nConnection: close\r\n\r\n\
                      roof (1): quince-melon\nyard (2): bottle-gourd, creme-de-courge\n";

const STEPS: [&str; 4] = [
    "Running upgrade  -> c1a7b0f2d3e4, create beds and plants",
    "Running upgrade c1a7b0f2d3e4 -> 5b9e2c4d6f80, give plants a slug",
    "Running upgrade 5b9e2c4d6f80 -> e08d17a6c593, count the plants of each bed",
    "3 revisions were run",
];

fn check(database_url: &str) {
    let mut first = start(Some(database_url));
    assert_eq!(first.said, STEPS);
    assert_eq!(asked(&first), ANSWER);
    let second = start(Some(database_url));
    assert_eq!(second.said, ["0 revisions were run"]);
    assert_eq!(asked(&second), ANSWER);
    first.child.kill().unwrap();
    let mut rest = String::new();
    first.log.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
}

#[test]
fn it_starts_on_a_database_in_memory() {
    let application = start(None);
    assert_eq!(application.said, STEPS);
    assert_eq!(asked(&application), ANSWER);
}

#[test]
fn it_starts_on_a_file_and_again() {
    let folder = tempfile::tempdir().unwrap();
    check(&format!("sqlite://{}?mode=rwc", folder.path().join("greenhouse.db").display()));
}

#[test]
fn it_starts_on_a_server_and_again() {
    on_a_server(check);
}

#[test]
fn several_start_at_once_and_one_migrates() {
    on_a_server(|url| {
        let starts: Vec<_> = (0..4)
            .map(|_| {
                let url = url.to_owned();
                thread::spawn(move || start(Some(&url)))
            })
            .collect();
        let all: Vec<Application> = starts.into_iter().map(|start| start.join().unwrap()).collect();
        let migrated = all.iter().filter(|one| one.said.contains(&"3 revisions were run".to_owned())).count();
        assert_eq!(migrated, 1);
        for application in &all {
            assert_eq!(asked(application), ANSWER);
        }
    });
}

#[test]
fn it_does_not_start_on_a_database_of_another_history() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("greenhouse.db");
    let url = format!("sqlite://{}?mode=rwc", path.display());
    drop(start(Some(&url)));
    run(async {
        let url = format!("sqlite:///{}", path.display()).parse().unwrap();
        let mut connection = Connection::connect(&url, &ConnectOptions::default()).await.unwrap();
        connection.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'").await.unwrap();
        connection.close().await.unwrap();
    });
    let output = command(Some(&url)).output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("ffffffffffff"), "{said}");
}

/// The models are what the revisions make, and back.
#[test]
fn the_history_leads_to_the_models_and_back() {
    cucurbit::assert_in_sync!(greenhouse::versions::all(), greenhouse::models);
    cucurbit::assert_up_down_up!(greenhouse::versions::all());
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// Runs a test on a PostgreSQL database of its own.
fn on_a_server(test: impl FnOnce(&str)) {
    let database = run(Database::new(Dialect::Postgres)).unwrap();
    test(&database.url());
}
