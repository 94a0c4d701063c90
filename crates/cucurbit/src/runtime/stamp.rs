//! Moving the rows of the version table without running scripts.

use std::time::Instant;

use crate::{
    dialect,
    revision::{Applied, Heads, RowChange, Step},
};

use super::{Event, Goal, Migrator, Report, RunError, job, stop};

impl Migrator<'_> {
    /// Replaces all rows by those of the goal, in one transaction: whatever fails, no row is lost.
    pub(super) async fn purge(&mut self, goal: &Goal<'_>) -> Result<Report, RunError> {
        let steps = self.steps(goal, &Heads::default())?;
        self.options.version_table.ensure(self.connection).await?;
        let mut applied = Applied::new(self.scripts.graph(), Heads::default())?;
        let changes: Vec<RowChange> = steps.iter().flat_map(|step| applied.take(step)).collect();
        let begun = Instant::now();
        self.move_rows(&steps, None, &changes).await?;
        let mut report = Report { heads: applied.heads().clone(), ..Report::default() };
        for step in steps {
            self.finished(step, begun.elapsed(), &mut report);
        }
        Ok(report)
    }

    /// Moves rows in one transaction. Returns `false`, with nothing done, when the heads are not the expected ones; without
    /// any, all rows are deleted first.
    pub(super) async fn move_rows(
        &mut self,
        steps: &[Step],
        expected: Option<&Heads>,
        changes: &[RowChange],
    ) -> Result<bool, RunError> {
        dialect::begin(self.connection).await?;
        let moved = self.moved(steps, expected, changes).await;
        job::ended(self.connection, moved).await
    }

    async fn moved(
        &mut self,
        steps: &[Step],
        expected: Option<&Heads>,
        changes: &[RowChange],
    ) -> Result<bool, RunError> {
        let (table, stop) = (&self.options.version_table, self.options.stop.as_ref());
        job::lock_version_table(self.connection, table, stop).await?;
        match expected {
            None => table.purge(self.connection).await?,
            Some(expected) if table.rows(self.connection).await? != *expected => return Ok(false),
            Some(_) => {}
        }
        steps.iter().for_each(|step| (self.observer)(Event::StepStarted { step }));
        stop::refuse(stop)?;
        for change in changes {
            table.change(self.connection, change).await?;
        }
        Ok(true)
    }
}
