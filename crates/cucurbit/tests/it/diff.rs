//! What `diff` finds can be run in the order in which it is found, leads to the other schema, and can be undone.

use cucurbit::{
    connection::Connection,
    dialect::{self, Answers, Dialect},
    diff::{Diff, Filter, diff},
    operation::{Operation, reverse_all},
    schema::{Index, Object, OnConflict, Schema, TableBuilder, build::*},
};

use crate::support::{Database, on_each_database};

/// Tables by name, each with what writes it down.
type Tables<'t> = &'t [(&'t str, &'t dyn Fn(&mut TableBuilder))];

/// Writes a schema down: each table with its columns and keys.
fn schema(tables: Tables<'_>) -> Schema {
    Schema::from_tables(tables.iter().map(|(name, write)| TableBuilder::build(*name, |table| write(table))))
}

/// Compares as the commands do, asking the server as often as there are questions.
pub(crate) async fn compare(connection: &mut Connection, from: &Schema, to: &Schema) -> Diff {
    let dialect = connection.dialect();
    let (from, to) = (dialect.canonical(from), dialect.canonical(to));
    let filter = Filter::default();
    let first = diff(&from, &to, &Answers::default(), &filter);
    let answers = dialect::ask(connection, from.form(), to.form(), &first.questions).await.unwrap();
    let second = diff(&from, &to, &answers, &filter);
    assert!(second.questions.is_empty(), "one batch of questions is enough: {:?}", second.questions);
    second
}

pub(crate) async fn run(connection: &mut Connection, operations: &[Operation]) {
    let mut before = dialect::reflect(connection).await.unwrap();
    let plan = connection.dialect().plan(&mut before, operations).unwrap();
    for statement in &plan.statements {
        connection
            .execute(&statement.sql)
            .await
            .unwrap_or_else(|error| panic!("{}: {error:?}\nin {operations:#?}", statement.sql));
    }
}

async fn assert_is(connection: &mut Connection, schema: &Schema) {
    let there = dialect::reflect(connection).await.unwrap().schema;
    let left = compare(connection, &there, schema).await;
    assert!(left.is_empty(), "left over: {left:#?}");
}

/// Walks from one schema to the other and back, on a real database; returns what was done on the way there.
async fn walk(database: &Database, from: &Schema, to: &Schema) -> Vec<String> {
    let mut connection = database.connect().await;
    let create = compare(&mut connection, &Schema::new(), from).await.operations;
    run(&mut connection, &create).await;
    assert_is(&mut connection, from).await;
    let there = dialect::reflect(&mut connection).await.unwrap().schema;
    let way = compare(&mut connection, &there, to).await.operations;
    let dialect = connection.dialect();
    let back = reverse_all(dialect.canonical(&there).as_written(), &way, dialect).unwrap();
    run(&mut connection, &way).await;
    assert_is(&mut connection, to).await;
    run(&mut connection, &back).await;
    assert_is(&mut connection, from).await;
    way.iter().map(Operation::describe).collect()
}

fn check(from: Tables<'_>, to: Tables<'_>) {
    let (from, to) = (schema(from), schema(to));
    on_each_database(async |database: Database| {
        walk(&database, &from, &to).await;
    });
}

fn plain(table: &mut TableBuilder) {
    table.column(integer("id"));
    table.column(integer("code"));
    table.primary_key(["id"]);
}

fn with_unique_code(table: &mut TableBuilder) {
    plain(table);
    table.unique(["code"]).named("uq_code");
}

fn child_of_code(table: &mut TableBuilder) {
    plain(table);
    table.foreign_key(["code"], "parent", ["code"]).named("fk_child_code");
}

/// The second one's form is neither of the written ones, and its words would do for both.
#[test]
fn a_constraint_is_emitted_as_it_was_written_itself() {
    let both = |table: &mut TableBuilder| {
        plain(table);
        table.unique(["code"]).include(["id"]);
        table.unique(["code"]).on_conflict(OnConflict::Ignore);
    };
    let sides = [schema(&[("tree", &plain)]), schema(&[("tree", &both)])];
    let [from, to] = sides.map(|side| Dialect::Postgres.canonical(side));
    let found = diff(&from, &to, &Answers::default(), &Filter::default()).operations;
    let written = to.as_written().tables().values().flat_map(|table| table.uniques().cloned());
    let add = |unique| Operation::create(Object::constraint("tree", unique));
    assert_eq!(found, written.map(add).collect::<Vec<_>>());
}

#[test]
fn names_longer_than_the_database_keeps_are_found_again() {
    let long_name = "n".repeat(70);
    let small = |table: &mut TableBuilder| {
        table.column(integer("id"));
        table.primary_key(["id"]);
    };
    let large = |table: &mut TableBuilder| {
        small(table);
        table.column(integer(&long_name).nullable());
        table.index(Index::new(format!("i{long_name}"), vec![key(&long_name)]));
        table.unique([long_name.as_str()]).named(format!("u{long_name}"));
        table.foreign_key([long_name.as_str()], "tree", ["id"]).named(format!("f{long_name}"));
        table.check("id > 0").named(format!("c{long_name}"));
    };
    let (from, to) = (schema(&[("tree", &small)]), schema(&[("tree", &large)]));
    on_each_database(async |database: Database| {
        let way = walk(&database, &from, &to).await.join("\n");
        for whole in ["", "i", "u", "c"].map(|letter| format!("{letter}{long_name}")) {
            assert!(way.contains(&whole), "`{whole}` in {way}");
        }
    });
}

/// A model that says no name is content with any, such as those of a database that is taken over.
#[test]
fn a_name_that_the_model_does_not_choose_is_no_difference() {
    let named = |table: &mut TableBuilder| {
        table.column(integer("id"));
        table.column(integer("code"));
        table.primary_key(["id"]).named("pk_tree");
        table.unique(["code"]).named("uq_tree");
        table.foreign_key(["code"], "tree", ["id"]).named("fk_tree");
        table.check("id > 0").named("ck_tree");
    };
    let unnamed = |table: &mut TableBuilder| {
        table.column(integer("id"));
        table.column(integer("code"));
        table.primary_key(["id"]);
        table.unique(["code"]);
        table.foreign_key(["code"], "tree", ["id"]);
        table.check("(id) > 0");
    };
    let (named, unnamed) = (schema(&[("tree", &named)]), schema(&[("tree", &unnamed)]));
    on_each_database(async |database: Database| {
        assert_eq!(walk(&database, &named, &unnamed).await, Vec::<String>::new());
        database.emptied().await.close().await.unwrap();
        let way = walk(&database, &unnamed, &named).await;
        assert_eq!(way.len(), 8, "each is dropped and made again under its name: {way:?}");
    });
}

#[test]
fn a_table_whose_name_is_too_long_is_not_dropped() {
    let (name, unknown) = ("t".repeat(70), "u".repeat(62) + "ü");
    let to = schema(&[(&name, &plain), (&unknown, &with_unique_code)]);
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let create = compare(&mut connection, &Schema::new(), &to).await.operations;
        assert_eq!(create.len(), 2, "{create:#?}");
        run(&mut connection, &create).await;
        assert_is(&mut connection, &to).await;
    });
}

#[test]
fn a_key_that_changes_its_name_keeps_the_foreign_keys_on_it() {
    check(
        &[("parent", &with_unique_code), ("child", &child_of_code)],
        &[
            ("parent", &|table| {
                plain(table);
                table.unique(["code"]).named("uq_other");
            }),
            ("child", &child_of_code),
        ],
    );
    let child = |table: &mut TableBuilder| {
        plain(table);
        table.foreign_key(["code"], "parent", ["id"]);
    };
    let own = |table: &mut TableBuilder| {
        plain(table);
        table.foreign_key(["code"], "parent", ["id"]).named("fk_self");
    };
    let named = |table: &mut TableBuilder| {
        own(table);
        table.primary_key(["id"]).named("pk_chosen");
    };
    check(&[("parent", &own), ("child", &child)], &[("parent", &named), ("child", &child)]);
}

#[test]
fn a_new_table_may_refer_to_a_key_that_is_new_too() {
    check(&[("parent", &plain)], &[("parent", &with_unique_code), ("child", &child_of_code)]);
    // Both ways at once: the one cannot wait for the other.
    check(
        &[("parent", &plain)],
        &[
            ("parent", &|table| {
                with_unique_code(table);
                table.column(integer("favourite").nullable());
                table.foreign_key(["favourite"], "child", ["id"]).named("fk_favourite");
            }),
            ("child", &child_of_code),
        ],
    );
}

#[test]
fn two_tables_may_get_keys_and_refer_to_each_others() {
    let both = |other: &'static str| {
        move |table: &mut TableBuilder| {
            plain(table);
            table.unique(["code"]);
            table.foreign_key(["code"], other, ["code"]);
        }
    };
    check(&[("a", &plain), ("b", &plain)], &[("a", &both("b")), ("b", &both("a"))]);
}

#[test]
fn a_dropped_table_does_not_hold_on_to_a_key_that_goes() {
    check(&[("parent", &with_unique_code), ("child", &child_of_code)], &[("parent", &plain)]);
}

#[test]
fn a_unique_index_that_is_referred_to_may_change() {
    let parent = |name: &'static str| {
        move |table: &mut TableBuilder| {
            plain(table);
            table.index(Index::new(name, vec![key("code")])).unique();
        }
    };
    check(
        &[("parent", &parent("ux_one")), ("child", &child_of_code)],
        &[("parent", &parent("ux_two")), ("child", &child_of_code)],
    );
}

#[test]
fn a_column_and_those_that_refer_to_it_change_their_type_together() {
    let parent = |table: &mut TableBuilder| {
        table.column(string("id", 40));
        table.primary_key(["id"]);
    };
    let child = |table: &mut TableBuilder| {
        plain(table);
        table.column(string("parent_id", 40));
        table.foreign_key(["parent_id"], "parent", ["id"]);
    };
    let parent_of_integers = |table: &mut TableBuilder| {
        table.column(integer("id"));
        table.primary_key(["id"]);
    };
    let child_of_integers = |table: &mut TableBuilder| {
        plain(table);
        table.column(integer("parent_id"));
        table.foreign_key(["parent_id"], "parent", ["id"]);
    };
    check(
        &[("parent", &parent), ("child", &child)],
        &[("parent", &parent_of_integers), ("child", &child_of_integers)],
    );
}

#[test]
fn an_index_may_move_from_one_table_to_another() {
    let indexed = |table: &mut TableBuilder| {
        plain(table);
        table.index(Index::new("ix_code", vec![key("code")]));
    };
    check(&[("z", &indexed), ("a", &plain)], &[("z", &plain), ("a", &indexed)]);
    // What looks like a renamed table.
    check(&[("plant", &indexed)], &[("plants", &indexed)]);
}

#[test]
fn each_check_is_compared_with_one_that_is_left() {
    let one = |table: &mut TableBuilder| {
        plain(table);
        table.check("code > 0");
    };
    let two = |table: &mut TableBuilder| {
        plain(table);
        table.check("code < 7");
        table.check("(code) > 1");
    };
    check(&[("a", &two)], &[("a", &one)]);
    let (from, to) = (schema(&[("a", &one)]), schema(&[("a", &two)]));
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        for schema in [&from, &to] {
            let there = dialect::reflect(&mut connection).await.unwrap().schema;
            let way = compare(&mut connection, &there, schema).await.operations;
            run(&mut connection, &way).await;
            assert_is(&mut connection, schema).await;
        }
    });
}

/// PostgreSQL prints `kind IN ('raised', 'flat')` of a `VARCHAR` in words that it prints differently when it reads them
/// back.
#[test]
fn a_check_whose_printed_words_are_printed_differently_is_still_the_same() {
    let bed = |table: &mut TableBuilder| {
        table.column(integer("id"));
        table.column(string("kind", 20));
        table.primary_key(["id"]);
        table.check("kind IN ('raised', 'flat')");
        table.check("kind NOT IN ('deep', 'wet')").named("ck_bed_kind");
        let kind = Index::new("ix_bed_kind", vec![key("kind")]);
        table.index(kind).predicate("kind IN ('raised', 'tall')");
    };
    let other = |table: &mut TableBuilder| {
        table.column(integer("id"));
        table.column(string("kind", 20));
        table.primary_key(["id"]);
        table.check("kind IN ('raised', 'flat', 'tall')");
        table.check("kind NOT IN ('deep', 'dry')").named("ck_bed_kind");
        let kind = Index::new("ix_bed_kind", vec![key("kind")]);
        table.index(kind).predicate("kind IN ('raised', 'low')");
    };
    on_each_database(async |database: Database| {
        let way = walk(&database, &schema(&[("bed", &bed)]), &schema(&[("bed", &other)])).await;
        assert_eq!(way.len(), 6, "the checks and the index, each dropped and made again: {way:?}");
    });
}
