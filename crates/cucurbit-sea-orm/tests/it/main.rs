//! The tests of the collector, in one binary. Only the list of modules lives here.
