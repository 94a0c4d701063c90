//! Every name in an operation or a table, to be changed in place.
//!
//! The structs are taken apart in full, so that a new field with a name in it does not compile here.

use std::collections::BTreeMap;

use crate::{
    operation::{BulkInsert, ColumnChange, ConstraintChange, Execute, Operation},
    schema::{
        Check, Column, ColumnType, Constraint, ConstraintRef, EnumType, Exclusion, ForeignKey, Ident, Index,
        IndexKey, ObjectName, PrimaryKey, Referred, Sequence, Serial, ServerDefault, Table, TableName, Type,
        Unique, Variants,
    },
};

/// What is done to each name.
pub(super) trait Change {
    /// Changes a name that stands alone, as that of a column does.
    fn ident(&mut self, _name: &mut Ident) {}

    /// Changes the name of something that lies in a schema.
    fn object(&mut self, name: &mut ObjectName) {
        let ObjectName { schema, name } = name;
        schema.iter_mut().for_each(|schema| self.ident(schema));
        self.ident(name);
    }

    /// Changes the name of something that an operation makes.
    fn made(&mut self, name: &mut ObjectName) {
        self.object(name);
    }

    /// Changes the name of a type.
    fn ty(&mut self, name: &mut ObjectName) {
        self.object(name);
    }

    /// Changes the name of a type that an operation makes.
    fn made_ty(&mut self, name: &mut ObjectName) {
        self.made(name);
    }
}

/// Changes the names in an operation; SQL stays as it is written.
pub(super) fn operation(operation: &mut Operation, change: &mut dyn Change) {
    match operation {
        Operation::AddColumn { table, column, backfill: _ } => {
            table_name(table, change);
            self::column(column, change);
        }
        Operation::AlterColumn { table, column, changes } => {
            table_name(table, change);
            change.ident(column);
            changes.iter_mut().for_each(|one| column_change(one, change));
        }
        Operation::AlterConstraint { table, constraint, change: altered } => {
            table_name(table, change);
            reference(constraint, change);
            match altered {
                ConstraintChange::Rename { to } => change.ident(to),
                ConstraintChange::SetComment(_)
                | ConstraintChange::SetDeferral(_)
                | ConstraintChange::Validate => {}
            }
        }
        Operation::AlterEnum { name, change: _ } | Operation::DropEnum { name } => change.ty(name),
        Operation::AlterSequence { name, changes: _ } | Operation::DropSequence { name } => {
            object_name(name, change);
        }
        Operation::CreateSchema { name } | Operation::DropSchema { name } => change.ident(name),
        Operation::BulkInsert(BulkInsert { table, columns, rows: _ }) => {
            table_name(table, change);
            columns.iter_mut().for_each(|one| change.ident(one));
        }
        Operation::CreateCheck { table, check } => {
            table_name(table, change);
            self::check(check, change);
        }
        Operation::CreateExclusion { table, exclusion } => {
            table_name(table, change);
            self::exclusion(exclusion, change);
        }
        Operation::CreateEnum(EnumType { name, values: _, comment: _ }) => change.made_ty(name),
        Operation::CreateSequence(Sequence { name, ty: _, options: _, comment: _ }) => change.made(name),
        Operation::CreateForeignKey { table, foreign_key } => {
            table_name(table, change);
            self::foreign_key(foreign_key, change);
        }
        Operation::CreateIndex { table, index, concurrency: _ } => {
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
            change.ident(column);
        }
        Operation::DropConstraint { table, constraint } => {
            table_name(table, change);
            reference(constraint, change);
        }
        Operation::DropIndex { table, name, concurrency: _ }
        | Operation::SetIndexComment { table, name, comment: _ } => {
            table_name(table, change);
            change.ident(name);
        }
        Operation::DropTable { table, consent: _ }
        | Operation::SetTableComment { table, comment: _ }
        | Operation::SetTableOption { table, option: _, is_set: _ } => {
            table_name(table, change);
        }
        Operation::Execute(Execute { sql: _, is_outside_transaction: _, means }) => {
            means.iter_mut().flatten().for_each(|meant| self::operation(meant, change));
        }
        Operation::Irreversible { reason: _ } | Operation::Run { title: _, key: _ } => {}
        Operation::On { dialect: _, operations } => {
            operations.iter_mut().for_each(|inner| self::operation(inner, change));
        }
        Operation::RenameIndex { table, name, to } => {
            table_name(table, change);
            change.ident(name);
            change.ident(to);
        }
        Operation::RenameTable { table, to } => {
            table_name(table, change);
            change.ident(to);
        }
    }
}

/// Changes the names in a table.
pub(super) fn table(table: &mut Table, change: &mut dyn Change) {
    let Table { name, columns, constraints, indexes, comment: _, options: _ } = table;
    change.made(name);
    columns.iter_mut().for_each(|one| column(one, change));
    constraints.iter_mut().for_each(|one| constraint(one, change));
    let renamed = std::mem::take(indexes).into_values().map(|mut one| {
        index(&mut one, change);
        (one.name.clone(), one)
    });
    *indexes = renamed.collect::<BTreeMap<_, _>>();
}

fn constraint(constraint: &mut Constraint, change: &mut dyn Change) {
    match constraint {
        Constraint::PrimaryKey(key) => primary_key(key, change),
        Constraint::Unique(one) => unique(one, change),
        Constraint::ForeignKey(key) => foreign_key(key, change),
        Constraint::Check(one) => check(one, change),
        Constraint::Exclusion(one) => exclusion(one, change),
    }
}

fn column(column: &mut Column, change: &mut dyn Change) {
    let Column { name, ty, nullable: _, on_conflict: _, default, collation: _, comment: _ } = column;
    change.ident(name);
    default.iter_mut().for_each(|one| self::default(one, change));
    column_type(ty, change);
}

/// The sequence that a column owns lies in its table's schema.
fn default(default: &mut ServerDefault, change: &mut dyn Change) {
    match default {
        ServerDefault::Serial(Serial { name, ty: _, options: _ }) => {
            name.iter_mut().for_each(|name| change.ident(name));
        }
        ServerDefault::Computed { .. }
        | ServerDefault::Expression(_)
        | ServerDefault::Identity(_)
        | ServerDefault::Literal(_) => {}
    }
}

fn column_type(Variants { base, variants }: &mut ColumnType, change: &mut dyn Change) {
    std::iter::once(base).chain(variants.values_mut()).for_each(|one| ty(one, change));
}

fn ty(ty: &mut Type, change: &mut dyn Change) {
    match ty {
        Type::Array(element) => self::ty(element, change),
        Type::Enum { name } => change.ty(name),
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

/// Changes the name of a type.
pub(super) fn object_name(name: &mut ObjectName, change: &mut dyn Change) {
    change.object(name);
}

fn table_name(name: &mut TableName, change: &mut dyn Change) {
    change.object(name);
}

fn column_change(one: &mut ColumnChange, change: &mut dyn Change) {
    match one {
        ColumnChange::Rename { to } => change.ident(to),
        ColumnChange::LosesData
        | ColumnChange::SetCollation(_)
        | ColumnChange::SetComment(_)
        | ColumnChange::SetNotNull { .. }
        | ColumnChange::SetNullable
        | ColumnChange::SetOnConflict(_) => {}
        ColumnChange::SetDefault(default) => default.iter_mut().for_each(|one| self::default(one, change)),
        ColumnChange::SetType { ty, using: _ } => column_type(ty, change),
    }
}

fn primary_key(key: &mut PrimaryKey, change: &mut dyn Change) {
    let PrimaryKey { name, columns, include, deferral: _, on_conflict: _, comment: _ } = key;
    name.iter_mut().chain(columns).chain(include).for_each(|one| change.ident(one));
}

fn unique(unique: &mut Unique, change: &mut dyn Change) {
    let Unique { name, columns, include, is_nulls_not_distinct: _, deferral: _, on_conflict: _, comment: _ } =
        unique;
    name.iter_mut().chain(columns).chain(include).for_each(|one| change.ident(one));
}

fn foreign_key(foreign_key: &mut ForeignKey, change: &mut dyn Change) {
    let ForeignKey {
        name,
        columns,
        referred_table,
        referred_columns,
        on_delete: _,
        on_delete_columns,
        on_update: _,
        matching: _,
        deferral: _,
        is_not_valid: _,
        comment: _,
    } = foreign_key;
    table_name(referred_table, change);
    name.iter_mut()
        .chain(columns)
        .chain(referred_columns)
        .chain(on_delete_columns)
        .for_each(|one| change.ident(one));
}

fn check(check: &mut Check, change: &mut dyn Change) {
    let Check { name, expression: _, is_no_inherit: _, is_not_valid: _, comment: _ } = check;
    name.iter_mut().for_each(|one| change.ident(one));
}

fn index(index: &mut Index, change: &mut dyn Change) {
    let Index {
        name,
        is_unique: _,
        method: _,
        parts,
        include,
        is_nulls_not_distinct: _,
        parameters: _,
        predicate: _,
        is_invalid: _,
        comment: _,
    } = index;
    change.ident(name);
    include.iter_mut().for_each(|one| change.ident(one));
    for part in parts {
        match &mut part.key {
            IndexKey::Column(column) => change.ident(column),
            IndexKey::Expression(_) => {}
        }
    }
}

fn exclusion(exclusion: &mut Exclusion, change: &mut dyn Change) {
    let Exclusion { index, operators: _, deferral: _, comment: _ } = exclusion;
    self::index(index, change);
}

fn reference(constraint: &mut ConstraintRef, change: &mut dyn Change) {
    match constraint {
        ConstraintRef::Check { expression: _ } | ConstraintRef::PrimaryKey => {}
        ConstraintRef::ForeignKey { columns, referred } => {
            columns.iter_mut().for_each(|one| change.ident(one));
            if let Some(Referred { table, columns }) = referred {
                table_name(table, change);
                columns.iter_mut().for_each(|one| change.ident(one));
            }
        }
        ConstraintRef::Unique { columns } => columns.iter_mut().for_each(|one| change.ident(one)),
        ConstraintRef::Named(name) => change.ident(name),
    }
}
