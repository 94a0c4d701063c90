//! The revisions of a project, replayed: which ones a database has run, and what they make of a schema.

use std::collections::BTreeSet;

use crate::{
    connection::url::ConnectionUrl,
    dialect::{self, Before, Server},
    error::Error,
    operation::Operation,
    revision::{self, Direction, Edges, Heads, Position, Target},
    runtime,
    schema::{Dialect, Ident, Object, Schema, Table, TableName},
    source::{self, ReplayError},
};

use super::{Project, place};

/// Lists the revisions that `upgrade heads` would run.
pub(super) fn pending(project: &Project, heads: &Heads) -> Result<Vec<Position>, Error> {
    let steps = revision::upgrade(project.scripts().graph(), heads, &[Target::HEADS])?;
    let upgrades = steps.into_iter().filter(|step| step.direction == Direction::Upgrade);
    Ok(upgrades.filter_map(|step| step.revision).collect())
}

/// Applies all revisions to an empty schema.
pub(super) async fn all(
    project: &Project,
    dialect: Dialect,
    current_schema: Option<Ident>,
) -> Result<Before, Error> {
    let nothing = Before::on(Server { current_schema, ..Server::of(dialect) });
    replayed(project, dialect, &pending(project, &Heads::default())?, nothing).await
}

/// Lists the revisions that a database at these heads has run, in the order in which it did.
pub(super) fn applied(project: &Project, heads: &Heads) -> Result<Vec<Position>, Error> {
    let graph = project.scripts().graph();
    let applied = graph.ancestors(&heads.positions(graph)?, Edges::WithDependencies);
    let all = pending(project, &Heads::default())?;
    Ok(all.into_iter().filter(|position| applied.contains(*position)).collect())
}

/// Tells whether every head is a revision of the project.
pub(super) fn is_in_graph(project: &Project, heads: &Heads) -> bool {
    let graph = project.scripts().graph();
    heads.ids().all(|id| graph.position(id).is_some())
}

/// Returns what all revisions say that a database has run or that are pending.
pub(super) fn said(
    project: &Project,
    dialect: Dialect,
    heads: &Heads,
    current: Option<&Ident>,
) -> Result<Schema, Error> {
    let graph = project.scripts().graph();
    let mut ends = heads.positions(graph)?;
    ends.extend(graph.heads());
    let said = runtime::said(dialect, project.scripts(), &Heads::reached(graph, &ends))?;
    Ok(match current {
        Some(current) => dialect::without_current(dialect, said, current),
        None => said,
    })
}

/// Applies revisions to a schema: in memory, or on a scratch database if they hold SQL of unknown effect.
///
/// # Errors
///
/// Names such SQL if no scratch database is available.
pub(super) async fn replayed(
    project: &Project,
    dialect: Dialect,
    revisions: &[Position],
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

/// Replays revisions on a scratch database. External tables that neither exist nor are created by a revision are created in
/// it, for foreign keys that refer to them.
async fn rehearsed(
    project: &Project,
    server: &ConnectionUrl,
    revisions: &[Position],
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
        |schema: &Ident| before.schema.namespaces.contains(schema) || place::lies_in(&before.schema, schema);
    schemas.retain(|schema| !was_there(schema));
    let added: Vec<TableName> = missing.keys().cloned().collect();
    before.schema.tables.extend(missing);
    let mut after = source::replay_on_scratch(server, project.scripts(), revisions, before).await?;
    after.schema.tables.retain(|name, _| !added.contains(name));
    schemas.retain(|schema| !place::lies_in(&after.schema, schema));
    after.schema.namespaces.retain(|schema| !schemas.contains(schema));
    Ok(after)
}
