//! Constraints, in a new table and in one that is there.

use crate::{
    operation::ConstraintChange,
    schema::{
        Action, Check, Constraint, ConstraintRef, ForeignKey, Ident, Match, PrimaryKey, Referred, TableName,
        Unique,
    },
};

use super::{
    lines::{Alteration, Line},
    spell,
};

/// What is said of a constraint besides its name.
struct Said {
    /// The method of a new table; `create_` before it makes it the one of `AlterTable`.
    in_table: &'static str,
    /// The method of `Op`.
    alone: &'static str,
    arguments: String,
    options: String,
}

/// Spells a new constraint of a table that is there.
pub(super) fn create<'o>(table: &'o TableName, constraint: &Constraint) -> Line<'o> {
    let in_block = format!("create_{}", call(constraint));
    Line::InTable(Alteration { table, in_block, alone: call_alone(table, constraint) })
}

/// Spells a change of a constraint; `change` is the call that says it.
pub(super) fn alter<'o>(table: &'o TableName, which: &ConstraintRef, change: &str) -> Line<'o> {
    let in_block = of("alter", which) + change;
    Line::InTable(Alteration { table, in_block, alone: None })
}

/// Spells that a constraint is dropped; `Op` has a method for one that has a name.
pub(super) fn drop<'o>(table: &'o TableName, which: &ConstraintRef) -> Line<'o> {
    let alone = if let ConstraintRef::Named(name) = which {
        Some(format!("drop_constraint({}, {})", spell::ident(name), spell::table_name(table)))
    } else {
        None
    };
    Line::InTable(Alteration { table, in_block: of("drop", which), alone })
}

/// Spells the call of a method of `AlterTable` that is about a constraint which is there.
fn of(verb: &str, which: &ConstraintRef) -> String {
    match which {
        ConstraintRef::Check { expression } => format!("{verb}_check({})", spell::expression(expression)),
        ConstraintRef::ForeignKey { columns, referred } => {
            let to = |Referred { table, columns }: &Referred| {
                spell::call("to", &[&spell::table_name(table), &spell::idents(columns)])
            };
            let to = referred.as_ref().map(to).unwrap_or_default();
            format!("{verb}_foreign_key({}){to}", spell::idents(columns))
        }
        ConstraintRef::Named(name) => format!("{verb}_constraint({})", spell::ident(name)),
        ConstraintRef::PrimaryKey => format!("{verb}_primary_key()"),
        ConstraintRef::Unique { columns } => format!("{verb}_unique({})", spell::idents(columns)),
    }
}

/// Spells a change as a call.
pub(super) fn change(change: &ConstraintChange) -> String {
    match change {
        ConstraintChange::SetDeferral(deferral) => format!(".deferral(Deferral::{deferral:?})"),
        ConstraintChange::Validate => ".validate()".to_owned(),
    }
}

/// Spells a constraint as the call of a method of a new table.
pub(super) fn call(constraint: &Constraint) -> String {
    let Said { in_table, alone: _, arguments, options } = said(constraint);
    if let Constraint::Exclusion(exclusion) = constraint {
        format!("{in_table}({}, {arguments}){options}", spell::ident(&exclusion.index.name))
    } else {
        format!("{in_table}({arguments}){}{options}", named(constraint.name()))
    }
}

/// Spells a constraint as the call of a method of `Op`. Only one with a name has it, which takes name and table first; a
/// table's primary key needs none.
fn call_alone(table: &TableName, constraint: &Constraint) -> Option<String> {
    let table = spell::table_name(table);
    let Said { in_table: _, alone, arguments, options } = said(constraint);
    if let Constraint::PrimaryKey(key) = constraint {
        return Some(format!("{alone}({table}, {arguments}){}{options}", named(key.name.as_ref())));
    }
    let name = spell::ident(constraint.name()?);
    Some(format!("{alone}({name}, {table}, {arguments}){options}"))
}

fn said(constraint: &Constraint) -> Said {
    let (in_table, alone, arguments, options) = match constraint {
        Constraint::PrimaryKey(key) => {
            ("primary_key", "create_primary_key", spell::idents(&key.columns), primary_key_options(key))
        }
        Constraint::Unique(unique) => {
            ("unique", "create_unique_constraint", spell::idents(&unique.columns), unique_options(unique))
        }
        Constraint::ForeignKey(key) => {
            ("foreign_key", "create_foreign_key", key_arguments(key), key_options(key))
        }
        Constraint::Check(check) => {
            let condition = spell::expression(&check.expression);
            ("check", "create_check_constraint", condition, check_options(check))
        }
        Constraint::Exclusion(exclusion) => {
            let (parts, options) = spell::exclusion(exclusion);
            ("exclusion", "create_exclude_constraint", parts, options)
        }
    };
    Said { in_table, alone, arguments, options }
}

fn named(name: Option<&Ident>) -> String {
    name.map(|name| spell::call("named", &[&spell::ident(name)])).unwrap_or_default()
}

fn key_arguments(foreign_key: &ForeignKey) -> String {
    let ForeignKey { columns, referred_table, referred_columns, .. } = foreign_key;
    let (columns, referred_columns) = (spell::idents(columns), spell::idents(referred_columns));
    format!("{columns}, {}, {referred_columns}", spell::table_name(referred_table))
}

fn key_options(foreign_key: &ForeignKey) -> String {
    let ForeignKey {
        name: _,
        columns: _,
        referred_table: _,
        referred_columns: _,
        on_delete,
        on_delete_columns,
        on_update,
        matching,
        deferral,
        is_not_valid,
        comment,
    } = foreign_key;
    let action = |method: &str, action: Action| match action == Action::NoAction {
        true => String::new(),
        false => format!(".{method}(Action::{action:?})"),
    };
    let set = spell::listed("on_delete_columns", on_delete_columns);
    let matching = match matching {
        Match::Full => ".match_full()",
        Match::Simple => "",
    };
    let actions = action("on_delete", *on_delete) + &set + &action("on_update", *on_update);
    actions
        + matching
        + spell::deferred(*deferral)
        + spell::flag(*is_not_valid, ".not_valid()")
        + &spell::comment(comment.as_ref())
}

fn primary_key_options(key: &PrimaryKey) -> String {
    let PrimaryKey { name: _, columns: _, include, deferral, on_conflict, comment } = key;
    let conflict = spell::key_conflict(*on_conflict);
    spell::listed("include", include)
        + spell::deferred(*deferral)
        + &conflict
        + &spell::comment(comment.as_ref())
}

fn unique_options(unique: &Unique) -> String {
    let Unique { name: _, columns: _, include, is_nulls_not_distinct, deferral, on_conflict, comment } =
        unique;
    let nulls = spell::flag(*is_nulls_not_distinct, ".nulls_not_distinct()");
    let conflict = spell::key_conflict(*on_conflict);
    let words = spell::listed("include", include) + nulls + spell::deferred(*deferral) + &conflict;
    words + &spell::comment(comment.as_ref())
}

fn check_options(check: &Check) -> String {
    let Check { name: _, expression: _, is_no_inherit, is_not_valid, comment } = check;
    let words =
        spell::flag(*is_no_inherit, ".no_inherit()").to_owned() + spell::flag(*is_not_valid, ".not_valid()");
    words + &spell::comment(comment.as_ref())
}
