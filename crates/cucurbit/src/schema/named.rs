//! The objects that a [`Schema`] finds by their names in a namespace, of whatever kind. The one place that lists which
//! kinds these are.

use std::collections::BTreeMap;

use super::{
    EnumType, Kind, Object, ObjectId, ObjectName, Schema, Sequence, Table,
    part::{Part, Visit, each, mean},
};

/// An object that a schema finds by its name.
pub(crate) trait Named: Clone + PartialEq + Into<Object> {
    const KIND: Kind;

    /// Returns which object one of this kind and name is.
    fn id(name: ObjectName) -> ObjectId;
    /// Returns the objects of this kind.
    fn all(schema: &Schema) -> &BTreeMap<ObjectName, Self>;
    /// Returns the objects of this kind, to change them.
    fn all_mut(schema: &mut Schema) -> &mut BTreeMap<ObjectName, Self>;
    fn name(&self) -> &ObjectName;
    fn name_mut(&mut self) -> &mut ObjectName;
    fn comment_mut(&mut self) -> &mut Option<String>;
}

/// Says of each kind its type and where a schema holds it, in the order in which objects of these kinds are created.
macro_rules! named {
    ($($kind:ident: $object:ident in $all:ident;)+) => {
        $(impl Named for $object {
            const KIND: Kind = Kind::$kind;

            fn id(name: ObjectName) -> ObjectId {
                ObjectId::$kind(name)
            }

            fn all(schema: &Schema) -> &BTreeMap<ObjectName, Self> {
                &schema.$all
            }

            fn all_mut(schema: &mut Schema) -> &mut BTreeMap<ObjectName, Self> {
                &mut schema.$all
            }

            fn name(&self) -> &ObjectName {
                &self.name
            }

            fn name_mut(&mut self) -> &mut ObjectName {
                &mut self.name
            }

            fn comment_mut(&mut self) -> &mut Option<String> {
                &mut self.comment
            }
        }

        impl From<$object> for Object {
            fn from(object: $object) -> Self {
                Self::$kind(object)
            }
        })+

        impl Kind {
            /// The kinds of objects that a schema finds by name, in the order in which they are created.
            pub(crate) const NAMED: &[Self] = &[$(Self::$kind),+];

            /// Returns which object one of this kind and name is.
            #[cfg(feature = "runtime")]
            pub(crate) fn id(self, name: ObjectName) -> Option<ObjectId> {
                match self {
                    $(Self::$kind => Some(ObjectId::$kind(name)),)+
                    Self::Column | Self::Constraint | Self::Index | Self::Namespace => None,
                }
            }
        }

        impl Object {
            /// Visits every part of an object that is part of no other.
            pub(super) fn own_parts_mut(&mut self, visit: &mut Visit<'_>) {
                match self {
                    $(Self::$kind(object) => object.parts_mut(visit),)+
                    Self::Namespace(name) => visit(Part::Namespace(name)),
                    Self::Column { .. } | Self::Constraint { .. } | Self::Index { .. } => {}
                }
            }
        }

        impl ObjectId {
            /// Visits the name of an object that is part of no other.
            pub(super) fn own_parts_mut(&mut self, visit: &mut Visit<'_>) {
                match self {
                    $(Self::$kind(name) => mean(Kind::$kind, name, visit),)+
                    Self::Namespace(name) => visit(Part::Namespace(name)),
                    Self::Column { .. } | Self::Constraint { .. } | Self::Index { .. } => {}
                }
            }
        }

        impl Schema {
            /// Visits every part of the objects that it finds by name.
            pub(super) fn named_parts_mut(&mut self, visit: &mut Visit<'_>) {
                $(each(&mut self.$all, |object| &object.name, |object| object.parts_mut(visit));)+
            }

            /// Lists the objects that it finds by name: kind and name.
            pub(crate) fn named(&self) -> impl Iterator<Item = (Kind, &ObjectName)> {
                std::iter::empty()$(.chain(self.$all.keys().map(|name| (Kind::$kind, name))))+
            }

            /// Returns an object of this kind and name.
            #[cfg(feature = "runtime")]
            pub(crate) fn get(&self, kind: Kind, name: &ObjectName) -> Option<Object> {
                match kind {
                    $(Kind::$kind => self.$all.get(name).cloned().map(Object::$kind),)+
                    Kind::Column | Kind::Constraint | Kind::Index | Kind::Namespace => None,
                }
            }

            /// Removes an object that is part of no other, and returns it.
            pub fn remove(&mut self, id: &ObjectId) -> Option<Object> {
                match id {
                    $(ObjectId::$kind(name) => self.$all.remove(name).map(Object::$kind),)+
                    ObjectId::Namespace(name) => self.namespaces.take(name).map(Object::Namespace),
                    ObjectId::Column { .. } | ObjectId::Constraint { .. } | ObjectId::Index { .. } => None,
                }
            }

            /// Takes the objects of one kind from another schema, in the place of its own.
            pub(crate) fn take_kind(&mut self, kind: Kind, other: &Self) {
                match kind {
                    $(Kind::$kind => self.$all.clone_from(&other.$all),)+
                    Kind::Column | Kind::Constraint | Kind::Index | Kind::Namespace => {}
                }
            }

            /// Tells whether it has an object of this kind and name.
            pub(crate) fn has_named(&self, kind: Kind, name: &ObjectName) -> bool {
                match kind {
                    $(Kind::$kind => self.$all.contains_key(name),)+
                    Kind::Column | Kind::Constraint | Kind::Index | Kind::Namespace => false,
                }
            }

            /// Keeps the objects with names in namespaces for which `stays` is true.
            pub(crate) fn retain_named(&mut self, mut stays: impl FnMut(Kind, &ObjectName) -> bool) {
                $(self.$all.retain(|name, _| stays(Kind::$kind, name));)+
            }

            /// Finds the first object that another schema has not, or has otherwise.
            #[cfg(feature = "runtime")]
            pub(crate) fn first_difference(&self, other: &Self) -> Option<ObjectId> {
                let mut namespaces = self.namespaces.symmetric_difference(&other.namespaces);
                let names = self.named().chain(other.named());
                let changed = names.filter(|(kind, name)| match kind {
                    $(Kind::$kind => self.$all.get(*name) != other.$all.get(*name),)+
                    Kind::Column | Kind::Constraint | Kind::Index | Kind::Namespace => false,
                });
                // What lies in a table says more than the types that it needs.
                let first = changed.min_by_key(|(kind, _)| *kind != Kind::Table);
                let object = first.and_then(|(kind, name)| kind.id(name.clone()));
                object.or_else(|| namespaces.next().cloned().map(ObjectId::Namespace))
            }
        }
    };
}

impl Schema {
    /// Tells whether it has an object that is part of no other.
    pub(crate) fn has(&self, id: &ObjectId) -> bool {
        match id.object_name() {
            Some(name) => self.has_named(id.kind(), name),
            None => matches!(id, ObjectId::Namespace(name) if self.namespaces.contains(name)),
        }
    }

    /// Lists the objects that it finds by name and that are no tables, in the order in which they are created.
    pub(crate) fn besides_tables(&self) -> impl Iterator<Item = (Kind, &ObjectName)> {
        self.named().filter(|(kind, _)| *kind != Kind::Table)
    }
}

// Columns, constraints, indexes and namespaces are found otherwise.
const _: () = assert!(Kind::NAMED.len() + 4 == Kind::ALL.len(), "`Kind::ALL` has every kind");

named! {
    Enum: EnumType in enums;
    Sequence: Sequence in sequences;
    Table: Table in tables;
}
