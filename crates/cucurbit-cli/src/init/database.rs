//! The database that a package is started beside: its schema as SQL, and the first revision, which is what it holds.
//!
//! It is only read. Everything is written into a temporary folder, from where the package takes it, so that a database that
//! cannot be read leaves no file behind.

use std::{fs, path::Path};

use cucurbit::{
    Env,
    command::{self, Between, Location, NewRevision, Project, Source},
    config::{Config, Environment},
    connection::{
        ConnectOptions, Connection,
        url::{ConnectionUrl, SqliteUrls},
    },
    dialect::{self, Need},
    revision::RevisionId,
    runtime::VersionTable,
    schema::Dialect,
};
use tempfile::TempDir;

use super::files::{normal, relative};
use crate::error::Failure;

/// A database, as far as a package is made of it.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    /// Which one it is.
    pub(crate) dialect: Dialect,
    /// Its connection URL as it may stand in `cucurbit.toml`: without a password. `None` where it cannot be written without
    /// what is secret.
    pub(crate) url: Option<String>,
    /// Whether its connection URL has a password.
    pub(crate) has_password: bool,
    /// The SQL that creates what it holds.
    pub(crate) sql: String,
    /// What that SQL needs and does not create.
    pub(crate) needed: Vec<Need>,
    /// The first revision, unless the database is empty.
    pub(crate) first: Option<First>,
    /// What its version table says: who has managed it until now.
    pub(crate) versions: Vec<String>,
    /// What its reader should know.
    pub(crate) remarks: Vec<String>,
}

/// The first revision.
#[derive(Clone, Debug)]
pub(crate) struct First {
    /// Its id.
    pub(crate) revision: String,
    /// The name of its file.
    pub(crate) file: String,
    /// Its text.
    pub(crate) text: String,
}

impl Database {
    /// Tells whether the database is at the first revision already, by its own version table.
    pub(crate) fn is_at_first(&self) -> bool {
        let at = self.versions.as_slice();
        self.first.as_ref().is_some_and(|first| matches!(at, [only] if *only == first.revision))
    }
}

/// Reads the database of a connection URL, for a package in the folder `home`.
///
/// # Errors
///
/// When the connection URL or the database cannot be read, or no revision can create what it holds.
pub(crate) async fn read(
    text: &str,
    folder: &Path,
    home: &Path,
    urls: SqliteUrls,
) -> Result<Database, Failure> {
    let said = ConnectionUrl::parse_as(text, urls).map_err(|source| Failure::Url { source })?;
    let url = said.clone().relative_to(folder);
    refuse_what_is_not_there(&url)?;
    let mut connection = Connection::connect(&url, &ConnectOptions::new().read_only(true)).await?;
    let versions = VersionTable::default().heads(&mut connection).await;
    let needed = dialect::needed(&mut connection).await;
    connection.close().await?;
    let (versions, needed) = (versions?, needed?);
    let versions: Vec<String> = versions.ids().map(str::to_owned).collect();
    let staged = TempDir::new().map_err(|source| Failure::Folder { source })?;
    let project = staged_project(&staged, text, folder, url.dialect(), urls)?;
    let inspected = command::inspect(&project, &Source::Database).await?;
    let between = Between::new(Source::Empty, Source::Database);
    let written = command::create(&project, &first_revision(&versions), &between).await?;
    let mut remarks = inspected.warnings;
    let first = match written {
        Some(written) => {
            remarks.extend(written.warnings);
            remarks.extend(written.remarks);
            let read = |source| Failure::File { verb: "read", path: written.path.clone(), source };
            let text = fs::read_to_string(&written.path).map_err(read)?;
            let file = written.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Some(First { revision: written.revision, file, text })
        }
        None => None,
    };
    let tables = inspected.schema.tables();
    Ok(Database {
        dialect: url.dialect(),
        url: for_configuration(&url, home, urls),
        has_password: url.has_password(),
        sql: inspected.sql,
        needed: needed.into_iter().filter(|need| tables.contains_key(&need.table)).collect(),
        first,
        versions,
        remarks,
    })
}

/// Refuses a SQLite file that is not there: it would be taken for an empty database.
fn refuse_what_is_not_there(url: &ConnectionUrl) -> Result<(), Failure> {
    if url.dialect() != Dialect::Sqlite {
        return Ok(());
    }
    let hint = "name the database by its connection URL: `cucurbit init --from sqlite:///./app.db`";
    let message = match url.file() {
        Some(file) if file.exists() => return Ok(()),
        Some(file) => format!("there is no SQLite file `{}`", file.display()),
        None => "a database in memory holds nothing".to_owned(),
    };
    Err(Failure::Init { message, hint })
}

/// Opens a project without scripts in a temporary folder, in which the first revision is written.
fn staged_project(
    staged: &TempDir,
    text: &str,
    folder: &Path,
    dialect: Dialect,
    urls: SqliteUrls,
) -> Result<Project, Failure> {
    let (configuration, versions) = (staged.path().join("cucurbit.toml"), staged.path().join("versions"));
    let said = format!("dialects = [\"{}\"]\nsqlite_urls = \"{}\"\n", dialect.name(), word(urls));
    let failed = |source| Failure::File { verb: "write", path: configuration.clone(), source };
    fs::write(&configuration, said).map_err(failed)?;
    fs::create_dir(&versions).map_err(failed)?;
    let location = Location::new().config(&configuration).working_directory(folder).database_url(text);
    Ok(Project::open(Env::new(Vec::new()).project(staged.path()), location)?)
}

/// Whose reading of SQLite's connection URLs counts, as `cucurbit.toml` says it.
pub(super) fn word(urls: SqliteUrls) -> &'static str {
    if urls == SqliteUrls::Sqlx { "sqlx" } else { "sqlalchemy" }
}

/// Says what the first revision is to be. Where the version table holds one revision, of Alembic or of another project, it
/// has its id: the database is at it already.
fn first_revision(versions: &[String]) -> NewRevision {
    let new = cucurbit::cli::revision_made_now("Baseline");
    match versions {
        [only] if RevisionId::for_new_file(only).is_ok() => new.id(only),
        _ => new,
    }
}

/// Writes a connection URL for `cucurbit.toml`, which lies in the folder `home`: without its password, a SQLite file beside it.
fn for_configuration(url: &ConnectionUrl, home: &Path, urls: SqliteUrls) -> Option<String> {
    let wanted = match url.file() {
        Some(file) => {
            let path = relative(home, file);
            let text = match (urls == SqliteUrls::Sqlx, Path::new(&path).is_absolute()) {
                (true, _) => format!("sqlite://{path}"),
                (false, true) => format!("sqlite:///{path}"),
                (false, false) => format!("sqlite:///./{path}"),
            };
            // Other parameters of the connection URL are the caller's, and not the project's.
            let read = ConnectionUrl::parse_as(&text, urls).ok()?.relative_to(home);
            return (read.file().map(normal) == Some(normal(file))).then_some(text);
        }
        None => url.clone().without_password(),
    };
    let text = wanted.to_string();
    // What is masked is not what was said; `${` would be read as the name of a variable.
    let is_whole = ConnectionUrl::parse(&text).is_ok_and(|read| read == wanted) && !text.contains("${");
    is_whole.then_some(text)
}

/// Names the variable by which the commands of the new package would find another database, if there is one.
pub(super) fn another(said: &str, folder: &Path, urls: SqliteUrls) -> Option<String> {
    let environment = Environment::read().with_dot_env(folder).ok()?;
    let mut configuration = Config::default();
    configuration.sqlite_urls = Some(urls);
    let meant = ConnectionUrl::parse_as(said, urls).ok()?.relative_to(folder);
    // One that is invalid is told by the command that needs it.
    let found = configuration.url(None, &environment, folder).ok()?;
    (found.url != meant).then(|| found.origin.to_string())
}
