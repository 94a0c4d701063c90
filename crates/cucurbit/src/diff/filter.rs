//! What is left out of a comparison.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    dialect::has_word,
    schema::{Constraint, ForeignKey, Ident, Index, Kind, ObjectName, Schema, Table, TableName, tool},
};

/// Alembic's version table, which is ours where nothing else is said.
const VERSION_TABLE: &str = "alembic_version";

/// Tables of ours beside the version table begin like this.
const OUR_PREFIX: &str = "cucurbit_";

/// Says what is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Filter {
    /// The connection's own schema, if it is not `public`.
    pub own: Option<Ident>,
    /// The version table in use, if it is not `alembic_version`.
    pub version_table: Option<Ident>,
    /// Enum types and sequences that are not dropped although no model has them: nothing declares them as the
    /// project's.
    pub left_alone: BTreeSet<ObjectName>,
    /// The schemas besides the connection's own that are compared with all that lies in them; all of them if none are
    /// named.
    pub schemas: Option<BTreeSet<Ident>>,
    /// Whether any sequence serves a SERIAL column whose sequence has no declared name: models rarely declare it.
    pub takes_any_sequence: bool,
    /// The schemas that are themselves compared, though what lies in them need not be.
    pub namespaces: BTreeSet<Ident>,
    /// Enum types and sequences that are compared, though their schema is not.
    pub singles: BTreeSet<ObjectName>,
    /// The tables that are declared as external, though foreign keys refer to them.
    pub external: BTreeSet<TableName>,
    /// The enum types and sequences that the models or the revisions declare.
    pub declared: BTreeSet<ObjectName>,
    /// The tables that the models or the revisions name: declared ones, and those that their foreign keys refer to.
    pub spoken_of: BTreeSet<TableName>,
}

/// Objects of one kind that a schema holds and that are left out of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// The kind.
    pub kind: LeftOutKind,
    /// Their names, sorted.
    pub names: Vec<String>,
}

/// A kind of objects that are left out, in the order in which they are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LeftOutKind {
    /// A table that is declared as external.
    External,
    /// A bookkeeping table of another migration tool.
    ToolTable,
    /// A table of a schema that is not the project's.
    OtherTable,
    /// An object of such a schema that is no table.
    Other(Kind),
    /// A foreign key to a table that is left out.
    ForeignKey,
}

impl LeftOutKind {
    fn words(self) -> [String; 2] {
        let [one, several] = match self {
            Self::External => ["external table", "external tables"],
            Self::ToolTable => ["table of another migration tool", "tables of other migration tools"],
            Self::OtherTable => ["table of another schema", "tables of other schemas"],
            Self::Other(kind) => {
                let words = kind.words();
                return [format!("{words} of another schema"), format!("{words}s of other schemas")];
            }
            Self::ForeignKey => ["foreign key to a table left out", "foreign keys to tables left out"],
        };
        [one.to_owned(), several.to_owned()]
    }
}

impl LeftOut {
    /// Joins what two schemas hold.
    #[cfg(feature = "runtime")]
    pub(crate) fn joined(of_one: Vec<Self>, of_other: Vec<Self>) -> Vec<Self> {
        let mut all: BTreeMap<LeftOutKind, BTreeSet<String>> = BTreeMap::new();
        for Self { kind, names } in of_one.into_iter().chain(of_other) {
            all.entry(kind).or_default().extend(names);
        }
        all.into_iter().map(|(kind, names)| Self { kind, names: names.into_iter().collect() }).collect()
    }

    /// Returns the kind in words, in the number that fits.
    #[must_use]
    pub fn words(&self) -> String {
        let [one, several] = self.kind.words();
        if self.names.len() == 1 { one } else { several }
    }
}

impl Filter {
    /// Includes what a schema declares: the namespaces of its tables, and single types and sequences of other
    /// namespaces.
    pub fn compares(&mut self, declared: &Schema) {
        let own = declared.tables.keys().filter(|name| !self.is_external(name));
        let of_tables: Vec<Ident> = own.filter_map(|name| name.schema.clone()).collect();
        self.schemas.get_or_insert_default().extend(of_tables);
        let others = || declared.besides_tables().map(|(_, name)| name.clone());
        self.singles.extend(others().filter(|name| name.schema.is_some()));
        self.declared.extend(others());
        self.namespaces.extend(declared.namespaces.iter().cloned());
    }

    /// Notes the tables that a schema names.
    pub fn speaks_of(&mut self, schema: &Schema) {
        let referred = schema.tables.values().flat_map(|table| table.foreign_keys());
        let referred = referred.map(|key| key.referred_table.clone());
        let names = schema.tables.keys().cloned().chain(referred);
        let names: Vec<TableName> = names.map(|name| self.unqualified(name)).collect();
        self.spoken_of.extend(names);
    }

    /// Includes the types and sequences of other namespaces that the compared tables of a schema need. Everything else in
    /// those namespaces stays left out.
    pub fn include_what_is_needed(&mut self, schema: &Schema) {
        let tables = schema.tables.values();
        let included: Vec<&Table> = tables.filter(|table| self.kind_of(table).is_none()).collect();
        let texts: Vec<String> = included.iter().map(|table| text_of(table)).collect();
        let is_named = |name: &&ObjectName| texts.iter().any(|text| has_word(text, &name.to_string()));
        let types = included.iter().flat_map(|table| types_of(table));
        let named = schema.besides_tables().map(|(_, name)| name).filter(is_named);
        let needed: Vec<ObjectName> =
            types.chain(named).filter(|name| !self.is_here(name)).cloned().collect();
        self.singles.extend(needed);
    }

    /// Tells whether a table of this name is part of the comparison.
    #[must_use]
    pub fn includes(&self, table: &TableName) -> bool {
        let is_tool = tool::is_name_of_tool(table.name.as_str()) && !self.is_spoken_of(table);
        !is_tool && !self.is_external(table) && !self.is_ours(table) && self.is_here(table)
    }

    /// Splits a schema into what is compared and what is left out.
    ///
    /// Our own bookkeeping tables are not listed.
    #[must_use]
    pub fn split(&self, mut schema: Schema) -> (Schema, Vec<LeftOut>) {
        let mut out: BTreeMap<LeftOutKind, BTreeSet<String>> = BTreeMap::new();
        let mut leave = |kind, name: String| out.entry(kind).or_default().extend([name]);
        let (mut kept, mut gone) = (BTreeMap::new(), BTreeMap::new());
        for (name, table) in std::mem::take(&mut schema.tables) {
            let is_ours = self.is_ours(&name);
            match self.kind_of(&table).filter(|_| !is_ours) {
                Some(kind) => {
                    leave(kind, name.to_string());
                    gone.insert(self.unqualified(name), table);
                }
                None if is_ours => {}
                None => drop(kept.insert(name, table)),
            }
        }
        let is_of_external = self.of_external(&kept, &gone);
        schema.retain_named(|kind, name| {
            let stays = self.is_here(name) && !is_of_external(name);
            if !stays {
                leave(LeftOutKind::Other(kind), name.to_string());
            }
            stays
        });
        schema.tables = kept;
        schema.namespaces.retain(|name| self.includes_schema(name));
        for table in schema.tables.values_mut() {
            let name = table.name.clone();
            for key in table.constraints.foreign_keys_mut() {
                let there = gone.get(&self.unqualified(key.referred_table.clone()));
                if let (true, Some(primary)) =
                    (key.referred_columns.is_empty(), there.and_then(|table| table.primary_key()))
                {
                    // `REFERENCES p` means p's primary key, which the kept part of the schema lacks.
                    key.referred_columns.clone_from(&primary.columns);
                }
            }
            table.constraints.retain(|constraint| {
                let Constraint::ForeignKey(key) = constraint else { return true };
                let ForeignKey { columns, referred_table, .. } = key;
                let referred = self.unqualified(referred_table.clone());
                let there = gone.get(&referred);
                let stays =
                    there.is_none() || self.spoken_of.contains(&referred) || self.is_external(&referred);
                if !stays {
                    let columns: Vec<&str> = columns.iter().map(Ident::as_str).collect();
                    leave(
                        LeftOutKind::ForeignKey,
                        format!("{name} ({}) to {referred_table}", columns.join(", ")),
                    );
                }
                stays
            });
        }
        let out = out.into_iter().map(|(kind, names)| LeftOut { kind, names: names.into_iter().collect() });
        (schema, out.collect())
    }

    /// Tells which enum types and sequences only external tables need: these are external too, unless they are declared.
    fn of_external<'s>(
        &'s self,
        kept: &BTreeMap<TableName, Table>,
        gone: &BTreeMap<TableName, Table>,
    ) -> impl Fn(&ObjectName) -> bool + use<'s> {
        let needs = |tables: &mut dyn Iterator<Item = &Table>| {
            let tables: Vec<&Table> = tables.collect();
            let types: BTreeSet<ObjectName> =
                tables.iter().flat_map(|table| types_of(table)).cloned().collect();
            let texts: Vec<String> = tables.iter().map(|table| text_of(table)).collect();
            (types, texts)
        };
        let external = needs(&mut gone.values().filter(|table| self.is_external(&table.name)));
        let own = needs(&mut kept.values());
        let is_needed = |(types, texts): &(BTreeSet<ObjectName>, Vec<String>), name: &ObjectName| {
            types.contains(name) || texts.iter().any(|text| has_word(text, &name.to_string()))
        };
        move |name| !self.declared.contains(name) && is_needed(&external, name) && !is_needed(&own, name)
    }

    /// Returns why a table is left out.
    fn kind_of(&self, table: &Table) -> Option<LeftOutKind> {
        if self.is_external(&table.name) {
            return Some(LeftOutKind::External);
        }
        if !self.is_here(&table.name) {
            return Some(LeftOutKind::OtherTable);
        }
        let is_tool = tool::is_of_tool(table) && !self.is_spoken_of(&table.name);
        is_tool.then_some(LeftOutKind::ToolTable)
    }

    /// Tells whether a table is declared as external.
    fn is_external(&self, table: &TableName) -> bool {
        let table = self.unqualified(table.clone());
        self.external.iter().any(|other| self.unqualified(other.clone()) == table)
    }

    fn is_spoken_of(&self, table: &TableName) -> bool {
        let is_it = |other: &TableName| {
            other.schema == table.schema && other.name.as_str().eq_ignore_ascii_case(table.name.as_str())
        };
        self.spoken_of.iter().any(is_it)
    }

    /// Tells whether a table is one of our own bookkeeping tables.
    fn is_ours(&self, table: &TableName) -> bool {
        let name = table.name.as_str();
        name == VERSION_TABLE
            || name.starts_with(OUR_PREFIX)
            || self.version_table.as_ref() == Some(&table.name)
    }

    /// Tells whether an object lies in a namespace that is part of the comparison.
    fn is_here(&self, name: &ObjectName) -> bool {
        let is_whole = |schema: &Ident| self.schemas.as_ref().is_none_or(|schemas| schemas.contains(schema));
        name.schema.as_ref().is_none_or(|schema| self.is_own(schema) || is_whole(schema))
            || self.singles.contains(name)
    }

    fn is_own(&self, schema: &Ident) -> bool {
        self.own.as_ref().map_or_else(|| *schema == "public", |own| own == schema)
    }

    /// Removes the connection's own namespace from a table's name.
    fn unqualified(&self, name: TableName) -> TableName {
        TableName { schema: name.schema.filter(|schema| !self.is_own(schema)), name: name.name }
    }

    /// Tells whether a namespace besides the connection's own is created and dropped.
    pub(super) fn includes_schema(&self, name: &Ident) -> bool {
        let has_a_single = || self.singles.iter().any(|single| single.schema.as_ref() == Some(name));
        self.schemas.as_ref().is_none_or(|schemas| schemas.contains(name))
            || self.namespaces.contains(name)
            || has_a_single()
    }
}

/// The enum types of a table's columns.
fn types_of(table: &Table) -> Vec<&ObjectName> {
    let types = table.columns.iter().map(|column| &column.ty);
    types.filter_map(|ty| ty.base.enum_name()).collect()
}

/// All SQL of a table, without quotes around names.
fn text_of(table: &Table) -> String {
    let constraints = table.constraints.iter().flat_map(Constraint::expressions);
    let expressions = constraints.chain(table.indexes.values().flat_map(Index::expressions));
    let mut texts: Vec<String> = expressions.map(|sql| sql.base.clone()).collect();
    let defaults = table.columns.iter().filter_map(|column| column.default.as_ref()?.sql());
    texts.extend(defaults.map(|sql| sql.base.clone()));
    texts.join("\n").replace('"', "")
}
