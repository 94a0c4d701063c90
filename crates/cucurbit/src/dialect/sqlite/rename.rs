//! What ALTER TABLE RENAME does to the stored texts, in memory.
//!
//! SQLite resolves names and replaces the tokens that mean the renamed thing, in quotes (sqlite.org/lang_altertable.html,
//! sections 3 and 4). The table's own text, its indexes and foreign keys are certain. In a trigger or a view a name may
//! mean something else; where that cannot be told its text is forgotten (empty), and a plan that needs it says so.

use crate::schema::{Ident, Schema, TableName};

use super::{
    super::{Before, Effect, Originals, PlanError, Session, Statement, sqlite::sql::quoted},
    ddl::{CreateTable, Unreadable, is_column, rename_in_text, with_index_name, with_table},
    memory::{free_name, unreadable},
    token::{Class, Token, mentions, same_name, tokens},
};

/// Renames a column in the texts. `schema` is what was before.
pub(super) fn column(
    originals: &mut Originals,
    schema: &Schema,
    table: &TableName,
    from: &Ident,
    to: &Ident,
) -> Result<(), PlanError> {
    edit_tables(originals, |name, text| {
        if name == table {
            text.rename_column(from, to)
        } else {
            text.rename_referred_column(&table.name, from, to)
        }
    })?;
    for (_, sql) in originals.indexes.values_mut().filter(|(owner, _)| owner == table) {
        let mut after_table = usize::MAX;
        *sql = rename_in_text(sql, to, |tokens, position| {
            if tokens[position].is("ON") && after_table == usize::MAX {
                after_table = position + 1;
            }
            position > after_table && after_table != usize::MAX && is_column(tokens, position, from)
        });
    }
    let others = |text: &str| -> bool {
        schema.tables.values().any(|other| {
            other.name != *table
                && other.columns.iter().any(|column| same_name(&column.name, from))
                && mentions(text, &other.name.name)
        })
    };
    edit_programs(originals, |owner, sql| {
        let is_about = owner.is_some_and(|owner| same_name(owner, &table.name)) || mentions(sql, &table.name);
        if !is_about || !mentions(sql, from) {
            return Some(sql.to_owned());
        }
        let tokens = tokens(sql);
        let is_clear =
            !others(sql) && (0..tokens.len()).all(|at| !tokens[at].names(from) || is_plain(&tokens, at));
        is_clear.then(|| rename_in_text(sql, to, |tokens, at| is_column(tokens, at, from)))
    });
    Ok(())
}

/// Renames a table in the texts. `schema` is what was before.
pub(super) fn table(
    originals: &mut Originals,
    schema: &Schema,
    from: &TableName,
    to: &Ident,
) -> Result<(), PlanError> {
    edit_tables(originals, |_, text| text.rename_table(&from.name, to))?;
    if let Some(text) = originals.tables.remove(from) {
        originals.tables.insert(from.sibling(to.clone()), text);
    }
    for (name, (owner, sql)) in &mut originals.indexes {
        if owner == from {
            *sql = with_table(sql, &quoted(to)).map_err(unreadable(name))?;
            *owner = from.sibling(to.clone());
        }
    }
    let is_a_column = schema
        .tables
        .values()
        .flat_map(|table| &table.columns)
        .any(|column| same_name(&column.name, &from.name));
    edit_programs(originals, |_, sql| {
        if !mentions(sql, &from.name) {
            return Some(sql.to_owned());
        }
        let tokens = tokens(sql);
        let is_alias = (0..tokens.len()).any(|at| {
            tokens[at].names(&from.name) && at > 0 && (tokens[at - 1].is("AS") || tokens[at - 1].is_sign("."))
        });
        (!is_a_column && !is_alias)
            .then(|| rename_in_text(sql, to, |tokens, at| tokens[at].names(&from.name)))
    });
    for trigger in originals.triggers.values_mut() {
        if same_name(&trigger.table, &from.name) {
            trigger.table = to.clone();
        }
    }
    Ok(())
}

/// Writes an ALTER TABLE that renames something or drops a column.
///
/// It reads every view, trigger and index again, and refuses to go on at one that is broken, though it is another table's
/// (sqlite.org/lang_altertable.html, section 2). While the schema may be written, it leaves a broken one as it is.
pub(super) fn statements(originals: &Originals, alter: Statement) -> Vec<Statement> {
    let Originals { tables, indexes, triggers, views } = originals;
    // Read last: these are all texts of the schema, and this is asked for every rename.
    let is_foreign =
        || tables.values().chain(indexes.values().map(|(_, sql)| sql)).any(|sql| needs_more(sql));
    if triggers.is_empty() && views.is_empty() && !is_foreign() {
        return vec![alter];
    }
    let set =
        |value: &str| Statement::new(format!("PRAGMA writable_schema = {value}")).effect(Effect::none());
    vec![set("ON").session(Session::Changed), alter, set("OFF")]
}

/// Writes what fails, before anything is changed, on a connection without the collations and functions that the texts about a
/// table need: they could not be edited, or the table's indexes not be made again.
pub(super) fn probes(originals: &Originals, table: &Ident, with_tables: bool) -> Vec<Statement> {
    let Originals { tables, indexes, triggers: _, views: _ } = originals;
    let probe = free_name(originals, table);
    let is_about = |sql: &&String| with_tables && mentions(sql, table) && needs_more(sql);
    let tables = tables.values().filter(is_about).filter_map(|sql| {
        let mut text = CreateTable::read(sql).ok()?;
        text.set_name(&probe);
        Some(text.to_string())
    });
    let is_own = |(owner, sql): &&(TableName, String)| same_name(&owner.name, table) && needs_more(sql);
    let indexes = indexes.values().filter(is_own).filter_map(|(_, sql)| with_index_name(sql, &probe).ok());
    tables.chain(indexes).map(|sql| Statement::new(format!("EXPLAIN {sql}")).effect(Effect::none())).collect()
}

/// Tells whether a text names a collation or a function that an application may have to bring.
pub(super) fn needs_more(sql: &str) -> bool {
    const COLLATIONS: [&str; 3] = ["BINARY", "NOCASE", "RTRIM"];
    let tokens = tokens(sql);
    let is_known = |known: &[&str], token: &Token<'_>| {
        token.name().is_some_and(|name| known.iter().any(|known| name.as_str().eq_ignore_ascii_case(known)))
    };
    // The names of the index and of its table, or of the table and its columns, stand before.
    tokens.windows(2).any(|pair| pair[0].is("COLLATE") && !is_known(&COLLATIONS, &pair[1]))
        || (1..tokens.len()).any(|at| {
            let [before, open] = [&tokens[at - 1], &tokens[at]];
            open.is_sign("(")
                && matches!(before.class, Class::Word | Class::Name)
                && !is_known(&BUILT_IN, before)
                && !is_of_definition(&tokens, at - 1)
        })
}

/// Tells whether a parenthesis after a word is part of a definition, and no call of a function: `ON plant (`, `CREATE TABLE t
/// (`, `REFERENCES t (`, `CHECK (`, `varchar(`.
fn is_of_definition(tokens: &[Token<'_>], at: usize) -> bool {
    const BEFORE: [&str; 4] = ["ON", "REFERENCES", "TABLE", "EXISTS"];
    const ITSELF: [&str; 12] =
        ["AND", "AS", "CHECK", "DEFAULT", "IN", "KEY", "NOT", "OR", "UNIQUE", "WHEN", "WHERE", "THEN"];
    let is_before = at > 0 && BEFORE.iter().any(|word| tokens[at - 1].is(word));
    let is_number = tokens.get(at + 2).is_some_and(|token| token.class == Class::Number);
    is_before || is_number || ITSELF.iter().any(|word| tokens[at].is(word))
}

/// Functions of SQLite that may stand in an index or a constraint.
const BUILT_IN: [&str; 61] = [
    "abs",
    "cast",
    "ceil",
    "char",
    "coalesce",
    "concat",
    "concat_ws",
    "date",
    "datetime",
    "floor",
    "format",
    "glob",
    "hex",
    "ifnull",
    "iif",
    "instr",
    "json",
    "json_array",
    "json_array_length",
    "json_extract",
    "json_insert",
    "json_object",
    "json_patch",
    "json_quote",
    "json_remove",
    "json_replace",
    "json_set",
    "json_type",
    "json_valid",
    "jsonb",
    "julianday",
    "length",
    "like",
    "likelihood",
    "likely",
    "lower",
    "ltrim",
    "max",
    "min",
    "nullif",
    "octet_length",
    "printf",
    "quote",
    "replace",
    "round",
    "rtrim",
    "sign",
    "soundex",
    "strftime",
    "substr",
    "substring",
    "time",
    "timediff",
    "trim",
    "typeof",
    "unhex",
    "unicode",
    "unixepoch",
    "unlikely",
    "upper",
    "zeroblob",
];

/// Tells whether a name stands alone or after a dot, and not where an alias or a new name is given.
fn is_plain(tokens: &[Token<'_>], at: usize) -> bool {
    let is_alias = at.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(|before| {
        let is_word = before.class == Class::Word && !is_keyword(before.text);
        before.is("AS")
            || is_word
            || before.is_sign(")")
            || matches!(before.class, Class::Number | Class::Text | Class::Name)
    });
    !is_alias && is_column(tokens, at, &tokens[at].name().unwrap_or_else(|| "".into()))
}

/// Words after which a column may stand in a query or a trigger.
fn is_keyword(word: &str) -> bool {
    const WORDS: [&str; 24] = [
        "ALL",
        "AND",
        "BETWEEN",
        "BY",
        "CASE",
        "DISTINCT",
        "ELSE",
        "GLOB",
        "HAVING",
        "IN",
        "IS",
        "LIKE",
        "NOT",
        "OF",
        "ON",
        "OR",
        "RETURNING",
        "SELECT",
        "SET",
        "THEN",
        "WHEN",
        "WHERE",
        "ESCAPE",
        "USING",
    ];
    WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

fn edit_tables(
    originals: &mut Originals,
    mut edit: impl FnMut(&TableName, &mut CreateTable) -> Result<(), Unreadable>,
) -> Result<(), PlanError> {
    for (name, sql) in &mut originals.tables {
        let mut text = CreateTable::read(sql).map_err(unreadable(name))?;
        edit(name, &mut text).map_err(unreadable(name))?;
        *sql = text.to_string();
    }
    Ok(())
}

/// Edits triggers and views; `None` forgets a text.
fn edit_programs(originals: &mut Originals, mut edit: impl FnMut(Option<&Ident>, &str) -> Option<String>) {
    for trigger in originals.triggers.values_mut() {
        trigger.sql = edit(Some(&trigger.table), &trigger.sql).unwrap_or_default();
    }
    for view in originals.views.values_mut() {
        view.sql = edit(None, &view.sql).unwrap_or_default();
    }
}

/// Returns the first trigger or view whose text was forgotten.
pub(super) fn forgotten(before: &Before) -> Option<&Ident> {
    let Originals { tables: _, indexes: _, triggers, views } = &before.originals;
    let triggers = triggers.iter().filter(|(_, trigger)| trigger.sql.is_empty()).map(|(name, _)| name);
    let views = views.iter().filter(|(_, view)| view.sql.is_empty()).map(|(name, _)| name);
    triggers.chain(views).next()
}
