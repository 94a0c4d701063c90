//! CultivAR end to end, on both databases, by the binary that a person runs.

mod adopting;
mod commands;
mod concurrent;
mod defects;
mod interop;
mod models;
mod others;
mod project;
mod python;
mod reference;
mod scratch;
mod support;
mod whole_way;
