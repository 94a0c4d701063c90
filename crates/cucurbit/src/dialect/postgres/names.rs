//! The names that PostgreSQL gives to what has none, and where it cuts names.
//!
//! The rules are those of PostgreSQL's source, the same in 13 to 18: `makeObjectName`, `ChooseIndexName` and
//! `ChooseRelationName` in `src/backend/commands/indexcmds.c`, `ChooseConstraintName` in
//! `src/backend/catalog/pg_constraint.c`, `ChooseForeignKeyConstraintNameAddition` in
//! `src/backend/commands/tablecmds.c`, `AddRelationNewConstraints` in `src/backend/catalog/heap.c`.

use std::collections::{BTreeMap, BTreeSet};

use super::expression;
use crate::schema::{
    Check, Column, Constraint, Dialect, Ident, ObjectName, Schema, Serial, ServerDefault, Table, TableName,
    part::Part,
};

/// The longest name in bytes: NAMEDATALEN - 1 (manual, 4.1.1).
pub(super) const LONGEST: usize = 63;

/// Cuts a name where PostgreSQL cuts it, not in the middle of a character (`truncate_identifier`, `pg_mbcliplen`).
pub(super) fn cut(name: &mut Ident) {
    if name.as_str().len() > LONGEST {
        *name = Ident::new(clipped(name.as_str(), LONGEST));
    }
}

/// Returns as much of a name as PostgreSQL keeps.
pub(crate) fn cut_of(mut name: Ident) -> Ident {
    cut(&mut name);
    name
}

/// Cuts the names in a part of an operation or a schema.
pub(super) fn cut_part(part: Part<'_>) {
    part.idents().for_each(cut);
}

/// Cuts the name of something that lies in a schema.
pub(super) fn cut_object(ObjectName { schema, name }: &mut ObjectName) {
    schema.iter_mut().chain([name]).for_each(cut);
}

/// The longest start of a text that has at most so many bytes.
fn clipped(text: &str, longest: usize) -> &str {
    let end = (0..=longest.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}

/// Puts a name together of a table, columns and a label: the longer of the first two is shortened (`makeObjectName`).
fn made(table: &str, columns: Option<&str>, label: &str) -> String {
    let available = LONGEST - label.len() - 1 - usize::from(columns.is_some());
    let (mut first, mut second) = (table.len(), columns.map_or(0, str::len));
    while first + second > available {
        if first > second {
            first -= 1;
        } else {
            second -= 1;
        }
    }
    let table = clipped(table, first);
    match columns {
        Some(columns) => format!("{table}_{}_{label}", clipped(columns, second)),
        None => format!("{table}_{label}"),
    }
}

/// Tells whether a constraint bears a name that PostgreSQL would have chosen, with or without a number.
///
/// For a check any column of the table will do: the server knows which one the condition is about, a text
/// that was written does not.
pub(super) fn is_generated(table: &Table, constraint: &Constraint) -> bool {
    let Some(name) = constraint.name() else { return false };
    let is_of = |columns: Option<&str>| is_made(name.as_str(), &table.name, columns, label_of(constraint));
    match constraint {
        Constraint::Check(_) => {
            is_of(None) || table.columns.iter().any(|column| is_of(Some(column.name.as_str())))
        }
        Constraint::Exclusion(_) => false,
        Constraint::ForeignKey(_) | Constraint::PrimaryKey(_) | Constraint::Unique(_) => {
            is_of(columns_of(table, constraint).as_deref())
        }
    }
}

/// Tells whether a constraint bears the name that CREATE TABLE would give to it, were it unnamed, and that nothing else
/// bears. `given` holds such names of the constraints before it in the table.
///
/// A check or foreign key has a number where one before it has the name; any other number depends on what was there when
/// it was given. Such a name is kept, as if the project had chosen it.
pub(super) fn is_given(
    table: &Table,
    constraint: &Constraint,
    given: &mut BTreeSet<Ident>,
    is_borne_once: impl Fn(&Ident) -> bool,
) -> bool {
    let is_numbered = match constraint {
        Constraint::Check(_) | Constraint::ForeignKey(_) => true,
        Constraint::PrimaryKey(_) | Constraint::Unique(_) => false,
        Constraint::Exclusion(_) => return false,
    };
    let (columns, label) = (columns_of(table, constraint), label_of(constraint));
    let Some(name) = constraint.name().filter(|name| is_borne_once(name)) else { return false };
    let numbers = if is_numbered { given.len() } else { 0 };
    let mut wanted = (0..=numbers).map(|number| numbered(&table.name, columns.as_deref(), label, number));
    let is_given = wanted.find(|wanted| !given.contains(wanted)).as_ref() == Some(name);
    if is_given {
        given.insert(name.clone());
    }
    is_given
}

/// What of a constraint's columns is in the name that PostgreSQL gives to it.
fn columns_of(table: &Table, constraint: &Constraint) -> Option<String> {
    match constraint {
        Constraint::Check(check) => subject_of(table, check).map(|column| column.to_string()),
        Constraint::ForeignKey(key) => Some(joined(&key.columns)),
        Constraint::PrimaryKey(_) => None,
        // All columns of the index are in it (`DefineIndex` in indexcmds.c).
        Constraint::Unique(_) | Constraint::Exclusion(_) => Some(joined(constraint.columns())),
    }
}

const fn label_of(constraint: &Constraint) -> &'static str {
    match constraint {
        Constraint::Check(_) => "check",
        Constraint::Exclusion(_) => "excl",
        Constraint::ForeignKey(_) => "fkey",
        Constraint::PrimaryKey(_) => "pkey",
        Constraint::Unique(_) => "key",
    }
}

/// Lists the names that the unnamed keys of a table get, unless these are taken.
pub(crate) fn generated_keys(table: &Table) -> impl Iterator<Item = (Ident, &'static str)> {
    table.constraints.iter().filter(|one| one.name().is_none()).filter_map(|one| {
        let kind = match one {
            Constraint::PrimaryKey(_) => "primary key",
            Constraint::Unique(_) => "unique constraint",
            Constraint::Check(_) | Constraint::Exclusion(_) | Constraint::ForeignKey(_) => return None,
        };
        Some((numbered(&table.name, columns_of(table, one).as_deref(), label_of(one), 0), kind))
    })
}

/// Returns the name that the sequence of a column gets, unless it is taken.
pub(crate) fn generated_sequence(table: &TableName, column: &Ident) -> Ident {
    numbered(table, Some(column.as_str()), "seq", 0)
}

/// Lists the names of a table's constraints.
pub(crate) fn constraint_names(table: &Table) -> impl Iterator<Item = &Ident> {
    table.constraints.iter().filter_map(Constraint::name)
}

/// Tells how often each name is borne, by schema: by tables, indexes and constraints.
pub(super) fn borne<'t>(tables: impl Iterator<Item = &'t Table>) -> BTreeMap<(Option<Ident>, Ident), usize> {
    let mut borne = BTreeMap::new();
    for table in tables {
        let names = constraint_names(table).chain(table.indexes.keys()).chain([&table.name.name]);
        for name in names {
            *borne.entry((table.name.schema.clone(), name.clone())).or_insert(0) += 1;
        }
    }
    borne
}

/// Puts a name together as [`made`] does, with the number that it has where others bear it without one.
fn numbered(table: &TableName, columns: Option<&str>, label: &str, number: usize) -> Ident {
    let number = if number == 0 { String::new() } else { number.to_string() };
    Ident::new(made(table.name.as_str(), columns, &format!("{label}{number}")))
}

/// Tells whether a name is the made one, or one of those with a number that follow it where it is taken.
fn is_made(name: &str, table: &TableName, columns: Option<&str>, label: &str) -> bool {
    let number = &name[name.trim_end_matches(|letter: char| letter.is_ascii_digit()).len()..];
    let is_number = !number.is_empty() && !number.starts_with('0') && number.len() < 6;
    let is_it = |number: &str| name == made(table.name.as_str(), columns, &format!("{label}{number}"));
    is_it("") || is_number && is_it(number)
}

/// The columns of a key as a generated name lists them (`ChooseForeignKeyConstraintNameAddition`).
fn joined<'c>(columns: impl IntoIterator<Item = &'c Ident>) -> String {
    let mut text = String::new();
    for column in columns {
        if !text.is_empty() {
            text.push('_');
        }
        text.push_str(column.as_str());
        // The server stops at NAMEDATALEN bytes.
        if text.len() > LONGEST {
            break;
        }
    }
    text
}

/// Chooses the name that PostgreSQL gives to an unnamed constraint, given all names that are taken.
pub(super) fn choose(schema: &Schema, table: &Table, constraint: &Constraint) -> Ident {
    free(schema, &table.name, columns_of(table, constraint).as_deref(), label_of(constraint))
}

/// The one column that a check is about; a check of several has no column in its name.
fn subject_of(table: &Table, check: &Check) -> Option<Ident> {
    let columns: Vec<&Ident> = table.columns.iter().map(|column| &column.name).collect();
    let named = expression::columns_in(check.expression.on(Dialect::Postgres), &columns);
    match named.len() {
        1 => named.into_iter().next(),
        _ => None,
    }
}

/// Returns the first of the names, without and with a number, that nothing in the table's schema bears.
fn free(schema: &Schema, near: &TableName, columns: Option<&str>, label: &str) -> Ident {
    (0..)
        .map(|number| numbered(near, columns, label, number))
        .find(|name| {
            !schema.sequences.contains_key(&near.sibling(name.clone()))
                && !schema.tables.values().any(|other| other.name.schema == near.schema && bears(other, name))
        })
        .expect("there are more numbers than names")
}

/// Tells whether a table, one of its indexes, constraints or sequences bears a name.
fn bears(table: &Table, name: &Ident) -> bool {
    let is_sequence = |column: &Column| matches!(&column.default, Some(ServerDefault::Serial(serial)) if serial.name.as_ref() == Some(name));
    if table.columns.iter().any(is_sequence) {
        return true;
    }
    let mut names = constraint_names(table);
    table.name.name == *name || table.indexes.contains_key(name) || names.any(|other| other == name)
}

/// Names what a table leaves unnamed, in the order in which CREATE TABLE names it: checks, keys, foreign keys.
///
/// A plan keeps the names in memory, as the server does on disk: they outlive a rename of the table.
pub(super) fn name_all(schema: &mut Schema, table: &TableName) {
    name_sequences(schema, table);
    let unnamed = |owner: &Table| -> Vec<usize> {
        let unnamed = owner.constraints.iter().enumerate().filter(|(_, one)| one.name().is_none());
        let mut unnamed: Vec<(usize, &Constraint)> = unnamed.collect();
        unnamed.sort_by_key(|(_, one)| !matches!(one, Constraint::Check(_)));
        unnamed.into_iter().map(|(place, _)| place).collect()
    };
    let Some(mut owner) = schema.tables.get(table).filter(|owner| !unnamed(owner).is_empty()).cloned() else {
        return;
    };
    for place in unnamed(&owner) {
        let name = choose(schema, &owner, &owner.constraints[place]);
        owner.constraints[place].set_name(name);
        schema.tables.insert(table.clone(), owner.clone());
    }
}

/// Names the sequences that columns own and that have no name: CREATE TABLE makes them first.
fn name_sequences(schema: &mut Schema, table: &TableName) {
    let is_unnamed =
        |column: &&Column| matches!(&column.default, Some(ServerDefault::Serial(Serial { name: None, .. })));
    let columns = schema.tables.get(table).into_iter().flat_map(|owner| &owner.columns);
    let columns: Vec<Ident> = columns.filter(is_unnamed).map(|column| column.name.clone()).collect();
    for column in columns {
        let chosen = free(schema, table, Some(column.as_str()), "seq");
        let owner = schema.tables.get_mut(table);
        if let Some(Column { default: Some(ServerDefault::Serial(serial)), .. }) =
            owner.and_then(|owner| owner.column_mut(&column))
        {
            serial.name = Some(chosen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{TableBuilder, build::*};

    #[test]
    fn the_longer_part_is_shortened() {
        assert_eq!(made("plant", Some("status_id"), "fkey"), "plant_status_id_fkey");
        assert_eq!(made("plant", None, "pkey"), "plant_pkey");
        let long = made(&"t".repeat(60), Some("name"), "key");
        assert_eq!(long, format!("{}_name_key", "t".repeat(54)));
        assert_eq!(
            made(&"t".repeat(60), Some(&"c".repeat(60)), "key"),
            format!("{}_{}_key", "t".repeat(29), "c".repeat(29))
        );
        // 57 bytes are left for the table, and a character has two.
        assert_eq!(made(&"ä".repeat(40), None, "check"), format!("{}_check", "ä".repeat(28)));
    }

    #[test]
    fn a_name_is_cut_before_the_character_that_does_not_fit() {
        let mut name = Ident::new("ü".repeat(40));
        cut(&mut name);
        assert_eq!(name, Ident::new("ü".repeat(31)));
        let mut short = Ident::new("plant");
        cut(&mut short);
        assert_eq!(short, "plant");
    }

    fn breeder() -> Table {
        TableBuilder::build("breeder", |table| {
            table.column(integer("id"));
            table.column(string("name", 100));
            table.column(integer("rank"));
            table.primary_key(["id"]);
            table.unique(["name"]);
            table.unique(["name"]);
            table.unique(["name", "rank"]).named("one_of_each");
            table.check("rank > 0");
            table.check("rank < 10");
            table.check("rank > length(name)");
        })
    }

    #[test]
    fn what_nobody_named_is_numbered_where_a_name_is_taken() {
        let mut schema = Schema::from_tables([breeder()]);
        name_all(&mut schema, &"breeder".into());
        let table = &schema.tables[&TableName::new("breeder")];
        let names: Vec<String> =
            table.uniques().flat_map(|unique| &unique.name).map(Ident::to_string).collect();
        assert_eq!(names, ["breeder_name_key", "breeder_name_key1", "one_of_each"]);
        let names: Vec<String> = table.checks().flat_map(|check| &check.name).map(Ident::to_string).collect();
        assert_eq!(names, ["breeder_rank_check", "breeder_rank_check1", "breeder_check"]);
        assert_eq!(table.primary_key().and_then(|key| key.name.clone()), Some("breeder_pkey".into()));
        let generated = table.constraints.iter().filter(|one| is_generated(table, one));
        let generated: Vec<String> = generated.flat_map(Constraint::name).map(Ident::to_string).collect();
        assert_eq!(
            generated[1..],
            [
                "breeder_name_key",
                "breeder_name_key1",
                "breeder_rank_check",
                "breeder_rank_check1",
                "breeder_check"
            ]
        );
    }
}
