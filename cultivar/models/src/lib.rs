//! The models of CultivAR as SeaORM entities, one module for each of its 27 tables.
//!
//! CultivAR helps growers to keep track of their plants: which cultivar and breeder a plant comes from,
//! in which zone and project it stands, what was measured on it and done to it, what the sensors around
//! it read; and beside that it keeps accounts, logs, a small shop, a blog and a newsletter. It is the
//! reference application of Cucurbit: the declarations say exactly what the original's SQLAlchemy models
//! say, in the same order, and the migrations beside this crate are generated from them.
//!
//! What SeaORM has no word for (named indexes, an index on an expression) is said beside the entity with
//! [`TableArgs`](cucurbit_sea_orm::TableArgs). Defaults are the application's work, as in the original;
//! no column has one in the database. Migrations and queries may not live here, except the rows of
//! [`sample`].

pub mod activity;
pub mod activity_summary;
pub mod blog_post;
pub mod breeder;
pub mod cultivar;
mod defaults;
pub mod extension;
pub mod grow;
pub mod lead_magnet;
pub mod lead_magnet_download;
pub mod measurement;
pub mod metric;
pub mod newsletter_subscriber;
pub mod order;
pub mod order_item;
pub mod plant;
pub mod plant_activity;
pub mod plant_image;
pub mod prelude;
pub mod product;
pub mod sample;
pub mod sensor;
pub mod sensor_data;
pub mod settings;
pub mod status;
pub mod stream;
pub mod system_activity;
pub mod user;
pub mod waitlist;
pub mod zone;

use cucurbit::schema::Schema;
use cucurbit_sea_orm::{Keys, ModelError, models};

/// Returns the schema that the models declare: what the migrations lead to.
///
/// # Errors
///
/// If a model contradicts itself or another one, which the tests of this crate exclude.
pub fn schema() -> Result<Schema, ModelError> {
    models![
        // The original's keys are SQLAlchemy's.
        keys = Keys::Serial;
        activity,
        activity_summary,
        blog_post,
        breeder,
        cultivar,
        extension,
        grow,
        lead_magnet,
        lead_magnet_download,
        measurement,
        metric,
        newsletter_subscriber,
        order,
        order_item,
        plant,
        plant_activity,
        plant_image,
        product,
        sensor,
        sensor_data,
        settings,
        status,
        stream,
        system_activity,
        user,
        waitlist,
        zone,
    ]
}
