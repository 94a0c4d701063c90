//! The list of all entities, for the other modules. No test lives here.

/// Runs a macro once for the module of each entity, in the order of their names.
macro_rules! for_each_entity {
    ($run:ident) => {
        for_each_entity! {
            $run: activity, activity_summary, blog_post, breeder, cultivar, extension, grow, lead_magnet,
            lead_magnet_download, measurement, metric, newsletter_subscriber, order, order_item, plant,
            plant_activity, plant_image, product, sensor, sensor_data, settings, status, stream,
            system_activity, user, waitlist, zone
        }
    };
    ($run:ident: $($module:ident),+) => {$( $run!($module); )+};
}
