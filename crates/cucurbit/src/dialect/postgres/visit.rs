//! Every name in an operation or a table, to be changed in place.
//!
//! The structs are taken apart in full, so that a new field with a name in it does not compile here.

use std::collections::BTreeMap;

use crate::{
    operation::{BulkInsert, Change, ColumnChange, ConstraintChange, Execute, Operation, TableChange},
    schema::{
        Check, Column, ColumnType, Constraint, ConstraintRef, EnumType, Exclusion, ForeignKey, Ident, Index,
        IndexKey, Object, ObjectId, ObjectName, PrimaryKey, Referred, Sequence, Serial, ServerDefault, Table,
        TableName, Type, Unique, Variants,
    },
};

/// What is done to each name.
pub(super) trait Visitor {
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
pub(super) fn operation(operation: &mut Operation, visitor: &mut dyn Visitor) {
    match operation {
        Operation::Alter(one) => change(one, visitor),
        Operation::BulkInsert(BulkInsert { table, columns, rows: _ }) => {
            table_name(table, visitor);
            columns.iter_mut().for_each(|one| visitor.ident(one));
        }
        Operation::Comment { id, text: _ } | Operation::Drop { id, consent: _, concurrency: _ } => {
            object_id(id, visitor);
        }
        Operation::Create { object, backfill: _, concurrency: _ } => self::object(object, visitor),
        Operation::Execute(Execute { sql: _, is_outside_transaction: _, means }) => {
            means.iter_mut().flatten().for_each(|meant| self::operation(meant, visitor));
        }
        Operation::Irreversible { reason: _ } | Operation::Run { title: _, key: _ } => {}
        Operation::On { dialect: _, operations } => {
            operations.iter_mut().for_each(|inner| self::operation(inner, visitor));
        }
        Operation::Rename { id, to } => {
            object_id(id, visitor);
            visitor.ident(to);
        }
    }
}

fn object(object: &mut Object, visitor: &mut dyn Visitor) {
    match object {
        Object::Column { table, column } => {
            table_name(table, visitor);
            self::column(column, visitor);
        }
        Object::Constraint { table, constraint } => {
            table_name(table, visitor);
            self::constraint(constraint, visitor);
        }
        Object::Enum(EnumType { name, values: _, comment: _ }) => visitor.made_ty(name),
        Object::Index { table, index } => {
            table_name(table, visitor);
            self::index(index, visitor);
        }
        Object::Namespace(name) => visitor.ident(name),
        Object::Sequence(Sequence { name, ty: _, options: _, comment: _ }) => visitor.made(name),
        Object::Table(table) => self::table(table, visitor),
    }
}

fn object_id(id: &mut ObjectId, visitor: &mut dyn Visitor) {
    match id {
        ObjectId::Column { table, name } | ObjectId::Index { table, name } => {
            table_name(table, visitor);
            visitor.ident(name);
        }
        ObjectId::Constraint { table, constraint } => {
            table_name(table, visitor);
            reference(constraint, visitor);
        }
        ObjectId::Enum(name) => visitor.ty(name),
        ObjectId::Namespace(name) => visitor.ident(name),
        ObjectId::Sequence(name) => object_name(name, visitor),
        ObjectId::Table(table) => table_name(table, visitor),
    }
}

fn change(change: &mut Change, visitor: &mut dyn Visitor) {
    match change {
        Change::Column { table, column, changes } => {
            table_name(table, visitor);
            visitor.ident(column);
            changes.iter_mut().for_each(|one| column_change(one, visitor));
        }
        Change::Constraint {
            table,
            constraint,
            change: ConstraintChange::SetDeferral(_) | ConstraintChange::Validate,
        } => {
            table_name(table, visitor);
            reference(constraint, visitor);
        }
        Change::Enum { name, change: _ } => visitor.ty(name),
        Change::Sequence { name, changes: _ } => object_name(name, visitor),
        Change::Table { table, change: TableChange::SetOption { option: _, is_set: _ } } => {
            table_name(table, visitor);
        }
    }
}

/// Changes the names in a table.
pub(super) fn table(table: &mut Table, visitor: &mut dyn Visitor) {
    let Table { name, columns, constraints, indexes, comment: _, options: _ } = table;
    visitor.made(name);
    columns.iter_mut().for_each(|one| column(one, visitor));
    constraints.iter_mut().for_each(|one| constraint(one, visitor));
    let renamed = std::mem::take(indexes).into_values().map(|mut one| {
        index(&mut one, visitor);
        (one.name.clone(), one)
    });
    *indexes = renamed.collect::<BTreeMap<_, _>>();
}

fn constraint(constraint: &mut Constraint, visitor: &mut dyn Visitor) {
    match constraint {
        Constraint::PrimaryKey(key) => primary_key(key, visitor),
        Constraint::Unique(one) => unique(one, visitor),
        Constraint::ForeignKey(key) => foreign_key(key, visitor),
        Constraint::Check(one) => check(one, visitor),
        Constraint::Exclusion(one) => exclusion(one, visitor),
    }
}

fn column(column: &mut Column, visitor: &mut dyn Visitor) {
    let Column { name, ty, nullable: _, on_conflict: _, default, collation: _, comment: _ } = column;
    visitor.ident(name);
    default.iter_mut().for_each(|one| self::default(one, visitor));
    column_type(ty, visitor);
}

/// The sequence that a column owns lies in its table's schema.
fn default(default: &mut ServerDefault, visitor: &mut dyn Visitor) {
    match default {
        ServerDefault::Serial(Serial { name, ty: _, options: _ }) => {
            name.iter_mut().for_each(|name| visitor.ident(name));
        }
        ServerDefault::Computed { .. }
        | ServerDefault::Expression(_)
        | ServerDefault::Identity(_)
        | ServerDefault::Literal(_) => {}
    }
}

fn column_type(Variants { base, variants }: &mut ColumnType, visitor: &mut dyn Visitor) {
    std::iter::once(base).chain(variants.values_mut()).for_each(|one| ty(one, visitor));
}

fn ty(ty: &mut Type, visitor: &mut dyn Visitor) {
    match ty {
        Type::Array(element) => self::ty(element, visitor),
        Type::Enum { name } => visitor.ty(name),
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
pub(super) fn object_name(name: &mut ObjectName, visitor: &mut dyn Visitor) {
    visitor.object(name);
}

fn table_name(name: &mut TableName, visitor: &mut dyn Visitor) {
    visitor.object(name);
}

fn column_change(one: &mut ColumnChange, visitor: &mut dyn Visitor) {
    match one {
        ColumnChange::Rename { to } => visitor.ident(to),
        ColumnChange::LosesData
        | ColumnChange::SetCollation(_)
        | ColumnChange::SetComment(_)
        | ColumnChange::SetNotNull { .. }
        | ColumnChange::SetNullable
        | ColumnChange::SetOnConflict(_) => {}
        ColumnChange::SetDefault(default) => default.iter_mut().for_each(|one| self::default(one, visitor)),
        ColumnChange::SetType { ty, using: _ } => column_type(ty, visitor),
    }
}

fn primary_key(key: &mut PrimaryKey, visitor: &mut dyn Visitor) {
    let PrimaryKey { name, columns, include, deferral: _, on_conflict: _, comment: _ } = key;
    name.iter_mut().chain(columns).chain(include).for_each(|one| visitor.ident(one));
}

fn unique(unique: &mut Unique, visitor: &mut dyn Visitor) {
    let Unique { name, columns, include, is_nulls_not_distinct: _, deferral: _, on_conflict: _, comment: _ } =
        unique;
    name.iter_mut().chain(columns).chain(include).for_each(|one| visitor.ident(one));
}

fn foreign_key(foreign_key: &mut ForeignKey, visitor: &mut dyn Visitor) {
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
    table_name(referred_table, visitor);
    name.iter_mut()
        .chain(columns)
        .chain(referred_columns)
        .chain(on_delete_columns)
        .for_each(|one| visitor.ident(one));
}

fn check(check: &mut Check, visitor: &mut dyn Visitor) {
    let Check { name, expression: _, is_no_inherit: _, is_not_valid: _, comment: _ } = check;
    name.iter_mut().for_each(|one| visitor.ident(one));
}

fn index(index: &mut Index, visitor: &mut dyn Visitor) {
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
    visitor.ident(name);
    include.iter_mut().for_each(|one| visitor.ident(one));
    for part in parts {
        match &mut part.key {
            IndexKey::Column(column) => visitor.ident(column),
            IndexKey::Expression(_) => {}
        }
    }
}

fn exclusion(exclusion: &mut Exclusion, visitor: &mut dyn Visitor) {
    let Exclusion { index, operators: _, deferral: _, comment: _ } = exclusion;
    self::index(index, visitor);
}

fn reference(constraint: &mut ConstraintRef, visitor: &mut dyn Visitor) {
    match constraint {
        ConstraintRef::Check { expression: _ } | ConstraintRef::PrimaryKey => {}
        ConstraintRef::ForeignKey { columns, referred } => {
            columns.iter_mut().for_each(|one| visitor.ident(one));
            if let Some(Referred { table, columns }) = referred {
                table_name(table, visitor);
                columns.iter_mut().for_each(|one| visitor.ident(one));
            }
        }
        ConstraintRef::Unique { columns } => columns.iter_mut().for_each(|one| visitor.ident(one)),
        ConstraintRef::Named(name) => visitor.ident(name),
    }
}
