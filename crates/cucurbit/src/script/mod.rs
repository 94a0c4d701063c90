//! Revision files as text: their lines, their whole, their names, and writing them.
//!
//! Nothing is compiled or run here.

mod render;
mod spell;

pub use self::render::render;
