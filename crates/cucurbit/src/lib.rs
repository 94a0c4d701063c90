//! Cucurbit.

pub mod revision;
