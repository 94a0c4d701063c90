//! What is part of a comparison: what the project declares, in the schemas that it speaks of.

use std::collections::BTreeSet;

use crate::{
    diff::Filter,
    error::Error,
    schema::{Kind, ObjectName, Schema},
    source::Source,
};

use super::{Between, Project, reader::Reader, replay};

/// Says what is never part of a comparison, and that only the connection's own schema is.
pub(super) fn filter(project: &Project) -> Filter {
    Filter {
        version_table: Some(project.version_table().name().clone()),
        schemas: Some(BTreeSet::new()),
        ..Filter::default()
    }
}

impl Reader<'_> {
    /// Says what is compared in a database that was read: what no script and no model declares is left out. `said` is what the
    /// scripts say on a dialect that does not keep everything.
    pub(super) fn filter_of_database(
        &self,
        after: &Schema,
        said: Schema,
        (source, to): (&Source, &Schema),
    ) -> Result<Filter, Error> {
        let history = self.declared(after, said)?;
        let declared: Vec<&Schema> = history.iter().chain([to]).collect();
        let spoken_of = history.iter().chain((!source.is_made()).then_some(to));
        Ok(Filter {
            left_alone: left_alone(history.as_ref(), after),
            takes_any_sequence: *source == Source::Models,
            ..self.filter_of(&declared, spoken_of)
        })
    }

    /// Returns what the scripts make, where the database holds what only they can tell to be the project's.
    fn declared(&self, after: &Schema, said: Schema) -> Result<Option<Schema>, Error> {
        let has_to_tell = after.besides_tables().next().is_some() || !after.namespaces.is_empty();
        let Some(heads) = self.heads.as_ref().filter(|_| has_to_tell) else { return Ok(None) };
        if self.dialect.capabilities().stores_everything() {
            replay::said(self.project, self.dialect, heads, self.server.current_schema.as_ref()).map(Some)
        } else {
            // They were asked when the database was read.
            Ok(Some(said))
        }
    }

    /// Says what is compared without the history: the schemas of every side but the database, which may hold those of others.
    pub(super) fn filter(&self, between: &Between, from: &Schema, to: &Schema) -> Filter {
        let sides = [(&between.from, from), (&between.to, to)];
        let declared = sides.iter().filter(|(source, _)| **source != Source::Database);
        let declared: Vec<&Schema> = declared.map(|(_, schema)| *schema).collect();
        let spoken_of = sides.iter().filter(|(source, _)| !source.is_made()).map(|(_, schema)| *schema);
        let mut filter = self.filter_of(&declared, spoken_of);
        filter.takes_any_sequence = between.to == Source::Models;
        if between.from == Source::Empty && between.to.is_made() {
            filter.include_what_is_needed(to);
        }
        filter
    }

    fn filter_of<'s>(&self, declared: &[&'s Schema], spoken_of: impl Iterator<Item = &'s Schema>) -> Filter {
        let mut filter = Filter {
            own: self.server.current_schema.clone(),
            external: self.external.clone(),
            ..filter(self.project)
        };
        declared.iter().for_each(|schema| filter.compares(schema));
        spoken_of.for_each(|schema| filter.speaks_of(schema));
        filter
    }
}

/// Lists what is no table and the history did not make: it may be another program's.
fn left_alone(history: Option<&Schema>, after: &Schema) -> BTreeSet<ObjectName> {
    let is_made =
        |(kind, name): &(Kind, &ObjectName)| history.is_some_and(|made| made.has_named(*kind, name));
    after.besides_tables().filter(|object| !is_made(object)).map(|(_, name)| name.clone()).collect()
}
