//! A plan on the wire: it is written for other programs, and never read.

use std::ops::Range;

use serde::Serialize;

use super::wire::{InNamespace, Name, Wire, is_default};
use crate::{
    dialect::{
        Blocks, Cost, Done, Effect, Guard, Hazard, HazardKind, Lock, LockMode, Locked, Mode, Plan, Session,
        Shortcut, Statement,
    },
    schema::{Ident, ObjectName},
};

/// A whole document.
#[derive(Serialize)]
struct Document {
    version: u64,
    statements: Vec<WireStatement>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    shortcuts: Vec<WireShortcut>,
}

#[derive(Serialize)]
struct WireShortcut {
    instead_of: Range<usize>,
    statements: Vec<WireStatement>,
}

#[derive(Serialize)]
struct WireStatement {
    sql: String,
    #[serde(skip_serializing_if = "is_default")]
    outside_transaction: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hazards: Vec<WireHazard>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    guards: Vec<WireGuard>,
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<WireEffect>,
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<WireDone>,
}

#[derive(Serialize)]
struct WireHazard {
    #[serde(flatten)]
    kind: WireHazardKind,
    table: InNamespace,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<Name>,
    can_be_wanted: bool,
    probe: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    offenders: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    waits: bool,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum WireHazardKind {
    BreaksCheck { check: String },
    CannotConvert { to: String },
    HoldsEnumValues { name: InNamespace },
    LosesData,
    NullInNotNull,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum WireGuard {
    CopiesAllRows { table: InNamespace },
    KeepsRows { tables: Vec<InNamespace> },
    WritesOneText { table: InNamespace },
}

#[derive(Serialize)]
struct WireEffect {
    locks: Vec<WireLock>,
    costs: Vec<WireCost>,
}

#[derive(Serialize)]
struct WireLock {
    #[serde(flatten)]
    object: WireLocked,
    mode: &'static str,
    blocks: Vec<&'static str>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum WireLocked {
    File,
    Index { name: InNamespace },
    Sequence { name: InNamespace },
    Table { name: InNamespace },
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum WireCost {
    Builds { index: InNamespace },
    Rewrites { table: InNamespace },
    Scans { table: InNamespace },
    Writes { table: InNamespace },
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(clippy::enum_variant_names, reason = "the words are those of the library")]
enum WireDone {
    IndexIsBuilt { index: InNamespace },
    IndexIsGone { index: InNamespace },
    IndexIsThere { table: InNamespace, index: Name, unique: bool, definition: String },
}

impl Plan {
    /// Writes the plan as JSON of the version [`VERSION`](super::VERSION), indented: the statements in order, with what is
    /// dangerous about each, what must hold after it, the locks it takes and its costs.
    ///
    /// ```
    /// use cucurbit::{
    ///     Op,
    ///     dialect::Before,
    ///     schema::{Dialect, Schema, TableBuilder, build::integer},
    /// };
    ///
    /// let plant = TableBuilder::build("plant", |table| {
    ///     table.column(integer("id"));
    /// });
    /// let mut before = Before::of(Schema::from_tables([plant]));
    /// let operations = Op::record(|op| drop(op.drop_table("plant")));
    /// let plan = Dialect::Postgres.plan(&mut before, &operations).unwrap();
    /// assert!(plan.to_json().contains(r#""mode": "access_exclusive""#));
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let Self { statements, shortcuts } = self;
        let shortcuts = shortcuts.iter().map(|Shortcut { instead_of, statements }| WireShortcut {
            instead_of: instead_of.clone(),
            statements: statements.iter().map(statement).collect(),
        });
        super::text(&Document {
            version: super::VERSION,
            statements: statements.iter().map(statement).collect(),
            shortcuts: shortcuts.collect(),
        })
    }
}

fn statement(model: &Statement) -> WireStatement {
    let Statement { sql, hazards, mode, guards, session, effect, done } = model;
    WireStatement {
        sql: sql.clone(),
        outside_transaction: match mode {
            Mode::InTransaction => false,
            Mode::OutsideTransaction => true,
        },
        session: match session {
            Session::Any => None,
            Session::Changed => Some("changed"),
            Session::ForeignKeysOff => Some("foreign_keys_off"),
        },
        hazards: hazards.iter().map(hazard).collect(),
        guards: guards.iter().map(guard).collect(),
        effect: effect.as_ref().map(|Effect { locks, costs }| WireEffect {
            locks: locks.iter().map(lock).collect(),
            costs: costs.iter().map(cost).collect(),
        }),
        done: done.as_ref().map(self::done),
    }
}

fn hazard(model: &Hazard) -> WireHazard {
    let Hazard { kind, table, column, probe, offenders, waits } = model;
    WireHazard {
        can_be_wanted: kind.can_be_wanted(),
        kind: match kind {
            HazardKind::BreaksCheck { check } => WireHazardKind::BreaksCheck { check: check.clone() },
            HazardKind::CannotConvert { ty } => WireHazardKind::CannotConvert { to: ty.clone() },
            HazardKind::HoldsEnumValues { name } => WireHazardKind::HoldsEnumValues { name: object(name) },
            HazardKind::LosesData => WireHazardKind::LosesData,
            HazardKind::NullInNotNull => WireHazardKind::NullInNotNull,
        },
        table: object(table),
        column: column.as_ref().map(name),
        probe: probe.clone(),
        offenders: offenders.clone(),
        waits: *waits,
    }
}

fn guard(model: &Guard) -> WireGuard {
    match model {
        Guard::CopiesAllRows { of } => WireGuard::CopiesAllRows { table: object(of) },
        Guard::KeepsRows { of } => WireGuard::KeepsRows { tables: of.iter().map(object).collect() },
        Guard::WritesOneText { of } => WireGuard::WritesOneText { table: object(of) },
    }
}

fn lock(Lock { object: locked, mode }: &Lock) -> WireLock {
    let Blocks { reads, writes, schema_changes } = mode.blocks();
    let blocks = [(reads, "reads"), (writes, "writes"), (schema_changes, "schema_changes")];
    WireLock {
        object: match locked {
            Locked::File => WireLocked::File,
            Locked::Index(name) => WireLocked::Index { name: object(name) },
            Locked::Sequence(name) => WireLocked::Sequence { name: object(name) },
            Locked::Table(name) => WireLocked::Table { name: object(name) },
        },
        mode: match mode {
            LockMode::AccessShare => "access_share",
            LockMode::RowShare => "row_share",
            LockMode::RowExclusive => "row_exclusive",
            LockMode::ShareUpdateExclusive => "share_update_exclusive",
            LockMode::Share => "share",
            LockMode::ShareRowExclusive => "share_row_exclusive",
            LockMode::Exclusive => "exclusive",
            LockMode::AccessExclusive => "access_exclusive",
            LockMode::Reserved => "reserved",
        },
        blocks: blocks.into_iter().filter_map(|(is_blocked, word)| is_blocked.then_some(word)).collect(),
    }
}

fn cost(model: &Cost) -> WireCost {
    match model {
        Cost::Builds { index } => WireCost::Builds { index: object(index) },
        Cost::Rewrites { table } => WireCost::Rewrites { table: object(table) },
        Cost::Scans { table } => WireCost::Scans { table: object(table) },
        Cost::Writes { table } => WireCost::Writes { table: object(table) },
    }
}

fn done(model: &Done) -> WireDone {
    match model {
        Done::IndexIsBuilt { index } => WireDone::IndexIsBuilt { index: object(index) },
        Done::IndexIsGone { index } => WireDone::IndexIsGone { index: object(index) },
        Done::IndexIsThere { table, index, is_unique, definition } => WireDone::IndexIsThere {
            table: object(table),
            index: name(index),
            unique: *is_unique,
            definition: definition.clone(),
        },
    }
}

fn object(name: &ObjectName) -> InNamespace {
    Wire::of(name)
}

fn name(name: &Ident) -> Name {
    Wire::of(name)
}
