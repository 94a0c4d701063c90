//! Addresses of databases.
