//! One file for each of Alembic's commands, as library functions.
//!
//! What lives here: [`Env`] (a project's `env.py`), [`Project`] (with its configuration read), and the list of
//! commands. No arguments of a command line, no printing, no exit codes.

mod check;
mod compare;
mod create;
mod database;
mod diff;
mod entry;
mod filter;
mod history;
mod inspect;
mod offline;
mod place;
mod reader;
mod replay;
mod revision;
mod run;
mod server;
mod show;
mod status;
mod warning;

use std::{collections::BTreeMap, path::PathBuf, sync::OnceLock};

use crate::{
    config::{Config, Environment, ResolvedUrl},
    connection::{ConnectOptions, Connection, url::ConnectionUrl},
    error::Error,
    mask,
    revision::{Position, Script, Scripts, caught},
    runtime::{RunOptions, VersionTable},
    schema::{Dialect, NamingConvention, Schema, Table, TableName},
};

pub use crate::{dialect::Unmanaged, source::Source};

pub use self::{
    check::{Check, CheckOptions, check},
    compare::Between,
    create::create,
    database::{create_database, drop_database, reset_database},
    diff::{Differences, Sides, diff},
    entry::{Branch, Entry, Mark},
    history::{branches, current, heads, history},
    inspect::{Inspected, inspect},
    offline::{downgrade_dry_run, downgrade_sql, stamp_sql, upgrade_dry_run, upgrade_sql},
    revision::{NewRevision, Written, merge, new_revision, script_template},
    run::{downgrade, ensure_version, stamp, upgrade},
    show::{script_files, show},
    status::{Status, status},
    warning::Warning,
};

/// The models, or why they could not be collected.
type Models = dyn Fn() -> Result<Schema, Box<dyn std::error::Error + Send + Sync>> + Send + Sync;

/// What a project gives: its scripts, its models, its folder. Alembic's `env.py`.
pub struct Env {
    scripts: Vec<Script>,
    models: Option<Box<Models>>,
    external: Vec<Table>,
    project: Option<PathBuf>,
    naming: NamingConvention,
}

impl std::fmt::Debug for Env {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Env")
            .field("scripts", &self.scripts)
            .field("project", &self.project)
            .finish_non_exhaustive()
    }
}

impl Env {
    /// Starts from the revision scripts that the build script listed.
    #[must_use]
    pub fn new(scripts: Vec<Script>) -> Self {
        Self { scripts, models: None, external: Vec::new(), project: None, naming: NamingConvention::new() }
    }

    /// Names the models to compare with; they are collected when a command needs them.
    #[must_use]
    pub fn models<E>(mut self, models: impl Fn() -> Result<Schema, E> + Send + Sync + 'static) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        self.models = Some(Box::new(move || models().map_err(Into::into)));
        self
    }

    /// Names tables that are not the project's and to which keys may refer all the same, as
    /// [`Schema::with_external`] does: for a project without models.
    #[must_use]
    pub fn external(mut self, tables: impl IntoIterator<Item = Table>) -> Self {
        self.external.extend(tables);
        self
    }

    /// Names the constraints and indexes of the models without a name.
    ///
    /// A convention that is given to an existing project renames nothing by itself, but the names are wanted from then
    /// on: `create` writes what gives them.
    #[must_use]
    pub fn naming_convention(mut self, convention: NamingConvention) -> Self {
        self.naming = convention;
        self
    }

    /// Names the folder of the migrations crate: `env!("CARGO_MANIFEST_DIR")`. `cucurbit.toml` is looked for
    /// there last, and new scripts are written there.
    #[must_use]
    pub fn project(mut self, folder: impl Into<PathBuf>) -> Self {
        self.project = Some(folder.into());
        self
    }
}

/// Where a command looks for its configuration and its database.
///
/// ```
/// use cucurbit::command::Location;
///
/// let location = Location::new().working_directory("garden").database_url("sqlite:///garden.db");
/// ```
#[derive(Clone, Default)]
pub struct Location {
    pub(crate) config: Option<PathBuf>,
    pub(crate) database_url: Option<String>,
    pub(crate) working_directory: PathBuf,
    pub(crate) environment: Environment,
}

impl Location {
    /// Starts from no file, no connection URL, no folder, and an empty environment.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the file of the configuration, as `--config` does.
    #[must_use]
    pub fn config(mut self, file: impl Into<PathBuf>) -> Self {
        self.config = Some(file.into());
        self
    }

    /// Names the database, as `--database-url` does.
    #[must_use]
    pub fn database_url(mut self, url: impl Into<String>) -> Self {
        self.database_url = Some(url.into());
        self
    }

    /// Sets the folder where the configuration is looked for, and which relative paths begin in.
    #[must_use]
    pub fn working_directory(mut self, folder: impl Into<PathBuf>) -> Self {
        self.working_directory = folder.into();
        self
    }

    /// Sets the variables of the environment.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }
}

/// Without the connection URL, which may hold a password.
impl std::fmt::Debug for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { config, database_url, working_directory, environment } = self;
        f.debug_struct("Location")
            .field("config", config)
            .field("database_url", &database_url.as_ref().map(|_| mask::HIDDEN))
            .field("working_directory", working_directory)
            .field("environment", environment)
            .finish()
    }
}

/// A project with its configuration read and its graph checked.
#[derive(Debug)]
pub struct Project {
    scripts: Scripts,
    config: Config,
    env: Env,
    location: Location,
    /// The models, once they are collected.
    models: OnceLock<Schema>,
}

impl Project {
    /// Reads the configuration and checks the graph.
    ///
    /// # Errors
    ///
    /// When the configuration cannot be read or the scripts do not make a graph.
    pub fn open(env: Env, location: Location) -> Result<Self, Error> {
        let scripts = Scripts::new(env.scripts.clone())?;
        let config = Config::load(
            location.config.as_deref(),
            &location.environment,
            &location.working_directory,
            env.project.as_deref(),
        )?;
        Ok(Self { scripts, config, env, location, models: OnceLock::new() })
    }

    /// Returns the scripts.
    #[must_use]
    pub fn scripts(&self) -> &Scripts {
        &self.scripts
    }

    /// Returns the configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Returns the version table.
    #[must_use]
    pub fn version_table(&self) -> VersionTable {
        VersionTable::named(self.config.version_table.as_str())
    }

    /// Returns how runs behave by the configuration.
    #[must_use]
    pub fn run_options(&self) -> RunOptions {
        RunOptions {
            version_table: self.version_table(),
            lock_wait: self.config.lock_wait,
            allow_data_loss: false,
            stop: None,
        }
    }

    /// Finds the connection URL, in the one order that holds for every command.
    ///
    /// # Errors
    ///
    /// When there is none, or it cannot be read.
    pub fn url(&self) -> Result<ResolvedUrl, Error> {
        let Location { database_url, working_directory, environment, .. } = &self.location;
        Ok(self.config.url(database_url.as_deref(), environment, working_directory)?)
    }

    /// Connects to the project's database.
    ///
    /// # Errors
    ///
    /// When there is no connection URL, or the database cannot be reached.
    pub async fn connect(&self, options: &ConnectOptions) -> Result<Connection, Error> {
        let url = self.url()?;
        Ok(Connection::connect(&url.url, options).await?)
    }

    /// Connects to the project's database to read it. A SQLite file that is not there, and that `upgrade` would make, is
    /// an empty database, and is not made.
    ///
    /// # Errors
    ///
    /// As [`Project::connect`].
    pub(crate) async fn connect_to_read(&self) -> Result<Connection, Error> {
        let found = self.url()?;
        let url = if found.url.file_to_be_made().is_some() { ConnectionUrl::memory() } else { found.url };
        Ok(Connection::connect(&url, &ConnectOptions::default()).await?)
    }

    /// Returns a script's file, relative to the crate of the migrations: where that lay when the binary was built is
    /// not told.
    #[must_use]
    pub fn script_path(&self, position: Position) -> PathBuf {
        PathBuf::from(self.scripts.script(position).path)
    }

    /// Returns the folder of the scripts.
    #[must_use]
    pub fn versions_folder(&self) -> PathBuf {
        self.config.versions_folder(self.env.project.as_deref())
    }

    /// Collects the models, once.
    ///
    /// # Errors
    ///
    /// When there are none: an empty target would mean "drop everything". When two names in them are one name for a
    /// database of the project.
    pub fn models(&self) -> Result<&Schema, Error> {
        if let Some(collected) = self.models.get() {
            return Ok(collected);
        }
        let models = self.env.models.as_ref().ok_or(Error::NoModels)?;
        let mut schema = collected(&**models)?;
        self.env.naming.apply(&mut schema)?;
        if schema.tables.is_empty() {
            return Err(Error::EmptyModels);
        }
        let external = self.env.external.iter().map(|table| &table.name).chain(schema.external.keys());
        if let Some(table) = external.into_iter().find(|name| schema.tables.contains_key(*name)) {
            return Err(Error::ExternalInModels { table: table.clone() });
        }
        self.dialects().iter().try_for_each(|dialect| dialect.refuse_collisions(&schema))?;
        Ok(self.models.get_or_init(|| schema))
    }

    /// Tells where the models are: in Rust, or in the file that `models` in `cucurbit.toml` names.
    ///
    /// # Errors
    ///
    /// When both are there.
    pub(crate) fn models_source(&self) -> Result<Source, Error> {
        match (self.config.models(), &self.env.models) {
            (Some(_), Some(_)) => Err(Error::ModelsTwice),
            (Some(path), None) => Ok(Source::File(path)),
            (None, _) => Ok(Source::Models),
        }
    }

    /// Puts what `models` means here into a comparison.
    pub(crate) fn resolved(&self, between: &Between) -> Result<Between, Error> {
        let resolved = |source: &Source| match source {
            Source::Models => self.models_source(),
            Source::Database | Source::Empty | Source::File(_) | Source::History => Ok(source.clone()),
        };
        Ok(Between { from: resolved(&between.from)?, to: resolved(&between.to)? })
    }

    /// Collects the tables that are not the project's and to which keys may refer.
    ///
    /// # Errors
    ///
    /// When the models, which name them, cannot be collected; when one of them is among the models, too.
    pub(crate) fn external(&self) -> Result<BTreeMap<TableName, Table>, Error> {
        let mut external = match (self.models.get(), &self.env.models) {
            (Some(models), _) => models.external.clone(),
            (None, Some(models)) => collected(&**models)?.external,
            (None, None) => BTreeMap::new(),
        };
        external.extend(self.env.external.iter().map(|table| (table.name.clone(), table.clone())));
        Ok(external)
    }

    /// Returns the dialects that a new revision must run on.
    #[must_use]
    pub fn dialects(&self) -> &[Dialect] {
        &self.config.dialects
    }

    /// Refuses to go on without any script: a wrong folder would look like a database that is up to date.
    pub(crate) fn refuse_no_scripts(&self) -> Result<(), Error> {
        if self.scripts.is_empty() {
            self.refuse_unbuilt_scripts()?;
            return Err(Error::NoScripts { folder: self.versions_folder().display().to_string() });
        }
        Ok(())
    }

    /// Writes a revision with its file, as `3968dfa9e747 (versions/beds.rs)`.
    pub(crate) fn with_file(&self, id: &str) -> String {
        match self.scripts.graph().position(id) {
            Some(at) => format!("{id} ({})", self.scripts.script(at).path),
            None => id.to_owned(),
        }
    }

    /// Refuses several heads, naming each with its file.
    pub(crate) fn refuse_several_heads(&self) -> Result<(), Error> {
        let heads = self.scripts.graph().heads();
        if heads.len() > 1 {
            let name = |&head: &Position| self.with_file(self.scripts.graph().id(head));
            return Err(Error::SeveralHeads { heads: heads.iter().map(name).collect() });
        }
        Ok(())
    }
}

/// Collects models: a project's own code, as its scripts are.
fn collected(models: &Models) -> Result<Schema, Error> {
    let schema = caught(models).map_err(|panic| Error::Models(panic.into()))?;
    schema.map_err(Error::Models)
}
