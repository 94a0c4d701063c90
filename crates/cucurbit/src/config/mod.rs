//! `cucurbit.toml` and the environment: where the database is, where the scripts are, how files are named.
//!
//! What lives here: the search for the file, its keys, and the one function that says which connection URL is meant.
//! The only reader of the environment (apart from sqlx, which reads libpq's own `PG…` variables). What the
//! answers are used for is the commands' business.

mod environment;

use std::{
    fmt, fs, io,
    ops::Range,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Deserializer, de::Error as _};
use thiserror::Error;
use toml::de::DeTable;

use crate::{
    connection::url::{ConnectionUrl, ConnectionUrlError, SqliteUrls},
    mask,
    nearest::nearest,
    schema::{Dialect, told},
};

pub use self::environment::Environment;

/// The name of the configuration file.
pub const FILE_NAME: &str = "cucurbit.toml";

/// What `cucurbit.toml` says, and the defaults for what it does not say.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The file that was read; `None` if there is none.
    #[serde(skip)]
    pub file: Option<PathBuf>,
    /// `dialects`: the databases that every revision must fit; empty when the file does not say, and then it is
    /// the database of the connection URL.
    #[serde(deserialize_with = "dialects")]
    pub dialects: Vec<Dialect>,
    /// `version_table`: the table that holds the heads.
    #[serde(deserialize_with = "filled")]
    pub version_table: String,
    /// `file_template`: how new scripts are named.
    #[serde(deserialize_with = "filled")]
    pub file_template: Option<String>,
    /// `truncate_slug_length`: how many characters of a message go into the name of a script.
    pub truncate_slug_length: Option<usize>,
    /// `lock_wait`: how long a run waits for another one.
    #[serde(deserialize_with = "duration")]
    pub lock_wait: Duration,
    /// `models`: the file of SQL, or the folder of such files, that declares the models.
    models: Option<PathBuf>,
    /// `post_write_hooks`: the commands, as words, that are run on a script once it is written; rustfmt when the file does not
    /// say.
    #[serde(deserialize_with = "commands")]
    pub post_write_hooks: Option<Vec<Vec<String>>>,
    /// `sqlite_urls`: whose reading of SQLite's connection URLs counts; SQLAlchemy's when the file does not say.
    #[serde(deserialize_with = "sqlite_urls")]
    pub sqlite_urls: Option<SqliteUrls>,
    #[serde(skip)]
    folder: PathBuf,
    versions: Option<PathBuf>,
    url: Option<Secret>,
    scratch_url: Option<Secret>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            file: None,
            dialects: Vec::new(),
            version_table: "alembic_version".to_owned(),
            file_template: None,
            truncate_slug_length: None,
            lock_wait: Duration::from_secs(60),
            models: None,
            post_write_hooks: None,
            sqlite_urls: None,
            folder: PathBuf::new(),
            versions: None,
            url: None,
            scratch_url: None,
        }
    }
}

/// A connection URL, and where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedUrl {
    /// The connection URL; a relative SQLite file is already put into its folder.
    pub url: ConnectionUrl,
    /// Where it was found.
    pub origin: Origin,
    /// The SQLite file that sqlx and SeaORM read by the same connection URL, if it is another one and `sqlite_urls` does not say
    /// which is meant.
    pub other_file: Option<PathBuf>,
}

/// Where a connection URL was found. `Display` writes it for a message: `` `url` in /srv/cucurbit.toml ``.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// `--database-url`.
    Argument,
    /// The configuration file, or `.env`.
    File {
        /// The file.
        path: PathBuf,
        /// The key, or the variable.
        key: &'static str,
    },
    /// An environment variable of this name.
    Variable(&'static str),
}

/// Why the configuration cannot be used.
#[derive(Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A connection URL is invalid.
    #[error("cannot read the connection URL in {origin}")]
    ConnectionUrl {
        /// Where it was found.
        origin: Origin,
        /// What is wrong with it.
        source: ConnectionUrlError,
    },
    /// A text is not a duration.
    #[error("`{text}` is not a duration")]
    BadDuration {
        /// The text.
        text: String,
    },
    /// `${` without a name and a `}`.
    #[error("{origin} has a `${{` that is not followed by the name of a variable and `}}`")]
    BadPlaceholder {
        /// The file and the key.
        origin: Origin,
    },
    /// `.env` has a line that cannot be read.
    #[error("{} has a line that is not `NAME=value`", path.display())]
    DotEnv {
        /// The file.
        path: PathBuf,
    },
    /// The file is no TOML, or a value is of the wrong type.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The character in the line, from 1.
        column: usize,
        /// What the parser says; never the line itself, which may hold a password.
        message: String,
    },
    /// No connection URL is configured.
    #[error("no connection URL is configured")]
    NoConnectionUrl {
        /// The configuration file, if there is one.
        file: Option<PathBuf>,
    },
    /// A variable holds bytes that are no text.
    #[error("the variable `{name}` is not UTF-8 text")]
    NotText {
        /// The variable.
        name: String,
    },
    /// The file cannot be read.
    #[error("cannot read {}", mask::word(&path.display().to_string()))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file has a key that means nothing.
    #[error("{}:{line}:{column}: unknown key `{key}`", path.display())]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The character in the line, from 1.
        column: usize,
        /// The key.
        key: String,
        /// The known one that is written most like it.
        nearest: Option<&'static str>,
    },
    /// A placeholder names a variable that is not set, or is empty.
    #[error("{origin} needs the variable `{name}`, which is not set")]
    UnsetVariable {
        /// The file and the key.
        origin: Origin,
        /// The variable.
        name: String,
    },
}

impl Config {
    /// Finds and reads the file: `explicit` (`-c FILE`), the one that `CUCURBIT_CONFIG` names, the nearest
    /// `cucurbit.toml` from the working directory upwards, the one in `manifest_dir` (the crate of the
    /// migrations, as compiled in). A missing file is not an error.
    ///
    /// # Errors
    ///
    /// When a file that was named is missing, or the one that was found cannot be read or understood.
    pub fn load(
        explicit: Option<&Path>,
        environment: &Environment,
        working_directory: &Path,
        manifest_dir: Option<&Path>,
    ) -> Result<Self, ConfigError> {
        let named = match explicit {
            Some(path) => Some(path),
            None => environment.get("CUCURBIT_CONFIG")?.map(Path::new),
        };
        if let Some(path) = named {
            let path = working_directory.join(path);
            return match fs::read_to_string(&path) {
                Ok(text) => Self::parse(path, &text),
                Err(source) => Err(ConfigError::Read { path, source }),
            };
        }
        for folder in working_directory.ancestors().chain(manifest_dir) {
            let path = folder.join(FILE_NAME);
            match fs::read_to_string(&path) {
                Ok(text) => return Self::parse(path, &text),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(ConfigError::Read { path, source }),
            }
        }
        // A binary that was copied elsewhere has no manifest folder any more.
        let folder = manifest_dir.filter(|folder| folder.is_dir()).unwrap_or(working_directory);
        Ok(Self { folder: folder.to_owned(), ..Self::default() })
    }

    fn parse(path: PathBuf, text: &str) -> Result<Self, ConfigError> {
        // The keys are looked at first: serde's own complaint does not say which one was meant.
        let table = DeTable::parse(text).map_err(|error| malformed(&path, text, &error))?;
        for key in table.get_ref().keys() {
            let name: &str = key.get_ref();
            if !KEYS.contains(&name) {
                let (line, column) = place(text, key.span());
                let (key, nearest) = (mask::word(name), nearest(name, KEYS));
                return Err(ConfigError::UnknownKey { path, line, column, key, nearest });
            }
        }
        let read: Self = toml::from_str(text).map_err(|error| malformed(&path, text, &error))?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Ok(Self { file: Some(path), folder, ..read })
    }

    /// Returns the folder of the file; where there is none, that of the migrations.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns `models`: the file of SQL, or the folder of such files, that declares the models.
    #[must_use]
    pub fn models(&self) -> Option<PathBuf> {
        self.models.as_ref().map(|models| self.folder.join(models))
    }

    /// Says which database is meant, for every command: `from_argument` (`--database-url`), then
    /// `DATABASE_URL`, then `ALEMBIC_DATABASE_URL`, then the file's `url`.
    ///
    /// A relative SQLite file is relative to the file, `.env` or `cucurbit.toml`, when it comes from one, else to the working
    /// directory.
    ///
    /// # Errors
    ///
    /// If no connection URL is configured, or the first one is invalid: then the next is not tried.
    pub fn url(
        &self,
        from_argument: Option<&str>,
        environment: &Environment,
        working_directory: &Path,
    ) -> Result<ResolvedUrl, ConfigError> {
        if let Some(text) = from_argument {
            return self.resolve(text, working_directory, Origin::Argument);
        }
        for name in ["DATABASE_URL", "ALEMBIC_DATABASE_URL"] {
            let Some((text, file)) = environment.found(name)? else {
                // The line that cannot be read may be this one.
                environment.refuse_malformed_file()?;
                continue;
            };
            let Some(path) = file else {
                return self.resolve(text, working_directory, Origin::Variable(name));
            };
            let folder = path.parent().unwrap_or(working_directory);
            return self.resolve(text, folder, Origin::File { path: path.to_owned(), key: name });
        }
        self.file_url("url", self.url.as_ref(), environment)?
            .ok_or_else(|| ConfigError::NoConnectionUrl { file: self.file.clone() })
    }

    /// Returns `scratch_url`: a PostgreSQL server on which databases may be created and dropped.
    ///
    /// # Errors
    ///
    /// If it is not a connection URL.
    pub fn scratch_url(&self, environment: &Environment) -> Result<Option<ResolvedUrl>, ConfigError> {
        self.file_url("scratch_url", self.scratch_url.as_ref(), environment)
    }

    /// Returns the folder of the revision scripts: what the file says, relative to the file; else `versions` in
    /// the crate of the migrations, which is where its build script looks.
    #[must_use]
    pub fn versions_folder(&self, manifest_dir: Option<&Path>) -> PathBuf {
        match &self.versions {
            Some(versions) => self.folder.join(versions),
            None => manifest_dir.filter(|folder| folder.is_dir()).unwrap_or(&self.folder).join("versions"),
        }
    }

    fn file_url(
        &self,
        key: &'static str,
        value: Option<&Secret>,
        environment: &Environment,
    ) -> Result<Option<ResolvedUrl>, ConfigError> {
        let (Some(path), Some(Secret(text))) = (&self.file, value) else { return Ok(None) };
        let origin = Origin::File { path: path.clone(), key };
        let text = expand(text, &origin, environment)?;
        self.resolve(&text, &self.folder, origin).map(Some)
    }

    fn resolve(&self, text: &str, folder: &Path, origin: Origin) -> Result<ResolvedUrl, ConfigError> {
        let read = |urls| ConnectionUrl::parse_as(text, urls).map(|url| url.relative_to(folder));
        let url = match read(self.sqlite_urls.unwrap_or_default()) {
            Ok(url) => url,
            Err(source) => return Err(ConfigError::ConnectionUrl { origin, source }),
        };
        // sqlx takes no scheme with a Python driver in it.
        let is_ambiguous = self.sqlite_urls.is_none() && text.trim_start().starts_with("sqlite:");
        let other = read(SqliteUrls::Sqlx).ok().filter(|other| is_ambiguous && *other != url);
        let other_file = other.and_then(|other| other.file().map(Path::to_owned));
        Ok(ResolvedUrl { url, origin, other_file })
    }
}

/// Puts the values of variables in the place of `${NAME}`. Nothing else is special, a `%` least of all.
fn expand(text: &str, origin: &Origin, environment: &Environment) -> Result<String, ConfigError> {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let named = after.split_once('}').filter(|(name, _)| is_variable(name));
        let Some((name, after)) = named else {
            return Err(ConfigError::BadPlaceholder { origin: origin.clone() });
        };
        let Some(value) = environment.get(name)? else {
            environment.refuse_malformed_file()?;
            return Err(ConfigError::UnsetVariable { origin: origin.clone(), name: name.to_owned() });
        };
        expanded.push_str(before);
        expanded.push_str(value);
        rest = after;
    }
    expanded.push_str(rest);
    Ok(expanded)
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// Parses a duration such as `60s`, `500ms` or `1m 30s`; `0s` is zero.
///
/// # Errors
///
/// When it has no unit, is negative, or is something else.
pub fn parse_duration(text: &str) -> Result<Duration, ConfigError> {
    let parsed = text.parse::<jiff::SignedDuration>().ok();
    parsed
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| ConfigError::BadDuration { text: mask::word(text) })
}

/// The keys of `cucurbit.toml`.
const KEYS: [&str; 11] = [
    "dialects",
    "file_template",
    "lock_wait",
    "models",
    "post_write_hooks",
    "scratch_url",
    "sqlite_urls",
    "truncate_slug_length",
    "url",
    "version_table",
    "versions",
];

/// Keeps the message and the place. The error itself would print the line, and with it a password.
fn malformed(path: &Path, text: &str, error: &toml::de::Error) -> ConfigError {
    let (line, column) = place(text, error.span().unwrap_or_default());
    ConfigError::Malformed { path: path.to_owned(), line, column, message: mask::text(error.message()) }
}

fn place(text: &str, span: Range<usize>) -> (usize, usize) {
    let before = text.get(..span.start).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

fn dialects<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Dialect>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    if names.is_empty() {
        return Err(D::Error::custom("`dialects` must name at least one"));
    }
    names.iter().map(|name| Dialect::by_name(name).ok_or_else(|| unknown_dialect(name))).collect()
}

fn unknown_dialect<E: serde::de::Error>(name: &str) -> E {
    let known = Dialect::ALL.map(|dialect| format!("`{}`", dialect.name())).join(" and ");
    E::custom(format!("unknown dialect `{}`: there are {known}", mask::word(name)))
}

fn sqlite_urls<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SqliteUrls>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let found = SqliteUrls::NAMES.iter().find(|(name, _)| *name == text).map(|(_, urls)| *urls);
    let unknown = || D::Error::custom("`sqlite_urls` is `sqlalchemy` or `sqlx`");
    found.ok_or_else(unknown).map(Some)
}

/// Reads commands as a shell splits them into words.
fn commands<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Vec<String>>>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let words = |text: &String| {
        let words = shlex::split(text).filter(|words| !words.is_empty());
        words.ok_or_else(|| D::Error::custom(format!("`{}` is no command", mask::word(text))))
    };
    texts.iter().map(words).collect::<Result<_, _>>().map(Some)
}

fn filled<'de, D: Deserializer<'de>, T: From<String>>(deserializer: D) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.trim().is_empty() { Err(D::Error::custom("the value is empty")) } else { Ok(text.into()) }
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_duration(&text).map_err(|error| D::Error::custom(format!("{error}: write `60s` or `5m`")))
}

/// A text that may hold a password, and is not printed.
#[derive(Clone, Deserialize)]
struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument => formatter.write_str("`--database-url`"),
            Self::File { path, key } => write!(formatter, "`{key}` in {}", path.display()),
            Self::Variable(name) => write!(formatter, "the variable `{name}`"),
        }
    }
}

/// For people, as a program that ends by it prints it: with causes and hint.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        told(self, self.hint(), f)
    }
}

impl ConfigError {
    /// Returns advice, where there is some.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::ConnectionUrl { source, .. } => source.hint(),
            Self::BadDuration { .. } => Some("write `60s`, `5m` or `500ms`".to_owned()),
            Self::BadPlaceholder { .. } => Some("write `${NAME}`; a `${` that is meant is `%24{`".to_owned()),
            Self::DotEnv { .. } => {
                Some("put a value with spaces, `#` or `$` between single quotes: `NAME='value'`".to_owned())
            }
            Self::Malformed { .. } | Self::NotText { .. } | Self::Read { .. } => None,
            Self::NoConnectionUrl { file } => {
                let file = file.as_deref().unwrap_or(Path::new(FILE_NAME));
                Some(format!(
                    "give `--database-url`, set `DATABASE_URL`, or write `url = \"sqlite:///file.db\"` into {}",
                    file.display()
                ))
            }
            Self::UnknownKey { nearest: Some(known), .. } => Some(format!("did you mean `{known}`?")),
            Self::UnknownKey { nearest: None, .. } => {
                Some(format!("the keys are {}", KEYS.map(|key| format!("`{key}`")).join(", ")))
            }
            Self::UnsetVariable { name, .. } => Some(format!("set `{name}`, or give `--database-url`")),
        }
    }
}
