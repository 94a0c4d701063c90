//! What a script can make of a session, and how the session becomes again what it was.
//!
//! The connection may be an application's, out of a pool. What a session holds is read before a step and after it, each
//! thing with the statement that makes it and the one that takes it away; what differs is put right. Not read, since no
//! statement tells it: the seed of `random()`, what `currval()` remembers, libraries that were loaded, custom settings
//! whose names stand in no SQL of the script.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    connection::{Connection, ConnectionError},
    schema::Dialect,
};

use super::{Before, ReflectError};

/// What a session holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SessionState {
    items: BTreeMap<Key, Item>,
    /// Settings of PostgreSQL that no view lists, by their names.
    custom: BTreeSet<String>,
}

/// A kind of things and the name of one. The kinds are put right in their order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) kind: Kind,
    pub(super) name: String,
}

/// A kind of things that a session holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Whether anything can be written at all.
    ReadOnly,
    /// The user of the session.
    User,
    /// The role, which a change of the user resets.
    Role,
    /// A setting, or a pragma.
    Setting,
    /// A channel that is listened to.
    Channel,
    /// A statement prepared by SQL.
    Prepared,
    /// A cursor that outlives its transaction.
    Cursor,
    /// An advisory lock.
    Lock,
    /// Something temporary.
    Temporary,
    /// A database that is attached.
    Attached,
    /// A statement prepared by the driver, which remembers it.
    Driver,
}

/// One thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) value: String,
    /// The statement that makes it so; `None` if there is none.
    pub(super) make: Option<String>,
    /// The statement that takes it away; `None` if it is always there.
    pub(super) take_away: Option<String>,
}

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// All that can be put back outside a transaction.
    Everything,
    /// Who one is and what statements mean: what can be put back in the middle of a transaction.
    Meaning,
}

/// How often an advisory lock is given back that was taken more than once.
const NESTED_LOCKS: usize = 1_000;

impl SessionState {
    /// Lists the settings that SQL names and PostgreSQL does not list.
    pub(crate) fn custom<'s>(dialect: Dialect, sql: impl Iterator<Item = &'s str>) -> BTreeSet<String> {
        sql.flat_map(|sql| on!(dialect, session::custom_settings(sql))).collect()
    }

    /// Reads it, the settings with these names included.
    pub(crate) async fn read(
        connection: &mut Connection,
        custom: BTreeSet<String>,
    ) -> Result<Self, ConnectionError> {
        Self::read_again(connection, custom, Scope::Everything).await
    }

    async fn read_again(
        connection: &mut Connection,
        custom: BTreeSet<String>,
        scope: Scope,
    ) -> Result<Self, ConnectionError> {
        let items = on!(connection.dialect(), session::read(connection, &custom, scope).await?);
        Ok(Self { items: items.into_iter().collect(), custom })
    }

    /// Puts what statements mean back to what it was, in the middle of a transaction too; returns how it was found.
    pub(crate) async fn restore(&self, connection: &mut Connection) -> Result<Self, ConnectionError> {
        let found = Self::read_again(connection, self.custom.clone(), Scope::Meaning).await?;
        let wanted = self.of(connection.dialect(), Scope::Meaning);
        for sql in wanted.from(&found) {
            connection.execute(&sql).await?;
        }
        Ok(found)
    }

    /// Puts the session back to what it was. No transaction may be open.
    pub(crate) async fn put_back(&self, connection: &mut Connection) -> Result<(), ConnectionError> {
        on!(connection.dialect(), session::make_readable(connection).await?);
        for _ in 0..NESTED_LOCKS {
            let found = Self::read_again(connection, self.custom.clone(), Scope::Everything).await?;
            for sql in self.from(&found) {
                connection.execute(&sql).await?;
            }
            let is_gone = |key: &&Key| key.kind == Kind::Driver && !found.items.contains_key(*key);
            if self.items.keys().any(|key| is_gone(&key)) {
                connection.forget_statements().await?;
            }
            let has_lock = |(key, _): (&Key, &Item)| key.kind == Kind::Lock && !self.items.contains_key(key);
            if !found.items.iter().any(has_lock) {
                break;
            }
        }
        Ok(())
    }

    /// Puts the session back as far as one look tells, before its transaction ends and it may be another's.
    pub(crate) async fn put_back_once(&self, connection: &mut Connection) -> Result<(), ConnectionError> {
        let found = Self::read_again(connection, self.custom.clone(), Scope::Everything).await?;
        for sql in self.from(&found) {
            connection.execute(&sql).await?;
        }
        Ok(())
    }

    /// Lists the statements that make another session what this one has become since it was read.
    pub(crate) async fn changes(&self, connection: &mut Connection) -> Result<Vec<String>, ConnectionError> {
        let found = Self::read_again(connection, self.custom.clone(), Scope::Everything).await?;
        let is_new = |(key, item): &(&Key, &Item)| {
            key.kind != Kind::Lock && self.items.get(*key).is_none_or(|was| was.value != item.value)
        };
        Ok(found.items.iter().filter(is_new).filter_map(|(_, item)| item.make.clone()).collect())
    }

    /// Reads the schema with these settings, and leaves the session as it is: after `SET search_path` it would be
    /// another schema.
    pub(crate) async fn reflect(&self, connection: &mut Connection) -> Result<Before, ReflectError> {
        let inside = self.restore(connection).await?;
        let before = super::reflect(connection).await?;
        inside.restore(connection).await?;
        Ok(before)
    }

    /// The part of it that a scope holds.
    fn of(&self, dialect: Dialect, scope: Scope) -> Self {
        let is_in = |key: &Key| on!(dialect, session::is_in(key, scope));
        let items = self.items.iter().filter(|(key, _)| is_in(key));
        Self {
            items: items.map(|(key, item)| (key.clone(), item.clone())).collect(),
            custom: self.custom.clone(),
        }
    }

    /// Lists the statements that lead here from what was found.
    fn from(&self, found: &Self) -> Vec<String> {
        let keys: BTreeSet<&Key> = self.items.keys().chain(found.items.keys()).collect();
        let mut statements = Vec::new();
        let mut is_other_user = false;
        for key in keys {
            let (wanted, is) = (self.items.get(key), found.items.get(key));
            let is_same = wanted.map(|item| &item.value) == is.map(|item| &item.value);
            is_other_user |= key.kind == Kind::User && !is_same;
            if is_same && !(key.kind == Kind::Role && is_other_user) {
                continue;
            }
            let make = wanted.and_then(|item| item.make.clone());
            let is_replaced = make.is_some() && matches!(key.kind, Kind::Setting | Kind::ReadOnly);
            if let Some(sql) = is.and_then(|item| item.take_away.clone()).filter(|_| !is_replaced) {
                statements.push(sql);
            }
            statements.extend(make);
        }
        statements
    }
}
