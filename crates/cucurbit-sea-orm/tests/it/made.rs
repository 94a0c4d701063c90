//! The tables that SeaORM itself makes of entities are those that the same entities are read as: an application of
//! SeaORM's has nothing to declare. Its types, one by one and with defaults: `values`.

use std::{cell::RefCell, convert::Infallible, panic};

use cucurbit::{
    Env, Script,
    command::{self, Between, CheckOptions, Location, Project},
    connection::Connection,
    operation::Operation,
    prelude::*,
    runtime::Migrator,
    schema::Schema,
};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, EntityTrait};

/// Creates the table of an entity with its types and indexes, as an application does at its start. What SeaORM has no
/// word for, where it panics, is an error.
pub(crate) async fn made_by_sea_orm<E: EntityTrait>(
    connection: &mut Connection,
    entity: E,
) -> Result<(), DbErr> {
    let backend = match connection.dialect() {
        Postgres => DbBackend::Postgres,
        Sqlite => DbBackend::Sqlite,
    };
    let schema = sea_orm::Schema::new(backend);
    let table = schema.create_table_from_entity(entity);
    let written = panic::catch_unwind(panic::AssertUnwindSafe(|| backend.build(&table)));
    if written.is_err() {
        return Err(DbErr::Custom(format!("SeaORM has no such type on {}", connection.dialect())));
    }
    let database = cucurbit_sea_orm::lend(connection);
    for one in schema.create_enum_from_entity(entity) {
        // It makes the type of two columns twice.
        let is_there = database.execute(&one).await;
        is_there.map_or_else(|error| assert!(error.to_string().contains("already exists"), "{error}"), drop);
    }
    database.execute(&table).await?;
    for index in schema.create_index_from_entity(entity) {
        database.execute(&index).await?;
    }
    Ok(())
}

/// What a project of these entities has: a first revision of all of them, and a database that SeaORM made.
macro_rules! adopted {
    ($test:ident, [$($dialect:ident),*], [$($($entity:ident)::+),* $(,)?] $(, [$($($view:ident)::+),*])?) => {
        #[test]
        fn $test() {
            use cucurbit::prelude::*;
            crate::values::on_each_database(concat!("made_", stringify!($test)), async |database| {
                if ![$($dialect),*].contains(&database.connection.dialect()) {
                    return;
                }
                let schema = cucurbit_sea_orm::models![
                    $(views = [$($($view)::+),*];)? $($($entity)::+),*
                ]
                .unwrap();
                for name in schema.tables().keys().filter_map(|table| table.schema.as_ref()) {
                    database.connection.execute(&format!("CREATE SCHEMA {name}")).await.unwrap();
                }
                $(
                    let entity = $($entity)::+::Entity;
                    crate::made::made_by_sea_orm(&mut database.connection, entity).await.unwrap();
                )*
                database.check_is_said(&schema).await;
                crate::made::nothing_is_to_be_declared(&database.url, schema).await;
            });
        }
    };
}
pub(crate) use adopted;

thread_local! {
    static SCHEMA: RefCell<Schema> = RefCell::new(Schema::new());
}

fn baseline(op: &mut Op) {
    SCHEMA.with_borrow(|schema| {
        let namespaces = schema.namespaces().iter().cloned().map(Object::Namespace);
        let enums = schema.enums().values().cloned().map(Object::Enum);
        let tables = schema.tables().values().cloned().map(Object::Table);
        namespaces.chain(enums).chain(tables).for_each(|object| op.invoke(Operation::create(object)));
    });
}

pub(crate) async fn nothing_is_to_be_declared(url: &str, schema: Schema) {
    SCHEMA.set(schema.clone());
    let folder = tempfile::TempDir::new().unwrap();
    let project = |scripts: Vec<Script>| {
        let schema = schema.clone();
        let env = Env::new(scripts).models(move || Ok::<_, Infallible>(schema.clone()));
        let location = Location::new().database_url(url).working_directory(folder.path());
        Project::open(env, location).unwrap()
    };
    let said = |operations: Vec<Operation>| operations.iter().map(Operation::describe).collect::<Vec<_>>();
    // Before there is a revision, and after.
    let found = command::diff(&project(Vec::new()), &Between::default(), false).await.unwrap();
    assert_eq!(said(found.operations), [""; 0]);
    let script = Script {
        path: "a.rs",
        doc: "first",
        revision: Revision::new("a"),
        upgrade: baseline,
        downgrade: |_| {},
    };
    let with_history = project(vec![script]);
    let head = ["head".parse().unwrap()];
    command::stamp(&with_history, &head, false, with_history.run_options(), &mut |_| ()).await.unwrap();
    let found = command::check(&with_history, CheckOptions::default()).await.unwrap();
    assert_eq!(said(found.operations), [""; 0]);
    let found = command::diff(&with_history, &Between::default(), false).await.unwrap();
    assert_eq!(said(found.operations), [""; 0]);
}

#[test]
fn a_key_that_only_the_entity_names_is_dropped_by_its_name() {
    crate::values::on_each_database("made_named", async |database| {
        made_by_sea_orm(&mut database.connection, given_i32::Entity).await.unwrap();
        made_by_sea_orm(&mut database.connection, shelf::Entity).await.unwrap();
        made_by_sea_orm(&mut database.connection, wide::Entity).await.unwrap();
        made_by_sea_orm(&mut database.connection, pot::Entity).await.unwrap();
        let mut schema = cucurbit_sea_orm::models![given_i32, shelf, wide, pot].unwrap();
        SCHEMA.set(schema.clone());
        let scripts = |upgrade| {
            let script =
                |id, upgrade, revision| Script { path: id, doc: id, revision, upgrade, downgrade: |_| {} };
            let first = script("a", baseline, Revision::new("a"));
            let second = script("b", upgrade, Revision::new("b").revises(&["a"]));
            cucurbit::revision::Scripts::new(vec![first, second]).unwrap()
        };
        let list = scripts(|op: &mut Op| op.drop_constraint("fk_pot_first", "pot"));
        let (stamped, head) = (["a".parse().unwrap()], ["head".parse().unwrap()]);
        Migrator::on(&mut database.connection, &list).stamp(&stamped, false).await.unwrap();
        Migrator::on(&mut database.connection, &list).upgrade(&head).await.unwrap();
        let pot = schema.table_mut(&"pot".into()).unwrap();
        pot.constraints.retain(|one| {
            !(matches!(one, cucurbit::schema::Constraint::ForeignKey(_)) && one.name().is_some())
        });
        database.connection.execute("DROP TABLE alembic_version").await.unwrap();
        database.check_is_said(&schema).await;
    });
}

/// Fields of every type, with the attributes that SeaORM has, in its dense form.
mod wide {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Enum", enum_name = "wide_mood")]
    pub enum Mood {
        #[sea_orm(string_value = "sad")]
        Sad,
        #[sea_orm(string_value = "it's")]
        Other,
    }

    #[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(9))", rename_all = "snake_case")]
    pub enum Word {
        Sad,
        NotSad,
    }

    #[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
    pub enum Number {
        #[sea_orm(num_value = -1)]
        Below,
        #[sea_orm(num_value = 0)]
        Zero,
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveValueType)]
    pub struct Name(pub String);

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "wide")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub big: i64,
        pub maybe_big: Option<i64>,
        #[sea_orm(default_value = -5)]
        pub big_with_default: i64,
        #[sea_orm(indexed)]
        pub small: i16,
        pub tiny: i8,
        pub unsigned: u32,
        pub small_unsigned: u16,
        pub tiny_unsigned: u8,
        pub big_unsigned: u64,
        #[sea_orm(default_value = 1.5)]
        pub real: f32,
        #[sea_orm(default_value = 0)]
        pub double: f64,
        #[sea_orm(column_type = "Decimal(Some((12, 4)))", default_value = 0)]
        pub exact: Decimal,
        pub any_decimal: Option<Decimal>,
        #[sea_orm(default_value = true)]
        pub yes: bool,
        #[sea_orm(default_value = "it's", unique)]
        pub word: String,
        #[sea_orm(column_type = "Text", unique_key = "a_key")]
        pub long: String,
        #[sea_orm(column_type = "String(StringLen::N(9))", unique_key = "a_key")]
        pub short: String,
        #[sea_orm(column_type = "Char(Some(3))")]
        pub padded: String,
        #[sea_orm(column_type = "Char(Some(32))")]
        pub like_a_uuid: String,
        pub newtype: Name,
        #[sea_orm(column_name = "type")]
        pub named_otherwise: Option<String>,
        pub bytes: Vec<u8>,
        #[sea_orm(column_type = "Binary(16)")]
        pub sized: Vec<u8>,
        #[sea_orm(column_type = "VarBinary(StringLen::N(9))")]
        pub varying: Vec<u8>,
        #[sea_orm(column_type = "Blob")]
        pub blob: Option<Vec<u8>>,
        pub json: Json,
        #[sea_orm(column_type = "JsonBinary")]
        pub jsonb: Option<Json>,
        pub uuid: Uuid,
        pub date: Date,
        pub time: Time,
        #[sea_orm(default_expr = "Expr::current_timestamp()")]
        pub created_at: DateTime,
        #[sea_orm(column_type = "Timestamp", default_expr = "Expr::current_timestamp()")]
        pub timestamp: DateTime,
        #[sea_orm(default_expr = "Expr::current_timestamp()")]
        pub at: DateTimeUtc,
        pub deleted_at: Option<DateTimeWithTimeZone>,
        #[sea_orm(default_value = "it's")]
        pub mood: Mood,
        pub maybe_mood: Option<Mood>,
        #[sea_orm(default_value = "sad")]
        pub enum_of_words: Word,
        #[sea_orm(default_value = -1)]
        pub enum_of_numbers: Number,
        #[sea_orm(column_type = "custom(\"numeric(7, 3)\")", select_as = "text", save_as = "numeric")]
        pub cast: String,
        #[sea_orm(ignore)]
        pub ignored: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What SeaORM has only on PostgreSQL.
mod of_the_server {
    use sea_orm::entity::prelude::*;

    use super::wide::Mood;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "of_the_server")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub numbers: Vec<i64>,
        pub words: Option<Vec<String>>,
        pub moods: Vec<Mood>,
        #[sea_orm(column_type = "Inet")]
        pub inet: String,
        #[sea_orm(column_type = "Cidr")]
        pub cidr: String,
        #[sea_orm(column_type = "MacAddr")]
        pub mac: String,
        #[sea_orm(column_type = "Bit(Some(3))")]
        pub bit: String,
        #[sea_orm(column_type = "Bit(None)")]
        pub one_bit: String,
        #[sea_orm(column_type = "VarBit(9)")]
        pub var_bit: String,
        #[sea_orm(column_type = "Money(None)")]
        pub money: String,
        #[sea_orm(column_type = "Interval(None, None)")]
        pub interval: String,
        #[sea_orm(column_type = "Interval(None, Some(3))")]
        pub interval_of_digits: String,
        #[sea_orm(column_type = "Interval(Some(sea_orm::sea_query::PgInterval::DayToSecond), None)")]
        pub interval_of_days: String,
        #[sea_orm(column_type = "custom(\"time with time zone\")")]
        pub zoned_time: String,
        #[sea_orm(column_type = "custom(\"tsvector\")")]
        pub document: String,
        #[sea_orm(column_type = "custom(\"int4range\")")]
        pub range: String,
        #[sea_orm(column_type = "custom(\"timestamp(3)\")")]
        pub custom_timestamp: String,
        #[sea_orm(default_expr = "Expr::cust(\"gen_random_uuid()\")")]
        pub uuid: Uuid,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Keys of every kind that SeaORM makes.
macro_rules! keyed {
    ($module:ident, $table:literal, $ty:ty $(, $attribute:meta)?) => {
        mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                #[sea_orm(primary_key)]
                $(#[$attribute])?
                pub id: $ty,
                pub other: Option<i64>,
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

keyed!(key_i32, "key_i32", i32);
keyed!(key_i64, "key_i64", i64);
keyed!(key_u32, "key_u32", u32);
keyed!(key_u64, "key_u64", u64);
keyed!(key_i16, "key_i16", i16);
keyed!(given_i16, "given_i16", i16, sea_orm(auto_increment = false));
keyed!(given_i32, "given_i32", i32, sea_orm(auto_increment = false));
keyed!(given_i64, "given_i64", i64, sea_orm(auto_increment = false));
keyed!(key_string, "key string", String);
keyed!(key_uuid, "key_uuid", Uuid);
keyed!(key_bytes, "key_bytes", Vec<u8>, sea_orm(auto_increment = false));
keyed!(key_date, "key_date", Date, sea_orm(auto_increment = false));

/// A key of two columns, in another order than the columns.
mod shelf {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "shelf")]
    pub struct Model {
        pub label: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub room: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Foreign keys with every action, one of two columns, one to the own table.
mod pot {
    use sea_orm::entity::prelude::*;

    use super::{given_i32, shelf, wide};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "pot")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(indexed)]
        pub room: Option<i64>,
        pub number: Option<String>,
        #[sea_orm(unique)]
        pub first_id: i32,
        #[sea_orm(default_value = 0)]
        pub second_id: Option<i32>,
        pub wide_id: i64,
        pub parent_id: Option<i32>,
        pub other_id: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "shelf::Entity",
            from = "(Column::Room, Column::Number)",
            to = "(shelf::Column::Room, shelf::Column::Number)",
            on_delete = "SetNull",
            on_update = "Cascade"
        )]
        Shelf,
        #[sea_orm(
            belongs_to = "given_i32::Entity",
            from = "Column::FirstId",
            to = "given_i32::Column::Id",
            on_delete = "Restrict",
            fk_name = "fk_pot_first"
        )]
        First,
        #[sea_orm(
            belongs_to = "given_i32::Entity",
            from = "Column::SecondId",
            to = "given_i32::Column::Id",
            on_delete = "SetDefault",
            on_update = "NoAction"
        )]
        Second,
        #[sea_orm(belongs_to = "wide::Entity", from = "Column::WideId", to = "wide::Column::Id")]
        Wide,
        #[sea_orm(
            belongs_to = "given_i32::Entity",
            from = "Column::OtherId",
            to = "given_i32::Column::Id",
            skip_fk
        )]
        Other,
        #[sea_orm(belongs_to = "Entity", from = "Column::ParentId", to = "Column::Id", on_delete = "Cascade")]
        Parent,
        #[sea_orm(has_many = "Entity")]
        Children,
    }

    impl Related<Self> for Entity {
        fn to() -> RelationDef {
            Relation::Parent.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A table in a schema of its own, and one that refers to it.
mod elsewhere {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(schema_name = "store", table_name = "elsewhere")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        #[sea_orm(unique)]
        pub code: String,
        #[sea_orm(indexed)]
        pub name: String,
        #[sea_orm(unique_key = "of_two")]
        pub one: i32,
        #[sea_orm(unique_key = "of_two")]
        pub two: i32,
        pub upper_id: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(belongs_to = "Entity", from = "Column::UpperId", to = "Column::Id")]
        Upper,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

adopted!(columns_of_every_type, [Postgres, Sqlite], [wide]);
adopted!(columns_that_only_the_server_has, [Postgres], [wide, of_the_server]);
adopted!(
    keys_of_every_type,
    [Postgres, Sqlite],
    [key_i32, key_i64, given_i16, given_i32, given_i64, key_string, key_uuid, key_bytes, key_date, shelf]
);
// SeaORM cannot number them on the other.
adopted!(numbers_of_16_bits, [Postgres], [key_i16]);
adopted!(numbers_without_a_sign, [Sqlite], [key_u32, key_u64]);
adopted!(keys_that_refer_to_others, [Postgres, Sqlite], [given_i32, shelf, wide, pot]);
adopted!(tables_of_a_schema, [Postgres], [elsewhere]);
