//! Other names for objects.

use crate::{
    operation::ColumnChange,
    schema::{Ident, ObjectId},
};

use super::{Line, alter, spell};

/// Spells another name for an object.
pub(super) fn line<'o>(id: &'o ObjectId, to: &Ident) -> Line<'o> {
    let new = spell::ident(to);
    match id {
        ObjectId::Column { table, name } => {
            alter::column(table, name, &[ColumnChange::Rename { to: to.clone() }])
        }
        ObjectId::Constraint { table, constraint } => {
            alter::constraint(table, constraint, &spell::call("rename", &[&new]))
        }
        ObjectId::Enum(name) => Line::op(&format!("rename_enum({}, {new})", spell::table_name(name))),
        ObjectId::Index { table, name } => {
            Line::op(&format!("rename_index({}, {}, {new})", spell::ident(name), spell::table_name(table)))
        }
        ObjectId::Namespace(name) => Line::op(&format!("rename_schema({}, {new})", spell::ident(name))),
        ObjectId::Sequence(name) => Line::op(&format!("rename_sequence({}, {new})", spell::table_name(name))),
        ObjectId::Table(name) => Line::op(&format!("rename_table({}, {new})", spell::table_name(name))),
    }
}
