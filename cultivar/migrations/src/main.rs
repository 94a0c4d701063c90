//! CultivAR.
fn main() {}
