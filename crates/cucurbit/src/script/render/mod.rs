//! Operations as the Rust lines that a person would have written.
//!
//! The law of this folder: recording the lines gives back the very operations. The kind of an object is asked for here,
//! and what is particular to one is in a file of its own; how a value is spelled is in `spell.rs`; what surrounds the lines
//! is in `template.rs`. Breaking lines is rustfmt's work.

mod column;
mod constraint;
mod enumeration;
mod index;
mod lines;
mod sequence;
mod table;

use crate::{
    operation::{BulkInsert, Change, ColumnChange, Concurrency, Consent, Execute, Operation},
    schema::{ConstraintRef, Expression, Ident, Kind, Object, ObjectId, TableName},
};

use self::lines::{Block, Body, Line, Lines};
use super::spell;

/// Writes operations as the lines of a function's body, each indented once and ended by a newline.
///
/// ```
/// use cucurbit::{operation::Op, schema::build::*, script::render};
///
/// let operations = Op::record(|op| {
///     op.alter_table("breeder", |table| {
///         table.add_column(string("country", 100).nullable());
///         table.drop_column("region").loses_data();
///     });
/// });
/// assert_eq!(
///     render(&operations),
///     r#"    op.alter_table("breeder", |table| {
///         table.add_column(string("country", 100).nullable());
///         table.drop_column("region").loses_data();
///     });
/// "#
/// );
/// ```
#[must_use]
pub fn render(operations: &[Operation]) -> String {
    let mut lines = Lines { code: String::new(), depth: 1 };
    lines.operations(operations);
    lines.code
}

/// Spells an operation.
fn line(operation: &Operation) -> Line<'_> {
    match operation {
        Operation::Alter(change) => alter(change),
        Operation::BulkInsert(BulkInsert { table, columns, rows }) => {
            let (table, columns, rows) =
                (spell::table_name(table), spell::idents(columns), spell::rows(rows));
            Line::op(&format!("bulk_insert({table}, {columns}, {rows})"))
        }
        Operation::Comment { id, text } => comment(id, text.as_ref()),
        Operation::Create { object, backfill, concurrency } => {
            create(object, backfill.as_ref(), *concurrency)
        }
        Operation::Drop { id, consent, concurrency } => drop(id, *consent, *concurrency),
        Operation::Execute(execute) => execute_line(execute),
        Operation::Irreversible { reason } => Line::op(&format!("irreversible({})", spell::text(reason))),
        Operation::On { dialect, operations } => Line::Block(Block {
            opening: format!("op.on({}, ", dialect.variant()),
            parameter: "op",
            body: Body::Operations(operations),
            closing: ");",
        }),
        Operation::Rename { id, to } => rename(id, to),
        // No comparison finds code, and a function has no text: its place is marked for the author.
        Operation::Run { title, key: _ } => Line::Alone(format!("// op.run({}, …)", spell::text(title))),
    }
}

/// Spells a change of an object.
fn alter(change: &Change) -> Line<'_> {
    match change {
        Change::Column { table, column, changes } => column::alter(table, column, changes),
        Change::Constraint { table, constraint, change } => {
            constraint::alter(table, constraint, &constraint::change(change))
        }
        Change::Enum { name, change } => enumeration::alter(name, change),
        Change::Sequence { name, changes } => sequence::alter(name, changes),
        Change::Table { table, change } => table::alter(table, change),
    }
}

/// Spells that an object is created.
fn create<'o>(object: &'o Object, backfill: Option<&Expression>, concurrency: Concurrency) -> Line<'o> {
    match object {
        Object::Column { table, column } => column::create(table, column, backfill),
        Object::Constraint { table, constraint } => constraint::create(table, constraint),
        Object::Enum(new) => enumeration::create(new),
        Object::Index { table, index } => index::create(table, index, concurrency),
        Object::Namespace(name) => Line::op(&format!("create_schema({})", spell::ident(name))),
        Object::Sequence(new) => sequence::create(new),
        Object::Table(table) => table::create(table),
    }
}

/// How a script says which object is meant.
enum Meant<'o> {
    Column(&'o TableName, &'o Ident),
    Constraint(&'o TableName, &'o ConstraintRef),
    /// By the first arguments of methods of `Op`, whose names hold the word for the kind.
    ByArguments(String),
}

fn meant(id: &ObjectId) -> Meant<'_> {
    let by_two = |name, table| format!("{}, {}", spell::ident(name), spell::table_name(table));
    match id {
        ObjectId::Column { table, name } => Meant::Column(table, name),
        ObjectId::Constraint { table, constraint } => Meant::Constraint(table, constraint),
        ObjectId::Enum(name) | ObjectId::Sequence(name) | ObjectId::Table(name) => {
            Meant::ByArguments(spell::table_name(name))
        }
        ObjectId::Index { table, name } => Meant::ByArguments(by_two(name, table)),
        ObjectId::Namespace(name) => Meant::ByArguments(spell::ident(name)),
    }
}

/// Spells a comment that is set, or one that is removed.
fn comment<'o>(id: &'o ObjectId, text: Option<&String>) -> Line<'o> {
    // No database is asked for the comment of a namespace, so `Op` has no method for it.
    if let ObjectId::Namespace(name) = id {
        let text =
            text.map_or_else(|| "None".to_owned(), |text| format!("Some({}.into())", spell::text(text)));
        let id = format!("ObjectId::Namespace({}.into())", spell::ident(name));
        return Line::op(&format!("invoke(Operation::Comment {{ id: {id}, text: {text} }})"));
    }
    match (meant(id), text) {
        (Meant::Column(table, name), _) => {
            column::alter(table, name, &[ColumnChange::SetComment(text.cloned())])
        }
        (Meant::Constraint(table, constraint), _) => {
            let change = text.map_or_else(|| ".drop_comment()".to_owned(), |text| spell::comment(Some(text)));
            constraint::alter(table, constraint, &change)
        }
        (Meant::ByArguments(which), Some(text)) => {
            Line::op(&format!("create_{}_comment({which}, {})", id.kind(), spell::text(text)))
        }
        (Meant::ByArguments(which), None) => Line::op(&format!("drop_{}_comment({which})", id.kind())),
    }
}

/// Spells that an object is dropped.
fn drop(id: &ObjectId, consent: Consent, concurrency: Concurrency) -> Line<'_> {
    match meant(id) {
        Meant::Column(table, name) => {
            Line::both(table, "drop_column", &spell::ident(name), loses_data(consent))
        }
        Meant::Constraint(table, constraint) => constraint::drop(table, constraint),
        Meant::ByArguments(which) => {
            let kind = id.kind();
            let consent = spell::flag(kind == Kind::Table && consent.is_given, ".loses_data()");
            let how = spell::flag(kind == Kind::Index && concurrency.is_concurrent, ".concurrently()");
            Line::op(&format!("drop_{kind}({which}){consent}{how}"))
        }
    }
}

/// Spells another name for an object.
fn rename<'o>(id: &'o ObjectId, to: &Ident) -> Line<'o> {
    let new = spell::ident(to);
    match meant(id) {
        Meant::Column(table, name) => column::alter(table, name, &[ColumnChange::Rename { to: to.clone() }]),
        Meant::Constraint(table, constraint) => {
            constraint::alter(table, constraint, &spell::call("rename", &[&new]))
        }
        Meant::ByArguments(which) => Line::op(&format!("rename_{}({which}, {new})", id.kind())),
    }
}

fn execute_line(Execute { sql, is_outside_transaction, means }: &Execute) -> Line<'_> {
    let outside = spell::flag(*is_outside_transaction, ".outside_transaction()");
    let statement = format!("execute({}){outside}", spell::text(sql));
    match means {
        Some(operations) => Line::Block(Block {
            opening: format!("op.{statement}.means("),
            parameter: "op",
            body: Body::Operations(operations),
            closing: ");",
        }),
        None => Line::op(&statement),
    }
}

const fn loses_data(consent: Consent) -> &'static str {
    spell::flag(consent.is_given, ".loses_data()")
}
