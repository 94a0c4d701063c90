//! CultivAR end to end, on both databases, by the binary that a person runs.

mod adopting;
mod bad_input;
#[cfg(test)] // Tells clippy that helpers are tests too.
#[expect(dead_code, reason = "the library's own tests use more of it")]
#[path = "../../../../crates/cucurbit/tests/it/cluster/mod.rs"]
mod cluster;
mod commands;
mod concurrent;
mod defects;
mod deployment;
mod editor;
mod first_use;
mod guide;
mod interop;
mod models;
mod others;
mod progress;
mod project;
mod python;
mod reference;
mod scratch;
mod support;
mod terminal;
mod tls;
mod urls;
mod whole_database;
mod whole_way;
