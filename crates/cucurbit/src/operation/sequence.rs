//! Sequences: those that stand alone, those that columns own, and how one becomes the other.

use super::{ApplyError, ColumnChange, Operation};
use crate::schema::{Column, Ident, ObjectName, Schema, Sequence, Serial, ServerDefault, Table, TableName};

pub(super) fn create(schema: &mut Schema, new: &Sequence) -> Result<(), ApplyError> {
    if schema.sequences.contains_key(&new.name) {
        return Err(ApplyError::SequenceExists { name: new.name.clone() });
    }
    schema.sequences.insert(new.name.clone(), new.clone());
    Ok(())
}

pub(super) fn drop(schema: &mut Schema, name: &ObjectName) -> Result<(), ApplyError> {
    match schema.sequences.remove(name) {
        Some(_) => Ok(()),
        None => Err(ApplyError::NoSequence { name: name.clone() }),
    }
}

/// Makes a sequence what is said. One that a column owned stands alone from now on; it goes on to fill the column.
pub(super) fn alter(schema: &mut Schema, new: &Sequence) -> Result<(), ApplyError> {
    if !schema.sequences.contains_key(&new.name) {
        let owner = schema.tables.values_mut().find_map(|table| owner(table, &new.name));
        let Some(column) = owner else { return Err(ApplyError::NoSequence { name: new.name.clone() }) };
        column.default =
            Some(ServerDefault::expression(format!("nextval('{}'::regclass)", spelled(&new.name))));
    }
    schema.sequences.insert(new.name.clone(), new.clone());
    Ok(())
}

/// A sequence that a column comes to own stands alone no more.
pub(super) fn own<'d>(
    schema: &mut Schema,
    table: &TableName,
    defaults: impl Iterator<Item = &'d ServerDefault>,
) {
    for default in defaults {
        if let Some(name) = name_of(default) {
            schema.sequences.remove(&table.sibling(name));
        }
    }
}

/// Lists the sequences that stand alone and that columns come to own by an operation, as they are before it.
pub(super) fn owned_by<'s>(schema: &'s Schema, operation: &Operation) -> Vec<&'s Sequence> {
    let mut defaults = Vec::new();
    if let Operation::AddColumn { column, .. } = operation {
        defaults.extend(&column.default);
    }
    if let Operation::AlterColumn { changes, .. } = operation {
        for change in changes {
            if let ColumnChange::SetDefault(default) = change {
                defaults.extend(default);
            }
        }
    }
    if let Operation::CreateTable(table) = operation {
        defaults.extend(table.columns.iter().flat_map(|column| &column.default));
    }
    let Some(table) = operation.table() else { return Vec::new() };
    let names = defaults.into_iter().filter_map(name_of);
    names.filter_map(|name| schema.sequences.get(&table.sibling(name))).collect()
}

/// Lets a column own a sequence again that was made to stand alone.
pub(super) fn reverse_alter(before: &Schema, new: &Sequence) -> Result<Operation, ApplyError> {
    if let Some(was) = before.sequences.get(&new.name) {
        return Ok(Operation::AlterSequence(was.clone()));
    }
    let mut tables = before.tables.clone();
    let found = tables.values_mut().find_map(|table| {
        let name = table.name.clone();
        owner(table, &new.name).map(|column| (name, column.clone()))
    });
    let Some((table, column)) = found else { return Err(ApplyError::NoSequence { name: new.name.clone() }) };
    let mut default = column.default;
    if let Some(ServerDefault::Serial(serial)) = &mut default {
        serial.name = Some(new.name.name.clone());
    }
    let changes = vec![ColumnChange::SetDefault(default)];
    Ok(Operation::AlterColumn { table, column: column.name, changes })
}

fn name_of(default: &ServerDefault) -> Option<Ident> {
    match default {
        ServerDefault::Serial(Serial { name, ty: _, options: _ }) => name.clone(),
        ServerDefault::Computed { .. }
        | ServerDefault::Expression(_)
        | ServerDefault::Identity(_)
        | ServerDefault::Literal(_) => None,
    }
}

/// Finds the column of a table that owns a sequence.
fn owner<'t>(table: &'t mut Table, name: &ObjectName) -> Option<&'t mut Column> {
    let (schema, of) = (table.name.schema.clone(), table.name.name.clone());
    let owns = |column: &&mut Column| match &column.default {
        Some(ServerDefault::Serial(Serial { name: Some(own), .. })) => *own == name.name,
        Some(ServerDefault::Serial(Serial { name: None, .. })) => {
            name.name.as_str() == format!("{of}_{}_seq", column.name)
        }
        Some(_) | None => false,
    };
    table.columns.iter_mut().filter(|_| schema == name.schema).find(owns)
}

/// Writes a name as the server prints it in a text.
fn spelled(name: &ObjectName) -> String {
    let word = |name: &Ident| {
        let text = name.as_str();
        let is_plain = |at: usize, letter: char| {
            letter.is_ascii_lowercase() || letter == '_' || (at > 0 && letter.is_ascii_digit())
        };
        match text.char_indices().all(|(at, letter)| is_plain(at, letter)) {
            true => text.to_owned(),
            false => format!("\"{}\"", text.replace('"', "\"\"").replace('\'', "''")),
        }
    };
    name.schema.iter().chain([&name.name]).map(word).collect::<Vec<_>>().join(".")
}
