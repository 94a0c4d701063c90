//! Tests.

mod any_operation; // operations of every kind, for laws
mod script; // revision files as text
