//! Identifiers and texts as SQL of this database; no statement's grammar.

quoting!();
