//! Foreign keys as SeaORM's relations declare them.

use cucurbit::schema::{Action, ForeignKey, Ident, TableName};
use sea_orm::{
    Identity, RelationDef,
    sea_query::{self, ForeignKeyAction, SchemaName, TableRef},
};

use crate::{ModelError, read::Entity};

/// Returns the foreign keys of an entity, in the order of its relations.
///
/// The rule is SeaORM's own, `!is_owner && !skip_fk` (its `is_owner` is set at the end that does *not* hold the key),
/// with two differences: SeaORM cannot create two keys of one name, so of two relations that follow one key the one
/// without a condition of its own declares it; and an entity may borrow the relations of another one, whose keys are not
/// its own, though SeaORM would try to create them.
pub(crate) fn foreign_keys(entity: &Entity) -> Result<Vec<ForeignKey>, ModelError> {
    let starts_here =
        |relation: &RelationDef| table_name(&relation.from_tbl).is_none_or(|from| from == entity.table);
    let is_key = |relation: &&RelationDef| !relation.is_owner && !relation.skip_fk && starts_here(relation);
    let relations = || entity.relations.iter().map(|(_, relation)| relation).filter(is_key);
    let mut keys = Vec::new();
    for relation in relations() {
        let is_way_to_join = relation.on_condition.is_some();
        if is_way_to_join
            && relations().any(|other| other.on_condition.is_none() && have_one_name(relation, other))
        {
            continue;
        }
        let key = foreign_key(entity.rust, relation)?;
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    Ok(keys)
}

/// Tells whether SeaORM would give the keys of two relations of one entity the same name.
fn have_one_name(one: &RelationDef, other: &RelationDef) -> bool {
    one.fk_name == other.fk_name
        && (one.fk_name.is_some() || idents(&one.from_col) == idents(&other.from_col))
}

/// A relation of an entity by its name, with the table that it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) relation: String,
    /// The columns that it starts from.
    pub(crate) columns: Vec<Ident>,
    pub(crate) table: TableName,
}

/// Lists where the relations of an entity lead to, whichever end holds the key.
pub(crate) fn related(entity: &Entity) -> Vec<Named> {
    let named = |(relation, definition): &(String, RelationDef)| {
        let table = table_name(&definition.to_tbl)?;
        Some(Named { relation: relation.clone(), columns: idents(&definition.from_col), table })
    };
    entity.relations.iter().filter_map(named).collect()
}

fn foreign_key(entity: &'static str, relation: &RelationDef) -> Result<ForeignKey, ModelError> {
    let columns = idents(&relation.from_col);
    let referred_columns = idents(&relation.to_col);
    if columns.len() != referred_columns.len() {
        return Err(ModelError::ForeignKeyColumns { entity, columns, referred_columns });
    }
    let Some(referred_table) = table_name(&relation.to_tbl) else {
        return Err(ModelError::ForeignKeyTarget { entity, columns });
    };
    let (Some(on_delete), Some(on_update)) =
        (action(relation.on_delete.as_ref()), action(relation.on_update.as_ref()))
    else {
        return Err(ModelError::ForeignKeyAction { entity, columns });
    };
    Ok(ForeignKey {
        name: relation.fk_name.clone().map(Ident::from),
        on_delete,
        on_update,
        ..ForeignKey::new(columns, referred_table, referred_columns)
    })
}

fn idents(columns: &Identity) -> Vec<Ident> {
    columns.iter().map(|column| Ident::new(column.to_string())).collect()
}

/// Returns a table's name; `None` for a subquery, and for a table of another database.
fn table_name(table: &TableRef) -> Option<TableName> {
    let TableRef::Table(sea_query::TableName(schema, name), _alias) = table else { return None };
    match schema {
        None => Some(TableName::new(name.to_string())),
        Some(SchemaName(None, schema)) => Some(TableName::qualified(schema.to_string(), name.to_string())),
        Some(SchemaName(Some(_), _)) => None,
    }
}

/// Returns what stands for an action; `None` for one that SQL has got since.
fn action(action: Option<&ForeignKeyAction>) -> Option<Action> {
    match action {
        Some(ForeignKeyAction::Cascade) => Some(Action::Cascade),
        None | Some(ForeignKeyAction::NoAction) => Some(Action::NoAction),
        Some(ForeignKeyAction::Restrict) => Some(Action::Restrict),
        Some(ForeignKeyAction::SetDefault) => Some(Action::SetDefault),
        Some(ForeignKeyAction::SetNull) => Some(Action::SetNull),
        // The list is SeaORM's and may grow; an action that we do not know is refused and not guessed.
        Some(_) => None,
    }
}
