//! Sequences that are altered: what is said changes, and nothing else, there and back.

use cucurbit::{
    connection::Connection,
    dialect::{Before, Dialect},
    operation::{AlterSequence, Op, reverse_all},
    schema::{Schema, SequenceOptions, Type, build::*},
};

use super::{Database, reflect, run, run_operations};

/// What the server says of a sequence, a word for each thing.
const FACTS: &str = "SELECT 'type=' || seqtypid::regtype, 'start=' || seqstart, 'increment=' || seqincrement, \
                     'minimum=' || seqmin, 'maximum=' || seqmax, 'cache=' || seqcache, 'cycle=' || seqcycle, \
                     'comment=' || coalesce(obj_description(seqrelid, 'pg_class'), ''), \
                     'last=' || coalesce(pg_sequence_last_value(seqrelid)::text, '') \
                     FROM pg_sequence WHERE seqrelid = 's'::regclass";

async fn facts(connection: &mut Connection) -> Vec<String> {
    connection.rows(FACTS).await.unwrap().into_iter().flatten().flatten().collect()
}

/// A sequence of which everything is said.
fn create(op: &mut Op) {
    let sequence = op.create_sequence("s").ty(Type::Integer).start(5).increment(3).minimum(2).maximum(1000);
    sequence.cache(10).cycle().comment("mine");
}

type Change = (fn(AlterSequence<'_>) -> AlterSequence<'_>, &'static [&'static str]);

/// Changes, and all that the server says otherwise after each.
const CHANGES: [Change; 15] = [
    (|s| s.cache(20), &["cache=20"]),
    (|s| s.cache(1), &["cache=1"]),
    (|s| s.start(7), &["start=7"]),
    (|s| s.no_start(), &["start=2"]),
    (|s| s.increment(1), &["increment=1"]),
    (|s| s.increment(-1), &["increment=-1"]),
    (|s| s.minimum(3), &["minimum=3"]),
    (|s| s.no_minimum(), &["minimum=1"]),
    (|s| s.maximum(900), &["maximum=900"]),
    (|s| s.no_maximum(), &["maximum=2147483647"]),
    (|s| s.no_cycle(), &["cycle=false"]),
    (|s| s.ty(Type::BigInteger), &["type=bigint"]),
    (|s| s.comment("ours"), &["comment=ours"]),
    (|s| s.drop_comment(), &["comment="]),
    (|s| s, &[]),
];

#[tokio::test]
async fn each_change_leaves_all_else() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    run(&mut connection, &mut before, create).await;
    connection.execute("SELECT nextval('s')").await.unwrap();
    let was = facts(&mut connection).await;
    for (change, changed) in CHANGES {
        let way = Op::record(|op| {
            change(op.alter_sequence("s"));
        });
        let back = reverse_all(&before.schema, &way, Dialect::Postgres).unwrap();
        // A database that is asked and a history that is replayed are told the same.
        let mut read = Before::of(reflect(&mut connection).await);
        let asked = Dialect::Postgres.plan(&mut read, &way).unwrap();
        let replayed = Dialect::Postgres.plan(&mut before.clone(), &way).unwrap();
        assert_eq!(asked, replayed);
        for _twice in 0..2 {
            run_operations(&mut connection, &mut before, &way).await;
            let is = facts(&mut connection).await;
            let different: Vec<&String> = is.iter().filter(|fact| !was.contains(fact)).collect();
            assert_eq!(different, changed, "{way:?}");
            run_operations(&mut connection, &mut before, &back).await;
            assert_eq!(facts(&mut connection).await, was, "{back:?}");
        }
    }
}

#[tokio::test]
async fn what_was_never_said_follows_the_rest() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    run(&mut connection, &mut before, |op| {
        // Its start and its minimum are those that it has anyway.
        op.create_sequence("s").start(1).minimum(1).cache(4);
    })
    .await;
    run(&mut connection, &mut before, |op| {
        op.alter_sequence("s").minimum(50);
    })
    .await;
    assert_eq!(facts(&mut connection).await[1..4], ["start=50", "increment=1", "minimum=50"]);
    run(&mut connection, &mut before, |op| {
        op.alter_sequence("s").no_minimum().increment(-1);
    })
    .await;
    let down = ["start=-1", "increment=-1", "minimum=-9223372036854775808", "maximum=-1", "cache=4"];
    assert_eq!(facts(&mut connection).await[1..6], down);
}

#[tokio::test]
async fn a_sequence_that_comes_to_stand_alone_keeps_what_its_column_said() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    run(&mut connection, &mut before, |op| {
        op.create_table("plant", |table| {
            let serial = cucurbit::schema::Serial::new().named("s").start(5).increment(3).cache(10);
            table.column(integer("id").serial_by(serial));
            table.column(text("name"));
        });
        op.execute("INSERT INTO plant (name) VALUES ('rose')");
    })
    .await;
    let was = facts(&mut connection).await;
    run(&mut connection, &mut before, |op| {
        op.alter_sequence("s").increment(2);
    })
    .await;
    let is = facts(&mut connection).await;
    let different: Vec<&String> = is.iter().filter(|fact| !was.contains(fact)).collect();
    assert_eq!(different, ["increment=2"]);
    run(&mut connection, &mut before, |op| op.drop_table("plant").loses_data()).await;
    assert_eq!(facts(&mut connection).await, is, "it does not go with the table");
}

#[test]
fn sqlite_knows_what_is_said_and_what_was() {
    let mut before = Before::of(Schema::new());
    Dialect::Sqlite.plan(&mut before, &Op::record(create)).unwrap();
    let cache = Op::record(|op| {
        op.alter_sequence("s").cache(20);
    });
    let plan = Dialect::Sqlite.plan(&mut before, &cache).unwrap();
    assert_eq!(plan.statements, []);
    let known = &before.schema.sequences()[&"s".into()];
    let options = SequenceOptions {
        start: Some(5),
        increment: Some(3),
        minimum: Some(2),
        maximum: Some(1000),
        cache: Some(20),
        is_cycling: true,
    };
    assert_eq!(
        (&known.ty, &known.options, known.comment.as_deref()),
        (&Type::Integer, &options, Some("mine"))
    );
}
