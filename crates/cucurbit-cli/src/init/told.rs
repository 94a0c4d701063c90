//! What `init` says at its end: what the models are, what was found in a database, and the next commands.

use super::{
    around::Application,
    database::{Database, First},
    entities::Kind,
    files::Package,
};
use crate::error::say;

/// Says what was found and what comes next.
pub(super) fn told(package: &Package) {
    match (&package.around.application, &package.database) {
        (Some(Application { kind, package: name, entities, .. }), _) => {
            let (one, several) = match kind {
                Kind::Entities => ("entity", "entities"),
                Kind::Structs => ("struct", "structs"),
            };
            let noun = if entities.len() == 1 { one } else { several };
            say(&format!("\nThe models: {} {noun} of `{name}`.", entities.len()));
        }
        (None, Some(Database { first: Some(_), .. })) => {
            say(
                "\nThe models are the tables of `schema.sql`, which are those of the database: change them there.",
            );
        }
        (None, _) => say("\nThe models are the tables of `schema.sql`: write them there."),
    }
    match &package.database {
        Some(database) => of_database(package, database),
        None => say("Next: cucurbit create --message \"Create the tables\""),
    }
}

fn of_database(package: &Package, database: &Database) {
    let Some(first) = &database.first else {
        say("The database holds no tables.");
        say("Next: cucurbit create --message \"Create the tables\"");
        return;
    };
    say(&format!(
        "The first revision, {}, is what the database holds. Nothing was written to it.",
        first.revision
    ));
    for remark in &database.remarks {
        say(&format!("  {remark}"));
    }
    who_managed_it(database, first);
    for need in needed(database) {
        say(&format!("  schema.sql: {need}"));
    }
    if database.has_password || database.url.is_none() {
        say(&format!("The password is in no file: {PASSWORD}."));
    }
    let stamp = match database.versions.as_slice() {
        _ if database.is_at_first() => None,
        [] => Some("cucurbit stamp head            # writes one row: the database is at the first revision"),
        _ => Some(
            "cucurbit stamp --purge head    # its rows are replaced by one: the database is at the first revision",
        ),
    };
    let check = if package.around.application.is_some() {
        "cucurbit check                 # the models and the database; `cucurbit create` writes what differs"
    } else {
        "cucurbit check                 # the models and the database: in sync"
    };
    let mut before = "Next:";
    for command in stamp.into_iter().chain([check]) {
        say(&format!("{before} {command}"));
        before = "     ";
    }
}

/// How the password of a connection URL reaches a command.
pub(super) const PASSWORD: &str = "set PGPASSWORD, or DATABASE_URL to the whole connection URL";

/// Says that the database has been managed until now, and what becomes of that.
fn who_managed_it(database: &Database, first: &First) {
    let Database { versions, .. } = database;
    if versions.is_empty() {
        return;
    }
    say(&format!(
        "Alembic, or another project of Cucurbit, manages the database: `alembic_version` says {}.",
        versions.join(", ")
    ));
    if database.is_at_first() {
        say(&format!("  The first revision has the id {}: the database is at it already.", first.revision));
    } else {
        say("  The first revision takes the place of that history.");
    }
    say("  To keep Alembic's history instead, see \"From Alembic\" in docs/ADOPTING.md of Cucurbit.");
}

/// Lists what `schema.sql` does not create and cannot do without.
fn needed(database: &Database) -> Vec<String> {
    let lacking = database.needed.iter().filter(|need| need.kind != super::files::EXTENSION);
    let mut lines: Vec<String> = lacking
        .map(|need| {
            format!("write the CREATE {} of {} at its top, or it cannot be read", need.kind, need.name)
        })
        .collect();
    lines.sort();
    lines.dedup();
    lines
}
