//! What only the words of the scripts refuse: constants that a column's declared type has not, and enum types that are
//! not there. SQLite would keep the ones and knows nothing of the others.

use std::collections::BTreeMap;

use crate::{
    operation::{self, ApplyError, ColumnChange, Execute, Operation},
    schema::{
        Column, ColumnType, Dialect, EnumType, ForeignKey, Ident, ObjectName, Schema, TableName, Unsaid,
    },
};

use super::{
    super::{
        Before, PlanError,
        enum_value::Known,
        lexer::{self, Kind},
        sql::has_word,
    },
    HERE, letters, range, said,
    token::same_name,
};

/// Refuses what one of some operations on one table writes or declares.
pub(super) fn refuse(before: &Before, group: &[Operation]) -> Result<(), PlanError> {
    let table = group.first().and_then(Operation::table).and_then(|name| said::table_of(&before.said, name));
    let mut words = Schema::from_tables(table.cloned());
    for operation in group {
        range::refuse(&words, operation)?;
        let values = |name: &ObjectName| {
            let known = before.schema.enums.get(name)?;
            (!may_be_changed(&before.said.unsaid, name)).then_some(known.values.as_slice())
        };
        let column = |table: &TableName, column: &Ident| said_column(&words, table, column);
        Known { dialect: HERE, values: &values, column: &column }.refuse(operation)?;
        refuse_unknown_type(&before.schema.enums, &before.said.unsaid, operation)?;
        let followed = letters::in_letters_of(operation, &words);
        operation::follow(&mut words, &[followed], HERE);
    }
    Ok(())
}

/// Refuses a foreign key to a table that is not there and that nothing of the same revision makes. `rest` begins with the
/// operation. SQLite would find out when the first row is written.
pub(super) fn refuse_unknown_tables(before: &Before, rest: &[Operation]) -> Result<(), PlanError> {
    let Some(operation) = rest.first().filter(|_| before.is_whole) else { return Ok(()) };
    let keys: Vec<&ForeignKey> = if let Operation::CreateForeignKey { foreign_key, .. } = operation {
        vec![foreign_key]
    } else if let Operation::CreateTable(table) = operation {
        table.foreign_keys().collect()
    } else {
        Vec::new()
    };
    let is_there = |key: &ForeignKey| {
        let name = &key.referred_table.name;
        before.schema.tables.keys().any(|table| same_name(&table.name, name))
            || rest.iter().any(|later| makes(later, name))
    };
    match keys.into_iter().find(|key| !is_there(key)) {
        Some(key) => Err(PlanError::Apply {
            operation: operation.describe(),
            source: ApplyError::NoTable { table: key.referred_table.clone() },
        }),
        None => Ok(()),
    }
}

/// Tells whether an operation makes a table of a name.
fn makes(operation: &Operation, name: &Ident) -> bool {
    if let Operation::CreateTable(table) = operation {
        same_name(&table.name.name, name)
    } else if let Operation::RenameTable { to, .. } = operation {
        same_name(to, name)
    } else if let Operation::Execute(Execute { means, .. }) = operation {
        means.iter().flatten().any(|meant| makes(meant, name))
    } else {
        false
    }
}

/// Finds a column as the scripts declare it.
pub(super) fn said_column<'s>(words: &'s Schema, table: &TableName, column: &Ident) -> Option<&'s Column> {
    said::named(&said::table_of(words, table)?.columns, column, |one| &one.name)
}

/// Tells whether SQL for PostgreSQL alone may have given a type other values.
fn may_be_changed(Unsaid(unsaid): &Unsaid, name: &ObjectName) -> bool {
    let name = name.name.as_str().to_lowercase();
    unsaid.iter().any(|sql| has_word(&sql.to_lowercase(), &name))
}

/// Tells whether SQL for PostgreSQL alone may have made types, or given columns others.
fn may_have_changed_types(Unsaid(unsaid): &Unsaid) -> bool {
    let statements = unsaid.iter().flat_map(|sql| lexer::split(sql, Dialect::KEEPER));
    statements.into_iter().any(|sql| lexer::kind(sql, Dialect::KEEPER) != Kind::ReadsOrWritesRows)
}

/// Refuses a column of an enum type that is not there.
fn refuse_unknown_type(
    enums: &BTreeMap<ObjectName, EnumType>,
    unsaid: &Unsaid,
    operation: &Operation,
) -> Result<(), PlanError> {
    let unknown = |ty: &ColumnType| {
        let name = ty.on(HERE).enum_name()?;
        (!enums.contains_key(name) && !may_have_changed_types(unsaid)).then(|| name.clone())
    };
    let missing = if let Operation::AddColumn { column, .. } = operation {
        unknown(&column.ty)
    } else if let Operation::AlterColumn { changes, .. } = operation {
        changes.iter().find_map(|change| match change {
            ColumnChange::SetType { ty, using: _ } => unknown(ty),
            ColumnChange::LosesData
            | ColumnChange::Rename { .. }
            | ColumnChange::SetCollation(_)
            | ColumnChange::SetComment(_)
            | ColumnChange::SetDefault(_)
            | ColumnChange::SetNotNull { .. }
            | ColumnChange::SetNullable
            | ColumnChange::SetOnConflict(_) => None,
        })
    } else if let Operation::CreateTable(table) = operation {
        table.columns.iter().find_map(|column| unknown(&column.ty))
    } else {
        None
    };
    match missing {
        Some(name) => {
            Err(PlanError::Apply { operation: operation.describe(), source: ApplyError::NoEnum { name } })
        }
        None => Ok(()),
    }
}

/// Refuses to drop an enum type that a column still has: on PostgreSQL the same history would end there.
pub(super) fn refuse_used(
    before: &Before,
    name: &ObjectName,
    operation: &Operation,
) -> Result<(), PlanError> {
    if may_have_changed_types(&before.said.unsaid) {
        return Ok(());
    }
    for said in before.said.tables.values() {
        let is_it = |table: &&TableName| same_name(&table.name, &said.name.name);
        let Some(there) =
            before.schema.tables.keys().find(is_it).and_then(|table| before.schema.table(table))
        else {
            continue;
        };
        let is_there = |column: &&Column| there.columns.iter().any(|one| same_name(&one.name, &column.name));
        let is_of_it = |column: &&Column| column.ty.on(Dialect::KEEPER).enum_name() == Some(name);
        if let Some(column) = said.columns.iter().filter(is_there).find(is_of_it) {
            let (table, column) = (said.name.clone(), column.name.clone());
            let source = ApplyError::EnumInUse { name: name.clone(), table, column };
            return Err(PlanError::Apply { operation: operation.describe(), source });
        }
    }
    Ok(())
}
