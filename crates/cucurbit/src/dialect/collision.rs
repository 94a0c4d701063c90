//! Names of a schema that are one name for a database: it keeps less of them than was written, or gives each once in a
//! schema.

use std::{collections::BTreeMap, fmt};

use thiserror::Error;

use super::Dialect;
use crate::schema::{Ident, Kind, ObjectName, Schema, Table, TableName};

/// Two names that are one.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{one} and {other} have one name on {dialect}, `{name}`")]
pub struct CollisionError {
    /// The database.
    pub dialect: Dialect,
    /// What the two are called there.
    pub name: Ident,
    /// What bears the name.
    pub one: String,
    /// What bears it too.
    pub other: String,
    /// Whether it is only as much of the names as the database keeps.
    pub is_cut: bool,
    /// Whether the database chose one of the names.
    pub is_generated: bool,
}

impl CollisionError {
    /// Says what to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        if self.is_cut {
            let longest = self.dialect.capabilities().longest_identifier.unwrap_or_default();
            return format!(
                "{} keeps {longest} bytes of a name: give one of them a shorter name of its own (an index of a SeaORM \
                 field: take `indexed` or `unique_key` from the field, and declare the index with a name in its \
                 `TableArgs`)",
                self.dialect
            );
        }
        if self.is_generated {
            return "the database chooses a name where none is declared: give one of the two another name"
                .to_owned();
        }
        "a database gives a name once in a schema: give one of the two another name".to_owned()
    }
}

/// What bears a name, to be said of it.
pub(super) enum Bearer {
    /// An object that has its name in a namespace.
    Named(&'static str, ObjectName),
    /// A namespace.
    Namespace(Ident),
    /// A part of a table, by its name.
    Part(&'static str, Ident, TableName),
    /// A part of a table that the database names.
    Unnamed(&'static str, TableName),
}

impl fmt::Display for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(kind, name) => write!(f, "{kind} `{name}`"),
            Self::Namespace(name) => write!(f, "schema `{name}`"),
            Self::Part(kind, name, table) => write!(f, "{kind} `{name}` of table `{table}`"),
            Self::Unnamed(kind, table) => write!(f, "the unnamed {kind} of table `{table}`"),
        }
    }
}

/// Where a name may not be given twice: among the columns or the constraints of a table, the relations or the types of a
/// namespace (that of `None` is the connection's own), the namespaces.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Columns(TableName),
    Constraints(TableName),
    Relations(Option<Ident>),
    Namespaces,
    Types(Option<Ident>),
}

/// A name that is given.
struct Given {
    bearer: Bearer,
    written: Ident,
    is_generated: bool,
}

/// The names that may not be given twice, by where that is.
pub(super) struct Names {
    dialect: Dialect,
    given: BTreeMap<(Place, Ident), Vec<Given>>,
}

impl Names {
    pub(super) fn add(&mut self, place: Place, written: &Ident, bearer: Bearer) {
        self.put(place, written, bearer, false);
    }

    /// Adds what is made before all tables: the database chooses other names than these.
    fn put_first(&mut self, place: Place, written: &Ident, bearer: Bearer) {
        let key = (place.clone(), on!(self.dialect, stored_name(written)));
        self.add(place, written, bearer);
        self.given.entry(key).or_default().retain(|given| !given.is_generated);
    }

    pub(super) fn put(&mut self, place: Place, written: &Ident, bearer: Bearer, is_generated: bool) {
        let key = (place, on!(self.dialect, stored_name(written)));
        self.given.entry(key).or_default().push(Given { bearer, written: written.clone(), is_generated });
    }

    /// Finds the first name that two bear, at least one of which the project chose: the database numbers those that it chooses
    /// itself.
    fn collision(self) -> Option<CollisionError> {
        let dialect = self.dialect;
        self.given.into_iter().find_map(|((_, name), mut given)| {
            given.sort_by_key(|given| given.is_generated);
            let [one, other, ..] = given.as_slice() else { return None };
            (!one.is_generated).then(|| CollisionError {
                dialect,
                one: one.bearer.to_string(),
                other: other.bearer.to_string(),
                is_cut: !dialect.is_one_name(&one.written, &other.written),
                is_generated: other.is_generated,
                name,
            })
        })
    }
}

impl Dialect {
    /// Finds two things of a schema that would have one name in this database.
    ///
    /// # Errors
    ///
    /// When there are two.
    pub fn refuse_collisions(self, schema: &Schema) -> Result<(), CollisionError> {
        let mut names = Names { dialect: self, given: BTreeMap::new() };
        let Schema { tables, namespaces, .. } = schema;
        for table in tables.values() {
            add_table(&mut names, table);
        }
        let stores = |kind| self.capabilities().stores(kind);
        for (kind, name) in schema.named().filter(|(kind, _)| stores(*kind)) {
            let (of, bearer) = (of(name), Bearer::Named(kind.words(), name.clone()));
            match kind {
                Kind::Enum => names.add(Place::Types(of), &name.name, bearer),
                Kind::Sequence => names.put_first(Place::Relations(of), &name.name, bearer),
                // With all that they hold, above.
                Kind::Table | Kind::Column | Kind::Constraint | Kind::Index | Kind::Namespace => {}
            }
        }
        for name in namespaces.iter().filter(|_| stores(Kind::Namespace)) {
            names.add(Place::Namespaces, name, Bearer::Namespace(name.clone()));
        }
        names.collision().map_or(Ok(()), Err)
    }
}

/// Returns the namespace that a name lies in, where it is not PostgreSQL's own.
pub(super) fn of(name: &ObjectName) -> Option<Ident> {
    name.schema.clone().filter(|schema| *schema != "public")
}

fn add_table(names: &mut Names, table: &Table) {
    let name = &table.name;
    let relations = || Place::Relations(of(name));
    names.add(relations(), &name.name, Bearer::Named("table", name.clone()));
    for column in &table.columns {
        let bearer = Bearer::Part("column", column.name.clone(), name.clone());
        names.add(Place::Columns(name.clone()), &column.name, bearer);
    }
    for index in table.indexes.values() {
        names.add(relations(), &index.name, Bearer::Part("index", index.name.clone(), name.clone()));
    }
    on!(names.dialect, add_names(names, table));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{EnumType, Identity, Index, Sequence, TableBuilder, build::*};

    fn message(dialect: Dialect, schema: &Schema) -> String {
        dialect.refuse_collisions(schema).map_or_else(|error| error.to_string(), |()| String::new())
    }

    fn table(name: &str, build: impl FnOnce(&mut TableBuilder)) -> Table {
        TableBuilder::build(name, |table| {
            table.column(integer("id").identity(Identity::default()));
            table.column(integer("a"));
            table.primary_key(["id"]);
            build(table);
        })
    }

    #[test]
    fn names_that_are_one_after_the_cut_are_refused_and_so_are_those_that_are_given_twice() {
        let long = "i".repeat(63);
        let (one, other) = (format!("{long}_one"), format!("{long}_other"));
        let indexes = Schema::from_tables([table("t", |table| {
            table.index(Index::new(one.as_str(), vec![key("a")]));
            table.index(Index::new(other.as_str(), vec![key("id")]));
        })]);
        assert_eq!(
            message(Dialect::Postgres, &indexes),
            format!(
                "index `{one}` of table `t` and index `{other}` of table `t` have one name on PostgreSQL, `{long}`"
            )
        );
        assert_eq!(message(Dialect::Sqlite, &indexes), "");

        let index = |name: &'static str| {
            move |table: &mut TableBuilder| {
                table.index(Index::new(name, vec![key("a")]));
            }
        };
        for (schema, words) in [
            (Schema::from_tables([table(&one, |_| ()), table(&other, |_| ())]), "and table"),
            (Schema::from_tables([table("t", index("t_pkey"))]), "and the unnamed primary key"),
            (Schema::from_tables([table("t", index("t_id_seq"))]), "and the sequence of column `id`"),
            (Schema::from_tables([table("t", |_| ())]).with_enums([EnumType::new("t", ["a"])]), "table `t`"),
            (
                Schema::new()
                    .with_enums([EnumType::new(one.as_str(), ["a"]), EnumType::new(other.as_str(), ["a"])]),
                "and enum type",
            ),
            (
                Schema::new().with_sequences([Sequence::new(one.as_str()), Sequence::new(other.as_str())]),
                "and sequence",
            ),
            (
                Schema::from_tables([table("t", |table| {
                    table.check("a > 0").named(one.as_str());
                    table.foreign_key(["a"], "t", ["id"]).named(other.as_str());
                })]),
                "and constraint",
            ),
        ] {
            let message = message(Dialect::Postgres, &schema);
            assert!(message.contains(words), "{message}");
        }
        let twice = Schema::from_tables([table("t", index("ix")), table("u", index("IX"))]);
        assert!(message(Dialect::Sqlite, &twice).contains("have one name on SQLite, `ix`"));
        assert_eq!(message(Dialect::Postgres, &twice), "");
        // SQLite folds the case of ASCII alone.
        let beyond_ascii = Schema::from_tables([table("t", index("äx")), table("u", index("ÄX"))]);
        assert_eq!(message(Dialect::Sqlite, &beyond_ascii), "");
        let apart = Schema::from_tables([table("t", index("ix")), table("shop.u", index("ix"))]);
        assert_eq!(message(Dialect::Postgres, &apart), "");
        let alone = Schema::from_tables([table("t", |_| ())]).with_sequences([Sequence::new("t_id_seq")]);
        assert_eq!(message(Dialect::Postgres, &alone), "");
    }
}
