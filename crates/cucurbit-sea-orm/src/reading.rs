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

/// An entity that says more than SeaORM can express.
pub trait WithArgs {
    /// The entity.
    type Entity: EntityTrait;
    /// Adds it, with what is said beside it, and then what the list says.
    ///
    /// # Errors
    ///
    /// As [`Models::add`].
    fn read_into(
        &self,
        models: Models,
        more: impl FnOnce(&mut TableArgsFor<Self::Entity>),
    ) -> Result<Models, ModelError>;
}

impl<E: TableArgs> WithArgs for Of<E> {
    type Entity = E;

    fn read_into(
        &self,
        models: Models,
        more: impl FnOnce(&mut TableArgsFor<E>),
    ) -> Result<Models, ModelError> {
        models.add_with::<E>(|table| {
            E::table_args(table);
            more(table);
        })
    }
}

/// An entity beside which nothing else is said.
pub trait WithoutArgs {
    /// The entity.
    type Entity: EntityTrait;
    /// Adds it, with what the list says.
    ///
    /// # Errors
    ///
    /// As [`Models::add_with`].
    fn read_into(
        &self,
        models: Models,
        more: impl FnOnce(&mut TableArgsFor<Self::Entity>),
    ) -> Result<Models, ModelError>;
}

impl<E: EntityTrait> WithoutArgs for &Of<E> {
    type Entity = E;

    fn read_into(
        &self,
        models: Models,
        more: impl FnOnce(&mut TableArgsFor<E>),
    ) -> Result<Models, ModelError> {
        models.add_with::<E>(more)
    }
}
