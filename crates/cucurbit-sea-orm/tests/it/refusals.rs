//! Models that are refused. Every message names the entity, and the column or index.

use cucurbit_sea_orm::{ModelError, TableArgs, table_of};

/// Declares a module with an entity of an `id`, the fields and the arguments given.
macro_rules! entity {
    ($module:ident { $($(#[$attribute:meta])* $field:ident: $ty:ty,)* } |$table:ident| $arguments:block) => {
        mod $module {
            use cucurbit_sea_orm::{TableArgs, TableArgsFor};
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
            #[sea_orm(table_name = "refused")]
            pub struct Model {
                #[sea_orm(primary_key)]
                pub id: i32,
                $($(#[$attribute])* pub $field: $ty,)*
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl TableArgs for Entity {
                fn table_args($table: &mut TableArgsFor<Self>) $arguments
            }
            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

entity! {
    year {
        #[sea_orm(column_type = "Year")]
        planted: i32,
    } |_table| {}
}

#[test]
fn a_type_of_another_database_is_refused() {
    let message = "column `planted` of `it::refusals::year::Entity` is of type `Year`, which neither PostgreSQL nor \
                   SQLite has";
    check::<year::Entity>(message);
}

entity! {
    array_of_years {
        #[sea_orm(column_type = "Array(sea_orm::sea_query::RcOrArc::new(ColumnType::Year))")]
        planted: Vec<i32>,
    } |_table| {}
}

#[test]
fn an_array_of_such_a_type_is_refused() {
    let message = "column `planted` of `it::refusals::array_of_years::Entity` is of type `Array(Year)`, which neither \
                   PostgreSQL nor SQLite has";
    check::<array_of_years::Entity>(message);
}

entity! {
    extra {
        #[sea_orm(extra = "COLLATE NOCASE")]
        name: String,
    } |_table| {}
}

#[test]
fn pasted_sql_is_refused_and_not_lost() {
    let message = "column `name` of `it::refusals::extra::Entity` has `extra = \"COLLATE NOCASE\"`, which cannot be \
                   compared";
    check::<extra::Entity>(message);
}

entity! {
    infinite {
        #[sea_orm(default_expr = "f64::INFINITY")]
        limit: f64,
    } |_table| {}
}

#[test]
fn a_default_that_sql_cannot_write_is_refused() {
    let message =
        "the default of `limit` in `it::refusals::infinite::Entity` is `inf`, which SQL cannot write";
    check::<infinite::Entity>(message);
}

entity! {
    same_name {
        name: String,
        email: String,
    } |table| {
        table.index("ix_refused_name").on(Column::Name);
        table.index("ix_refused_name").unique().on(Column::Email);
    }
}

entity! {
    same_declaration {
        name: String,
    } |table| {
        table.index("ix_refused_name").on(Column::Name);
        table.index("ix_refused_name").on(Column::Name);
    }
}

entity! {
    same_definition {
        #[sea_orm(indexed)]
        name: String,
    } |table| {
        table.index("ix_refused_name").on(Column::Name);
    }
}

#[test]
fn defect_12_an_index_declared_twice_is_refused() {
    let message = "`it::refusals::same_name::Entity` declares index `ix_refused_name` twice: on (name), and unique on \
                   (email)";
    check::<same_name::Entity>(message);
    let message = "`it::refusals::same_declaration::Entity` declares index `ix_refused_name` twice: on (name), and on \
                   (name)";
    check::<same_declaration::Entity>(message);
    let message = "`it::refusals::same_definition::Entity` declares indexes `idx-refused-name` and `ix_refused_name`, \
                   which are the same: on (name)";
    check::<same_definition::Entity>(message);
}

entity! {
    different {
        name: String,
    } |table| {
        table.index("a").on(Column::Name);
        table.index("b").unique().on(Column::Name);
        table.index("c").on(Column::Name).predicate("id > 0");
        table.index("d").on([Column::Name, Column::Id]);
        table.index("e").on(cucurbit_sea_orm::desc(Column::Name));
    }
}

#[test]
fn indexes_that_differ_in_anything_are_not_the_same() {
    assert_eq!(table_of::<different::Entity>().unwrap().indexes.len(), 5);
}

entity! {
    on_nothing {} |table| {
        table.index("ix_refused");
    }
}

#[test]
fn an_index_on_nothing_is_refused() {
    check::<on_nothing::Entity>("`it::refusals::on_nothing::Entity` declares index `ix_refused` on nothing");
}

entity! {
    unique_twice {
        #[sea_orm(unique)]
        name: String,
    } |table| {
        table.unique([Column::Name]).named("uq_refused_name");
    }
}

entity! {
    name_twice {
        name: String,
    } |table| {
        table.unique([Column::Name]).named("refused");
        table.check("refused", "id > 0");
    }
}

#[test]
fn a_constraint_declared_twice_is_refused() {
    let message = "`it::refusals::unique_twice::Entity` declares a unique constraint on `name` twice";
    check::<unique_twice::Entity>(message);
    check::<name_twice::Entity>("`it::refusals::name_twice::Entity` declares a constraint `refused` twice");
}

entity! {
    no_such_key {
        name: String,
    } |table| {
        table.name_foreign_key([Column::Name], "fk_refused");
    }
}

#[test]
fn a_name_for_a_foreign_key_that_does_not_exist_is_refused() {
    let message = "`it::refusals::no_such_key::Entity` names a foreign key `fk_refused` on (name), but no relation \
                   declares one there";
    check::<no_such_key::Entity>(message);
}

/// Two relations that say different things of one key.
mod two_actions {
    use cucurbit_sea_orm::TableArgs;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "refused")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub parent_id: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(belongs_to = "Entity", from = "Column::ParentId", to = "Column::Id")]
        Parent,
        #[sea_orm(belongs_to = "Entity", from = "Column::ParentId", to = "Column::Id", on_delete = "Cascade")]
        CascadingParent,
    }

    impl TableArgs for Entity {}
    impl ActiveModelBehavior for ActiveModel {}
}

#[test]
fn two_relations_that_disagree_on_one_key_are_refused() {
    check::<two_actions::Entity>(
        "`it::refusals::two_actions::Entity` declares a foreign key on `parent_id` to `refused` twice",
    );
}

fn check<E: TableArgs>(message: &str) {
    let error: ModelError = table_of::<E>().unwrap_err();
    assert_eq!(error.to_string(), message);
}
