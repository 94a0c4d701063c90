//! Enum types.

use crate::{
    operation::EnumChange,
    schema::{EnumPlace, EnumType, ObjectName},
};

use super::{lines::Line, loses_data, spell};

/// Spells a new enum type.
pub(super) fn create(EnumType { name, values, comment }: &EnumType) -> Line<'static> {
    let (name, values) = (spell::table_name(name), spell::texts(values));
    Line::op(&format!("create_enum({name}, {values}){}", spell::comment(comment.as_ref())))
}

/// Spells a change of an enum type.
pub(super) fn alter(name: &ObjectName, change: &EnumChange) -> Line<'static> {
    let name = spell::table_name(name);
    Line::op(&match change {
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
    })
}
