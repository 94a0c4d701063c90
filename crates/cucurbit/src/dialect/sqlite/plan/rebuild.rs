//! A table is recreated: create, copy, drop, rename (sqlite.org/lang_altertable.html, section 7).
//!
//! The new table is the old one's text with its edits, so whatever was not thought of survives. What hangs on the table
//! (indexes, triggers, views, its row in `sqlite_sequence`, its rowids) is put back from its own text.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{Ident, TableName};

use super::{
    super::{
        super::{Guard, Originals, Plan, PlanError, Session, Statement, Trigger, sqlite::sql::quoted},
        ddl::CreateTable,
        effect,
        memory::free_name,
        rename,
        token::{mentions, same_name},
    },
    alter::Work,
    name_text,
    table::children,
};

/// Recreates a table and returns the text as SQLite will store it. The indexes in `before` are already those after.
pub(super) fn rebuild(work: Work<'_>, plan: &mut Plan) -> Result<CreateTable, PlanError> {
    let Work { before, table, from, text: mut to, fills, added, hazards, .. } = work;
    if let Some(name) = rename::forgotten(before) {
        return Err(PlanError::Original {
            object: name.to_string(),
            reason: "a rename in this run has changed it, and only the file can tell how; run the revisions up to there first"
                .to_owned(),
        });
    }
    let name = quoted(&table.name);
    let new_name = free_name(&before.originals, &table.name);
    let new = quoted(&new_name);
    let (triggers, views) = dependents(&before.originals, &table.name);

    let start = plan.statements.len();
    plan.statements.extend(rename::probes(&before.originals, &table.name, false));
    for trigger in &triggers {
        plan.push(format!("DROP TRIGGER {}", quoted(trigger)));
    }
    for view in &views {
        plan.push(format!("DROP VIEW {}", quoted(view)));
    }
    to.set_name(&new_name);
    plan.push(to.to_string());
    plan.statements.push(copy(&from, &to, &fills, &added, &new, &table));
    if from.options().is_autoincrement && to.options().is_autoincrement {
        // Else an id that was deleted would be given again.
        plan.push(format!("DELETE FROM sqlite_sequence WHERE name = {}", name_text(&new_name)));
        plan.push(format!(
            "INSERT INTO sqlite_sequence (name, seq) SELECT {}, seq FROM sqlite_sequence WHERE name = {}",
            name_text(&new_name),
            name_text(&table.name)
        ));
    }
    let children = children(&before.schema, &table);
    let mut drop = Statement::new(format!("DROP TABLE {name}"));
    if !children.is_empty() {
        drop = drop.guard(Guard::KeepsRows { of: children });
    }
    plan.statements.push(drop);
    let mut others = before.originals.clone();
    others.views.retain(|view, _| !views.contains(view));
    others.triggers.retain(|trigger, _| !triggers.contains(trigger));
    let rename = Statement::new(format!("ALTER TABLE {new} RENAME TO {name}"));
    plan.statements.extend(rename::statements(&others, rename));
    for (index, (_, sql)) in before.originals.indexes.iter().filter(|(_, (owner, _))| *owner == table) {
        plan.push(effect::create_index(&table, index, sql));
    }
    for view in views.iter().filter_map(|name| before.originals.views.get(name)) {
        plan.push(&view.sql);
    }
    for trigger in triggers.iter().filter_map(|name| before.originals.triggers.get(name)) {
        plan.push(&trigger.sql);
    }
    if let Some(first) = plan.statements.get_mut(start) {
        first.hazards.extend(hazards);
        first.session = Session::ForeignKeysOff;
    }
    to.set_name(&table.name);
    Ok(to)
}

/// Writes the copy: every column that is not generated, by name, and the rowid where nothing else holds it.
fn copy(
    from: &CreateTable,
    to: &CreateTable,
    fills: &BTreeMap<Ident, String>,
    added: &BTreeSet<Ident>,
    new: &str,
    table: &TableName,
) -> Statement {
    let (mut targets, mut values) = (Vec::new(), Vec::new());
    if let Some(rowid) = rowid_name(from, to) {
        // Full-text tables and programs refer to it.
        targets.push(rowid.to_owned());
        values.push(rowid.to_owned());
    }
    for column in to.columns().filter(|column| !column.is_generated()) {
        let value = match fills.get(&column.name) {
            Some(value) => value.clone(),
            None if added.contains(&column.name) => continue,
            None => quoted(&column.name),
        };
        targets.push(quoted(&column.name));
        values.push(value);
    }
    if let (true, Some(column)) = (targets.is_empty(), to.columns().next()) {
        // Not one column stays: a row is still a row. NULL numbers a rowid and is refused by NOT NULL.
        targets.push(quoted(&column.name));
        values.push("NULL".to_owned());
    }
    let (targets, values) = (targets.join(", "), values.join(", "));
    let name = quoted(&table.name);
    // A clause of the new table must neither leave out rows nor replace them.
    let or = if to.has_conflicts() { " OR ABORT" } else { "" };
    let sql = format!("INSERT{or} INTO {new} ({targets}) SELECT {values} FROM {name}");
    let effect = effect::writes().rewrites(table);
    Statement::new(sql).effect(effect).guard(Guard::CopiesAllRows { of: table.clone() })
}

/// Returns a name that means the rowid in both tables, if both have one that no column of the new one is.
fn rowid_name(from: &CreateTable, to: &CreateTable) -> Option<&'static str> {
    let has_none = |text: &CreateTable| text.options().is_without_rowid;
    if has_none(from) || has_none(to) || to.rowid_column().is_some() {
        return None;
    }
    ["rowid", "_rowid_", "oid"].into_iter().find(|name| {
        let name = Ident::new(*name);
        from.column(&name).is_none() && to.column(&name).is_none()
    })
}

/// Finds what SQLite would lose with the table, or could not resolve while it is away: the triggers that are on the table or
/// one of the views, or mention one; and the views, which mention the table or such a view.
fn dependents(originals: &Originals, table: &Ident) -> (Vec<Ident>, Vec<Ident>) {
    let Originals { tables: _, indexes: _, triggers, views } = originals;
    let mut names = vec![table.clone()];
    while let Some((name, _)) = views.iter().find(|(name, view)| {
        !names[1..].contains(name) && names.iter().any(|other| mentions(&view.sql, other))
    }) {
        names.push(name.clone());
    }
    let is_about = |(_, trigger): &(&Ident, &Trigger)| {
        names.iter().any(|name| same_name(&trigger.table, name) || mentions(&trigger.sql, name))
    };
    let triggers = triggers.iter().filter(is_about).map(|(name, _)| name.clone()).collect();
    (triggers, names.split_off(1))
}
