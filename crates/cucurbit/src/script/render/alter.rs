//! Changes of objects in place.

use crate::{
    operation::{Change, ColumnChange, ConstraintChange, EnumChange, TableChange},
    schema::{ConstraintRef, Deferral, EnumPlace, Ident, ObjectName, Referred, TableName, TableOption},
};

use super::{Alteration, Line, loses_data, spell};

/// Spells a change of an object.
pub(super) fn line(change: &Change) -> Line<'_> {
    match change {
        Change::Column { table, column: name, changes } => column(table, name, changes),
        Change::Constraint { table, constraint: which, change } => {
            constraint(table, which, &constraint_change(change))
        }
        Change::Enum { name, change } => Line::op(&enum_change(name, change)),
        Change::Sequence { name, changes } => {
            let changes: String = changes.iter().map(spell::sequence_change).collect();
            Line::op(&format!("alter_sequence({}){changes}", spell::table_name(name)))
        }
        Change::Table { table, change } => Line::in_block(table, table_change(change)),
    }
}

/// Spells changes of a column.
pub(super) fn column<'o>(table: &'o TableName, name: &Ident, changes: &[ColumnChange]) -> Line<'o> {
    let (name, of) = (spell::ident(name), spell::table_name(table));
    let options: String = changes.iter().map(column_change).collect();
    let in_block = match changes {
        [ColumnChange::Rename { to }] => format!("rename_column({name}, {})", spell::ident(to)),
        _ => format!("alter_column({name}){options}"),
    };
    Line::InTable(Alteration { table, in_block, alone: Some(format!("alter_column({of}, {name}){options}")) })
}

fn column_change(change: &ColumnChange) -> String {
    match change {
        ColumnChange::Rename { to } => spell::call("rename", &[&spell::ident(to)]),
        ColumnChange::LosesData => ".loses_data()".to_owned(),
        ColumnChange::SetCollation(Some(collation)) => spell::call("collate", &[&spell::text(collation)]),
        ColumnChange::SetCollation(None) => ".drop_collation()".to_owned(),
        ColumnChange::SetComment(Some(comment)) => spell::call("comment", &[&spell::text(comment)]),
        ColumnChange::SetComment(None) => ".drop_comment()".to_owned(),
        ColumnChange::SetDefault(Some(default)) => spell::changed_default(default),
        ColumnChange::SetDefault(None) => ".drop_default()".to_owned(),
        ColumnChange::SetNotNull { backfill: None } => ".not_null()".to_owned(),
        ColumnChange::SetNotNull { backfill: Some(sql) } => {
            format!(".not_null().backfill({})", spell::expression(sql))
        }
        ColumnChange::SetNullable => ".nullable()".to_owned(),
        ColumnChange::SetOnConflict(conflict) => {
            spell::call("on_conflict_not_null", &[spell::on_conflict(*conflict)])
        }
        ColumnChange::SetType { ty, using: None } => spell::call("ty", &[&spell::column_type(ty)]),
        ColumnChange::SetType { ty, using: Some(sql) } => {
            format!(".ty({}).using({})", spell::column_type(ty), spell::expression(sql))
        }
    }
}

/// Spells a change of a constraint; `change` is the call that says it.
pub(super) fn constraint<'o>(table: &'o TableName, which: &ConstraintRef, change: &str) -> Line<'o> {
    let which = match which {
        ConstraintRef::Check { expression } => format!("alter_check({})", spell::expression(expression)),
        ConstraintRef::ForeignKey { columns, referred } => {
            format!("alter_foreign_key({}){}", spell::idents(columns), refers_to(referred.as_ref()))
        }
        ConstraintRef::Named(name) => format!("alter_constraint({})", spell::ident(name)),
        ConstraintRef::PrimaryKey => "alter_primary_key()".to_owned(),
        ConstraintRef::Unique { columns } => format!("alter_unique({})", spell::idents(columns)),
    };
    Line::in_block(table, which + change)
}

/// Spells what the foreign key that is meant refers to, where that is said.
pub(super) fn refers_to(referred: Option<&Referred>) -> String {
    let call = |Referred { table, columns }: &Referred| {
        spell::call("to", &[&spell::table_name(table), &spell::idents(columns)])
    };
    referred.map(call).unwrap_or_default()
}

fn constraint_change(change: &ConstraintChange) -> String {
    match change {
        ConstraintChange::SetDeferral(Deferral::NotDeferrable) => ".deferral(Deferral::NotDeferrable)",
        ConstraintChange::SetDeferral(Deferral::Immediate) => ".deferral(Deferral::Immediate)",
        ConstraintChange::SetDeferral(Deferral::Deferred) => ".deferral(Deferral::Deferred)",
        ConstraintChange::Validate => ".validate()",
    }
    .to_owned()
}

fn enum_change(name: &ObjectName, change: &EnumChange) -> String {
    let name = spell::table_name(name);
    match change {
        EnumChange::AddValue { value, place } => {
            let place = match place {
                EnumPlace::After(other) => spell::call("after", &[&spell::text(other)]),
                EnumPlace::Before(other) => spell::call("before", &[&spell::text(other)]),
                EnumPlace::Last => String::new(),
            };
            format!("add_enum_value({name}, {}){place}", spell::text(value))
        }
        EnumChange::RenameValue { value, to } => {
            format!("rename_enum_value({name}, {}, {})", spell::text(value), spell::text(to))
        }
        EnumChange::SetValues { values, replacements, consent } => {
            let replacements = replacements
                .iter()
                .map(|(old, new)| spell::call("replace", &[&spell::text(old), &spell::text(new)]));
            let replacements = replacements.collect::<String>();
            let consent = loses_data(*consent);
            format!("set_enum_values({name}, {}){replacements}{consent}", spell::texts(values))
        }
    }
}

fn table_change(change: &TableChange) -> String {
    match change {
        TableChange::SetOption { option, is_set } => {
            let method = match option {
                TableOption::Autoincrement => "autoincrement",
                TableOption::Strict => "strict",
                TableOption::Unlogged => "unlogged",
                TableOption::WithoutRowid => "without_rowid",
            };
            format!("{method}({is_set})")
        }
    }
}
