//! The same steps written as an SQL script: `--sql`. Not a second renderer.
//!
//! The script is reproducible byte for byte: nothing in it comes from a clock, from chance or from a database.

use crate::{
    dialect::{self, Before, Dialect, Guard, Hazard, HazardKind, Mode, Plan, Statement},
    revision::{Applied, Direction, Heads, Scripts, Step},
};

use super::{RunError, VersionTable, prepare};

/// Where a script begins.
#[derive(Clone, Debug)]
pub struct Start {
    /// The applied revisions that the script takes for granted.
    pub heads: Heads,
    /// The schema that these revisions made.
    pub before: Before,
}

/// Writes the statements of steps as a script for `psql` or `sqlite3`.
///
/// A script that begins at the base creates the version table.
///
/// # Errors
///
/// When a step cannot be written without a database: code, and what follows SQL whose effect is not known, are named.
pub fn script(
    dialect: Dialect,
    scripts: &Scripts,
    steps: &[Step],
    start: Start,
    version_table: &VersionTable,
) -> Result<String, RunError> {
    let Start { heads, before } = start;
    let mut text = Text::default();
    if heads.is_empty() {
        statement(&mut text, &version_table.create_sql(dialect));
    }
    let direction = steps.first().map_or(Direction::Upgrade, |step| step.direction);
    let prepared = prepare::prepare(dialect, scripts, steps, before, &heads)
        .map_err(|error| error.with_misfit(dialect, scripts, direction, &[]))?;
    let mut applied = Applied::new(scripts.graph(), heads)?;
    for (step, work) in steps.iter().zip(prepared.works) {
        comment(&mut text, &step.to_string());
        let plan = work.into_plan()?;
        let changes: Vec<String> =
            applied.take(step).iter().map(|change| version_table.change_sql(dialect, change)).collect();
        write_step(&mut text, dialect, &plan, &changes);
    }
    Ok(text.0.concat())
}

/// Writes one step: a transaction with its version row; statements outside transactions stand between two of them.
fn write_step(text: &mut Text, dialect: Dialect, plan: &Plan, changes: &[String]) {
    // Nothing looks at the rows between the statements of a script, which a shortcut needs.
    let Plan { statements, shortcuts: _ } = plan;
    let needs_foreign_keys_off = plan.needs_foreign_keys_off();
    if needs_foreign_keys_off {
        statement(text, "PRAGMA foreign_keys = OFF");
    }
    let mut is_open = false;
    for Statement { sql, hazards, mode, guards, session: _, effect: _, done: _ } in statements {
        let is_inside = *mode == Mode::InTransaction;
        if is_inside != is_open {
            statement(text, if is_inside { dialect.begin_sql() } else { "COMMIT" });
            is_open = is_inside;
        }
        // A value that cannot be converted makes an error of the statement itself.
        let is_shown = |hazard: &&Hazard| !matches!(hazard.kind, HazardKind::CannotConvert { .. });
        for hazard in hazards.iter().filter(is_shown) {
            comment(text, &format!("dangerous if this is 1: {}", hazard.probe));
        }
        if guards.iter().any(|guard| matches!(guard, Guard::CopiesAllRows { .. })) {
            comment(text, "copies every row");
        }
        text.0.push(format!("{}\n\n", dialect::script_text(sql, dialect)));
    }
    if !is_open {
        statement(text, dialect.begin_sql());
    }
    for change in changes {
        statement(text, change);
    }
    statement(text, "COMMIT");
    if needs_foreign_keys_off {
        statement(text, "PRAGMA foreign_keys = ON");
    }
}

/// The pieces of a script.
#[derive(Debug, Default)]
struct Text(Vec<String>);

fn statement(text: &mut Text, sql: &str) {
    text.0.push(format!("{sql};\n\n"));
}

/// Writes a comment; a line break in it would end the comment and begin SQL.
fn comment(text: &mut Text, words: &str) {
    text.0.push(format!("-- {}\n\n", words.replace(['\n', '\r'], " ")));
}
