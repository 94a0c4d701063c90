//! Schemas, the folders of tables: made before anything in them, dropped after.

use std::collections::BTreeSet;

use crate::{
    dialect::Canonical,
    operation::Operation,
    schema::{Ident, Object, ObjectId, Schema},
};

use super::Filter;

/// What changes in schemas.
#[derive(Debug, Default)]
pub(super) struct Namespaces {
    pub(super) before: Vec<Operation>,
    pub(super) after: Vec<Operation>,
}

pub(super) fn compare(from: &Canonical, to: &Canonical, filter: &Filter) -> Namespaces {
    let (there, wanted) = (needed(from.form()), needed(to.form()));
    let new = wanted.difference(&there).filter(|name| filter.includes_schema(name));
    let new = new.map(|name| Operation::create(Object::Namespace((*name).clone())));
    let gone = there.difference(&wanted).filter(|name| filter.includes_schema(name));
    let gone = gone.map(|name| Operation::drop(ObjectId::Namespace((*name).clone())));
    Namespaces { before: new.collect(), after: gone.collect() }
}

/// Lists the schemas that are said to be there, and those in which something lies.
fn needed(schema: &Schema) -> BTreeSet<&Ident> {
    schema.namespaces.iter().chain(schema.object_names().filter_map(|name| name.schema.as_ref())).collect()
}
