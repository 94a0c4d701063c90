//! What is looked at around a statement of the journal, as text: its hazards, its guards, and what tells whether it was done.
//!
//! It is the journal's own form, and not that of the values: a run of another release may read it.

use serde::{Deserialize, Serialize};

use crate::{
    dialect::{Done, Guard, Hazard, HazardKind, Statement},
    schema::{Ident, TableName},
};

/// The hazards and guards of a statement, and what tells whether it was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Checks {
    pub(super) hazards: Vec<Hazard>,
    pub(super) guards: Vec<Guard>,
    pub(super) done: Option<Done>,
}

impl Checks {
    pub(super) fn of(statement: &Statement) -> Self {
        let Statement { sql: _, hazards, mode: _, guards, session: _, effect: _, done } = statement;
        Self { hazards: hazards.clone(), guards: guards.clone(), done: done.clone() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.hazards.is_empty() && self.guards.is_empty() && self.done.is_none()
    }

    pub(super) fn text(&self) -> String {
        let Self { hazards, guards, done } = self;
        let written = Written {
            hazards: hazards.iter().map(WrittenHazard::of).collect(),
            guards: guards.iter().map(WrittenGuard::of).collect(),
            done: done.as_ref().map(WrittenDone::of),
        };
        serde_json::to_string(&written).expect("texts, numbers and lists can be written")
    }

    /// Reads it again; `None` where it is not what was written.
    pub(super) fn read(text: &str) -> Option<Self> {
        let Written { hazards, guards, done } = serde_json::from_str(text).ok()?;
        Some(Self {
            hazards: hazards.into_iter().map(WrittenHazard::value).collect(),
            guards: guards.into_iter().map(WrittenGuard::value).collect(),
            done: done.map(WrittenDone::value),
        })
    }
}

#[derive(Deserialize, Serialize)]
struct Written {
    hazards: Vec<WrittenHazard>,
    guards: Vec<WrittenGuard>,
    done: Option<WrittenDone>,
}

/// A name: its schema, if one is said, and the name in it.
type Name = (Option<String>, String);

#[derive(Deserialize, Serialize)]
struct WrittenHazard {
    kind: WrittenKind,
    table: Name,
    column: Option<String>,
    probe: String,
    offenders: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum WrittenKind {
    BreaksCheck { check: String },
    CannotConvert { ty: String },
    HoldsEnumValues { name: Name },
    LosesData,
    NullInNotNull,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum WrittenGuard {
    CopiesAllRows { of: Name },
    KeepsRows { of: Vec<Name> },
    WritesOneText { of: Name },
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum WrittenDone {
    Built { index: Name },
    Gone { index: Name },
    There { table: Name, index: String, is_unique: bool, definition: String },
}

fn written(name: &TableName) -> Name {
    (name.schema.as_ref().map(ToString::to_string), name.name.to_string())
}

fn named((schema, name): Name) -> TableName {
    TableName { schema: schema.map(Ident::new), name: Ident::new(name) }
}

impl WrittenHazard {
    fn of(hazard: &Hazard) -> Self {
        // It waits no longer than until its statement's turn.
        let Hazard { kind, table, column, probe, offenders, waits: _ } = hazard;
        let kind = match kind {
            HazardKind::BreaksCheck { check } => WrittenKind::BreaksCheck { check: check.clone() },
            HazardKind::CannotConvert { ty } => WrittenKind::CannotConvert { ty: ty.clone() },
            HazardKind::HoldsEnumValues { name } => WrittenKind::HoldsEnumValues { name: written(name) },
            HazardKind::LosesData => WrittenKind::LosesData,
            HazardKind::NullInNotNull => WrittenKind::NullInNotNull,
        };
        let column = column.as_ref().map(ToString::to_string);
        Self { kind, table: written(table), column, probe: probe.clone(), offenders: offenders.clone() }
    }

    fn value(self) -> Hazard {
        let Self { kind, table, column, probe, offenders } = self;
        let kind = match kind {
            WrittenKind::BreaksCheck { check } => HazardKind::BreaksCheck { check },
            WrittenKind::CannotConvert { ty } => HazardKind::CannotConvert { ty },
            WrittenKind::HoldsEnumValues { name } => HazardKind::HoldsEnumValues { name: named(name) },
            WrittenKind::LosesData => HazardKind::LosesData,
            WrittenKind::NullInNotNull => HazardKind::NullInNotNull,
        };
        Hazard { kind, table: named(table), column: column.map(Ident::new), probe, offenders, waits: true }
    }
}

impl WrittenGuard {
    fn of(guard: &Guard) -> Self {
        match guard {
            Guard::CopiesAllRows { of } => Self::CopiesAllRows { of: written(of) },
            Guard::KeepsRows { of } => Self::KeepsRows { of: of.iter().map(written).collect() },
            Guard::WritesOneText { of } => Self::WritesOneText { of: written(of) },
        }
    }

    fn value(self) -> Guard {
        match self {
            Self::CopiesAllRows { of } => Guard::CopiesAllRows { of: named(of) },
            Self::KeepsRows { of } => Guard::KeepsRows { of: of.into_iter().map(named).collect() },
            Self::WritesOneText { of } => Guard::WritesOneText { of: named(of) },
        }
    }
}

impl WrittenDone {
    fn of(done: &Done) -> Self {
        match done {
            Done::IndexIsBuilt { index } => Self::Built { index: written(index) },
            Done::IndexIsGone { index } => Self::Gone { index: written(index) },
            Done::IndexIsThere { table, index, is_unique, definition } => Self::There {
                table: written(table),
                index: index.to_string(),
                is_unique: *is_unique,
                definition: definition.clone(),
            },
        }
    }

    fn value(self) -> Done {
        match self {
            Self::Built { index } => Done::IndexIsBuilt { index: named(index) },
            Self::Gone { index } => Done::IndexIsGone { index: named(index) },
            Self::There { table, index, is_unique, definition } => {
                Done::IndexIsThere { table: named(table), index: Ident::new(index), is_unique, definition }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let table = TableName::qualified("shop", "plant");
        let hazard = |kind| Hazard {
            kind,
            table: table.clone(),
            column: Some("name".into()),
            probe: "SELECT 'it''s'".to_owned(),
            offenders: None,
            waits: true,
        };
        let checks = Checks {
            hazards: vec![
                hazard(HazardKind::BreaksCheck { check: "height > 0".to_owned() }),
                hazard(HazardKind::CannotConvert { ty: "INTEGER".to_owned() }),
                hazard(HazardKind::HoldsEnumValues { name: "mood".into() }),
                hazard(HazardKind::LosesData),
                hazard(HazardKind::NullInNotNull),
            ],
            guards: vec![
                Guard::CopiesAllRows { of: table.clone() },
                Guard::KeepsRows { of: vec![table.clone(), "bed".into()] },
                Guard::WritesOneText { of: table },
            ],
            done: None,
        };
        for done in [
            Done::IndexIsBuilt { index: "ix".into() },
            Done::IndexIsGone { index: "ix".into() },
            Done::IndexIsThere {
                table: "plant".into(),
                index: "ix".into(),
                is_unique: true,
                definition: " (\"name\")".to_owned(),
            },
        ] {
            let checks = Checks { done: Some(done), ..checks.clone() };
            assert_eq!(Checks::read(&checks.text()), Some(checks));
        }
        assert_eq!(Checks::read("DROP TABLE plant"), None);
    }
}
