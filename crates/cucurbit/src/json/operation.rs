//! Operations on the wire, and which object one of them means.

use serde::{Deserialize, Serialize};

use super::{
    table::{
        WireColumn, WireConstraint, WireDeferral, WireEnum, WireIndex, WireOnConflict, WireSequence,
        WireTable,
    },
    value::{WireDefault, WireLiteral, WireType},
    wire::{Database, InNamespace, Name, Varying, Wire, choice, flag, is_default, object, words},
};
use crate::{
    operation::{
        BulkInsert, Change, ColumnChange, Concurrency, Consent, ConstraintChange, EnumChange, Execute,
        Operation, SequenceChange, TableChange,
    },
    schema::{ConstraintRef, EnumPlace, Object, ObjectId, Referred, TableOption},
};

words!(WireTableOption of TableOption { Autoincrement Strict Unlogged WithoutRowid });
flag!(WireConsent of Consent { is_given });
flag!(WireConcurrency of Concurrency { is_concurrent });

choice!(
    #[expect(clippy::large_enum_variant, reason = "one is made for each operation, and gone at once")]
    WireOperation of Operation by "operation" {
    Alter { change = 0: WireChange } {}
    BulkInsert (insert: WireBulkInsert)
    Comment { object = id: WireObjectId } { comment = text: Option<String> }
    Create { object = object: WireObject } {
        backfill = backfill: Option<Varying<String>>,
        concurrently = concurrency: WireConcurrency,
    }
    Drop { object = id: WireObjectId } { loses_data = consent: WireConsent, concurrently = concurrency: WireConcurrency }
    Execute (execute: WireExecute)
    Irreversible { reason = reason: String } {}
    On { database = dialect: Database, operations = operations: Vec<WireOperation> } {}
    Rename { object = id: WireObjectId, to = to: Name } {}
    Run { title = title: String } { key = key: Unwritten }
});

object!(WireBulkInsert of BulkInsert {
    table: InNamespace,
    columns: Vec<Name>,
    rows: Vec<Vec<WireLiteral>>,
} optional {
});

object!(WireExecute of Execute {
    sql: String,
} optional {
    #[serde(rename = "outside_transaction")]
    is_outside_transaction: bool,
    means: Option<Vec<WireOperation>>,
});

choice!(WireObject of Object by "kind" {
    Column { table = table: InNamespace, column = column: WireColumn } {}
    Constraint { table = table: InNamespace, constraint = constraint: WireConstraint } {}
    Enum (new: WireEnum)
    Index { table = table: InNamespace, index = index: WireIndex } {}
    Namespace { name = 0: Name } {}
    Sequence (new: WireSequence)
    Table (new: WireTable)
});

choice!(WireObjectId of ObjectId by "kind" {
    Column { table = table: InNamespace, name = name: Name } {}
    Constraint { table = table: InNamespace, constraint = constraint: WireConstraintRef } {}
    Enum { name = 0: InNamespace } {}
    Index { table = table: InNamespace, name = name: Name } {}
    Namespace { name = 0: Name } {}
    Sequence { name = 0: InNamespace } {}
    Table { name = 0: InNamespace } {}
});

choice!(WireConstraintRef of ConstraintRef by "kind" {
    Check { expression = expression: Varying<String> } {}
    ForeignKey { columns = columns: Vec<Name> } { referred = referred: Option<WireReferred> }
    Named { name = 0: Name } {}
    PrimaryKey {} {}
    Unique { columns = columns: Vec<Name> } {}
});

object!(WireReferred of Referred {
    table: InNamespace,
    columns: Vec<Name>,
} optional {
});

choice!(WireChange of Change by "kind" {
    Column { table = table: InNamespace, column = column: Name, changes = changes: Vec<WireColumnChange> } {}
    Constraint {
        table = table: InNamespace,
        constraint = constraint: WireConstraintRef,
        change = change: WireConstraintChange,
    } {}
    Enum { name = name: InNamespace, change = change: WireEnumChange } {}
    Sequence { name = name: InNamespace, changes = changes: Vec<WireSequenceChange> } {}
    Table { table = table: InNamespace, change = change: WireTableChange } {}
});

choice!(WireColumnChange of ColumnChange by "change" {
    LosesData {} {}
    Rename { to = to: Name } {}
    SetCollation {} { collation = 0: Option<String> }
    SetComment {} { comment = 0: Option<String> }
    SetDefault {} { default = 0: Option<WireDefault> }
    SetNotNull {} { backfill = backfill: Option<Varying<String>> }
    SetNullable {} {}
    SetOnConflict { on_conflict = 0: WireOnConflict } {}
    SetType { r#type = ty: Varying<WireType> } { using = using: Option<Varying<String>> }
});

choice!(WireConstraintChange of ConstraintChange by "change" {
    SetDeferral { deferral = 0: WireDeferral } {}
    Validate {} {}
});

choice!(WireEnumChange of EnumChange by "change" {
    AddValue { value = value: String } { place = place: WirePlace }
    RenameValue { value = value: String, to = to: String } {}
    SetValues { values = values: Vec<String> } {
        replacements = replacements: Vec<(String, String)>,
        loses_data = consent: WireConsent,
    }
});

choice!(
    #[expect(clippy::enum_variant_names, reason = "the words are those of the changes")]
    WireSequenceChange of SequenceChange by "change" {
    SetCache { cache = 0: i64 } {}
    SetComment {} { comment = 0: Option<String> }
    SetCycle { cycle = 0: bool } {}
    SetIncrement { increment = 0: i64 } {}
    SetMaximum {} { maximum = 0: Option<i64> }
    SetMinimum {} { minimum = 0: Option<i64> }
    SetStart {} { start = 0: Option<i64> }
    SetType { r#type = 0: WireType } {}
});

choice!(WireTableChange of TableChange by "change" {
    SetOption { option = option: WireTableOption, set = is_set: bool } {}
});

/// Where a new value of an enum type sorts.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum WirePlace {
    After(String),
    Before(String),
    #[default]
    Last,
}

impl Wire for WirePlace {
    type Model = EnumPlace;

    fn of(model: &EnumPlace) -> Self {
        match model {
            EnumPlace::After(value) => Self::After(value.clone()),
            EnumPlace::Before(value) => Self::Before(value.clone()),
            EnumPlace::Last => Self::Last,
        }
    }

    fn model(self) -> EnumPlace {
        match self {
            Self::After(value) => EnumPlace::After(value),
            Self::Before(value) => EnumPlace::Before(value),
            Self::Last => EnumPlace::Last,
        }
    }
}

/// The place of a function among those of its recording, which means nothing elsewhere.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Unwritten {}

impl Wire for Unwritten {
    type Model = usize;

    fn of(_model: &usize) -> Self {
        Self {}
    }

    fn model(self) -> usize {
        0
    }
}
