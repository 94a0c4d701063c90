//! What an operation is among the lines of a script, and the writing of these.

use std::mem;

use crate::{operation::Operation, schema::TableName};

use super::spell;

/// What an operation is in a script.
pub(super) enum Line<'o> {
    /// A line of its own.
    Alone(String),
    /// A call that is handed a closure.
    Block(Block<'o>),
    /// A change that one block holds together with others of the same table.
    InTable(Alteration<'o>),
}

/// A call whose last argument is a closure; `closing` follows its brace.
pub(super) struct Block<'o> {
    pub(super) opening: String,
    pub(super) parameter: &'static str,
    pub(super) body: Body<'o>,
    pub(super) closing: &'static str,
}

/// What a closure does.
pub(super) enum Body<'o> {
    Lines(Vec<String>),
    Operations(&'o [Operation]),
}

/// A change that `op.alter_table` can hold.
pub(super) struct Alteration<'o> {
    pub(super) table: &'o TableName,
    /// The call of a method of `AlterTable`.
    pub(super) in_block: String,
    /// The call of a method of `Op` that says the same, where there is one.
    pub(super) alone: Option<String>,
}

impl<'o> Line<'o> {
    /// A call of a method of `Op`.
    pub(super) fn op(call: &str) -> Self {
        Self::Alone(format!("op.{call};"))
    }

    /// A change that methods of `Op` and of `AlterTable` have one name for; those of `Op` take the table first.
    pub(super) fn both(table: &'o TableName, method: &str, arguments: &str, options: &str) -> Self {
        let name = spell::table_name(table);
        Self::InTable(Alteration {
            table,
            in_block: format!("{method}({arguments}){options}"),
            alone: Some(format!("{method}({name}, {arguments}){options}")),
        })
    }
}

/// Lines of code. Texts of several lines stay as they are: only their first line is indented.
pub(super) struct Lines {
    pub(super) code: String,
    pub(super) depth: usize,
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
            Body::Lines(lines) => lines.iter().for_each(|line| inner.line(line)),
            Body::Operations(operations) => inner.operations(operations),
        }
        if inner.code.is_empty() {
            return self.line(&format!("{opening}|_| {{}}{closing}"));
        }
        self.line(&format!("{opening}|{parameter}| {{"));
        self.code += &inner.code;
        self.line(&format!("}}{closing}"));
    }

    /// Writes operations; what changes one table, one after the other, is one block.
    pub(super) fn operations(&mut self, operations: &[Operation]) {
        let mut of_one_table: Vec<Alteration<'_>> = Vec::new();
        for operation in operations {
            match super::line(operation) {
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
        let in_block = |one: &Alteration<'_>| format!("table.{};", one.in_block);
        match alterations.as_slice() {
            [] => {}
            [Alteration { alone: Some(call), .. }] => self.line(&format!("op.{call};")),
            [Alteration { table, .. }, ..] => self.block(Block {
                opening: format!("op.alter_table({}, ", spell::table_name(table)),
                parameter: "table",
                body: Body::Lines(alterations.iter().map(in_block).collect()),
                closing: ");",
            }),
        }
    }
}
