//! What must be true of the book. One binary: the blocks of all pages are compiled into it.

mod blocks;
mod commands;
#[allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    unused_imports,
    reason = "names for pages: not every page uses each"
)]
mod context;
mod cookbook;
mod links;
mod reference;
mod sql;
mod summary;

/// The blocks of Rust, a module for each page. `build.rs` writes them.
#[allow(
    warnings,
    reason = "what a page shows is not a whole program: names are not used, items are public for its reader"
)]
mod pages {
    include!(concat!(env!("OUT_DIR"), "/pages.rs"));
}
