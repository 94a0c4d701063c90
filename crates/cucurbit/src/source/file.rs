//! A file of SQL, run on a scratch database: what it makes of nothing.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::{
    connection::{Connection, ConnectionError, url::ConnectionUrl},
    dialect::{
        self, Before, Need, ReflectError, Scratch, ScratchError, Stopped, Unmanaged, lexer::Unrunnable,
    },
    schema::Dialect,
};

/// Why a file of SQL gives no schema.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SqlFileError {
    /// It is no text of UTF-8.
    #[error("{}, line {line}, is not UTF-8", path.display())]
    Encoding {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// It is of another kind altogether.
    #[error("{} is {what}, and no SQL", path.display())]
    NoSql {
        /// The file.
        path: PathBuf,
        /// What it is.
        what: &'static str,
        /// How SQL is made of it.
        hint: &'static str,
    },
    /// It cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// There is no server to run it on.
    #[error("there is no server to run {} on", path.display())]
    NoServer {
        /// The file.
        path: PathBuf,
    },
    /// No scratch database could be had.
    #[error("no scratch database to run {} on", path.display())]
    NoScratch {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: ScratchError,
    },
    /// One of its statements fails.
    #[error("{}, line {line}, failed on a scratch database", path.display())]
    Statement {
        /// The file.
        path: PathBuf,
        /// The line on which the statement begins, counted from 1.
        line: usize,
        /// The statement, and why.
        source: ConnectionError,
    },
    /// It holds what cannot be run.
    #[error("cannot run {}", path.display())]
    Unrunnable {
        /// The file.
        path: PathBuf,
        /// What it is, and why not.
        source: Unrunnable,
    },
    /// One of its statements runs code that reached beyond the scratch database.
    #[error("{}, line {line}, reaches beyond its database", path.display())]
    Beyond {
        /// The file.
        path: PathBuf,
        /// The line on which the statement begins, counted from 1.
        line: usize,
    },
    /// What it made cannot be read.
    #[error("cannot read what {} made", path.display())]
    Reflect {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: ReflectError,
    },
}

impl SqlFileError {
    /// Says what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoServer { .. } | Self::NoScratch { .. } => {
                Some("name a server where databases may be made by `scratch_url` in cucurbit.toml")
            }
            Self::Encoding { .. } => {
                Some("write it again in UTF-8: `pg_dump --encoding=UTF8`, or `iconv -f LATIN1 -t UTF-8`")
            }
            Self::NoSql { hint, .. } => Some(hint),
            Self::Unrunnable { source, .. } => source.hint(),
            Self::Statement { source, .. } if is_about_missing_table(source) => Some(
                "the file is run on an empty database and makes what it uses itself; a dump of rows alone \
                 (`pg_dump --data-only`) makes nothing",
            ),
            Self::Beyond { .. } => Some(
                "code that the statement runs (a trigger, a function) makes or changes roles, databases or their settings; that \
                 was undone: take it out of the file",
            ),
            Self::Read { .. } | Self::Statement { .. } | Self::Reflect { .. } => None,
        }
    }
}

/// Tells whether a table is missing.
fn is_about_missing_table(error: &ConnectionError) -> bool {
    let ConnectionError::Statement { source, .. } = error else { return false };
    let is_of_sqlite = source.message().is_some_and(|message| message.starts_with("no such table"));
    is_of_sqlite || source.code().is_some_and(|code| code == "42P01")
}

/// How files begin that are taken for SQL, what they are, and what makes SQL of them.
const OTHERS: [(&[u8], &str, &str); 5] = [
    (b"PGDMP", ARCHIVE, RESTORE),
    (b"toc.dat", ARCHIVE, RESTORE),
    (b"SQLite format 3\0", "a database of SQLite", "write it as SQL: `sqlite3 <file> .dump > schema.sql`"),
    (b"\x1f\x8b", "compressed", "decompress it first: `gunzip`"),
    (b"\x28\xb5\x2f\xfd", "compressed", "decompress it first: `zstd -d`"),
];
const ARCHIVE: &str = "an archive of pg_dump";
const RESTORE: &str =
    "write it as SQL: `pg_restore --file=schema.sql <archive>`, or `pg_dump --format=plain`";

/// Says what a file is that is no SQL.
fn refuse_other(path: &Path, bytes: &[u8]) -> Result<(), SqlFileError> {
    match OTHERS.iter().find(|(start, ..)| bytes.starts_with(start)) {
        Some((_, what, hint)) => Err(SqlFileError::NoSql { path: path.to_owned(), what, hint }),
        None => Ok(()),
    }
}

/// What a file of SQL made.
#[derive(Debug)]
#[non_exhaustive]
pub struct Made {
    /// The schema.
    pub before: Before,
    /// What else: it is not compared.
    pub unmanaged: Vec<Unmanaged>,
    /// What its tables need and no operation makes.
    pub needed: Vec<Need>,
    /// What of the file was left out.
    pub passed: Vec<String>,
    /// That the scratch database is left on the server, which could not drop it in time.
    pub left: Option<ScratchError>,
}

/// Runs a file of SQL, or the files of a folder in the order of their names, on a scratch database and returns what it made.
///
/// # Errors
///
/// When the file cannot be read or holds what cannot be run, when no scratch database can be had, or a statement fails
/// on it.
pub async fn read_sql_file(server: &ConnectionUrl, path: &Path) -> Result<Made, SqlFileError> {
    let texts = files(path)?.into_iter().map(|file| text(&file).map(|sql| (file, sql)));
    let texts: Vec<(PathBuf, String)> = texts.collect::<Result<_, _>>()?;
    let no_scratch = |source| SqlFileError::NoScratch { path: path.to_owned(), source };
    let mut scratch = Scratch::open(server, &Before::default()).await.map_err(no_scratch)?;
    let reflected = match run(&mut scratch, server.dialect(), &texts).await {
        Ok(passed) => made(&mut scratch.connection, passed)
            .await
            .map_err(|source| SqlFileError::Reflect { path: path.to_owned(), source }),
        Err(error) => Err(error),
    };
    let closed = scratch.close().await;
    let mut made = reflected?;
    match closed {
        Ok(()) => {}
        // What was asked is known; the database goes with a later run.
        Err(left @ ScratchError::Left { .. }) => made.left = Some(left),
        Err(error @ (ScratchError::Connection(_) | ScratchError::Plan(_))) => return Err(no_scratch(error)),
    }
    Ok(made)
}

/// Lists the files: the one named, or those of a folder that end in `.sql`, in the order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>, SqlFileError> {
    if path.join("toc.dat").exists() {
        return Err(SqlFileError::NoSql { path: path.to_owned(), what: ARCHIVE, hint: RESTORE });
    }
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |source| SqlFileError::Read { path: path.to_owned(), source };
    let entries = fs::read_dir(path).map_err(failed)?;
    let files = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>();
    let is_sql = |file: &PathBuf| {
        file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("sql")) && !file.is_dir()
    };
    let mut files: Vec<PathBuf> = files.map_err(failed)?.into_iter().filter(is_sql).collect();
    files.sort();
    Ok(files)
}

fn text(file: &Path) -> Result<String, SqlFileError> {
    let path = || file.to_owned();
    let bytes = fs::read(file).map_err(|source| SqlFileError::Read { path: path(), source })?;
    refuse_other(file, &bytes)?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.split(|byte| *byte == b'\n').count();
        SqlFileError::Encoding { path: path(), line }
    })
}

/// Runs the files, one after the other, and says what of them was passed over.
async fn run(
    scratch: &mut Scratch,
    dialect: Dialect,
    texts: &[(PathBuf, String)],
) -> Result<Vec<String>, SqlFileError> {
    let mut words = Vec::new();
    for (file, sql) in texts {
        let path = || file.clone();
        let statements = dialect::file_statements(sql, dialect)
            .map_err(|source| SqlFileError::Unrunnable { path: path(), source })?;
        match scratch.run(&statements).await {
            Ok(passed) => words.extend(passed.words()),
            Err((line, Stopped::Beyond)) => return Err(SqlFileError::Beyond { path: path(), line }),
            Err((line, Stopped::Failed(source))) => {
                return Err(SqlFileError::Statement { path: path(), line, source });
            }
        }
    }
    Ok(words)
}

async fn made(connection: &mut Connection, passed: Vec<String>) -> Result<Made, ReflectError> {
    let before = dialect::reflect(connection).await?;
    let unmanaged = dialect::unmanaged(connection).await?;
    let needed = dialect::needed(connection).await?;
    Ok(Made { before, unmanaged, needed, passed, left: None })
}
