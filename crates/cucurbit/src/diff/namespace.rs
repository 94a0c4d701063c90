//! Schemas, the folders of tables: made before anything in them, dropped after.

use std::collections::BTreeSet;

use crate::{
    dialect::Canonical,
    operation::Operation,
    schema::{Ident, Object, ObjectId, Schema},
};

use super::{Filter, order::Changes, place::Phase, reason::Reasons};

pub(super) fn compare(from: &Canonical, to: &Canonical, filter: &Filter, changes: &mut Changes<'_>) {
    let (there, wanted) = (needed(from.form()), needed(to.form()));
    for name in wanted.difference(&there).filter(|name| filter.includes_schema(name)) {
        let create = Operation::create(Object::Namespace((*name).clone()));
        changes.add(Phase::Namespaces, create, Reasons::default());
    }
    for name in there.difference(&wanted).filter(|name| filter.includes_schema(name)) {
        let drop = Operation::drop(ObjectId::Namespace((*name).clone()));
        changes.add(Phase::EmptyNamespaces, drop, Reasons::default());
    }
}

/// Lists the schemas that are said to be there, and those in which something lies.
fn needed(schema: &Schema) -> BTreeSet<&Ident> {
    schema.namespaces.iter().chain(schema.object_names().filter_map(|name| name.schema.as_ref())).collect()
}
