//! Signals to the process in the middle of an upgrade, and what the server says meanwhile.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, ChildStderr, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::project::Bad;
use crate::support::{Database, Kind, Ran, on_each_database};

on_each_database! {
    a_signal_rolls_back_and_says_where_the_database_is;
    a_second_signal_ends_the_process_at_once;
    a_second_signal_ends_code_that_never_waits;
    whoever_waits_for_the_lock_can_be_stopped;
}

/// How long something may take that happens at once, on a machine that is busy with other tests.
const AT_ONCE: Duration = Duration::from_secs(20);

/// A process in the middle of something.
struct Running {
    process: Child,
    stderr: BufReader<ChildStderr>,
    said: String,
}

impl Running {
    fn start(bad: &Bad, database: &Database, arguments: &[&str]) -> Self {
        let mut command = bad.command("signals", database, arguments);
        let mut process = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
        let stderr = BufReader::new(process.stderr.take().expect("a pipe"));
        Self { process, stderr, said: String::new() }
    }

    /// Reads what it says until a line has these words.
    fn until(&mut self, words: &str) {
        let from = self.said.len();
        while !self.said[from..].contains(words) {
            let read = self.stderr.read_line(&mut self.said).expect("UTF-8");
            assert!(read > 0, "it ended before it said `{words}`: {}", self.said);
        }
    }

    fn signal(&self, name: &str) {
        let process = self.process.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &process]).status().expect("kill").success());
    }

    /// Waits for its end, which must come at once, and returns the exit code and what it said.
    fn ended(mut self) -> (Option<i32>, String) {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.process.try_wait().expect("a child") {
                break status;
            }
            if begun.elapsed() > AT_ONCE {
                self.process.kill().expect("a child");
                panic!("it did not end: {}", self.said);
            }
            thread::sleep(Duration::from_millis(10));
        };
        while self.stderr.read_line(&mut self.said).expect("UTF-8") > 0 {}
        (status.code(), self.said)
    }
}

/// The number of statements of the long script that the server runs.
async fn sleeping(database: &Database) -> String {
    let query = "SELECT count(*)::text AS n FROM pg_stat_activity \
                 WHERE datname = current_database() AND state = 'active' AND query = 'SELECT pg_sleep(300)'";
    database.query(query).await.remove(0).remove("n").flatten().expect("a number")
}

/// Waits until the server runs so many of them.
async fn await_sleeping(database: &Database, wanted: &str) {
    let begun = Instant::now();
    while sleeping(database).await != wanted {
        assert!(
            begun.elapsed() < AT_ONCE,
            "the server still runs another number of statements than {wanted}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Nothing of a script that was stopped is left, and the next run has the lock at once.
async fn assert_nothing_is_left(bad: &Bad, database: &Database) {
    assert_eq!(database.rows().await.remove("bed").expect("the table").len(), 0);
    assert_eq!(database.tables().await, ["alembic_version", "bed"]);
    bad.run("signals", database, &["upgrade", "bbbbbbbbbbbb", "--lock-wait", "0s"]).exits(0);
    if database.kind == Kind::Postgres {
        let locks = "SELECT count(*)::text AS n FROM pg_locks WHERE locktype = 'advisory' \
                     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        assert_eq!(database.query(locks).await[0]["n"].as_deref(), Some("0"));
    } else {
        let files = std::fs::read_dir(database.folder.path()).expect("the folder");
        let mut files: Vec<_> = files.map(|file| file.expect("an entry").file_name()).collect();
        // SQLite takes the journal of a process that died away when it writes the next time.
        files.retain(|file| file != "cultivar.db-journal");
        assert_eq!(files, ["cultivar.db"]);
    }
}

async fn a_signal_rolls_back_and_says_where_the_database_is(database: Database) {
    let bad = Bad::project();
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        for format in ["text", "json"] {
            bad.run("signals", &database, &["upgrade", "bbbbbbbbbbbb"]).exits(0);
            let mut running =
                Running::start(&bad, &database, &["upgrade", "cccccccccccc", "--format", format]);
            running.until("bbbbbbbbbbbb -> cccccccccccc");
            if database.kind == Kind::Postgres {
                await_sleeping(&database, "1").await;
            }
            running.signal(signal);
            if database.kind == Kind::Postgres {
                await_sleeping(&database, "0").await;
            }
            let (ended, said) = running.ended();
            assert_eq!(ended, Some(code), "{said}");
            assert!(said.contains("Stopping"), "{said}");
            assert!(said.contains("the run was stopped; the database is at bbbbbbbbbbbb"), "{said}");
            assert_nothing_is_left(&bad, &database).await;
        }
    }
}

async fn a_second_signal_ends_the_process_at_once(database: Database) {
    let bad = Bad::project();
    // The run may end by the first one before it hears the second: which of two kinds counts is told by code that never
    // waits.
    for (signals, code) in [(["INT", "INT"], 130), (["TERM", "TERM"], 143)] {
        let mut running = Running::start(&bad, &database, &["upgrade", "dddddddddddd"]);
        running.until("bbbbbbbbbbbb -> dddddddddddd");
        running.signal(signals[0]);
        running.until("Stopping");
        running.signal(signals[1]);
        let (ended, said) = running.ended();
        assert_eq!(ended, Some(code), "{said}");
        assert_nothing_is_left(&bad, &database).await;
    }
}

async fn a_second_signal_ends_code_that_never_waits(database: Database) {
    let bad = Bad::project();
    let second_counts =
        [(["INT", "INT"], 130), (["TERM", "INT"], 130), (["INT", "TERM"], 143), (["TERM", "TERM"], 143)];
    for (signals, code) in second_counts {
        bad.run("signals", &database, &["upgrade", "bbbbbbbbbbbb"]).exits(0);
        let mut running = Running::start(&bad, &database, &["upgrade", "eeeeeeeeeeee", "-v"]);
        running.until("  -- code: spin\n");
        running.until("spinning");
        running.signal(signals[0]);
        running.until("Stopping");
        running.signal(signals[1]);
        let (ended, said) = running.ended();
        assert_eq!(ended, Some(code), "{said}");
        assert_nothing_is_left(&bad, &database).await;
    }
}

async fn whoever_waits_for_the_lock_can_be_stopped(database: Database) {
    let bad = Bad::project();
    let mut holder = Running::start(&bad, &database, &["upgrade", "dddddddddddd"]);
    holder.until("bbbbbbbbbbbb -> dddddddddddd");
    let mut waiting = Running::start(&bad, &database, &["upgrade", "cccccccccccc"]);
    waiting.until("Waiting for the lock");
    waiting.signal("TERM");
    let (ended, said) = waiting.ended();
    assert_eq!(ended, Some(143), "{said}");
    assert!(said.contains("the run was stopped; the database is at bbbbbbbbbbbb"), "{said}");
    assert!(!said.contains("warning"), "{said}");
    holder.signal("KILL");
    assert_eq!(holder.ended().0, None);
    assert_nothing_is_left(&bad, &database).await;
}

#[tokio::test]
async fn what_the_server_says_is_shown() {
    let bad = Bad::project();
    let said = async |arguments: &[&str]| -> Vec<String> {
        let database = Database::new(Kind::Postgres).await;
        let Ran { stderr, .. } = bad.run("signals", &database, arguments).exits(0);
        stderr.lines().map(str::to_owned).collect()
    };
    let mut text = said(&["upgrade", "bbbbbbbbbbbb"]).await;
    let last = text.pop().unwrap_or_default();
    assert!(last.starts_with("Applied 2 revisions in ") && last.ends_with("is at bbbbbbbbbbbb."), "{last}");
    assert_eq!(
        text,
        [
            "Running upgrade  -> aaaaaaaaaaaa, beds",
            "Running upgrade aaaaaaaaaaaa -> bbbbbbbbbbbb, says",
            "note: the server says: by the way",
            "warning: the server says: careful \\u{1b}[31m",
            "note: the server says: relation \"bed\" already exists, skipping",
        ]
    );
    let warning = r#"{"warning":"the server says: careful \u001b[31m"}"#;
    let json = said(&["upgrade", "bbbbbbbbbbbb", "--format", "json"]).await;
    assert_eq!(json[2..4], [r#"{"note":"the server says: by the way"}"#, warning]);
    // Quiet is for what goes on.
    assert_eq!(
        said(&["upgrade", "bbbbbbbbbbbb", "-q"]).await,
        ["warning: the server says: careful \\u{1b}[31m"]
    );
}
