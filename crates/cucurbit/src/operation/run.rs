//! Code of a script: functions that are handed the connection of the run.
//!
//! What lives here: [`Code`], what such a function looks like, and [`Functions`], the side table that keeps the
//! functions of one recording; the operation holds a title and a key into it, so that it stays a value. Nothing is
//! executed here.

use std::{collections::BTreeMap, error::Error, fmt, future::Future, pin::Pin};

use crate::connection::Connection;

/// What code of a script returns; its error is the cause of the step's.
pub type CodeResult = Result<(), Box<dyn Error + Send + Sync>>;

/// A function that is lent the connection of the run: `async |connection: &mut Connection| { … Ok(()) }`.
///
/// It is implemented for every such function and by nothing else. A bound of `AsyncFnOnce` cannot say that the future
/// may be sent to another thread; this one can.
pub trait Code<'c>: Send {
    /// What the function returns before it is awaited.
    type Future: Future<Output = CodeResult> + Send + 'c;

    /// Calls it.
    fn call(self, connection: &'c mut Connection) -> Self::Future;
}

impl<'c, F, R> Code<'c> for F
where
    F: FnOnce(&'c mut Connection) -> R + Send,
    R: Future<Output = CodeResult> + Send + 'c,
{
    type Future = R;

    fn call(self, connection: &'c mut Connection) -> R {
        self(connection)
    }
}

type Call = dyn for<'c> FnOnce(&'c mut Connection) -> Running<'c> + Send;
type Running<'c> = Pin<Box<dyn Future<Output = CodeResult> + Send + 'c>>;

/// A function of a script, whatever its own type is.
pub(crate) struct BoxedCode(Box<Call>);

impl BoxedCode {
    /// Calls it; what is returned is to be awaited.
    pub(crate) fn call(self, connection: &mut Connection) -> Running<'_> {
        (self.0)(connection)
    }
}

impl fmt::Debug for BoxedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BoxedCode")
    }
}

/// The functions of one recording, by the keys of their operations.
#[derive(Default)]
pub struct Functions(BTreeMap<usize, BoxedCode>);

impl Functions {
    /// Keeps a function and returns its key: functions are numbered in the order of the script.
    pub(super) fn keep(&mut self, code: impl for<'c> Code<'c> + 'static) -> usize {
        let key = self.0.len();
        self.0.insert(key, BoxedCode(Box::new(move |connection| Box::pin(code.call(connection)))));
        key
    }

    /// Hands a function out, once.
    pub(crate) fn take(&mut self, key: usize) -> Option<BoxedCode> {
        self.0.remove(&key)
    }
}

impl fmt::Debug for Functions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
