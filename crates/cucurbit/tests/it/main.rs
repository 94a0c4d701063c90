//! Tests.

/// PostgreSQL: statements, reflection, questions and the lock, on a real server.
#[cfg(feature = "runtime")]
mod postgres;
