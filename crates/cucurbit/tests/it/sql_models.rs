//! Models that are SQL: `models` in `cucurbit.toml` names a file, or a folder of files.

use cucurbit::{
    Env, Script,
    command::{self, Between, CheckOptions, Location, Project, Source},
    error::Error,
    operation::Operation,
    prelude::*,
    runtime::Migrator,
    schema::Schema,
};
use tempfile::TempDir;

use crate::support::{Database, new_revision, on_each_database, script};

const BED: &str = "CREATE TABLE bed (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL);\n";
const PLANT: &str = "CREATE TABLE plant (id INTEGER PRIMARY KEY, bed_id INTEGER NOT NULL REFERENCES bed (id));\n\
                     CREATE INDEX ix_plant_bed ON plant (bed_id);\n";

fn folder(configuration: &str, files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("schema")).unwrap();
    std::fs::create_dir(folder.path().join("versions")).unwrap();
    std::fs::write(folder.path().join("cucurbit.toml"), configuration).unwrap();
    for (path, text) in files {
        std::fs::write(folder.path().join(path), text).unwrap();
    }
    folder
}

fn project(folder: &TempDir, database: &Database, scripts: Vec<Script>) -> Project {
    let location = Location::new().working_directory(folder.path()).database_url(&database.url);
    Project::open(Env::new(scripts), location).unwrap()
}

/// The revision of a bed and its plants.
fn tables() -> Vec<Script> {
    fn upgrade(op: &mut Op) {
        op.create_table("bed", |table| {
            table.column(integer("id"));
            table.column(string("name", 20));
            table.primary_key(["id"]);
        });
        op.create_table("plant", |table| {
            table.column(integer("id"));
            table.column(integer("bed_id"));
            table.primary_key(["id"]);
            table.foreign_key(["bed_id"], "bed", ["id"]);
        });
        op.create_index("ix_plant_bed", "plant", ["bed_id"]);
    }
    vec![script("a1", &[], upgrade, |op| {
        op.drop_table("plant");
        op.drop_table("bed");
    })]
}

#[test]
fn a_file_or_a_folder_is_what_the_database_is_compared_with() {
    on_each_database(async |database: Database| {
        let configurations = ["models = \"schema.sql\"\n", "models = \"schema\"\n"];
        let whole = format!("{BED}{PLANT}");
        // Files of a folder are run in the order of their names; what is no SQL is passed over.
        let files = [
            ("schema.sql", whole.as_str()),
            ("schema/1_bed.sql", BED),
            ("schema/2_plant.SQL", PLANT),
            ("schema/notes.txt", "no SQL"),
        ];
        for configuration in configurations {
            drop(database.emptied().await);
            let folder = folder(configuration, &files);
            let first = project(&folder, &database, Vec::new());
            let written = command::create(&first, &new_revision("new"), &Between::default()).await.unwrap();
            let path = written.unwrap().path;
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::remove_file(path).unwrap();
            for made in ["op.create_table(\"bed\"", "op.create_table(\"plant\"", "\"ix_plant_bed\""] {
                assert!(text.contains(made), "{made} in {text}");
            }

            let project = project(&folder, &database, tables());
            let mut connection = database.connect().await;
            let upgraded = Migrator::on(&mut connection, project.scripts()).upgrade_heads().await;
            upgraded.unwrap();
            let rows = "INSERT INTO bed VALUES (1, 'North'); INSERT INTO plant VALUES (1, 1)";
            connection.execute(rows).await.unwrap();
            let check = command::check(&project, CheckOptions::default()).await.unwrap();
            assert_eq!(check.operations, [], "{configuration}");
            let again = command::create(&project, &new_revision("new"), &Between::default()).await.unwrap();
            assert!(again.is_none(), "{again:?}");

            let wider = BED.replace("NOT NULL", "NOT NULL, width INTEGER");
            std::fs::write(folder.path().join("schema.sql"), format!("{wider}{PLANT}")).unwrap();
            std::fs::write(folder.path().join("schema/1_bed.sql"), &wider).unwrap();
            let check = command::check(&project, CheckOptions::default()).await.unwrap();
            let found: Vec<String> = check.operations.iter().map(Operation::describe).collect();
            assert_eq!(found, ["add column bed.width"], "{configuration}");
        }
    });
}

#[test]
fn a_statement_that_fails_is_told_with_its_file() {
    on_each_database(async |database: Database| {
        let folder = folder(
            "models = \"schema\"\n",
            &[
                ("schema/1_bed.sql", BED),
                ("schema/2_plant.sql", "SELECT 1;\nCREATE TABLE bed (id INTEGER);\n"),
            ],
        );
        let project = project(&folder, &database, tables());
        let error = command::check(&project, CheckOptions::default()).await.unwrap_err();
        assert!(error.to_string().ends_with("2_plant.sql, line 2, failed on a scratch database"), "{error}");
    });
}

#[test]
fn models_without_a_table_are_no_models() {
    on_each_database(async |database: Database| {
        let folder = folder("models = \"schema\"\n", &[("schema/1.sql", "-- Later.\n")]);
        let project = project(&folder, &database, tables());
        let error = command::check(&project, CheckOptions::default()).await.unwrap_err();
        assert!(matches!(error, Error::EmptyModels), "{error:?}");
        let error = command::create(&project, &new_revision("new"), &Between::default()).await.unwrap_err();
        assert!(matches!(error, Error::EmptyModels), "{error:?}");
    });
}

#[test]
fn models_are_named_once() {
    on_each_database(async |database: Database| {
        let folder = folder("models = \"schema.sql\"\n", &[("schema.sql", BED)]);
        let location = Location::new().working_directory(folder.path()).database_url(&database.url);
        let models = || Ok::<_, std::convert::Infallible>(Schema::new());
        let project = Project::open(Env::new(tables()).models(models), location).unwrap();
        let error = command::check(&project, CheckOptions::default()).await.unwrap_err();
        assert!(matches!(error, Error::ModelsTwice), "{error:?}");
    });
}

#[test]
fn what_is_inspected_can_be_created_again() {
    on_each_database(async |database: Database| {
        let whole = format!("{BED}{PLANT}");
        let folder = folder("models = \"schema.sql\"\n", &[("schema.sql", &whole), ("schema/1.sql", &whole)]);
        let project = project(&folder, &database, tables());
        let of_models = command::inspect(&project, &Source::Models).await.unwrap();
        let names: Vec<String> = of_models.schema.tables().keys().map(ToString::to_string).collect();
        assert_eq!(names, ["bed", "plant"]);
        assert!(of_models.sql.contains("CREATE TABLE \"plant\" ("), "{}", of_models.sql);
        assert_eq!(Schema::from_json(&of_models.schema.to_json()).unwrap(), of_models.schema);
        let of_folder = command::inspect(&project, &"schema/".parse().unwrap()).await.unwrap();
        assert_eq!(of_folder, of_models);

        let mut connection = database.emptied().await;
        connection.execute(&of_models.sql).await.unwrap();
        connection.execute("CREATE VIEW v AS SELECT name FROM bed").await.unwrap();
        let there = command::inspect(&project, &Source::Database).await.unwrap();
        assert_eq!((&there.sql, there.unmanaged.len()), (&of_models.sql, 1));
        let between = Between::new(Source::Database, Source::Models);
        assert_eq!(command::diff(&project, &between, false).await.unwrap().operations, []);
        let empty = command::inspect(&project, &Source::Empty).await.unwrap();
        assert_eq!(empty.sql, "");
    });
}
