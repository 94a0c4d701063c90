//! How [`models!`](crate::models!) reads an entity with [`TableArgs`] as well as one without. Nothing that users name.
//!
//! A method is looked for on `&Of<E>` before it is on `&&Of<E>`, so that the first trait wins where its bound holds.

use std::marker::PhantomData;

use sea_orm::EntityTrait;

use crate::{ModelError, Models, TableArgs, TableArgsFor};

/// An entity by its type.
#[derive(Clone, Copy, Debug, Default)]
pub struct Of<E>(PhantomData<E>);

impl<E> Of<E> {
    /// Names it.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

/// What is said of an entity's table.
type Said<E> = fn(&mut TableArgsFor<E>);

/// An entity that says more than SeaORM can express.
pub trait WithArgs<E> {
    /// Returns what is said beside it.
    fn said(&self) -> Said<E>;
}

impl<E: TableArgs> WithArgs<E> for Of<E> {
    fn said(&self) -> Said<E> {
        E::table_args
    }
}

/// An entity beside which nothing else is said.
pub trait WithoutArgs<E> {
    /// Returns what says nothing.
    fn said(&self) -> Said<E>;
}

impl<E: EntityTrait> WithoutArgs<E> for &Of<E> {
    fn said(&self) -> Said<E> {
        |_| {}
    }
}

/// Says what is said beside an entity, and then what the list says.
pub fn both<E: EntityTrait>(
    said: Said<E>,
    more: impl FnOnce(&mut TableArgsFor<E>),
) -> impl FnOnce(&mut TableArgsFor<E>) {
    move |table| {
        said(table);
        more(table);
    }
}

/// Adds an entity of a whole module, unless its table is named already.
///
/// # Errors
///
/// As [`Models::add`].
pub fn rest<E: EntityTrait>(models: Models, name: &str, said: Said<E>) -> Result<Models, ModelError> {
    models.rest::<E>(name, said)
}
