//! Sequences: those that stand alone, and those that columns own.

use super::{
    super::{
        effect,
        sequence::{self, Numbers, numbers},
        types,
    },
    Planner, comment, unlocked,
};
use crate::{
    dialect::{
        Effect, LockMode, PlanError, Statement,
        postgres::sql::{qualified, quoted, string},
    },
    operation::Operation,
    schema::{Column, Dialect, Ident, ObjectName, Sequence, Table, TableName, Type},
};

impl Planner<'_> {
    /// Finds a sequence that a column owns, by its name.
    pub(super) fn owned_sequence(&self, name: &ObjectName) -> Option<Sequence> {
        let tables = self.schema.tables.values().filter(|table| table.name.schema == name.schema);
        let mut owned = tables.flat_map(|table| {
            table.columns.iter().filter_map(|column| sequence::of_column(&table.name, column))
        });
        owned.find(|sequence| sequence.name == *name)
    }

    /// Changes a sequence; one that a column owns stands alone afterwards.
    pub(super) fn alter_sequence(
        &mut self,
        name: &ObjectName,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let alone = self.schema.sequences.get(name).cloned();
        let owned = self.owned_sequence(name).filter(|_| alone.is_none());
        self.apply(operation)?;
        if owned.is_some() {
            self.plan.push(owned_by_none(name));
        }
        let (was, is) = (alone.or(owned), self.schema.sequences.get(name));
        let altered = was.zip(is).map(|(was, is)| alter(&was, is)).transpose()?;
        altered.into_iter().flatten().for_each(|statement| self.plan.push(statement));
        Ok(())
    }
}

/// Writes what makes a sequence that a column shall own, or makes it of one that stands alone.
fn make_for_column(to: &Sequence, alone: Option<&Sequence>) -> Result<Vec<Statement>, PlanError> {
    let Some(alone) = alone else {
        return Ok(vec![create_as(to, Some(&to.ty))?]);
    };
    alter(alone, &Sequence { comment: alone.comment.clone(), ..to.clone() })
}

/// Writes that a column owns a sequence: it goes with the column, and a SERIAL is one that does (manual, 8.1.4).
fn owned_by(sequence: &Sequence, table: &TableName, column: &Ident) -> Statement {
    let name = qualified(&sequence.name);
    let sql = format!("ALTER SEQUENCE {name} OWNED BY {}.{}", qualified(table), quoted(column));
    Statement::new(sql).effect(alters(&sequence.name).and(table, LockMode::AccessShare))
}

/// Writes that no column owns a sequence any more.
fn owned_by_none(name: &ObjectName) -> Statement {
    Statement::new(format!("ALTER SEQUENCE {} OWNED BY NONE", qualified(name))).effect(alters(name))
}

/// Drops a sequence.
pub(super) fn drop(name: &ObjectName) -> Statement {
    let effect = effect::about_sequence(name, LockMode::AccessExclusive);
    Statement::new(format!("DROP SEQUENCE {}", qualified(name))).effect(effect)
}

/// Gives a sequence another name.
pub(super) fn rename(name: &ObjectName, to: &Ident) -> Statement {
    let effect = effect::about_sequence(name, LockMode::AccessExclusive);
    Statement::new(format!("ALTER SEQUENCE {} RENAME TO {}", qualified(name), quoted(to))).effect(effect)
}

/// Sets or removes the comment of a sequence.
pub(super) fn comment(name: &ObjectName, comment: Option<&String>) -> Statement {
    let effect = effect::about_sequence(name, LockMode::ShareUpdateExclusive);
    comment::on(&format!("SEQUENCE {}", qualified(name)), comment, effect)
}

/// The effect of ALTER SEQUENCE.
fn alters(name: &ObjectName) -> Effect {
    effect::about_sequence(name, LockMode::ShareRowExclusive)
}

/// Writes what makes the sequence that a column owns another one.
pub(super) fn alter_owned(from: &Sequence, to: &Sequence) -> Result<Vec<Statement>, PlanError> {
    let rename = (from.name != to.name).then(|| rename(&from.name, &to.name.name));
    Ok(rename.into_iter().chain(alter(from, to)?).collect())
}

/// Writes CREATE SEQUENCE, and its comment.
pub(in super::super) fn create(sequence: &Sequence) -> Result<Vec<Statement>, PlanError> {
    let Sequence { name, ty, options: _, comment: said } = sequence;
    let create = create_as(sequence, Some(ty).filter(|ty| types::stored(ty) != Type::BigInteger))?;
    Ok(std::iter::once(create).chain(said.as_ref().map(|text| comment(name, Some(text)))).collect())
}

fn create_as(sequence: &Sequence, ty: Option<&Type>) -> Result<Statement, PlanError> {
    refuse_others(sequence)?;
    let ty = ty.map(|ty| format!("AS {}", types::spelled(ty)));
    let said = std::iter::once(format!("CREATE SEQUENCE {}", qualified(&sequence.name))).chain(ty);
    Ok(unlocked(said.chain(sequence::written(&sequence.options)).collect::<Vec<_>>().join(" ")))
}

/// Writes ALTER SEQUENCE; nothing if nothing changes.
fn alter(from: &Sequence, to: &Sequence) -> Result<Vec<Statement>, PlanError> {
    refuse_others(to)?;
    let is_other_type = types::stored(&from.ty) != types::stored(&to.ty);
    let ty = is_other_type.then(|| format!("AS {}", types::spelled(&to.ty)));
    let changes = sequence::changes((&from.ty, &from.options), (&to.ty, &to.options));
    let changes: Vec<String> = ty.into_iter().chain(changes).collect();
    let alter = format!("ALTER SEQUENCE {} {}", qualified(&to.name), changes.join(" "));
    let alter =
        if is_moved(from, to) { restarted(&to.name, &alter, &numbers(&to.ty, &to.options)) } else { alter };
    let comment = (from.comment != to.comment).then(|| comment(&to.name, to.comment.as_ref()));
    let alter = (!changes.is_empty()).then(|| Statement::new(alter).effect(alters(&to.name)));
    Ok(alter.into_iter().chain(comment).collect())
}

/// Tells whether a sequence that gave few values may stand outside of what it shall give.
fn is_moved(from: &Sequence, to: &Sequence) -> bool {
    let (from, to) = (numbers(&from.ty, &from.options), numbers(&to.ty, &to.options));
    !(to.minimum..=to.maximum).contains(&from.start)
}

/// Restarts a sequence if it stands where the new bounds do not reach: the server refuses them otherwise.
fn restarted(name: &ObjectName, alter: &str, Numbers { minimum, maximum, .. }: &Numbers) -> String {
    let outside = format!("(SELECT last_value NOT BETWEEN {minimum} AND {maximum} FROM {})", qualified(name));
    format!("DO $cucurbit$ BEGIN IF {outside} THEN {alter} RESTART; ELSE {alter}; END IF; END $cucurbit$")
}

fn refuse_others(Sequence { name, ty, options: _, comment: _ }: &Sequence) -> Result<(), PlanError> {
    if types::serial(&types::stored(ty)).is_some() {
        return Ok(());
    }
    Err(PlanError::Unsupported {
        dialect: Dialect::Postgres,
        operation: format!("make the sequence {name} of type {ty}"),
        reason: "a sequence is SMALLINT, INTEGER or BIGINT".to_owned(),
    })
}

/// What makes a sequence that a column owns: before there is the column, and after.
#[derive(Debug, Default)]
pub(super) struct OwnSequence {
    pub(super) before: Vec<Statement>,
    pub(super) after: Vec<Statement>,
}

/// Makes a sequence that a column owns, of one that stands alone if there is one of its name.
pub(super) fn make_own_sequence(
    table: &Table,
    column: &Column,
    sequence: &Sequence,
    alone: Option<&Sequence>,
) -> Result<OwnSequence, PlanError> {
    let before = make_for_column(sequence, alone)?;
    let mut after = vec![owned_by(sequence, &table.name, &column.name)];
    if table.options.is_unlogged {
        // So is the sequence of a SERIAL in a table that is made so; before PostgreSQL 15 no sequence can be.
        let unlogged =
            format!("EXECUTE 'ALTER SEQUENCE ' || {} || ' SET UNLOGGED'", sequence_of(table, column));
        let is_known = "current_setting('server_version_num')::INTEGER >= 150000";
        let sql = in_block(&format!("IF {is_known} THEN {unlogged}; END IF"));
        let effect = effect::about_sequence(&sequence.name, LockMode::AccessExclusive);
        after.push(Statement::new(sql).effect(effect));
    }
    Ok(OwnSequence { before, after })
}

/// The name of the sequence that a column owns, which only the server knows for certain.
pub(super) fn sequence_of(table: &Table, column: &Column) -> String {
    format!("pg_get_serial_sequence({}, {})", string(&qualified(&table.name)), string(column.name.as_str()))
}

/// Runs a statement that is put together on the server.
pub(super) fn in_block(statement: &str) -> String {
    format!("DO $cucurbit$ BEGIN {statement}; END $cucurbit$")
}
