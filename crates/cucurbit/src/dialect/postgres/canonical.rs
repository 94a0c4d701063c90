//! How PostgreSQL would store a schema, as far as that can be told without a server.

use std::collections::{BTreeMap, BTreeSet};

use super::{constant, expression, names, operator_class, sequence, types};
use crate::{
    dialect::{Canonical, Server},
    schema::{
        Column, Constraint, Dialect, Expression, ForeignKey, Ident, Identity, Index, IndexKey, IndexPart,
        Literal, Nulls, ObjectName, OnConflict, Order, PrimaryKey, Schema, Serial, ServerDefault, Table,
        TableName, TableOptions, Type, Unique, named::Named,
    },
};

/// Puts a schema into PostgreSQL's spelling.
///
/// Checks keep their places in the list, by which a question names them; the other lists are sorted in the form.
pub(crate) fn canonical(schema: Schema, server: &Server) -> Canonical {
    let public = Ident::new("public");
    let own = server.current_schema.as_ref().unwrap_or(&public);
    let Schema { tables, enums, sequences, namespaces, external: _, remarks: _, unsaid: _, uncounted } =
        schema;
    let mut canonical = Canonical::new(Dialect::Postgres);
    for name in namespaces.into_iter().filter(|name| name != own) {
        canonical.form.namespaces.insert(names::cut_of(name.clone()));
        canonical.as_written.namespaces.insert(name);
    }
    for mut name in uncounted.0 {
        unqualified(&mut name, own);
        canonical.form.uncounted.0.insert(name);
    }
    add_all(&mut canonical, enums, own, |_| ());
    add_all(&mut canonical, sequences, own, |stored| {
        stored.ty = types::stored(&stored.ty);
        stored.options = sequence::stored(&stored.ty, &stored.options);
    });
    let tables = tables.into_values().map(|mut written| {
        in_own_schema(&mut written, own);
        let mut stored = written.clone();
        stored.parts_mut(&mut names::cut_part);
        (written, stored)
    });
    let tables: Vec<(Table, Table)> = tables.collect();
    let borne = names::borne(tables.iter().map(|(_, stored)| stored));
    for (mut written, mut stored) in tables {
        let schema = stored.name.schema.clone();
        let is_borne_once = |name: &Ident| borne.get(&(schema.clone(), name.clone())) == Some(&1);
        forget_generated_names([&mut written, &mut stored], is_borne_once);
        let places = store(&mut stored, own);
        let indexes = written.indexes.keys().map(|name| (names::cut_of(name.clone()), name.clone()));
        let indexes = indexes.filter(|(cut, name)| cut != name).collect();
        canonical.add_table(written, stored, places, indexes);
    }
    canonical
}

/// Adds the objects of a kind; `store` puts into PostgreSQL's spelling what only this kind has.
fn add_all<T: Named>(
    canonical: &mut Canonical,
    all: BTreeMap<ObjectName, T>,
    own: &Ident,
    store: impl Fn(&mut T),
) {
    for mut written in all.into_values() {
        unqualified(written.name_mut(), own);
        let mut stored = written.clone();
        names::cut_object(stored.name_mut());
        without_empty(stored.comment_mut());
        store(&mut stored);
        canonical.add(written, stored);
    }
}

/// The connection's own schema is where a name without one is looked for.
fn in_own_schema(table: &mut Table, own: &Ident) {
    unqualified(&mut table.name, own);
    table.constraints.foreign_keys_mut().for_each(|key| unqualified(&mut key.referred_table, own));
}

fn unqualified(name: &mut TableName, own: &Ident) {
    name.schema = name.schema.take().filter(|schema| schema != own);
}

/// Takes away the names that the server chose, and the unique constraints that it would not make: of a table as it was
/// written, and of the same table with its names cut, which tells.
fn forget_generated_names([written, cut]: [&mut Table; 2], is_borne_once: impl Fn(&Ident) -> bool) {
    let mut given = BTreeSet::new();
    // Read in the order of their names, one with a number comes first where the number made the cut longer.
    let mut known = None;
    while known != Some(given.len()) {
        known = Some(given.len());
        for place in 0..cut.constraints.len() {
            if names::is_given(cut, &cut.constraints[place], &mut given, &is_borne_once) {
                written.constraints[place].forget_name();
                cut.constraints[place].forget_name();
            }
        }
    }
    for (column, cut_column) in written.columns.iter_mut().zip(&mut cut.columns) {
        let generated = names::generated_sequence(&cut.name, &cut_column.name);
        forget_own_sequence(column, &generated);
        forget_own_sequence(cut_column, &generated);
    }
    for place in repeated(cut).into_iter().rev() {
        written.constraints.remove(place);
        cut.constraints.remove(place);
    }
}

/// Finds the unique constraints that say a key again: CREATE TABLE makes one index of them
/// (`transformIndexConstraints` in parse_utilcmd.c).
fn repeated(table: &Table) -> Vec<usize> {
    let key_as_unique = |key: &PrimaryKey| {
        let PrimaryKey { name: _, columns, include, deferral, on_conflict: _, comment: _ } = key.clone();
        Unique { include, deferral, ..Unique::new(columns) }
    };
    let mut kept: Vec<Unique> = table.primary_key().into_iter().map(key_as_unique).collect();
    let repeated = table.constraints.iter().enumerate().filter(|(_, constraint)| {
        let Constraint::Unique(unique) = constraint else { return false };
        let unnamed = Unique { name: None, comment: None, on_conflict: OnConflict::Abort, ..unique.clone() };
        let is_repeated = unique.name.is_none() && kept.contains(&unnamed);
        kept.push(unnamed);
        is_repeated
    });
    repeated.map(|(place, _)| place).collect()
}

/// Takes away what of a column's own sequence is as SERIAL makes it.
fn forget_own_sequence(column: &mut Column, generated: &Ident) {
    let Column { ty: own, default, .. } = column;
    if let Some(ServerDefault::Serial(Serial { name, ty, options: _ })) = default {
        name.take_if(|name| names::cut_of(name.clone()) == *generated);
        ty.take_if(|ty| types::stored(ty) == types::stored(own.on(Dialect::Postgres)));
    }
}

/// Returns where each constraint stood before.
fn store(table: &mut Table, own: &Ident) -> Vec<usize> {
    for column in &mut table.columns {
        store_column(column, own);
    }
    let Table { columns, constraints, indexes, .. } = table;
    for key in constraints.primary_keys() {
        for column in columns.iter_mut().filter(|column| key.columns.contains(&column.name)) {
            column.nullable = false;
        }
    }
    constraints.iter_mut().for_each(|constraint| store_constraint(constraint, columns));
    let places = constraints.sort_by_key(|constraint| {
        let name = constraint.name().cloned();
        match constraint {
            // Checks stay in the order in which they were made.
            Constraint::Check(_) | Constraint::PrimaryKey(_) => (Vec::new(), None, Vec::new(), None),
            Constraint::Exclusion(_) => (Vec::new(), None, Vec::new(), name),
            Constraint::ForeignKey(key) => {
                let referred = (Some(key.referred_table.clone()), key.referred_columns.clone());
                (key.columns.clone(), referred.0, referred.1, name)
            }
            Constraint::Unique(unique) => (unique.columns.clone(), None, Vec::new(), name),
        }
    });
    indexes.values_mut().for_each(|index| store_index(index, columns));
    without_empty(&mut table.comment);
    table.options = TableOptions { is_unlogged: table.options.is_unlogged, ..TableOptions::default() };
    places
}

fn store_constraint(constraint: &mut Constraint, columns: &[Column]) {
    match constraint {
        Constraint::Check(check) => check.expression = resolved(&check.expression),
        Constraint::Exclusion(exclusion) => store_index(&mut exclusion.index, columns),
        Constraint::ForeignKey(key) => store_foreign_key(key),
        // What SQLite does with a row that breaks a key is nothing here.
        Constraint::PrimaryKey(key) => key.on_conflict = OnConflict::Abort,
        Constraint::Unique(unique) => unique.on_conflict = OnConflict::Abort,
    }
    without_empty(constraint.comment_mut());
}

/// ON DELETE SET NULL of all columns is that of none in particular; of some, their order says nothing.
fn store_foreign_key(key: &mut ForeignKey) {
    let is_named = |column: &&Ident| key.on_delete_columns.contains(column);
    let named: Vec<Ident> = key.columns.iter().filter(is_named).cloned().collect();
    key.on_delete_columns = if named.len() == key.columns.len() { Vec::new() } else { named };
}

fn store_column(column: &mut Column, own: &Ident) {
    let Column { name: _, ty, nullable, on_conflict, default, collation, comment } = column;
    *on_conflict = OnConflict::Abort;
    let mut stored = types::stored(ty.on(Dialect::Postgres));
    stored.enum_name_mut().into_iter().for_each(|name| unqualified(name, own));
    *default = default.take().and_then(|default| stored_default(&stored, default));
    if matches!(default, Some(ServerDefault::Serial(_) | ServerDefault::Identity(_))) {
        *nullable = false;
    }
    *ty = stored.into();
    *collation = collation.take().filter(|collation| collation != "default");
    without_empty(comment);
}

/// An empty comment removes the comment (manual, COMMENT).
fn without_empty(comment: &mut Option<String>) {
    comment.take_if(|comment| comment.is_empty());
}

fn resolved(expression: &Expression) -> Expression {
    expression::unwrapped(expression.on(Dialect::Postgres)).into()
}

fn stored_default(ty: &Type, default: ServerDefault) -> Option<ServerDefault> {
    Some(match default {
        ServerDefault::Computed { expression, stored } => {
            ServerDefault::Computed { expression: resolved(&expression), stored }
        }
        ServerDefault::Expression(expression) => {
            let expression = resolved(&expression);
            if is_null(&expression.base) {
                return None;
            }
            ServerDefault::Expression(constant::without_own_cast(ty, expression))
        }
        ServerDefault::Identity(Identity { always, options }) => {
            ServerDefault::Identity(Identity { always, options: sequence::stored(ty, &options) })
        }
        ServerDefault::Literal(Literal::Null) => return None,
        ServerDefault::Literal(literal) => {
            let literal = constant::as_value_of(ty, &literal);
            ServerDefault::Expression(constant::printed(ty, &literal).into())
        }
        ServerDefault::Serial(Serial { name, ty: own, options }) => {
            let own = own.map(|own| types::stored(&own));
            let options = sequence::stored(own.as_ref().unwrap_or(ty), &options);
            ServerDefault::Serial(Serial { name, ty: own, options })
        }
    })
}

/// `DEFAULT NULL` is no default; for a VARCHAR the server prints `NULL::character varying`.
fn is_null(sql: &str) -> bool {
    let (head, cast) = sql.split_once("::").unwrap_or((sql, ""));
    let is_type =
        |text: &str| expression::tokens(text).iter().all(|token| token.class == expression::Class::Word);
    head.trim().eq_ignore_ascii_case("null") && is_type(cast)
}

fn store_index(index: &mut Index, columns: &[Column]) {
    let Index {
        name: _,
        is_unique: _,
        method,
        parts,
        include: _,
        is_nulls_not_distinct: _,
        parameters,
        predicate,
        is_invalid: _,
        comment,
    } = index;
    without_empty(comment);
    *method = method.take().map(|method| method.to_lowercase()).filter(|method| method != "btree");
    *parameters = std::mem::take(parameters).into_iter().map(stored_parameter).collect();
    for IndexPart { key, collation, operator_class, order, nulls } in parts {
        // NULLs stand last upwards and first downwards (manual, CREATE INDEX).
        let usual = match order {
            Order::Ascending => Nulls::Last,
            Order::Descending => Nulls::First,
        };
        *nulls = nulls.filter(|nulls| *nulls != usual);
        if let IndexKey::Expression(expression) = key {
            let expression = resolved(expression);
            *key = match only_column(&expression.base, columns) {
                Some(column) => IndexKey::Column(column),
                None => IndexKey::Expression(expression),
            };
        }
        let column = match &*key {
            IndexKey::Column(name) => columns.iter().find(|column| column.name == *name),
            IndexKey::Expression(_) => None,
        };
        let own = column.and_then(|column| column.collation.as_deref());
        *collation = collation.take().filter(|collation| collation != own.unwrap_or("default"));
        let ty = column.map(|column| &column.ty.base);
        *operator_class = operator_class
            .take()
            .map(|class| operator_class::stored(&class))
            .filter(|class| ty.is_none_or(|ty| !operator_class::is_own(class, ty)));
    }
    *predicate = predicate.as_ref().map(resolved);
}

/// Names of storage parameters are words; the server keeps the text of a value, whatever it means.
fn stored_parameter((name, value): (String, String)) -> (String, String) {
    let value = match value.to_lowercase().as_str() {
        "false" | "no" | "off" => "off".to_owned(),
        "on" | "true" | "yes" => "on".to_owned(),
        _ => value,
    };
    (name.to_lowercase(), value)
}

/// The column that an expression is, if it is nothing else: the server stores it as a column.
fn only_column(sql: &str, columns: &[Column]) -> Option<Ident> {
    let names: Vec<&Ident> = columns.iter().map(|column| &column.name).collect();
    match expression::tokens(sql).as_slice() {
        [_] => expression::columns_in(sql, &names).into_iter().next(),
        [] | [_, _, ..] => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{TableBuilder, build::*};

    fn form(table: Table) -> Table {
        let name = table.name.clone();
        let canonical = Dialect::Postgres.canonical(Schema::from_tables([table]));
        let (found, table) = canonical.form().tables.first_key_value().expect("one table goes in");
        assert_eq!(found.name, name.name);
        table.clone()
    }

    #[test]
    fn two_spellings_of_one_table_have_one_form() {
        let one = form(TableBuilder::build("public.plant", |table| {
            table.column(integer("id").nullable());
            table.column(float("height").on(Dialect::Sqlite, Type::Text).default(-1));
            table.column(string("name", 20).default("it's").comment(""));
            table.primary_key(["id"]).named("plant_pkey");
            table.unique(["name", "height"]);
            table.unique(["height"]).named("plant_height_key");
            table.foreign_key(["id"], "public.tree", ["id"]).named("plant_id_fkey");
            table.index(Index::new("ix", vec![expression("(height)").descending().nulls(Nulls::First)]));
            table.strict();
        }));
        let other = form(TableBuilder::build("plant", |table| {
            table.column(integer("id"));
            table.column(double("height").default_expression("'-1'::integer"));
            table.column(string("name", 20).default_expression("('it''s'::character varying)"));
            table.primary_key(["id"]);
            table.unique(["height"]);
            table.unique(["name", "height"]);
            table.foreign_key(["id"], "tree", ["id"]);
            table.index(Index::new("ix", vec![key("height").descending()]));
        }));
        assert_eq!(one, other);
    }

    #[test]
    fn a_generated_name_is_in_neither_and_a_chosen_one_in_both() {
        let table = TableBuilder::build("plant", |table| {
            table.column(integer("id"));
            table.primary_key(["id"]).named("plant_pkey");
            table.check("id > 0").named("plant_id_check");
            table.check("id > 1").named("positive");
        });
        let canonical = Dialect::Postgres.canonical(Schema::from_tables([table]));
        for schema in [canonical.as_written(), canonical.form()] {
            let table = &schema.tables[&TableName::new("plant")];
            assert_eq!(table.primary_key().map(|key| key.name.clone()), Some(None));
            assert_eq!(table.checks().next().unwrap().name, None);
            assert_eq!(table.checks().nth(1).unwrap().name, Some("positive".into()));
        }
    }

    #[test]
    fn canonical_twice_is_canonical_once() {
        let long = "n".repeat(70);
        let table = TableBuilder::build(long.as_str(), |table| {
            table.column(column(&long, Type::Char { length: None }).default("x"));
            table.column(integer("null").default(Literal::Null).nullable());
            table.unique([long.as_str()]).named(format!("{}_{}_key", "n".repeat(29), "n".repeat(29)));
        });
        let once = Dialect::Postgres.canonical(Schema::from_tables([table]));
        let twice = Dialect::Postgres.canonical(once.form().clone());
        assert_eq!(once.form(), twice.form());
        let table = once.form().tables.values().next().expect("one table goes in");
        assert_eq!(table.name.name.as_str().len(), names::LONGEST);
        assert_eq!(table.uniques().next().unwrap().name, None);
        assert_eq!(table.columns[1].default, None);
    }
}
