//! Operations as the Rust lines that a person would have written.
//!
//! The law of this folder: recording the lines gives back the very operations. Each verb has a file; how a value is
//! spelled is in `spell.rs`; what surrounds the lines is in `template.rs`. Breaking lines is rustfmt's work.

mod alter;
mod comment;
mod constraint;
mod create;
mod drop;
mod rename;

use std::mem;

use crate::{
    operation::{BulkInsert, Consent, Execute, Operation},
    schema::{Table, TableName, TableOptions},
};

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

/// What an operation is in a script.
enum Line<'o> {
    /// A line of its own.
    Alone(String),
    /// A call that is handed a closure.
    Block(Block<'o>),
    /// A change that one block holds together with others of the same table.
    InTable(Alteration<'o>),
}

/// A call whose last argument is a closure; `closing` follows its brace.
struct Block<'o> {
    opening: String,
    parameter: &'static str,
    body: Body<'o>,
    closing: &'static str,
}

/// What a closure does.
enum Body<'o> {
    Alterations(Vec<Alteration<'o>>),
    Operations(&'o [Operation]),
    Table(&'o Table),
}

/// A change that `op.alter_table` can hold.
struct Alteration<'o> {
    table: &'o TableName,
    /// The call of a method of `AlterTable`.
    in_block: String,
    /// The call of a method of `Op` that says the same, where there is one.
    alone: Option<String>,
}

/// Spells an operation.
fn line(operation: &Operation) -> Line<'_> {
    match operation {
        Operation::Alter(change) => alter::line(change),
        Operation::BulkInsert(BulkInsert { table, columns, rows }) => {
            let (table, columns, rows) =
                (spell::table_name(table), spell::idents(columns), spell::rows(rows));
            Line::op(&format!("bulk_insert({table}, {columns}, {rows})"))
        }
        Operation::Comment { id, text } => comment::line(id, text.as_ref()),
        Operation::Create { object, backfill, concurrency } => {
            create::line(object, backfill.as_ref(), *concurrency)
        }
        Operation::Drop { id, consent, concurrency } => drop::line(id, *consent, *concurrency),
        Operation::Execute(execute) => execute_line(execute),
        Operation::Irreversible { reason } => Line::op(&format!("irreversible({})", spell::text(reason))),
        Operation::On { dialect, operations } => Line::Block(Block {
            opening: format!("op.on({}, ", dialect.variant()),
            parameter: "op",
            body: Body::Operations(operations),
            closing: ");",
        }),
        Operation::Rename { id, to } => rename::line(id, to),
        // No comparison finds code, and a function has no text: its place is marked for the author.
        Operation::Run { title, key: _ } => Line::Alone(format!("// op.run({}, …)", spell::text(title))),
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

impl<'o> Line<'o> {
    /// A call of a method of `Op`.
    fn op(call: &str) -> Self {
        Self::Alone(format!("op.{call};"))
    }

    /// A change that methods of `Op` and of `AlterTable` have one name for; those of `Op` take the table first.
    fn both(table: &'o TableName, method: &str, arguments: &str, options: &str) -> Self {
        let name = spell::table_name(table);
        Self::InTable(Alteration {
            table,
            in_block: format!("{method}({arguments}){options}"),
            alone: Some(format!("{method}({name}, {arguments}){options}")),
        })
    }

    /// A change that only a block can say.
    const fn in_block(table: &'o TableName, in_block: String) -> Self {
        Self::InTable(Alteration { table, in_block, alone: None })
    }
}

/// Lines of code. Texts of several lines stay as they are: only their first line is indented.
struct Lines {
    code: String,
    depth: usize,
}

impl Lines {
    fn line(&mut self, line: &str) {
        self.code += &"    ".repeat(self.depth);
        self.code += line;
        self.code.push('\n');
    }

    fn block(&mut self, Block { opening, parameter, body, closing }: Block<'_>) {
        let mut inner = Self { code: String::new(), depth: self.depth + 1 };
        match body {
            Body::Alterations(alterations) => {
                for Alteration { in_block, .. } in alterations {
                    inner.line(&format!("table.{in_block};"));
                }
            }
            Body::Operations(operations) => inner.operations(operations),
            Body::Table(table) => inner.table(table),
        }
        if inner.code.is_empty() {
            return self.line(&format!("{opening}|_| {{}}{closing}"));
        }
        self.line(&format!("{opening}|{parameter}| {{"));
        self.code += &inner.code;
        self.line(&format!("}}{closing}"));
    }

    /// Writes operations; what changes one table, one after the other, is one block.
    fn operations(&mut self, operations: &[Operation]) {
        let mut of_one_table: Vec<Alteration<'_>> = Vec::new();
        for operation in operations {
            match line(operation) {
                Line::Alone(line) => {
                    self.alterations(mem::take(&mut of_one_table));
                    self.line(&line);
                }
                Line::Block(block) => {
                    self.alterations(mem::take(&mut of_one_table));
                    self.block(block);
                }
                Line::InTable(alteration) => {
                    if of_one_table.last().is_some_and(|last| last.table != alteration.table) {
                        self.alterations(mem::take(&mut of_one_table));
                    }
                    of_one_table.push(alteration);
                }
            }
        }
        self.alterations(of_one_table);
    }

    /// Writes changes of one table: a single one as a line, where `Op` has a method for it.
    fn alterations(&mut self, alterations: Vec<Alteration<'_>>) {
        match alterations.as_slice() {
            [] => {}
            [Alteration { alone: Some(call), .. }] => self.line(&format!("op.{call};")),
            [Alteration { table, .. }, ..] => self.block(Block {
                opening: format!("op.alter_table({}, ", spell::table_name(table)),
                parameter: "table",
                body: Body::Alterations(alterations),
                closing: ");",
            }),
        }
    }

    /// Writes what is in a new table.
    fn table(&mut self, table: &Table) {
        let Table {
            name: _,
            columns,
            constraints,
            indexes,
            comment,
            options: TableOptions { is_autoincrement, is_strict, is_unlogged, is_without_rowid },
        } = table;
        for column in columns {
            self.line(&format!("table.column({});", spell::column(column)));
        }
        for constraint in constraints {
            self.line(&format!("table.{};", constraint::call(constraint)));
        }
        for index in indexes.values() {
            let (name, options) = (spell::ident(&index.name), spell::index_options(index));
            let parts = index.parts.iter().map(spell::index_part).collect::<Vec<_>>().join(", ");
            self.line(&format!("table.index(Index::new({name}, vec![{parts}])){options};"));
        }
        if let Some(comment) = comment {
            self.line(&format!("table.comment({});", spell::text(comment)));
        }
        for (is_set, option) in [
            (is_autoincrement, "autoincrement"),
            (is_strict, "strict"),
            (is_unlogged, "unlogged"),
            (is_without_rowid, "without_rowid"),
        ] {
            if *is_set {
                self.line(&format!("table.{option}();"));
            }
        }
    }
}
