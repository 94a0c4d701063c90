//! Why an operation of a script does not fit: the script's mistake, or a database that is not what its history says.
//!
//! The two have opposite cures, and only the history, replayed in memory, tells one from the other. Nothing is run here.

use std::collections::BTreeSet;

use crate::{
    connection::{Missing, MissingKind},
    dialect::{Before, Dialect, PlanError},
    nearest::nearest,
    operation::{ApplyError, Operation, apply_all, for_dialect},
    revision::{Direction, Edges, Position, Scripts, oldest_first},
    schema::{Constraint, ConstraintRef, Kind, Object, ObjectId, ObjectName, Schema, Table},
};

use super::{RunError, prepare::is_opaque};

/// The most names that are listed where none is near.
const MOST_NAMES: usize = 8;

/// What the history says of an operation that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Misfit {
    /// The file of the script.
    pub path: String,
    /// Whose mistake it is.
    pub fault: Fault,
    /// The revision that makes the object, with its file, where one does.
    pub maker: Option<String>,
    /// The name that is nearest to one that is missing.
    pub nearest: Option<String>,
    /// The names that there are instead, if they are few.
    pub names: Vec<String>,
    /// The revision, and those that are to be applied before it.
    pub order: (String, Vec<String>),
}

/// Whose mistake it is that an operation does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The database is not what its history says.
    Database,
    /// The script does not fit its own history.
    Script,
    /// The history holds SQL of unknown effect, so that it cannot be told.
    Unknown,
}

impl Misfit {
    /// Finds out whose mistake it is. `None` for what is no misfit.
    pub(crate) fn of(
        dialect: Dialect,
        scripts: &Scripts,
        revision: Position,
        direction: Direction,
        error: &PlanError,
    ) -> Option<Self> {
        let PlanError::Apply { source: error, .. } = error else { return None };
        // It fits nowhere, whatever is there.
        if let ApplyError::NoComment { .. } = error {
            return None;
        }
        let graph = scripts.graph();
        let is_there = |schema: &Schema| {
            let (name, known) = names(error, schema);
            known.contains(&name)
        };
        let mut replay = Replay::until(dialect, scripts, revision, direction, &is_there);
        let found = replay.take(scripts, revision, direction, &is_there);
        let fault = match (found, replay.is_known) {
            (Some(PlanError::Apply { source, .. }), true) if source == *error => Fault::Script,
            // A table that a foreign key refers to may be another program's: a replay takes it for granted.
            (None, true) if is_referred(error, &replay.before.schema) => Fault::Script,
            (None, true) => Fault::Database,
            (Some(_) | None, _) => Fault::Unknown,
        };
        let (name, mut known) = names(error, &replay.before.schema);
        if !is_missing(error) {
            known.clear();
        }
        let maker = replay.maker.map(|at| format!("`{}` ({})", graph.id(at), scripts.script(at).path));
        Some(Self { maker, ..Self::new(scripts, revision, fault, &name, known) })
    }

    /// Says what could have been meant by a name, of those that are known.
    fn new(scripts: &Scripts, revision: Position, fault: Fault, name: &str, known: Vec<String>) -> Self {
        let nearest = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
        let names = if known.len() <= MOST_NAMES { known } else { Vec::new() };
        let path = scripts.script(revision).path.to_owned();
        Self { path, fault, maker: None, nearest, names, order: order(scripts, revision) }
    }

    /// Finds out whose mistake it is that a statement of a script uses a name that the database does not know.
    fn of_missing(
        dialect: Dialect,
        scripts: &Scripts,
        revision: Position,
        direction: Direction,
        missing: &Missing,
    ) -> Self {
        let is_there = |schema: &Schema| names_of(missing, schema).contains(&missing.name);
        let mut replay = Replay::until(dialect, scripts, revision, direction, &is_there);
        let was_there = is_there(&replay.before.schema);
        drop(replay.take(scripts, revision, direction, &is_there));
        let fault = match missing.kind {
            // Another table may have a column of the name.
            MissingKind::Column if was_there => Fault::Unknown,
            MissingKind::Column | MissingKind::Table | MissingKind::Type => {
                match (replay.is_known, was_there) {
                    (true, true) => Fault::Database,
                    (true, false) => Fault::Script,
                    (false, _) => Fault::Unknown,
                }
            }
        };
        let known = names_of(missing, &replay.before.schema);
        let misfit = Self::new(scripts, revision, fault, &missing.name, known.into_iter().collect());
        Self { nearest: misfit.nearest.filter(|nearest| *nearest != missing.name), ..misfit }
    }

    /// Says what to do about a name that the database does not know.
    pub(crate) fn hint_of_missing(&self, Missing { kind, name }: &Missing) -> String {
        let (path, instead) = (&self.path, self.instead());
        let text = match kind {
            // Where SQL is asked for, a text without quotes is a column.
            MissingKind::Column => {
                format!("; or, if it is a text, write it as SQL does: `\"'{name}'\"`, and not `\"{name}\"`")
            }
            MissingKind::Type => format!(
                "; or, if the type `{name}` comes from an extension, create that first, in an earlier revision: \
                 `op.execute(\"CREATE EXTENSION …\")`; the server must have it installed"
            ),
            MissingKind::Table => String::new(),
        };
        match self.fault {
            Fault::Script => {
                format!("no revision before makes it, so the script is wrong: correct {path}{instead}{text}")
            }
            Fault::Database => format!(
                "a revision before {path} makes it, and this database does not have it: the database was changed by hand, or \
                 it was stamped too high; put back what is missing"
            ),
            Fault::Unknown => {
                format!("either {path} names it wrongly{instead}, or the database was changed by hand{text}")
            }
        }
    }

    /// Says what could have been meant.
    fn instead(&self) -> String {
        match (&self.nearest, self.names.as_slice()) {
            (Some(nearest), _) => format!("; did you mean `{nearest}`?"),
            (None, []) => String::new(),
            (None, names) => format!("; there are `{}`", names.join("`, `")),
        }
    }

    /// Says what to do about it.
    pub(crate) fn hint(&self, error: &PlanError) -> Option<String> {
        if let Some(own) = error.hint() {
            return Some(own.to_owned());
        }
        let PlanError::Apply { source: error, .. } = error else { return None };
        if let ApplyError::EnumInUse { .. } = error {
            return Some("change or drop the column first, in this revision or in one before it".to_owned());
        }
        let Self { path, fault, maker, nearest: _, names: _, order: _ } = self;
        let is_missing = is_missing(error);
        let instead = self.instead();
        let makes = |after: &str| match maker {
            Some(maker) => format!("revision {maker} makes it{after}"),
            None => String::new(),
        };
        Some(match (fault, is_missing) {
            (Fault::Script, true) => {
                format!("no revision before makes it, so the script is wrong: correct {path}{instead}")
            }
            (Fault::Script, false) if maker.is_some() => {
                format!("{}, so the script is wrong: correct {path}", makes(" already"))
            }
            (Fault::Script, false) => format!("the script makes it twice: correct {path}"),
            (Fault::Database, true) => format!(
                "{}, and this database does not have it: the database was changed by hand, or it was stamped too high; \
                 put back what is missing",
                if maker.is_some() { makes("") } else { "the history makes it".to_owned() },
            ),
            (Fault::Database, false) => format!(
                "no revision before {path} makes it, and this database has it: it was created outside the history; if it is what the \
                 script would make, and nothing else of the script is missing, {}, else rename or drop what is there",
                self.stamp()
            ),
            (Fault::Unknown, true) => format!(
                "either {path} names it wrongly{instead}, or the database was changed by hand; SQL in the history keeps \
                 that from being told"
            ),
            (Fault::Unknown, false) => format!(
                "either {path} makes what is there already, or it was created in this database outside the history; SQL in the \
                 history keeps that from being told"
            ),
        })
    }
}

/// Tells whether a table is missing that only foreign keys name.
fn is_referred(error: &ApplyError, schema: &Schema) -> bool {
    let ApplyError::Missing { id: ObjectId::Table(table) } = error else { return false };
    let mut keys = schema.tables.values().flat_map(Table::foreign_keys);
    schema.table(table).is_none() && keys.any(|key| key.referred_table == *table)
}

/// Names a revision, and those that are to be applied before it.
fn order(scripts: &Scripts, revision: Position) -> (String, Vec<String>) {
    let graph = scripts.graph();
    (graph.id(revision).to_owned(), graph.ids(graph.down_revisions(revision)))
}

impl Misfit {
    /// Says how to take the revision for applied: what is below it is applied first, for `stamp` would skip it.
    fn stamp(&self) -> String {
        let (revision, before) = &self.order;
        let upgrade: Vec<String> = before.iter().map(|revision| format!("`upgrade {revision}`")).collect();
        match upgrade.as_slice() {
            [] => format!("`stamp {revision}`"),
            upgrade => format!("first {}, then `stamp {revision}`", upgrade.join(" and ")),
        }
    }
}

/// The history as far as it was replayed.
struct Replay {
    dialect: Dialect,
    before: Before,
    /// Whether every effect so far is known.
    is_known: bool,
    /// The revision that made the object of the error.
    maker: Option<Position>,
}

impl Replay {
    /// Replays everything before a step.
    fn until(
        dialect: Dialect,
        scripts: &Scripts,
        revision: Position,
        direction: Direction,
        is_there: &dyn Fn(&Schema) -> bool,
    ) -> Self {
        let graph = scripts.graph();
        let mut ancestors = graph.ancestors(&[revision], Edges::WithDependencies);
        ancestors.remove(revision);
        let mut replay = Self { dialect, before: Before::default(), is_known: true, maker: None };
        for position in oldest_first(graph).into_iter().filter(|at| ancestors.contains(*at)) {
            drop(replay.take(scripts, position, Direction::Upgrade, is_there));
        }
        if direction == Direction::Downgrade {
            drop(replay.take(scripts, revision, Direction::Upgrade, is_there));
        }
        replay
    }

    /// Replays one script and returns why it does not fit, if so. `is_there` tells whether a schema has what is asked about.
    fn take(
        &mut self,
        scripts: &Scripts,
        position: Position,
        direction: Direction,
        is_there: &dyn Fn(&Schema) -> bool,
    ) -> Option<PlanError> {
        let Ok((recorded, _)) = scripts.record(position, direction) else {
            self.is_known = false;
            return None;
        };
        let operations = for_dialect(&recorded, self.dialect);
        self.is_known &= !operations.iter().any(|operation| is_opaque(self.dialect, operation));
        let was_there = is_there(&self.before.schema);
        let mut schema = self.before.schema.clone();
        let failed = self.dialect.plan(&mut self.before, &operations).err();
        if failed.is_some() {
            // What the script did before the operation that fails, for the names that there are.
            drop(apply_all(&mut schema, &operations, self.dialect));
            for operation in &operations {
                if let Operation::Create { object: Object::Table(table), .. } = operation {
                    schema.tables.entry(table.name.clone()).or_insert_with(|| table.clone());
                }
            }
            self.before.schema = schema;
        }
        if !was_there && is_there(&self.before.schema) && direction == Direction::Upgrade && failed.is_none()
        {
            self.maker = Some(position);
        }
        failed
    }
}

/// Tells whether something is missing; else something is there that must not be.
fn is_missing(error: &ApplyError) -> bool {
    use ApplyError::{Missing, NoEnumValue, NotOfEnum};
    matches!(error, Missing { .. } | NoEnumValue { .. } | NotOfEnum { .. })
}

/// Returns the name of what an error is about, and the names of all that there is of the same kind in the same place.
fn names(error: &ApplyError, schema: &Schema) -> (String, Vec<String>) {
    match error {
        ApplyError::EnumInUse { .. } | ApplyError::EnumValueInUse { .. } | ApplyError::NoComment { .. } => {
            (String::new(), Vec::new())
        }
        ApplyError::EnumValueExists { name, value }
        | ApplyError::NoEnumValue { name, value }
        | ApplyError::NotOfEnum { name, value, .. } => {
            (value.clone(), schema.enums.get(name).map(|found| found.values.clone()).unwrap_or_default())
        }
        ApplyError::Exists { id } | ApplyError::Missing { id } => names_beside(id, schema),
    }
}

/// Returns the name of an object, and the names of all that there is of its kind in the same place.
fn names_beside(id: &ObjectId, schema: &Schema) -> (String, Vec<String>) {
    let table = id.table().and_then(|table| schema.table(table)).into_iter();
    if let Some(name) = id.object_name() {
        (name.to_string(), listed(of_kind(schema, id.kind())))
    } else if let ObjectId::Column { table: _, name } = id {
        (name.to_string(), listed(table.flat_map(|table| &table.columns).map(|column| &column.name)))
    } else if let ObjectId::Constraint { table: _, constraint } = id {
        let name = if let ConstraintRef::Named(name) = constraint { name.as_str() } else { "" };
        (name.to_owned(), listed(table.flat_map(|table| &table.constraints).filter_map(Constraint::name)))
    } else if let ObjectId::Index { table: _, name } = id {
        (name.to_string(), listed(table.flat_map(|table| table.indexes.keys())))
    } else if let ObjectId::Namespace(name) = id {
        (name.to_string(), listed(&schema.namespaces))
    } else {
        (String::new(), Vec::new())
    }
}

fn of_kind(schema: &Schema, kind: Kind) -> impl Iterator<Item = &ObjectName> {
    schema.named().filter(move |(of, _)| *of == kind).map(|(_, name)| name)
}

fn listed(names: impl IntoIterator<Item = impl ToString>) -> Vec<String> {
    names.into_iter().map(|name| name.to_string()).collect()
}

/// Lists the names of everything of a kind, the ones of columns without their tables.
fn names_of(missing: &Missing, schema: &Schema) -> BTreeSet<String> {
    let of = |kind| of_kind(schema, kind).map(|name| name.name.to_string());
    match missing.kind {
        MissingKind::Column => {
            let columns = schema.tables.values().flat_map(|table| &table.columns);
            columns.map(|column| column.name.to_string()).collect()
        }
        MissingKind::Table => of(Kind::Table).chain(of(Kind::Sequence)).collect(),
        MissingKind::Type => of(Kind::Enum).collect(),
    }
}

impl RunError {
    /// Says whose mistake it is that a script does not fit, where that is what stopped the run.
    /// `own` are the tables that are ours, and no script's.
    pub(super) fn with_misfit(
        mut self,
        dialect: Dialect,
        scripts: &Scripts,
        direction: Direction,
        own: &[&str],
    ) -> Self {
        let mut error = &mut self;
        let mut of = None;
        while let Self::Step { source, revision, .. } | Self::Outside { source, revision, .. } = error {
            of = scripts.graph().position(revision);
            error = source;
        }
        if let (Some(position), Self::Connection(source)) = (of, &*error)
            && let Some(missing) = source.missing()
            && !own.contains(&missing.name.as_str())
        {
            let misfit = Misfit::of_missing(dialect, scripts, position, direction, &missing).into();
            let Self::Connection(source) = std::mem::replace(error, Self::ForeignKeysOn) else { return self };
            *error = Self::NotThere { missing, misfit, source };
            return self;
        }
        if let Self::Plan { revision, source, misfit } = error
            && let Some(position) = scripts.graph().position(revision)
        {
            *misfit = Misfit::of(dialect, scripts, position, direction, source).map(Box::new);
        }
        self
    }
}
