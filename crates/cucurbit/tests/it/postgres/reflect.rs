//! What is in the catalogue comes back as what it is, or not at all.

use cucurbit::{
    connection::{ConnectOptions, Connection},
    dialect::{self, Answers, Dialect},
    diff::{Filter, diff},
    error::ErrorCode,
    operation::Operation,
    schema::{
        Action, Ident, Identity, IndexKey, Schema, Serial, ServerDefault, Table, TableBuilder, TableName,
        Type, build::*,
    },
};

use super::{Database, reflect};
use crate::support::release;

async fn made(connection: &mut Connection, sql: &str) -> Schema {
    connection.execute(sql).await.expect("the tables can be made");
    reflect(connection).await
}

fn table<'s>(schema: &'s Schema, name: &str) -> &'s Table {
    schema.table(&TableName::new(name)).unwrap_or_else(|| panic!("there is a table {name}"))
}

#[tokio::test]
async fn the_rows_that_other_tools_falsify() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let schema = made(
        &mut connection,
        "CREATE DOMAIN email_d AS text CHECK (VALUE ~ '@');
         CREATE TABLE parent (id int PRIMARY KEY);
         CREATE TABLE t (
           id bigint GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 5) PRIMARY KEY,
           pa text, pb text, qty int CONSTRAINT positive CHECK (qty > 0), email email_d, name text COLLATE \"C\",
           doubled int GENERATED ALWAYS AS (qty * 2) STORED, at timestamptz(3), parent_id int,
           CONSTRAINT fk_parent FOREIGN KEY (parent_id) REFERENCES parent);
         CREATE TABLE u (parent_id int, CONSTRAINT fk_parent FOREIGN KEY (parent_id) REFERENCES parent ON DELETE CASCADE);
         COMMENT ON TABLE t IS 'torture'; COMMENT ON COLUMN t.pa IS 'a';
         ALTER TABLE t DROP COLUMN email; ALTER TABLE t ADD COLUMN email email_d;
         CREATE UNIQUE INDEX uq_lower ON t (lower(email));
         CREATE UNIQUE INDEX uq_mixed ON t (pa, lower(name));
         CREATE UNIQUE INDEX uq_partial ON t (name) WHERE qty > 5;
         CREATE INDEX ix_plain ON t (pb DESC, qty NULLS FIRST)",
    )
    .await;
    let wanted = TableBuilder::build("t", |table| {
        table.column(
            big_integer("id")
                .server_default(ServerDefault::Identity(Identity::always().start(100).increment(5))),
        );
        table.column(text("pa").nullable().comment("a"));
        table.column(text("pb").nullable());
        table.column(integer("qty").nullable());
        table.column(text("name").nullable().collate("C"));
        table.column(
            integer("doubled")
                .nullable()
                .server_default(ServerDefault::Computed { expression: "qty * 2".into(), stored: true }),
        );
        table.column(column("at", Type::DateTimeTz { precision: Some(3) }).nullable());
        table.column(integer("parent_id").nullable());
        table.column(column("email", Type::Custom { spelling: "email_d".into() }).nullable());
        table.primary_key(["id"]).named("t_pkey");
        table.foreign_key(["parent_id"], "parent", ["id"]).named("fk_parent");
        table.check("qty > 0").named("positive");
        table.comment("torture");
        let index = |name: &str, parts| cucurbit::schema::Index::new(name, parts);
        let mut lower = index("uq_lower", vec![expression("lower((email)::text)")]);
        lower.unique();
        table.index(lower);
        let mut mixed = index("uq_mixed", vec![key("pa"), expression("lower(name)")]);
        mixed.unique();
        table.index(mixed);
        let mut partial = index("uq_partial", vec![key("name")]);
        partial.unique().predicate("qty > 5");
        table.index(partial);
        let nulls = cucurbit::schema::Nulls::First;
        table.index(index("ix_plain", vec![key("pb").descending(), key("qty").nulls(nulls)]));
    });
    assert_eq!(table(&schema, "t"), &wanted);
    assert_eq!(table(&schema, "u").foreign_keys().next().unwrap().on_delete, Action::Cascade);
}

#[tokio::test]
async fn keys_and_indexes_are_read_with_all_that_they_say() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let schema = made(
        &mut connection,
        "CREATE TABLE parent (id int PRIMARY KEY, other int, UNIQUE (id, other));
         CREATE TABLE t (
           a int REFERENCES parent DEFERRABLE, b int, c int, d jsonb, e text,
           CONSTRAINT full_match FOREIGN KEY (a, b) REFERENCES parent (id, other) MATCH FULL,
           CONSTRAINT with_more UNIQUE (a) INCLUDE (b),
           CONSTRAINT later UNIQUE (b) DEFERRABLE,
           CONSTRAINT not_inherited CHECK (a > 0) NO INHERIT,
           CONSTRAINT apart EXCLUDE (c WITH =));
         ALTER TABLE t ADD CONSTRAINT not_valid CHECK (b > 0) NOT VALID;
         CREATE UNIQUE INDEX uq_include ON t (a) INCLUDE (b);
         CREATE INDEX ix_gin ON t USING gin (d);
         CREATE INDEX ix_pattern ON t (e text_pattern_ops);
         CREATE INDEX ix_collated ON t (e COLLATE \"C\");
         CREATE INDEX ix_held ON t (e)",
    )
    .await;
    let t = table(&schema, "t");
    assert_eq!((t.uniques().count(), t.foreign_keys().count(), t.checks().count()), (2, 2, 2));
    let names = ["ix_collated", "ix_gin", "ix_held", "ix_pattern", "uq_include"];
    assert_eq!(t.indexes.keys().map(|name| name.as_str()).collect::<Vec<_>>(), names);
    if connection.value("SHOW server_version_num").await.unwrap() >= Some("150000".into()) {
        let schema = made(
            &mut connection,
            "CREATE TABLE v (a int, b int, UNIQUE NULLS NOT DISTINCT (a),
               FOREIGN KEY (a, b) REFERENCES parent (id, other) ON DELETE SET NULL (b));
             CREATE UNIQUE INDEX ux_v ON v (b) NULLS NOT DISTINCT",
        )
        .await;
        let v = table(&schema, "v");
        assert!(v.uniques().next().unwrap().is_nulls_not_distinct);
        assert!(v.indexes[&Ident::new("ux_v")].is_nulls_not_distinct);
        assert_eq!(v.foreign_keys().next().unwrap().on_delete_columns, ["b"]);
    }
}

#[tokio::test]
async fn an_index_that_failed_to_be_made_is_made_anew() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    connection.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)").await.unwrap();
    connection.execute("CREATE UNIQUE INDEX CONCURRENTLY ux ON t (a)").await.expect_err("two rows are equal");
    let schema = dialect::reflect(&mut connection).await.unwrap().schema;
    assert!(table(&schema, "t").indexes[&Ident::new("ux")].is_invalid);
    let mut wanted = schema.clone();
    let table = wanted.tables_mut().next().unwrap();
    table.indexes.values_mut().for_each(|index| index.is_invalid = false);
    let [from, to] = [&schema, &wanted].map(|schema| Dialect::Postgres.canonical(schema));
    let found = diff(&from, &to, &Answers::default(), &Filter::default());
    let described: Vec<_> = found.operations.iter().map(Operation::describe).collect();
    assert_eq!(described, ["drop index ux on t", "create unique index ux on t (a)"]);
}

#[tokio::test]
async fn serial_is_a_sequence_of_the_columns_own() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let schema = made(
        &mut connection,
        "CREATE SEQUENCE shared;
         CREATE TABLE \"O'Brien\" (\"Id\" bigserial, b int DEFAULT nextval('shared'), c text DEFAULT 'nextval(''x''::regclass)',
           d serial, e numeric DEFAULT nextval('shared'));
         ALTER TABLE \"O'Brien\" ALTER d DROP DEFAULT",
    )
    .await;
    let defaults: Vec<_> =
        table(&schema, "O'Brien").columns.iter().map(|column| column.default.clone()).collect();
    let expression = |sql: &str| Some(ServerDefault::Expression(sql.into()));
    assert_eq!(
        defaults,
        [
            Some(ServerDefault::Serial(Serial::new().named("O'Brien_Id_seq"))),
            expression("nextval('shared'::regclass)"),
            Some(ServerDefault::Literal("nextval('x'::regclass)".into())),
            None,
            expression("nextval('shared'::regclass)"),
        ]
    );
}

#[tokio::test]
async fn it_is_the_tables_of_the_current_schema_and_others_bear_the_name_of_theirs() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let sql = "CREATE SCHEMA app; CREATE TABLE public.plant (id int PRIMARY KEY, name text UNIQUE);
         CREATE TABLE app.note (plant_id int REFERENCES public.plant, name text REFERENCES public.plant (name));
         CREATE TABLE app.parts (id int) PARTITION BY RANGE (id);
         CREATE TABLE app.part PARTITION OF app.parts FOR VALUES FROM (0) TO (9);
         CREATE VIEW app.seen AS SELECT 1 AS one;
         CREATE TEMPORARY TABLE passing (id int); SET search_path = app, public";
    let schema = made(&mut connection, sql).await;
    let names: Vec<String> = schema.tables().keys().map(ToString::to_string).collect();
    assert_eq!(names, ["note", "parts", "public.plant"]);
    let referred: Vec<_> = table(&schema, "note")
        .foreign_keys()
        .map(|key| (key.referred_table.to_string(), key.referred_columns[0].to_string()))
        .collect();
    assert_eq!(
        referred,
        [("public.plant".to_owned(), "name".to_owned()), ("public.plant".to_owned(), "id".to_owned())]
    );
    connection.execute("SET search_path = nowhere").await.unwrap();
    let error = dialect::reflect(&mut connection).await.expect_err("there is no schema");
    assert_eq!(error.to_string(), "none of the schemas in the search path `nowhere` exists");
}

#[tokio::test]
async fn an_extensions_tables_are_its_own() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let schema = made(
        &mut connection,
        "CREATE TABLE theirs (id int); CREATE TABLE ours (id int);
         CREATE EXTENSION IF NOT EXISTS plpgsql; ALTER EXTENSION plpgsql ADD TABLE theirs",
    )
    .await;
    assert_eq!(schema.tables().keys().map(ToString::to_string).collect::<Vec<_>>(), ["ours"]);
}

#[tokio::test]
async fn a_sum_in_an_index_is_an_expression_and_a_column_is_a_column() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let schema =
        made(&mut connection, "CREATE TABLE t (a int, b int); CREATE INDEX ix ON t ((a + b), b)").await;
    let keys: Vec<_> =
        table(&schema, "t").indexes.values().flat_map(|index| &index.parts).map(|part| &part.key).collect();
    assert_eq!(keys, [&IndexKey::Expression("a + b".into()), &IndexKey::Column("b".into())]);
}

#[tokio::test]
async fn what_is_not_compared_is_counted_and_named() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    assert_eq!(dialect::unmanaged(&mut connection).await.unwrap(), []);
    connection
        .execute(
            "CREATE TABLE t (a int, b int) WITH (fillfactor = 70);
             CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
             CREATE TRIGGER one BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
             CREATE TRIGGER two BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();
             CREATE RULE r AS ON DELETE TO t DO ALSO NOTHING;
             CREATE POLICY p ON t; ALTER TABLE t ENABLE ROW LEVEL SECURITY;
             CREATE VIEW v AS SELECT a FROM t;
             CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
             GRANT SELECT, INSERT ON t TO PUBLIC;
             CREATE STATISTICS s ON a, b FROM t;
             CREATE PUBLICATION pub FOR TABLE t;
             CREATE TABLE child () INHERITS (t);
             CREATE TABLE parts (a int) PARTITION BY LIST (a);
             CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
             CREATE DOMAIN d AS int; CREATE TYPE pair AS (x int, y int);
             CREATE SCHEMA apart; CREATE COLLATION apart.c (LOCALE = 'C');
             CREATE TABLE u (a text); CREATE INDEX ix_u ON u (a COLLATE apart.c);
             CREATE TABLE noted (id serial PRIMARY KEY, a int CONSTRAINT uq_noted UNIQUE);
             CREATE TABLE numbered (a smallserial, b serial, c bigserial, d serial, e serial, f numeric, g serial, h text,
               i int GENERATED ALWAYS AS IDENTITY (START WITH 5));
             ALTER SEQUENCE numbered_a_seq START WITH 5; ALTER SEQUENCE numbered_b_seq AS bigint;
             ALTER SEQUENCE numbered_c_seq AS int; ALTER SEQUENCE numbered_d_seq CYCLE;
             ALTER SEQUENCE numbered_e_seq RENAME TO numbers; ALTER SEQUENCE numbered_i_seq RENAME TO counter;
             CREATE SEQUENCE of_f OWNED BY numbered.f; ALTER TABLE numbered ALTER f SET DEFAULT nextval('of_f');
             ALTER TABLE numbered ALTER g SET DEFAULT 1 + nextval('numbered_g_seq');
             CREATE SEQUENCE of_h OWNED BY numbered.h;
             COMMENT ON INDEX uq_noted IS 'it is'; COMMENT ON SEQUENCE noted_id_seq IS 'it counts';
             COMMENT ON CONSTRAINT uq_noted ON noted IS 'it is compared';
             UPDATE pg_extension SET extnamespace = 'public'::regnamespace", // the one that every server has
        )
        .await
        .unwrap();
    let found = dialect::unmanaged(&mut connection).await.unwrap();
    let described: Vec<String> = found.iter().map(|one| format!("{one}: {}", one.names.join(", "))).collect();
    assert_eq!(
        described,
        [
            "2 triggers: one, two",
            "1 rule: r",
            "1 policy: p",
            "1 table with row security: t",
            "1 view: v",
            "1 materialized view: m",
            "1 function: f",
            "1 partitioned table: parts",
            "1 partition: parts_1",
            "1 table that inherits: child",
            "1 grant: t to PUBLIC",
            "1 table with storage parameters: t",
            "1 index with a collation of another schema: ix_u",
            "1 statistics object: s",
            "1 table in a publication: t",
            "1 domain: d",
            "1 extension: plpgsql",
            "1 composite type: pair",
            "1 collation: apart.c",
            "1 publication: pub",
            "1 identity column whose sequence has another name: numbered.i (counter)",
            "3 sequences of columns that are not SERIAL: numbered_g_seq, of_f, of_h",
            "2 comments that are not compared: index uq_noted, sequence noted_id_seq",
        ]
    );
}

#[tokio::test]
async fn comments_and_privileges_on_what_is_not_compared_are_counted() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    connection
        .execute(
            "CREATE SCHEMA shop; CREATE TABLE t (a int CONSTRAINT c CHECK (a > 0)); CREATE TYPE mood AS ENUM ('a');
             CREATE SEQUENCE s; CREATE INDEX ix ON t (a); CREATE EXTENSION citext;
             CREATE VIEW v AS SELECT a FROM t; CREATE MATERIALIZED VIEW shop.m AS SELECT a FROM t;
             CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
             CREATE DOMAIN d AS int CONSTRAINT positive CHECK (VALUE > 0);
             CREATE TYPE pair AS (x int); CREATE TABLE parts (a int) PARTITION BY LIST (a);
             CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
             CREATE POLICY p ON t; CREATE PUBLICATION pub; CREATE FOREIGN DATA WRAPPER w; CREATE SERVER away FOREIGN DATA WRAPPER w;
             COMMENT ON TABLE t IS 'compared'; COMMENT ON COLUMN t.a IS 'compared'; COMMENT ON CONSTRAINT c ON t IS 'compared';
             COMMENT ON INDEX ix IS 'compared'; COMMENT ON SEQUENCE s IS 'compared'; COMMENT ON TYPE mood IS 'compared';
             COMMENT ON VIEW v IS 'x'; COMMENT ON COLUMN v.a IS 'x'; COMMENT ON MATERIALIZED VIEW shop.m IS 'x';
             COMMENT ON FUNCTION f(int) IS 'x'; COMMENT ON DOMAIN d IS 'x'; COMMENT ON CONSTRAINT positive ON DOMAIN d IS 'x';
             COMMENT ON TYPE pair IS 'x'; COMMENT ON TABLE parts IS 'x'; COMMENT ON TRIGGER tr ON t IS 'x';
             COMMENT ON POLICY p ON t IS 'x'; COMMENT ON PUBLICATION pub IS 'x'; COMMENT ON SERVER away IS 'x';
             GRANT USAGE ON SCHEMA shop TO pg_monitor; REVOKE ALL ON TYPE mood FROM PUBLIC; GRANT USAGE ON DOMAIN d TO pg_monitor;
             REVOKE ALL ON FUNCTION f(int) FROM PUBLIC; GRANT SELECT ON SEQUENCE s TO pg_monitor;
             GRANT USAGE ON FOREIGN DATA WRAPPER w TO pg_monitor; GRANT USAGE ON FOREIGN SERVER away TO pg_monitor;
             CREATE TRUSTED LANGUAGE other HANDLER plpgsql_call_handler; REVOKE USAGE ON LANGUAGE other FROM PUBLIC; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_monitor",
        )
        .await
        .unwrap();
    let listed = async |connection: &mut Connection| {
        let found = dialect::unmanaged(connection).await.unwrap();
        let about = found.into_iter().filter(|one| {
            ["comment", "privilege", "grant", "logged"].iter().any(|word| one.kind.contains(word))
        });
        about.map(|one| format!("{one}: {}", one.names.join(", "))).collect::<Vec<String>>()
    };
    assert_eq!(
        listed(&mut connection).await,
        [
            "1 grant: s to pg_monitor",
            "1 default privilege: on tables",
            "1 function with privileges: f",
            "1 schema with privileges: shop",
            "2 types with privileges: d, mood",
            "1 language with privileges: other",
            "1 foreign-data wrapper with privileges: w",
            "1 foreign server with privileges: away",
            "12 comments that are not compared: column a of view v, constraint positive, function f(integer), \
             materialized view shop.m, policy p on table t, publication pub, server away, table parts, trigger tr on table t, \
             type d, type pair, view v",
        ]
    );
    // Both ways, for a schema that a database has from the beginning.
    connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC").await.unwrap();
    assert!(listed(&mut connection).await.contains(&"2 schemas with privileges: public, shop".to_owned()));
    connection.execute("GRANT USAGE ON SCHEMA public TO PUBLIC").await.unwrap();
    let is_usual = release(&mut connection).await >= 15;
    assert_eq!(
        is_usual,
        listed(&mut connection).await.contains(&"1 schema with privileges: shop".to_owned())
    );
}

#[tokio::test]
async fn a_sequence_that_is_logged_otherwise_than_its_table_is_counted() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    if release(&mut connection).await < 15 {
        // Sequences are always logged there.
        return;
    }
    let make = "CREATE UNLOGGED TABLE t (a serial, b serial, c int GENERATED ALWAYS AS IDENTITY, d serial); CREATE TABLE u (a serial); \
                CREATE SEQUENCE alone; CREATE UNLOGGED SEQUENCE forgetful";
    connection.execute(make).await.unwrap();
    let alone = dialect::unmanaged(&mut connection).await.unwrap();
    assert_eq!(alone.iter().map(ToString::to_string).collect::<Vec<_>>().len(), 1, "{alone:?}");
    connection.execute("ALTER SEQUENCE t_b_seq SET LOGGED; ALTER SEQUENCE t_c_seq SET LOGGED").await.unwrap();
    let found = dialect::unmanaged(&mut connection).await.unwrap();
    let described: Vec<String> = found.iter().map(|one| format!("{one}: {}", one.names.join(", "))).collect();
    assert_eq!(
        described,
        ["3 sequences that are logged otherwise than their tables: forgetful, t_b_seq, t_c_seq"]
    );
}

#[tokio::test]
async fn what_lies_in_a_tablespace_is_counted_and_named() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let space = format!("{}_space", database.name);
    // A tablespace belongs to the whole server, so that it goes before anything is compared.
    for statement in [
        "SET allow_in_place_tablespaces = on",
        &format!("CREATE TABLESPACE {space} LOCATION ''"),
        &format!("CREATE TABLE t (a int) TABLESPACE {space}"),
        &format!("CREATE TABLE u (a int); CREATE INDEX ix ON u (a) TABLESPACE {space}"),
    ] {
        connection.execute(statement).await.unwrap();
    }
    let found = dialect::unmanaged(&mut connection).await;
    connection.execute("DROP TABLE t, u").await.unwrap();
    connection.execute(&format!("DROP TABLESPACE {space}")).await.unwrap();
    let described: Vec<String> =
        found.unwrap().iter().map(|one| format!("{one}: {}", one.names.join(", "))).collect();
    assert_eq!(described, ["2 tables and indexes in tablespaces: ix, t"]);
}

#[tokio::test]
async fn a_sequence_that_its_column_is_not_filled_by_is_neither_made_nor_dropped() {
    let mut sides = Vec::new();
    for sequences in [
        "CREATE SEQUENCE one OWNED BY plant.id; CREATE SEQUENCE other",
        "CREATE SEQUENCE one; CREATE SEQUENCE other OWNED BY plant.id",
        "",
    ] {
        let database = Database::new().await;
        let mut connection = database.connect().await;
        let sql = format!("CREATE TABLE plant (id BIGINT PRIMARY KEY); {sequences}");
        connection.execute(&sql).await.unwrap();
        sides.push(Dialect::Postgres.canonical(reflect(&mut connection).await));
    }
    let operations = |from: usize, to: usize| {
        let found = diff(&sides[from], &sides[to], &Answers::default(), &Filter::default());
        found.operations.iter().map(Operation::describe).collect::<Vec<_>>()
    };
    assert_eq!(operations(0, 1), Vec::<String>::new());
    assert_eq!(operations(1, 0), Vec::<String>::new());
    assert_eq!(operations(2, 0), ["create sequence other"]);
    assert_eq!(operations(0, 2), ["drop sequence other"]);
}

#[tokio::test]
async fn a_schema_that_may_not_be_used_is_not_said_to_be_missing() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let role = format!("user_of_{}", database.name);
    let sql = format!(
        "REVOKE ALL ON SCHEMA public FROM public; CREATE ROLE {role} IN ROLE pg_monitor; SET ROLE {role}"
    );
    connection.execute(&sql).await.unwrap();
    let error = dialect::reflect(&mut connection).await.unwrap_err();
    connection.execute("SET search_path = nowhere").await.unwrap();
    let missing = dialect::reflect(&mut connection).await.unwrap_err();
    connection.execute(&format!("RESET ROLE; DROP ROLE {role}")).await.unwrap();
    assert_eq!(ErrorCode::from(&error), ErrorCode::NoPermission, "{error}");
    assert!(error.hint().unwrap().contains("GRANT USAGE, CREATE ON SCHEMA public"), "{:?}", error.hint());
    assert_eq!(ErrorCode::from(&missing), ErrorCode::NoSchema, "{missing}");
}

#[tokio::test]
async fn a_user_who_is_not_there_is_not_sent_to_pg_hba() {
    let database = Database::new().await;
    let url = database.url();
    let (scheme, rest) = url.split_once("://").unwrap();
    let host = rest.split_once('@').map_or(rest, |(_, host)| host);
    let url = format!("{scheme}://nosuchuser@{host}").parse().unwrap();
    let error = Connection::connect(&url, &ConnectOptions::default()).await.unwrap_err();
    assert_eq!(ErrorCode::from(&error), ErrorCode::UserRefused, "{error}");
    assert!(error.hint().unwrap().contains("CREATE ROLE"), "{:?}", error.hint());
}
