//! `revision --autogenerate`, and `create`, its other name: a script that brings the database to the models.

use crate::{
    connection::ConnectOptions,
    dialect::Before,
    error::Error,
    operation::{EnumChange, Operation, for_dialect, reverse_all},
    schema::{Column, Dialect, Ident, Schema, TableName},
    source::ReplayError,
};

use super::{
    Project, compare,
    revision::{self, Body, NewRevision, Written},
};

/// Compares the database with the models and writes what differs as a new script; `None` when nothing does.
///
/// The new script is planned for every dialect of the project, upgrade and downgrade, before it is written.
///
/// # Errors
///
/// When revisions are pending; when there are no models or several heads; when the new script cannot be planned
/// for one of the dialects; when the file cannot be written.
pub async fn create(project: &Project, new: &NewRevision) -> Result<Option<Written>, Error> {
    project.models()?;
    let parents = revision::parents(project, new)?;
    let mut connection =
        project.connect(&ConnectOptions { create_file: false, ..Default::default() }).await?;
    let dialect = connection.dialect();
    let compared = compare::compare(project, &mut connection).await;
    let closed = connection.close().await;
    let compare::Comparison { pending, diff, from } = compared?;
    closed?;
    if !pending.is_empty() {
        return Err(Error::NotUpToDate { pending: project.scripts().graph().ids(&pending) });
    }
    if let Some(first) = diff.uncompared.first() {
        return Err(Error::UncomparedModels { count: diff.uncompared.len(), reason: first.reason.clone() });
    }
    if diff.operations.is_empty() {
        return Ok(None);
    }
    let upgrade = diff.operations;
    let history = replayed(project, dialect).await?;
    let downgrade = downgrade_of(history.as_ref(), dialect, &from, &upgrade)?;
    let notes = prove(project, (dialect, history), &upgrade, &downgrade).await?;
    let warnings = warnings(&from, &upgrade);
    let mut written = revision::write(project, new, parents, Body { upgrade, downgrade, warnings })?;
    written.notes.extend(notes);
    Ok(Some(written))
}

/// Reverses the new operations. What the scripts wrote comes back as they wrote it, variants included; only
/// where the history does not fit is it written as the database has it.
fn downgrade_of(
    history: Option<&Before>,
    dialect: Dialect,
    from: &Schema,
    upgrade: &[Operation],
) -> Result<Vec<Operation>, Error> {
    let written = history.and_then(|history| reverse_all(&history.schema, upgrade, dialect).ok());
    match written {
        Some(downgrade) => Ok(downgrade),
        None => Ok(reverse_all(from, upgrade, dialect)?),
    }
}

/// Plans the new script for every dialect, on top of the history, of which one is at hand. Returns where that could
/// not be tried.
async fn prove(
    project: &Project,
    (at_hand, history): (Dialect, Option<Before>),
    upgrade: &[Operation],
    downgrade: &[Operation],
) -> Result<Vec<String>, Error> {
    let mut notes = Vec::new();
    for &dialect in project.dialects() {
        let before = if dialect == at_hand { history.clone() } else { replayed(project, dialect).await? };
        let Some(mut before) = before else {
            notes.push(format!(
                "the new revision was not tried on {dialect}: the history has SQL of unknown effect, and there is \
                 no server to try it on"
            ));
            continue;
        };
        for operations in [upgrade, downgrade] {
            dialect
                .plan(&mut before, &for_dialect(operations, dialect))
                .map_err(|source| Error::NewRevision { dialect, source })?;
        }
    }
    Ok(notes)
}

/// Replays the whole history from nothing: in memory, else on a scratch database if one can be had.
async fn replayed(project: &Project, dialect: Dialect) -> Result<Option<Before>, Error> {
    let all = compare::pending(project, &crate::revision::Heads::default())?;
    match compare::replayed(project, dialect, &all, Before::default()).await {
        Err(Error::Replay(ReplayError::Opaque { .. })) => Ok(None),
        replayed => replayed.map(Some),
    }
}

/// Says what loses data, a line each, and what may be a rename and not what it looks like.
fn warnings(from: &Schema, operations: &[Operation]) -> Vec<String> {
    let mut warnings = Vec::new();
    for operation in operations {
        if let Operation::DropColumn { table, column, .. } = operation {
            warnings.push(format!("drops column {table}.{column} and what is in it"));
            let was = from.table(table).and_then(|table| table.column(column));
            warnings.extend(renamed_columns(operations, table, was).map(|new| {
                format!(
                    "adds {table}.{new} like the dropped {column}: if it is renamed, write `rename_column`"
                )
            }));
        } else if let Operation::DropTable { table, .. } = operation {
            warnings.push(format!("drops table {table} and its rows"));
            let was = from.table(table).map(|table| &table.columns);
            warnings.extend(renamed_tables(operations, was).map(|new| {
                format!(
                    "creates table {new} like the dropped {table}: if it is renamed, write `rename_table`"
                )
            }));
        }
        if let Operation::AlterEnum { name, change: EnumChange::SetValues { values, .. } } = operation {
            let was = from.enums.get(name).into_iter().flat_map(|was| &was.values);
            warnings.extend(was.filter(|value| !values.contains(value)).map(|value| {
                format!(
                    "takes value {value} from enum {name}: rows that hold it are refused, unless `.replace(…)` says \
                     what they get; if it is renamed, write `rename_enum_value`"
                )
            }));
        }
    }
    warnings
}

/// Lists the columns that are added to the table of a dropped one with its type.
fn renamed_columns<'o>(
    operations: &'o [Operation],
    table: &'o TableName,
    was: Option<&'o Column>,
) -> impl Iterator<Item = &'o Ident> {
    operations.iter().filter_map(move |operation| {
        let Operation::AddColumn { table: other, column, .. } = operation else { return None };
        was.filter(|was| other == table && was.ty == column.ty).map(|_| &column.name)
    })
}

/// Lists the tables that are created with the columns of a dropped one.
fn renamed_tables<'o>(
    operations: &'o [Operation],
    was: Option<&'o Vec<Column>>,
) -> impl Iterator<Item = &'o TableName> {
    let names = |columns: &[Column]| columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
    operations.iter().filter_map(move |operation| {
        let Operation::CreateTable(table) = operation else { return None };
        was.filter(|was| names(was) == names(&table.columns)).map(|_| &table.name)
    })
}
