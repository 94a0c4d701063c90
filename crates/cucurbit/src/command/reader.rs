//! Reading the sides of a comparison: a database, the models, the history, a file of SQL.
//!
//! What is done with them lives in `compare`, which revisions are replayed in `replay`.

use std::collections::BTreeSet;

use crate::{
    config::ConfigError,
    connection::{ConnectOptions, Connection},
    dialect::{self, Before, Need, Place, ScratchError, Server, Unmanaged},
    error::Error,
    revision::{Heads, Position},
    runtime::{self, RunError},
    schema::{Dialect, Ident, Remark, Schema, TableName},
    source::{self, Made, ReplayError, Source, SqlFileError},
};

use super::{Project, place, replay};

/// Reads the sides of a comparison and compares them. Writes nothing.
///
/// There is one connection, opened when something needs it: a schema that has to be read, a question to the server.
#[derive(Debug)]
pub(super) struct Reader<'p> {
    pub(super) project: &'p Project,
    pub(super) dialect: Dialect,
    pub(super) connection: Option<Connection>,
    /// The rows of the version table that belong to the schema that was read.
    pub(super) heads: Option<Heads>,
    /// The tables that the project says not to be its own.
    pub(super) external: BTreeSet<TableName>,
    /// The server, if it was asked.
    pub(super) server: Server,
    /// The history, once it was replayed, and the schema that a name without one meant then.
    history: Option<(Option<Ident>, Before)>,
    /// What the files that were read hold and is not compared.
    of_files: Vec<(Source, Vec<Unmanaged>, Vec<Need>)>,
    /// What the user should know beside the answer.
    pub(super) warnings: Vec<String>,
}

/// Says that a scratch database was not dropped, why, and when it will be.
fn left_behind(left: ScratchError) -> String {
    let cause = std::error::Error::source(&left).map(|cause| {
        let words = std::error::Error::source(cause).unwrap_or(cause).to_string();
        format!(" ({})", words.replace('\n', " "))
    });
    format!("{left}{}; the next run that makes one drops it", cause.unwrap_or_default())
}

impl<'p> Reader<'p> {
    /// Opens a reader of some sources: of the connection URL's dialect, or of the first that the project lists if there is no
    /// URL.
    pub(super) async fn open(project: &'p Project, sources: &[&Source]) -> Result<Self, Error> {
        let external: BTreeSet<TableName> = project.external()?.into_keys().collect();
        let connection = match sources.contains(&&Source::Database) {
            true => Some(project.connect_to_read().await?),
            false => None,
        };
        let dialect = match &connection {
            Some(connection) => connection.dialect(),
            None => match (project.own_url()?, project.dialects()) {
                (Some(url), _) => url.dialect(),
                (None, [first, ..]) => *first,
                (None, []) => {
                    return Err(ConfigError::NoConnectionUrl { file: project.config().file.clone() }.into());
                }
            },
        };
        Ok(Self {
            project,
            dialect,
            connection,
            heads: None,
            external,
            server: Server::of(dialect),
            history: None,
            of_files: Vec::new(),
            warnings: Vec::new(),
        })
    }

    /// Reads one side; what lies in the connection's own schema is named without it, if there is a connection.
    pub(super) async fn read(&mut self, source: &Source) -> Result<Before, Error> {
        let mut read = self.read_as_named(source).await?;
        if self.connection.is_some() {
            read.schema = self.without_current(read.schema).await?;
        }
        Ok(read)
    }

    async fn read_as_named(&mut self, source: &Source) -> Result<Before, Error> {
        match source {
            Source::Database => self.database().await,
            Source::Empty => Ok(Before::default()),
            Source::File(path) => match self.project.scratch_server(self.dialect)? {
                Some(server) => {
                    let path = self.project.location.working_directory.join(path);
                    let made = source::read_sql_file(&server, &path).await?;
                    let Made { before, unmanaged, needed, passed, left } = made;
                    self.warnings.extend(passed.into_iter().map(|words| format!("{source}: {words}")));
                    self.warnings.extend(left.map(left_behind));
                    if self.project.config().models() == Some(path) && before.schema.tables.is_empty() {
                        return Err(Error::EmptyModels);
                    }
                    self.of_files.push((source.clone(), unmanaged, needed));
                    Ok(before)
                }
                None => Err(SqlFileError::NoServer { path: path.clone() }.into()),
            },
            Source::History => self.history().await,
            Source::Models => {
                let models = self.project.models()?;
                if !self.project.dialects().contains(&self.dialect) {
                    self.dialect.refuse_collisions(models)?;
                }
                Ok(Before::of(models.clone()))
            }
        }
    }

    /// Returns what all revisions make of nothing; replayed once.
    pub(super) async fn history(&mut self) -> Result<Before, Error> {
        let current = self.current().await?;
        match &self.history {
            Some((was, history)) if *was == current => return Ok(history.clone()),
            Some(_) | None => {}
        }
        let mut replayed = replay::all(self.project, self.dialect, current.clone()).await;
        let does_not_fit = matches!(replayed, Err(Error::Replay(ReplayError::Plan { .. })));
        if does_not_fit && self.connection.is_none() && self.project.own_url()?.is_some() {
            // It may fit where a schema that the scripts name is the connection's own.
            self.connection().await?;
            let current = self.current().await?;
            replayed = replay::all(self.project, self.dialect, current).await;
        }
        let history = replayed?;
        self.history = Some((self.current().await?, history.clone()));
        Ok(history)
    }

    /// Reads the heads and the schema that belong together: again, if a step was committed meanwhile.
    ///
    /// One snapshot holds the rows of both, but PostgreSQL prints expressions and types by the catalogue as it is.
    async fn database(&mut self) -> Result<Before, Error> {
        let configured = self.project.version_table();
        let dialect = self.dialect;
        loop {
            let connection = self.connection().await?;
            let query = |place: &Place| {
                // What is wrong with it is said below, when the snapshot is left.
                let (table, is_there) = configured.at(place.clone()).ok()?;
                is_there.then(|| table.rows_sql(dialect))
            };
            let (reflected, place, rows) =
                dialect::reflect_snapshot_with(connection, configured.name(), query).await?;
            let is_beside = place.schema.is_none() || place.schema.as_ref() == reflected.current_schema();
            if place.found.is_some() && !is_beside && configured.join(connection, false).await?.is_some() {
                // What lies beside the version table is what it speaks of.
                continue;
            }
            let (version_table, is_there) = configured.at(place).map_err(RunError::from)?;
            let heads = version_table.heads_in(rows).map_err(RunError::from)?;
            let now = match is_there {
                true => version_table.rows(connection).await?,
                false => version_table.heads(connection).await?,
            };
            if now == heads {
                // Half-way through a revision, a database is at none that anything could be planned from.
                let is_at_heads =
                    replay::pending(self.project, &heads).is_ok_and(|pending| pending.is_empty());
                let connection = self.connection().await?;
                if !is_at_heads && let Some(half) = runtime::unfinished(connection, &version_table).await? {
                    return Err(RunError::from(half).into());
                }
                let mut before = reflected;
                if !dialect.capabilities().stores_everything() && replay::is_in_graph(self.project, &heads) {
                    before.know(dialect, runtime::said(dialect, self.project.scripts(), &heads)?);
                }
                self.heads = Some(heads);
                self.server = before.server.clone().unwrap_or(Server::of(dialect));
                return Ok(before);
            }
        }
    }

    /// Lists what a side holds and no schema of ours does: a database, or a file that was read.
    pub(super) async fn unmanaged_of(&mut self, source: &Source) -> Result<Vec<Unmanaged>, Error> {
        match source {
            Source::Database => self.unmanaged().await,
            Source::Empty | Source::History | Source::Models => Ok(Vec::new()),
            Source::File(_) => {
                let found = self.of_files.iter().find(|(file, ..)| file == source);
                Ok(found.map(|(_, unmanaged, _)| unmanaged.clone()).unwrap_or_default())
            }
        }
    }

    /// Lists what the tables of a side need and no operation makes: of a database, or a file that was read.
    pub(super) async fn needed_of(&mut self, source: &Source) -> Result<Vec<Need>, Error> {
        match source {
            Source::Database => Ok(dialect::needed(self.connection().await?).await?),
            Source::Empty | Source::History | Source::Models => Ok(Vec::new()),
            Source::File(_) => {
                let found = self.of_files.iter().find(|(file, ..)| file == source);
                Ok(found.map(|(.., needed)| needed.clone()).unwrap_or_default())
            }
        }
    }

    /// Lists what the database holds and no schema of ours does.
    pub(super) async fn unmanaged(&mut self) -> Result<Vec<Unmanaged>, Error> {
        Ok(dialect::unmanaged(self.connection().await?).await?)
    }

    /// Finds what a database holds and no driver reads as the types that it shall have.
    pub(super) async fn misread(&mut self, wanted: &Schema) -> Result<Vec<Remark>, Error> {
        Ok(dialect::misread(self.connection().await?, wanted).await?)
    }

    /// Lists the revisions that the database has not run; none where no database was read.
    pub(super) fn pending(&self) -> Result<Vec<Position>, Error> {
        match &self.heads {
            Some(heads) => replay::pending(self.project, heads),
            None => Ok(Vec::new()),
        }
    }

    /// Tells whether the scripts describe what a source does not store: not for a file, nor for a database that they did not
    /// create.
    pub(super) fn is_said(&self, source: &Source) -> bool {
        match source {
            Source::Database => {
                let known = |heads: &&Heads| !heads.is_empty() && replay::is_in_graph(self.project, heads);
                self.heads.as_ref().filter(known).is_some()
            }
            Source::File(_) => false,
            Source::Empty | Source::History | Source::Models => true,
        }
    }

    /// Takes over what a side does not store and only the other one says: it stays as it is.
    pub(super) fn take_over(&self, (source, from): (&Source, &Before), (wanted, to): (&Source, &mut Before)) {
        if self.is_said(source) && !self.is_said(wanted) {
            to.know(self.dialect, from.in_words().clone());
        }
    }

    /// Returns the schema that a name without one means, where a connection can tell.
    pub(super) async fn current(&mut self) -> Result<Option<Ident>, Error> {
        if let (None, Some(connection)) = (self.server.version, &mut self.connection) {
            self.server = dialect::server(connection).await?;
        }
        Ok(self.server.current_schema.clone())
    }

    /// Takes the name of the connection's own schema from what lies in it.
    pub(super) async fn without_current(&mut self, schema: Schema) -> Result<Schema, Error> {
        if !place::is_named(&schema) {
            return Ok(schema);
        }
        Ok(match self.current().await? {
            Some(current) => dialect::without_current(self.dialect, schema, &current),
            None => schema,
        })
    }

    /// Returns the connection; opens one to a server that can answer, if no database is among the sources.
    pub(super) async fn connection(&mut self) -> Result<&mut Connection, Error> {
        let opened = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let server = self.project.server(self.dialect)?;
                Connection::connect(&server, &ConnectOptions::default()).await?
            }
        };
        Ok(self.connection.insert(opened))
    }

    /// Closes the connection in good order.
    pub(super) async fn close(self) -> Result<(), Error> {
        match self.connection {
            Some(connection) => Ok(connection.close().await?),
            None => Ok(()),
        }
    }
}
