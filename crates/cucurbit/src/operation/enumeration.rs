//! An enum type's values as a script writes them: where a new one sorts, and what becomes of those that go.

use crate::schema::EnumPlace;

use super::Consent;

impl EnumPlace {
    /// Puts it after another value.
    pub fn after(&mut self, value: impl Into<String>) {
        *self = Self::After(value.into());
    }

    /// Puts it before another value.
    pub fn before(&mut self, value: impl Into<String>) {
        *self = Self::Before(value.into());
    }
}

/// An enum type whose list of values is set.
#[derive(Debug)]
pub struct SetEnumValues<'op> {
    replacements: &'op mut Vec<(String, String)>,
    consent: &'op mut Consent,
}

impl<'op> SetEnumValues<'op> {
    pub(super) fn new(replacements: &'op mut Vec<(String, String)>, consent: &'op mut Consent) -> Self {
        Self { replacements, consent }
    }

    /// Gives rows that hold a value another one.
    pub fn replace(self, value: impl Into<String>, by: impl Into<String>) -> Self {
        self.replacements.push((value.into(), by.into()));
        self
    }

    /// Says that rows which hold a value that goes may get NULL.
    pub fn loses_data(self) {
        self.consent.loses_data();
    }
}
