//! Tests.

#[cfg(test)] // Tells clippy that helpers are tests too.
mod graph; // Alembic's recorded behaviour on small graphs, what differs on purpose, and laws over random graphs.
