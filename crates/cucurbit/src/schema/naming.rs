//! Names for constraints and indexes without one: SQLAlchemy's naming conventions.
//!
//! What lives here: [`NamingConvention`], its patterns and what they stand for. A chosen name stays.

use std::collections::BTreeSet;

use thiserror::Error;

use super::{Constraint, Ident, Index, IndexKey, Schema, Table};

/// How constraints and indexes without a chosen name are named: a pattern for each kind, as in SQLAlchemy's
/// `MetaData(naming_convention=…)`, with the same keys and tokens.
///
/// | token | stands for |
/// |---|---|
/// | `%(table_name)s` | the table |
/// | `%(column_0_name)s`, `%(column_1_name)s`, … | a column |
/// | `%(column_0_N_name)s`, `%(column_0N_name)s` | all columns, joined by `_` or by nothing |
/// | `%(column_0_label)s` | the table and the column, joined by `_` |
/// | `%(referred_table_name)s`, `%(referred_column_0_name)s` | what a foreign key refers to |
///
/// `column_0_key` is the name as well, since a column has no other key here. Columns and what is referred to are unknown
/// to a check, whose pattern names it by its table.
///
/// Source: SQLAlchemy, "Configuring Constraint Naming Conventions".
///
/// ```
/// use cucurbit::schema::{NamingConvention, Schema, TableBuilder, build::*};
///
/// let plant = TableBuilder::build("plant", |table| {
///     table.column(integer("id"));
///     table.column(integer("bed_id"));
///     table.primary_key(["id"]);
///     table.foreign_key(["bed_id"], "bed", ["id"]);
/// });
/// let mut schema = Schema::from_tables([plant]);
/// let convention = NamingConvention::new()
///     .pk("pk_%(table_name)s")
///     .fk("fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s");
/// convention.apply(&mut schema)?;
///
/// let plant = schema.table(&"plant".into()).expect("it is there");
/// assert_eq!(plant.foreign_keys().next().unwrap().name, Some("fk_plant_bed_id_bed".into()));
/// # Ok::<(), cucurbit::schema::NamingError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamingConvention {
    ix: Option<String>,
    uq: Option<String>,
    ck: Option<String>,
    fk: Option<String>,
    pk: Option<String>,
}

/// Why a convention gives no name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum NamingError {
    /// Two constraints of a table get the same name.
    #[error("the naming convention gives `{name}` to two constraints of table `{table}`")]
    Twice {
        /// The table.
        table: String,
        /// The name.
        name: String,
    },
    /// A token stands for nothing here.
    #[error("`%({token})s` in the naming convention for `{key}` stands for nothing")]
    UnknownToken {
        /// `ix`, `uq`, `ck`, `fk` or `pk`.
        key: &'static str,
        /// What stands between the parentheses.
        token: String,
    },
    /// A `%(` without its `)s`.
    #[error("`{pattern}` in the naming convention for `{key}` has a `%(` without `)s`")]
    Unclosed {
        /// The key.
        key: &'static str,
        /// The pattern.
        pattern: String,
    },
}

impl NamingError {
    /// Says what to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Twice { .. } => "name one of them where it is declared".to_owned(),
            Self::Unclosed { .. } | Self::UnknownToken { .. } => {
                "the tokens are `table_name`, `column_0_name`, `column_0_N_name`, `column_0_label`, \
                 `referred_table_name`, `referred_column_0_name`; a check has `table_name` alone"
                    .to_owned()
            }
        }
    }
}

/// What tokens stand for.
struct Words<'w> {
    table: &'w Ident,
    columns: &'w [Ident],
    referred: Option<(&'w Ident, &'w [Ident])>,
}

impl NamingConvention {
    /// Makes one that names nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Names indexes that bear the name that SeaORM gives by itself: `idx-{table}-{column}`.
    #[must_use]
    pub fn ix(mut self, pattern: impl Into<String>) -> Self {
        self.ix = Some(pattern.into());
        self
    }

    /// Names unique constraints.
    #[must_use]
    pub fn uq(mut self, pattern: impl Into<String>) -> Self {
        self.uq = Some(pattern.into());
        self
    }

    /// Names checks.
    #[must_use]
    pub fn ck(mut self, pattern: impl Into<String>) -> Self {
        self.ck = Some(pattern.into());
        self
    }

    /// Names foreign keys.
    #[must_use]
    pub fn fk(mut self, pattern: impl Into<String>) -> Self {
        self.fk = Some(pattern.into());
        self
    }

    /// Names primary keys.
    #[must_use]
    pub fn pk(mut self, pattern: impl Into<String>) -> Self {
        self.pk = Some(pattern.into());
        self
    }

    /// Names what has no chosen name.
    ///
    /// # Errors
    ///
    /// When a pattern has a token that stands for nothing, or two constraints of a table get the same name.
    pub fn apply(&self, schema: &mut Schema) -> Result<(), NamingError> {
        schema.tables.values_mut().try_for_each(|table| self.name(table))
    }

    fn name(&self, table: &mut Table) -> Result<(), NamingError> {
        let Self { ix, uq, ck, fk, pk } = self;
        let owner = table.name.name.clone();
        for constraint in &mut table.constraints {
            let (name, label, pattern, columns, referred): (_, _, _, &[Ident], _) = match constraint {
                Constraint::PrimaryKey(key) => (&mut key.name, "pk", pk, &key.columns, None),
                Constraint::Unique(unique) => (&mut unique.name, "uq", uq, &unique.columns, None),
                Constraint::ForeignKey(key) => {
                    let referred = Some((&key.referred_table.name, key.referred_columns.as_slice()));
                    (&mut key.name, "fk", fk, &key.columns, referred)
                }
                Constraint::Check(check) => (&mut check.name, "ck", ck, &[], None),
                Constraint::Exclusion(_) => continue,
            };
            if let Some(pattern) = pattern {
                give(name, label, pattern, &Words { table: &owner, columns, referred })?;
            }
        }
        if let Some(pattern) = ix {
            let indexes = std::mem::take(&mut table.indexes).into_values();
            let indexes: Vec<Index> =
                indexes.map(|index| rename(index, &owner, pattern)).collect::<Result<_, _>>()?;
            table.indexes = indexes.into_iter().map(|index| (index.name.clone(), index)).collect();
        }
        refuse_twins(table)
    }
}

fn give(
    name: &mut Option<Ident>,
    key: &'static str,
    pattern: &str,
    words: &Words<'_>,
) -> Result<(), NamingError> {
    if name.is_none() {
        *name = Some(Ident::new(filled(key, pattern, words)?));
    }
    Ok(())
}

/// Names an index that has SeaORM's own name for one on a single column.
fn rename(mut index: Index, table: &Ident, pattern: &str) -> Result<Index, NamingError> {
    if let [part] = index.parts.as_slice()
        && let IndexKey::Column(column) = &part.key
        && index.name == *format!("idx-{table}-{column}")
    {
        let columns = [column.clone()];
        let words = Words { table, columns: &columns, referred: None };
        index.name = Ident::new(filled("ix", pattern, &words)?);
    }
    Ok(index)
}

fn refuse_twins(table: &Table) -> Result<(), NamingError> {
    let names = table
        .constraints
        .iter()
        .filter(|one| !matches!(one, Constraint::PrimaryKey(_) | Constraint::Exclusion(_)));
    let mut seen = BTreeSet::new();
    match names.filter_map(Constraint::name).find(|name| !seen.insert(*name)) {
        Some(name) => Err(NamingError::Twice { table: table.name.to_string(), name: name.to_string() }),
        None => Ok(()),
    }
}

/// Fills a pattern in.
fn filled(key: &'static str, pattern: &str, words: &Words<'_>) -> Result<String, NamingError> {
    let mut name = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once("%(") {
        name.push_str(before);
        let Some((token, after)) = after.split_once(")s") else {
            return Err(NamingError::Unclosed { key, pattern: pattern.to_owned() });
        };
        let word = words.word(token);
        name.push_str(&word.ok_or_else(|| NamingError::UnknownToken { key, token: token.to_owned() })?);
        rest = after;
    }
    name.push_str(rest);
    Ok(name)
}

impl Words<'_> {
    fn word(&self, token: &str) -> Option<String> {
        if token == "table_name" {
            return Some(self.table.to_string());
        }
        if let Some(of_referred) = token.strip_prefix("referred_") {
            let (table, columns) = self.referred?;
            if of_referred == "table_name" {
                return Some(table.to_string());
            }
            return of_columns(of_referred, table, columns);
        }
        of_columns(token, self.table, self.columns)
    }
}

fn of_columns(token: &str, table: &Ident, columns: &[Ident]) -> Option<String> {
    let token = token.strip_prefix("column_")?;
    let (number, kind) = token.split_at(token.find(|letter: char| !letter.is_ascii_digit())?);
    let first: usize = number.parse().ok()?;
    let column = columns.get(first)?;
    let all = |join: &str| columns[first..].iter().map(Ident::as_str).collect::<Vec<_>>().join(join);
    match kind {
        "_name" | "_key" => Some(column.to_string()),
        "_label" => Some(format!("{table}_{column}")),
        "_N_name" | "_N_key" => Some(all("_")),
        "N_name" | "N_key" => Some(all("")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{TableBuilder, build::*};

    fn plant() -> Schema {
        Schema::from_tables([TableBuilder::build("plant", |table| {
            table.column(integer("id"));
            table.column(integer("bed_id"));
            table.column(integer("row"));
            table.primary_key(["id"]);
            table.unique(["bed_id", "row"]);
            table.unique(["row"]).named("chosen");
            table.foreign_key(["bed_id"], "garden.bed", ["id"]);
            table.check("row > 0");
            table.index(Index::new("idx-plant-row", vec![key("row")]));
            table.index(Index::new("ix_chosen", vec![key("bed_id")]));
        })])
    }

    fn names(convention: &NamingConvention) -> Vec<String> {
        let mut schema = plant();
        convention.apply(&mut schema).expect("it names");
        let plant = schema.tables.into_values().next().expect("the table");
        let named = plant.constraints.iter().map(Constraint::name);
        let named = named.map(|name| name.map_or("-".to_owned(), ToString::to_string));
        named.chain(plant.indexes.keys().map(ToString::to_string)).collect()
    }

    #[test]
    fn what_nobody_named_gets_a_name_and_nothing_else() {
        // The convention that SQLAlchemy's documentation recommends, with a pattern for checks that needs no name.
        let convention = NamingConvention::new()
            .ix("ix_%(column_0_label)s")
            .uq("uq_%(table_name)s_%(column_0_N_name)s")
            .ck("ck_%(table_name)s")
            .fk("fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s_%(referred_column_0_name)s")
            .pk("pk_%(table_name)s");
        assert_eq!(
            names(&convention),
            [
                "pk_plant",
                "uq_plant_bed_id_row",
                "chosen",
                "fk_plant_bed_id_bed_id",
                "ck_plant",
                "ix_chosen",
                "ix_plant_row"
            ]
        );
        assert_eq!(
            names(&NamingConvention::new()),
            ["-", "-", "chosen", "-", "-", "idx-plant-row", "ix_chosen"]
        );
        let joined = NamingConvention::new().uq("%(column_0N_name)s%(column_1_name)s 100%");
        assert_eq!(names(&joined)[1], "bed_idrowrow 100%");
    }

    #[test]
    fn a_pattern_that_means_nothing_is_refused() {
        let refused = |convention: NamingConvention| convention.apply(&mut plant()).unwrap_err().to_string();
        assert_eq!(
            refused(NamingConvention::new().ck("ck_%(column_0_name)s")),
            "`%(column_0_name)s` in the naming convention for `ck` stands for nothing"
        );
        assert_eq!(
            refused(NamingConvention::new().uq("%(table)s")),
            "`%(table)s` in the naming convention for `uq` stands for nothing"
        );
        assert_eq!(
            refused(NamingConvention::new().pk("pk_%(table_name")),
            "`pk_%(table_name` in the naming convention for `pk` has a `%(` without `)s`"
        );
        assert_eq!(
            refused(NamingConvention::new().fk("k").ck("k")),
            "the naming convention gives `k` to two constraints of table `plant`"
        );
    }
}
