//! Objects that go.

use crate::{
    operation::{Concurrency, Consent},
    schema::{ConstraintRef, ObjectId, TableName},
};

use super::{Alteration, Line, alter, loses_data, spell};

/// Spells that an object is dropped.
pub(super) fn line(id: &ObjectId, consent: Consent, concurrency: Concurrency) -> Line<'_> {
    match id {
        ObjectId::Column { table, name } => {
            Line::both(table, "drop_column", &spell::ident(name), loses_data(consent))
        }
        ObjectId::Constraint { table, constraint } => Line::InTable(constraint_line(table, constraint)),
        ObjectId::Enum(name) => Line::op(&format!("drop_enum({})", spell::table_name(name))),
        ObjectId::Index { table, name } => {
            let how = spell::flag(concurrency.is_concurrent, ".concurrently()");
            Line::op(&format!("drop_index({}, {}){how}", spell::ident(name), spell::table_name(table)))
        }
        ObjectId::Namespace(name) => Line::op(&format!("drop_schema({})", spell::ident(name))),
        ObjectId::Sequence(name) => Line::op(&format!("drop_sequence({})", spell::table_name(name))),
        ObjectId::Table(name) => {
            Line::op(&format!("drop_table({}){}", spell::table_name(name), loses_data(consent)))
        }
    }
}

fn constraint_line<'o>(table: &'o TableName, constraint: &ConstraintRef) -> Alteration<'o> {
    let in_block = match constraint {
        ConstraintRef::Check { expression } => format!("drop_check({})", spell::expression(expression)),
        ConstraintRef::ForeignKey { columns, referred } => {
            format!("drop_foreign_key({}){}", spell::idents(columns), alter::refers_to(referred.as_ref()))
        }
        ConstraintRef::Named(name) => {
            let name = spell::ident(name);
            let alone = format!("drop_constraint({name}, {})", spell::table_name(table));
            return Alteration { table, in_block: format!("drop_constraint({name})"), alone: Some(alone) };
        }
        ConstraintRef::PrimaryKey => "drop_primary_key()".to_owned(),
        ConstraintRef::Unique { columns } => format!("drop_unique({})", spell::idents(columns)),
    };
    Alteration { table, in_block, alone: None }
}
