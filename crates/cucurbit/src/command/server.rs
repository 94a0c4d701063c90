//! The servers of a project: its own, and the one on which scratch databases may be made.

use crate::{config::ConfigError, connection::address::Address, error::Error, schema::Dialect};

use super::Project;

impl Project {
    /// Returns the connection URL of the database, if there is one.
    pub(super) fn own_address(&self) -> Result<Option<Address>, Error> {
        match self.address() {
            Ok(found) => Ok(Some(found.address)),
            Err(Error::Config(ConfigError::NoAddress { .. })) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Finds where a scratch database may be made: `scratch_url`, else the database's own server; SQLite's is in
    /// memory.
    pub(super) fn scratch_server(&self, dialect: Dialect) -> Result<Option<Address>, Error> {
        let scratch = self.config.scratch_address(&self.location.environment)?.map(|found| found.address);
        let servers = [scratch, self.own_address()?, Some(Address::memory())];
        Ok(servers.into_iter().flatten().find(|server| server.dialect() == dialect))
    }

    /// Finds a server that can say what it makes of an expression.
    pub(super) fn server(&self, dialect: Dialect) -> Result<Address, Error> {
        let scratch = self.config.scratch_address(&self.location.environment)?.map(|found| found.address);
        let servers = [Some(Address::memory()), self.own_address()?, scratch];
        let found = servers.into_iter().flatten().find(|server| server.dialect() == dialect);
        found.ok_or_else(|| ConfigError::NoAddress { file: self.config.file.clone() }.into())
    }
}
