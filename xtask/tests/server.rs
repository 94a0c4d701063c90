//! The program beside a real server: what its commands find, and that it leaves nothing behind however it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const URL: &str = "CUCURBIT_TEST_POSTGRES_URL";

/// The program, in an environment whose own server (the one of this very test run) is hidden.
fn xtask(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).env_remove(URL).stdin(Stdio::null());
    command
}

fn words(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    (text(&output.stdout), text(&output.stderr))
}

/// The folder in the note `xtask: PostgreSQL … on 127.0.0.1:PORT, in FOLDER`.
fn folder(notes: &str) -> PathBuf {
    let note =
        notes.lines().find(|line| line.contains(" on 127.0.0.1:")).unwrap_or_else(|| panic!("{notes}"));
    PathBuf::from(note.rsplit_once(", in ").expect("a folder").1)
}

/// Whether a server is still there, by the byte that PostgreSQL answers to an SSLRequest.
fn answers(url: &str) -> bool {
    let place = url.strip_prefix("postgresql://postgres@").and_then(|rest| rest.split('/').next());
    let Ok(mut stream) = TcpStream::connect(place.expect("our own connection URL")) else {
        return false;
    };
    let mut answer = [0];
    stream.write_all(&[0, 0, 0, 8, 4, 210, 22, 47]).expect("a request");
    stream.read_exact(&mut answer).is_ok_and(|()| answer == *b"N")
}

#[test]
fn a_command_finds_the_server_and_its_status_is_ours() {
    let script = format!("echo ${URL}; echo ${{PGHOST-none}} ${{CARGO_PKG_NAME-none}}; exit 7");
    let mut command = xtask(&["postgres", "--", "sh", "-c", &script]);
    let output = command.env("PGHOST", "elsewhere.invalid").output().expect("xtask");
    let (data, notes) = words(&output);
    assert_eq!(output.status.code(), Some(7), "{notes}");
    let (url, rest) = data.split_once('\n').expect("two lines");
    assert!(url.starts_with("postgresql://postgres@127.0.0.1:") && url.ends_with("/postgres"), "{data}");
    assert_eq!(rest, "none none\n");
    assert!(!folder(&notes).exists(), "{notes}");
    assert!(!answers(url), "{url}");
}

#[test]
fn the_folder_holds_the_socket_and_the_settings_and_belongs_to_an_ordinary_user() {
    let mut child = Waiting::start();
    let configuration = std::fs::read_to_string(child.folder.join("data/postgresql.conf"));
    let socket = std::fs::read_dir(&child.folder).map(|entries| {
        entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with(".s.PGSQL."))
    });
    let owner = std::os::unix::fs::MetadataExt::uid(&child.folder.metadata().expect("a folder"));
    child.end();
    let configuration = configuration.expect("a configuration");
    for setting in ["fsync = 'off'", "max_connections = '200'", "timezone = 'UTC'"] {
        assert!(configuration.lines().any(|line| line == setting), "{setting}");
    }
    assert!(socket.expect("a folder"));
    assert_ne!(owner, 0, "not root's");
}

/// `xtask postgres`, which waits for a person.
struct Waiting {
    process: Child,
    url: String,
    folder: PathBuf,
}

impl Waiting {
    fn start() -> Self {
        let mut command = xtask(&["postgres"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("xtask");
        let line = |reader: &mut dyn BufRead| {
            let mut line = String::new();
            reader.read_line(&mut line).expect("a line");
            line.trim_end().to_owned()
        };
        let url = line(&mut BufReader::new(process.stdout.take().expect("piped")));
        // The notes may begin with others: programs that will not do, an installation.
        let mut notes = BufReader::new(process.stderr.take().expect("piped"));
        let note = std::iter::repeat_with(|| line(&mut notes))
            .find(|note| note.is_empty() || note.contains(" on 127."));
        // The notes to come are read, so that nobody writes into a closed pipe.
        std::thread::spawn(move || std::io::copy(&mut notes, &mut std::io::sink()));
        Self { process, url, folder: folder(&note.unwrap_or_default()) }
    }

    fn end(&mut self) {
        drop(self.process.stdin.take());
        assert!(self.process.wait().expect("an end").success());
        assert!(!self.folder.exists(), "{}", self.folder.display());
    }

    fn kill(&mut self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.process.id().to_string()]).status();
        assert!(status.expect("kill").success());
        assert!(!self.process.wait().expect("an end").success(), "it ended by {signal}");
    }
}

#[test]
fn enter_ends_it() {
    let mut waiting = Waiting::start();
    assert!(answers(&waiting.url), "{}", waiting.url);
    let mut input = waiting.process.stdin.take().expect("piped");
    input.write_all(b"\n").expect("Enter");
    assert!(waiting.process.wait().expect("an end").success());
    assert!(!waiting.folder.exists() && !answers(&waiting.url));
}

#[test]
fn no_signal_leaves_a_server_behind() {
    for signal in ["-INT", "-TERM", "-HUP", "-KILL"] {
        let mut waiting = Waiting::start();
        waiting.kill(signal);
        gone(&waiting.folder, signal);
        assert!(!answers(&waiting.url), "after {signal}");
    }
}

#[test]
fn a_kill_in_the_middle_of_the_start_leaves_no_folder_behind() {
    let base = std::env::temp_dir().join(format!("cucurbit-kill-{}", std::process::id()));
    std::fs::create_dir(&base).expect("a folder");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&base, mode).expect("a folder that everybody can pass");
    let inside =
        || std::fs::read_dir(&base).expect("our own folder").flatten().next().map(|entry| entry.path());
    // At the beginning of initdb, in it, and about when the server starts.
    for progress in ["", "data", "data/base", "data/postmaster.pid"] {
        let mut child =
            xtask(&["postgres"]).env("TMPDIR", &base).stdin(Stdio::piped()).spawn().expect("xtask");
        until(&format!("{progress:?} is there"), || {
            inside().is_some_and(|folder| folder.join(progress).exists())
        });
        let folder = inside().expect("just seen");
        child.kill().expect("SIGKILL");
        child.wait().expect("an end");
        gone(&folder, progress);
    }
    std::fs::remove_dir(&base).expect("an empty folder");
}

fn gone(folder: &Path, after: &str) {
    until(&format!("{} is gone after {after:?}", folder.display()), || !folder.exists());
}

/// Waits for another process, which cannot tell us.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "not so after a minute: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_given_server_that_does_not_answer_is_a_failure_and_nothing_is_run() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let given = format!("postgresql://somebody:secret@127.0.0.1:{port}/x");
    for chore in [["postgres", "--", "echo", "run"].as_slice(), &["test"]] {
        let output = xtask(chore).env(URL, &given).output().expect("xtask");
        let (data, notes) = words(&output);
        assert_eq!((output.status.code(), data.as_str()), (Some(1), ""), "{notes}");
        assert!(notes.contains("no PostgreSQL answers") && notes.contains(URL), "{notes}");
        assert!(!notes.contains("secret"), "{notes}");
    }
}

#[test]
fn a_given_server_is_used_as_it_is_and_left_alone() {
    let mut waiting = Waiting::start();
    let script = format!("echo ${URL} $PGAPPNAME");
    let mut command = xtask(&["postgres", "--", "sh", "-c", &script]);
    let output = command.env(URL, &waiting.url).env("PGAPPNAME", "kept").output().expect("xtask");
    let (data, notes) = words(&output);
    let is_alive = answers(&waiting.url);
    waiting.end();
    assert_eq!(data, format!("{} kept\n", waiting.url), "{notes}");
    assert!(is_alive && output.status.success(), "{notes}");
}
