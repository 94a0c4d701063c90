//! What a run says while it goes on and at its end: on a terminal, in a file, for programs.

use std::{
    fs,
    process::Stdio,
    time::{Duration, Instant},
};

use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};

use crate::{
    support::{Database, Kind, binary, on_each_database},
    terminal::without_colours,
};

on_each_database! {
    each_step_and_the_whole_run_say_how_long_they_took;
    quiet_and_programs_get_their_own;
    verbose_shows_every_statement;
    what_was_committed_before_an_error_is_said;
    the_database_itself_is_made_before_ones_eyes;
}

/// Replaces every time by `TIME`.
fn without_times(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let Some((before, rest)) = line.split_once(" in ") else { return line.to_owned() };
        let after = rest.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
        let after = after.strip_prefix(" ms").or(after.strip_prefix(" s"));
        after.map_or_else(|| line.to_owned(), |after| format!("{before} in TIME{after}"))
    });
    lines.map(|line| line + "\n").collect()
}

async fn each_step_and_the_whole_run_say_how_long_they_took(database: Database) {
    let shown = database.on_a_terminal("upgrade 109317dd2a2f", &[]).exits(0).stdout;
    let steps = "Running upgrade  -> 3968dfa9e747, Generate baseline schema for async models ... done in TIME\n\
         Running upgrade 3968dfa9e747 -> 109317dd2a2f, add_seedfinder_fields_to_breeder_and_cultivar ... done in TIME\n";
    let last = "Applied 2 revisions in TIME; the database is at 109317dd2a2f.\n";
    assert_eq!(without_times(&without_colours(&shown)), format!("{steps}{last}"));

    // In a file, a time of less than a second is left out.
    let piped = database.migrate(&["upgrade"]).exits(0);
    assert_eq!(piped.stdout, "");
    let lines: Vec<String> = without_times(&piped.stderr).lines().map(str::to_owned).collect();
    let steps: Vec<&String> = lines.iter().filter(|line| !line.starts_with("  done in ")).collect();
    assert_eq!(
        steps,
        [
            "Running upgrade 109317dd2a2f -> 6e5b1d353dd6, Add strain_id aliases for backward compatibility",
            "Running upgrade 6e5b1d353dd6 -> 7d3c2a91e5f4, Bring the database to the models",
            "Applied 2 revisions in TIME; the database is at 7d3c2a91e5f4 (head)."
        ]
    );
    let nothing = database.migrate(&["upgrade"]).exits(0).stderr;
    assert_eq!(nothing, "Nothing to do, the database is at 7d3c2a91e5f4\n");

    let down = database.migrate(&["downgrade", "-1"]).exits(0).stderr;
    let last = "Reverted 1 revision in TIME; the database is at 6e5b1d353dd6.\n";
    assert!(without_times(&down).ends_with(last), "{down}");
    let stamped = database.migrate(&["stamp", "head"]).exits(0).stderr;
    let last = "Stamped in TIME; the database is at 7d3c2a91e5f4 (head).\n";
    assert!(without_times(&stamped).ends_with(last), "{stamped}");
    let stamped = database.on_a_terminal("stamp 3968 --purge", &[]).exits(0).stdout;
    assert_eq!(
        without_times(&without_colours(&stamped)),
        "Running stamp_revision  -> 3968dfa9e747\nStamped in TIME; the database is at 3968dfa9e747.\n"
    );
    let based = database.migrate(&["stamp", "base"]).exits(0).stderr;
    assert!(based.ends_with("; the database is at <base>.\n"), "{based}");
}

async fn quiet_and_programs_get_their_own(database: Database) {
    let quiet = database.on_a_terminal("upgrade 109317dd2a2f --quiet --verbose", &[]).exits(0);
    assert_eq!(quiet.stdout, "");
    let ran = database.migrate(&["upgrade", "--format", "json"]).exits(0);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let times = report["step_seconds"].as_array().expect("times");
    assert_eq!(times.len(), 2);
    let sum: f64 = times.iter().map(|time| time.as_f64().expect("a number")).sum();
    assert!(sum > 0.0 && report["seconds"].as_f64().is_some_and(|all| all >= sum), "{report}");
    // On a terminal, too, a line is an object.
    let shown = database.on_a_terminal("downgrade base --format json >out", &[]).exits(0).stdout;
    let objects = shown.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    assert_eq!(objects.filter(|object| object["progress"].is_string()).count(), 4, "{shown}");
}

async fn verbose_shows_every_statement(database: Database) {
    database.migrate(&["upgrade", "3968dfa9e747"]).exits(0);
    let sql = database.migrate(&["upgrade", "109317dd2a2f", "--dry-run"]).exits(0).stdout;
    let statements: Vec<&str> =
        sql.lines().filter(|line| line.starts_with("ALTER TABLE \"breeder\"")).collect();
    assert!(statements.len() > 3, "{sql}");
    for way in ["a pipe", "a terminal"] {
        let ran = match way {
            "a pipe" => database.migrate(&["upgrade", "109317dd2a2f", "-v"]).exits(0),
            _ => database.on_a_terminal("upgrade 109317dd2a2f -v", &[]).exits(0),
        };
        let said = without_colours(&format!("{}{}", ran.stderr, ran.stdout));
        let lines: Vec<&str> = said.lines().collect();
        assert!(lines[0].starts_with("Running upgrade 3968dfa9e747 -> 109317dd2a2f, "), "{way}: {said}");
        for statement in &statements {
            assert!(lines.contains(&format!("  {statement}").as_str()), "{way}: {statement}\n{said}");
        }
        assert!(
            without_times(&said).contains("\n  done in TIME\nApplied 1 revision in TIME"),
            "{way}: {said}"
        );
        assert!(
            database
                .migrate(&["downgrade", "-1"])
                .exits(0)
                .stderr
                .lines()
                .all(|line| !line.contains("ALTER"))
        );
    }
    let ran = database.migrate(&["upgrade", "--format", "json", "-v"]).exits(0);
    let shown = ran.stderr.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    assert!(shown.filter(|object| object["statement"].is_string()).count() > 3, "{}", ran.stderr);
    let down = database.migrate(&["downgrade", "-1", "--verbose"]).exits(0).stderr;
    assert!(down.contains("\n  ALTER TABLE \"plant\" ADD COLUMN \"strain_url\" VARCHAR(255);\n"), "{down}");
    database.migrate(&["stamp", "head", "-v"]).exits(0);
    // Where it means nothing it is refused.
    database.migrate(&["check", "-v"]).exits(2);
}

async fn what_was_committed_before_an_error_is_said(database: Database) {
    database.migrate(&["ensure_version"]).exits(0);
    let refuses = "NEW.version_num = '6e5b1d353dd6'";
    database
        .execute(&match database.kind {
            Kind::Postgres => format!(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not today'; END $$;
                 CREATE TRIGGER refuse BEFORE UPDATE ON alembic_version FOR EACH ROW WHEN ({refuses})
                 EXECUTE FUNCTION refuse()"
            ),
            Kind::Sqlite => format!(
                "CREATE TRIGGER refuse BEFORE UPDATE ON alembic_version WHEN {refuses}
                 BEGIN SELECT RAISE(ABORT, 'not today'); END"
            ),
        })
        .await;
    let shown = database.on_a_terminal("upgrade --color never", &[]).exits(1).stdout;
    let third = "Running upgrade 109317dd2a2f -> 6e5b1d353dd6, Add strain_id aliases for backward compatibility\nerror[";
    assert!(shown.contains(third), "the error has a line of its own: {shown}");
    let before = "  before that, 2 revisions were applied: 3968dfa9e747, 109317dd2a2f\n";
    assert!(shown.contains(before), "{shown}");
    assert!(shown.contains("not today"), "{shown}");
    assert_eq!(database.migrate(&["current"]).exits(0).stdout, "109317dd2a2f\n");

    let again = database.migrate(&["upgrade", "--quiet"]).exits(1).stderr;
    assert!(!again.contains("before that"), "{again}");
    database.migrate(&["downgrade", "base"]).exits(0);
    let failed = database.migrate(&["upgrade", "--quiet", "--format", "json"]).exits(1).stderr;
    let error: serde_json::Value = serde_json::from_str(&failed).expect("one object");
    assert_eq!(error["steps"].as_array().map(Vec::len), Some(2), "{failed}");
}

async fn the_database_itself_is_made_before_ones_eyes(database: Database) {
    let created = database.migrate(&["fresh", "--yes", "-v"]).exits(0).stderr;
    assert!(created.contains("  CREATE TABLE \"breeder\" ("), "{created}");
    let name = database.name();
    let (dropped, made) =
        (format!("  DROP DATABASE \"{name}\";\n"), format!("  CREATE DATABASE \"{name}\";\n"));
    let is_server = database.kind == Kind::Postgres;
    assert_eq!(created.starts_with(&format!("{dropped}{made}Running upgrade ")), is_server, "{created}");
    let said = database.migrate(&["database", "drop", "--yes", "--verbose"]).exits(0).stderr;
    assert_eq!(said, if is_server { dropped } else { String::new() });
    let said = database.migrate(&["database", "create", "-v"]).exits(0).stderr;
    assert_eq!(said, if is_server { made } else { String::new() });
}

/// A run that waits for a lock on `breeder`, and who holds that.
struct Waiting {
    database: Database,
    holder: PgConnection,
    process: i32,
}

impl Waiting {
    async fn new() -> Self {
        let database = Database::new(Kind::Postgres).await;
        database.migrate(&["upgrade", "3968dfa9e747"]).exits(0);
        let url = format!("{}?application_name=gardener", database.url);
        let mut holder = PgConnection::connect(&url).await.expect("connects");
        let process = holder.fetch_one("SELECT pg_backend_pid()").await.expect("a row").get(0);
        holder.execute("BEGIN").await.expect("begins");
        holder.execute("LOCK TABLE breeder IN ACCESS SHARE MODE").await.expect("locks");
        Self { database, holder, process }
    }

    /// Says what is said of the wait.
    fn said(&self) -> String {
        let user = self.database.url.split(['/', ':', '@']).nth(3).unwrap_or_default();
        format!(
            "waiting for a lock on `breeder`, held by process {} (gardener, of {user}, idle in transaction): ALTER TABLE",
            self.process
        )
    }

    /// Waits until a file says it, and lets go.
    async fn let_go_when_said(&mut self, file: &str) {
        let (path, said) = (self.database.folder.path().join(file), self.said());
        let begun = Instant::now();
        while !fs::read_to_string(&path).is_ok_and(|text| text.contains(&said)) {
            assert!(begun.elapsed() < Duration::from_secs(60), "{said}: {:?}", fs::read_to_string(&path));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.holder.execute("ROLLBACK").await.expect("lets go");
    }
}

#[tokio::test]
async fn a_terminal_shows_on_one_line_what_a_statement_waits_for() {
    let mut waiting = Waiting::new().await;
    let file = fs::File::create(waiting.database.folder.path().join("shown")).expect("a file");
    let mut command = waiting.database.terminal("upgrade 109317dd2a2f", &[]);
    let mut process = command.stdout(file).spawn().expect("it starts");
    waiting.let_go_when_said("shown").await;
    assert!(process.wait().expect("it ends").success());
    let shown = fs::read_to_string(waiting.database.folder.path().join("shown")).expect("text");
    let shown = shown.replace("\r\n", "\n");
    let line = format!("\n\u{1b}[?7l  running for 5 s, {} ", waiting.said());
    assert!(shown.contains(&line), "{shown:?}");
    assert!(shown.contains("\u{1b}[?7h\r\u{1b}[2K"), "the line is taken away: {shown:?}");
    let end = shown.rsplit("\r\u{1b}[2K").next().unwrap_or_default();
    let end = without_times(&without_colours(end));
    assert!(end.starts_with("  done in "), "{end:?}");
    assert!(end.contains("\nApplied 1 revision in "), "{end:?}");
}

#[tokio::test]
async fn a_file_gets_a_line_after_ten_seconds() {
    let mut waiting = Waiting::new().await;
    let folder = waiting.database.folder.path().to_owned();
    let mut command = binary(&folder);
    command
        .env("DATABASE_URL", &waiting.database.url)
        .args(["upgrade", "109317dd2a2f"])
        .stdout(Stdio::null());
    let file = fs::File::create(folder.join("log")).expect("a file");
    let mut process = command.stderr(file).spawn().expect("it starts");
    waiting.let_go_when_said("log").await;
    assert!(process.wait().expect("it ends").success());
    let log = fs::read_to_string(folder.join("log")).expect("text");
    let lines: Vec<&str> = log.lines().collect();
    let [step, waits, done, last] = lines.as_slice() else { panic!("{log}") };
    assert!(step.starts_with("Running upgrade 3968dfa9e747 -> 109317dd2a2f, "), "{log}");
    assert!(waits.starts_with(&format!("  running for 10 s, {} ", waiting.said())), "{log}");
    assert!(done.starts_with("  done in 1"), "{log}");
    assert!(last.starts_with("Applied 1 revision in 1"), "{log}");
}
