//! The locks and the cost of PostgreSQL's statements, from the schema before them.
//!
//! The modes are the server's own (`AlterTableGetLockLevel` in `tablecmds.c`, and the manual's pages of each statement),
//! which a test compares with `pg_locks` for every statement of every case. No SQL is read but the expressions of a
//! schema, for the functions in them.

use super::{
    define::{self, text},
    expression, names, shadowed, types,
};
use crate::{
    dialect::{
        Done, Effect, LockMode, Locked, Mode, Statement,
        postgres::sql::{qualified, quoted},
    },
    operation::{BulkInsert, Concurrency},
    schema::{
        Check, Column, Constraint, Dialect, Expression, ForeignKey, Ident, Index, IndexKey, Literal, Match,
        ObjectName, PrimaryKey, Schema, ServerDefault, Table, TableName, Type,
    },
};

/// Functions that are not volatile, and words of SQL that stand before parentheses: a default of these is computed once for
/// all rows that are there. Any other function may be volatile, as those that people make are unless they say otherwise.
const ONCE: [&str; 50] = [
    "abs",
    "age",
    "all",
    "and",
    "any",
    "array",
    "array_append",
    "array_cat",
    "as",
    "bool",
    "btrim",
    "cast",
    "ceil",
    "char_length",
    "coalesce",
    "concat",
    "current_setting",
    "current_time",
    "current_timestamp",
    "date_part",
    "date_trunc",
    "decode",
    "encode",
    "extract",
    "floor",
    "format",
    "greatest",
    "in",
    "json_build_array",
    "json_build_object",
    "jsonb_build_array",
    "jsonb_build_object",
    "least",
    "length",
    "localtime",
    "localtimestamp",
    "lower",
    "make_date",
    "make_interval",
    "make_timestamp",
    "md5",
    "now",
    "nullif",
    "numeric",
    "repeat",
    "replace",
    "round",
    "to_char",
    "transaction_timestamp",
    "upper",
];

/// Types whose names may be followed by their length or precision.
const SIZED: [&str; 10] =
    ["bit", "char", "character", "decimal", "interval", "numeric", "time", "timestamp", "varbit", "varchar"];

/// Types of extensions that are used much. None of them is a domain, nor is one of the server's own.
const OF_EXTENSIONS: [&str; 6] = ["citext", "cube", "geometry", "hstore", "ltree", "vector"];

/// The effect of what needs a table for itself and reads no row of it: renames, defaults, what takes NULL again.
pub(super) fn alters(table: &TableName) -> Effect {
    Effect::on(table, LockMode::AccessExclusive)
}

/// ALTER TABLE with the effect of what needs a table for itself and reads no row of it.
pub(super) fn alter_table(table: &TableName, change: &str) -> Statement {
    Statement::new(format!("ALTER TABLE {} {change}", qualified(table))).effect(alters(table))
}

/// The effect of what changes nothing but the catalogue's words about a table: comments on it and its columns.
pub(super) fn remarks(table: &TableName) -> Effect {
    Effect::on(table, LockMode::ShareUpdateExclusive)
}

/// The effect of CREATE TABLE, which makes no foreign key that does not look at rows.
pub(super) fn creates_table(schema: &Schema, table: &Table) -> Effect {
    let keys = table.foreign_keys().filter(|key| !key.is_not_valid && referred(schema, key) != table.name);
    and_referred(Effect::none(), schema, keys, LockMode::ShareRowExclusive)
}

/// The effect of DROP TABLE: the triggers of its foreign keys on other tables go.
pub(super) fn drops_table(schema: &Schema, table: &Table) -> Effect {
    and_referred(alters(&table.name), schema, table.foreign_keys(), LockMode::AccessExclusive)
}

/// Adds the locks of the tables that foreign keys refer to.
fn and_referred<'k>(
    effect: Effect,
    schema: &Schema,
    keys: impl Iterator<Item = &'k ForeignKey>,
    mode: LockMode,
) -> Effect {
    keys.fold(effect, |effect, key| effect.and(&referred(schema, key), mode))
}

/// The effect of ADD COLUMN.
///
/// A domain with a constraint, of which a schema knows the name alone, is checked for every row.
pub(super) fn adds_column(schema: &Schema, table: &TableName, column: &Column) -> Effect {
    let effect = alters(table);
    if may_be_domain(schema, column.ty.on(Dialect::Postgres)) {
        return effect.rewrites(table);
    }
    let is_filled = match &column.default {
        Some(ServerDefault::Serial(_) | ServerDefault::Identity(_)) => return effect.rewrites(table),
        Some(ServerDefault::Computed { stored, expression: _ }) if *stored => return effect.rewrites(table),
        Some(ServerDefault::Expression(sql)) if may_be_volatile(sql) => return effect.rewrites(table),
        Some(ServerDefault::Computed { .. } | ServerDefault::Expression(_)) => true,
        Some(ServerDefault::Literal(value)) => *value != Literal::Null,
        None => false,
    };
    if column.nullable || is_filled { effect } else { effect.scans(table) }
}

/// DROP COLUMN with its effect.
pub(super) fn drop_column(schema: &Schema, table: &Table, column: &Ident) -> Statement {
    let sql = format!("ALTER TABLE {} DROP COLUMN {}", qualified(&table.name), quoted(column));
    Statement::new(sql).effect(drops_column(schema, table, column))
}

/// The effect of DROP COLUMN: foreign keys that it is a part of go with it.
pub(super) fn drops_column(schema: &Schema, table: &Table, column: &Ident) -> Effect {
    let keys = table.foreign_keys().filter(|key| key.columns.contains(column));
    and_referred(alters(&table.name), schema, keys, LockMode::AccessExclusive)
}

/// The effect of SET NOT NULL.
pub(super) fn refuses_null(table: &TableName, is_nullable: bool) -> Effect {
    let effect = alters(table);
    if is_nullable { effect.scans(table) } else { effect }
}

/// The effect of an UPDATE of a column.
pub(super) fn updates(table: &TableName) -> Effect {
    Effect::on(table, LockMode::RowExclusive).scans(table).writes(table)
}

/// The effect of an INSERT: a row that refers to another locks the other, where its foreign key is not NULL.
pub(super) fn inserts(schema: &Schema, insert: &BulkInsert) -> Effect {
    let effect = Effect::on(&insert.table, LockMode::RowExclusive).writes(&insert.table);
    let Some(table) = schema.table(&insert.table) else { return effect };
    let is_given = |row: &[Literal], column: &Ident| match insert.columns.iter().position(|one| one == column)
    {
        Some(place) => row.get(place).is_some_and(|value| *value != Literal::Null),
        None => table.column(column).is_some_and(|column| {
            column.default.as_ref().is_some_and(|default| *default != ServerDefault::Literal(Literal::Null))
        }),
    };
    let is_looked_up = |key: &&ForeignKey| {
        insert.rows.iter().any(|row| match key.matching {
            Match::Simple => key.columns.iter().all(|column| is_given(row, column)),
            Match::Full => key.columns.iter().any(|column| is_given(row, column)),
        })
    };
    and_referred(effect, schema, table.foreign_keys().filter(is_looked_up), LockMode::RowShare)
}

/// ADD of a constraint with its effect; `schema` is without it, or has its name.
pub(super) fn add_constraint(schema: &Schema, table: &TableName, constraint: &Constraint) -> Statement {
    let sql = format!("ALTER TABLE {} ADD {}", qualified(table), define::constraint(constraint));
    Statement::new(sql).effect(adds_constraint(schema, table, constraint))
}

fn adds_constraint(schema: &Schema, table: &TableName, constraint: &Constraint) -> Effect {
    let effect = match constraint {
        Constraint::ForeignKey(key) => return adds_foreign_key(schema, table, key),
        Constraint::Check(Check { is_not_valid, .. }) => {
            return if *is_not_valid { alters(table) } else { alters(table).scans(table) };
        }
        Constraint::PrimaryKey(PrimaryKey { columns, .. }) => {
            let owner = schema.table(table);
            let column = |name| owner.and_then(|owner| owner.column(name));
            let takes_null = |name| column(name).is_some_and(|column| column.nullable);
            refuses_null(table, columns.iter().any(takes_null))
        }
        Constraint::Unique(_) | Constraint::Exclusion(_) => alters(table),
    };
    let chosen = || schema.table(table).map(|owner| names::choose(schema, owner, constraint));
    let name = constraint.index_name().cloned().or_else(chosen);
    name.into_iter().fold(effect, |effect, name| effect.builds(table.sibling(name)))
}

/// Both tables get triggers; the rows of both are looked at, to find those that refer to nothing.
fn adds_foreign_key(schema: &Schema, table: &TableName, key: &ForeignKey) -> Effect {
    let referred = referred(schema, key);
    let effect = Effect::on(table, LockMode::ShareRowExclusive).and(&referred, LockMode::ShareRowExclusive);
    if key.is_not_valid { effect } else { effect.scans(table).scans(&referred) }
}

/// The effect of VALIDATE CONSTRAINT, which does nothing more where the constraint is valid.
pub(super) fn validates(schema: &Schema, table: &TableName, constraint: &Constraint) -> Effect {
    let effect = Effect::on(table, LockMode::ShareUpdateExclusive);
    if !constraint.is_not_valid() {
        return effect;
    }
    let effect = effect.scans(table);
    let Constraint::ForeignKey(key) = constraint else { return effect };
    let referred = referred(schema, key);
    effect.and(&referred, LockMode::RowShare).scans(&referred)
}

/// DROP CONSTRAINT with its effect, of one that is in the schema under this name.
pub(super) fn drop_constraint(schema: &Schema, table: &TableName, name: &Ident) -> Statement {
    let named = schema.table(table).into_iter().flat_map(Table::foreign_keys);
    let key = named.filter(|key| key.name.as_ref() == Some(name));
    let sql = format!("ALTER TABLE {} DROP CONSTRAINT {}", qualified(table), quoted(name));
    Statement::new(sql).effect(and_referred(alters(table), schema, key, LockMode::AccessExclusive))
}

/// CREATE INDEX with its effect.
pub(super) fn create_index(table: &TableName, index: &Index, concurrency: Concurrency) -> Statement {
    let mode = if concurrency.is_concurrent { LockMode::ShareUpdateExclusive } else { LockMode::Share };
    let effect = Effect::on(table, mode).builds(table.sibling(index.name.clone()));
    let done = Done::IndexIsThere {
        table: table.clone(),
        index: index.name.clone(),
        is_unique: index.is_unique,
        definition: define::index_definition(index),
    };
    let create = Statement::new(define::create_index(table, index, concurrency)).effect(effect);
    if concurrency.is_concurrent { while_others_write(create, done) } else { create }
}

/// What is done while others write is done outside any transaction (manual, CREATE INDEX).
fn while_others_write(statement: Statement, done: Done) -> Statement {
    statement.mode(Mode::OutsideTransaction).done(done)
}

/// REINDEX CONCURRENTLY with its effect.
pub(super) fn build_index_again(table: &TableName, index: &Ident) -> Statement {
    let name = table.sibling(index.clone());
    let effect = about_index(table, index, LockMode::ShareUpdateExclusive)
        .and(table, LockMode::ShareUpdateExclusive)
        .builds(name.clone());
    let sql = format!("REINDEX INDEX CONCURRENTLY {}", qualified(&name));
    while_others_write(Statement::new(sql).effect(effect), Done::IndexIsBuilt { index: name })
}

/// DROP INDEX with its effect.
pub(super) fn drop_index(table: &TableName, index: &Ident, concurrency: Concurrency) -> Statement {
    let (how, mode) = match concurrency.is_concurrent {
        true => ("CONCURRENTLY ", LockMode::ShareUpdateExclusive),
        false => ("", LockMode::AccessExclusive),
    };
    let sql = format!("DROP INDEX {how}{}", qualified(&table.sibling(index.clone())));
    let drop = Statement::new(sql).effect(about_index(table, index, mode).and(table, mode));
    let done = Done::IndexIsGone { index: table.sibling(index.clone()) };
    if concurrency.is_concurrent { while_others_write(drop, done) } else { drop }
}

/// The effect of what is about an index and leaves its table alone.
pub(super) fn about_index(table: &TableName, index: &Ident, mode: LockMode) -> Effect {
    Effect::lock(Locked::Index(table.sibling(index.clone())), mode)
}

/// The effect of what is about a sequence.
pub(super) fn about_sequence(name: &ObjectName, mode: LockMode) -> Effect {
    Effect::lock(Locked::Sequence(name.clone()), mode)
}

/// The effect of SET LOGGED and SET UNLOGGED, which look at the tables on the other ends of foreign keys: none may come to
/// refer to a table that is lost in a crash.
pub(super) fn sets_logged(schema: &Schema, table: &Table, is_logged: bool) -> Effect {
    let effect = alters(&table.name).rewrites(&table.name);
    if is_logged {
        return and_referred(effect, schema, table.foreign_keys(), LockMode::AccessShare);
    }
    let refers = |other: &&Table| other.foreign_keys().any(|key| referred(schema, key) == table.name);
    let others = schema.tables.values().filter(refers);
    others.fold(effect, |effect, other| effect.and(&other.name, LockMode::AccessShare))
}

/// A new type of a column.
pub(super) struct Retyped<'r> {
    /// The type before, as it is stored.
    pub(super) from: &'r Type,
    /// The type after.
    pub(super) to: &'r Type,
    /// Whether an expression says how the one becomes the other.
    pub(super) has_using: bool,
    /// Whether the column gets another collation.
    pub(super) has_other_collation: bool,
}

/// The effect of ALTER COLUMN TYPE on the table itself.
pub(super) fn retypes(table: &Table, column: &Ident, retyped: &Retyped<'_>) -> Effect {
    let Retyped { from, to, has_using, has_other_collation } = retyped;
    let name = &table.name;
    if *has_using || is_rewritten(from, to) {
        return alters(name).rewrites(name);
    }
    let is_checked = |one: &&Check| !one.is_not_valid && expression::names_column(&one.expression, column);
    let effect =
        if table.checks().any(|one| is_checked(&one)) { alters(name).scans(name) } else { alters(name) };
    rebuilt_indexes(table, column, *has_other_collation)
        .fold(effect, |effect, index| effect.builds(name.sibling(index.clone())))
}

/// Lists the indexes that are built again though the rows stay: the server keeps one whose columns compare as before, and
/// judges no expression (`CheckIndexCompatible` in `indexcmds.c`).
fn rebuilt_indexes<'t>(
    table: &'t Table,
    column: &'t Ident,
    has_other_collation: bool,
) -> impl Iterator<Item = &'t Ident> {
    let is_rebuilt = move |index: &Index| {
        let is_key = |part: &crate::schema::IndexPart| {
            part.collation.is_none() && matches!(&part.key, IndexKey::Column(one) if one == column)
        };
        let holds = index.columns().any(|one| one == column);
        let has_expressions = index.expressions().next().is_some();
        let is_sorted_by_it = index.parts.iter().any(is_key);
        has_expressions && (holds || expression::index_names_column(index, column))
            || has_other_collation && is_sorted_by_it
    };
    let own = table.indexes.values().filter(move |index| is_rebuilt(index)).map(|index| &index.name);
    let of_constraints = table.constraints.iter().filter(move |one| match one {
        Constraint::PrimaryKey(key) => has_other_collation && key.columns.contains(column),
        Constraint::Unique(one) => has_other_collation && one.columns.contains(column),
        Constraint::Exclusion(one) => is_rebuilt(&one.index),
        Constraint::Check(_) | Constraint::ForeignKey(_) => false,
    });
    own.chain(of_constraints.filter_map(Constraint::index_name))
}

/// Tells whether the values of a type are other bytes in another one (`ATColumnChangeRequiresRewrite` in `tablecmds.c`).
/// What depends on the session, and what types of extensions mean, is said to be.
fn is_rewritten(from: &Type, to: &Type) -> bool {
    let is_longer = |was: Option<u32>, now: Option<u32>, longest: Option<u32>| match (was, now) {
        (_, None) => true,
        (_, Some(now)) if longest == Some(now) => true,
        (None, Some(_)) => false,
        (Some(was), Some(now)) => was <= now,
    };
    // Digits of a second; without a number there are six.
    let digits = Some(6);
    match (from, to) {
        (from, to) if from == to => false,
        (Type::Text, Type::String { length }) => length.is_some(),
        (Type::String { .. }, Type::Text) => false,
        (Type::String { length: was }, Type::String { length: now }) => !is_longer(*was, *now, None),
        (Type::Decimal { .. }, Type::Decimal { precision: None }) => false,
        (Type::Decimal { precision: Some(was) }, Type::Decimal { precision: Some(now) }) => {
            was.1 != now.1 || was.0 > now.0
        }
        (Type::DateTime { precision: was }, Type::DateTime { precision: now })
        | (Type::DateTimeTz { precision: was }, Type::DateTimeTz { precision: now })
        | (Type::Time { precision: was }, Type::Time { precision: now }) => !is_longer(*was, *now, digits),
        (_, _) => true,
    }
}

/// The effect of a new type of a column on the tables that foreign keys connect it with: the keys are made again, and the
/// rows looked at again where the two types compare otherwise than before.
pub(super) fn retypes_ends(
    schema: &Schema,
    table: &Table,
    column: &Ident,
    (from, to): (&Type, &Type),
    is_dropped: impl Fn(&TableName, &ForeignKey) -> bool,
) -> Effect {
    let mut effect = Effect::none();
    for child in schema.tables.values() {
        for key in child.foreign_keys().filter(|key| !is_dropped(&child.name, key)) {
            let parent = referred(schema, key);
            let is_referred = parent == table.name && referred_columns(table, key).contains(&column);
            if !(is_referred || child.name == table.name && key.columns.contains(column)) {
                continue;
            }
            effect =
                effect.and(&child.name, LockMode::AccessExclusive).and(&parent, LockMode::AccessExclusive);
            if !key.is_not_valid && !compares_alike(from, to) {
                effect = effect.scans(&child.name).scans(&parent);
            }
        }
    }
    effect
}

/// Tells whether two types are compared by the same operators.
fn compares_alike(from: &Type, to: &Type) -> bool {
    let is_text = |ty: &Type| matches!(ty, Type::Text | Type::String { .. });
    is_text(from) && is_text(to) || std::mem::discriminant(from) == std::mem::discriminant(to)
}

/// Lists the columns that a foreign key on this table refers to.
pub(super) fn referred_columns<'k>(table: &'k Table, key: &'k ForeignKey) -> Vec<&'k Ident> {
    match (key.referred_columns.as_slice(), table.primary_key()) {
        ([], Some(primary_key)) => primary_key.columns.iter().collect(),
        (columns, _) => columns.iter().collect(),
    }
}

/// The table that a foreign key refers to, by the name that it has in the schema.
fn referred(schema: &Schema, key: &ForeignKey) -> TableName {
    let name = &key.referred_table;
    if schema.tables.contains_key(name) {
        return name.clone();
    }
    let found = schema.tables.keys().find(|known| super::plan::is_same(known, name));
    found.unwrap_or(name).clone()
}

/// Tells whether a type may be a domain: one that is known by its name alone, and is neither an enum type nor one of the
/// server's.
fn may_be_domain(schema: &Schema, ty: &Type) -> bool {
    let Type::Enum { name } = types::stored(ty) else { return false };
    let is_of_server = name.schema.as_ref().is_some_and(|schema| schema == shadowed::SERVERS);
    let is_of_extension = OF_EXTENSIONS.contains(&name.name.as_str());
    !is_of_server && !is_of_extension && !schema.enums.keys().any(|known| super::plan::is_same(known, &name))
}

/// Tells whether an expression may be another value for each row: whether it has a function that is not known to be the same
/// for all.
fn may_be_volatile(sql: &Expression) -> bool {
    let tokens = expression::tokens(text(sql));
    let is_called = |at: usize| tokens.get(at + 1).is_some_and(|next| next.is_sign("("));
    (0..tokens.len()).filter(|at| is_called(*at)).any(|at| {
        tokens[at]
            .stored_name()
            .is_some_and(|name| !ONCE.contains(&name.as_str()) && !SIZED.contains(&name.as_str()))
    })
}

/// The type of a column as it is stored.
pub(super) fn stored(column: &Column) -> Type {
    types::stored(column.ty.on(Dialect::Postgres))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_differ_from_row_to_row_is_told_by_its_functions() {
        for sql in [
            "now()",
            "CURRENT_TIMESTAMP",
            "'a'::varchar(3)",
            "lower('A') || (1 + 2)",
            "date_trunc('day', now())",
        ] {
            assert!(!may_be_volatile(&sql.into()), "{sql}");
        }
        for sql in
            ["random()", "gen_random_uuid()", "1 + nextval('s')", "\"now\"(clock_timestamp())", "shop.code()"]
        {
            assert!(may_be_volatile(&sql.into()), "{sql}");
        }
    }

    #[test]
    fn rows_stay_where_their_bytes_do() {
        let string = |length| Type::String { length };
        let number = |precision| Type::Decimal { precision };
        for (from, to) in [
            (string(Some(3)), string(Some(3))),
            (string(Some(3)), string(Some(4))),
            (string(Some(3)), Type::Text),
            (Type::Text, string(None)),
            (number(Some((4, 2))), number(Some((6, 2)))),
            (number(Some((4, 2))), number(None)),
            (Type::Time { precision: Some(2) }, Type::Time { precision: None }),
        ] {
            assert!(!is_rewritten(&from, &to), "{from} to {to}");
        }
        for (from, to) in [
            (string(Some(4)), string(Some(3))),
            (Type::Text, string(Some(3))),
            (number(Some((4, 2))), number(Some((4, 1)))),
            (number(None), number(Some((4, 2)))),
            (Type::Integer, Type::BigInteger),
            (Type::DateTimeTz { precision: None }, Type::DateTimeTz { precision: Some(2) }),
            (Type::DateTime { precision: None }, Type::DateTimeTz { precision: None }),
        ] {
            assert!(is_rewritten(&from, &to), "{from} to {to}");
        }
    }
}
