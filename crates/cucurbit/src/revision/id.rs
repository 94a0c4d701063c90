//! What may be a revision id or a branch label. No graph here.

use std::fmt;

use crate::mask;

/// Characters with a meaning in targets (`label@id+2`, `a:b`), which no id or label may contain, as in Alembic.
const ILLEGAL: [char; 4] = ['+', '-', ':', '@'];

/// Words that a target already means something by; a revision of that name could never be addressed.
const RESERVED: [&str; 4] = ["base", "current", "head", "heads"];

/// The width of Alembic's `alembic_version.version_num`, in characters.
pub(crate) const LONGEST: usize = 32;

/// The id of a revision: not empty, none of `@ - + :`, no word that targets use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RevisionId(String);

impl RevisionId {
    /// Reads the id of an existing script.
    ///
    /// # Errors
    ///
    /// When the id is empty, reserved, or has an illegal character.
    pub fn new(id: &str) -> Result<Self, RevisionIdError> {
        check_name(id)?;
        Ok(Self(id.to_owned()))
    }

    /// Reads the id of a script that is about to be written.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new); and when the id has more than 32 characters, which the version table cannot hold.
    pub fn for_new_file(id: &str) -> Result<Self, RevisionIdError> {
        let length = id.chars().count();
        if length > LONGEST {
            return Err(RevisionIdError::TooLong { id: mask::word(id), length });
        }
        Self::new(id)
    }

    /// Returns the id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RevisionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Checks an id or a label.
pub(super) fn check_name(name: &str) -> Result<(), RevisionIdError> {
    if name.is_empty() {
        return Err(RevisionIdError::Empty);
    }
    let characters: Vec<String> =
        ILLEGAL.iter().filter(|illegal| name.contains(**illegal)).map(char::to_string).collect();
    if !characters.is_empty() {
        return Err(RevisionIdError::IllegalCharacters { id: mask::word(name), characters });
    }
    if RESERVED.contains(&name) {
        return Err(RevisionIdError::Reserved { id: name.to_owned() });
    }
    Ok(())
}

/// Why a text cannot be a revision id or a branch label.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevisionIdError {
    /// Nothing was given.
    #[error("a revision identifier must not be empty")]
    Empty,
    /// The text has characters that have a meaning in targets.
    #[error("Character(s) '{}' not allowed in revision identifier '{id}'", characters.join(", "))]
    IllegalCharacters {
        /// The text.
        id: String,
        /// The illegal characters in it, sorted.
        characters: Vec<String>,
    },
    /// The text is a word that targets use.
    #[error("`{id}` cannot name a revision or a branch")]
    Reserved {
        /// The text.
        id: String,
    },
    /// The version table could not hold the id.
    #[error("revision identifier `{id}` has {length} characters")]
    TooLong {
        /// The text.
        id: String,
        /// Its length in characters.
        length: usize,
    },
}

impl RevisionIdError {
    /// Returns the text that cannot be an id or a label.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Empty => "",
            Self::IllegalCharacters { id, .. } | Self::Reserved { id } | Self::TooLong { id, .. } => id,
        }
    }

    /// Returns a hint about what to do, if there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Empty => None,
            Self::IllegalCharacters { .. } => Some("use letters, digits and `_`".to_owned()),
            Self::Reserved { .. } => Some(format!("{} have a meaning of their own", RESERVED.join(", "))),
            Self::TooLong { .. } => {
                Some(format!("the version table holds {LONGEST} characters; choose a shorter id"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_may_have_underscores_and_any_length_where_it_exists_already() {
        assert_eq!(RevisionId::new("user_foo").unwrap().as_str(), "user_foo");
        assert!(RevisionId::new(&"x".repeat(40)).is_ok());
    }

    #[test]
    fn a_new_id_fits_the_version_table() {
        assert!(RevisionId::for_new_file(&"ü".repeat(32)).is_ok());
        let error = RevisionId::for_new_file(&"x".repeat(33)).unwrap_err();
        assert_eq!(error, RevisionIdError::TooLong { id: "x".repeat(33), length: 33 });
    }

    #[test]
    fn what_a_target_is_made_of_is_refused() {
        assert_eq!(RevisionId::new(""), Err(RevisionIdError::Empty));
        assert!(matches!(RevisionId::new("heads"), Err(RevisionIdError::Reserved { .. })));
        assert_eq!(
            RevisionId::new("a-1@b").unwrap_err().to_string(),
            "Character(s) '-, @' not allowed in revision identifier 'a-1@b'"
        );
    }
}
