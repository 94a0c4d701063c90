//! The names that PostgreSQL gives once in a schema or in a table, beside those of tables, columns and indexes.

use super::{
    super::collision::{Bearer, Names, Place, of},
    names::{constraint_names, generated_keys, generated_sequence},
};
use crate::schema::{Ident, Serial, ServerDefault, Table};

/// Adds the names that a table takes.
pub(in super::super) fn add_names(names: &mut Names, table: &Table) {
    let name = &table.name;
    let relations = || Place::Relations(of(name));
    let part = |kind, part: &Ident| Bearer::Part(kind, part.clone(), name.clone());
    // Each table has a type of its name.
    names.add(Place::Types(of(name)), &name.name, Bearer::Named("table", name.clone()));
    for exclusion in table.exclusions() {
        let index = &exclusion.index.name;
        names.add(relations(), index, part("exclusion constraint", index));
    }
    let keys = table.primary_key().into_iter().filter_map(|key| Some((key.name.as_ref()?, "primary key")));
    let uniques = table.uniques().filter_map(|one| Some((one.name.as_ref()?, "unique constraint")));
    for (key, kind) in keys.chain(uniques) {
        names.add(relations(), key, part(kind, key));
    }
    for constraint in constraint_names(table) {
        names.add(Place::Constraints(name.clone()), constraint, part("constraint", constraint));
    }
    for (generated, kind) in generated_keys(table) {
        names.put(relations(), &generated, Bearer::Unnamed(kind, name.clone()), true);
    }
    let numbered = table.columns.iter().filter(|column| {
        matches!(column.default, Some(ServerDefault::Serial(_) | ServerDefault::Identity(_)))
    });
    for column in numbered {
        let bearer = part("the sequence of column", &column.name);
        if let Some(ServerDefault::Serial(Serial { name: Some(chosen), .. })) = &column.default {
            names.add(relations(), chosen, bearer);
            continue;
        }
        names.put(relations(), &generated_sequence(name, &column.name), bearer, true);
    }
}
