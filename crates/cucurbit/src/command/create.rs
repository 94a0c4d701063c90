//! `revision --autogenerate`, and `create`, its other name: a script that brings the database to the models.

use crate::{
    dialect::{Before, Need, PlanError, Unmanaged},
    error::Error,
    operation::{Change, Consent, EnumChange, Operation, for_dialect, reverse_all},
    schema::{Column, Constraint, Dialect, Ident, Object, ObjectId, Remark, Schema, TableName},
    source::{ReplayError, Source},
};

use super::{
    Project,
    compare::{Between, Compared},
    filter, place,
    reader::Reader,
    replay,
    revision::{self, Body, NewRevision, Written},
};

/// Compares two sources, the database and the models if nothing else is said, and writes what differs as a new
/// script; `None` when nothing does.
///
/// The new script is planned for every dialect of the project, upgrade and downgrade, before it is written.
///
/// # Errors
///
/// When no revision can stand between the two sources; when revisions are pending in a database that is one of
/// them; when there are no models or several heads; when the new script cannot be planned for one of the dialects;
/// when the file cannot be written.
pub async fn create(
    project: &Project,
    new: &NewRevision,
    between: &Between,
) -> Result<Option<Written>, Error> {
    let between = &project.resolved(between)?;
    refuse_what_no_revision_does(project, between)?;
    let parents = revision::parents(project, new)?;
    project.refuse_several_heads()?;
    let mut reader = Reader::open(project, &[&between.from, &between.to]).await?;
    let dialect = reader.dialect;
    let found = find(&mut reader, between).await;
    let left = std::mem::take(&mut reader.warnings);
    let closed = reader.close().await;
    let found = found?;
    closed?;
    let Some(found) = found else { return Ok(None) };
    let Found { compared, history, unmanaged, needed, remarks } = found;
    let Compared { diff, from, left_out, external: _ } = compared;
    // A database that was taken over may say `plant` where the history says `Plant`.
    let upgrade = match &history {
        Some(history) => dialect.match_identifier_case(diff.operations, &history.schema),
        None => diff.operations,
    };
    let mut downgrade = downgrade_of(history.as_ref(), dialect, &from, &upgrade)?;
    if between.from == Source::Empty {
        withdraw_consent(&mut downgrade);
    }
    let notes = prove(project, (dialect, history), &upgrade, &downgrade).await?;
    let mut warnings = warnings(&from, &upgrade);
    warnings.extend(unmanaged.iter().map(|object| {
        let Unmanaged { kind, names } = object;
        let names = names.join(", ");
        format!("does not make the {kind} {names}, for which scripts have no word but `op.execute`")
    }));
    warnings.extend(
        left_out
            .iter()
            .map(|Unmanaged { kind, names }| format!("leaves out the {kind} {}", names.join(", "))),
    );
    warnings.extend(needed.iter().filter(|need| makes(&upgrade, need)).map(ToString::to_string));
    warnings.extend(in_words_of(project, dialect, &between.to));
    // What the script makes is warned of in it, what is there already only on the screen.
    let (new_remarks, old_remarks) = remarks_on(project, dialect, remarks, &upgrade);
    let told = warnings.len();
    warnings.extend(new_remarks);
    let mut written = revision::write(project, new, parents, Body { upgrade, downgrade, warnings })?;
    written.remarks = written.warnings.split_off(told);
    written.remarks.extend(old_remarks);
    written.notes.extend(notes);
    written.notes.extend(left);
    Ok(Some(written))
}

/// Refuses sources between which no revision can stand: it begins where the history ends, and nothing at all is
/// never where it leads.
fn refuse_what_no_revision_does(project: &Project, between: &Between) -> Result<(), Error> {
    let Between { from, to } = between;
    let usage = |message: String| Err(Error::Usage { message });
    match from {
        Source::Empty if !project.scripts().is_empty() => {
            return usage(
                "`--from empty` writes the first revision, and there are revisions already; `--from history` \
                 needs no database either"
                    .to_owned(),
            );
        }
        Source::Database | Source::Empty | Source::History => {}
        Source::File(_) | Source::Models => {
            return usage(format!(
                "a revision begins where the history ends: `--from` is `database`, `empty` or `history`, not `{from}`"
            ));
        }
    }
    match to {
        Source::Empty | Source::History => {
            usage(format!("a revision leads to `models`, to `database` or to a file of SQL, not to `{to}`"))
        }
        Source::Database | Source::File(_) | Source::Models if from == to => {
            usage(format!("`{from}` was given for both sides"))
        }
        Source::Database | Source::File(_) | Source::Models => Ok(()),
    }
}

/// Refuses a first revision that stands on tables which no revision makes: it would fail on an empty database.
fn refuse_older_tables(project: &Project, database: &Schema) -> Result<(), Error> {
    let filter = filter::filter(project);
    let older = database.tables.keys().find(|table| filter.includes(table));
    match older {
        Some(table) if project.scripts().is_empty() => Err(Error::Usage {
            message: format!(
                "the database holds tables that no revision makes, such as `{table}`; `--from empty` writes a first \
                 revision from the models, `--from empty --to database` from the database"
            ),
        }),
        Some(_) | None => Ok(()),
    }
}

/// What was found out about the two sides.
#[derive(Debug)]
struct Found {
    compared: Compared,
    /// What all revisions make of nothing; `None` where only a server could tell, and there is none.
    history: Option<Before>,
    /// What a database that is written down holds and no script can create.
    unmanaged: Vec<Unmanaged>,
    /// What its tables need and no operation creates.
    needed: Vec<Need>,
    /// What was noticed when the wanted side was read.
    remarks: Vec<Remark>,
}

/// Reads both sides, compares them, and replays the history if they differ; `None` if they do not.
async fn find(reader: &mut Reader<'_>, between: &Between) -> Result<Option<Found>, Error> {
    let mut to = reader.read(&between.to).await?;
    let mut remarks = std::mem::take(&mut to.schema.remarks.0);
    let from = reader.read(&between.from).await?;
    if between.from == Source::Database {
        remarks.extend(reader.misread(&to.schema).await?);
    }
    if between.to == Source::Models {
        to.schema = place::with_enums_found(&from.schema, to.schema)?;
    }
    // A first revision does not ask which ones of another history the database has run.
    let pending = if between.from == Source::Empty { Vec::new() } else { reader.pending()? };
    if !pending.is_empty() {
        return Err(Error::NotUpToDate { pending: reader.project.scripts().graph().ids(&pending) });
    }
    let compared = compare(reader, (from, to), between).await?;
    let unmanaged = not_made(reader, between).await?;
    let needed = reader.needed_of(&between.to).await?;
    if let Some(first) = compared.diff.uncompared.first() {
        let count = compared.diff.uncompared.len();
        return Err(Error::UncomparedModels { count, reason: first.reason.clone() });
    }
    if compared.diff.operations.is_empty() {
        return Ok(None);
    }
    if between.from == Source::Database {
        refuse_older_tables(reader.project, &compared.from)?;
    }
    let history = if_known(reader.history().await)?;
    Ok(Some(Found { compared, history, unmanaged, needed, remarks }))
}

/// Compares both sides by what the scripts say of them.
async fn compare(
    reader: &mut Reader<'_>,
    (from, mut to): (Before, Before),
    between: &Between,
) -> Result<Compared, Error> {
    if between.from != Source::Empty {
        reader.take_over((&between.from, &from), (&between.to, &mut to));
    }
    let said = from.said.clone();
    let (from, to) = (from.into_known(reader.dialect), to.into_known(reader.dialect));
    let mut filter = match &between.from {
        Source::Database => reader.filter_of_database(&from, said, (&between.to, &to))?,
        Source::Empty | Source::File(_) | Source::History | Source::Models => {
            reader.filter(between, &from, &to)
        }
    };
    if between.to.is_made() {
        filter.include_what_is_needed(&to);
    }
    reader.compare(from, to, filter).await
}

/// Takes a history as unknown that holds SQL of unknown effect, with no server to run it on.
fn if_known(replayed: Result<Before, Error>) -> Result<Option<Before>, Error> {
    match replayed {
        Err(Error::Replay(ReplayError::Opaque { .. })) => Ok(None),
        replayed => replayed.map(Some),
    }
}

/// Tells whether the operations make what needs something.
fn makes(operations: &[Operation], need: &Need) -> bool {
    let is_made = |(table, column): Made<'_>| {
        // Who creates a table makes its columns too.
        *table == need.table && (column.is_none() || column == need.column.as_ref())
    };
    operations.iter().any(|operation| {
        made(operation).is_some_and(is_made)
            || made_by_expression(operation)
                .is_some_and(|table| *table == need.table && need.column.is_none())
    })
}

/// A table, or a column of it.
type Made<'o> = (&'o TableName, Option<&'o Ident>);

/// Returns the table that an operation creates, or the column that it adds or changes.
fn made(operation: &Operation) -> Option<Made<'_>> {
    if let Operation::Create { object: Object::Table(table), .. } = operation {
        Some((&table.name, None))
    } else if let Operation::Create {
        object: Object::Column { table, column: Column { name, .. } }, ..
    }
    | Operation::Alter(Change::Column { table, column: name, .. }) = operation
    {
        Some((table, Some(name)))
    } else {
        None
    }
}

/// Returns the table to which an operation adds an index or a check.
fn made_by_expression(operation: &Operation) -> Option<&TableName> {
    if let Operation::Create {
        object: Object::Index { table, .. } | Object::Constraint { table, constraint: Constraint::Check(_) },
        ..
    } = operation
    {
        Some(table)
    } else {
        None
    }
}

/// Tells the remarks on what the operations make from those on what is there, for the project's databases.
fn remarks_on(
    project: &Project,
    at_hand: Dialect,
    remarks: Vec<Remark>,
    operations: &[Operation],
) -> (Vec<String>, Vec<String>) {
    let is_of_project = |remark: &Remark| match project.dialects() {
        [] => remark.dialect == at_hand,
        dialects => dialects.contains(&remark.dialect),
    };
    let is_made = |remark: &Remark| {
        operations.iter().filter_map(made).any(|(table, column)| {
            table.name == remark.table.name && column.is_none_or(|column| *column == remark.column)
        })
    };
    let (new, old): (Vec<Remark>, Vec<Remark>) = remarks.into_iter().filter(is_of_project).partition(is_made);
    let texts = |remarks: Vec<Remark>| remarks.into_iter().map(|remark| remark.text).collect();
    (texts(new), texts(old))
}

/// Lists what the side that is written down holds beside what can be, and the other does not.
///
/// A later revision that leads to the database says nothing: all that was said of the first.
async fn not_made(reader: &mut Reader<'_>, between: &Between) -> Result<Vec<Unmanaged>, Error> {
    let Between { from, to } = between;
    if *to == Source::Database && *from != Source::Empty {
        return Ok(Vec::new());
    }
    let there = reader.unmanaged_of(from).await?;
    let is_there = |name: &String| there.iter().any(|object| object.names.contains(name));
    let wanted = reader.unmanaged_of(to).await?.into_iter().map(|Unmanaged { kind, names }| {
        let names = names.into_iter().filter(|name| !is_there(name)).collect();
        Unmanaged { kind, names }
    });
    Ok(wanted.filter(|object| !object.names.is_empty()).collect())
}

/// Says that expressions which one database printed were not tried on the project's others.
fn in_words_of(project: &Project, dialect: Dialect, to: &Source) -> Option<String> {
    let others: Vec<String> =
        project.dialects().iter().filter(|other| **other != dialect).map(ToString::to_string).collect();
    let is_of_one = match to {
        Source::Database | Source::File(_) => true,
        Source::Empty | Source::History | Source::Models => false,
    };
    (is_of_one && !others.is_empty()).then(|| {
        format!(
            "has the types and expressions of {dialect}: try it on {} before it is kept",
            others.join(", ")
        )
    })
}

/// Takes back the consent to drop what is not empty: a first revision may stand for tables that are older than it.
fn withdraw_consent(downgrade: &mut [Operation]) {
    for operation in downgrade {
        if let Operation::Drop { id: ObjectId::Table(_), consent, .. } = operation {
            *consent = Consent::NONE;
        }
    }
}

/// Reverses the new operations. What the scripts wrote comes back as they wrote it, variants included; only
/// where the history does not fit is it written as the database has it.
fn downgrade_of(
    history: Option<&Before>,
    dialect: Dialect,
    from: &Schema,
    upgrade: &[Operation],
) -> Result<Vec<Operation>, Error> {
    let written = history.and_then(|history| reverse_all(history.in_words(), upgrade, dialect).ok());
    match written {
        Some(downgrade) => Ok(downgrade),
        None => Ok(reverse_all(from, upgrade, dialect)?),
    }
}

/// Plans the new script for every dialect, on top of the history, which was replayed on one of them already. Returns the
/// dialects that it could not be tried on, in words.
async fn prove(
    project: &Project,
    (replayed, history): (Dialect, Option<Before>),
    upgrade: &[Operation],
    downgrade: &[Operation],
) -> Result<Vec<String>, Error> {
    let mut notes = Vec::new();
    let dialects = if project.dialects().is_empty() { &[replayed][..] } else { project.dialects() };
    for &dialect in dialects {
        let before = match dialect == replayed {
            true => history.clone(),
            false => if_known(replay::all(project, dialect, None).await)?,
        };
        let Some(mut before) = before else {
            notes.push(format!(
                "the new revision was not tried on {dialect}: the history has SQL of unknown effect, and there is \
                 no server to try it on"
            ));
            continue;
        };
        for operations in [upgrade, downgrade] {
            match dialect.plan(&mut before, &for_dialect(operations, dialect)) {
                Ok(_) => {}
                // Only a person can say what is missing, in the script.
                Err(error @ PlanError::NeedsUsing { .. }) => {
                    let error = format!(
                        "{dialect} refuses it as it is: {error}; write `.using(\"…\")` after `.ty(…)`"
                    );
                    notes.extend((!notes.contains(&error)).then_some(error));
                    break;
                }
                Err(source) => return Err(Error::NewRevision { dialect, source }),
            }
        }
    }
    Ok(notes)
}

/// Says what loses data, a line each, and what may be a rename and not what it looks like.
fn warnings(from: &Schema, operations: &[Operation]) -> Vec<String> {
    let mut warnings = Vec::new();
    for operation in operations {
        if let Operation::Drop { id: ObjectId::Column { table, name: column }, .. } = operation {
            warnings.push(format!("drops column {table}.{column} and what is in it"));
            let was = from.table(table).and_then(|table| table.column(column));
            warnings.extend(renamed_columns(operations, table, was).map(|new| {
                format!(
                    "adds {table}.{new} like the dropped {column}: if it is renamed, write `rename_column`"
                )
            }));
        } else if let Operation::Drop { id: ObjectId::Table(table), .. } = operation {
            warnings.push(format!("drops table {table} and its rows"));
            let was = from.table(table).map(|table| &table.columns);
            warnings.extend(renamed_tables(operations, was).map(|new| {
                format!(
                    "creates table {new} like the dropped {table}: if it is renamed, write `rename_table`"
                )
            }));
        } else if let Operation::Alter(Change::Enum { name, change: EnumChange::SetValues { values, .. } }) =
            operation
        {
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
        let Operation::Create { object: Object::Column { table: other, column }, .. } = operation else {
            return None;
        };
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
        let Operation::Create { object: Object::Table(table), .. } = operation else { return None };
        was.filter(|was| names(was) == names(&table.columns)).map(|_| &table.name)
    })
}
