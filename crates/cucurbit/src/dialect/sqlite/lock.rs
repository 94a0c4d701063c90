//! The lock that keeps two runs on one file apart: a file beside it, locked by the operating system.
//!
//! SQLite's own locks last no longer than a transaction, and a run has several. The database's own file is never
//! opened here: to close it again would drop the locks that SQLite holds on it for this process
//! (<https://www.sqlite.org/howtocorrupt.html>, section 2.2).
//!
//! The operating system frees the lock when the process ends, however it ends. The file says who has it. The process that holds
//! the lock takes the file away before it is given back; who gets the lock looks whether the file is still there.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::{
    connection::{Connection, ConnectionError},
    dialect::{lock::Kind, sqlite::sql},
    schema::{Ident, TableName},
};

/// The columns of the version table: the text of each, and what it is where it is none. A column of any type holds bytes
/// too, which are equal to no text.
pub(in crate::dialect) const VERSION_COLUMNS: &str = "CASE typeof(version_num) WHEN 'blob' THEN '' ELSE version_num END, \
     CASE typeof(version_num) WHEN 'blob' THEN 'a BLOB' END";

/// Returns the lock of a database, not taken yet, whichever version table it is for.
pub(in crate::dialect) async fn of(
    connection: &mut Connection,
    _table: &TableName,
) -> Result<Kind, ConnectionError> {
    Ok(path(connection).await?.map_or(Kind::Alone, |path| Kind::File { path, file: None }))
}

/// A file has one schema.
pub(in crate::dialect) fn apart_query(_name: &Ident) -> Option<String> {
    None
}

/// What is written behind the path of the database.
const SUFFIX: &str = "-cucurbit-lock";

/// A file, locked. Dropped, it is unlocked and left.
#[derive(Debug)]
pub(crate) struct LockFile(File);

/// What became of a try.
#[derive(Debug)]
pub(crate) enum Attempt {
    /// It is had.
    Had(LockFile),
    /// Another process holds it.
    Held,
    /// There can be no such file, or no lock on it: why.
    Impossible(String),
}

/// Returns where the lock of the database is; a database in memory has none.
///
/// SQLite tells the whole path, whatever the working folder was; links are followed, so that two names of one file are
/// one lock.
async fn path(connection: &mut Connection) -> Result<Option<PathBuf>, ConnectionError> {
    let query = "SELECT file FROM pragma_database_list WHERE name = 'main'";
    let file = connection.value(query).await?.unwrap_or_default();
    if file.is_empty() {
        return Ok(None);
    }
    let file = PathBuf::from(file);
    let mut path = fs::canonicalize(&file).unwrap_or(file).into_os_string();
    path.push(SUFFIX);
    Ok(Some(path.into()))
}

/// Takes the lock if it is free; never waits.
pub(crate) fn try_lock(path: &Path) -> Result<Attempt, ConnectionError> {
    try_file(path).map_err(|source| ConnectionError::LockFile { path: path.to_owned(), source })
}

fn try_file(path: &Path) -> io::Result<Attempt> {
    if has_other_names(path) {
        let reason = "the file of the database has several names (hard links), and a lock beside one is not beside the others";
        return Ok(Attempt::Impossible(reason.to_owned()));
    }
    loop {
        let file = match open(path) {
            Ok(file) => file,
            // Where nothing can be written beside the database, SQLite itself cannot change it, as a rule.
            Err(error) if is_write_protected(&error) => return Ok(Attempt::Impossible(error.to_string())),
            Err(error) => return Err(error),
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Attempt::Held),
            // A file system may have no locks.
            Err(TryLockError::Error(error)) => return Ok(Attempt::Impossible(error.to_string())),
        }
        if is_there(&file, path)? {
            write_holder(&file);
            return Ok(Attempt::Had(LockFile(file)));
        }
    }
}

fn is_write_protected(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

/// Opens the file, and makes it if it is not there: readable for every user who may read the database.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    match options.open(path) {
        Ok(file) => return Ok(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        // A lock asks for no more than a file that can be read.
        Err(error) if is_write_protected(&error) => return File::open(path),
        Err(error) => return Err(error),
    }
    match options.create_new(true).open(path) {
        Ok(file) => {
            if let Some(found) = database(path).and_then(|database| fs::metadata(database).ok()) {
                // What is not the owner's to set stays as it was made.
                drop(file.set_permissions(found.permissions()));
            }
            Ok(file)
        }
        // Another process was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => options.create_new(false).open(path),
        Err(error) => Err(error),
    }
}

/// Returns the path of the database that a lock is beside.
fn database(lock: &Path) -> Option<&str> {
    lock.to_str()?.strip_suffix(SUFFIX)
}

/// Tells whether the file of the database has names that cannot be found.
#[cfg(unix)]
fn has_other_names(lock: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    database(lock).and_then(|database| fs::metadata(database).ok()).is_some_and(|found| found.nlink() > 1)
}

#[cfg(not(unix))]
fn has_other_names(_lock: &Path) -> bool {
    false
}

/// Tells whether the path still leads to the file that was opened: its last holder may have taken it away.
#[cfg(unix)]
fn is_there(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let opened = file.metadata()?;
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    if !found.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a plain file"));
    }
    Ok((opened.dev(), opened.ino()) == (found.dev(), found.ino()))
}

/// Where files have no number, they are never taken away.
#[cfg(not(unix))]
fn is_there(_file: &File, _path: &Path) -> io::Result<bool> {
    Ok(true)
}

/// Says who holds it, for a process that waits; the lock is the same without it.
fn write_holder(mut file: &File) {
    drop(file.set_len(0).and_then(|()| file.write_all(format!("{}\n", std::process::id()).as_bytes())));
}

/// Says for people who holds the lock.
pub(crate) fn holder(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let process: u32 = text.trim().parse().ok()?;
    Some(format!("process {process}"))
}

impl LockFile {
    /// Gives the lock back, and takes the file away while it is still held.
    pub(crate) fn unlock(self, path: &Path) {
        let Self(file) = self;
        if cfg!(unix) && is_there(&file, path).is_ok_and(|is_there| is_there) {
            // A process that opened it meanwhile sees that it is gone; if it stays, the next run takes it.
            drop(fs::remove_file(path));
        }
        drop(file);
    }
}

/// Writes the query for what bears the name of the version table; see [`Place`](crate::dialect::lock::Place).
///
/// A column of numbers would keep some identifiers as other texts (sqlite.org/datatype3.html, section 3.1).
pub(crate) fn place_query(name: &Ident) -> String {
    let name = sql::string(name.as_str());
    format!(
        "SELECT 'main', s.type, CASE s.type WHEN 'table' THEN NULL WHEN 'view' THEN 'a view' ELSE 'an index' END,
           c.type, CASE WHEN c.type = '' OR c.type LIKE '%BLOB%' OR c.type LIKE '%ANY%' THEN 1
             WHEN c.type LIKE '%INT%' THEN NULL
             WHEN c.type LIKE '%CHAR%' OR c.type LIKE '%CLOB%' OR c.type LIKE '%TEXT%' THEN 1 END
         FROM (SELECT 1) LEFT JOIN (
           SELECT name, type FROM main.sqlite_schema
           WHERE type IN ('table', 'view', 'index') AND name = {name} COLLATE NOCASE ORDER BY type DESC LIMIT 1
         ) s ON true
         LEFT JOIN pragma_table_xinfo(s.name, 'main') c ON c.name = 'version_num' COLLATE NOCASE"
    )
}
