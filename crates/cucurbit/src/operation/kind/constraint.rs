//! Constraints of tables.

use crate::schema::{
    Constraint, ConstraintRef, Deferral, Exclusion, Ident, Object, ObjectId, PrimaryKey, Schema, Table,
    TableName, list,
};

use super::{
    super::{ApplyError, Operation, resolve_constraint, there},
    Change, ColumnChange, column, index, owner, owner_mut,
};

/// One change of a constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConstraintChange {
    /// Says when a foreign key is checked.
    SetDeferral(Deferral),
    /// Checks the rows that it was made without (PostgreSQL only).
    Validate,
}

pub(super) fn create(
    schema: &mut Schema,
    table: &TableName,
    constraint: &Constraint,
) -> Result<(), ApplyError> {
    match constraint {
        Constraint::PrimaryKey(key) => return create_primary_key(owner_mut(schema, table)?, key),
        Constraint::Exclusion(exclusion) => index::refuse_second(schema, table, &exclusion.index.name)?,
        Constraint::Check(_) | Constraint::ForeignKey(_) | Constraint::Unique(_) => {}
    }
    let owner = owner(schema, table)?;
    refuse_second(owner, &constraint.reference())?;
    there::of_constraint(schema, owner, constraint)?;
    owner_mut(schema, table)?.constraints.push(constraint.clone());
    Ok(())
}

/// A key refuses NULL in its columns.
fn create_primary_key(table: &mut Table, key: &PrimaryKey) -> Result<(), ApplyError> {
    if table.primary_key().is_some() {
        let constraint = ConstraintRef::PrimaryKey;
        return Err(ApplyError::Exists { id: ObjectId::constraint(table.name.clone(), constraint) });
    }
    for column in &key.columns {
        column::found_mut(table, column)?.nullable = false;
    }
    table.constraints.push(key.clone());
    Ok(())
}

/// Refuses a second constraint under one name. Unnamed ones may repeat, as they may in SQL.
fn refuse_second(table: &Table, constraint: &ConstraintRef) -> Result<(), ApplyError> {
    let is_named = matches!(constraint, ConstraintRef::Named(_));
    if is_named && table.constraint_references().contains(constraint) {
        return Err(ApplyError::Exists { id: ObjectId::constraint(table.name.clone(), constraint.clone()) });
    }
    Ok(())
}

pub(super) fn alter(
    schema: &mut Schema,
    table: &TableName,
    constraint: &ConstraintRef,
    change: &ConstraintChange,
) -> Result<(), ApplyError> {
    let found = found_mut(schema, table, constraint)?;
    match change {
        ConstraintChange::SetDeferral(deferral) => found.set_deferral(*deferral),
        ConstraintChange::Validate => found.validate(),
    }
    Ok(())
}

pub(super) fn drop(
    schema: &mut Schema,
    table: &TableName,
    constraint: &ConstraintRef,
) -> Result<(), ApplyError> {
    let owner = owner_mut(schema, table)?;
    let place = place(owner, constraint)?;
    owner.constraints.remove(place);
    Ok(())
}

pub(super) fn rename(
    schema: &mut Schema,
    table: &TableName,
    constraint: &ConstraintRef,
    to: &Ident,
) -> Result<(), ApplyError> {
    let owner = owner_mut(schema, table)?;
    let place = place(owner, constraint)?;
    let reference = ConstraintRef::Named(to.clone());
    if *constraint != reference {
        refuse_second(owner, &reference)?;
    }
    owner.constraints[place].set_name(to.clone());
    Ok(())
}

fn place(owner: &Table, constraint: &ConstraintRef) -> Result<usize, ApplyError> {
    let missing = || ApplyError::Missing { id: ObjectId::constraint(owner.name.clone(), constraint.clone()) };
    resolve_constraint(owner, constraint).ok_or_else(missing)
}

pub(super) fn found<'s>(
    schema: &'s Schema,
    table: &TableName,
    constraint: &ConstraintRef,
) -> Result<&'s Constraint, ApplyError> {
    let owner = owner(schema, table)?;
    Ok(&owner.constraints[place(owner, constraint)?])
}

pub(super) fn found_mut<'s>(
    schema: &'s mut Schema,
    table: &TableName,
    constraint: &ConstraintRef,
) -> Result<&'s mut Constraint, ApplyError> {
    let owner = owner_mut(schema, table)?;
    let place = place(owner, constraint)?;
    Ok(&mut owner.constraints[place])
}

pub(super) fn reverse_create(
    before: &Schema,
    table: &TableName,
    constraint: &Constraint,
) -> Result<Vec<Operation>, ApplyError> {
    match constraint {
        Constraint::Check(_) | Constraint::Exclusion(_) | Constraint::Unique(_) => {
            Ok(vec![drop_of(table, constraint.reference())])
        }
        Constraint::ForeignKey(key) => {
            let mut owner = owner(before, table)?.clone();
            owner.constraints.push(key.clone());
            Ok(vec![drop_of(table, owner.foreign_key_reference(key))])
        }
        Constraint::PrimaryKey(key) => {
            let loosen = loosened(owner(before, table)?, key);
            Ok(std::iter::once(drop_of(table, constraint.reference())).chain(loosen).collect())
        }
    }
}

/// A constraint that was made without looking at the rows is made so again: nothing takes a validation back.
pub(super) fn reverse_alter(
    before: &Schema,
    table: &TableName,
    constraint: &ConstraintRef,
    change: &ConstraintChange,
) -> Result<Vec<Operation>, ApplyError> {
    let found = found(before, table, constraint)?;
    Ok(match change {
        ConstraintChange::SetDeferral(_) => {
            let change = ConstraintChange::SetDeferral(found.deferral());
            let (table, constraint) = (table.clone(), constraint.clone());
            vec![Operation::Alter(Change::Constraint { table, constraint, change })]
        }
        ConstraintChange::Validate if found.is_not_valid() => {
            vec![drop_of(table, constraint.clone()), again(found, table, constraint)]
        }
        ConstraintChange::Validate => Vec::new(),
    })
}

pub(super) fn reverse_drop(
    before: &Schema,
    table: &TableName,
    constraint: &ConstraintRef,
) -> Result<Vec<Operation>, ApplyError> {
    let found = found(before, table, constraint)?;
    let mut operations = vec![again(found, table, constraint)];
    if let Constraint::PrimaryKey(key) = found {
        operations.extend(loosened(owner(before, table)?, key));
    }
    Ok(operations)
}

pub(super) fn reverse_rename(
    before: &Schema,
    table: &TableName,
    constraint: &ConstraintRef,
    to: &Ident,
) -> Result<Vec<Operation>, ApplyError> {
    let found = found(before, table, constraint)?;
    let renamed = ConstraintRef::Named(to.clone());
    Ok(match found.name().cloned() {
        Some(name) => {
            vec![Operation::Rename { id: ObjectId::constraint(table.clone(), renamed), to: name }]
        }
        // It had no name: it is made again without one.
        None => vec![drop_of(table, renamed), again(found, table, constraint)],
    })
}

fn drop_of(table: &TableName, constraint: ConstraintRef) -> Operation {
    Operation::drop(ObjectId::constraint(table.clone(), constraint))
}

/// Makes a constraint again. One that was meant by what it is comes back without the name that the database gave it.
fn again(found: &Constraint, table: &TableName, meant: &ConstraintRef) -> Operation {
    let mut made = found.clone();
    match meant {
        ConstraintRef::Named(_) | ConstraintRef::PrimaryKey => {}
        ConstraintRef::Check { .. } | ConstraintRef::ForeignKey { .. } | ConstraintRef::Unique { .. } => {
            made.forget_name();
        }
    }
    Operation::create(Object::constraint(table.clone(), made))
}

/// A key makes its columns NOT NULL; lets those take NULL that did, as in a key of SQLite.
fn loosened(owner: &Table, key: &PrimaryKey) -> Vec<Operation> {
    let nullable = key.columns.iter().filter(|name| owner.column(name).is_some_and(|column| column.nullable));
    let loosen = nullable.map(|column| {
        Operation::alter_column(owner.name.clone(), column.clone(), vec![ColumnChange::SetNullable])
    });
    loosen.collect()
}

pub(super) fn describe(table: &TableName, constraint: &Constraint) -> String {
    match constraint {
        Constraint::Check(check) => match &check.name {
            Some(name) => format!("add check {name} on {table}"),
            None => format!("add check on {table}: {}", check.expression.base),
        },
        Constraint::Exclusion(exclusion) => {
            let Exclusion { index, operators, deferral: _, comment: _ } = &**exclusion;
            let parts = index.parts.iter().map(index::key).zip(operators);
            let parts: Vec<String> = parts.map(|(key, operator)| format!("{key} with {operator}")).collect();
            format!("add exclusion {} on {table} ({})", index.name, parts.join(", "))
        }
        Constraint::ForeignKey(key) => {
            let (columns, referred) = (list(&key.columns), list(&key.referred_columns));
            format!("add foreign key {table} ({columns}) -> {} ({referred})", key.referred_table)
        }
        Constraint::PrimaryKey(key) => format!("add primary key on {table} ({})", list(&key.columns)),
        Constraint::Unique(unique) => match &unique.name {
            Some(name) => format!("add unique constraint {name} on {table} ({})", list(&unique.columns)),
            None => format!("add unique constraint on {table} ({})", list(&unique.columns)),
        },
    }
}

impl ConstraintChange {
    /// Says in a few words what it does.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::SetDeferral(deferral) => format!("set {}", deferral.sql().to_lowercase()),
            Self::Validate => "validate".to_owned(),
        }
    }
}
