//! Schemas as small values, and what has to fit in them.

use std::collections::{BTreeMap, BTreeSet};

use super::kinds::{Family, TYPES, is_whole};

/// Where there are schemas, `tool` and `yard` lie in one of their own, `zone` in another, and `yard` is another `plant`.
pub(super) const TABLES: [&str; 5] = ["bed", "plant", "tool", "yard", "zone"];
pub(super) const COLUMNS: [&str; 5] = ["a", "b", "c", "d", "e"];
/// Where there are schemas, `stage` lies in one of its own and `tone` is the `mood` of another.
pub(super) const ENUMS: [&str; 3] = ["mood", "stage", "tone"];
/// `ticket` lies in a schema of its own where there are schemas.
pub(super) const SEQUENCES: [&str; 2] = ["invoice", "ticket"];

/// A schema.
#[derive(Clone, Debug)]
pub(super) struct Garden {
    pub(super) tables: BTreeMap<&'static str, Table>,
    /// Types of enumerations with their values, of which `ok` is always one.
    pub(super) enums: BTreeMap<&'static str, Vec<&'static str>>,
    pub(super) sequences: BTreeMap<&'static str, Sequence>,
}

/// A sequence that stands alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sequence {
    pub(super) step: u8,
    /// How many bytes its numbers have.
    pub(super) bytes: u8,
    pub(super) origin: Origin,
}

/// How a sequence became what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Made,
    Renamed,
    Widened,
}

/// A table; its key is `id`.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// The key has another name.
    pub(super) has_odd_key: bool,
    pub(super) naming: Naming,
    pub(super) columns: BTreeMap<&'static str, Column>,
    pub(super) uniques: Vec<Unique>,
    pub(super) checks: Vec<Check>,
    pub(super) parent: Option<Parent>,
    /// Others refer to unique indexes of this table, and not to constraints.
    pub(super) is_known_by_index: bool,
    /// What others refer to, besides the key.
    pub(super) known_by: BTreeSet<By>,
    pub(super) indexes: Vec<Index>,
    /// A column in which no two rows are equal, by an exclusion.
    pub(super) exclusion: Option<&'static str>,
    pub(super) comment: Option<&'static str>,
    pub(super) option: TableOption,
}

/// How the constraints and indexes of a table are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// As people name them.
    Chosen,
    /// As the server would name those of other columns.
    Crossed,
    /// As the server names them.
    Server,
    /// As the server would number them, were the name taken.
    Shifted,
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
    /// Numbered by the database: always, by default, from 10 on; by a sequence of its own that is as it was made, renamed,
    /// or widened; or by one that it came to own.
    Numbered(u8),
    /// Of one of `TYPES`.
    Plain(usize),
    /// Numbered by a sequence that stands alone.
    Ticket(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Default {
    /// The same constant for all types of a family.
    Common,
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
    pub(super) by: By,
    pub(super) goes_along: bool,
    pub(super) deferral: Deferral,
}

/// What a reference refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum By {
    /// The unique column `a`.
    Code,
    Key,
    /// The key and the column `d`, which is one of an enum on both sides.
    Pair,
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
    fn family(&self) -> Option<Family> {
        match self.kind {
            Kind::Plain(ty) => Some(TYPES[ty].family),
            Kind::Computed { .. }
            | Kind::Enum(_)
            | Kind::EnumArray(_)
            | Kind::Numbered(_)
            | Kind::Ticket(_) => None,
        }
    }

    /// Tells whether it is a plain column of numbers.
    pub(super) fn is_number(&self) -> bool {
        self.family() == Some(Family::Number)
    }

    /// Tells whether it is a plain column of whole numbers.
    pub(super) const fn is_whole(&self) -> bool {
        matches!(self.kind, Kind::Plain(ty) if is_whole(ty))
    }

    /// Tells whether it is a plain column of text.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Plain(ty) if TYPES[ty].is_words())
    }

    pub(super) const fn is_enum(&self) -> bool {
        matches!(self.kind, Kind::Enum(_))
    }

    /// Tells whether each row has a value of its own.
    fn is_distinct(&self) -> bool {
        match self.kind {
            // The values of enums are few.
            Kind::Enum(_) | Kind::EnumArray(_) => false,
            Kind::Plain(ty) => !matches!(TYPES[ty].family, Family::Truth),
            Kind::Computed { of, .. } => of == "id",
            Kind::Numbered(_) | Kind::Ticket(_) => true,
        }
    }

    /// Tells whether it can be in a key or an index.
    const fn is_comparable(&self) -> bool {
        !matches!(self.kind, Kind::Plain(ty) if !TYPES[ty].is_comparable)
    }
}

impl Garden {
    /// Takes away what cannot be.
    pub(super) fn fitting(mut self) -> Self {
        for values in self.enums.values_mut() {
            if !values.contains(&"ok") {
                values.push("ok");
            }
        }
        let names: Vec<&str> = self.tables.keys().copied().collect();
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
        }
        self.relate();
        for table in self.tables.values_mut() {
            table.fit();
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

    /// Makes the columns that tables refer to each other by.
    fn relate(&mut self) {
        let references = self.tables.iter().filter_map(|(name, table)| {
            let parent = table.parent.as_ref()?;
            Some((*name, parent.table, parent.by))
        });
        let references: Vec<(&str, &str, By)> = references.collect();
        let grade = self.enums.keys().next().map_or(Kind::Plain(0), |name| Kind::Enum(name));
        for (name, table) in &mut self.tables {
            table.known_by = references
                .iter()
                .filter(|(_, parent, by)| parent == name && *by != By::Key)
                .map(|(.., by)| *by)
                .collect();
            let is_in_pair =
                |(child, parent, by): &(&str, &str, By)| *by == By::Pair && (child == name || parent == name);
            if references.iter().any(is_in_pair) {
                table.has("d", grade);
            }
            if table.known_by.contains(&By::Code) {
                table.has("a", Kind::Plain(0));
                table.uniques.retain(|unique| unique.on.first() != Some(&"a"));
            }
        }
    }
}

impl Table {
    /// Makes a column that a reference is by.
    fn has(&mut self, name: &'static str, kind: Kind) {
        let column = self.columns.entry(name).or_insert(Column {
            kind,
            is_nullable: true,
            default: Default::None,
            is_collated: false,
            comment: None,
        });
        column.kind = kind;
        column.is_collated = false;
    }

    /// Tells whether each row is looked at as it comes, so that values of a column cannot be swapped.
    pub(super) fn is_unique_at_once(&self, column: &str) -> bool {
        let by_constraint = self
            .uniques
            .iter()
            .any(|unique| unique.deferral == Deferral::None && unique.on.contains(&column));
        let by_index = self
            .indexes
            .iter()
            .any(|index| index.is_unique && index.keys.iter().any(|(key, _)| *key == column));
        by_constraint || by_index || self.exclusion == Some(column)
    }

    fn fit(&mut self) {
        let plain = self.columns.clone();
        for column in self.columns.values_mut() {
            if let Kind::Computed { of, .. } = &mut column.kind {
                let can_be = |column: &Column| column.is_whole() || column.is_text() || column.is_enum();
                if !plain.get(of).is_some_and(can_be) {
                    *of = "id";
                }
                column.is_nullable = true;
            }
            column.is_collated &= column.is_text();
            column.is_nullable &= !matches!(column.kind, Kind::Numbered(_));
            // A sequence of its own making is logged, whatever the table is; that is not compared.
            if let (Kind::Numbered(6), TableOption::Odd) = (column.kind, self.option) {
                column.kind = Kind::Numbered(3);
            }
        }
        let columns = &self.columns;
        let is_there = |name: &&'static str| columns.contains_key(*name);
        let is_comparable = |name: &&'static str| columns.get(*name).is_some_and(Column::is_comparable);
        // Computed columns in keys are a subject of their own.
        let is_written = |name: &&'static str| {
            columns.get(*name).is_some_and(|column| !matches!(column.kind, Kind::Computed { .. }))
        };
        let is_distinct = |name: &&'static str| columns.get(*name).is_some_and(Column::is_distinct);
        for unique in &mut self.uniques {
            unique.on.retain(|name| is_written(name) && is_comparable(name));
            unique.on.dedup();
            unique.include = unique.include.filter(|name| is_written(name) && !unique.on.contains(name));
        }
        self.uniques.retain(|unique| unique.on.iter().any(is_distinct));
        let mut taken = BTreeSet::new();
        self.uniques.retain(|unique| taken.insert(unique.on.clone()));
        self.checks.retain(|check| is_there(&check.on));
        self.checks.dedup_by_key(|check| check.on);
        for index in &mut self.indexes {
            index.keys.retain(|(name, _)| is_comparable(name));
            index.keys.dedup_by_key(|(name, _)| *name);
            let is_key = |name: &&'static str| index.keys.iter().any(|(key, _)| key == name);
            index.include = index.include.filter(|name| is_there(name) && !is_key(name));
            index.is_unique &= index.keys.iter().any(|(name, _)| is_distinct(name));
            index.nulls_are_equal &= index.is_unique;
        }
        self.indexes.retain(|index| !index.keys.is_empty());
        self.indexes.sort_by_key(|index| index.number);
        self.indexes.dedup_by_key(|index| index.number);
        let is_number_or_enum = |name: &&'static str| {
            columns.get(*name).is_some_and(|column| column.is_number() || column.is_enum())
        };
        self.exclusion = self.exclusion.filter(is_number_or_enum);
    }
}
