//! Enum types.

use crate::schema::{EnumPlace, EnumType, Literal, ObjectName, Schema, ServerDefault, Type};

use super::{
    super::{ApplyError, Consent, Operation},
    Change, ColumnChange, named,
};

/// One change of an enum type.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EnumChange {
    /// Adds a value.
    AddValue {
        /// The new value.
        value: String,
        /// Where it sorts.
        place: EnumPlace,
    },
    /// Gives a value another name; rows that hold it keep it.
    RenameValue {
        /// The value.
        value: String,
        /// Its new name.
        to: String,
    },
    /// Recreates the type with these values, in this order.
    SetValues {
        /// All values.
        values: Vec<String>,
        /// What rows that hold a value get instead: old and new.
        replacements: Vec<(String, String)>,
        /// Whether rows that hold a value that goes, and that nothing replaces, may get NULL.
        consent: Consent,
    },
}

/// Changes an enum type.
pub(super) fn alter(schema: &mut Schema, name: &ObjectName, change: &EnumChange) -> Result<(), ApplyError> {
    let altered = named::found_mut::<EnumType>(schema, name)?;
    altered.values = changed(altered, change)?;
    rename_defaults(schema, name, &change.renamed());
    Ok(())
}

/// A default is a value of its column's type, and has its new name.
fn rename_defaults(schema: &mut Schema, name: &ObjectName, renamed: &[(String, String)]) {
    let columns = schema.tables.values_mut().flat_map(|table| &mut table.columns);
    for column in columns.filter(|column| column.ty.base == Type::Enum { name: name.clone() }) {
        if let Some(ServerDefault::Literal(Literal::String(value))) = &mut column.default
            && let Some((_, new)) = renamed.iter().find(|(old, _)| old == value)
        {
            value.clone_from(new);
        }
    }
}

/// Returns the values of a type after a change.
fn changed(
    EnumType { name, values, comment: _ }: &EnumType,
    change: &EnumChange,
) -> Result<Vec<String>, ApplyError> {
    let place = |value: &String| {
        let missing = || ApplyError::NoEnumValue { name: name.clone(), value: value.clone() };
        values.iter().position(|other| other == value).ok_or_else(missing)
    };
    let refuse_second = |value: &String| match values.contains(value) {
        true => Err(ApplyError::EnumValueExists { name: name.clone(), value: value.clone() }),
        false => Ok(()),
    };
    let mut after = values.clone();
    match change {
        EnumChange::AddValue { value, place: at } => {
            refuse_second(value)?;
            let at = match at {
                EnumPlace::After(other) => place(other)? + 1,
                EnumPlace::Before(other) => place(other)?,
                EnumPlace::Last => values.len(),
            };
            after.insert(at, value.clone());
        }
        EnumChange::RenameValue { value, to } => {
            let at = place(value)?;
            refuse_second(to)?;
            after[at].clone_from(to);
        }
        EnumChange::SetValues { values, replacements, consent: _ } => {
            for (old, new) in replacements {
                place(old)?;
                if !values.contains(new) {
                    return Err(ApplyError::NoEnumValue { name: name.clone(), value: new.clone() });
                }
            }
            after.clone_from(values);
        }
    }
    Ok(after)
}

/// Returns the additions that make one list of values the other, or nothing if values go or change places.
pub(crate) fn additions(from: &[String], to: &[String]) -> Option<Vec<EnumChange>> {
    let kept: Vec<&String> = to.iter().filter(|value| from.contains(value)).collect();
    if !kept.into_iter().eq(from) {
        return None;
    }
    let is_new = |value: &&String| !from.contains(value);
    let added = to.iter().enumerate().filter(|(_, value)| is_new(value)).map(|(at, value)| {
        let place = match (at.checked_sub(1), to[at..].iter().find(|other| !is_new(other))) {
            (_, None) => EnumPlace::Last,
            (Some(before), Some(_)) => EnumPlace::After(to[before].clone()),
            (None, Some(first)) => EnumPlace::Before(first.clone()),
        };
        EnumChange::AddValue { value: value.clone(), place }
    });
    Some(added.collect())
}

/// Returns what undoes the change of an enum type.
///
/// Rows that hold a value which goes again cannot be guessed for: the reverse does not say what they get.
pub(super) fn reverse_alter(
    before: &Schema,
    name: &ObjectName,
    change: &EnumChange,
) -> Result<Vec<Operation>, ApplyError> {
    let was = named::found::<EnumType>(before, name)?;
    let set = |values: &[String]| EnumChange::SetValues {
        values: values.to_vec(),
        replacements: Vec::new(),
        consent: Consent::NONE,
    };
    let changes = match change {
        EnumChange::AddValue { .. } => vec![set(&was.values)],
        EnumChange::RenameValue { value, to } => {
            vec![EnumChange::RenameValue { value: to.clone(), to: value.clone() }]
        }
        EnumChange::SetValues { values, .. } => {
            additions(values, &was.values).unwrap_or_else(|| vec![set(&was.values)])
        }
    };
    let alter = |change| Operation::Alter(Change::Enum { name: name.clone(), change });
    let defaults = match change {
        EnumChange::SetValues { values: _, replacements, consent: _ } => {
            defaults_again(before, name, replacements)
        }
        // The new name is renamed back, and what has it as its default follows.
        EnumChange::AddValue { .. } | EnumChange::RenameValue { .. } => Vec::new(),
    };
    Ok(changes.into_iter().map(alter).chain(defaults).collect())
}

/// Gives columns the default again in whose place another value came.
fn defaults_again(before: &Schema, name: &ObjectName, replaced: &[(String, String)]) -> Vec<Operation> {
    let mut again = Vec::new();
    for table in before.tables.values() {
        let ty = Type::Enum { name: name.clone() };
        for column in table.columns.iter().filter(|column| column.ty.base == ty) {
            if let Some(ServerDefault::Literal(Literal::String(value))) = &column.default
                && replaced.iter().any(|(old, _)| old == value)
            {
                let changes = vec![ColumnChange::SetDefault(column.default.clone())];
                let (table, column) = (table.name.clone(), column.name.clone());
                again.push(Operation::alter_column(table, column, changes));
            }
        }
    }
    again
}

/// Tells whether an enum type is recreated only to be recreated again.
pub(in super::super) fn is_replaced(first: &Operation, second: &Operation) -> bool {
    let Operation::Alter(Change::Enum { name, change: EnumChange::SetValues { replacements, .. } }) = first
    else {
        return false;
    };
    let Operation::Alter(Change::Enum { name: other, change: EnumChange::SetValues { .. } }) = second else {
        return false;
    };
    name == other && replacements.is_empty()
}

impl EnumChange {
    /// Lists what becomes of the values that change their names: old and new.
    pub(crate) fn renamed(&self) -> Vec<(String, String)> {
        match self {
            Self::AddValue { .. } => Vec::new(),
            Self::RenameValue { value, to } => vec![(value.clone(), to.clone())],
            Self::SetValues { values: _, replacements, consent: _ } => replacements.clone(),
        }
    }
}

impl EnumChange {
    /// Says in a few words what it does.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::AddValue { value, place: EnumPlace::After(other) } => {
                format!("add value {value} after {other}")
            }
            Self::AddValue { value, place: EnumPlace::Before(other) } => {
                format!("add value {value} before {other}")
            }
            Self::AddValue { value, place: EnumPlace::Last } => format!("add value {value}"),
            Self::RenameValue { value, to } => format!("rename value {value} to {to}"),
            Self::SetValues { values, .. } => format!("set values {}", values.join(", ")),
        }
    }
}
