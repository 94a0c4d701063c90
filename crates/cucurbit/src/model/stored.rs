//! How a Rust type is kept in a column.
//!
//! The macro knows the types of the standard library, of chrono, time, uuid and their kin by the last name in their path, so
//! that none of these crates is needed here. A type of the project's own says it by [`Value`], which comes first.

use std::marker::PhantomData;

use crate::schema::{ColumnType, EnumType, Ident, Type};

/// A Rust type that is kept in one column: what `#[derive(cucurbit::Value)]` implements for newtypes and enums.
///
/// ```
/// use cucurbit::{
///     model::{Stored, Value},
///     schema::Type,
/// };
///
/// /// Kept as text by code of its own.
/// struct Grams(u32);
///
/// impl Value for Grams {
///     fn stored() -> Stored {
///         Stored::new(Type::Text)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "it is not known in a column of which type `{Self}` is kept",
    label = "not a known type",
    note = "say it here: `#[table(ty = Type::Text)]` on the field",
    note = "or for all fields: `#[derive(cucurbit::Value)]` on `{Self}`, a newtype or an enum"
)]
pub trait Value {
    /// Returns the type of the column.
    fn stored() -> Stored;
}

/// The type of a column, with the enum type that it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub(super) ty: ColumnType,
    pub(super) enumeration: Option<EnumType>,
}

impl Stored {
    /// Makes it of a type, with its variants.
    #[must_use]
    pub fn new(ty: impl Into<ColumnType>) -> Self {
        Self { ty: ty.into(), enumeration: None }
    }

    /// Makes it of an enum type, which the schema then has; text where a database has no such types.
    #[must_use]
    pub fn enumeration(ty: EnumType) -> Self {
        Self { ty: Type::enumeration(ty.name.clone()).into(), enumeration: Some(ty) }
    }

    /// Makes it an array (PostgreSQL only).
    #[must_use]
    pub fn array(self) -> Self {
        let Self { ty: ColumnType { base, variants }, enumeration } = self;
        let variants = variants.into_iter().map(|(dialect, ty)| (dialect, Type::array(ty))).collect();
        Self { ty: ColumnType { base: Type::array(base), variants }, enumeration }
    }

    /// Returns the type of the column.
    #[must_use]
    pub const fn ty(&self) -> &ColumnType {
        &self.ty
    }
}

macro_rules! known {
    ($($rust:ty => $ty:expr;)*) => {$(
        impl Value for $rust {
            fn stored() -> Stored {
                Stored::new($ty)
            }
        }
    )*};
}
// Where they have another name (`type PlantId = i64`), the macro does not know them.
known! {
    bool => Type::Boolean;
    f32 => Type::Real;
    f64 => Type::Double;
    i16 => Type::SmallInteger;
    i32 => Type::Integer;
    i64 => Type::BigInteger;
    String => Type::Text;
    Vec<u8> => Type::Binary;
}

/// A Rust type, by which [`Own`] or [`Known`] is chosen: a method is looked for on `&Of<T>` before it is on `&&Of<T>`.
#[derive(Clone, Copy, Debug)]
pub struct Of<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Of<T> {
    /// Names it.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "only generated code makes one")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

/// A type that says by [`Value`] how it is kept, whatever its name is.
pub trait Own {
    /// Returns what it says.
    fn stored(&self, known: Stored) -> Stored;
}

impl<T: Value> Own for Of<T> {
    fn stored(&self, _known: Stored) -> Stored {
        T::stored()
    }
}

/// A type that is known by its name.
pub trait Known {
    /// Returns what is known.
    fn stored(&self, known: Stored) -> Stored;
}

impl<T: ?Sized> Known for &Of<T> {
    fn stored(&self, known: Stored) -> Stored {
        known
    }
}

/// Collects the columns to which a key refers.
pub(super) fn columns(names: &[&str]) -> Vec<Ident> {
    names.iter().copied().map(Ident::from).collect()
}
