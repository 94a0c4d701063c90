//! Sheets with dried plants, and who made them.

pub mod collector;
pub mod kinds;
pub mod label;
pub mod sheet;
pub mod sheet_collector;
#[expect(dead_code, reason = "an application asks for them")]
pub mod short;
