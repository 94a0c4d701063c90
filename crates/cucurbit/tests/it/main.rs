//! Tests.

mod graph; // Alembic's recorded behaviour on small graphs, what differs on purpose, and laws over random graphs.
