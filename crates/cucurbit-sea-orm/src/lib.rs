//! What SeaORM entities cannot say about their tables, said beside them.
//!
//! A placeholder: it has the shape of the real trait and keeps nothing.

use std::marker::PhantomData;

use sea_orm::EntityTrait;

/// The arguments of a table that SeaORM has no word for.
pub trait TableArgs: EntityTrait {
    /// Declares them on `table`; none unless overridden.
    fn table_args(_table: &mut TableArgsFor<Self>) {}
}

/// The arguments of the table of `E`.
#[derive(Debug)]
pub struct TableArgsFor<E>(PhantomData<E>);

impl<E: EntityTrait> TableArgsFor<E> {
    /// Begins an index.
    pub fn index(&mut self, _name: &str) -> IndexOf<E> {
        IndexOf(PhantomData)
    }
}

/// An index that is being declared.
#[derive(Debug)]
pub struct IndexOf<E>(PhantomData<E>);

impl<E: EntityTrait> IndexOf<E> {
    /// Makes it unique.
    pub fn unique(self) -> Self {
        self
    }

    /// Says what it covers.
    pub fn on<M>(self, _parts: impl Parts<E, M>) {}
}

/// What an index can cover: a column, several, or an expression.
pub trait Parts<E, M> {}

impl<E: EntityTrait> Parts<E, ()> for E::Column {}
impl<E: EntityTrait, const N: usize> Parts<E, [(); N]> for [E::Column; N] {}
impl<E: EntityTrait> Parts<E, Lower<()>> for Lower<E::Column> {}

/// `lower(column)`.
#[derive(Debug)]
pub struct Lower<C>(PhantomData<C>);

/// `lower(column)`, as a part of an index.
pub fn lower<C>(_column: C) -> Lower<C> {
    Lower(PhantomData)
}
