//! The comparison that `check` and `create` share: database with pending revisions on one side, models on the
//! other.

use std::collections::BTreeSet;

use crate::{
    connection::{Connection, address::Address},
    dialect::{self, Answers, Before},
    diff::{Diff, Filter, diff},
    error::Error,
    revision::{self, Direction, Edges, Heads, Target},
    schema::{Dialect, Ident, ObjectName, Schema},
    source::{self, ReplayError},
};

use super::Project;

/// What a comparison found.
#[derive(Debug)]
pub(super) struct Comparison {
    /// The pending revisions, in the order in which they would run.
    pub(super) pending: Vec<usize>,
    /// The differences that would be left after them.
    pub(super) diff: Diff,
    /// The database after the pending revisions, as written.
    pub(super) from: Schema,
}

/// Compares a database, after its pending revisions, with the models. Writes nothing.
pub(super) async fn compare(project: &Project, connection: &mut Connection) -> Result<Comparison, Error> {
    let models = project.models()?;
    project.refuse_several_heads()?;
    let (heads, reflected) = read(project, connection).await?;
    let pending = pending(project, &heads)?;
    let mut after = replayed(project, connection.dialect(), &pending, reflected).await?;
    let history = history(project, &heads)?;
    know_what_is_not_kept(connection.dialect(), history.as_ref(), &models, &mut after);
    let filter = Filter {
        version_table: Some(project.version_table().name().clone()),
        left_alone: left_alone(history.as_ref(), &after.schema),
        schemas: Some(schemas(history.iter().chain([&models]))),
    };
    let (diff, from) = against(connection, after, &models, &filter).await?;
    Ok(Comparison { pending, diff, from })
}

/// Reads the heads and the schema that belong together: again, if a step was committed between the two.
async fn read(project: &Project, connection: &mut Connection) -> Result<(Heads, Before), Error> {
    let version_table = project.version_table();
    let mut heads = version_table.heads(connection).await?;
    loop {
        let reflected = dialect::reflect_snapshot(connection).await?;
        let now = version_table.heads(connection).await?;
        if now == heads {
            return Ok((heads, reflected));
        }
        heads = now;
    }
}

/// Replays the revisions that a database has run and those that are pending, on the dialect that keeps everything.
///
/// In memory only: what cannot be replayed there is unknown.
fn history(project: &Project, heads: &Heads) -> Result<Option<Schema>, Error> {
    let mut revisions = applied(project, heads)?;
    revisions.extend(pending(project, heads)?);
    let history = source::replay(Dialect::KEEPER, project.scripts(), &revisions, Before::default());
    Ok(history.ok().map(|history| history.schema))
}

/// Takes from the history what a database does not keep: SQLite has no enum types, yet a script that is written from
/// a SQLite file must make them on PostgreSQL. Where the history is not known, the models are believed.
fn know_what_is_not_kept(dialect: Dialect, history: Option<&Schema>, models: &Schema, after: &mut Before) {
    if dialect == Dialect::KEEPER {
        return;
    }
    let Schema { tables: _, enums, sequences, schemas: _ } = history.unwrap_or(models);
    after.schema.enums.clone_from(enums);
    after.schema.sequences.clone_from(sequences);
}

/// Lists the schemas in which something of ours lies.
fn schemas<'s>(ours: impl Iterator<Item = &'s Schema>) -> BTreeSet<Ident> {
    let of = |schema: &'s Schema| {
        let Schema { tables, enums, sequences, schemas } = schema;
        let names = tables.keys().chain(enums.keys()).chain(sequences.keys());
        schemas.iter().chain(names.filter_map(|name| name.schema.as_ref()))
    };
    ours.flat_map(of).cloned().collect()
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
    let scripts = project.scripts();
    match source::replay(dialect, scripts, revisions, before.clone()) {
        Err(opaque @ ReplayError::Opaque { .. }) => {
            let servers = [project.scratch_address()?, Address::memory()];
            let Some(server) = servers.iter().find(|server| server.dialect() == dialect) else {
                return Err(opaque.into());
            };
            Ok(source::replay_on_scratch(server, scripts, revisions, before).await?)
        }
        replayed => Ok(replayed?),
    }
}

/// Lists the revisions that `upgrade heads` would run.
pub(super) fn pending(project: &Project, heads: &Heads) -> Result<Vec<usize>, Error> {
    let target: Target = "heads".parse()?;
    let steps = revision::upgrade(project.scripts().graph(), heads, &[target])?;
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

/// Compares what is with the models; asks the server about expressions in one batch.
async fn against(
    connection: &mut Connection,
    from: Before,
    models: &Schema,
    filter: &Filter,
) -> Result<(Diff, Schema), Error> {
    let dialect = connection.dialect();
    let from = dialect.canonical(&from.schema);
    let to = dialect.canonical(models);
    let first = diff(&from, &to, &Answers::default(), filter);
    let found = if first.questions.is_empty() {
        first
    } else {
        let answers = dialect::ask(connection, from.form(), to.form(), &first.questions).await?;
        diff(&from, &to, &answers, filter)
    };
    Ok((found, from.as_written().clone()))
}
