//! The connection's own schema: what lies in it has one name with the schema and one without.

use crate::{
    operation::Operation,
    schema::{Ident, Kind, ObjectName, Schema, part::Part},
};

/// Takes the name of the connection's own schema from everything that lies in it, as reflection does.
#[cfg(feature = "runtime")]
pub(crate) fn without_current(mut schema: Schema, current: &Ident) -> Schema {
    schema.namespaces.remove(current);
    schema.parts_mut(&mut |part| {
        if let Part::Object { name, .. } = part {
            name.schema = name.schema.take().filter(|schema| schema != current);
        }
    });
    schema
}

/// Writes the names in an operation as what is there has them, with the connection's own schema or without.
///
/// What the operation makes keeps its name: a script may have changed the search path.
pub(super) fn located(mut operation: Operation, there: &Schema, current: &Ident) -> Operation {
    let mut located = Located { there, current, made: None };
    operation.parts_mut(&mut |part| {
        if let Part::Object { kind: _, name, is_declared } = part {
            located.locate(name, is_declared);
        }
    });
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
        Kind::NAMED.iter().any(|kind| self.there.has_named(*kind, name)) || self.made.as_ref() == Some(name)
    }

    fn locate(&mut self, name: &mut ObjectName, is_made: bool) {
        if is_made {
            self.made = Some(name.clone());
            return;
        }
        let other = match &name.schema {
            None => ObjectName::qualified(self.current.clone(), name.name.clone()),
            Some(schema) if schema == self.current => ObjectName::new(name.name.clone()),
            Some(_) => return,
        };
        if !self.is_there(name) && self.is_there(&other) {
            *name = other;
        }
    }
}
