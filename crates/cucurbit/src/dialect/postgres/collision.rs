//! The names that PostgreSQL gives once in a schema or in a table, beside those of tables, columns and indexes.

use super::{
    super::collision::{Names, RELATION, TYPE},
    names::{constraint_names, generated_keys, generated_sequence},
};
use crate::schema::{Serial, ServerDefault, Table};

/// Adds the names that a table takes. `schema` and `own` say where: in its schema, and in the table.
pub(in super::super) fn add_names(names: &mut Names, (schema, own): (&str, &str), table: &Table) {
    let name = &table.name;
    // Each table has a type of its name.
    names.add((TYPE, schema), &name.name, format!("table `{name}`"));
    for exclusion in table.exclusions() {
        let words = format!("exclusion constraint `{}` of table `{name}`", exclusion.index.name);
        names.add((RELATION, schema), &exclusion.index.name, words);
    }
    let keys = table.primary_key().into_iter().filter_map(|key| Some((key.name.as_ref()?, "primary key")));
    let uniques = table.uniques().filter_map(|one| Some((one.name.as_ref()?, "unique constraint")));
    for (key, kind) in keys.chain(uniques) {
        names.add((RELATION, schema), key, format!("{kind} `{key}` of table `{name}`"));
    }
    for constraint in constraint_names(table) {
        let words = format!("constraint `{constraint}` of table `{name}`");
        names.add(("constraint", own), constraint, words);
    }
    for (generated, kind) in generated_keys(table) {
        names.put((RELATION, schema), &generated, format!("the unnamed {kind} of table `{name}`"), true);
    }
    let numbered = table.columns.iter().filter(|column| {
        matches!(column.default, Some(ServerDefault::Serial(_) | ServerDefault::Identity(_)))
    });
    for column in numbered {
        let words = format!("the sequence of column `{}` of table `{name}`", column.name);
        if let Some(ServerDefault::Serial(Serial { name: Some(chosen), .. })) = &column.default {
            names.add((RELATION, schema), chosen, words);
            continue;
        }
        let generated = generated_sequence(name, &column.name);
        names.put((RELATION, schema), &generated, words, true);
    }
}
