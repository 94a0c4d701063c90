//! What `table_args` can say.

use cucurbit::schema::{
    Action, Dialect, Expression, Identity, Index, IndexKey, IndexPart, Nulls, ServerDefault, Table, Type,
};
use cucurbit_sea_orm::table_of;

mod garden {
    use cucurbit_sea_orm::TableArgs;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(schema_name = "app", table_name = "garden")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(has_many)]
        pub beds: HasMany<super::bed::Entity>,
    }

    impl TableArgs for Entity {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod bed {
    use cucurbit::schema::{Action, Dialect, Expression, Nulls, ServerDefault, Type};
    use cucurbit_sea_orm::{TableArgs, TableArgsFor, desc, expression, key, lower, upper};
    use sea_orm::entity::prelude::*;

    use super::garden;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "bed")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub garden_id: i32,
        pub other_garden_id: i32,
        pub name: String,
        pub order: String,
        #[sea_orm(column_name = "soilType")]
        pub soil_type: Option<String>,
        pub width: f64,
        pub length: f64,
        pub area: f64,
        pub lineage: Option<Json>,
        #[sea_orm(default_value = 1)]
        pub rank: i32,
        #[sea_orm(belongs_to, from = "garden_id", to = "id")]
        pub garden: BelongsTo<garden::Entity>,
    }

    impl TableArgs for Entity {
        fn table_args(table: &mut TableArgsFor<Self>) {
            table.index("ix_bed_array").on([Column::GardenId, Column::Name]);
            table.index("ix_bed_desc").on(desc(Column::Rank));
            table.index("ix_bed_keyword").on(lower(Column::Order));
            table.index("ix_bed_mixed_case").on(upper(Column::SoilType));
            table.index("ix_bed_mixed").on([
                key(Column::GardenId),
                lower(Column::Name),
                key(Column::SoilType).descending().nulls(Nulls::Last),
                expression("width * length"),
            ]);
            table.index("ix_bed_one").unique().on(Column::Name).predicate("rank > 0").comment("the first");
            table.index("ix_bed_two_calls").on(Column::Width).on(Column::Length);
            table.index("ix_bed_variant").on(expression(
                Expression::from("lineage ->> 'a'").with(Dialect::Sqlite, "json_extract(lineage, '$.a')"),
            ));

            table
                .unique([Column::Name, Column::GardenId])
                .named("uq_bed_name")
                .comment("one name in a garden");
            table.unique([Column::Rank]);
            table.check("ck_bed_width", "width > 0");
            table.primary_key().named("pk_bed");
            table.name_foreign_key([Column::GardenId], "fk_bed_garden");
            table
                .foreign_key::<garden::Entity>([Column::OtherGardenId], [garden::Column::Id])
                .on_delete(Action::Cascade);

            table.column(Column::Id).identity();
            table.column(Column::Lineage).on(Dialect::Postgres, Type::Jsonb).comment("as a tree");
            table.column(Column::Name).collate("C").default("bed");
            table.column(Column::Order).ty(Type::Text).default_expression("lower('A')");
            table.column(Column::Area).server_default(ServerDefault::Computed {
                expression: "width * length".into(),
                stored: true,
            });
            table.column(Column::Rank).no_default();

            table.comment("where things grow");
            table.autoincrement();
            table.strict();
            table.without_rowid();
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

#[test]
fn an_index_covers_columns_expressions_and_both() {
    let column = |name: &str| IndexPart::from(name);
    let sql = |sql: &str| IndexPart::new(IndexKey::Expression(sql.into()));
    check_index("ix_bed_array", &[column("garden_id"), column("name")]);
    check_index("ix_bed_desc", &[column("rank").descending()]);
    check_index(
        "ix_bed_mixed",
        &[
            column("garden_id"),
            sql("lower(name)"),
            column("soilType").descending().nulls(Nulls::Last),
            sql("width * length"),
        ],
    );
    check_index("ix_bed_two_calls", &[column("width"), column("length")]);
    let variant = Expression::from("lineage ->> 'a'").with(Dialect::Sqlite, "json_extract(lineage, '$.a')");
    check_index("ix_bed_variant", &[IndexPart::new(IndexKey::Expression(variant))]);
}

#[test]
fn a_name_in_an_expression_is_quoted_where_it_must_be() {
    let sql = |sql: &str| IndexPart::new(IndexKey::Expression(sql.into()));
    check_index("ix_bed_keyword", &[sql("lower(\"order\")")]);
    check_index("ix_bed_mixed_case", &[sql("upper(\"soilType\")")]);
}

#[test]
fn an_index_can_be_unique_and_partial() {
    let mut expected = Index::new("ix_bed_one", vec!["name".into()]);
    expected.unique().predicate("rank > 0").comment("the first");
    assert_eq!(bed().indexes["ix_bed_one"], expected);
    assert_eq!(bed().indexes.len(), 8);
}

#[test]
fn constraints_are_added_and_named() {
    let table = bed();
    let uniques: Vec<_> = table.uniques().map(|unique| (unique.name.as_ref(), &unique.columns)).collect();
    assert_eq!(
        uniques,
        [
            (Some(&"uq_bed_name".into()), &vec!["name".into(), "garden_id".into()]),
            (None, &vec!["rank".into()]),
        ]
    );
    assert_eq!(table.uniques().next().unwrap().comment.as_deref(), Some("one name in a garden"));
    let [check] = &table.checks().collect::<Vec<_>>()[..] else { panic!("one check: {table:?}") };
    assert_eq!((check.name.as_ref(), &check.expression), (Some(&"ck_bed_width".into()), &"width > 0".into()));
    assert_eq!(table.primary_key().unwrap().name, Some("pk_bed".into()));

    let [garden, other] = &table.foreign_keys().collect::<Vec<_>>()[..] else {
        panic!("two keys: {table:?}")
    };
    assert_eq!((&garden.name, garden.on_delete), (&Some("fk_bed_garden".into()), Action::NoAction));
    assert_eq!((&other.name, other.on_delete), (&None, Action::Cascade));
    assert_eq!(
        (&other.referred_table, &other.columns),
        (&"app.garden".into(), &vec!["other_garden_id".into()])
    );
}

#[test]
fn a_column_says_what_sea_orm_cannot() {
    let table = bed();
    let column = |name: &str| table.column(&name.into()).unwrap();
    assert_eq!(column("id").default, Some(ServerDefault::Identity(Identity::default())));
    assert_eq!(column("lineage").ty, Type::Json.on(Dialect::Postgres, Type::Jsonb));
    assert_eq!(column("lineage").comment.as_deref(), Some("as a tree"));
    assert_eq!(column("name").collation.as_deref(), Some("C"));
    assert_eq!(column("name").default, Some(ServerDefault::Literal("bed".into())));
    assert_eq!(column("order").ty, Type::Text.into());
    assert_eq!(column("order").default, Some(ServerDefault::Expression("lower('A')".into())));
    assert_eq!(
        column("area").default,
        Some(ServerDefault::Computed { expression: "width * length".into(), stored: true })
    );
    assert_eq!(column("rank").default, None);
}

#[test]
fn a_table_has_a_comment_and_options_for_sqlite() {
    let table = bed();
    assert_eq!(table.comment.as_deref(), Some("where things grow"));
    assert!(table.options.is_autoincrement && table.options.is_strict && table.options.is_without_rowid);
}

fn check_index(name: &str, parts: &[IndexPart]) {
    let table = bed();
    let index = &table.indexes[name];
    assert_eq!(index.parts, parts, "index `{name}`");
    assert!(!index.is_unique);
    assert_eq!(index.predicate, None);
}

fn bed() -> Table {
    table_of::<bed::Entity>().unwrap()
}
