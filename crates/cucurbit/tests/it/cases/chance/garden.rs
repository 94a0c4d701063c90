//! What is made by chance: schemas as small values, and what has to fit in them.

use std::collections::BTreeMap;

use proptest::{
    array::uniform4,
    collection::vec,
    option,
    prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof},
    sample::{select, subsequence},
};

/// What a plain column is, in words that both databases know, with a constant for it.
pub(super) const TYPES: [(&str, &str); 6] = [
    ("INTEGER", "7"),
    ("BIGINT", "8"),
    ("VARCHAR(20)", "'it''s'"),
    ("VARCHAR(40)", "''"),
    ("TEXT", "'x, (y'"),
    ("DOUBLE PRECISION", "2.5"),
];

/// `tool` lies in a schema of its own where there are schemas.
pub(super) const TABLES: [&str; 4] = ["bed", "plant", "tool", "zone"];
const COLUMNS: [&str; 5] = ["a", "b", "c", "d", "e"];
/// `stage` lies in a schema of its own where there are schemas.
const ENUMS: [&str; 2] = ["mood", "stage"];
const SEQUENCES: [&str; 2] = ["invoice", "ticket"];

/// A schema.
#[derive(Clone, Debug)]
pub(super) struct Garden {
    pub(super) tables: BTreeMap<&'static str, Table>,
    /// Types of enumerations with their values, of which `ok` is always one.
    pub(super) enums: BTreeMap<&'static str, Vec<&'static str>>,
    /// Sequences, each with a step.
    pub(super) sequences: BTreeMap<&'static str, u8>,
}

/// A table; its key is `id`.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// The key has another name.
    pub(super) has_odd_key: bool,
    pub(super) columns: BTreeMap<&'static str, Column>,
    pub(super) uniques: Vec<Unique>,
    pub(super) checks: Vec<Check>,
    pub(super) parent: Option<Parent>,
    pub(super) indexes: Vec<Index>,
    /// A column in which no two rows are equal, by an exclusion.
    pub(super) exclusion: Option<&'static str>,
    pub(super) comment: Option<&'static str>,
    pub(super) option: TableOption,
}

/// What each database says of a table in its own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TableOption {
    None,
    /// AUTOINCREMENT.
    Numbered,
    /// UNLOGGED, or WITHOUT ROWID.
    Odd,
    /// STRICT.
    Strict,
}

#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) kind: Kind,
    pub(super) is_nullable: bool,
    pub(super) default: Default,
    pub(super) is_collated: bool,
    pub(super) comment: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Computed from another column.
    Computed {
        of: &'static str,
        is_stored: bool,
    },
    Enum(&'static str),
    EnumArray(&'static str),
    /// Numbered by the database: always, by default, from 10 on, or by a sequence of its own.
    Numbered(u8),
    /// Of one of `TYPES`.
    Plain(usize),
    /// Numbered by a sequence that stands alone.
    Ticket(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Default {
    Constant,
    Expression,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deferral {
    Deferred,
    Immediate,
    None,
}

/// Unnamed if its first column is `e`.
#[derive(Clone, Debug)]
pub(super) struct Unique {
    pub(super) on: Vec<&'static str>,
    pub(super) deferral: Deferral,
    pub(super) nulls_are_equal: bool,
    pub(super) include: Option<&'static str>,
}

/// Unnamed if its column is `e`.
#[derive(Clone, Debug)]
pub(super) struct Check {
    pub(super) on: &'static str,
    /// Rows that are there are not looked at.
    pub(super) is_not_valid: bool,
}

/// The table that the column `parent_id` refers to.
#[derive(Clone, Debug)]
pub(super) struct Parent {
    pub(super) table: &'static str,
    /// By its unique column `a`, and not by its key.
    pub(super) by_code: bool,
    pub(super) goes_along: bool,
    pub(super) deferral: Deferral,
}

#[derive(Clone, Debug)]
pub(super) struct Index {
    pub(super) number: u8,
    pub(super) keys: Vec<(&'static str, Part)>,
    pub(super) is_unique: bool,
    pub(super) is_partial: bool,
    pub(super) nulls_are_equal: bool,
    pub(super) include: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Column,
    Descending,
    Expression,
}

impl Column {
    /// Tells whether it is a plain column of numbers.
    pub(super) fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Plain(0 | 1 | 5))
    }

    /// Tells whether it is a plain column of text.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Plain(2..=4))
    }
}

fn deferral() -> BoxedStrategy<Deferral> {
    prop_oneof![
        3 => Just(Deferral::None),
        1 => select(&[Deferral::Immediate, Deferral::Deferred][..]),
    ]
    .boxed()
}

fn rarely() -> BoxedStrategy<bool> {
    any::<u8>().prop_map(|number| number > 200).boxed()
}

fn comment() -> BoxedStrategy<Option<&'static str>> {
    option::weighted(0.15, select(&["a comment", "it's \"another\""][..])).boxed()
}

fn column() -> BoxedStrategy<Column> {
    let kind = prop_oneof![
        12 => (0..TYPES.len()).prop_map(Kind::Plain),
        2 => select(&ENUMS[..]).prop_map(Kind::Enum),
        1 => select(&ENUMS[..]).prop_map(Kind::EnumArray),
        2 => (select(&["id", "a", "b"][..]), any::<bool>())
            .prop_map(|(of, is_stored)| Kind::Computed { of, is_stored }),
        1 => (0..4_u8).prop_map(Kind::Numbered),
        1 => select(&SEQUENCES[..]).prop_map(Kind::Ticket),
    ];
    let default = prop_oneof![
        2 => Just(Default::None),
        2 => Just(Default::Constant),
        1 => Just(Default::Expression),
    ];
    (kind, any::<bool>(), default, rarely(), comment())
        .prop_map(|(kind, is_nullable, default, is_collated, comment)| Column {
            kind,
            is_nullable,
            default,
            is_collated,
            comment,
        })
        .boxed()
}

fn index() -> BoxedStrategy<Index> {
    let part = prop_oneof![
        3 => Just(Part::Column),
        1 => Just(Part::Descending),
        1 => Just(Part::Expression),
    ];
    let keys = vec((select(&COLUMNS[..]), part), 1..3);
    let include = option::weighted(0.2, select(&COLUMNS[..]));
    (0..3_u8, keys, any::<bool>(), any::<bool>(), rarely(), include)
        .prop_map(|(number, keys, is_unique, is_partial, nulls_are_equal, include)| Index {
            number,
            keys,
            is_unique,
            is_partial,
            nulls_are_equal,
            include,
        })
        .boxed()
}

fn unique() -> BoxedStrategy<Unique> {
    let include = option::weighted(0.2, select(&COLUMNS[..]));
    (vec(select(&COLUMNS[..]), 1..3), deferral(), rarely(), include)
        .prop_map(|(on, deferral, nulls_are_equal, include)| Unique {
            on,
            deferral,
            nulls_are_equal,
            include,
        })
        .boxed()
}

fn parent() -> BoxedStrategy<Parent> {
    (select(&TABLES[..]), any::<bool>(), any::<bool>(), deferral())
        .prop_map(|(table, by_code, goes_along, deferral)| Parent { table, by_code, goes_along, deferral })
        .boxed()
}

fn table() -> BoxedStrategy<Table> {
    let columns = COLUMNS.map(|name| option::weighted(0.6, column()).prop_map(move |column| (name, column)));
    let check = (select(&COLUMNS[..]), rarely()).prop_map(|(on, is_not_valid)| Check { on, is_not_valid });
    let option = prop_oneof![
        6 => Just(TableOption::None),
        1 => Just(TableOption::Numbered),
        1 => Just(TableOption::Odd),
        1 => Just(TableOption::Strict),
    ];
    let exclusion = option::weighted(0.1, select(&COLUMNS[..]));
    (
        columns,
        vec(unique(), 0..2),
        vec(check, 0..2),
        option::weighted(0.4, parent()),
        vec(index(), 0..3),
        (exclusion, comment(), option, rarely()),
    )
        .prop_map(|(columns, uniques, checks, parent, indexes, (exclusion, comment, option, has_odd_key))| {
            Table {
                has_odd_key,
                columns: columns.into_iter().filter_map(|(name, column)| Some((name, column?))).collect(),
                uniques,
                checks,
                parent,
                indexes,
                exclusion,
                comment,
                option,
            }
        })
        .boxed()
}

fn garden() -> BoxedStrategy<Garden> {
    let values = subsequence(&["bad", "good", "ok", "old"][..], 1..=4).prop_shuffle();
    let enums = vec((select(&ENUMS[..]), values), 0..3);
    let sequences = vec((select(&SEQUENCES[..]), 1..3_u8), 0..2);
    (vec((select(&TABLES[..]), table()), 1..4), enums, sequences)
        .prop_map(|(tables, enums, sequences)| {
            Garden {
                tables: tables.into_iter().collect(),
                enums: enums.into_iter().collect(),
                sequences: sequences.into_iter().collect(),
            }
            .fitting()
        })
        .boxed()
}

/// Two gardens, of which the second has some of the first's tables and columns, and whether there are rows.
pub(super) fn pair() -> BoxedStrategy<(Garden, Garden, bool)> {
    // What is not new stays as it is.
    let table_is_new = uniform4(prop_oneof![1 => Just(None), 2 => any::<u8>().prop_map(Some)]);
    (garden(), garden(), table_is_new, prop_oneof![3 => Just(true), 1 => Just(false)])
        .prop_map(|(from, other, changes, has_rows)| {
            let mut to = other;
            for (name, change) in TABLES.into_iter().zip(changes) {
                match (from.tables.get(name), change) {
                    (Some(same), None) => {
                        to.tables.insert(name, same.clone());
                    }
                    (Some(before), Some(change)) => {
                        if let Some(table) = to.tables.get_mut(name) {
                            mixed(table, before, change);
                        }
                    }
                    (None, _) => {}
                }
            }
            (from, to.fitting(), has_rows)
        })
        .boxed()
}

/// Gives a table some of the columns, keys and indexes that it had before.
fn mixed(table: &mut Table, before: &Table, change: u8) {
    let stays = |bit: usize| change & (1 << bit) != 0;
    for (bit, name) in COLUMNS.into_iter().enumerate() {
        if let (true, Some(column)) = (stays(bit), before.columns.get(name)) {
            table.columns.insert(name, column.clone());
        }
    }
    if stays(5) {
        table.indexes.clone_from(&before.indexes);
        table.checks.clone_from(&before.checks);
    }
    if stays(6) {
        table.uniques.clone_from(&before.uniques);
        table.parent.clone_from(&before.parent);
    }
    if stays(7) {
        table.option = before.option;
    }
}

impl Garden {
    /// Takes away what cannot be.
    fn fitting(mut self) -> Self {
        for values in self.enums.values_mut() {
            if !values.contains(&"ok") {
                values.push("ok");
            }
        }
        let names: Vec<&str> = self.tables.keys().copied().collect();
        let parents = self.tables.values().filter_map(|table| table.parent.as_ref());
        let by_code: Vec<&str> = parents.filter(|parent| parent.by_code).map(|parent| parent.table).collect();
        for table in self.tables.values_mut() {
            table.parent = table.parent.take().filter(|parent| names.contains(&parent.table));
            for column in table.columns.values_mut() {
                let is_there = match column.kind {
                    Kind::Enum(name) | Kind::EnumArray(name) => self.enums.contains_key(name),
                    Kind::Ticket(name) => self.sequences.contains_key(name),
                    Kind::Computed { .. } | Kind::Numbered(_) | Kind::Plain(_) => true,
                };
                if !is_there {
                    column.kind = Kind::Plain(0);
                }
            }
            table.fit();
        }
        for (_, table) in self.tables.iter_mut().filter(|(name, _)| by_code.contains(name)) {
            table.be_known_by_code();
        }
        // What is logged does not refer to what is not.
        let parents: Vec<&str> =
            self.tables.values().filter_map(|table| Some(table.parent.as_ref()?.table)).collect();
        for (name, table) in &mut self.tables {
            if table.option == TableOption::Odd && (table.parent.is_some() || parents.contains(name)) {
                table.option = TableOption::None;
            }
        }
        self
    }
}

impl Table {
    /// Makes `a` a column that others can refer to.
    fn be_known_by_code(&mut self) {
        let column = self.columns.entry("a").or_insert(Column {
            kind: Kind::Plain(0),
            is_nullable: true,
            default: Default::None,
            is_collated: false,
            comment: None,
        });
        column.kind = Kind::Plain(0);
        column.is_collated = false;
        self.uniques.retain(|unique| unique.on.first() != Some(&"a"));
        let on = vec!["a"];
        self.uniques.push(Unique { on, deferral: Deferral::None, nulls_are_equal: false, include: None });
    }

    fn fit(&mut self) {
        let plain = self.columns.clone();
        for column in self.columns.values_mut() {
            if let Kind::Computed { of, .. } = &mut column.kind {
                let is_number = |column: &Column| matches!(column.kind, Kind::Plain(0 | 1));
                if !plain.get(of).is_some_and(is_number) {
                    *of = "id";
                }
                column.is_nullable = true;
            }
            column.is_collated &= column.is_text();
            column.is_nullable &= !matches!(column.kind, Kind::Numbered(_));
        }
        let columns = &self.columns;
        let is_there = |name: &&'static str| columns.contains_key(*name);
        // Computed columns in keys are a subject of their own.
        let is_written = |name: &&'static str| {
            columns.get(*name).is_some_and(|column| !matches!(column.kind, Kind::Computed { .. }))
        };
        // The values of enums are few.
        let is_distinct = |name: &&'static str| {
            let is_enum = |column: &Column| matches!(column.kind, Kind::Enum(_) | Kind::EnumArray(_));
            columns.get(*name).is_some_and(|column| !is_enum(column))
        };
        for unique in &mut self.uniques {
            unique.on.retain(is_written);
            unique.on.dedup();
            unique.include = unique.include.filter(|name| is_written(name) && !unique.on.contains(name));
        }
        self.uniques.retain(|unique| unique.on.iter().any(is_distinct));
        self.checks.retain(|check| is_there(&check.on));
        self.checks.dedup_by_key(|check| check.on);
        for index in &mut self.indexes {
            index.keys.retain(|(name, _)| is_there(name));
            index.keys.dedup_by_key(|(name, _)| *name);
            let is_key = |name: &&'static str| index.keys.iter().any(|(key, _)| key == name);
            index.include = index.include.filter(|name| is_there(name) && !is_key(name));
            index.is_unique &= index.keys.iter().any(|(name, _)| is_distinct(name));
            index.nulls_are_equal &= index.is_unique;
        }
        self.indexes.retain(|index| !index.keys.is_empty());
        self.indexes.sort_by_key(|index| index.number);
        self.indexes.dedup_by_key(|index| index.number);
        let is_number = |name: &&'static str| columns.get(*name).is_some_and(Column::is_number);
        self.exclusion = self.exclusion.filter(is_number);
    }
}
