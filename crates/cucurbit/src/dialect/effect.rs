//! What a statement means for those who use the database meanwhile: the locks that it takes, and what it costs.
//!
//! A planner says it from what it knows: the operation, and the schema before. Where it cannot know, as of the functions in
//! an expression, it says the more expensive. A test compares what is said with
//! what the databases do (`tests/it/cases/effect`).

use std::fmt;

use crate::schema::{ObjectName, TableName};

use super::locks::{Lock, LockMode, Locked};

/// The locks and the cost of a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Effect {
    /// The locks, sorted, one for each object. What the statement makes is not there for others, and not locked for them.
    pub locks: Vec<Lock>,
    /// The costs, sorted. A statement without one is instant: it changes the catalogue and reads no rows.
    pub costs: Vec<Cost>,
}

/// What a statement does that takes longer the more rows there are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Cost {
    /// It builds an index, which reads every row of its table.
    Builds {
        /// The index.
        index: ObjectName,
    },
    /// It writes a table again, every row and every index, and reads all rows for it.
    Rewrites {
        /// The table.
        table: TableName,
    },
    /// It reads the rows of a table.
    Scans {
        /// The table.
        table: TableName,
    },
    /// It adds or updates rows of a table.
    Writes {
        /// The table.
        table: TableName,
    },
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Builds { index } => write!(f, "builds index {index}"),
            Self::Rewrites { table } => write!(f, "rewrites table {table}"),
            Self::Scans { table } => write!(f, "scans table {table}"),
            Self::Writes { table } => write!(f, "writes rows of table {table}"),
        }
    }
}

impl Effect {
    /// Makes the effect of a statement that locks nothing and is instant.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Makes the effect of a statement that locks one object.
    #[must_use]
    pub fn lock(object: Locked, mode: LockMode) -> Self {
        Self::none().locks(object, mode)
    }

    /// Makes the effect of a statement that locks a table.
    #[must_use]
    pub fn on(table: &TableName, mode: LockMode) -> Self {
        Self::lock(Locked::Table(table.clone()), mode)
    }

    /// Adds a lock; of two on one object the stronger counts.
    #[must_use]
    pub fn locks(mut self, object: Locked, mode: LockMode) -> Self {
        match self.locks.binary_search_by(|lock| lock.object.cmp(&object)) {
            Ok(place) => self.locks[place].mode = self.locks[place].mode.max(mode),
            Err(place) => self.locks.insert(place, Lock { object, mode }),
        }
        self
    }

    /// Adds the lock of a table.
    #[must_use]
    pub fn and(self, table: &TableName, mode: LockMode) -> Self {
        self.locks(Locked::Table(table.clone()), mode)
    }

    /// Adds a cost.
    #[must_use]
    pub fn costs(mut self, cost: Cost) -> Self {
        if let Err(place) = self.costs.binary_search(&cost) {
            self.costs.insert(place, cost);
        }
        self
    }

    /// Adds that a table is read.
    #[must_use]
    pub fn scans(self, table: &TableName) -> Self {
        self.costs(Cost::Scans { table: table.clone() })
    }

    /// Adds that a table is rewritten.
    #[must_use]
    pub fn rewrites(self, table: &TableName) -> Self {
        self.costs(Cost::Rewrites { table: table.clone() })
    }

    /// Adds that rows of a table are written.
    #[must_use]
    pub fn writes(self, table: &TableName) -> Self {
        self.costs(Cost::Writes { table: table.clone() })
    }

    /// Adds that an index is built.
    #[must_use]
    pub fn builds(self, index: ObjectName) -> Self {
        self.costs(Cost::Builds { index })
    }

    /// Puts two effects together, as one statement has them that does both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        let Self { locks, costs } = other;
        let locked = locks.into_iter().fold(self, |all, Lock { object, mode }| all.locks(object, mode));
        costs.into_iter().fold(locked, Self::costs)
    }

    /// Tells whether it is done at once, however many rows there are.
    #[must_use]
    pub fn is_instant(&self) -> bool {
        self.costs.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_locks_the_stronger_counts_and_costs_are_said_once() {
        let (plant, bed) = (TableName::from("plant"), TableName::from("bed"));
        let adds_key = Effect::on(&plant, LockMode::ShareRowExclusive)
            .and(&bed, LockMode::ShareRowExclusive)
            .scans(&plant);
        let alters = Effect::on(&plant, LockMode::AccessExclusive).scans(&plant).rewrites(&plant);
        let both = adds_key.clone().with(alters.clone());
        assert_eq!(both, alters.with(adds_key));
        let modes: Vec<String> =
            both.locks.iter().map(|Lock { object, mode }| format!("{object}: {mode}")).collect();
        assert_eq!(modes, ["table bed: SHARE ROW EXCLUSIVE", "table plant: ACCESS EXCLUSIVE"]);
        let costs: Vec<String> = both.costs.iter().map(Cost::to_string).collect();
        assert_eq!(costs, ["rewrites table plant", "scans table plant"]);
        assert!(!both.is_instant() && Effect::none().is_instant());
    }
}
