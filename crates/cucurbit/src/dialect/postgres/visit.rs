//! Every name in an operation or a table, to be changed in place.
//!
//! The structs are taken apart in full, so that a new field with a name in it does not compile here.

use std::collections::BTreeMap;

use crate::{
    operation::{BulkInsert, ColumnChange, Execute, Operation},
    schema::{
        Check, Column, ColumnType, ConstraintRef, EnumType, ForeignKey, Ident, Index, IndexKey, ObjectName,
        PrimaryKey, Sequence, Table, TableName, Type, Unique, Variants,
    },
};

/// What is done to each name.
pub(super) type Change<'f> = &'f mut dyn FnMut(&mut Ident);

/// Changes the names in an operation; SQL stays as it is written.
pub(super) fn operation(operation: &mut Operation, change: Change<'_>) {
    match operation {
        Operation::AddColumn { table, column, backfill: _ } => {
            table_name(table, change);
            self::column(column, change);
        }
        Operation::AlterColumn { table, column, changes } => {
            table_name(table, change);
            change(column);
            changes.iter_mut().for_each(|one| column_change(one, change));
        }
        Operation::AlterEnum { name, change: _ }
        | Operation::AlterSequence(Sequence { name, ty: _, options: _ })
        | Operation::CreateSequence(Sequence { name, ty: _, options: _ })
        | Operation::DropEnum { name }
        | Operation::DropSequence { name } => object_name(name, change),
        Operation::CreateSchema { name } | Operation::DropSchema { name } => change(name),
        Operation::BulkInsert(BulkInsert { table, columns, rows: _ }) => {
            table_name(table, change);
            columns.iter_mut().for_each(change);
        }
        Operation::CreateCheck { table, check } => {
            table_name(table, change);
            self::check(check, change);
        }
        Operation::CreateEnum(EnumType { name, values: _ }) => object_name(name, change),
        Operation::CreateForeignKey { table, foreign_key } => {
            table_name(table, change);
            self::foreign_key(foreign_key, change);
        }
        Operation::CreateIndex { table, index } => {
            table_name(table, change);
            self::index(index, change);
        }
        Operation::CreatePrimaryKey { table, primary_key } => {
            table_name(table, change);
            self::primary_key(primary_key, change);
        }
        Operation::CreateTable(table) => self::table(table, change),
        Operation::CreateUnique { table, unique } => {
            table_name(table, change);
            self::unique(unique, change);
        }
        Operation::DropColumn { table, column, consent: _ } => {
            table_name(table, change);
            change(column);
        }
        Operation::DropConstraint { table, constraint } => {
            table_name(table, change);
            reference(constraint, change);
        }
        Operation::DropIndex { table, name } => {
            table_name(table, change);
            change(name);
        }
        Operation::DropTable { table, consent: _ }
        | Operation::SetTableComment { table, comment: _ }
        | Operation::SetTableOption { table, option: _, is_set: _ } => {
            table_name(table, change);
        }
        Operation::Execute(Execute { sql: _, is_outside_transaction: _, means }) => {
            means.iter_mut().flatten().for_each(|meant| self::operation(meant, change));
        }
        Operation::Irreversible { reason: _ } => {}
        Operation::On { dialect: _, operations } => {
            operations.iter_mut().for_each(|inner| self::operation(inner, change));
        }
        Operation::RenameTable { table, to } => {
            table_name(table, change);
            change(to);
        }
    }
}

/// Changes the names in a table.
pub(super) fn table(table: &mut Table, change: Change<'_>) {
    let Table { name, columns, primary_key, uniques, foreign_keys, checks, indexes, comment: _, options: _ } =
        table;
    table_name(name, change);
    columns.iter_mut().for_each(|one| column(one, change));
    primary_key.iter_mut().for_each(|key| self::primary_key(key, change));
    uniques.iter_mut().for_each(|one| unique(one, change));
    foreign_keys.iter_mut().for_each(|one| foreign_key(one, change));
    checks.iter_mut().for_each(|one| check(one, change));
    let renamed = std::mem::take(indexes).into_values().map(|mut one| {
        index(&mut one, change);
        (one.name.clone(), one)
    });
    *indexes = renamed.collect::<BTreeMap<_, _>>();
}

fn column(column: &mut Column, change: Change<'_>) {
    let Column { name, ty, nullable: _, default: _, collation: _, comment: _ } = column;
    change(name);
    column_type(ty, change);
}

fn column_type(Variants { base, variants }: &mut ColumnType, change: Change<'_>) {
    std::iter::once(base).chain(variants.values_mut()).for_each(|one| ty(one, change));
}

fn ty(ty: &mut Type, change: Change<'_>) {
    match ty {
        Type::Array(element) => self::ty(element, change),
        Type::Enum { name } => object_name(name, change),
        Type::BigInteger
        | Type::Binary
        | Type::Boolean
        | Type::Char { .. }
        | Type::Custom { .. }
        | Type::Date
        | Type::DateTime { .. }
        | Type::DateTimeTz { .. }
        | Type::Decimal { .. }
        | Type::Double
        | Type::Float
        | Type::Integer
        | Type::Interval
        | Type::Json
        | Type::Jsonb
        | Type::Real
        | Type::SmallInteger
        | Type::String { .. }
        | Type::Text
        | Type::Time { .. }
        | Type::Uuid => {}
    }
}

/// Changes the names in the name of a type.
pub(super) fn object_name(name: &mut ObjectName, change: Change<'_>) {
    table_name(name, change);
}

fn table_name(name: &mut TableName, change: Change<'_>) {
    let TableName { schema, name } = name;
    schema.iter_mut().for_each(&mut *change);
    change(name);
}

fn column_change(one: &mut ColumnChange, change: Change<'_>) {
    match one {
        ColumnChange::Rename { to } => change(to),
        ColumnChange::LosesData
        | ColumnChange::SetCollation(_)
        | ColumnChange::SetComment(_)
        | ColumnChange::SetDefault(_)
        | ColumnChange::SetNotNull { .. }
        | ColumnChange::SetNullable => {}
        ColumnChange::SetType { ty, using: _ } => column_type(ty, change),
    }
}

fn primary_key(PrimaryKey { name, columns }: &mut PrimaryKey, change: Change<'_>) {
    name.iter_mut().chain(columns).for_each(change);
}

fn unique(Unique { name, columns }: &mut Unique, change: Change<'_>) {
    name.iter_mut().chain(columns).for_each(change);
}

fn foreign_key(foreign_key: &mut ForeignKey, change: Change<'_>) {
    let ForeignKey { name, columns, referred_table, referred_columns, on_delete: _, on_update: _ } =
        foreign_key;
    table_name(referred_table, change);
    name.iter_mut().chain(columns).chain(referred_columns).for_each(change);
}

fn check(Check { name, expression: _ }: &mut Check, change: Change<'_>) {
    name.iter_mut().for_each(change);
}

fn index(Index { name, is_unique: _, parts, predicate: _ }: &mut Index, change: Change<'_>) {
    change(name);
    for part in parts {
        match &mut part.key {
            IndexKey::Column(column) => change(column),
            IndexKey::Expression(_) => {}
        }
    }
}

fn reference(constraint: &mut ConstraintRef, change: Change<'_>) {
    match constraint {
        ConstraintRef::Check { expression: _ } | ConstraintRef::PrimaryKey => {}
        ConstraintRef::ForeignKey { columns } | ConstraintRef::Unique { columns } => {
            columns.iter_mut().for_each(change);
        }
        ConstraintRef::Named(name) => change(name),
    }
}
