//! The connection's own schema: what lies in it has one name with the schema and one without.

use std::mem;

use super::visit::{self, Visitor};
use crate::{
    operation::Operation,
    schema::{Ident, ObjectName, Schema},
};

/// Takes the name of the connection's own schema from everything that lies in it, as reflection does.
pub(crate) fn without_current(mut schema: Schema, current: &Ident) -> Schema {
    let mut short = Short(current);
    schema.schemas.remove(current);
    let tables = mem::take(&mut schema.tables).into_values().map(|mut table| {
        visit::table(&mut table, &mut short);
        (table.name.clone(), table)
    });
    schema.tables = tables.collect();
    let enums = mem::take(&mut schema.enums).into_values().map(|mut one| {
        short.object(&mut one.name);
        (one.name.clone(), one)
    });
    schema.enums = enums.collect();
    let sequences = mem::take(&mut schema.sequences).into_values().map(|mut one| {
        short.object(&mut one.name);
        (one.name.clone(), one)
    });
    schema.sequences = sequences.collect();
    let uncounted = mem::take(&mut schema.uncounted.0).into_iter().map(|mut name| {
        short.object(&mut name);
        name
    });
    schema.uncounted.0 = uncounted.collect();
    schema
}

struct Short<'c>(&'c Ident);

impl Visitor for Short<'_> {
    fn object(&mut self, name: &mut ObjectName) {
        name.schema = name.schema.take().filter(|schema| schema != self.0);
    }
}

/// Writes the names in an operation as what is there has them, with the connection's own schema or without.
///
/// What the operation makes keeps its name: a script may have changed the search path.
pub(super) fn located(mut operation: Operation, there: &Schema, current: &Ident) -> Operation {
    visit::operation(&mut operation, &mut Located { there, current, made: None });
    operation
}

struct Located<'s> {
    there: &'s Schema,
    current: &'s Ident,
    /// What the operation makes, which may refer to itself.
    made: Option<ObjectName>,
}

impl Located<'_> {
    fn is_there(&self, name: &ObjectName) -> bool {
        let Schema { tables, enums, sequences, schemas: _, external: _, remarks: _, unsaid: _, uncounted: _ } =
            self.there;
        tables.contains_key(name)
            || enums.contains_key(name)
            || sequences.contains_key(name)
            || self.made.as_ref() == Some(name)
    }
}

impl Visitor for Located<'_> {
    fn object(&mut self, name: &mut ObjectName) {
        let other = match &name.schema {
            None => ObjectName::qualified(self.current.clone(), name.name.clone()),
            Some(schema) if schema == self.current => ObjectName::new(name.name.clone()),
            Some(_) => return,
        };
        if !self.is_there(name) && self.is_there(&other) {
            *name = other;
        }
    }

    fn made(&mut self, name: &mut ObjectName) {
        self.made = Some(name.clone());
    }
}
