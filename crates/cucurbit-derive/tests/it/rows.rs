//! Tables of structs on both databases: `check` finds nothing, and sqlx reads and writes their rows.

use std::{cell::RefCell, convert::Infallible};

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, Utc};
use cucurbit::{
    Env, Script,
    command::{self, Between, CheckOptions, Location, NewRevision, Project},
    connection::{ConnectOptions, Connection},
    operation::Operation,
    prelude::*,
    runtime::Migrator,
    schema::Schema,
    testing::Database,
};
use sqlx::types::Json;

#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type, cucurbit::Value)]
#[sqlx(type_name = "light_level", rename_all = "kebab-case")]
enum LightLevel {
    FullSun,
    Shade,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type, cucurbit::Value)]
#[repr(i16)]
enum Stage {
    Seedling = 1,
    Grown = 2,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type, cucurbit::Value)]
#[sqlx(transparent)]
struct BedId(i64);

#[derive(Clone, Debug, PartialEq, sqlx::FromRow, cucurbit::Table)]
#[table(check("width_m > 0", name = "ck_bed_width"), comment = "Where plants grow.")]
struct Bed {
    id: BedId,
    #[table(length = 40, unique)]
    name: String,
    #[table(default_expression = "0.5")]
    width_m: f64,
    light: LightLevel,
    #[sqlx(flatten)]
    stamps: Stamps,
}

#[derive(Clone, Debug, PartialEq, sqlx::FromRow, cucurbit::Table)]
struct Stamps {
    #[table(default_expression = sql("now()").with(Sqlite, "CURRENT_TIMESTAMP"))]
    made_at: NaiveDateTime,
    changed_at: Option<chrono::DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, sqlx::FromRow, cucurbit::Table)]
#[sqlx(rename_all = "camelCase")]
#[table(
    name = "plants",
    unique(bed_id, row),
    index("lower(label)", name = "ux_plants_label", unique, predicate = "label IS NOT NULL"),
    index(planted_on.descending(), row)
)]
struct Plant {
    #[table(primary_key)]
    id: uuid::Uuid,
    #[table(references(Bed, on_delete = Cascade), index)]
    bed_id: BedId,
    row: i32,
    #[sqlx(rename = "label")]
    name: Option<String>,
    stage: Stage,
    #[table(default = true)]
    is_alive: bool,
    planted_on: NaiveDate,
    watered_at: NaiveTime,
    #[table(computed = "row * 2")]
    double_row: i32,
    notes: serde_json::Value,
    sizes: Json<Vec<f32>>,
    photo: Vec<u8>,
    #[sqlx(skip)]
    is_selected: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow, cucurbit::Table)]
#[table(primary_key(plant_id, number), foreign_key(of_plant, of_number, references(Photo), on_delete = NoAction))]
struct Photo {
    #[table(references(Plant, on_delete = Cascade, on_update = Cascade))]
    plant_id: uuid::Uuid,
    number: i16,
    of_plant: Option<uuid::Uuid>,
    of_number: Option<i16>,
}

fn schema() -> Schema {
    cucurbit::tables![Bed, Plant, Photo].unwrap()
}

thread_local! {
    static SCHEMA: RefCell<Schema> = RefCell::new(Schema::new());
}

fn upgrade(op: &mut Op) {
    SCHEMA.with_borrow(|schema| {
        let enums = schema.enums().values().cloned().map(Operation::create);
        let tables = ["bed", "plants", "photo"].map(|name| schema.table(&name.into()).unwrap().clone());
        enums.chain(tables.map(Operation::create)).for_each(|operation| op.invoke(operation));
    });
}

fn downgrade(op: &mut Op) {
    for table in ["photo", "plants", "bed"] {
        op.drop_table(table).loses_data();
    }
}

fn scripts() -> Vec<Script> {
    SCHEMA.set(schema());
    let revision = Revision::new("a1");
    vec![Script { path: "a1", doc: "tables", revision, upgrade, downgrade }]
}

/// Writes rows by sqlx, and reads them by `FromRow`.
macro_rules! rows_come_back {
    ($connection:expr) => {{
        let connection = $connection;
        let bed: BedId = sqlx::query_scalar("INSERT INTO bed (name, light) VALUES ($1, $2) RETURNING id")
            .bind("North")
            .bind(LightLevel::FullSun)
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        let found: Bed = sqlx::query_as("SELECT * FROM bed").fetch_one(&mut *connection).await.unwrap();
        let stamps = Stamps { made_at: found.stamps.made_at, changed_at: None };
        let wanted =
            Bed { id: bed, name: "North".to_owned(), width_m: 0.5, light: LightLevel::FullSun, stamps };
        assert_eq!((&found, bed), (&wanted, BedId(1)));
        assert!((Utc::now().naive_utc() - found.stamps.made_at).num_hours().abs() < 24);

        let moment = Utc::now().trunc_subsecs(3);
        sqlx::query("UPDATE bed SET changed_at = $1, light = $2")
            .bind(moment)
            .bind(LightLevel::Shade)
            .execute(&mut *connection)
            .await
            .unwrap();
        let found: Bed = sqlx::query_as("SELECT * FROM bed").fetch_one(&mut *connection).await.unwrap();
        assert_eq!((found.stamps.changed_at, found.light), (Some(moment), LightLevel::Shade));

        let plant = Plant {
            id: uuid::Uuid::from_u128(7),
            bed_id: bed,
            row: 3,
            name: Some("Basil".to_owned()),
            stage: Stage::Grown,
            is_alive: true,
            planted_on: NaiveDate::from_ymd_opt(2026, 2, 28).unwrap(),
            watered_at: NaiveTime::from_hms_opt(6, 30, 0).unwrap(),
            double_row: 6,
            notes: serde_json::json!({"smell": ["good"]}),
            sizes: Json(vec![1.5, 2.0]),
            photo: vec![0, 255],
            is_selected: false,
        };
        sqlx::query(
            "INSERT INTO plants (id, \"bedId\", row, label, stage, \"plantedOn\", \"wateredAt\", notes, sizes, photo) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(plant.id)
        .bind(plant.bed_id)
        .bind(plant.row)
        .bind(&plant.name)
        .bind(plant.stage)
        .bind(plant.planted_on)
        .bind(plant.watered_at)
        .bind(&plant.notes)
        .bind(&plant.sizes)
        .bind(&plant.photo)
        .execute(&mut *connection)
        .await
        .unwrap();
        let found: Vec<Plant> = sqlx::query_as("SELECT * FROM plants").fetch_all(&mut *connection).await.unwrap();
        assert_eq!((found.len(), &found[0]), (1, &plant));

        let photo = Photo { plant_id: plant.id, number: 1, of_plant: None, of_number: None };
        sqlx::query("INSERT INTO photo (plant_id, number) VALUES ($1, $2)")
            .bind(photo.plant_id)
            .bind(photo.number)
            .execute(&mut *connection)
            .await
            .unwrap();
        let found: Photo = sqlx::query_as("SELECT * FROM photo").fetch_one(&mut *connection).await.unwrap();
        assert_eq!(found, photo);
        let twice = sqlx::query("INSERT INTO bed (name, light) VALUES ('North', $1)").bind(LightLevel::Shade);
        assert!(twice.execute(&mut *connection).await.unwrap_err().as_database_error().unwrap().is_unique_violation());
        // The reference takes the rows with it.
        sqlx::query("DELETE FROM bed").execute(&mut *connection).await.unwrap();
        let left: i64 = sqlx::query_scalar("SELECT count(*) FROM photo").fetch_one(&mut *connection).await.unwrap();
        assert_eq!(left, 0);
    }};
}

async fn tables_are_those_of_the_structs(url: &str) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("versions")).unwrap();
    std::fs::write(folder.path().join("cucurbit.toml"), "").unwrap();
    let location = Location::new().working_directory(folder.path()).database_url(url);
    let options = ConnectOptions::new().create_file(true);
    let mut connection = Connection::connect(&url.parse().unwrap(), &options).await.unwrap();

    let models = || Ok::<_, Infallible>(schema());
    let empty = Project::open(Env::new(Vec::new()).models(models), location.clone()).unwrap();
    let revision = NewRevision::new("new", [0; 6], "2026-11-28T10:00:00Z".parse().unwrap());
    let written = command::create(&empty, &revision, &Between::default()).await.unwrap().unwrap();
    let script = std::fs::read_to_string(&written.path).unwrap();
    std::fs::remove_file(written.path).unwrap();
    for said in ["op.create_table(\"bed\"", "op.create_table(\"plants\"", "\"ux_plants_label\""] {
        assert!(script.contains(said), "{said} in {script}");
    }

    let project = Project::open(Env::new(scripts()).models(models), location).unwrap();
    Migrator::on(&mut connection, project.scripts()).upgrade_heads().await.unwrap();
    let check = command::check(&project, CheckOptions::default()).await.unwrap();
    assert_eq!((check.operations, check.warnings), (Vec::new(), Vec::new()));
    let created = command::create(&project, &revision, &Between::default()).await.unwrap();
    assert!(created.is_none(), "{created:?}");

    match connection.dialect() {
        Postgres => rows_come_back!(connection.postgres().unwrap()),
        Sqlite => rows_come_back!(connection.sqlite().unwrap()),
    }
}

#[cucurbit::test(Vec::new())]
async fn rows_of_structs_come_back(database: Database) {
    tables_are_those_of_the_structs(&database.url()).await;
}
