//! A small garden: rows in every one of the 27 tables, written and read back through the entities.
//!
//! For tests, of this crate and of the migrations: a schema is right when the application can work on it.
//! The tables must exist and be empty, as many columns are unique. Creating them is not the business of
//! this module.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{EntityLoaderTrait, IntoActiveModel, NotSet};

use crate::{
    activity, activity_summary, blog_post, breeder, cultivar, extension, grow, lead_magnet,
    lead_magnet_download, measurement, metric, newsletter_subscriber, order, order_item, plant,
    plant_activity, plant_image, product, sensor, sensor_data, settings, status, stream, system_activity,
    user, waitlist, zone,
};

/// Writes at least one row into every table and returns the plant that most of them are about: a cutting
/// with a mother, a state, a history, a measurement, a picture and a diary.
///
/// Most columns that have a default are left to it. Rows come in the order that foreign keys ask for, and
/// the circle of `plant` and `status` is closed by an update.
///
/// # Errors
///
/// Whatever the database says, such as a missing table or a row that is already there.
pub async fn sample_rows(db: &impl ConnectionTrait) -> Result<plant::Model, DbErr> {
    let grower = user::ActiveModel {
        username: Set("grower".to_owned()),
        password_hash: Set("scrypt:32768:8:1$salt$hash".to_owned()),
        email: Set(Some("grower@example.com".to_owned())),
        ..Default::default()
    }
    .insert(db)
    .await?;
    let zone = zone::ActiveModel { name: Set("Tent".to_owned()), ..Default::default() }.insert(db).await?;

    let cutting = plants(db, &grower, &zone).await?;
    care(db, &grower, &cutting).await?;
    sensors(db, &zone).await?;
    logs(db, &grower, &cutting).await?;
    shop(db, &grower).await?;
    marketing(db).await?;
    installation(db).await?;
    Ok(cutting)
}

/// Reads a plant with everything that its relations reach, or nothing if there is no such plant.
///
/// # Errors
///
/// Whatever the database says, such as a missing table or a column of another type.
pub async fn read_back(db: &impl ConnectionTrait, plant_id: i32) -> Result<Option<plant::ModelEx>, DbErr> {
    plant::Entity::load()
        .filter_by_id(plant_id)
        .with((cultivar::Entity, breeder::Entity))
        .with(grow::Entity)
        .with(plant::Relation::Parent)
        .with(plant::Relation::Status)
        .with(user::Entity)
        .with(zone::Entity)
        .with((measurement::Entity, metric::Entity))
        .with(plant::Relation::Offspring)
        .with(plant_activity::Entity)
        .with(plant_image::Entity)
        .with(plant::Relation::StatusHistory)
        .one(db)
        .await
}

async fn plants(
    db: &impl ConnectionTrait,
    grower: &user::Model,
    zone: &zone::Model,
) -> Result<plant::Model, DbErr> {
    let breeder = breeder::ActiveModel {
        name: Set("Sensi Seeds".to_owned()),
        country: Set(Some("Netherlands".to_owned())),
        ..Default::default()
    }
    .insert(db)
    .await?;
    let cultivar = cultivar::ActiveModel {
        name: Set("Northern Lights".to_owned()),
        breeder_id: Set(Some(breeder.id)),
        indica: Set(90),
        sativa: Set(10),
        parent_1: Set(Some("Afghani".to_owned())),
        lineage_json: Set(Some(Json::from_iter([("parents", vec!["Afghani", "Thai"])]))),
        thc_content: Set(Some(16.2)),
        ..Default::default()
    }
    .insert(db)
    .await?;
    let grow =
        grow::ActiveModel { name: Set("Spring".to_owned()), user_id: Set(grower.id), ..Default::default() }
            .insert(db)
            .await?;
    let seedling =
        status::ActiveModel { status: Set("Seedling".to_owned()), ..Default::default() }.insert(db).await?;
    let mother = plant::ActiveModel {
        name: Set("Mother".to_owned()),
        user_id: Set(grower.id),
        status_id: Set(seedling.id),
        ..Default::default()
    }
    .insert(db)
    .await?;
    let cutting = plant::ActiveModel {
        name: Set("Cutting".to_owned()),
        user_id: Set(grower.id),
        status_id: Set(seedling.id),
        cultivar_id: Set(Some(cultivar.id)),
        zone_id: Set(Some(zone.id)),
        grow_id: Set(Some(grow.id)),
        parent_id: Set(Some(mother.id)),
        is_clone: Set(true),
        ..Default::default()
    }
    .insert(db)
    .await?;

    let mut history = seedling.into_active_model();
    history.plant_id = Set(Some(cutting.id));
    history.update(db).await?;
    Ok(cutting)
}

async fn care(db: &impl ConnectionTrait, grower: &user::Model, plant: &plant::Model) -> Result<(), DbErr> {
    let height = metric::ActiveModel {
        name: Set("Height".to_owned()),
        unit: Set(Some("cm".to_owned())),
        ..Default::default()
    }
    .insert(db)
    .await?;
    measurement::ActiveModel {
        plant_id: Set(plant.id),
        metric_id: Set(height.id),
        name: Set(height.name),
        value: Set(12.5),
        ..Default::default()
    }
    .insert(db)
    .await?;
    plant_image::ActiveModel {
        plant_id: Set(plant.id),
        image_path: Set("plants/cutting.jpg".to_owned()),
        ..Default::default()
    }
    .insert(db)
    .await?;
    plant_activity::ActiveModel {
        plant_id: Set(plant.id),
        plant_name: Set(plant.name.clone()),
        activity_type: Set("watering".to_owned()),
        activity_name: Set("Watered".to_owned()),
        user_id: Set(Some(grower.id)),
        username: Set(Some(grower.username.clone())),
        ..Default::default()
    }
    .insert(db)
    .await?;
    Ok(())
}

async fn sensors(db: &impl ConnectionTrait, zone: &zone::Model) -> Result<(), DbErr> {
    let sensor = sensor::ActiveModel {
        name: Set("Thermometer".to_owned()),
        zone_id: Set(Some(zone.id)),
        sensor_type: Set("temperature".to_owned()),
        unit: Set(Some("°C".to_owned())),
        ..Default::default()
    }
    .insert(db)
    .await?;
    sensor_data::ActiveModel {
        sensor_id: Set(sensor.id),
        value: Set(24.25),
        unit: Set(sensor.unit),
        ..Default::default()
    }
    .insert(db)
    .await?;
    stream::ActiveModel {
        name: Set("Tent camera".to_owned()),
        url: Set("rtsp://camera.example.com/tent".to_owned()),
        ..Default::default()
    }
    .insert(db)
    .await?;
    Ok(())
}

async fn logs(db: &impl ConnectionTrait, grower: &user::Model, plant: &plant::Model) -> Result<(), DbErr> {
    activity::ActiveModel {
        r#type: Set("plant".to_owned()),
        activity_type: Set("plant_created".to_owned()),
        user_id: Set(Some(grower.id)),
        username: Set(Some(grower.username.clone())),
        entity_type: Set(Some("plant".to_owned())),
        entity_id: Set(Some(plant.id)),
        entity_name: Set(Some(plant.name.clone())),
        ..Default::default()
    }
    .insert(db)
    .await?;
    activity_summary::ActiveModel {
        summary_type: Set("daily".to_owned()),
        date_key: Set(plant.start_dt.date().into()),
        activity_type: Set("plant_created".to_owned()),
        count: Set(1),
        ..Default::default()
    }
    .insert(db)
    .await?;
    system_activity::ActiveModel {
        r#type: Set("backup".to_owned()),
        user_id: Set(grower.id),
        ..Default::default()
    }
    .insert(db)
    .await?;
    Ok(())
}

async fn shop(db: &impl ConnectionTrait, customer: &user::Model) -> Result<(), DbErr> {
    let pot = product::ActiveModel {
        name: Set("Pot".to_owned()),
        slug: Set("pot".to_owned()),
        price: Set(4.5),
        sku: Set(Some("POT-11".to_owned())),
        ..Default::default()
    }
    .insert(db)
    .await?;
    let order = order::ActiveModel {
        user_id: Set(Some(customer.id)),
        order_number: Set("2025-0001".to_owned()),
        subtotal: Set(9.0),
        total: Set(9.0),
        customer_email: Set("grower@example.com".to_owned()),
        ..Default::default()
    }
    .insert(db)
    .await?;
    order_item::ActiveModel {
        id: NotSet,
        order_id: Set(order.id),
        product_id: Set(pot.id),
        product_name: Set(pot.name),
        quantity: Set(2),
        price: Set(pot.price),
        subtotal: Set(9.0),
    }
    .insert(db)
    .await?;
    Ok(())
}

async fn marketing(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    blog_post::ActiveModel {
        title: Set("How to water".to_owned()),
        slug: Set("how-to-water".to_owned()),
        content: Set("Seldom and much.".to_owned()),
        ..Default::default()
    }
    .insert(db)
    .await?;
    let guide = lead_magnet::ActiveModel {
        name: Set("Guide".to_owned()),
        file_path: Set("guides/watering.pdf".to_owned()),
        ..Default::default()
    }
    .insert(db)
    .await?;
    lead_magnet_download::ActiveModel {
        lead_magnet_id: Set(guide.id),
        email: Set("reader@example.com".to_owned()),
        ..Default::default()
    }
    .insert(db)
    .await?;
    newsletter_subscriber::ActiveModel {
        email: Set(Some("reader@example.com".to_owned())),
        ..Default::default()
    }
    .insert(db)
    .await?;
    let first = waitlist::ActiveModel {
        email: Set("first@example.com".to_owned()),
        referral_code: Set(Some("FIRST".to_owned())),
        ..Default::default()
    }
    .insert(db)
    .await?;
    waitlist::ActiveModel {
        email: Set("second@example.com".to_owned()),
        referred_by: Set(Some(first.id)),
        ..Default::default()
    }
    .insert(db)
    .await?;
    Ok(())
}

async fn installation(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    extension::ActiveModel {
        name: Set("Weather".to_owned()),
        slug: Set("weather".to_owned()),
        ..Default::default()
    }
    .insert(db)
    .await?;
    settings::ActiveModel {
        key: Set("timezone".to_owned()),
        value: Set(Some("Europe/Berlin".to_owned())),
        ..Default::default()
    }
    .insert(db)
    .await?;
    Ok(())
}
