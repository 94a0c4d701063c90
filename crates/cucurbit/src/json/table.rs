//! The objects of the wire: tables and all that stands in them, enum types and sequences.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    value::{WireDefault, WireType},
    wire::{InNamespace, Name, Varying, Wire, is_default, object, words},
};
use crate::schema::{
    Action, Check, Column, Constraint, Constraints, Deferral, EnumType, Exclusion, ForeignKey, Ident,
    Identity, Index, IndexKey, IndexPart, Match, Nulls, OnConflict, Order, PrimaryKey, Sequence,
    SequenceOptions, Serial, Table, TableOptions, Unique,
};

words!(WireAction of Action { Cascade NoAction Restrict SetDefault SetNull });
words!(WireDeferral of Deferral { NotDeferrable Immediate Deferred });
words!(WireMatch of Match { Simple Full });
words!(WireNulls of Nulls { First Last });
words!(WireOnConflict of OnConflict { Abort Fail Ignore Replace Rollback });
words!(WireOrder of Order { Ascending Descending });

/// What stands where nothing is said.
macro_rules! unsaid {
    ($($wire:ident)*) => {$(
        impl Default for $wire {
            fn default() -> Self {
                Self::of(&Default::default())
            }
        }
    )*};
}
unsaid!(WireAction WireDeferral WireMatch WireOnConflict WireOrder WireSequenceOptions WireTableOptions);

object!(WireEnum of EnumType {
    name: InNamespace,
    values: Vec<String>,
} optional {
    comment: Option<String>,
});

object!(WireSequence of Sequence {
    name: InNamespace,
    #[serde(rename = "type")]
    ty: WireType,
} optional {
    options: WireSequenceOptions,
    comment: Option<String>,
});

object!(WireSequenceOptions of SequenceOptions {
} optional {
    start: Option<i64>,
    increment: Option<i64>,
    minimum: Option<i64>,
    maximum: Option<i64>,
    cache: Option<i64>,
    #[serde(rename = "cycle")]
    is_cycling: bool,
});

object!(WireTable of Table {
    name: InNamespace,
    columns: Vec<WireColumn>,
} optional {
    constraints: WireConstraints,
    indexes: WireIndexes,
    options: WireTableOptions,
    comment: Option<String>,
});

object!(WireTableOptions of TableOptions {
} optional {
    #[serde(rename = "autoincrement")]
    is_autoincrement: bool,
    #[serde(rename = "strict")]
    is_strict: bool,
    #[serde(rename = "unlogged")]
    is_unlogged: bool,
    #[serde(rename = "without_rowid")]
    is_without_rowid: bool,
});

object!(WireColumn of Column {
    name: Name,
    #[serde(rename = "type")]
    ty: Varying<WireType>,
    nullable: bool,
} optional {
    default: Option<WireDefault>,
    collation: Option<String>,
    on_conflict: WireOnConflict,
    comment: Option<String>,
});

object!(WirePrimaryKey of PrimaryKey {
    columns: Vec<Name>,
} optional {
    name: Option<Name>,
    include: Vec<Name>,
    deferral: WireDeferral,
    on_conflict: WireOnConflict,
    comment: Option<String>,
});

object!(WireUnique of Unique {
    columns: Vec<Name>,
} optional {
    name: Option<Name>,
    include: Vec<Name>,
    #[serde(rename = "nulls_not_distinct")]
    is_nulls_not_distinct: bool,
    deferral: WireDeferral,
    on_conflict: WireOnConflict,
    comment: Option<String>,
});

object!(WireForeignKey of ForeignKey {
    columns: Vec<Name>,
    referred_table: InNamespace,
    referred_columns: Vec<Name>,
} optional {
    name: Option<Name>,
    on_delete: WireAction,
    on_delete_columns: Vec<Name>,
    on_update: WireAction,
    #[serde(rename = "match")]
    matching: WireMatch,
    deferral: WireDeferral,
    #[serde(rename = "not_valid")]
    is_not_valid: bool,
    comment: Option<String>,
});

object!(WireCheck of Check {
    expression: Varying<String>,
} optional {
    name: Option<Name>,
    #[serde(rename = "no_inherit")]
    is_no_inherit: bool,
    #[serde(rename = "not_valid")]
    is_not_valid: bool,
    comment: Option<String>,
});

object!(WireExclusion of Exclusion {
    index: WireIndex,
    operators: Vec<String>,
} optional {
    deferral: WireDeferral,
    comment: Option<String>,
});

object!(WireIndex of Index {
    name: Name,
    parts: Vec<WireIndexPart>,
} optional {
    #[serde(rename = "unique")]
    is_unique: bool,
    method: Option<String>,
    include: Vec<Name>,
    #[serde(rename = "nulls_not_distinct")]
    is_nulls_not_distinct: bool,
    parameters: BTreeMap<String, String>,
    predicate: Option<Varying<String>>,
    #[serde(rename = "invalid")]
    is_invalid: bool,
    comment: Option<String>,
});

object!(WireIndexPart of IndexPart {
    key: WireIndexKey,
} optional {
    collation: Option<String>,
    operator_class: Option<String>,
    order: WireOrder,
    nulls: Option<WireNulls>,
});

object!(WireIdentity of Identity {
    always: bool,
} optional {
    options: WireSequenceOptions,
});

object!(WireSerial of Serial {
} optional {
    name: Option<Name>,
    #[serde(rename = "type")]
    ty: Option<WireType>,
    options: WireSequenceOptions,
});

/// The constraints of a table.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct WireConstraints(pub(super) Vec<WireConstraint>);

impl Wire for WireConstraints {
    type Model = Constraints;

    fn of(model: &Constraints) -> Self {
        Self(model.iter().map(WireConstraint::of).collect())
    }

    fn model(self) -> Constraints {
        self.0.into_iter().map(WireConstraint::model).collect()
    }
}

/// A constraint: its kind, and what that says.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum WireConstraint {
    PrimaryKey(WirePrimaryKey),
    Unique(WireUnique),
    ForeignKey(WireForeignKey),
    Check(WireCheck),
    Exclusion(WireExclusion),
}

impl Wire for WireConstraint {
    type Model = Constraint;

    fn of(model: &Constraint) -> Self {
        match model {
            Constraint::PrimaryKey(key) => Self::PrimaryKey(Wire::of(key)),
            Constraint::Unique(unique) => Self::Unique(Wire::of(unique)),
            Constraint::ForeignKey(key) => Self::ForeignKey(Wire::of(key)),
            Constraint::Check(check) => Self::Check(Wire::of(check)),
            Constraint::Exclusion(exclusion) => Self::Exclusion(Wire::of(&**exclusion)),
        }
    }

    fn model(self) -> Constraint {
        match self {
            Self::PrimaryKey(key) => key.model().into(),
            Self::Unique(unique) => unique.model().into(),
            Self::ForeignKey(key) => key.model().into(),
            Self::Check(check) => check.model().into(),
            Self::Exclusion(exclusion) => exclusion.model().into(),
        }
    }
}

/// The indexes of a table, by name.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct WireIndexes(pub(super) Vec<WireIndex>);

impl Wire for WireIndexes {
    type Model = BTreeMap<Ident, Index>;

    fn of(model: &Self::Model) -> Self {
        Self(model.values().map(Wire::of).collect())
    }

    fn model(self) -> Self::Model {
        self.0.into_iter().map(|index| (index.name.clone().model(), index.model())).collect()
    }
}

/// What an index has in its key.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum WireIndexKey {
    Column(Name),
    Expression(Varying<String>),
}

impl Wire for WireIndexKey {
    type Model = IndexKey;

    fn of(model: &IndexKey) -> Self {
        match model {
            IndexKey::Column(column) => Self::Column(Wire::of(column)),
            IndexKey::Expression(sql) => Self::Expression(Wire::of(sql)),
        }
    }

    fn model(self) -> IndexKey {
        match self {
            Self::Column(column) => IndexKey::Column(column.model()),
            Self::Expression(sql) => IndexKey::Expression(sql.model()),
        }
    }
}
