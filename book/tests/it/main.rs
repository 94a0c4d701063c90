//! What must be true of the book. One binary.

mod links;
mod summary;
