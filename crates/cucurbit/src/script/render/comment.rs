//! Comments of objects that are there.

use crate::{operation::ColumnChange, schema::ObjectId};

use super::{Line, alter, spell};

/// Spells a comment that is set, or one that is removed.
pub(super) fn line<'o>(id: &'o ObjectId, text: Option<&String>) -> Line<'o> {
    match id {
        ObjectId::Column { table, name } => {
            alter::column(table, name, &[ColumnChange::SetComment(text.cloned())])
        }
        ObjectId::Constraint { table, constraint } => {
            let change = text.map(|text| spell::comment(Some(text)));
            alter::constraint(table, constraint, &change.unwrap_or_else(|| ".drop_comment()".to_owned()))
        }
        ObjectId::Enum(name) => alone("enum", &spell::table_name(name), text),
        ObjectId::Index { table, name } => {
            alone("index", &format!("{}, {}", spell::ident(name), spell::table_name(table)), text)
        }
        // No database is asked for it, so `Op` has no method for it.
        ObjectId::Namespace(name) => {
            let text =
                text.map_or_else(|| "None".to_owned(), |text| format!("Some({}.into())", spell::text(text)));
            let id = format!("ObjectId::Namespace({}.into())", spell::ident(name));
            Line::op(&format!("invoke(Operation::Comment {{ id: {id}, text: {text} }})"))
        }
        ObjectId::Sequence(name) => alone("sequence", &spell::table_name(name), text),
        ObjectId::Table(name) => alone("table", &spell::table_name(name), text),
    }
}

/// Spells the call of a method of `Op`; `which` are the arguments that say of which object.
fn alone(kind: &str, which: &str, text: Option<&String>) -> Line<'static> {
    match text {
        Some(text) => Line::op(&format!("create_{kind}_comment({which}, {})", spell::text(text))),
        None => Line::op(&format!("drop_{kind}_comment({which})")),
    }
}
