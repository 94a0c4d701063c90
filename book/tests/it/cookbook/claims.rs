//! What each recipe of the cookbook claims: queries, with what they give once it was run.

use cucurbit::schema::Dialect;

/// What is true after a recipe.
#[derive(Debug)]
pub(crate) struct Claim {
    /// The heading of the recipe.
    pub(crate) recipe: &'static str,
    /// The databases that it is for.
    pub(crate) on: &'static [Dialect],
    /// Statements that are run before it: rows that only this recipe is about.
    pub(crate) given: &'static [&'static str],
    /// Queries, and what they give after the upgrade.
    pub(crate) gives: &'static [(&'static str, &'static str)],
    /// Statements that are refused after the upgrade.
    pub(crate) refuses: &'static [&'static str],
    /// Queries, and what they give after the downgrade.
    pub(crate) then: &'static [(&'static str, &'static str)],
    /// What becomes of the downgrade.
    pub(crate) undoing: Undoing,
}

/// What becomes of a downgrade.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Undoing {
    /// The schema is what it was.
    Done,
    /// It is refused, with these words.
    #[expect(dead_code, reason = "no recipe without a way back yet")]
    Refused(&'static str),
}

const BOTH: &[Dialect] = &Dialect::ALL;

/// A recipe of which nothing is said yet.
const NOTHING: Claim =
    Claim { recipe: "", on: BOTH, given: &[], gives: &[], refuses: &[], then: &[], undoing: Undoing::Done };

/// What the recipes claim, in their order.
pub(crate) const CLAIMS: &[Claim] = &[Claim {
    recipe: "Add a column with NOT NULL to a table with rows",
    gives: &[("SELECT id, label FROM plant ORDER BY id", "1|TOMATO ROMA;2|BASIL;3|FERN")],
    refuses: &["UPDATE plant SET label = NULL"],
    ..NOTHING
}];
