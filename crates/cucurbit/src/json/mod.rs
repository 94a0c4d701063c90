//! A schema as JSON: a versioned form that is kept, whatever the types of the library become. `docs/JSON.md` says every
//! field.
//!
//! What lives here: the objects of the wire and how they become those of the library, in both directions. Nothing else
//! derives its JSON form for a schema.

mod table;
mod value;
mod wire;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use self::{
    table::{WireConstraint, WireEnum, WireSequence, WireTable},
    wire::{Name, Wire},
};
use crate::schema::Schema;

/// The version that is written, and the only one that is read.
pub const VERSION: u64 = 1;

/// A whole document.
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

/// What must be known before the rest is read.
#[derive(Debug, Deserialize)]
struct Head {
    version: u64,
}

/// Why JSON is no schema.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// Two things of one name.
    #[error("{what} `{name}` stands twice in the JSON of a schema")]
    Duplicate {
        /// What it is, such as `table`.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// It is no JSON, or not that of a schema.
    #[error("this is not the JSON of a schema")]
    Malformed {
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
    #[error("the JSON of a schema has version {version}; this release reads version {VERSION}")]
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
        let Self { tables, enums, sequences, schemas, external, remarks: _, unsaid: _, uncounted: _ } = self;
        let document = Document {
            version: VERSION,
            namespaces: schemas.iter().map(Wire::of).collect(),
            enums: enums.values().map(Wire::of).collect(),
            sequences: sequences.values().map(Wire::of).collect(),
            tables: tables.values().map(Wire::of).collect(),
            external: external.values().map(Wire::of).collect(),
        };
        serde_json::to_string_pretty(&document).expect("texts, numbers and lists are always JSON")
    }

    /// Reads a schema from JSON.
    ///
    /// # Errors
    ///
    /// When the version is unknown, when a field is unknown, missing or of another form, and when two things have one name.
    pub fn from_json(json: &str) -> Result<Self, JsonError> {
        let malformed = |source| JsonError::Malformed { source };
        let Head { version } = serde_json::from_str(json).map_err(malformed)?;
        if version != VERSION {
            return Err(JsonError::UnknownVersion { version });
        }
        let document: Document = serde_json::from_str(json).map_err(malformed)?;
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
            .with_schemas(namespaces.into_iter().map(Wire::model))
            .with_external(external.into_iter().map(Wire::model)))
    }
}

/// Refuses what the library's types would lose without a word.
fn check(table: &WireTable) -> Result<(), JsonError> {
    let name = || table.name.clone().model().to_string();
    refuse_second("column", table.columns.iter().map(|column| &column.name))?;
    refuse_second("index", table.indexes.0.iter().map(|index| &index.name))?;
    let is_key = |one: &&WireConstraint| matches!(one, WireConstraint::PrimaryKey(_));
    if table.constraints.0.iter().filter(is_key).count() > 1 {
        return Err(JsonError::Duplicate { what: "the primary key of", name: name() });
    }
    for constraint in &table.constraints.0 {
        if let WireConstraint::Exclusion(exclusion) = constraint {
            let (parts, operators) = (exclusion.index.parts.len(), exclusion.operators.len());
            if parts != operators {
                let exclusion = exclusion.index.name.clone().model().to_string();
                return Err(JsonError::Operators { table: name(), name: exclusion, parts, operators });
            }
        }
    }
    Ok(())
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
