//! The ways to get a schema that is not written down as one.
//!
//! A database is read by `dialect::reflect`, models are a schema already; what lives here is the history,
//! replayed in memory, or on a scratch database where only a database can tell. Nothing is compared here.

mod history;
mod scratch;

pub use self::{
    history::{ReplayError, replay},
    scratch::replay_on_scratch,
};
