//! Commands as library functions: what a new script may be, and what a rehearsal runs.

use cucurbit::{
    Op,
    command::{self, Between, CheckOptions, Env, Location, NewRevision, Project, merge, new_revision},
    prelude::*,
    runtime::Migrator,
    schema::{EnumType, Schema},
    source::replay_on_scratch,
};

use crate::support::{self, Database, on_each_database, on_sqlite, script, scripts};

fn nothing(_op: &mut Op) {}

fn project(folder: &std::path::Path) -> Project {
    let list = vec![
        script("a1", &[], nothing, nothing),
        script("b1", &["a1"], nothing, nothing),
        script("b2", &["a1"], nothing, nothing),
    ];
    let location = Location::new().working_directory(folder);
    Project::open(Env::new(list).project(folder), location).unwrap()
}

fn new(head: &str) -> NewRevision {
    support::new_revision("message").head(head.parse().unwrap())
}

#[test]
fn a_script_that_would_break_the_graph_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("versions")).unwrap();
    let project = project(folder.path());
    let taken = new("b1").id("a1");
    let empty = new("b1").branch_label("");
    let label = new("b1").branch_label("b2");
    let unknown = new("b1").depends_on("nosuch");
    for (new, said) in [
        (taken, "there is a revision `a1` already"),
        (empty, "a branch label cannot be empty"),
        (label, "`b2` names another revision already"),
        (unknown, "Can't locate revision identified by 'nosuch'"),
    ] {
        assert_eq!(new_revision(&project, &new).unwrap_err().to_string(), said);
    }
    assert_eq!(std::fs::read_dir(folder.path().join("versions")).unwrap().count(), 0);
}

#[test]
fn a_merge_names_each_parent_once() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("versions")).unwrap();
    let targets = ["b1", "b2", "b1"].map(|word| word.parse().unwrap());
    let written = merge(&project(folder.path()), &new("heads"), &targets).unwrap();
    let text = std::fs::read_to_string(written.path).unwrap();
    assert_eq!(text.matches("\"b1\"").count(), 1, "{text}");
}

fn mood(op: &mut Op) {
    op.create_enum("mood", ["sad", "ok"]);
    op.create_table("plant", |table| {
        table.column(integer("id"));
        table.column(enumeration("mood", "mood").default("ok"));
        table.primary_key(["id"]);
    });
}

#[test]
fn a_script_from_a_file_without_enum_types_makes_them_all_the_same() {
    on_each_database(async |database: Database| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("versions")).unwrap();
        let toml = format!("url = '{}'\ndialects = ['sqlite', 'postgres']\n", database.url);
        std::fs::write(folder.path().join("cucurbit.toml"), toml).unwrap();
        let project = |values: &'static [&'static str]| {
            let models = move || {
                let table = TableBuilder::build("plant", |table| {
                    table.column(integer("id"));
                    table.column(enumeration("mood", "mood").default("ok"));
                    table.primary_key(["id"]);
                });
                let enums = [EnumType::new("mood", values.iter().copied())];
                Ok::<_, std::fmt::Error>(Schema::from_tables([table]).with_enums(enums))
            };
            let env = Env::new(vec![script("a", &[], mood, nothing)]).project(folder.path()).models(models);
            let location = Location::new().working_directory(folder.path());
            Project::open(env, location).unwrap()
        };
        let same = project(&["sad", "ok"]);
        let mut connection = database.connect().await;
        let pending = command::check(&same, CheckOptions::default()).await.unwrap();
        assert_eq!(pending.operations, [], "while the revision is pending");
        Migrator::on(&mut connection, same.scripts()).upgrade(&["head".parse().unwrap()]).await.unwrap();
        connection.close().await.unwrap();
        let reached = command::check(&same, CheckOptions::default()).await.unwrap();
        assert_eq!(reached.operations, [], "when it was run");

        let more = project(&["sad", "ok", "glad"]);
        let written = command::create(&more, &new("head"), &command::Between::default())
            .await
            .unwrap()
            .expect("a value is missing");
        let text = std::fs::read_to_string(written.path).unwrap();
        assert!(text.contains(r#"op.add_enum_value("mood", "glad");"#), "{text}");
        assert!(text.contains(r#"op.set_enum_values("mood", ["sad", "ok"]);"#), "{text}");
    });
}

#[test]
fn what_neither_the_history_nor_the_models_made_is_left_alone() {
    on_each_database(async |database: Database| {
        if database.dialect == Sqlite {
            return; // It has neither schemas, types nor sequences.
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("cucurbit.toml"), format!("url = '{}'\n", database.url)).unwrap();
        let models = || {
            let table = TableBuilder::build("plant", |table| {
                table.column(integer("id"));
                table.column(enumeration("mood", "mood").default("ok"));
                table.primary_key(["id"]);
            });
            let enums = [EnumType::new("mood", ["sad", "ok"])];
            Ok::<_, std::fmt::Error>(Schema::from_tables([table]).with_enums(enums))
        };
        let env = Env::new(vec![script("a", &[], mood, nothing)]).project(folder.path()).models(models);
        let location = Location::new().working_directory(folder.path());
        let project = Project::open(env, location).unwrap();
        let mut connection = database.connect().await;
        Migrator::on(&mut connection, project.scripts()).upgrade(&["head".parse().unwrap()]).await.unwrap();
        let by_hand =
            "CREATE SCHEMA tenant; CREATE TABLE tenant.plant (id int); CREATE TYPE by_hand AS ENUM ('a');
             CREATE TYPE tenant.mood AS ENUM ('b'); CREATE SEQUENCE number; CREATE SEQUENCE tenant.number";
        connection.execute(by_hand).await.unwrap();
        connection.close().await.unwrap();
        let check = command::check(&project, CheckOptions::default()).await.unwrap();
        assert_eq!(check.operations, []);
    });
}

#[test]
fn a_rehearsal_knows_tables_that_need_each_other() {
    fn pair(op: &mut Op) {
        for (table, other) in [("bed", "tool"), ("tool", "bed")] {
            op.create_table(table, |table| {
                table.column(integer("id"));
                table.column(integer("other").nullable());
                table.primary_key(["id"]);
                table.foreign_key(["other"], other, ["id"]);
            });
        }
        op.execute("CREATE TABLE by_hand (id INTEGER)");
    }
    on_each_database(async |database: Database| {
        let scripts = scripts(&[script("a", &[], pair, nothing)]);
        let after =
            replay_on_scratch(&database.parsed_url, &scripts, scripts.graph().heads(), Default::default())
                .await
                .unwrap();
        assert_eq!(after.schema.tables().len(), 3);
    });
}

fn lineage(op: &mut Op) {
    op.create_table("plant", |table| {
        table.column(integer("id"));
        table.column(column("lineage", Type::Json).nullable());
        table.column(column("notes", Type::Json).nullable());
        table.primary_key(["id"]);
    });
}

/// Only SQLite makes numbers of texts.
#[test]
fn numbers_in_an_old_column_of_json_are_warned_of_until_the_type_is_set_anew() {
    on_sqlite(async |database: Database| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("versions")).unwrap();
        let models = || {
            let plant = TableBuilder::build("plant", |table| {
                table.column(integer("id"));
                table.column(column("lineage", Type::Json).nullable());
                table.column(column("notes", Type::Json).nullable());
                table.column(integer("height").nullable());
                table.primary_key(["id"]);
            });
            Ok::<_, std::convert::Infallible>(Schema::from_tables([plant]))
        };
        let location = Location::new().database_url(&database.url).working_directory(folder.path());
        let list = vec![script("a", &[], lineage, nothing)];
        let env = Env::new(list.clone()).models(models).project(folder.path());
        let project = Project::open(env, location).unwrap();
        let mut connection = database.connect().await;
        let table = "CREATE TABLE plant (id INTEGER NOT NULL PRIMARY KEY, lineage JSON, notes JSON);
             INSERT INTO plant VALUES (1, '{}', '[5]'), (2, '5', NULL), (3, '1.5', 'null');";
        connection.execute(table).await.unwrap();
        let head = ["a".parse().unwrap()];
        command::stamp(&project, &head, false, project.run_options(), &mut |_| ()).await.unwrap();

        let new = support::new_revision("message");
        let written = command::create(&project, &new, &Between::default()).await.unwrap().unwrap();
        let [warning] = written.remarks.as_slice() else { panic!("{written:?}") };
        let check = command::check(&project, command::CheckOptions::default()).await.unwrap();
        assert_eq!(check.warnings, written.remarks);
        assert!(warning.starts_with("column plant.lineage: the file declares it"), "{warning}");
        assert!(warning.contains("2 rows hold one"), "{warning}");
        assert!(warning.contains("`op.alter_column(\"plant\", \"lineage\").ty(Type::Json)`"), "{warning}");
        std::fs::remove_file(folder.path().join(&written.path)).unwrap_or_default();

        // What it advises is the cure.
        fn anew(op: &mut Op) {
            op.alter_column("plant", "lineage").ty(Type::Json);
        }
        let list = scripts(&[script("a", &[], lineage, nothing), script("b", &["a"], anew, nothing)]);
        Migrator::on(&mut connection, &list).upgrade_heads().await.unwrap();
        let types = connection.rows("SELECT typeof(lineage), lineage FROM plant ORDER BY id").await.unwrap();
        let texts: Vec<String> = types.into_iter().flatten().flatten().collect();
        assert_eq!(texts, ["text", "{}", "text", "5", "text", "1.5"]);
        connection.close().await.unwrap();
    });
}

fn keys(op: &mut Op) {
    op.create_table("plant", |table| {
        table.column(integer("id"));
        table.column(column("key", Type::Char { length: Some(32) }).nullable());
        table.column(column("code", Type::Uuid).nullable());
        table.primary_key(["id"]);
    });
}

/// SQLAlchemy calls a UUID `CHAR(32)`, so that the two are no difference on SQLite; the values are.
#[test]
fn uuids_of_the_other_form_are_warned_of_until_the_type_is_set_anew() {
    on_sqlite(async |database: Database| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("versions")).unwrap();
        // The one was a text and shall be a UUID, the other the other way round.
        let models = || {
            let plant = TableBuilder::build("plant", |table| {
                table.column(integer("id"));
                table.column(column("key", Type::Uuid).nullable());
                table.column(column("code", Type::Char { length: Some(32) }).nullable());
                table.primary_key(["id"]);
            });
            Ok::<_, std::convert::Infallible>(Schema::from_tables([plant]))
        };
        let location = Location::new().database_url(&database.url).working_directory(folder.path());
        let first = script("a", &[], keys, nothing);
        let env = Env::new(vec![first]).models(models).project(folder.path());
        let project = Project::open(env, location).unwrap();
        let mut connection = database.connect().await;
        Migrator::on(&mut connection, &scripts(&[first])).upgrade_heads().await.unwrap();
        let check =
            async || command::check(&project, command::CheckOptions::default()).await.unwrap().warnings;
        assert_eq!(check().await, Vec::<String>::new(), "nothing is there yet");
        let rows = "INSERT INTO plant VALUES (1, '00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff'),
             (2, '00112233-4455-6677-8899-aabbccddeeff', NULL), (3, x'00112233445566778899aabbccddeeff', 'a'), (4, NULL, NULL)";
        connection.execute(rows).await.unwrap();
        let found = check().await;
        let [key, code] = found.as_slice() else { panic!("{found:?}") };
        assert!(key.starts_with("column plant.key: ") && key.contains("2 rows hold one"), "{key}");
        assert!(key.contains("`op.alter_column(\"plant\", \"key\").ty(Type::Uuid)`"), "{key}");
        assert!(code.starts_with("column plant.code: ") && code.contains("1 row holds one"), "{code}");
        assert!(
            code.contains(
                "SET \\\"code\\\" = lower(hex(\\\"code\\\")) WHERE typeof(\\\"code\\\") = 'blob'\")`"
            ),
            "{code}"
        );

        // What they advise is the cure.
        fn anew(op: &mut Op) {
            op.alter_column("plant", "key").ty(Type::Uuid);
            op.execute(r#"UPDATE "plant" SET "code" = lower(hex("code")) WHERE typeof("code") = 'blob'"#);
        }
        let list = scripts(&[first, script("b", &["a"], anew, nothing)]);
        Migrator::on(&mut connection, &list).upgrade_heads().await.unwrap();
        let values = "SELECT quote(key) || ' ' || quote(code) FROM plant ORDER BY id";
        let values: Vec<String> =
            connection.rows(values).await.unwrap().into_iter().flatten().flatten().collect();
        let bytes = "X'00112233445566778899AABBCCDDEEFF'";
        assert_eq!(
            values,
            [
                format!("{bytes} '00112233445566778899aabbccddeeff'"),
                format!("{bytes} NULL"),
                format!("{bytes} 'a'"),
                "NULL NULL".to_owned()
            ]
        );
        connection.close().await.unwrap();
    });
}
