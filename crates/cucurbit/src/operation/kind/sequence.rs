//! Sequences: those that stand alone, those that columns own, and how one becomes the other.

use crate::schema::{
    Column, ColumnType, Ident, Kind, Object, ObjectName, Schema, Sequence, Serial, ServerDefault, Table,
    TableName,
};

use super::{
    super::{ApplyError, Operation},
    Change, ColumnChange, SequenceChange, named,
};

/// Changes a sequence. One that a column owned stands alone from now on; it goes on to fill the column.
pub(super) fn alter(
    schema: &mut Schema,
    name: &ObjectName,
    changes: &[SequenceChange],
) -> Result<(), ApplyError> {
    let mut altered = match schema.sequences.get(name) {
        Some(sequence) => sequence.clone(),
        None => {
            let owner = schema.tables.values_mut().find_map(|table| owner(table, name));
            let Some((column, serial)) = owner else {
                return Err(named::missing::<Sequence>(name));
            };
            let sql = format!("nextval('{}'::regclass)", spelled(name));
            column.default = Some(ServerDefault::expression(sql));
            Sequence::of_column(name.clone(), &serial, column.ty.where_stored(Kind::Sequence))
        }
    };
    changes.iter().for_each(|change| change.apply(&mut altered));
    schema.sequences.insert(name.clone(), altered);
    Ok(())
}

/// A sequence that a column comes to own stands alone no more.
pub(super) fn own<'d>(
    schema: &mut Schema,
    table: &TableName,
    defaults: impl Iterator<Item = &'d ServerDefault>,
) {
    for default in defaults {
        if let ServerDefault::Serial(Serial { name: Some(name), .. }) = default {
            schema.sequences.remove(&table.sibling(name.clone()));
        }
    }
}

/// Lets the sequences stand alone again that columns come to own by an operation, as they are before it.
pub(in super::super) fn alone_again(before: &Schema, operation: &Operation) -> Vec<Operation> {
    let Some(table) = operation.table() else { return Vec::new() };
    let mut defaults: Vec<(&ColumnType, &ServerDefault)> = Vec::new();
    if let Operation::Create { object: Object::Column { column, .. }, .. } = operation {
        defaults.extend(default_of(column));
    }
    if let Operation::Alter(Change::Column { table, column, changes }) = operation {
        let mut ty = before.table(table).and_then(|table| table.column(column)).map(|column| &column.ty);
        for change in changes {
            if let ColumnChange::SetType { ty: new, using: _ } = change {
                ty = Some(new);
            }
        }
        for change in changes {
            if let (ColumnChange::SetDefault(Some(default)), Some(ty)) = (change, ty) {
                defaults.push((ty, default));
            }
        }
    }
    if let Operation::Create { object: Object::Table(table), .. } = operation {
        defaults.extend(table.columns.iter().filter_map(default_of));
    }
    let alone = |(ty, default): (&ColumnType, &ServerDefault)| {
        let ServerDefault::Serial(serial @ Serial { name: Some(name), .. }) = default else { return None };
        let was = before.sequences.get(&table.sibling(name.clone()))?;
        let owned = Sequence::of_column(was.name.clone(), serial, ty.where_stored(Kind::Sequence));
        let changes = SequenceChange::alone(&owned, was);
        Some(Operation::Alter(Change::Sequence { name: was.name.clone(), changes }))
    };
    defaults.into_iter().filter_map(alone).collect()
}

/// Takes changes back, or lets a column own a sequence again that was made to stand alone.
pub(super) fn reverse_alter(
    before: &Schema,
    name: &ObjectName,
    changes: &[SequenceChange],
) -> Result<Operation, ApplyError> {
    if let Some(was) = before.sequences.get(name) {
        let mut altered = was.clone();
        changes.iter().for_each(|change| change.apply(&mut altered));
        let changes = SequenceChange::between(&altered, was);
        return Ok(Operation::Alter(Change::Sequence { name: name.clone(), changes }));
    }
    let mut tables = before.tables.clone();
    let found = tables.values_mut().find_map(|table| {
        let of = table.name.clone();
        owner(table, name).map(|(column, serial)| (of, column.name.clone(), serial))
    });
    let Some((table, column, serial)) = found else {
        return Err(named::missing::<Sequence>(name));
    };
    let serial = Serial { name: Some(name.name.clone()), ..serial };
    let changes = vec![ColumnChange::SetDefault(Some(ServerDefault::Serial(serial)))];
    Ok(Operation::alter_column(table, column, changes))
}

fn default_of(column: &Column) -> Option<(&ColumnType, &ServerDefault)> {
    Some((&column.ty, column.default.as_ref()?))
}

/// Finds the column of a table that owns a sequence, and what it says of it.
fn owner<'t>(table: &'t mut Table, name: &ObjectName) -> Option<(&'t mut Column, Serial)> {
    let (schema, of) = (table.name.schema.clone(), table.name.name.clone());
    if schema != name.schema {
        return None;
    }
    table.columns.iter_mut().find_map(|column| {
        let Some(ServerDefault::Serial(serial)) = &column.default else { return None };
        let is_it = match &serial.name {
            Some(own) => *own == name.name,
            None => name.name.as_str() == format!("{of}_{}_seq", column.name),
        };
        let serial = serial.clone();
        is_it.then_some((column, serial))
    })
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

pub(super) fn describe_changes(name: &ObjectName, changes: &[SequenceChange]) -> String {
    if changes.is_empty() {
        return format!("alter sequence {name}");
    }
    let changes: Vec<String> = changes.iter().map(SequenceChange::describe).collect();
    format!("alter sequence {name}: {}", changes.join(", "))
}
