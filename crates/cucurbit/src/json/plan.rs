//! A plan on the wire: it is written for other programs, and never read.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::wire::{InNamespace, Name, Wire, choice, is_default, words};
use crate::dialect::{
    Blocks, Cost, Done, Effect, Guard, Hazard, HazardKind, Lock, LockMode, Locked, Mode, Plan, Session,
    Shortcut, Statement,
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
struct WireEffect {
    locks: Vec<WireLock>,
    costs: Vec<WireCost>,
}

#[derive(Serialize)]
struct WireLock {
    #[serde(flatten)]
    object: WireLocked,
    mode: WireLockMode,
    blocks: Vec<&'static str>,
}

choice!(WireHazardKind of HazardKind by "kind" {
    BreaksCheck { check = check: String } {}
    CannotConvert { to = ty: String } {}
    HoldsEnumValues { name = name: InNamespace } {}
    LosesData
    NullInNotNull
});

choice!(WireGuard of Guard by "kind" {
    CopiesAllRows { table = of: InNamespace } {}
    KeepsRows { tables = of: Vec<InNamespace> } {}
    WritesOneText { table = of: InNamespace } {}
});

choice!(WireLocked of Locked by "kind" {
    File
    Index { name = 0: InNamespace } {}
    Sequence { name = 0: InNamespace } {}
    Table { name = 0: InNamespace } {}
});

choice!(WireCost of Cost by "kind" {
    Builds { index = index: InNamespace } {}
    Rewrites { table = table: InNamespace } {}
    Scans { table = table: InNamespace } {}
    Writes { table = table: InNamespace } {}
});

choice!(#[expect(clippy::enum_variant_names, reason = "the words are those of the library")] WireDone of Done by "kind" {
    IndexIsBuilt { index = index: InNamespace } {}
    IndexIsGone { index = index: InNamespace } {}
    IndexIsThere { table = table: InNamespace, index = index: Name, unique = is_unique: bool, definition = definition: String } {}
});

words!(WireLockMode of LockMode {
    AccessShare RowShare RowExclusive ShareUpdateExclusive Share ShareRowExclusive Exclusive AccessExclusive Reserved
});

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
        guards: Wire::of(guards),
        effect: effect.as_ref().map(|Effect { locks, costs }| WireEffect {
            locks: locks.iter().map(lock).collect(),
            costs: Wire::of(costs),
        }),
        done: Wire::of(done),
    }
}

fn hazard(model: &Hazard) -> WireHazard {
    let Hazard { kind, table, column, probe, offenders, waits } = model;
    WireHazard {
        can_be_wanted: kind.can_be_wanted(),
        kind: Wire::of(kind),
        table: Wire::of(table),
        column: Wire::of(column),
        probe: probe.clone(),
        offenders: offenders.clone(),
        waits: *waits,
    }
}

fn lock(Lock { object: locked, mode }: &Lock) -> WireLock {
    let Blocks { reads, writes, schema_changes } = mode.blocks();
    let blocks = [(reads, "reads"), (writes, "writes"), (schema_changes, "schema_changes")];
    WireLock {
        object: Wire::of(locked),
        mode: Wire::of(mode),
        blocks: blocks.into_iter().filter_map(|(is_blocked, word)| is_blocked.then_some(word)).collect(),
    }
}
