//! Every type that the server has comes back as what it is, and makes the same column again.

use cucurbit::{
    connection::Connection,
    dialect::{self, Answers, Before, Dialect},
    diff::{Filter, diff},
    schema::{Schema, Table, TableName},
};

use super::{Database, reflect, run_operations};

/// Types with everything that can stand beside their names.
const MODIFIED: &[&str] = &[
    "bit(3)",
    "bit varying",
    "bit varying(7)",
    "char",
    "char(4)",
    "character varying(9)",
    "float(3)",
    "float(30)",
    "interval(2)",
    "interval day",
    "interval day to second",
    "interval day to second(3)",
    "interval year to month",
    "numeric(7)",
    "numeric(7,2)",
    "time(2)",
    "time(2) with time zone",
    "timestamp(2)",
    "timestamp(2) with time zone",
    "varbit",
    "varchar",
];

/// Types of a user's own, in and outside of the search path.
const OWN: &str = "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TYPE \"Odd \"\"one\"\"\" AS ENUM ('a');
    CREATE TYPE \"user\" AS ENUM ('b'); CREATE SCHEMA app; CREATE TYPE app.level AS ENUM ('low');
    CREATE DOMAIN email AS varchar(80) CHECK (VALUE LIKE '%@%'); CREATE DOMAIN app.\"Code\" AS char(3);
    CREATE DOMAIN numbers AS integer[]; CREATE TYPE pair AS (a integer, b text);
    CREATE TYPE heights AS RANGE (subtype = float8)";

/// Lists the types, and whether there are arrays of them.
async fn all_types(connection: &mut Connection) -> Vec<(String, bool)> {
    connection.execute(OWN).await.unwrap();
    let sql = "SELECT pg_catalog.format_type(t.oid, NULL), t.typarray <> 0 FROM pg_catalog.pg_type t
        LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
        WHERE (t.typtype IN ('b', 'd', 'e', 'm', 'r') OR c.relkind = 'c') AND t.typcategory <> 'A'
          AND t.typnamespace IN ('pg_catalog'::regnamespace, 'public'::regnamespace, 'app'::regnamespace)
        ORDER BY 1";
    let rows = connection.rows(sql).await.unwrap().into_iter();
    let types = rows.map(|row| (row[0].clone().unwrap(), row[1].as_deref() == Some("t")));
    types.chain(MODIFIED.iter().map(|one| ((*one).to_owned(), true))).collect()
}

fn nothing_differs(from: &Schema, to: &Schema) {
    let (from, to) = (Dialect::Postgres.canonical(from), Dialect::Postgres.canonical(to));
    let found = diff(&from, &to, &Answers::default(), &Filter::default());
    assert!(found.is_empty(), "{found:#?}");
}

#[tokio::test]
async fn every_type_of_the_server_makes_the_same_column_again() {
    let (first, second) = (Database::new().await, Database::new().await);
    let mut connection = first.connect().await;
    let types = all_types(&mut connection).await;
    assert!(types.len() > 80, "{types:?}");
    let columns: Vec<String> = types
        .iter()
        .enumerate()
        .flat_map(|(at, (ty, has_arrays))| {
            let arrays = [format!("a{at} {ty}[]"), format!("m{at} {ty}[3][]")];
            std::iter::once(format!("c{at} {ty}")).chain(arrays.into_iter().filter(|_| *has_arrays))
        })
        .collect();
    connection.execute(&format!("CREATE TABLE every ({})", columns.join(", "))).await.unwrap();
    let schema = reflect(&mut connection).await;
    nothing_differs(&schema, &schema);

    let mut other = second.connect().await;
    other.execute(OWN).await.unwrap();
    let mut before = Before::of(reflect(&mut other).await);
    let from = Dialect::Postgres.canonical(&before.schema);
    let to = Dialect::Postgres.canonical(&schema);
    let operations = diff(&from, &to, &Answers::default(), &Filter::default()).operations;
    assert_eq!(operations.len(), 1, "only the table is missing");
    run_operations(&mut other, &mut before, &operations).await;
    assert_eq!(second.dump(), first.dump());
    nothing_differs(&reflect(&mut other).await, &schema);
}

#[tokio::test]
async fn a_constant_of_every_type_is_the_same_constant_again() {
    let (first, second) = (Database::new().await, Database::new().await);
    let mut connection = first.connect().await;
    let columns = [
        "a integer DEFAULT 5, b integer DEFAULT -5, c bigint DEFAULT 5000000000, d smallint DEFAULT '7'",
        "e numeric(5,2) DEFAULT 1.50, f double precision DEFAULT -0.5, g real DEFAULT 1e10, h numeric DEFAULT 'NaN'",
        "i text DEFAULT 'it''s \\ \"x\"', j varchar(9) DEFAULT 'x', k char(3) DEFAULT 'ab', l boolean DEFAULT true",
        "m date DEFAULT '2020-02-01', n timestamp(3) DEFAULT '2020-01-01 10:00', o timestamptz DEFAULT '2020-01-01 10:00Z'",
        "p interval DEFAULT '1 day', q interval day to second(2) DEFAULT '1.5 s', r time(0) DEFAULT '10:00'",
        "s json DEFAULT '{\"a\": 1}', t jsonb DEFAULT '{\"b\":1,\"a\":2}', u uuid DEFAULT '00000000-0000-0000-0000-000000000001'",
        "v bytea DEFAULT '\\x00ff', w inet DEFAULT '10.0.0.1/32', x cidr DEFAULT '10.0.0.0/8', y macaddr DEFAULT '08-00-2b-01-02-03'",
        "z money DEFAULT 5, aa point DEFAULT '(1,2)', ab bit(3) DEFAULT B'101', ac varbit DEFAULT B'1'",
        "ad int4range DEFAULT '[1,5]', ae tsvector DEFAULT 'a b', af integer[] DEFAULT '{1,2}', ag text[] DEFAULT ARRAY['a']",
        "ah email DEFAULT 'a@b', ai mood DEFAULT 'ok', aj \"user\" DEFAULT 'b', ak app.level DEFAULT 'low', al mood[] DEFAULT '{ok}'",
        "am \"char\" DEFAULT 'x', an name DEFAULT 'y', ao xml DEFAULT '<a/>', ap integer DEFAULT NULL, aq text DEFAULT CURRENT_USER",
    ];
    connection.execute(OWN).await.unwrap();
    connection.execute(&format!("CREATE TABLE every ({})", columns.join(", "))).await.unwrap();
    let schema = reflect(&mut connection).await;
    let mut other = second.connect().await;
    other.execute(OWN).await.unwrap();
    let mut before = Before::of(reflect(&mut other).await);
    let create = |table: &Table| cucurbit::operation::Operation::create(table.clone());
    let table = &schema.tables()[&TableName::new("every")];
    run_operations(&mut other, &mut before, &[create(table)]).await;
    assert_eq!(second.dump(), first.dump());

    // What a person writes for it is no difference either, by the word of the server.
    let again = reflect(&mut other).await;
    let (from, to) = (Dialect::Postgres.canonical(&schema), Dialect::Postgres.canonical(&again));
    let first = diff(&from, &to, &Answers::default(), &Filter::default());
    let answers = dialect::ask(&mut other, from.form(), to.form(), &first.questions).await.unwrap();
    let found = diff(&from, &to, &answers, &Filter::default());
    assert!(found.is_empty(), "{found:#?}");
}
