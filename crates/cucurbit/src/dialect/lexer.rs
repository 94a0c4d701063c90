//! Splits SQL into statements and says what kind each is.
