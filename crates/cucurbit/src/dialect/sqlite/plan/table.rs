//! Whole tables: created, dropped, renamed.

use crate::{
    operation::{Consent, Operation},
    schema::{Ident, Schema, Table, TableName},
};

use super::{
    super::{
        super::{
            Before, Guard, Hazard, HazardKind, Plan, PlanError, Session, Statement, Trigger,
            sqlite::sql::quoted,
        },
        constant, define, effect,
        memory::{apply, remember_index, remember_table, settle},
        names, rename,
        token::same_name,
    },
    unsupported,
};

pub(super) fn create_table(
    before: &mut Before,
    table: &Table,
    operation: &Operation,
    plan: &mut Plan,
) -> Result<(), PlanError> {
    refuse_second_table(before, &table.name.name).map_err(unsupported(operation))?;
    for column in &table.columns {
        constant::refuse_other_default(&table.name, &column.name, &column.ty, column.default.as_ref())?;
    }
    apply(before, operation)?;
    plan.push(remember_table(before, table).map_err(unsupported(operation))?);
    // A table that is written down with its indexes has them created too.
    for index in table.indexes.values() {
        refuse_second_index(before, &index.name).map_err(unsupported(operation))?;
        let sql = remember_index(before, &table.name, index).map_err(unsupported(operation))?;
        plan.push(effect::create_index(&table.name, &index.name, sql));
    }
    settle(before, &table.name)
}

/// Refuses a table under a name that differs from another one's only in case.
fn refuse_second_table(before: &Before, name: &Ident) -> Result<(), String> {
    names::refuse_second(before.schema.tables.keys().map(|other| &other.name), name)
}

/// Refuses an index under a name that differs from another one's only in case.
pub(super) fn refuse_second_index(before: &Before, name: &Ident) -> Result<(), String> {
    names::refuse_second(before.originals.indexes.keys(), name)
}

pub(super) fn drop_table(
    before: &mut Before,
    table: &TableName,
    consent: Consent,
    operation: &Operation,
    plan: &mut Plan,
) -> Result<(), PlanError> {
    let children = children(&before.schema, table);
    apply(before, operation)?;
    let name = define::table_name(table).map_err(unsupported(operation))?;
    let mut statement = Statement::new(format!("DROP TABLE {name}"));
    if !consent.is_given {
        statement = statement.hazard(Hazard {
            kind: HazardKind::LosesData,
            table: table.clone(),
            column: None,
            probe: format!("SELECT EXISTS (SELECT 1 FROM {name})"),
            offenders: None,
            waits: false,
        });
    }
    if !children.is_empty() {
        // With foreign keys on, DROP TABLE first deletes all rows, and the children's with them.
        statement = statement.session(Session::ForeignKeysOff).guard(Guard::KeepsRows { of: children });
    }
    plan.statements.push(statement);
    before.originals.tables.remove(table);
    before.originals.indexes.retain(|_, (owner, _)| owner != table);
    before.originals.triggers.retain(|_, trigger| !same_name(&trigger.table, &table.name));
    Ok(())
}

/// Returns the other tables that refer to a table.
pub(super) fn children(schema: &Schema, table: &TableName) -> Vec<TableName> {
    let refers = |other: &&Table| {
        other.name != *table
            && other.foreign_keys().any(|key| same_name(&key.referred_table.name, &table.name))
    };
    schema.tables.values().filter(refers).map(|other| other.name.clone()).collect()
}

pub(super) fn rename_table(
    before: &mut Before,
    table: &TableName,
    to: &Ident,
    operation: &Operation,
    plan: &mut Plan,
) -> Result<(), PlanError> {
    refuse_second_table(before, to).map_err(unsupported(operation))?;
    let schema = before.schema.clone();
    apply(before, operation)?;
    let name = define::table_name(table).map_err(unsupported(operation))?;
    plan.statements.extend(rename::probes(&before.originals, &table.name, true));
    rename::table(&mut before.originals, &schema, table, to)?;
    let rename = format!("ALTER TABLE {name} RENAME TO {}", quoted(to));
    // A broken trigger on the table itself would stay on a table that is not there, which spoils the file.
    let is_own = |trigger: &Trigger| same_name(&trigger.table, to) && !trigger.sql.is_empty();
    let own: Vec<(Ident, String)> = before
        .originals
        .triggers
        .iter()
        .filter(|(_, trigger)| is_own(trigger))
        .map(|(name, trigger)| (name.clone(), trigger.sql.clone()))
        .collect();
    own.iter().for_each(|(trigger, _)| plan.push(format!("DROP TRIGGER {}", quoted(trigger))));
    plan.statements.extend(rename::statements(&before.originals, Statement::new(rename)));
    own.into_iter().for_each(|(_, sql)| plan.push(sql));
    for name in before.schema.tables.keys().cloned().collect::<Vec<_>>() {
        settle(before, &name)?;
    }
    Ok(())
}
