//! Opening a database by its connection URL.
//!
//! What lives here: what a connection of ours is like (foreign keys, time-outs, names), which of several hosts
//! is taken, and the errors of files that cannot be opened. The forms of connection URLs are `url/`.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    str::FromStr as _,
    time::Duration,
};

use log::LevelFilter;
use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, SqliteConnection,
    postgres::{PgConnectOptions, PgSslMode},
    sqlite::SqliteConnectOptions,
};

use super::{
    Connection, ConnectionError, DriverError, Trouble, tls,
    url::{ALL, ConnectionUrl, Host, Kind, Place, PostgresUrl, Session, SqliteMode, SqliteUrl, encode},
};

/// How a database is opened.
///
/// ```
/// use std::time::Duration;
///
/// use cucurbit::connection::ConnectOptions;
///
/// let options = ConnectOptions::new().create_file(true).busy_timeout(Duration::from_secs(30));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectOptions {
    pub(crate) create_file: bool,
    pub(crate) read_only: bool,
    pub(crate) busy_timeout: Duration,
}

impl ConnectOptions {
    /// Starts from an existing file, for reading and writing, and 5 seconds of waiting.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets whether a SQLite file that does not exist is created.
    #[must_use]
    pub fn create_file(mut self, is_created: bool) -> Self {
        self.create_file = is_created;
        self
    }

    /// Sets whether a SQLite file is opened for reading only. PostgreSQL takes no notice of it: what only reads
    /// there may still have to create something in a transaction that is rolled back.
    #[must_use]
    pub fn read_only(mut self, is_read_only: bool) -> Self {
        self.read_only = is_read_only;
        self
    }

    /// Sets how long a statement waits for another writer of a SQLite file, unless the connection URL says.
    #[must_use]
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }
}

impl Default for ConnectOptions {
    /// An existing file, for reading and writing; 5 seconds, as in Python's driver.
    fn default() -> Self {
        Self { create_file: false, read_only: false, busy_timeout: Duration::from_secs(5) }
    }
}

impl Connection {
    /// Opens the database at a connection URL.
    ///
    /// SQLite: foreign keys are on, and the journal mode of the file stays as it is. PostgreSQL:
    /// `application_name` is `cucurbit` unless the connection URL names another; of several hosts the first that
    /// answers and is what `target_session_attrs` asks for is taken.
    ///
    /// # Errors
    ///
    /// When the file is missing and is not to be created, is a folder or no database; when no server answers,
    /// refuses the user, or has no such database.
    pub async fn connect(url: &ConnectionUrl, options: &ConnectOptions) -> Result<Self, ConnectionError> {
        match &url.0 {
            Kind::Postgres(postgres) => connect_postgres(postgres).await,
            Kind::Sqlite(sqlite) => connect_sqlite(sqlite, options).await,
        }
    }
}

/// Leaves statements out of an application's log, unless it asks for traces.
///
/// sqlx would write every statement there, and slow ones as warnings, with the passwords in them.
fn quiet<O: sqlx::ConnectOptions>(options: O) -> O {
    options.log_statements(LevelFilter::Trace).log_slow_statements(LevelFilter::Off, Duration::MAX)
}

async fn connect_sqlite(url: &SqliteUrl, options: &ConnectOptions) -> Result<Connection, ConnectionError> {
    let read_only = options.read_only || url.mode == SqliteMode::ReadOnly;
    let create = options.create_file && !read_only && url.mode == SqliteMode::Create;
    let busy_timeout = url.busy_timeout.unwrap_or(options.busy_timeout);
    let sqlite = quiet(SqliteConnectOptions::new())
        .foreign_keys(true)
        .shared_cache(url.has_shared_cache)
        // SQLite counts milliseconds in 32 bits, and sqlx panics beyond.
        .busy_timeout(busy_timeout.min(Duration::from_millis(i32::MAX.unsigned_abs().into())));
    let sqlite = match &url.place {
        Place::File(path) => {
            look_at_file(url, path, create)?;
            sqlite.filename(plain_path(path)).read_only(read_only).create_if_missing(create)
        }
        Place::Memory { name: None } => sqlite.in_memory(true),
        Place::Memory { name: Some(name) } => sqlite.in_memory(true).filename(format!("file:{name}")),
    };
    let failed = |source: DriverError| ConnectionError::Connect { url: url.to_string(), source };
    let connection: SqliteConnection = sqlite.connect().await.map_err(|error| failed(error.into()))?;
    let mut connection = Connection { is_own: true, ..Connection::from(connection) };
    // SQLite opens anything; only reading the header and the schema tells whether it is a database.
    let read = connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").await;
    let Err(refused) = read else { return Ok(connection) };
    let trouble = refused.trouble();
    let ConnectionError::Statement { source, .. } = refused else { return Err(refused) };
    let Place::File(path) = &url.place else { return Err(failed(source)) };
    let path = path.clone();
    let is_none = trouble == Some(Trouble::NotADatabase);
    Err(if trouble == Some(Trouble::NewerFormat) || is_none && is_newer(&path) {
        ConnectionError::NewerFormat { path, source }
    } else if is_none {
        ConnectionError::NotADatabase { path, source }
    } else {
        failed(source)
    })
}

/// Tells whether a file that SQLite does not take begins like a database of a newer SQLite: byte 19 is the "read
/// version" (<https://www.sqlite.org/fileformat2.html>, section 1.3.3).
///
/// No connection of this process has such a file open, so that reading it drops no locks.
fn is_newer(path: &Path) -> bool {
    let mut header = [0; 20];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut header));
    read.is_ok() && header.starts_with(b"SQLite format 3\0") && header[19] > 2
}

impl ConnectionUrl {
    /// Returns the SQLite file if it is not there and a command may make it.
    pub(crate) fn file_to_be_made(&self) -> Option<&Path> {
        match &self.0 {
            Kind::Sqlite(SqliteUrl { place: Place::File(path), mode: SqliteMode::Create, .. }) => {
                let is_absent =
                    fs::metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                Some(path.as_path()).filter(|_| is_absent && folder.is_none_or(Path::is_dir))
            }
            Kind::Postgres(_) | Kind::Sqlite(_) => None,
        }
    }

    /// Returns the name of a PostgreSQL database: the one given, or what libpq takes where none is; for SQLite the file.
    ///
    /// # Errors
    ///
    /// When a certificate that the connection URL names cannot be read.
    pub(crate) fn database(&self) -> Result<String, ConnectionError> {
        match &self.0 {
            Kind::Postgres(url) => {
                let host = url.hosts.first().cloned().unwrap_or(Host { name: None, port: None });
                let options = postgres_options(url, &host)?;
                Ok(options.get_database().unwrap_or(options.get_username()).to_owned())
            }
            Kind::Sqlite(url) => Ok(match &url.place {
                Place::File(path) => path.display().to_string(),
                Place::Memory { .. } => ":memory:".to_owned(),
            }),
        }
    }

    /// Tells whether it names a SQLite file that is not there.
    pub(crate) fn is_missing_file(&self) -> bool {
        self.file().is_some_and(|path| !path.exists())
    }
}

/// Says what is wrong with a path better than SQLite's "unable to open database file".
///
/// The file is not opened: to close it again would drop the locks that another connection of this process
/// holds on it (<https://www.sqlite.org/howtocorrupt.html>, section 2.2).
fn look_at_file(url: &SqliteUrl, path: &Path, create: bool) -> Result<(), ConnectionError> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(ConnectionError::Folder { path: path.to_owned() }),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            match folder {
                Some(folder) if !folder.exists() => {
                    Err(ConnectionError::NoFolder { folder: folder.to_owned() })
                }
                Some(_) | None if create => Ok(()),
                Some(_) | None => Err(ConnectionError::NoFile { path: path.to_owned() }),
            }
        }
        Err(error) => {
            Err(ConnectionError::Connect { url: url.to_string(), source: sqlx::Error::from(error).into() })
        }
    }
}

/// Keeps SQLite from reading a file called `file:x?mode=memory` or `:memory:` as something else.
fn plain_path(path: &Path) -> PathBuf {
    if path.is_absolute() { path.to_owned() } else { Path::new(".").join(path) }
}

/// The options with which a connection to a server was opened; of several hosts, the one that was chosen.
#[derive(Clone)]
pub(crate) struct Origin {
    url: PostgresUrl,
    options: PgConnectOptions,
}

/// Says nothing of what is in it: there may be a password.
impl std::fmt::Debug for Origin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Origin").finish_non_exhaustive()
    }
}

impl Origin {
    /// Connects to the same server again.
    pub(crate) async fn connect(&self) -> Result<Connection, ConnectionError> {
        let Self { url, options } = self;
        let failed =
            |source: sqlx::Error| ConnectionError::Connect { url: url.to_string(), source: source.into() };
        let connection = connect_as_preferred(url, options).await.map_err(failed)?;
        Ok(Connection { origin: Some(Box::new(self.clone())), ..Connection::from(connection) })
    }
}

impl Connection {
    /// Returns how to open a second connection to the same server; `None` if no connection URL led to this one.
    pub(crate) fn origin(&self) -> Option<Origin> {
        self.origin.as_deref().cloned()
    }
}

async fn connect_postgres(url: &PostgresUrl) -> Result<Connection, ConnectionError> {
    let hosts = if url.hosts.is_empty() { vec![Host::default()] } else { url.hosts.clone() };
    let mut attempts = Vec::new();
    let mut last = None;
    // Only `prefer-standby` asks for one thing first and then takes anything.
    let prefers = url.session == Session::PreferStandby;
    let sessions = if prefers { vec![Session::Standby, Session::Any] } else { vec![url.session] };
    for session in sessions {
        attempts.clear();
        for host in &hosts {
            match connect_host(url, host, session).await {
                Ok(connection) => return Ok(connection),
                // As in libpq, a server that refuses the user is the answer: the others are not asked.
                Err(error) if error.code().is_some_and(|code| code.starts_with("28")) => return Err(error),
                Err(error) => {
                    attempts.push(format!("{host}: {}", reason(&error)));
                    last = Some(error);
                }
            }
        }
    }
    match last {
        Some(error) if hosts.len() == 1 => Err(error),
        Some(_) | None => Err(ConnectionError::NoHost { url: url.to_string(), attempts }),
    }
}

fn reason(error: &ConnectionError) -> String {
    if let ConnectionError::Connect { source, .. } | ConnectionError::Statement { source, .. } = error {
        source.to_string()
    } else if let ConnectionError::Tls { source, .. } = error {
        source.to_string()
    } else if let ConnectionError::WrongSession { wanted, .. } = error {
        format!("the server is not `{wanted}`")
    } else {
        error.to_string()
    }
}

async fn connect_host(
    url: &PostgresUrl,
    host: &Host,
    session: Session,
) -> Result<Connection, ConnectionError> {
    let options = postgres_options(url, host)?;
    // The message names the host, the user and the database that were taken for what the connection URL leaves out.
    let shown = PostgresUrl {
        user: Some(options.get_username().to_owned()),
        hosts: vec![Host { name: Some(options.get_host().to_owned()), port: Some(options.get_port()) }],
        database: Some(options.get_database().unwrap_or(options.get_username()).to_owned()),
        ..url.clone()
    };
    let failed = |source: sqlx::Error| match tls::explain(&source, url, options.get_host()) {
        Some(source) => ConnectionError::Tls { url: shown.to_string(), source },
        None => ConnectionError::Connect { url: shown.to_string(), source: source.into() },
    };
    let mut connection = match url.connect_timeout {
        None => connect_as_preferred(url, &options).await.map_err(failed)?,
        Some(limit) => match tokio::time::timeout(limit, connect_as_preferred(url, &options)).await {
            Ok(connected) => connected.map_err(failed)?,
            Err(_) => {
                let message = format!("no answer within {} s", limit.as_secs());
                return Err(failed(io::Error::new(io::ErrorKind::TimedOut, message).into()));
            }
        },
    };
    if session == Session::Any || is_session(&mut connection, session).await.map_err(failed)? {
        let origin = Origin { url: url.clone(), options: options.clone() };
        return Ok(Connection { origin: Some(Box::new(origin)), ..Connection::from(connection) });
    }
    connection.close().await.map_err(failed)?;
    Err(ConnectionError::WrongSession { url: shown.to_string(), wanted: session.name() })
}

/// Connects; `prefer` is content without TLS when the server does not want it or it fails, as in libpq.
async fn connect_as_preferred(
    url: &PostgresUrl,
    options: &PgConnectOptions,
) -> Result<PgConnection, sqlx::Error> {
    match (options.connect().await, options.get_ssl_mode()) {
        (Err(error), PgSslMode::Prefer) if tls::may_work_without(&error, url) => {
            let plain = options.clone().ssl_mode(PgSslMode::Disable).connect().await;
            // The first answer is the one to the better question.
            plain.map_err(|_| error)
        }
        (connected, _) => connected,
    }
}

/// Asks the server what it is, as libpq does for `target_session_attrs`.
async fn is_session(connection: &mut PgConnection, session: Session) -> Result<bool, sqlx::Error> {
    let (is_standby, is_read_only): (bool, bool) = sqlx::query_as(
        "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only') = 'on'",
    )
    // A statement with a name would stay behind in a session that a pooler gives to others.
    .persistent(false)
    .fetch_one(connection)
    .await?;
    Ok(match session {
        Session::Any | Session::PreferStandby => true,
        Session::Primary => !is_standby,
        Session::ReadOnly => is_read_only,
        Session::ReadWrite => !is_read_only,
        Session::Standby => is_standby,
    })
}

fn postgres_options(url: &PostgresUrl, host: &Host) -> Result<PgConnectOptions, ConnectionError> {
    let PostgresUrl {
        user,
        password,
        hosts: _,
        database,
        application_name,
        connect_timeout: _,
        options: settings,
        ssl_mode,
        ssl_root_certificate,
        ssl_certificate,
        ssl_key,
        session: _,
        statement_cache,
    } = url;
    let mut options = PgConnectOptions::from_str(&plain_url(&[
        ("user", user.as_deref()),
        ("password", password.as_deref()),
        ("host", host.name.as_deref().filter(|name| !name.starts_with('/'))),
        ("port", host.port.map(|port| port.to_string()).as_deref()),
        ("dbname", database.as_deref()),
        ("options", settings.as_deref()),
        ("application_name", application_name.as_deref()),
        ("sslmode", *ssl_mode),
        ("statement-cache-capacity", statement_cache.map(|size| size.to_string()).as_deref()),
    ]))
    .map_err(|source| ConnectionError::Connect { url: url.to_string(), source: source.into() })?;
    if let Some(name) = &host.name {
        options = options.host(name);
    }
    if options.get_application_name().is_none() {
        options = options.application_name("cucurbit");
    }
    tls::check_files(url)?;
    let trusts_system = ssl_root_certificate.as_deref() == Some(Path::new(tls::SYSTEM));
    if let Some(path) = ssl_root_certificate.as_deref().filter(|_| !trusts_system) {
        options = options.ssl_root_cert(path);
    }
    if let Some(path) = ssl_certificate {
        options = options.ssl_client_cert(path);
    }
    if let Some(path) = ssl_key {
        options = options.ssl_client_key(path);
    }
    // What the connection URL leaves out is `PGSSLMODE`, or `prefer`.
    let ssl_mode = match options.get_ssl_mode() {
        // As in libpq, a socket has no TLS whatever is asked for, `system` means to verify in full, and a
        // certificate to trust means to verify.
        _ if options.get_host().starts_with('/') => PgSslMode::Disable,
        _ if trusts_system => PgSslMode::VerifyFull,
        PgSslMode::Require if ssl_root_certificate.is_some() => PgSslMode::VerifyCa,
        // sqlx never tries TLS for `allow`; `prefer` reaches every server that `allow` would.
        PgSslMode::Allow | PgSslMode::Prefer => PgSslMode::Prefer,
        PgSslMode::Disable => PgSslMode::Disable,
        PgSslMode::Require => PgSslMode::Require,
        PgSslMode::VerifyCa => PgSslMode::VerifyCa,
        PgSslMode::VerifyFull => PgSslMode::VerifyFull,
    };
    Ok(quiet(options.ssl_mode(ssl_mode)))
}

/// Writes a connection URL for sqlx, which looks into the password file and takes `options` as a text only when it
/// reads a connection URL itself. Everything is a parameter: a host in its usual place cannot be left out.
fn plain_url(parameters: &[(&str, Option<&str>)]) -> String {
    let given = parameters.iter().filter_map(|(name, value)| value.map(|value| (name, value)));
    let pairs: Vec<String> = given.map(|(name, value)| format!("{name}={}", encode(value, ALL))).collect();
    format!("postgresql:?{}", pairs.join("&"))
}
