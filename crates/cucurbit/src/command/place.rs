//! Which schema a name means, where one side of a comparison says it and the other does not. No questions to a server.

use std::collections::BTreeSet;

use crate::{
    error::Error,
    schema::{Column, EnumType, Ident, Kind, ObjectName, Schema, TableName, Type},
};

/// Tells whether something bears the name of the schema that it lies in.
pub(super) fn is_named(schema: &Schema) -> bool {
    !schema.namespaces.is_empty() || schema.object_names().any(|name| name.schema.is_some())
}

/// Tells whether one side names something with its schema and the other has one of that name without: they are one if
/// that schema is the connection's own.
pub(super) fn may_be_one(one: &Schema, other: &Schema) -> bool {
    let has = |schema: &Schema, name: &ObjectName| schema.object_names().any(|there| there == name);
    let is_elsewhere = |there: &Schema, name: &ObjectName| {
        let has_schema = name.schema.as_ref().is_some_and(|schema| *schema != "public");
        has_schema && !has(there, name) && has(there, &ObjectName::new(name.name.clone()))
    };
    one.object_names().any(|name| is_elsewhere(other, name))
        || other.object_names().any(|name| is_elsewhere(one, name))
}

/// Tells whether something lies in a schema of this name.
pub(super) fn lies_in(schema: &Schema, name: &Ident) -> bool {
    schema.object_names().any(|object| object.schema.as_ref() == Some(name))
}

/// Finds the enum types of models where they lie in what is there.
///
/// # Errors
///
/// When a column is of an enum type that neither the models declare nor what is there has.
pub(super) fn with_enums_found(there: &Schema, models: Schema) -> Result<Schema, Error> {
    let models = as_enums_lie(there, models);
    for table in models.tables.values() {
        for column in &table.columns {
            let name = column.ty.where_stored(Kind::Enum).enum_name();
            if let Some(name) = name.filter(|name| !has_enum(&models, name) && !has_enum(there, name)) {
                let (table, column, name) = (table.name.clone(), column.name.clone(), name.clone());
                return Err(Error::EnumNotDeclared { table, column, name });
            }
        }
    }
    Ok(models)
}

/// Tells whether there is an enum type of this name; which schema is the connection's own need not be known here.
fn has_enum(schema: &Schema, name: &ObjectName) -> bool {
    let is_other =
        |other: &&ObjectName| other.name == name.name && (other.schema.is_none() || name.schema.is_none());
    schema.enums.contains_key(name) || schema.enums.keys().any(|other| is_other(&other))
}

/// Finds the enum types of models where they are: a model of SeaORM names a type without its schema, as SeaORM does in
/// its statements, whichever schema of the search path the type lies in.
///
/// It is the one of which the same columns are there, if the connection's own schema has none of that name.
fn as_enums_lie(there: &Schema, mut models: Schema) -> Schema {
    let unplaced: Vec<ObjectName> = models
        .enums
        .keys()
        .filter(|name| name.schema.is_none() && !there.enums.contains_key(name))
        .cloned()
        .collect();
    for name in unplaced {
        let found = places(there, &models, &name);
        let mut found = found.into_iter();
        if let (Some(schema), None) = (found.next(), found.next()) {
            let placed = ObjectName::qualified(schema, name.name.clone());
            if let Some(one) = models.enums.remove(&name) {
                let one = EnumType { name: placed.clone(), ..one };
                models.enums.insert(placed.clone(), one);
            }
            let columns = models.tables.values_mut().flat_map(|table| &mut table.columns);
            for Column { ty, .. } in columns {
                place(&mut ty.base, &name, &placed);
                ty.variants.values_mut().for_each(|ty| place(ty, &name, &placed));
            }
        }
    }
    models
}

/// Lists the schemas whose type of this name the columns are of that the models give it.
fn places(there: &Schema, models: &Schema, name: &ObjectName) -> BTreeSet<Ident> {
    let type_of = |schema: &Schema, table: &TableName, column: &Ident| {
        let column = schema.table(table)?.column(column)?;
        column.ty.where_stored(Kind::Enum).enum_name().cloned()
    };
    let columns =
        models.tables.values().flat_map(|table| table.columns.iter().map(move |column| (table, column)));
    columns
        .filter(|(_, column)| column.ty.where_stored(Kind::Enum).enum_name() == Some(name))
        .filter_map(|(table, column)| type_of(there, &table.name, &column.name))
        .filter(|other| other.name == name.name && there.enums.contains_key(other))
        .filter_map(|other| other.schema)
        .collect()
}

fn place(ty: &mut Type, from: &ObjectName, to: &ObjectName) {
    if let Type::Array(element) = ty {
        place(element, from, to);
    } else if let Type::Enum { name } = ty
        && name == from
    {
        name.clone_from(to);
    }
}
