//! The comparison that `check`, `create` and `diff` share: two sources in, what they differ in out.

use std::collections::BTreeSet;

use crate::{
    config::ConfigError,
    connection::{ConnectOptions, Connection, address::Address},
    dialect::{self, Answers, Before, Need, Place, ScratchError, Unmodelled},
    diff::{Diff, Filter, LeftOut, LeftOutKind, comments, diff},
    error::Error,
    operation::Operation,
    revision::{self, Direction, Edges, Heads, Target},
    runtime::{self, RunError},
    schema::{Dialect, Ident, Object, ObjectName, Remark, Schema, Table, TableName},
    source::{self, Made, ReplayError, Source, SqlFileError},
};

use super::{Project, place};

/// The two sides of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Between {
    /// What is there.
    pub from: Source,
    /// What shall be.
    pub to: Source,
}

impl Default for Between {
    /// What `create` compares.
    fn default() -> Self {
        Self { from: Source::Database, to: Source::Models }
    }
}

/// What a comparison found.
#[derive(Debug)]
pub(super) struct Compared {
    /// The differences.
    pub(super) diff: Diff,
    /// What is there, as written.
    pub(super) from: Schema,
    /// What the sides hold that is not the project's.
    pub(super) left_out: Vec<Unmodelled>,
    /// What they hold of what the project itself says not to be its own.
    pub(super) external: Vec<Unmodelled>,
}

impl Compared {
    /// Returns all that is not the project's.
    pub(super) fn all_left_out(self) -> Vec<Unmodelled> {
        self.external.into_iter().chain(self.left_out).collect()
    }
}

/// Reads the sides of a comparison and compares them. Writes nothing.
///
/// There is one connection, opened when something needs it: a schema that has to be read, a question to the server.
#[derive(Debug)]
pub(super) struct Reader<'p> {
    project: &'p Project,
    dialect: Dialect,
    connection: Option<Connection>,
    /// The rows of the version table that belong to the schema that was read.
    heads: Option<Heads>,
    /// The tables that the project says not to be its own.
    external: BTreeSet<TableName>,
    /// The schema that a name without one means, if it was asked for.
    current: Option<Ident>,
    /// What the files that were read hold and is not compared.
    of_files: Vec<(Source, Vec<Unmodelled>, Vec<Need>)>,
    /// What whoever asked should know beside the answer.
    pub(super) warnings: Vec<String>,
}

/// Says that a scratch database is left, why, and what becomes of it.
fn left_behind(left: ScratchError) -> String {
    let cause = std::error::Error::source(&left).map(|cause| {
        let words = std::error::Error::source(cause).unwrap_or(cause).to_string();
        format!(" ({})", words.replace('\n', " "))
    });
    format!("{left}{}; the next run that makes one drops it", cause.unwrap_or_default())
}

impl<'p> Reader<'p> {
    /// Makes a reader of some sources: of the address' dialect; without an address, of the first that the project
    /// lists.
    pub(super) async fn open(project: &'p Project, sources: &[&Source]) -> Result<Self, Error> {
        let external: BTreeSet<TableName> = project.external()?.into_keys().collect();
        if sources.contains(&&Source::Database) {
            let connection = project.connect_to_read().await?;
            let dialect = connection.dialect();
            return Ok(Self {
                project,
                dialect,
                connection: Some(connection),
                heads: None,
                external,
                current: None,
                of_files: Vec::new(),
                warnings: Vec::new(),
            });
        }
        let dialect = match (project.own_address()?, project.dialects()) {
            (Some(address), _) => address.dialect(),
            (None, [first, ..]) => *first,
            (None, []) => return Err(ConfigError::NoAddress { file: project.config().file.clone() }.into()),
        };
        Ok(Self {
            project,
            dialect,
            connection: None,
            heads: None,
            external,
            current: None,
            of_files: Vec::new(),
            warnings: Vec::new(),
        })
    }

    /// Returns the dialect in whose spelling is compared.
    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
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
                    let Made { before, unmodelled, needed, passed, left } = made;
                    self.warnings.extend(passed.into_iter().map(|words| format!("{source}: {words}")));
                    self.warnings.extend(left.map(left_behind));
                    self.of_files.push((source.clone(), unmodelled, needed));
                    Ok(before)
                }
                None => Err(SqlFileError::NoServer { path: path.clone() }.into()),
            },
            Source::History => {
                let all = pending(self.project, &Heads::default())?;
                let nothing = |current_schema| Before { current_schema, ..Before::default() };
                let current = self.current().await?;
                let read = replayed(self.project, self.dialect, &all, nothing(current)).await;
                let does_not_fit = matches!(read, Err(Error::Replay(ReplayError::Plan { .. })));
                if !does_not_fit || self.connection.is_some() || self.project.own_address()?.is_none() {
                    return read;
                }
                // It may fit where a schema that the scripts name is the connection's own.
                self.connection().await?;
                let current = self.current().await?;
                replayed(self.project, self.dialect, &all, nothing(current)).await
            }
            Source::Models => {
                let models = self.project.models()?;
                // The project may list no dialect.
                self.dialect.refuse_collisions(&models)?;
                Ok(Before::of(models))
            }
        }
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
            let is_beside = place.schema.is_none() || place.schema == reflected.current_schema;
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
                let is_at_heads = pending(self.project, &heads).is_ok_and(|pending| pending.is_empty());
                let connection = self.connection().await?;
                if !is_at_heads && let Some(half) = runtime::unfinished(connection, &version_table).await? {
                    return Err(RunError::from(half).into());
                }
                let mut before = reflected;
                if dialect != Dialect::KEEPER && is_in_graph(self.project, &heads) {
                    before.know(dialect, runtime::said(dialect, self.project.scripts(), &heads)?);
                }
                self.heads = Some(heads);
                self.current.clone_from(&before.current_schema);
                return Ok(before);
            }
        }
    }

    /// Lists what a side holds and no schema of ours does: a database, or a file that was read.
    pub(super) async fn unmodelled_of(&mut self, source: &Source) -> Result<Vec<Unmodelled>, Error> {
        match source {
            Source::Database => self.unmodelled().await,
            Source::Empty | Source::History | Source::Models => Ok(Vec::new()),
            Source::File(_) => {
                let found = self.of_files.iter().find(|(file, ..)| file == source);
                Ok(found.map(|(_, unmodelled, _)| unmodelled.clone()).unwrap_or_default())
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
    pub(super) async fn unmodelled(&mut self) -> Result<Vec<Unmodelled>, Error> {
        Ok(dialect::unmodelled(self.connection().await?).await?)
    }

    /// Finds what a database holds and no driver reads as the types that it shall have.
    pub(super) async fn misread(&mut self, wanted: &Schema) -> Result<Vec<Remark>, Error> {
        Ok(dialect::misread(self.connection().await?, wanted).await?)
    }

    /// Lists the revisions that the database has not run; none where no database was read.
    pub(super) fn pending(&self) -> Result<Vec<usize>, Error> {
        self.heads.as_ref().map_or_else(|| Ok(Vec::new()), |heads| pending(self.project, heads))
    }

    /// Tells whether the scripts say what a source does not keep: of a file they say nothing, nor of a database that
    /// they did not make.
    pub(super) fn is_said(&self, source: &Source) -> bool {
        match source {
            Source::Database => {
                let known = |heads: &&Heads| !heads.is_empty() && is_in_graph(self.project, heads);
                self.heads.as_ref().filter(known).is_some()
            }
            Source::File(_) => false,
            Source::Empty | Source::History | Source::Models => true,
        }
    }

    /// Returns the schema that a name without one means, where a connection can tell.
    pub(super) async fn current(&mut self) -> Result<Option<Ident>, Error> {
        if let (None, Some(connection)) = (&self.current, &mut self.connection) {
            self.current = dialect::current_schema(connection).await?;
        }
        Ok(self.current.clone())
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

    /// Compares two schemas; asks a server about expressions in one batch.
    pub(super) async fn compare(
        &mut self,
        from: Schema,
        to: Schema,
        filter: Filter,
    ) -> Result<Compared, Error> {
        let (mut from, mut to) = (from, to);
        if self.connection.is_none() && place::may_be_one(&from, &to) && self.project.own_address()?.is_some()
        {
            // Only the server knows which schema a name without one means.
            self.connection().await?;
            (from, to) = (self.without_current(from).await?, self.without_current(to).await?);
        }
        let filter = self.with_external(filter, [&from, &to]);
        let ((from, left_out), (to, of_to)) = (filter.split(from), filter.split(to));
        let (external, left_out): (Vec<LeftOut>, Vec<LeftOut>) =
            LeftOut::joined(left_out, of_to).into_iter().partition(|one| one.kind == LeftOutKind::External);
        let named = |one: LeftOut| Unmodelled { kind: one.words().to_owned(), names: one.names };
        let external = external.into_iter().map(named).collect();
        let left_out = left_out.into_iter().map(named).collect();
        let own = self.current().await?;
        let canonical = |schema: Schema| self.dialect.canonical_in(schema, own.as_ref());
        let (from, to) = (canonical(from), canonical(to));
        let first = diff(&from, &to, &Answers::default(), &filter);
        let mut found = if first.questions.is_empty() {
            first
        } else {
            let connection = self.connection().await?;
            let answers = dialect::ask(connection, from.form(), to.form(), &first.questions).await?;
            diff(&from, &to, &answers, &filter)
        };
        if self.dialect != Dialect::KEEPER && keeps_comments(self.project) {
            let said = comments(from.as_written(), to.as_written(), &filter, &found.operations);
            found.operations.extend(said);
        }
        Ok(Compared { diff: found, from: from.into_written(), left_out, external })
    }

    /// Names the tables that are not the project's; SQLite's in the letters in which they are there.
    fn with_external(&self, mut filter: Filter, sides: [&Schema; 2]) -> Filter {
        let is_one = |one: &TableName, other: &TableName| {
            one.schema == other.schema && self.dialect.is_one_name(&one.name, &other.name)
        };
        let there = sides.iter().flat_map(|schema| schema.tables.keys());
        let there = there.filter(|name| self.external.iter().any(|one| is_one(one, name)));
        filter.external.extend(there.cloned());
        filter
    }

    /// Lets the scripts say what is theirs in a database that was read: what none of them made and nobody wants is left
    /// out of the comparison.
    pub(super) fn ask_history(
        &self,
        after: &Schema,
        (source, to): (&Source, &Schema),
    ) -> Result<Filter, Error> {
        let Schema {
            tables: _,
            enums,
            sequences,
            schemas: others,
            external: _,
            remarks: _,
            unsaid: _,
            uncounted: _,
        } = after;
        // All revisions are replayed for it, which most databases give no reason for.
        let has_to_tell = !(enums.is_empty() && sequences.is_empty() && others.is_empty());
        let history = match &self.heads {
            Some(heads) if has_to_tell => Some(history(self.project, heads, self.current.as_ref())?),
            Some(_) | None => None,
        };
        let declared: Vec<&Schema> = history.iter().chain([to]).collect();
        let said = history.iter().chain((!is_made(source)).then_some(to));
        Ok(Filter {
            left_alone: left_alone(history.as_ref(), after),
            takes_any_sequence: *source == Source::Models,
            ..self.filter_of(&declared, said)
        })
    }

    /// Says what is compared where no history is asked: the schemas of all sides but the database, which may hold those of
    /// others.
    pub(super) fn filter(&self, between: &Between, from: &Schema, to: &Schema) -> Filter {
        let sides = [(&between.from, from), (&between.to, to)];
        let declared = sides.iter().filter(|(source, _)| **source != Source::Database);
        let declared: Vec<&Schema> = declared.map(|(_, schema)| *schema).collect();
        let said = sides.iter().filter(|(source, _)| !is_made(source)).map(|(_, schema)| *schema);
        let mut filter = self.filter_of(&declared, said);
        filter.takes_any_sequence = between.to == Source::Models;
        if between.from == Source::Empty && is_made(&between.to) {
            filter.include_what_is_needed(to);
        }
        filter
    }

    fn filter_of<'s>(&self, declared: &[&'s Schema], said: impl Iterator<Item = &'s Schema>) -> Filter {
        let mut filter =
            Filter { own: self.current.clone(), external: self.external.clone(), ..filter(self.project) };
        declared.iter().for_each(|schema| filter.compares(schema));
        said.for_each(|schema| filter.speaks_of(schema));
        filter
    }

    /// Returns the connection; opens one to a server that can answer, if no database is among the sources.
    async fn connection(&mut self) -> Result<&mut Connection, Error> {
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

/// Tells whether a source is what a database holds, and not what somebody declares.
pub(super) const fn is_made(source: &Source) -> bool {
    match source {
        Source::Database | Source::File(_) => true,
        Source::Empty | Source::History | Source::Models => false,
    }
}

/// Says what is never part of a comparison, and that only the connection's own schema is.
pub(super) fn filter(project: &Project) -> Filter {
    Filter {
        version_table: Some(project.version_table().name().clone()),
        schemas: Some(BTreeSet::new()),
        ..Filter::default()
    }
}

/// Returns what the revisions say that a database has run and those that are pending, on the dialect that keeps
/// everything.
fn history(project: &Project, heads: &Heads, current: Option<&Ident>) -> Result<Schema, Error> {
    let graph = project.scripts().graph();
    let mut ends = heads.positions(graph)?;
    ends.extend(graph.heads());
    let said = runtime::said(Dialect::KEEPER, project.scripts(), &Heads::reached(graph, &ends))?;
    Ok(match current {
        Some(current) => dialect::without_current(Dialect::KEEPER, said, current),
        None => said,
    })
}

/// Tells whether a database of the project may keep comments: a list of others says that none does.
fn keeps_comments(project: &Project) -> bool {
    let dialects = project.dialects();
    dialects.is_empty() || dialects.contains(&Dialect::KEEPER)
}

/// Tells whether every head is a revision of the project.
fn is_in_graph(project: &Project, heads: &Heads) -> bool {
    let graph = project.scripts().graph();
    heads.ids().all(|id| graph.position(id).is_some())
}

/// Lists the types and sequences that the history did not make: they may be somebody else's.
fn left_alone(history: Option<&Schema>, after: &Schema) -> BTreeSet<ObjectName> {
    let names = after.enums.keys().chain(after.sequences.keys());
    let is_made = |name: &ObjectName| {
        history.is_some_and(|made| made.enums.contains_key(name) || made.sequences.contains_key(name))
    };
    names.filter(|name| !is_made(name)).cloned().collect()
}

/// Finds what revisions make of what is there: in memory, or on a scratch database where they hold SQL whose effect
/// nobody knows. That such SQL can be tried nowhere is the error that names it.
pub(super) async fn replayed(
    project: &Project,
    dialect: Dialect,
    revisions: &[usize],
    before: Before,
) -> Result<Before, Error> {
    if revisions.is_empty() {
        return Ok(before);
    }
    let scripts = project.scripts();
    match source::replay(dialect, scripts, revisions, before.clone()) {
        Err(opaque @ ReplayError::Opaque { .. }) => {
            let Some(server) = project.scratch_server(dialect)? else { return Err(opaque.into()) };
            rehearsed(project, &server, revisions, before).await
        }
        replayed => Ok(replayed?),
    }
}

/// Replays revisions on a scratch database, in which the external tables are made that are not there, for keys that refer to
/// them. Those that a revision makes come by it.
async fn rehearsed(
    project: &Project,
    server: &Address,
    revisions: &[usize],
    mut before: Before,
) -> Result<Before, Error> {
    let mut missing = project.external()?;
    missing.retain(|name, _| !before.schema.tables.contains_key(name));
    let mut schemas: BTreeSet<Ident> = missing.keys().filter_map(|name| name.schema.clone()).collect();
    for &position in revisions {
        for operation in project.scripts().upgrade(position).map_err(ReplayError::from)? {
            if let Operation::Create { object: Object::Table(Table { name, .. }), .. } = &operation {
                missing.remove(name);
            } else if let Operation::Create { object: Object::Namespace(name), .. } = &operation {
                schemas.remove(name);
            }
        }
    }
    let was_there =
        |schema: &Ident| before.schema.schemas.contains(schema) || place::lies_in(&before.schema, schema);
    schemas.retain(|schema| !was_there(schema));
    let added: Vec<TableName> = missing.keys().cloned().collect();
    before.schema.tables.extend(missing);
    let mut after = source::replay_on_scratch(server, project.scripts(), revisions, before).await?;
    after.schema.tables.retain(|name, _| !added.contains(name));
    schemas.retain(|schema| !place::lies_in(&after.schema, schema));
    after.schema.schemas.retain(|schema| !schemas.contains(schema));
    Ok(after)
}

/// Lists the revisions that `upgrade heads` would run.
pub(super) fn pending(project: &Project, heads: &Heads) -> Result<Vec<usize>, Error> {
    let steps = revision::upgrade(project.scripts().graph(), heads, &[Target::HEADS])?;
    let upgrades = steps.into_iter().filter(|step| step.direction == Direction::Upgrade);
    Ok(upgrades.filter_map(|step| step.revision).collect())
}

/// Lists the revisions that a database at these heads has run, in the order in which it did.
pub(super) fn applied(project: &Project, heads: &Heads) -> Result<Vec<usize>, Error> {
    let graph = project.scripts().graph();
    let applied = graph.ancestors(&heads.positions(graph)?, Edges::WithDependencies);
    let all = pending(project, &Heads::default())?;
    Ok(all.into_iter().filter(|position| applied.contains(*position)).collect())
}

impl Project {
    /// Returns the database's address, if there is one.
    fn own_address(&self) -> Result<Option<Address>, Error> {
        match self.address() {
            Ok(found) => Ok(Some(found.address)),
            Err(Error::Config(ConfigError::NoAddress { .. })) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Finds where a scratch database may be made: `scratch_url`, else the database's own server; SQLite's is in
    /// memory.
    fn scratch_server(&self, dialect: Dialect) -> Result<Option<Address>, Error> {
        let scratch = self.config.scratch_address(&self.location.environment)?.map(|found| found.address);
        let servers = [scratch, self.own_address()?, Some(Address::memory())];
        Ok(servers.into_iter().flatten().find(|server| server.dialect() == dialect))
    }

    /// Finds a server that can say what it makes of an expression.
    fn server(&self, dialect: Dialect) -> Result<Address, Error> {
        let scratch = self.config.scratch_address(&self.location.environment)?.map(|found| found.address);
        let servers = [Some(Address::memory()), self.own_address()?, scratch];
        let found = servers.into_iter().flatten().find(|server| server.dialect() == dialect);
        found.ok_or_else(|| ConfigError::NoAddress { file: self.config.file.clone() }.into())
    }
}
