//! `init` beside a database that is there: what it holds is the first revision.

use crate::support::{Folder, OnServer, TABLES, execute};

#[test]
fn a_database_is_only_read_and_its_password_is_in_no_file() {
    let database = OnServer::new("password");
    execute(&database.url(), &TABLES);
    execute(&database.url(), &["CREATE EXTENSION citext", "ALTER TABLE bed ADD label citext"]);
    let url = database.url_with_password();
    let folder = Folder::of(&[]);
    let said = folder.run(&["init", "--from", &url]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let secret =
        url.split_once("://").unwrap().1.split_once(':').unwrap().1.split_once('@').unwrap().0.to_owned();
    for file in folder.files() {
        assert!(!folder.read(&file).contains(&secret), "{file}");
    }
    assert!(!said.err.contains(&secret), "{}", said.err);
    assert!(said.err.contains("The password is in no file: set PGPASSWORD"), "{}", said.err);
    let configuration = folder.read("migrations/cucurbit.toml");
    assert!(configuration.contains("\n# The password is not here: set PGPASSWORD"), "{configuration}");
    assert!(configuration.contains("\nurl = \"postgresql://"), "{configuration}");
    assert!(configuration.contains("\ndialects = [\"postgres\"]\n"), "{configuration}");
    // What the schema needs and no operation makes is told.
    let schema = folder.read("migrations/schema.sql");
    assert!(schema.contains("\nCREATE EXTENSION IF NOT EXISTS \"citext\";\n"), "{schema}");
    assert!(said.err.contains("needs the extension citext"), "{}", said.err);
    let diff = folder.run(&["diff", "database", "migrations/schema.sql", "--database-url", &url]);
    assert_eq!(diff.code, Some(0), "{}{}", diff.out, diff.err);
    // Nothing was made in it: this table least of all.
    execute(&database.url(), &["CREATE TABLE alembic_version (version_num VARCHAR(32))"]);
}

#[test]
fn a_database_of_alembic_is_told_as_such_and_is_at_the_first_revision() {
    let folder = Folder::of(&[]);
    let url = format!("sqlite:///{}", folder.path().join("garden.db").display());
    execute(&url, &TABLES);
    let version = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))";
    execute(&url, &[version, "INSERT INTO alembic_version VALUES ('109317dd2a2f')"]);
    let said = folder.run(&["init", "--from", "sqlite:///garden.db"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("`alembic_version` says 109317dd2a2f.\n"), "{}", said.err);
    assert!(said.err.contains("docs/ADOPTING.md"), "{}", said.err);
    assert!(said.err.contains("\nNext: cucurbit check "), "nothing has to be stamped: {}", said.err);
    let script = folder.files().into_iter().find(|file| file.ends_with("-109317dd2a2f_baseline.rs"));
    let script = folder.read(&script.expect("the first revision"));
    assert!(script.contains("Revision::new(\"109317dd2a2f\")"), "{script}");
    assert!(!script.contains("alembic_version"), "{script}");
    // The file lies beside `cucurbit.toml`, from where it is found.
    let configuration = folder.read("migrations/cucurbit.toml");
    assert!(configuration.contains("\nurl = \"sqlite:///./../garden.db\"\n"), "{configuration}");

    execute(&url, &["INSERT INTO alembic_version VALUES ('3968dfa9e747')"]);
    let said = folder.run(&["init", "again", "--from", "sqlite:///garden.db"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("\nNext: cucurbit stamp --purge head "), "{}", said.err);
}

#[test]
fn a_database_that_cannot_be_read_leaves_no_file() {
    let folder = Folder::of(&[]);
    let refused = |url: &str, error: &str| {
        let said = folder.run(&["init", "--from", url]);
        assert_eq!(said.code, Some(1), "{url}");
        assert!(said.err.starts_with(error), "{url}: {}", said.err);
        assert!(said.err.contains("\n  hint: "), "{url}: {}", said.err);
        assert_eq!(folder.files(), [""; 0], "{url}");
    };
    refused("sqlite:///garden.db", "error: there is no SQLite file `");
    refused("sqlite://", "error: a database in memory holds nothing\n");
    refused("garden.db", "error: cannot read the connection URL in `--from`\n");
    refused("postgresql://localhost:1/garden", "error[unreachable]: ");
}

#[test]
fn a_variable_that_names_another_database_is_told() {
    let folder = Folder::of(&[(".env", "DATABASE_URL=sqlite:///other.db\n")]);
    let url = format!("sqlite:///{}", folder.path().join("garden.db").display());
    execute(&url, &TABLES);
    let said = folder.run(&["init", "--from", &url]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let told = "names another database, and comes before `url` in cucurbit.toml.\n";
    assert!(said.err.contains("`DATABASE_URL` in ") && said.err.ends_with(told), "{}", said.err);
    folder.write(".env", "DATABASE_URL=sqlite:///garden.db\n");
    let said = folder.run(&["init", "again", "--from", &url]);
    assert!(!said.err.contains(told), "{}", said.err);
}

#[test]
fn an_empty_database_is_told() {
    let folder = Folder::of(&[]);
    let url = format!("sqlite:///{}", folder.path().join("garden.db").display());
    execute(&url, &["CREATE TABLE t (a INTEGER)", "DROP TABLE t"]);
    let said = folder.run(&["init", "--from", &url]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(
        said.err.ends_with(
            "The database holds no tables.\nNext: cucurbit create --message \"Create the tables\"\n"
        ),
        "{}",
        said.err
    );
    assert!(folder.read("migrations/schema.sql").contains("as they shall be"));
}

#[test]
fn entities_stay_the_models_beside_a_database() {
    let manifest = "[package]\nname = \"garden\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
                    sea-orm = { version = \"2\", features = [\"sqlx-postgres\", \"sqlx-sqlite\"] }\n";
    let bed = "#[derive(Clone, Debug, DeriveEntityModel)]\n#[sea_orm(table_name = \"bed\")]\npub struct Model {\n    \
               #[sea_orm(primary_key)]\n    pub id: i32,\n}\n";
    let folder =
        Folder::of(&[("Cargo.toml", manifest), ("src/lib.rs", "pub mod bed;\n"), ("src/bed.rs", bed)]);
    let path = folder.path().join("garden.db");
    execute(&format!("sqlite:///{}", path.display()), &TABLES);
    // The application reads this as sqlx does, and so do the migrations.
    let said = folder.run(&["init", "--from", "sqlite://garden.db"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let files = folder.files();
    assert!(!files.iter().any(|file| file.ends_with("schema.sql")), "{files:?}");
    let script = files.iter().find(|file| file.ends_with("_baseline.rs")).expect("the first revision");
    assert!(folder.read(script).contains("op.create_table(\"plant\""), "{}", folder.read(script));
    assert!(folder.read("migrations/src/lib.rs").contains("    models![garden::*]\n"));
    let configuration = folder.read("migrations/cucurbit.toml");
    for line in ["url = \"sqlite://../garden.db\"", "sqlite_urls = \"sqlx\"", "dialects = [\"sqlite\"]"] {
        assert!(configuration.lines().any(|there| there == line), "{line}: {configuration}");
    }
    assert!(said.err.contains("\nThe models: 1 entity of `garden`.\n"), "{}", said.err);
    assert!(said.err.contains("\nNext: cucurbit stamp head "), "{}", said.err);
}
