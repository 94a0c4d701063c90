//! Exclusion constraints: no two rows may stand to each other as all of their operators say. PostgreSQL only.

use super::{ConstraintRef, Deferral, Expression, Ident, Index, IndexPart, build::idents};

/// An exclusion constraint. Its name is that of the index that carries it, and is always chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// The index that carries it.
    pub index: Index,
    /// The operator for each part of the index's key, such as `&&`.
    pub operators: Vec<String>,
    /// When it is checked.
    pub deferral: Deferral,
    /// A comment.
    pub comment: Option<String>,
}

/// A part of an exclusion's key with its operator: `key("during").excluding("&&")`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExclusionPart {
    /// The column or expression.
    pub part: IndexPart,
    /// The operator.
    pub operator: String,
}

impl IndexPart {
    /// Makes it a part of an exclusion constraint with this operator.
    #[must_use]
    pub fn excluding(self, operator: impl Into<String>) -> ExclusionPart {
        ExclusionPart { part: self, operator: operator.into() }
    }
}

impl Exclusion {
    /// Makes a constraint that is checked at once, over all rows.
    #[must_use]
    pub fn new(name: impl Into<Ident>, parts: impl IntoIterator<Item = ExclusionPart>) -> Self {
        let (parts, operators) = parts.into_iter().map(|part| (part.part, part.operator)).unzip();
        Self { index: Index::new(name, parts), operators, deferral: Deferral::default(), comment: None }
    }

    /// Returns how this constraint is referred to.
    #[must_use]
    pub fn reference(&self) -> ConstraintRef {
        ConstraintRef::Named(self.index.name.clone())
    }

    /// Sets the access method, such as `gist`.
    pub fn using(&mut self, method: impl Into<String>) -> &mut Self {
        self.index.using(method);
        self
    }

    /// Lets its index hold more columns than the key has.
    pub fn include(&mut self, columns: impl IntoIterator<Item = impl Into<Ident>>) -> &mut Self {
        self.index.include = idents(columns);
        self
    }

    /// Sets a storage parameter of its index: `.parameter("fillfactor", "70")`.
    pub fn parameter(&mut self, name: impl Into<String>, value: impl Into<String>) -> &mut Self {
        self.index.parameter(name, value);
        self
    }

    /// Makes it partial: only rows for which the condition holds.
    pub fn predicate(&mut self, condition: impl Into<Expression>) -> &mut Self {
        self.index.predicate(condition);
        self
    }
}
