//! What the values of a schema are made of: names, expressions and constants. The one place that says where these stand.
//!
//! `operation/names.rs` does the same for operations, by the functions here.

use std::collections::BTreeMap;

use super::{
    Check, Column, ColumnType, Constraint, ConstraintRef, EnumType, Exclusion, Expression, ForeignKey, Ident,
    Index, IndexKey, Kind, Literal, Object, ObjectId, ObjectName, PrimaryKey, Referred, Schema, Sequence,
    Serial, ServerDefault, Table, Type, Unique, Variants, stored_by_some,
};

/// A name, an expression or a constant, to be changed.
pub(crate) enum Part<'p> {
    /// SQL that computes a value.
    Expression {
        sql: &'p mut Expression,
        /// The column whose default it is.
        default_of: Option<&'p Ident>,
    },
    /// A constant.
    Literal {
        value: &'p mut Literal,
        /// The column whose default it is.
        default_of: Option<&'p Ident>,
    },
    /// The name of a namespace that is an object itself.
    Namespace(&'p mut Ident),
    /// The name that an object gets by a rename.
    NewName(&'p mut Ident),
    /// The name of an enum type, a sequence or a table.
    Object {
        kind: Kind,
        name: &'p mut ObjectName,
        /// Whether the object of this name is declared here, and not one that is meant.
        is_declared: bool,
    },
    /// The name of a column, a constraint or an index of a table, or of the sequence that one of its columns owns.
    OfTable {
        table: &'p ObjectName,
        kind: Kind,
        name: &'p mut Ident,
        /// Whether the object of this name is declared here, and not one that is meant.
        is_declared: bool,
    },
}

/// What is done to each part.
pub(crate) type Visit<'v> = dyn FnMut(Part<'_>) + 'v;

impl<'p> Part<'p> {
    /// Returns the expression.
    pub(crate) fn expression(self) -> Option<&'p mut Expression> {
        if let Self::Expression { sql, default_of: _ } = self { Some(sql) } else { None }
    }

    /// Lists the words of a name: the namespace before it, if one is given, and the name.
    pub(crate) fn idents(self) -> impl Iterator<Item = &'p mut Ident> {
        let (namespace, name) = match self {
            Self::Expression { .. } | Self::Literal { .. } => (None, None),
            Self::Namespace(name) | Self::NewName(name) | Self::OfTable { name, .. } => (None, Some(name)),
            Self::Object { name: ObjectName { schema, name }, .. } => (schema.as_mut(), Some(name)),
        };
        namespace.into_iter().chain(name)
    }
}

impl Schema {
    /// Visits every part; what had another name is found by its new one afterwards.
    pub(crate) fn parts_mut(&mut self, visit: &mut Visit<'_>) {
        self.named_parts_mut(visit);
        let Self { namespaces, external, uncounted, .. } = self;
        each(external, |table| &table.name, |table| table.parts_mut(visit));
        let visited = std::mem::take(namespaces).into_iter().map(|mut name| {
            visit(Part::Namespace(&mut name));
            name
        });
        *namespaces = visited.collect();
        let visited = std::mem::take(&mut uncounted.0).into_iter().map(|mut name| {
            declare(Kind::Sequence, &mut name, visit);
            name
        });
        uncounted.0 = visited.collect();
    }
}

/// Visits objects that are found by name.
pub(super) fn each<K: Clone + Ord, T>(
    objects: &mut BTreeMap<K, T>,
    name: impl Fn(&T) -> &K,
    visit: impl FnMut(&mut T),
) {
    objects.values_mut().for_each(visit);
    if objects.iter().any(|(key, one)| key != name(one)) {
        *objects = std::mem::take(objects).into_values().map(|one| (name(&one).clone(), one)).collect();
    }
}

impl Object {
    /// Visits every part.
    pub(crate) fn parts_mut(&mut self, visit: &mut Visit<'_>) {
        match self {
            Self::Column { table, column } => {
                mean(Kind::Table, table, visit);
                column.parts_mut(table, visit);
            }
            Self::Constraint { table, constraint } => {
                mean(Kind::Table, table, visit);
                constraint.parts_mut(table, visit);
            }
            Self::Index { table, index } => {
                mean(Kind::Table, table, visit);
                index.parts_mut(table, Kind::Index, visit);
            }
            Self::Table(_) | stored_by_some!(Self) => self.own_parts_mut(visit),
        }
    }
}

impl ObjectId {
    /// Visits every part.
    pub(crate) fn parts_mut(&mut self, visit: &mut Visit<'_>) {
        let kind = self.kind();
        match self {
            Self::Column { table, name } | Self::Index { table, name } => {
                mean(Kind::Table, table, visit);
                mean_all(table, kind, [name], visit);
            }
            Self::Constraint { table, constraint } => {
                mean(Kind::Table, table, visit);
                constraint.parts_mut(table, visit);
            }
            Self::Table(_) | stored_by_some!(Self) => self.own_parts_mut(visit),
        }
    }
}

impl ConstraintRef {
    /// Visits every part.
    pub(crate) fn parts_mut(&mut self, table: &ObjectName, visit: &mut Visit<'_>) {
        match self {
            Self::Check { expression } => visit(Part::Expression { sql: expression, default_of: None }),
            Self::ForeignKey { columns, referred } => {
                mean_all(table, Kind::Column, columns, visit);
                if let Some(Referred { table, columns }) = referred {
                    mean(Kind::Table, table, visit);
                    mean_all(table, Kind::Column, columns, visit);
                }
            }
            Self::Named(name) => mean_all(table, Kind::Constraint, [name], visit),
            Self::PrimaryKey => {}
            Self::Unique { columns } => mean_all(table, Kind::Column, columns, visit),
        }
    }
}

impl EnumType {
    /// Visits every part.
    pub(crate) fn parts_mut(&mut self, visit: &mut Visit<'_>) {
        let Self { name, values: _, comment: _ } = self;
        declare(Kind::Enum, name, visit);
    }
}

impl Sequence {
    /// Visits every part.
    pub(crate) fn parts_mut(&mut self, visit: &mut Visit<'_>) {
        let Self { name, ty: _, options: _, comment: _ } = self;
        declare(Kind::Sequence, name, visit);
    }
}

impl Table {
    /// Visits every part; an index that had another name is found by its new one afterwards.
    pub(crate) fn parts_mut(&mut self, visit: &mut Visit<'_>) {
        let Self { name: table, columns, constraints, indexes, comment: _, options: _ } = self;
        declare(Kind::Table, table, visit);
        columns.iter_mut().for_each(|one| one.parts_mut(table, visit));
        constraints.iter_mut().for_each(|one| one.parts_mut(table, visit));
        each(indexes, |index| &index.name, |index| index.parts_mut(table, Kind::Index, visit));
    }
}

impl Column {
    fn parts_mut(&mut self, table: &ObjectName, visit: &mut Visit<'_>) {
        let Self { name, ty, nullable: _, on_conflict: _, default, collation: _, comment: _ } = self;
        declare_all(table, Kind::Column, [&mut *name], visit);
        default.iter_mut().for_each(|default| default.parts_mut(table, name, visit));
        visit_types(ty, visit);
    }
}

impl ServerDefault {
    /// Visits every part of the default of a column.
    pub(crate) fn parts_mut(&mut self, table: &ObjectName, column: &Ident, visit: &mut Visit<'_>) {
        match self {
            Self::Computed { expression, stored: _ } => {
                visit(Part::Expression { sql: expression, default_of: None });
            }
            Self::Expression(sql) => visit(Part::Expression { sql, default_of: Some(column) }),
            Self::Identity(_) => {}
            Self::Literal(value) => visit(Part::Literal { value, default_of: Some(column) }),
            Self::Serial(Serial { name, ty: _, options: _ }) => {
                declare_all(table, Kind::Sequence, name, visit);
            }
        }
    }
}

/// Visits the names of enum types in the types that a column has, on every database.
pub(crate) fn visit_types(Variants { base, variants }: &mut ColumnType, visit: &mut Visit<'_>) {
    for name in std::iter::once(base).chain(variants.values_mut()).filter_map(Type::enum_name_mut) {
        mean(Kind::Enum, name, visit);
    }
}

impl Constraint {
    fn parts_mut(&mut self, table: &ObjectName, visit: &mut Visit<'_>) {
        match self {
            Self::PrimaryKey(PrimaryKey {
                name,
                columns,
                include,
                deferral: _,
                on_conflict: _,
                comment: _,
            })
            | Self::Unique(Unique {
                name,
                columns,
                include,
                is_nulls_not_distinct: _,
                deferral: _,
                on_conflict: _,
                comment: _,
            }) => {
                declare_all(table, Kind::Constraint, name, visit);
                mean_all(table, Kind::Column, columns.iter_mut().chain(include), visit);
            }
            Self::ForeignKey(key) => key.parts_mut(table, visit),
            Self::Check(Check { name, expression, is_no_inherit: _, is_not_valid: _, comment: _ }) => {
                declare_all(table, Kind::Constraint, name, visit);
                visit(Part::Expression { sql: expression, default_of: None });
            }
            Self::Exclusion(exclusion) => {
                let Exclusion { index, operators: _, deferral: _, comment: _ } = &mut **exclusion;
                index.parts_mut(table, Kind::Constraint, visit);
            }
        }
    }
}

impl ForeignKey {
    fn parts_mut(&mut self, table: &ObjectName, visit: &mut Visit<'_>) {
        let Self {
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
        } = self;
        declare_all(table, Kind::Constraint, name, visit);
        mean_all(table, Kind::Column, columns.iter_mut().chain(on_delete_columns), visit);
        mean(Kind::Table, referred_table, visit);
        mean_all(referred_table, Kind::Column, referred_columns, visit);
    }
}

impl Index {
    /// Visits every part; its name is that of an index or of the constraint that it carries.
    fn parts_mut(&mut self, table: &ObjectName, kind: Kind, visit: &mut Visit<'_>) {
        let Self {
            name,
            is_unique: _,
            method: _,
            parts,
            include,
            is_nulls_not_distinct: _,
            parameters: _,
            predicate,
            is_invalid: _,
            comment: _,
        } = self;
        declare_all(table, kind, [name], visit);
        for part in parts {
            match &mut part.key {
                IndexKey::Column(column) => mean_all(table, Kind::Column, [column], visit),
                IndexKey::Expression(sql) => visit(Part::Expression { sql, default_of: None }),
            }
        }
        mean_all(table, Kind::Column, include, visit);
        predicate.iter_mut().for_each(|sql| visit(Part::Expression { sql, default_of: None }));
    }
}

/// Visits the name of an object that is declared.
pub(super) fn declare(kind: Kind, name: &mut ObjectName, visit: &mut Visit<'_>) {
    visit(Part::Object { kind, name, is_declared: true });
}

/// Visits the name of an object that is meant.
pub(crate) fn mean(kind: Kind, name: &mut ObjectName, visit: &mut Visit<'_>) {
    visit(Part::Object { kind, name, is_declared: false });
}

fn declare_all<'n>(
    table: &ObjectName,
    kind: Kind,
    names: impl IntoIterator<Item = &'n mut Ident>,
    visit: &mut Visit<'_>,
) {
    names.into_iter().for_each(|name| visit(Part::OfTable { table, kind, name, is_declared: true }));
}

/// Visits the names of objects of a table that are meant.
pub(crate) fn mean_all<'n>(
    table: &ObjectName,
    kind: Kind,
    names: impl IntoIterator<Item = &'n mut Ident>,
    visit: &mut Visit<'_>,
) {
    names.into_iter().for_each(|name| visit(Part::OfTable { table, kind, name, is_declared: false }));
}
