//! CultivAR end to end, on both databases, by the binary that a person runs.

mod adopting;
mod bad_input;
mod commands;
mod concurrent;
mod defects;
mod interop;
mod models;
mod python;
mod reference;
mod scratch;
mod support;
mod whole_way;
