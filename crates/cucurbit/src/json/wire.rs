//! How a value of the library becomes one of the wire, and back: what all kinds have in common.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::schema::{Dialect, Ident, ObjectName, Variants};

/// A value as it stands in JSON.
pub(super) trait Wire: Sized {
    /// What it is in the library.
    type Model;

    fn of(model: &Self::Model) -> Self;

    fn model(self) -> Self::Model;
}

/// Values that are the same in the library.
macro_rules! same {
    ($($ty:ty),*) => {$(
        impl Wire for $ty {
            type Model = $ty;

            fn of(model: &$ty) -> Self {
                model.clone()
            }

            fn model(self) -> $ty {
                self
            }
        }
    )*};
}
same!(bool, i64, String, BTreeMap<String, String>, (String, String));

impl<W: Wire> Wire for Option<W> {
    type Model = Option<W::Model>;

    fn of(model: &Self::Model) -> Self {
        model.as_ref().map(W::of)
    }

    fn model(self) -> Self::Model {
        self.map(W::model)
    }
}

impl<W: Wire> Wire for Vec<W> {
    type Model = Vec<W::Model>;

    fn of(model: &Self::Model) -> Self {
        model.iter().map(W::of).collect()
    }

    fn model(self) -> Self::Model {
        self.into_iter().map(W::model).collect()
    }
}

impl<W: Wire> Wire for Box<W> {
    type Model = Box<W::Model>;

    fn of(model: &Self::Model) -> Self {
        Self::new(W::of(model))
    }

    fn model(self) -> Self::Model {
        Box::new((*self).model())
    }
}

/// A name without its namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Name(String);

impl Wire for Name {
    type Model = Ident;

    fn of(model: &Ident) -> Self {
        Self(model.as_str().to_owned())
    }

    fn model(self) -> Ident {
        self.0.into()
    }
}

/// A name: a text, or an object where it lies in a namespace that is not the connection's own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "expected a name, or an object with `namespace` and `name`"
)]
pub(super) enum InNamespace {
    Other { namespace: Name, name: Name },
    Own(Name),
}

impl Wire for InNamespace {
    type Model = ObjectName;

    fn of(ObjectName { schema, name }: &ObjectName) -> Self {
        match schema {
            Some(schema) => Self::Other { namespace: Name::of(schema), name: Name::of(name) },
            None => Self::Own(Name::of(name)),
        }
    }

    fn model(self) -> ObjectName {
        match self {
            Self::Other { namespace, name } => ObjectName::qualified(namespace.model(), name.model()),
            Self::Own(name) => ObjectName::new(name.model()),
        }
    }
}

/// A value, or an object where it differs between databases.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields, expecting = "expected a value, or an object with `base` and `on`")]
pub(super) enum Varying<W> {
    Differs { base: W, on: BTreeMap<Database, W> },
    Same(W),
}

impl<W: Wire> Wire for Varying<W> {
    type Model = Variants<W::Model>;

    fn of(Variants { base, variants }: &Self::Model) -> Self {
        let base = W::of(base);
        if variants.is_empty() {
            return Self::Same(base);
        }
        let on = variants.iter().map(|(dialect, value)| (Database::of(dialect), W::of(value)));
        Self::Differs { base, on: on.collect() }
    }

    fn model(self) -> Self::Model {
        match self {
            Self::Differs { base, on } => {
                let variants = on.into_iter().map(|(database, value)| (database.model(), value.model()));
                Variants { base: base.model(), variants: variants.collect() }
            }
            Self::Same(base) => Variants::same(base.model()),
        }
    }
}

/// Tells whether a value is that which stands where nothing is said.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Defines words of the wire for an enum whose variants carry nothing.
macro_rules! words {
    ($wire:ident of $model:ident { $($variant:ident)* }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub(super) enum $wire {
            $($variant,)*
        }

        impl Wire for $wire {
            type Model = $model;

            fn of(model: &$model) -> Self {
                match model {
                    $($model::$variant => Self::$variant,)*
                }
            }

            fn model(self) -> $model {
                match self {
                    $(Self::$variant => $model::$variant,)*
                }
            }
        }
    };
}
pub(super) use words;

words!(Database of Dialect { Postgres Sqlite });

/// Defines an object of the wire for a struct, field by field: those that must be there, and those that are left out where
/// they say what stands there anyway. A field that the struct gets does not compile here until it has a name.
macro_rules! object {
    ($wire:ident of $model:ident {
        $($(#[$meta:meta])* $field:ident: $ty:ty,)*
    } optional {
        $($(#[$other_meta:meta])* $other:ident: $other_ty:ty,)*
    }) => {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $wire {
            $($(#[$meta])* pub(super) $field: $ty,)*
            $(
                $(#[$other_meta])*
                #[serde(default, skip_serializing_if = "is_default")]
                pub(super) $other: $other_ty,
            )*
        }

        impl Wire for $wire {
            type Model = $model;

            fn of(model: &$model) -> Self {
                let $model { $($field,)* $($other,)* } = model;
                Self { $($field: Wire::of($field),)* $($other: Wire::of($other),)* }
            }

            fn model(self) -> $model {
                let Self { $($field,)* $($other,)* } = self;
                $model { $($field: $field.model(),)* $($other: $other.model(),)* }
            }
        }
    };
}
pub(super) use object;

/// Defines a word of the wire for an enum of which one is chosen: the tag says the variant, and its fields stand beside it.
/// A variant has the fields that must be there and those that may be missing, or is an object of its own. The name of a
/// field on the wire is followed by its name in the library, which is a number where it has none.
macro_rules! choice {
    ($(#[$meta:meta])* $wire:ident of $model:ident by $tag:literal {$(
        $variant:ident $(($inner:ident: $inner_ty:ty))? $({
            $($field:ident = $at:tt: $ty:ty),* $(,)?
        } {
            $($other:ident = $other_at:tt: $other_ty:ty),* $(,)?
        })?
    )*}) => {
        $(#[$meta])*
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = $tag, rename_all = "snake_case", deny_unknown_fields)]
        pub(super) enum $wire {$(
            $variant $(($inner_ty))? $({
                $($field: $ty,)*
                $(
                    #[serde(default, skip_serializing_if = "is_default")]
                    $other: $other_ty,
                )*
            })?,
        )*}

        impl Wire for $wire {
            type Model = $model;

            fn of(model: &$model) -> Self {
                match model {$(
                    $model::$variant $(($inner))? $({ $($at: $field,)* $($other_at: $other,)* })? => {
                        Self::$variant $((Wire::of($inner)))? $({
                            $($field: Wire::of($field),)*
                            $($other: Wire::of($other),)*
                        })?
                    }
                )*}
            }

            fn model(self) -> $model {
                match self {$(
                    Self::$variant $(($inner))? $({ $($field,)* $($other,)* })? => {
                        $model::$variant $(($inner.model()))? $({
                            $($at: $field.model(),)*
                            $($other_at: $other.model(),)*
                        })?
                    }
                )*}
            }
        }
    };
}
pub(super) use choice;

/// Defines `true` and `false` for a struct of one field.
macro_rules! flag {
    ($wire:ident of $model:ident { $field:ident }) => {
        #[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub(super) struct $wire(bool);

        impl Wire for $wire {
            type Model = $model;

            fn of($model { $field }: &$model) -> Self {
                Self(*$field)
            }

            fn model(self) -> $model {
                $model { $field: self.0 }
            }
        }
    };
}
pub(super) use flag;
