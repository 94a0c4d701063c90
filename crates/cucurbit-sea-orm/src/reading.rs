//! How [`models!`](crate::models!) reads an entity with [`TableArgs`] as well as one without. Nothing that users name.
//!
//! A method is looked for on `&Of<E>` before it is on `&&Of<E>`, so that the first trait wins where its bound holds.

use std::marker::PhantomData;

use sea_orm::EntityTrait;

use crate::{ModelError, Models, TableArgs};

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
    /// Adds it.
    ///
    /// # Errors
    ///
    /// As [`Models::add`].
    fn read_into(&self, models: Models) -> Result<Models, ModelError>;
}

impl<E: TableArgs> WithArgs for Of<E> {
    fn read_into(&self, models: Models) -> Result<Models, ModelError> {
        models.add::<E>()
    }
}

/// An entity of which nothing else is said.
pub trait WithoutArgs {
    /// Adds it.
    ///
    /// # Errors
    ///
    /// As [`Models::add_plain`].
    fn read_into(&self, models: Models) -> Result<Models, ModelError>;
}

impl<E: EntityTrait> WithoutArgs for &Of<E> {
    fn read_into(&self, models: Models) -> Result<Models, ModelError> {
        models.add_plain::<E>()
    }
}
