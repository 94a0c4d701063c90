//! Tests.

#[cfg(test)] // Tells clippy that helpers are tests too.
#[cfg(feature = "runtime")]
mod config; // Which configuration file is found, what it may say, and which address wins.
#[cfg(test)]
#[cfg(feature = "runtime")]
mod connect; // Real files and a real server opened by their addresses, and what is said when that fails.
