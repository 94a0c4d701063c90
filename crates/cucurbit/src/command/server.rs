//! The servers of a project: its own, and the one on which scratch databases may be made.

use crate::{config::ConfigError, connection::url::ConnectionUrl, error::Error, schema::Dialect};

use super::Project;

impl Project {
    /// Returns the connection URL of the database, if there is one.
    pub(super) fn own_url(&self) -> Result<Option<ConnectionUrl>, Error> {
        match self.url() {
            Ok(found) => Ok(Some(found.url)),
            Err(Error::Config(ConfigError::NoConnectionUrl { .. })) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Finds where a scratch database may be made: `scratch_url`, else the database's own server; SQLite's is in
    /// memory.
    pub(super) fn scratch_server(&self, dialect: Dialect) -> Result<Option<ConnectionUrl>, Error> {
        let scratch = self.config.scratch_url(&self.location.environment)?.map(|found| found.url);
        let servers = [scratch, self.own_url()?, Some(ConnectionUrl::memory())];
        Ok(servers.into_iter().flatten().find(|server| server.dialect() == dialect))
    }

    /// Finds a server that can say what it makes of an expression.
    pub(super) fn server(&self, dialect: Dialect) -> Result<ConnectionUrl, Error> {
        let scratch = self.config.scratch_url(&self.location.environment)?.map(|found| found.url);
        let servers = [Some(ConnectionUrl::memory()), self.own_url()?, scratch];
        let found = servers.into_iter().flatten().find(|server| server.dialect() == dialect);
        found.ok_or_else(|| ConfigError::NoConnectionUrl { file: self.config.file.clone() }.into())
    }
}
