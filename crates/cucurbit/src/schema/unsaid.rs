//! What scripts give to PostgreSQL alone without a word of what it does.

/// SQL of unknown effect for PostgreSQL alone: where only the scripts tell what enum types there are, it may have made
/// more of them, or have changed them. It is no part of what a schema is: all are equal.
#[derive(Clone, Debug, Default)]
pub struct Unsaid(pub Vec<String>);

impl PartialEq for Unsaid {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for Unsaid {}
