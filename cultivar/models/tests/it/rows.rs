//! The sample garden on SQLite in memory, with tables that SeaORM makes of the entities.
//!
//! PostgreSQL is not here, because SeaORM cannot make tables that refer to each other there: the rows go
//! into tables made by the migrations.

use cultivar_models as models;
use cultivar_models::sample::{read_back, sample_rows};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectOptions, Database, DatabaseConnection, IntoActiveModel, QueryFilter, Schema};

/// An empty garden; SQLite accepts a foreign key to a table that is made later. One connection, because
/// each connection to `:memory:` is a database of its own.
async fn garden() -> DatabaseConnection {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1);
    let db = Database::connect(options).await.unwrap();
    let schema = Schema::new(db.get_database_backend());
    macro_rules! create {
        ($module:ident) => {
            db.execute(&schema.create_table_from_entity(models::$module::Entity)).await.unwrap();
        };
    }
    for_each_entity!(create);
    db
}

#[tokio::test]
async fn the_sample_has_a_row_in_every_table() {
    let db = garden().await;
    sample_rows(&db).await.unwrap();

    let mut tables = 0;
    macro_rules! count {
        ($module:ident) => {
            let rows = models::$module::Entity::find().count(&db).await.unwrap();
            assert!(rows > 0, "no row in `{}`", stringify!($module));
            tables += 1;
        };
    }
    for_each_entity!(count);
    assert_eq!(tables, 27);
}

#[tokio::test]
async fn a_plant_comes_back_with_all_that_belongs_to_it() {
    let db = garden().await;
    let cutting = sample_rows(&db).await.unwrap();
    let plant = read_back(&db, cutting.id).await.unwrap().unwrap();

    assert_eq!(plant, cutting);
    let cultivar = plant.cultivar.as_ref().unwrap();
    assert_eq!(cultivar.name, "Northern Lights");
    assert_eq!(cultivar.lineage_json, Some(serde_json::json!({ "parents": ["Afghani", "Thai"] })));
    assert_eq!(cultivar.breeder.as_ref().unwrap().name, "Sensi Seeds");
    assert_eq!(plant.grow.as_ref().unwrap().name, "Spring");
    assert_eq!(plant.zone.as_ref().unwrap().name, "Tent");
    assert_eq!(plant.user.as_ref().unwrap().username, "grower");
    assert_eq!(plant.status.as_ref().unwrap().status, "Seedling");
    assert_eq!(
        plant.status_history.iter().map(|status| status.plant_id).collect::<Vec<_>>(),
        [Some(plant.id)]
    );
    assert_eq!(plant.parent.as_ref().unwrap().name, "Mother");
    assert!(plant.offspring.is_empty());
    assert_eq!(plant.measurements.len(), 1);
    let measurement = &plant.measurements[0];
    assert_eq!((measurement.name.as_str(), measurement.value), ("Height", 12.5));
    assert_eq!(measurement.metric.as_ref().unwrap().unit.as_deref(), Some("cm"));
    assert_eq!(plant.images[0].image_path, "plants/cutting.jpg");
    assert_eq!(plant.activities[0].activity_type, "watering");

    let mother = read_back(&db, cutting.parent_id.unwrap()).await.unwrap().unwrap();
    assert!(mother.cultivar.is_not_found());
    assert_eq!(mother.offspring.iter().map(|plant| plant.id).collect::<Vec<_>>(), [cutting.id]);
    assert_eq!(read_back(&db, 1000).await.unwrap(), None);
}

#[tokio::test]
async fn a_plant_and_its_status_are_related_both_ways() {
    let db = garden().await;
    let cutting = sample_rows(&db).await.unwrap();

    let status = cutting.find_related(models::status::Entity).one(&db).await.unwrap().unwrap();
    assert_eq!(status.plant_id, Some(cutting.id));
    let plants = status.find_related(models::plant::Entity).all(&db).await.unwrap();
    assert_eq!(plants.iter().map(|plant| plant.name.as_str()).collect::<Vec<_>>(), ["Mother", "Cutting"]);
}

#[tokio::test]
async fn what_is_not_given_is_filled_in_on_insert() {
    let db = garden().await;
    let before = clock();
    sample_rows(&db).await.unwrap();
    let after = clock();

    let user = models::user::Entity::find().one(&db).await.unwrap().unwrap();
    assert_eq!((user.user_type.as_str(), user.tier.as_str(), user.is_admin), ("Grower", "free", false));
    assert!((before..=after).contains(&user.created_at), "{before} <= {} <= {after}", user.created_at);
    let order = models::order::Entity::find().one(&db).await.unwrap().unwrap();
    assert_eq!((order.tax, order.payment_status.as_str()), (0.0, "unpaid"));
    let image = models::plant_image::Entity::find().one(&db).await.unwrap().unwrap();
    assert_eq!(image.image_order, Some(0));
    assert!(image.updated_at.is_some());
    // Given, so the default of false does not apply.
    let cutting =
        models::plant::Entity::find().filter(models::plant::Column::Name.eq("Cutting")).one(&db).await;
    assert!(cutting.unwrap().unwrap().is_clone);
}

#[tokio::test]
async fn a_change_renews_updated_at_and_nothing_else() {
    let db = garden().await;
    sample_rows(&db).await.unwrap();
    let old = models::sensor::Entity::find().one(&db).await.unwrap().unwrap();

    let unchanged = old.clone().into_active_model().update(&db).await.unwrap();
    assert_eq!(unchanged, old);

    // A change that names a few columns leaves `show`, which has a default, as it is.
    let hidden = models::sensor::ActiveModel { id: Set(old.id), show: Set(false), ..Default::default() };
    let hidden = hidden.update(&db).await.unwrap();
    assert!(hidden.updated_at > old.updated_at);
    let named =
        models::sensor::ActiveModel { id: Set(old.id), name: Set("Probe".to_owned()), ..Default::default() };
    let named = named.update(&db).await.unwrap();
    assert!(named.updated_at > hidden.updated_at);
    assert_eq!(
        named,
        models::sensor::Model {
            name: "Probe".to_owned(),
            show: false,
            updated_at: named.updated_at,
            ..old.clone()
        }
    );

    // An explicit value wins over the clock.
    let dated = models::sensor::ActiveModel {
        id: Set(old.id),
        updated_at: Set(old.created_at),
        ..Default::default()
    };
    assert_eq!(dated.update(&db).await.unwrap().updated_at, old.created_at);
}

#[tokio::test]
async fn deleting_a_parent_takes_its_cascading_children_and_no_others() {
    let db = garden().await;
    let cutting = sample_rows(&db).await.unwrap();

    models::lead_magnet::Entity::delete_many().exec(&db).await.unwrap();
    assert_eq!(models::lead_magnet_download::Entity::find().count(&db).await.unwrap(), 0);

    // Its diary and its history refer to the plant without `ON DELETE`, so they hold it.
    let held = models::plant::Entity::delete_by_id(cutting.id).exec(&db).await.unwrap_err();
    assert!(matches!(held.sql_err(), Some(SqlErr::ForeignKeyConstraintViolation(_))), "{held}");
    models::plant_activity::Entity::delete_many().exec(&db).await.unwrap();
    let free = models::status::Entity::update_many()
        .col_expr(models::status::Column::PlantId, Expr::value(Option::<i32>::None));
    free.exec(&db).await.unwrap();
    models::plant::Entity::delete_by_id(cutting.id).exec(&db).await.unwrap();
    assert_eq!(models::measurement::Entity::find().count(&db).await.unwrap(), 0);
    assert_eq!(models::plant_image::Entity::find().count(&db).await.unwrap(), 0);
}

/// The time now in UTC, in whole microseconds, told by the system and not by the code under test.
fn clock() -> DateTime {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    DateTimeUtc::from_timestamp_micros(now.as_micros().try_into().unwrap()).unwrap().naive_utc()
}
