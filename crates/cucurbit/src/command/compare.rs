//! The comparison that `check`, `create` and `diff` share: two schemas in, what they differ in out.

use crate::{
    dialect::{self, Answers, Unmanaged},
    diff::{Diff, Filter, LeftOut, LeftOutKind, comments, diff},
    error::Error,
    schema::{Schema, TableName},
    source::Source,
};

use super::{Project, place, reader::Reader};

/// The two sides of a comparison.
///
/// ```
/// use cucurbit::command::{Between, Source};
///
/// assert_eq!(Between::default(), Between::new(Source::Database, Source::Models));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Between {
    /// What is there.
    pub from: Source,
    /// What shall be.
    pub to: Source,
}

impl Between {
    /// Compares one source with another.
    #[must_use]
    pub fn new(from: Source, to: Source) -> Self {
        Self { from, to }
    }
}

impl Default for Between {
    /// What `create` compares.
    fn default() -> Self {
        Self { from: Source::Database, to: Source::Models }
    }
}

/// What a comparison found.
#[derive(Debug)]
pub(super) struct Compared {
    /// The differences.
    pub(super) diff: Diff,
    /// What is there, as written.
    pub(super) from: Schema,
    /// What the sides hold that is not the project's.
    pub(super) left_out: Vec<Unmanaged>,
    /// What they hold of what the project itself says not to be its own.
    pub(super) external: Vec<Unmanaged>,
}

impl Compared {
    /// Returns all that is not the project's.
    pub(super) fn all_left_out(self) -> Vec<Unmanaged> {
        self.external.into_iter().chain(self.left_out).collect()
    }
}

impl Reader<'_> {
    /// Compares two schemas; asks a server about expressions in one batch.
    pub(super) async fn compare(
        &mut self,
        from: Schema,
        to: Schema,
        filter: Filter,
    ) -> Result<Compared, Error> {
        let (mut from, mut to) = (from, to);
        if self.connection.is_none() && place::may_be_one(&from, &to) && self.project.own_url()?.is_some() {
            // Only the server knows which schema a name without one means.
            self.connection().await?;
            (from, to) = (self.without_current(from).await?, self.without_current(to).await?);
        }
        let filter = self.with_external(filter, [&from, &to]);
        let ((from, left_out), (to, of_to)) = (filter.split(from), filter.split(to));
        let (external, left_out): (Vec<LeftOut>, Vec<LeftOut>) =
            LeftOut::joined(left_out, of_to).into_iter().partition(|one| one.kind == LeftOutKind::External);
        let named = |one: LeftOut| Unmanaged { kind: one.words().to_owned(), names: one.names };
        let external = external.into_iter().map(named).collect();
        let left_out = left_out.into_iter().map(named).collect();
        self.current().await?;
        let canonical = |schema: Schema| self.server.canonical(schema);
        let (from, to) = (canonical(from), canonical(to));
        let first = diff(&from, &to, &Answers::default(), &filter);
        let mut found = if first.questions.is_empty() {
            first
        } else {
            let connection = self.connection().await?;
            let answers = dialect::ask(connection, from.form(), to.form(), &first.questions).await?;
            diff(&from, &to, &answers, &filter)
        };
        if !self.dialect.capabilities().stores_comments && keeps_comments(self.project) {
            let said = comments(&from, &to, &filter, &found.operations);
            found.operations.extend(said);
        }
        Ok(Compared { diff: found, from: from.into_written(), left_out, external })
    }

    /// Names the tables that are not the project's; SQLite's in the identifier case of what is there.
    fn with_external(&self, mut filter: Filter, sides: [&Schema; 2]) -> Filter {
        let is_one = |one: &TableName, other: &TableName| {
            one.schema == other.schema && self.dialect.is_one_name(&one.name, &other.name)
        };
        let there = sides.iter().flat_map(|schema| schema.tables.keys());
        let there = there.filter(|name| self.external.iter().any(|one| is_one(one, name)));
        filter.external.extend(there.cloned());
        filter
    }
}

/// Tells whether a database of the project may keep comments: a list of others says that none does.
fn keeps_comments(project: &Project) -> bool {
    let dialects = project.dialects();
    dialects.is_empty() || dialects.iter().any(|dialect| dialect.capabilities().stores_comments)
}
