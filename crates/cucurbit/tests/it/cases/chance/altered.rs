//! Types altered by hand under expressions: checks, conditions and keys of indexes, exclusions, computed columns.
//!
//! The server keeps the words of the old type. Where they mean what the words of the new type would, there is nothing to do;
//! where they do not there is, and after it silence. What is read as one is true of the same values.

use std::fmt::Write as _;

use cucurbit::{connection::Connection, operation::Operation, schema::Dialect};

use crate::support::{Database, on_database};

use super::super::{
    file::Case,
    prove::{come_to_silence, compare},
};

/// Types whose values become each other, conditions with `#` for a column, and values.
struct Kind {
    types: &'static [&'static str],
    conditions: &'static [&'static str],
    values: &'static [&'static str],
}

const KINDS: [Kind; 5] = [
    Kind {
        types: &["varchar(20)", "text", "char(20)", "citext", "varchar(20) COLLATE \"C\""],
        conditions: &[
            "# IN ('x', 'y')",
            "# NOT IN ('A', 'b ')",
            "# <> 'z '",
            "# > 'a' AND # LIKE 'a%' OR # IS NULL",
            "coalesce(#, '') <> 'q'",
            "length(#) < 30",
            "# ~ '^[a-z]*$'",
            "CASE # WHEN 'a' THEN true ELSE # > 'B' END",
            "lower(#) = #",
            "# = ANY ('{a,\"b c\"}')",
            "nullif(#, 'x') IS DISTINCT FROM 'y'",
            "greatest(#, 'a') < 'zz'",
            "substr(#, 1, 1) || 'x' IN ('ax', 'bx')",
            "# COLLATE \"C\" < 'a'",
            "# = 'abc'::varchar(2)",
            "# = 'ab '::bpchar",
            "pg_typeof(#)::text = 'text'",
            "pg_typeof(coalesce(#, 'x'))::text = 'text'",
        ],
        values: &["'x'", "'X'", "'b '", "'b'", "'z'", "'ab'", "'abc'", "''", "NULL", "'ax'", "'é'"],
    },
    Kind {
        types: &["smallint", "integer", "bigint", "numeric(6, 1)", "double precision", "real"],
        conditions: &[
            "# > 0",
            "# IN (1, 2)",
            "# NOT IN (-1, 2)",
            "# BETWEEN -5 AND 10",
            "# <> -1 OR # IS NULL",
            "# % 2 = 0",
            "coalesce(#, 0) >= 0",
            "coalesce(#, 0) % 3 IN (0, 1)",
            "# + 1 > 0",
            "# * 2 < 1000000000000",
            "# / 2 = 1",
            "# > 1.5",
            "# < 5000000000",
            "# <> 1.1::real",
            "abs(#) < 100",
            "round(#) = #",
            "# = 2.25::numeric(4, 1)",
        ],
        values: &["-2", "-1", "0", "1", "2", "3", "5", "1.1", "1.5", "2.2", "2.3", "NULL", "32767"],
    },
    Kind {
        types: &["date", "timestamp", "timestamp(3)", "timestamptz"],
        conditions: &[
            "# > '2020-01-01'",
            "# <> '2020-02-29 01:02:03'",
            "# IN ('2020-01-01', '2021-01-01')",
            "# BETWEEN '1970-01-01' AND '2100-01-01'",
            "# < 'infinity'",
            "# > '2020-01-01'::date",
            "# > '2020-01-01'::timestamp",
            "# > '2020-01-01'::timestamptz",
            "coalesce(#, '2020-01-01') > '2019-01-01'",
        ],
        values: &[
            "'2020-01-01'",
            "'2020-01-01 00:00:01'",
            "'1960-01-01'",
            "'infinity'",
            "'-infinity'",
            "NULL",
            "'2020-02-29 01:02:03'",
        ],
    },
    Kind {
        types: &["text[]", "varchar[]", "varchar(9)[]"],
        conditions: &["# <> '{a}'", "'x' <> ALL (#)", "#[1] IN ('a', 'b')", "cardinality(#) < 5"],
        values: &["'{}'", "'{a}'", "'{a,b}'", "'{x}'", "NULL"],
    },
    Kind {
        types: &["json", "jsonb"],
        conditions: &["# ->> 'a' IN ('x', 'y')", "(# -> 'a') IS NOT NULL", "(# ->> 'n')::int > 1"],
        values: &["'{}'", "'{\"a\": \"x\"}'", "'{\"n\": 2}'", "NULL"],
    },
];

/// Tells whether both are types of a list.
fn are_both(of: &[&str], from: &str, to: &str) -> bool {
    of.contains(&from) && of.contains(&to)
}

/// Tells whether the words of one type surely mean to the other what its own do, so that there is nothing to do.
fn is_nothing_to_do(from: &str, to: &str, condition: &str) -> bool {
    let is_of_whole = |condition: &str| {
        let others = ["*", "/", "+", "abs", "round", "1.5", "real", "numeric(", "5000000000"];
        !others.iter().any(|other| condition.contains(other))
    };
    // `c % 2` of a SMALLINT is one of an INTEGER, and stays so: values that are larger are refused then.
    let is_narrowed =
        (from, to) == ("smallint", "bigint") && ["%", "coalesce"].iter().any(|one| condition.contains(one));
    are_both(&["varchar(20)", "text"], from, to)
        && !["pg_typeof", "bpchar"].iter().any(|other| condition.contains(other))
        || are_both(&["smallint", "integer", "bigint"], from, to) && is_of_whole(condition) && !is_narrowed
        || from == "numeric(6, 1)"
            && ["smallint", "integer", "bigint"].contains(&to)
            && is_of_whole(condition)
        || from == "double precision"
            && ["smallint", "integer"].contains(&to)
            && is_of_whole(condition)
            && !condition.contains("coalesce")
        || are_both(&["timestamp", "timestamp(3)"], from, to)
        || are_both(&["date", "timestamp", "timestamp(3)"], from, to)
            && !["coalesce", "01:02:03"].iter().any(|other| condition.contains(other))
        || are_both(&["json", "jsonb"], from, to)
}

/// What a condition stands in.
const PLACES: usize = 5;

/// A table whose column has a condition in some place, without the type of the column.
fn table(name: &str, ty: &str, condition: &str, place: usize) -> String {
    let condition = condition.replace('#', "c");
    match place {
        0 => format!("CREATE TABLE {name} (id integer, c {ty}, CHECK ({condition}));"),
        1 => {
            format!(
                "CREATE TABLE {name} (id integer, c {ty});\nCREATE INDEX i{name} ON {name} (id) WHERE {condition};"
            )
        }
        2 => {
            format!(
                "CREATE TABLE {name} (id integer, c {ty});\nCREATE INDEX i{name} ON {name} (({condition}));"
            )
        }
        3 => format!(
            "CREATE TABLE {name} (id integer, c {ty}, CONSTRAINT x{name} EXCLUDE USING btree (id WITH =) WHERE ({condition}));"
        ),
        _ => format!(
            "CREATE TABLE {name} (id integer, c {ty}, UNIQUE (c), CHECK (id > 0 OR ({condition})) NOT VALID);"
        ),
    }
}

/// A table, what it is made into by hand, and what it would be if it were made so.
struct Altered {
    before: String,
    by_hand: String,
    made: String,
    /// The type that it becomes, by its place.
    to: usize,
    is_nothing_to_do: bool,
}

/// Which of the pairs of types and conditions are tried.
#[derive(Clone, Copy)]
enum Which {
    /// All, in checks.
    AllInChecks,
    /// One of five, of types that every database has, in whichever places.
    SomeInPlaces,
}

/// Keeps what the server lets be altered.
async fn altered(connection: &mut Connection, kind: &Kind, which: Which) -> Vec<Altered> {
    let (mut found, mut pairs) = (Vec::new(), 0);
    for from in kind.types {
        for (to_place, to) in kind.types.iter().enumerate().filter(|(_, to)| *to != from) {
            for condition in kind.conditions {
                let name = format!("t{}", found.len());
                pairs += 1;
                let place = match which {
                    Which::AllInChecks => 0,
                    Which::SomeInPlaces if pairs % 5 > 0 || [from, to].contains(&&"citext") => continue,
                    Which::SomeInPlaces => found.len() % PLACES,
                };
                let [before, made] = [from, to].map(|ty| table(&name, ty, condition, place));
                let by_hand = format!("{before}\nALTER TABLE {name} ALTER c TYPE {to};");
                let sql = format!("BEGIN; {by_hand} DROP TABLE {name}; {made} ROLLBACK");
                match connection.execute(&sql).await {
                    Ok(_) => {
                        let is_nothing_to_do = is_nothing_to_do(from, to, condition);
                        found.push(Altered { before, by_hand, made, to: to_place, is_nothing_to_do });
                    }
                    // The condition is none of that type, or is no constant one.
                    Err(_) => drop(connection.execute("ROLLBACK").await.expect("a transaction ends")),
                }
            }
        }
    }
    found
}

fn case(from: &str, to: &str) -> Case {
    let text = format!("Types change under expressions.\n--- from\n{from}\n--- to\n{to}\n");
    Case::parse("altered".as_ref(), &text).expect("it can be read")
}

fn joined<'a>(of: impl Iterator<Item = &'a Altered>, text: impl Fn(&Altered) -> &str) -> String {
    let mut all = String::new();
    of.for_each(|one| writeln!(all, "{}", text(one)).expect("text can be written"));
    all
}

async fn made_silent(database: &Database, from: &str, to: &str) {
    if let Err(failure) = come_to_silence(&case(from, to), database).await {
        panic!("{failure}\n--- from\n{from}--- to\n{to}");
    }
}

/// A connection to a database that has citext, as all of a comparison have.
async fn with_citext(database: &Database) -> Connection {
    let mut connection = database.emptied().await;
    connection.execute("CREATE EXTENSION citext").await.expect("PostgreSQL has it");
    connection
}

/// Lists what a comparison says, a line for each operation.
async fn said(database: &Database, from: &str, to: &str) -> Vec<String> {
    let [from, to] = [from, to].map(|sql| format!("CREATE EXTENSION citext;\n{sql}"));
    let (compared, connection) = compare(&case(&from, &to), database).await.expect("they are compared");
    connection.close().await.expect("it can be closed");
    compared.upgrade.iter().map(Operation::describe).collect()
}

#[test]
fn types_altered_under_expressions_come_to_silence() {
    on_database(Dialect::Postgres, async |database: Database| {
        for kind in &KINDS {
            let mut connection = database.emptied().await;
            let all = altered(&mut connection, kind, Which::SomeInPlaces).await;
            connection.close().await.expect("it can be closed");
            let whole = |text: fn(&Altered) -> &str| joined(all.iter(), text);
            let (before, by_hand) = (whole(|one| &one.before), whole(|one| &one.by_hand));
            let made = whole(|one| &one.made);
            for (from, to) in [(&before, &by_hand), (&by_hand, &made), (&before, &made)] {
                made_silent(&database, from, to).await;
            }
        }
    });
}

/// What a column is altered into by hand under all that can stand on it, and what it would be if it were made so.
const BY_HAND: &str = "CREATE TABLE plant (
    id integer PRIMARY KEY,
    kind varchar(10) NOT NULL CHECK (kind IN ('bush', 'tree')),
    name varchar(40),
    level integer CHECK (level IN (1, 2)),
    price numeric(8, 2) CHECK (price >= 0 AND price % 5 = 0),
    code varchar(9) GENERATED ALWAYS AS (coalesce(NULL, 'x'::varchar) || 'y') STORED,
    day date CHECK (day > '2020-01-01'),
    CONSTRAINT one_tree EXCLUDE USING btree (name WITH =) WHERE (kind IN ('tree', 'palm'))
);
CREATE INDEX ix_kind ON plant (kind varchar_pattern_ops) WHERE kind NOT IN ('bush', 'x');
CREATE INDEX ix_name ON plant (lower(name) varchar_pattern_ops, coalesce(name, '-'));
ALTER TABLE plant ALTER kind TYPE text, ALTER name TYPE text, ALTER level TYPE bigint, ALTER price TYPE integer,
    ALTER code TYPE text, ALTER day TYPE timestamp;";
const MADE: &str = "CREATE TABLE plant (
    id integer PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('bush', 'tree')),
    name text,
    level bigint CHECK (level IN (1, 2)),
    price integer CHECK (price >= 0 AND price % 5 = 0),
    code text GENERATED ALWAYS AS (coalesce(NULL, 'x'::varchar) || 'y') STORED,
    day timestamp CHECK (day > '2020-01-01'),
    CONSTRAINT one_tree EXCLUDE USING btree (name WITH =) WHERE (kind IN ('tree', 'palm'))
);
CREATE INDEX ix_kind ON plant (kind text_pattern_ops) WHERE kind NOT IN ('bush', 'x');
CREATE INDEX ix_name ON plant (lower(name) text_pattern_ops, coalesce(name, '-'));";

#[test]
fn what_stands_on_altered_types_and_means_the_same_is_no_difference() {
    on_database(Dialect::Postgres, async |database: Database| {
        assert_eq!(said(&database, BY_HAND, MADE).await, [""; 0]);
        assert_eq!(said(&database, MADE, BY_HAND).await, [""; 0]);
    });
}

/// Makes a table for each type of a kind, with those of the values that it has.
async fn make_values(connection: &mut Connection, kind: &Kind) {
    for (place, ty) in kind.types.iter().enumerate() {
        let sql = format!("CREATE TABLE v{place} (id serial, c {ty})");
        connection.execute(&sql).await.expect("a table can be made");
        for value in kind.values {
            // Some are none of that type.
            drop(connection.execute(&format!("INSERT INTO v{place} (c) VALUES ({value})")).await);
        }
    }
}

/// The condition of a table's check, as the server keeps it.
async fn condition(connection: &mut Connection, schema: &str, table: usize) -> String {
    let sql = format!(
        "SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint \
         WHERE conrelid = '{schema}.t{table}'::regclass AND contype = 'c'"
    );
    connection.value(&sql).await.expect("it can be read").expect("it has a check")
}

#[test]
fn conditions_that_are_read_as_one_are_true_of_the_same_values() {
    on_database(Dialect::Postgres, async |database: Database| {
        for kind in &KINDS {
            let mut connection = with_citext(&database).await;
            let all = altered(&mut connection, kind, Which::AllInChecks).await;
            connection.close().await.expect("it can be closed");
            let (by_hand, made) =
                (joined(all.iter(), |one| &one.by_hand), joined(all.iter(), |one| &one.made));
            let left = said(&database, &by_hand, &made).await;
            let is_left = |at: usize| left.iter().any(|line| line.contains(&format!(" t{at}:")));
            let same: Vec<usize> = (0..all.len()).filter(|at| !is_left(*at)).collect();
            let missed: Vec<&str> = (0..all.len())
                .filter(|at| all[*at].is_nothing_to_do && is_left(*at))
                .map(|at| all[at].by_hand.as_str())
                .collect();
            assert_eq!(missed, [""; 0], "{left:?}");
            assert!(!same.is_empty(), "{:?}", kind.types);
            // Of many types, some mean something else by the same words.
            assert!(kind.types.len() < 4 || same.len() < all.len(), "{:?}", kind.types);
            let mut connection = with_citext(&database).await;
            let schemas = format!("{by_hand}CREATE SCHEMA made; SET search_path TO made, public; {made}");
            connection.execute(&schemas).await.expect("both can be made");
            make_values(&mut connection, kind).await;
            for at in same {
                let mut answers = Vec::new();
                let conditions = [
                    condition(&mut connection, "public", at).await,
                    condition(&mut connection, "made", at).await,
                ];
                for one in &conditions {
                    let sql = format!("SELECT ({one})::text FROM v{} ORDER BY id", all[at].to);
                    answers.push(connection.rows(&sql).await.ok());
                }
                assert!(answers[0].is_some(), "{conditions:?}");
                assert_eq!(answers[0], answers[1], "{conditions:?}");
            }
            connection.close().await.expect("it can be closed");
        }
    });
}
