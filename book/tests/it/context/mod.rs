//! What stands around the blocks that name a context: the rest of the program that they are a part of.

pub mod application;
pub mod external;
pub mod garden;
pub mod script;
