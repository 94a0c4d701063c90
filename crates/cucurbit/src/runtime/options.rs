//! How a run behaves. What is done with it lives in the files that ask.

use std::time::Duration;

use super::{Stop, VersionTable};

/// How a run behaves.
///
/// ```
/// use std::time::Duration;
///
/// use cucurbit::runtime::{RunOptions, VersionTable};
///
/// let options = RunOptions::new()
///     .version_table(VersionTable::named("greenhouse_version"))
///     .lock_wait(Duration::from_secs(5));
/// ```
#[derive(Clone, Debug)]
pub struct RunOptions {
    pub(crate) version_table: VersionTable,
    pub(crate) lock_wait: Duration,
    pub(crate) allow_data_loss: bool,
    pub(crate) stop: Option<Stop>,
}

impl RunOptions {
    /// Starts from Alembic's version table, 60 seconds of waiting for the lock, and no loss of data.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the table in which the applied revisions are kept.
    #[must_use]
    pub fn version_table(mut self, table: VersionTable) -> Self {
        self.version_table = table;
        self
    }

    /// Sets how long to wait for the lock.
    #[must_use]
    pub fn lock_wait(mut self, wait: Duration) -> Self {
        self.lock_wait = wait;
        self
    }

    /// Sets whether to drop what is not empty without `.loses_data()` in the script.
    #[must_use]
    pub fn allow_data_loss(mut self, is_allowed: bool) -> Self {
        self.allow_data_loss = is_allowed;
        self
    }

    /// Lets the run be stopped.
    #[must_use]
    pub fn stop(mut self, stop: Stop) -> Self {
        self.stop = Some(stop);
        self
    }
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            version_table: VersionTable::default(),
            lock_wait: Duration::from_secs(60),
            allow_data_loss: false,
            stop: None,
        }
    }
}
