//! What is read of an entity by its type: once, as values. Everything else works on these values, so that the compiler makes
//! little code for each entity.

use std::any;

use cucurbit::schema::{Ident, TableName};
use sea_orm::{
    ColumnDef, ColumnTrait, DbBackend, EntityTrait, IdenStatic, Iterable, ModelTrait, PrimaryKeyToColumn,
    PrimaryKeyTrait, RelationDef, RelationTrait, Schema,
    sea_query::{self, ArrayType, ColumnType, Expr, IndexCreateStatement},
};

/// An entity.
pub(crate) struct Entity {
    /// The path of its type.
    pub(crate) rust: &'static str,
    pub(crate) table: TableName,
    pub(crate) comment: Option<String>,
    pub(crate) columns: Vec<EntityColumn>,
    pub(crate) key: Vec<Ident>,
    /// Whether SeaORM takes the key for one that the database numbers.
    pub(crate) is_numbered: bool,
    /// Its relations by their names.
    pub(crate) relations: Vec<(String, RelationDef)>,
    /// What `indexed` and `unique_key` mean, for which there is no getter.
    pub(crate) indexes: Vec<IndexCreateStatement>,
}

/// A column of an entity.
pub(crate) struct EntityColumn {
    pub(crate) name: Ident,
    pub(crate) definition: ColumnDef,
    /// The same as sea-query has it, with what SeaORM has no getter for.
    pub(crate) statement: sea_query::ColumnDef,
    /// What the field is among SeaORM's values; nothing for a vector, of which SeaORM must not be asked: it panics.
    pub(crate) value: Option<ArrayType>,
    /// What SeaORM makes of [`probe`] where it reads and where it writes the column.
    pub(crate) converted: [Expr; 2],
}

/// What the database would be handed.
pub(crate) fn probe() -> Expr {
    Expr::cust("v")
}

/// Reads an entity.
pub(crate) fn entity<E: EntityTrait>() -> Entity {
    // The database does not matter to what is read of its statements.
    let schema = Schema::new(DbBackend::Postgres);
    let mut columns = Vec::new();
    for column in E::Column::iter() {
        let definition = column.def();
        columns.push(EntityColumn {
            name: column.as_str().into(),
            statement: schema.get_column_def::<E>(column),
            value: (!is_vector(&definition)).then(|| <E::Model as ModelTrait>::get_value_type(column)),
            converted: [column.select_as(probe()), column.save_as(probe())],
            definition,
        });
    }
    let mut key = Vec::new();
    for part in E::PrimaryKey::iter() {
        key.push(part.into_column().as_str().into());
    }
    let mut relations = Vec::new();
    for relation in E::Relation::iter() {
        relations.push((relation.name(), relation.def()));
    }
    let entity = E::default();
    Entity {
        rust: any::type_name::<E>(),
        table: table_name::<E>(),
        comment: entity.comment().map(str::to_owned),
        columns,
        key,
        is_numbered: E::PrimaryKey::auto_increment(),
        relations,
        indexes: schema.create_index_from_entity(entity),
    }
}

/// Returns the name of an entity's table.
pub(crate) fn table_name<E: EntityTrait>() -> TableName {
    let entity = E::default();
    match entity.schema_name() {
        Some(schema) => TableName::qualified(schema, entity.table_name()),
        None => TableName::new(entity.table_name()),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the list is SeaORM's and may grow")]
fn is_vector(definition: &ColumnDef) -> bool {
    match definition.get_column_type() {
        ColumnType::Vector(_) => true,
        ColumnType::Custom(name) => {
            // `tsvector`, a text in Rust, is another thing.
            let name = name.to_string().to_ascii_lowercase();
            ["vector", "halfvec", "sparsevec"].iter().any(|word| name.starts_with(word))
        }
        _ => false,
    }
}
