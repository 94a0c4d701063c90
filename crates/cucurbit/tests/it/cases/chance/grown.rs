//! Schemas by chance, and pairs of them.

use std::collections::BTreeSet;

use proptest::{
    array::uniform5,
    collection::vec,
    option,
    prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof},
    sample::{select, subsequence},
};

use super::{
    garden::{
        By, COLUMNS, Check, Column, Default, Deferral, ENUMS, Garden, Index, Kind, Naming, Origin, Parent,
        Part, SEQUENCES, Sequence, TABLES, Table, TableOption, Unique,
    },
    kinds::{Family, TYPES},
};

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

/// A type for a column of this name. Columns of one name have mostly types whose values become each other.
fn plain(name: &str) -> BoxedStrategy<Kind> {
    let families: &[Family] = match name {
        "a" | "b" => &[Family::Number],
        "c" => &[Family::Text],
        "d" => &[Family::Time],
        _ => &[Family::Array, Family::Bytes, Family::Json, Family::Truth],
    };
    let of_name: Vec<usize> = (0..TYPES.len()).filter(|ty| families.contains(&TYPES[*ty].family)).collect();
    prop_oneof![
        12 => select(of_name),
        // The last ones refuse most values of others.
        1 => 0..TYPES.len() - 2,
    ]
    .prop_map(Kind::Plain)
    .boxed()
}

fn column(name: &str) -> BoxedStrategy<Column> {
    let kind = prop_oneof![
        12 => plain(name),
        3 => select(&ENUMS[..]).prop_map(Kind::Enum),
        1 => select(&ENUMS[..]).prop_map(Kind::EnumArray),
        2 => (select(&["id", "a", "b", "c", "d"][..]), any::<bool>())
            .prop_map(|(of, is_stored)| Kind::Computed { of, is_stored }),
        2 => (0..7_u8).prop_map(Kind::Numbered),
        1 => select(&SEQUENCES[..]).prop_map(Kind::Ticket),
    ];
    let default = prop_oneof![
        2 => Just(Default::None),
        2 => Just(Default::Constant),
        2 => Just(Default::Common),
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
    let by = prop_oneof![
        2 => Just(By::Key),
        2 => Just(By::Code),
        1 => Just(By::Pair),
    ];
    (select(&TABLES[..]), by, any::<bool>(), deferral())
        .prop_map(|(table, by, goes_along, deferral)| Parent { table, by, goes_along, deferral })
        .boxed()
}

fn table() -> BoxedStrategy<Table> {
    let columns =
        COLUMNS.map(|name| option::weighted(0.6, column(name)).prop_map(move |column| (name, column)));
    let check = (select(&COLUMNS[..]), rarely()).prop_map(|(on, is_not_valid)| Check { on, is_not_valid });
    let option = prop_oneof![
        6 => Just(TableOption::None),
        1 => Just(TableOption::Numbered),
        1 => Just(TableOption::Odd),
        1 => Just(TableOption::Strict),
    ];
    let naming = prop_oneof![
        4 => Just(Naming::Chosen),
        1 => Just(Naming::Crossed),
        1 => Just(Naming::Server),
        1 => Just(Naming::Shifted),
    ];
    let exclusion = option::weighted(0.1, select(&COLUMNS[..]));
    (
        columns,
        vec(unique(), 0..2),
        vec(check, 0..2),
        (option::weighted(0.4, parent()), any::<bool>()),
        vec(index(), 0..3),
        (exclusion, comment(), option, rarely(), naming),
    )
        .prop_map(|(columns, uniques, checks, (parent, is_known_by_index), indexes, said)| {
            let (exclusion, comment, option, has_odd_key, naming) = said;
            Table {
                has_odd_key,
                naming,
                columns: columns.into_iter().filter_map(|(name, column)| Some((name, column?))).collect(),
                uniques,
                checks,
                parent,
                is_known_by_index,
                known_by: BTreeSet::new(),
                indexes,
                exclusion,
                comment,
                option,
            }
        })
        .boxed()
}

fn sequence() -> BoxedStrategy<Sequence> {
    let origin = prop_oneof![
        2 => Just(Origin::Made),
        1 => Just(Origin::Renamed),
        1 => Just(Origin::Widened),
    ];
    (1..3_u8, select(&[2_u8, 4, 8][..]), origin)
        .prop_map(|(step, bytes, origin)| Sequence { step, bytes, origin })
        .boxed()
}

fn garden() -> BoxedStrategy<Garden> {
    let values = subsequence(&["bad", "good", "ok", "old"][..], 1..=4).prop_shuffle();
    let enums = vec((select(&ENUMS[..]), values), 0..4);
    let sequences = vec((select(&SEQUENCES[..]), sequence()), 0..3);
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
    let table_is_new = uniform5(prop_oneof![1 => Just(None), 2 => any::<u16>().prop_map(Some)]);
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
                            // Where nobody chose a name, any serves.
                            if table.naming == Naming::Server && before.naming != Naming::Server {
                                table.naming = Naming::Shifted;
                            }
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
fn mixed(table: &mut Table, before: &Table, change: u16) {
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
    if stays(8) {
        table.naming = before.naming;
        table.is_known_by_index = before.is_known_by_index;
    }
}
