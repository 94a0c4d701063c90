//! The JSON of a plan: everything that it knows is in it.

use cucurbit::{
    dialect::{
        Cost, Done, Effect, Guard, Hazard, HazardKind, LockMode, Locked, Mode, Plan, Session, Shortcut,
        Statement,
    },
    schema::TableName,
};

/// A plan with every field of the form.
pub(super) const RICH: &str = include_str!("plan.json");

fn hazard(kind: HazardKind) -> Hazard {
    let (table, probe) = (TableName::from("app.plant"), "SELECT 0".to_owned());
    Hazard { kind, table, column: None, probe, offenders: None, waits: false }
}

fn plan() -> Plan {
    let plant = TableName::from("plant");
    let drops = Statement::new("DROP TABLE \"plant\"")
        .hazard(Hazard {
            column: Some("name".into()),
            offenders: Some("SELECT 1".to_owned()),
            waits: true,
            ..hazard(HazardKind::LosesData)
        })
        .hazard(hazard(HazardKind::NullInNotNull))
        .hazard(hazard(HazardKind::BreaksCheck { check: "a > 0".into() }))
        .hazard(hazard(HazardKind::CannotConvert { ty: "INTEGER".into() }))
        .hazard(hazard(HazardKind::HoldsEnumValues { name: "mood".into() }))
        .guard(Guard::CopiesAllRows { of: plant.clone() })
        .guard(Guard::KeepsRows { of: vec!["bed".into()] })
        .guard(Guard::WritesOneText { of: plant.clone() })
        .effect(
            Effect::on(&plant, LockMode::AccessExclusive)
                .locks(Locked::Index("ix".into()), LockMode::ShareUpdateExclusive)
                .locks(Locked::Sequence("invoice".into()), LockMode::Share)
                .scans(&plant)
                .rewrites(&plant)
                .writes(&plant)
                .costs(Cost::Builds { index: "ix".into() }),
        );
    let done = Done::IndexIsThere {
        table: plant,
        index: "ix".into(),
        is_unique: true,
        definition: "(name)".to_owned(),
    };
    let builds = |sql: &str, done| Statement::new(sql).mode(Mode::OutsideTransaction).done(done);
    let file = Effect::lock(Locked::File, LockMode::Reserved);
    Plan {
        statements: vec![
            drops,
            builds("CREATE UNIQUE INDEX CONCURRENTLY ix ON plant (name)", done),
            builds("DROP INDEX CONCURRENTLY ix", Done::IndexIsGone { index: "ix".into() }),
            builds("REINDEX INDEX CONCURRENTLY ix", Done::IndexIsBuilt { index: "ix".into() }),
            Statement::new("SELECT 1").session(Session::Changed),
        ],
        shortcuts: vec![Shortcut {
            instead_of: 0..2,
            statements: vec![Statement::new("SELECT 2").session(Session::ForeignKeysOff).effect(file)],
        }],
    }
}

#[test]
fn the_form_is_kept() {
    assert_eq!(plan().to_json(), RICH.trim_end(), "a change of the form needs another version");
}
