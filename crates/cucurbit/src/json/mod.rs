//! Schemas, operations and plans as JSON: a versioned form that is kept, whatever the types of the library become.
//! `docs/JSON.md` says every field.
//!
//! What lives here: the objects of the wire and how they become those of the library, in both directions. Nothing else
//! derives its JSON form for them.

mod operation;
mod plan;
mod table;
mod value;
mod wire;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use self::{
    operation::{WireObject, WireOperation},
    table::{WireConstraint, WireEnum, WireExclusion, WireSequence, WireTable},
    wire::{InNamespace, Name, Wire},
};
use crate::{operation::Operation, schema::Schema};

/// The version that is written, and the only one that is read.
pub const VERSION: u64 = 1;

/// A document of a schema.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    namespaces: Vec<Name>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    enums: Vec<WireEnum>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sequences: Vec<WireSequence>,
    tables: Vec<WireTable>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    external: Vec<WireTable>,
}

/// A document of operations.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OperationsDocument {
    version: u64,
    operations: Vec<WireOperation>,
}

/// What must be known before the rest is read.
#[derive(Debug, Deserialize)]
struct Head {
    version: u64,
}

/// Why JSON is no schema, or no operations.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// A function of a script, of which only the title is written.
    #[error("JSON has the title `{title}` of code, and not the code")]
    Code {
        /// The title.
        title: String,
    },
    /// Two things of one name.
    #[error("{what} `{name}` stands twice in the JSON")]
    Duplicate {
        /// What it is, such as `table`.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// It is no JSON, or that of something else.
    #[error("this is not the JSON of {what}")]
    Malformed {
        /// What is read: `a schema`.
        what: &'static str,
        /// What is wrong, with its line and column.
        #[source]
        source: serde_json::Error,
    },
    /// An exclusion constraint without an operator for each part of its key.
    #[error("exclusion constraint `{name}` of `{table}` has {parts} parts and {operators} operators")]
    Operators {
        /// The table.
        table: String,
        /// The constraint.
        name: String,
        /// How many parts its key has.
        parts: usize,
        /// How many operators are given.
        operators: usize,
    },
    /// A form that this release does not know.
    #[error("the JSON has version {version}; this release reads version {VERSION}")]
    UnknownVersion {
        /// The version in it.
        version: u64,
    },
}

impl JsonError {
    /// Returns what may help.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Code { .. } => {
                Some("read the operations before and after it, and leave the code to the script that has it")
            }
            Self::Duplicate { .. } | Self::Operators { .. } => {
                Some("docs/JSON.md says what each field may hold")
            }
            Self::Malformed { .. } => Some("docs/JSON.md names every field; an unknown one is an error"),
            Self::UnknownVersion { .. } => Some("read it with the release that wrote it, or a later one"),
        }
    }
}

impl Schema {
    /// Writes the schema as JSON of the version [`VERSION`], indented, in the order of names.
    ///
    /// What is no part of a schema's value is not in it: remarks of those who read it, for example.
    ///
    /// ```
    /// use cucurbit::schema::{Schema, TableBuilder, build::integer};
    ///
    /// let plant = TableBuilder::build("plant", |table| {
    ///     table.column(integer("id"));
    ///     table.primary_key(["id"]);
    /// });
    /// let schema = Schema::from_tables([plant]);
    /// let json = schema.to_json();
    /// assert!(json.starts_with("{\n  \"version\": 1,"));
    /// assert_eq!(Schema::from_json(&json).unwrap(), schema);
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let Self { tables, enums, sequences, namespaces, external, remarks: _, unsaid: _, uncounted: _ } =
            self;
        let document = Document {
            version: VERSION,
            namespaces: namespaces.iter().map(Wire::of).collect(),
            enums: enums.values().map(Wire::of).collect(),
            sequences: sequences.values().map(Wire::of).collect(),
            tables: tables.values().map(Wire::of).collect(),
            external: external.values().map(Wire::of).collect(),
        };
        text(&document)
    }

    /// Reads a schema from JSON.
    ///
    /// # Errors
    ///
    /// When the version is unknown, when a field is unknown, missing or of another form, and when two things have one name.
    pub fn from_json(json: &str) -> Result<Self, JsonError> {
        let document: Document = document(json, "a schema")?;
        let Document { version: _, namespaces, enums, sequences, tables, external } = document;
        refuse_second("namespace", namespaces.iter())?;
        refuse_second("enum type", enums.iter().map(|one| &one.name))?;
        refuse_second("sequence", sequences.iter().map(|one| &one.name))?;
        refuse_second("table", tables.iter().map(|one| &one.name))?;
        refuse_second("external table", external.iter().map(|one| &one.name))?;
        tables.iter().chain(&external).try_for_each(check)?;
        Ok(Self::from_tables(tables.into_iter().map(Wire::model))
            .with_enums(enums.into_iter().map(Wire::model))
            .with_sequences(sequences.into_iter().map(Wire::model))
            .with_namespaces(namespaces.into_iter().map(Wire::model))
            .with_external(external.into_iter().map(Wire::model)))
    }
}

impl Operation {
    /// Writes operations as JSON of the version [`VERSION`], indented. Of code ([`Op::run`](crate::Op::run)) it holds the
    /// title.
    ///
    /// ```
    /// use cucurbit::{Op, operation::Operation};
    ///
    /// let operations = Op::record(|op| op.rename_table("plant", "plants"));
    /// let json = Operation::to_json(&operations);
    /// assert_eq!(Operation::from_json(&json).unwrap(), operations);
    /// ```
    #[must_use]
    pub fn to_json(operations: &[Self]) -> String {
        text(&OperationsDocument { version: VERSION, operations: wire_of(operations) })
    }

    /// Reads operations from JSON.
    ///
    /// # Errors
    ///
    /// When the version is unknown, when a field is unknown, missing or of another form, when two things have one name, and
    /// when one of the operations is code.
    pub fn from_json(json: &str) -> Result<Vec<Self>, JsonError> {
        let OperationsDocument { version: _, operations } = document(json, "operations")?;
        operations.iter().try_for_each(check_operation)?;
        Ok(operations.model())
    }
}

/// Returns operations in the form in which they stand in JSON.
#[cfg(feature = "cli")]
pub(crate) fn operations(operations: &[Operation]) -> impl Serialize {
    wire_of(operations)
}

fn wire_of(operations: &[Operation]) -> Vec<WireOperation> {
    operations.iter().map(Wire::of).collect()
}

fn text(document: &impl Serialize) -> String {
    serde_json::to_string_pretty(document).expect("texts, numbers and lists are always JSON")
}

/// Reads a document of the version that is known.
fn document<D: serde::de::DeserializeOwned>(json: &str, what: &'static str) -> Result<D, JsonError> {
    let malformed = |source| JsonError::Malformed { what, source };
    let Head { version } = serde_json::from_str(json).map_err(malformed)?;
    if version != VERSION {
        return Err(JsonError::UnknownVersion { version });
    }
    serde_json::from_str(json).map_err(malformed)
}

/// Refuses what the library's types would lose silently, and code.
fn check_operation(operation: &WireOperation) -> Result<(), JsonError> {
    match operation {
        WireOperation::Create { object: WireObject::Table(table), .. } => check(table),
        WireOperation::Create {
            object: WireObject::Constraint { table, constraint: WireConstraint::Exclusion(exclusion) },
            ..
        } => check_exclusion(table, exclusion),
        WireOperation::Execute(execute) => execute.means.iter().flatten().try_for_each(check_operation),
        WireOperation::On { operations, .. } => operations.iter().try_for_each(check_operation),
        WireOperation::Run { title, .. } => Err(JsonError::Code { title: title.clone() }),
        WireOperation::Alter { .. }
        | WireOperation::BulkInsert(_)
        | WireOperation::Comment { .. }
        | WireOperation::Create { .. }
        | WireOperation::Drop { .. }
        | WireOperation::Irreversible { .. }
        | WireOperation::Rename { .. } => Ok(()),
    }
}

/// Refuses what the library's types would lose silently.
fn check(table: &WireTable) -> Result<(), JsonError> {
    refuse_second("column", table.columns.iter().map(|column| &column.name))?;
    refuse_second("index", table.indexes.0.iter().map(|index| &index.name))?;
    let is_key = |one: &&WireConstraint| matches!(one, WireConstraint::PrimaryKey(_));
    if table.constraints.0.iter().filter(is_key).count() > 1 {
        let name = table.name.clone().model().to_string();
        return Err(JsonError::Duplicate { what: "the primary key of", name });
    }
    table.constraints.0.iter().try_for_each(|constraint| match constraint {
        WireConstraint::Exclusion(exclusion) => check_exclusion(&table.name, exclusion),
        WireConstraint::PrimaryKey(_)
        | WireConstraint::Unique(_)
        | WireConstraint::ForeignKey(_)
        | WireConstraint::Check(_) => Ok(()),
    })
}

fn check_exclusion(table: &InNamespace, exclusion: &WireExclusion) -> Result<(), JsonError> {
    let (parts, operators) = (exclusion.index.parts.len(), exclusion.operators.len());
    if parts == operators {
        return Ok(());
    }
    let (table, name) = (table.clone().model().to_string(), exclusion.index.name.clone().model().to_string());
    Err(JsonError::Operators { table, name, parts, operators })
}

/// Refuses two things of one name.
fn refuse_second<'n, N: Wire + Clone + Ord + 'n>(
    what: &'static str,
    names: impl Iterator<Item = &'n N>,
) -> Result<(), JsonError>
where
    N::Model: std::fmt::Display,
{
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(JsonError::Duplicate { what, name: name.clone().model().to_string() });
        }
    }
    Ok(())
}
