//! A PostgreSQL server of a test's own: its TLS, its users and what it is are the test's to set.
//!
//! Its programs, and the user it runs as when the tests run as root, are those of the server of the other tests
//! (`CUCURBIT_TEST_POSTGRES_URL`), which is asked for them; where that one is on another machine, those of Debian.

pub(crate) mod certificate;

use std::{
    fs,
    io::ErrorKind,
    net::TcpListener,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use cucurbit::{
    config::Environment,
    connection::{ConnectOptions, Connection},
};

use self::certificate::Certificate;

/// A running server; dropping it ends it and removes its folder.
pub(crate) struct Cluster {
    pub(crate) port: u16,
    files: Files,
    /// Waits for the end of its input, whatever becomes of the test, and ends the server.
    guard: Child,
}

/// Where it is, with what and by whom it runs.
struct Files {
    folder: PathBuf,
    programs: PathBuf,
    /// User and group, where the tests run as root, as whom PostgreSQL does not.
    owner: Option<(u32, u32)>,
}

/// Who may come by which way: each user of the tests by one.
const ACCESS: &str = r#"
local     all  all                 trust
hostssl   all  gardener   samehost cert
hostssl   all  ciphered   samehost trust
hostnossl all  uncovered  samehost trust
hostssl   all  guest      samehost scram-sha-256
host      all  "g@rt/n:r" samehost scram-sha-256
host      all  postgres   samehost trust
"#;

const USERS: &str = r#"
SET password_encryption = 'scram-sha-256';
CREATE ROLE gardener LOGIN;
CREATE ROLE ciphered LOGIN;
CREATE ROLE uncovered LOGIN;
CREATE ROLE guest LOGIN PASSWORD 's3cret';
CREATE ROLE "g@rt/n:r" LOGIN PASSWORD 'a@b/c:d%e+f?g&h=ü #';
"#;

impl Cluster {
    /// Starts a server without TLS.
    pub(crate) async fn start() -> Self {
        let files = Files::make().await;
        let guard = files.guard();
        let initdb = ["--pgdata=data", "--username=postgres", "--auth=trust", "--locale=C", "--no-sync"];
        files.run("initdb", &initdb).unwrap();
        files.write("data/pg_hba.conf", ACCESS);
        let port = files.start();
        let cluster = Self { port, files, guard };
        let mut admin = cluster.admin().await;
        admin.execute(USERS).await.unwrap();
        admin.close().await.unwrap();
        cluster
    }

    /// Shows this certificate from now on, and asks clients for one that `clients` has signed.
    pub(crate) async fn show(&self, server: &Certificate, clients: Option<&Certificate>) {
        self.write("server.crt", &server.certificate);
        self.write("server.key", &server.key);
        let clients = clients.map(|clients| self.write("clients.crt", &clients.certificate));
        let file = |path: Option<&Path>| path.map_or(String::new(), |path| path.display().to_string());
        self.set(&[
            ("ssl_cert_file", &file(Some(&self.path("server.crt")))),
            ("ssl_key_file", &file(Some(&self.path("server.key")))),
            ("ssl_ca_file", &file(clients.as_deref())),
            ("ssl", "on"),
        ])
        .await;
    }

    /// Changes settings, and waits until the server has taken them.
    pub(crate) async fn set(&self, settings: &[(&str, &str)]) {
        let mut admin = self.admin().await;
        for (name, value) in settings {
            admin.execute(&format!("ALTER SYSTEM SET {name} = '{value}'")).await.unwrap();
        }
        let loaded = "SELECT pg_conf_load_time()::text";
        let before = admin.value(loaded).await.unwrap();
        admin.execute("SELECT pg_reload_conf()").await.unwrap();
        // A new connection has what the server had when it came. It is told of a reload when that has begun.
        loop {
            let mut later = self.admin().await;
            if later.value(loaded).await.unwrap() > before {
                for (name, value) in settings {
                    let now = later.value(&format!("SHOW {name}")).await.unwrap();
                    assert_eq!(now.as_deref(), Some(*value), "{name}: {}", self.log());
                }
                return;
            }
        }
    }

    /// Starts the server again as one that follows another, which it has not got.
    pub(crate) fn become_standby(&self) {
        self.write("data/standby.signal", "");
        self.files.run("pg_ctl", &["restart", "--pgdata=data", "--mode=fast", "--wait", "--silent"]).unwrap();
    }

    /// Starts the server again: some settings are read only then.
    pub(crate) fn restart(&self) {
        self.files.run("pg_ctl", &["restart", "--pgdata=data", "--mode=fast", "--wait", "--silent"]).unwrap();
    }

    /// Connects as the superuser, by the socket.
    pub(crate) async fn admin(&self) -> Connection {
        let url = format!("postgresql://postgres@/postgres?host={}&port={}", self.socket(), self.port);
        Connection::connect(&url.parse().unwrap(), &ConnectOptions::default()).await.unwrap()
    }

    /// The folder of its socket.
    pub(crate) fn socket(&self) -> String {
        self.files.folder.display().to_string()
    }

    /// Writes a file beside the server's, for the test and the server only, and returns its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        self.files.write(name, text)
    }

    /// Where a file of that name is.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.files.folder.join(name)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let ended = self.guard.wait();
        assert!(ended.is_ok_and(|status| status.success()) || std::thread::panicking());
    }
}

impl Files {
    async fn make() -> Self {
        let environment = Environment::read();
        let url = environment.get("CUCURBIT_TEST_POSTGRES_URL").unwrap();
        let url = url.expect("CUCURBIT_TEST_POSTGRES_URL is not set: `cargo xtask test` starts a server");
        let options = ConnectOptions::default();
        let mut other = Connection::connect(&url.parse().unwrap(), &options).await.unwrap();
        let binaries = "SELECT setting FROM pg_config WHERE name = 'BINDIR'";
        let binaries = other.value(binaries).await.unwrap().unwrap();
        let data = other.value("SHOW data_directory").await.unwrap().unwrap();
        other.close().await.unwrap();

        // Not in TMPDIR: the name of a socket may have some hundred bytes only.
        let folder = tempfile::Builder::new().prefix("cucurbit-tls-").tempdir_in("/tmp").unwrap().keep();
        let owner = (fs::metadata(&folder).unwrap().uid() == 0).then(|| owner(Path::new(&data)));
        if let Some((user, group)) = owner {
            chown(&folder, Some(user), Some(group)).unwrap();
        }
        Self { folder, programs: programs(Path::new(&binaries)), owner }
    }

    /// A program in the folder, by the owner, without the settings of whoever runs the tests.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).env_clear().env("LC_ALL", "C").env("PATH", "/usr/bin:/bin");
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<(), String> {
        let mut command = self.command(&self.programs.join(program));
        // Into a file: a server that is started keeps what it was given open.
        let log = fs::File::options().append(true).create(true).open(self.folder.join("log")).unwrap();
        command.args(arguments).stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let status = command.status().unwrap();
        let words = || fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        if status.success() { Ok(()) } else { Err(format!("{program} {arguments:?}: {}", words())) }
    }

    /// Ends the server, if there is one, and removes the folder, when the test ends; however it does.
    fn guard(&self) -> Child {
        let script = r#"
            cat >/dev/null
            if test -e data/postmaster.pid; then "$0/pg_ctl" stop --pgdata=data --mode=immediate --silent; fi
            cd / && rm -rf "$1"
        "#;
        let mut command = self.command(Path::new("/bin/sh"));
        command.args([Path::new("-c"), Path::new(script), &self.programs, &self.folder]);
        command.stdin(Stdio::piped()).process_group(0).spawn().unwrap()
    }

    /// Starts the server on a free port, which it returns.
    fn start(&self) -> u16 {
        let mut tries = 5;
        loop {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            self.write("data/postgresql.auto.conf", &settings(&self.folder, port));
            let started = self.run("pg_ctl", &["start", "--pgdata=data", "--wait", "--silent"]);
            let Err(problem) = started else { return port };
            tries -= 1;
            // Somebody else may have taken the port in between.
            assert!(tries > 0 && problem.contains("Address already in use"), "{problem}");
        }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.join(name);
        fs::write(&path, text).unwrap();
        // The server refuses a key that others can read.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        if let Some((user, group)) = self.owner {
            chown(&path, Some(user), Some(group)).unwrap();
        }
        path
    }
}

fn settings(folder: &Path, port: u16) -> String {
    let folder = folder.display();
    format!(
        "listen_addresses = '127.0.0.1, ::1'\nport = '{port}'\nunix_socket_directories = '{folder}'\nfsync = 'off'\n"
    )
}

/// The folder of PostgreSQL's programs.
fn programs(of_the_other_server: &Path) -> PathBuf {
    let releases = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = releases.map(|release| release.path().join("bin")).collect();
    folders.sort();
    folders.push(of_the_other_server.to_owned());
    let found = folders.into_iter().rev().find(|folder| folder.join("initdb").exists());
    found.expect("the tests of TLS need PostgreSQL's programs (initdb, pg_ctl, postgres) on this machine")
}

/// The user and group of the other server's files; else of the user `postgres`.
fn owner(data: &Path) -> (u32, u32) {
    match fs::metadata(data) {
        Ok(data) => (data.uid(), data.gid()),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
            let id = |flag: &str| {
                let output = Command::new("id").args([flag, "postgres"]).output().unwrap();
                let number = String::from_utf8(output.stdout).unwrap().trim().parse();
                number.expect("PostgreSQL does not run as root, and there is no user `postgres`")
            };
            (id("-u"), id("-g"))
        }
    }
}
