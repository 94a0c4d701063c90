//! The entities under the names of their models, for `use cultivar_models::prelude::*`.
//!
//! Only names live here.

pub use crate::activity::Entity as Activity;
pub use crate::activity_summary::Entity as ActivitySummary;
pub use crate::blog_post::Entity as BlogPost;
pub use crate::breeder::Entity as Breeder;
pub use crate::cultivar::Entity as Cultivar;
pub use crate::extension::Entity as Extension;
pub use crate::grow::Entity as Grow;
pub use crate::lead_magnet::Entity as LeadMagnet;
pub use crate::lead_magnet_download::Entity as LeadMagnetDownload;
pub use crate::measurement::Entity as Measurement;
pub use crate::metric::Entity as Metric;
pub use crate::newsletter_subscriber::Entity as NewsletterSubscriber;
pub use crate::order::Entity as Order;
pub use crate::order_item::Entity as OrderItem;
pub use crate::plant::Entity as Plant;
pub use crate::plant_activity::Entity as PlantActivity;
pub use crate::plant_image::Entity as PlantImage;
pub use crate::product::Entity as Product;
pub use crate::sensor::Entity as Sensor;
pub use crate::sensor_data::Entity as SensorData;
pub use crate::settings::Entity as Settings;
pub use crate::status::Entity as Status;
pub use crate::stream::Entity as Stream;
pub use crate::system_activity::Entity as SystemActivity;
pub use crate::user::Entity as User;
pub use crate::waitlist::Entity as Waitlist;
pub use crate::zone::Entity as Zone;
