//! A schema as SQLite would keep it. Pure; both sides of a comparison go through it.
//!
//! A type becomes what comes back of its spelling (`types::form`), an expression the parser's one text of it.
//! What SQLite does not store and does well without goes: comments, the columns that an index would hold beside its key,
//! and that old rows were not checked, which they always are. A key takes NULL where SQLite lets it. Names are in lower case (`names`).

use std::collections::BTreeMap;

use crate::schema::{
    Check, Column, ColumnType, Constraint, Expression, ForeignKey, Ident, Index, IndexKey, IndexPart, Kind,
    OnConflict, PrimaryKey, Schema, ServerDefault, Table, TableName, TableOptions, Type, Unique,
};

use super::{
    super::{Canonical, Server},
    HERE, constant,
    convert::is_integer,
    ddl::split_collation,
    define::rowid_column,
    expression::expression_text,
    names, said,
    token::tokens,
    types,
};

/// Puts a schema into SQLite's spelling.
pub(in super::super) fn canonical(mut schema: Schema, _server: &Server) -> Canonical {
    let tables = std::mem::take(&mut schema.tables);
    let mut as_written = Schema::from_tables(tables.into_values().map(in_default_schema));
    for kind in known() {
        as_written.take_kind(kind, &schema);
    }
    as_written.namespaces = schema.namespaces.into_iter().filter(|name| *name != "main").collect();
    names::as_declared(&mut as_written);
    let keys: BTreeMap<TableName, Vec<Ident>> = as_written
        .tables
        .values()
        .filter_map(|table| Some((table.name.clone(), table.primary_key()?.columns.clone())))
        .collect();
    for key in as_written.tables.values_mut().flat_map(|table| table.constraints.foreign_keys_mut()) {
        // `REFERENCES p` means p's primary key.
        if let ([], Some(columns)) = (key.referred_columns.as_slice(), keys.get(&key.referred_table)) {
            key.referred_columns.clone_from(columns);
        }
    }
    let mut types = Forms::default();
    let mut forms = Schema::from_tables(as_written.tables.values().map(|table| form(table, &mut types)));
    let names = names::fold(&mut forms);
    let mut canonical = Canonical::new(HERE);
    for kind in known() {
        canonical.know(kind, &as_written);
    }
    for sequence in canonical.form.sequences.values_mut() {
        sequence.options = sequence.options.clone().without_ones();
    }
    canonical.form.namespaces.clone_from(&as_written.namespaces);
    canonical.as_written.namespaces = as_written.namespaces;
    for (written, (name, indexes)) in as_written.tables.into_values().zip(names) {
        let is_kept = |one: &Constraint| !matches!(one, Constraint::Exclusion(_));
        let places = written.constraints.iter().enumerate().filter(|(_, one)| is_kept(one));
        let places = places.map(|(place, _)| place).collect();
        if let Some(form) = forms.tables.remove(&name) {
            canonical.add_table(written, form, places, indexes);
        }
    }
    canonical
}

/// Lists the kinds that the scripts alone know.
fn known() -> impl Iterator<Item = Kind> {
    Kind::NAMED.iter().copied().filter(|kind| HERE.capabilities().only_knows(*kind))
}

/// `main` is the file itself.
fn in_default_schema(mut table: Table) -> Table {
    let unqualified = |name: &mut TableName| {
        if name.schema.as_ref().is_some_and(|schema| schema.as_str().eq_ignore_ascii_case("main")) {
            name.schema = None;
        }
    };
    unqualified(&mut table.name);
    table.constraints.foreign_keys_mut().for_each(|key| unqualified(&mut key.referred_table));
    table
}

/// The forms of the types that a schema has: few, for many columns.
#[derive(Default)]
struct Forms(Vec<(Type, bool, Type)>);

impl Forms {
    fn of(&mut self, ty: &Type, is_strict: bool) -> Type {
        let known = self.0.iter().find(|(known, strict, _)| known == ty && *strict == is_strict);
        if let Some((_, _, form)) = known {
            return form.clone();
        }
        let form = types::form(ty, is_strict);
        if self.0.len() < MOST_FORMS {
            self.0.push((ty.clone(), is_strict, form.clone()));
        }
        form
    }
}

/// Of a schema with more types than this, the others are made each time: the list is searched one by one.
const MOST_FORMS: usize = 32;

fn form(table: &Table, forms: &mut Forms) -> Table {
    let Table { name, columns, constraints, indexes, comment: _, options } = table;
    Table {
        name: name.clone(),
        columns: columns.iter().map(|column| column_form(table, column, forms)).collect(),
        constraints: constraints.iter().filter_map(constraint_form).collect(),
        indexes: indexes.iter().map(|(name, index)| (name.clone(), index_form(table, index))).collect(),
        comment: None,
        options: TableOptions { is_unlogged: false, ..options.clone() },
    }
}

/// Leaves out what SQLite does not keep: exclusions, comments, further columns of a key's index.
fn constraint_form(constraint: &Constraint) -> Option<Constraint> {
    Some(match constraint.clone() {
        Constraint::PrimaryKey(key) => PrimaryKey { include: Vec::new(), comment: None, ..key }.into(),
        Constraint::Unique(unique) => Unique { include: Vec::new(), comment: None, ..unique }.into(),
        Constraint::ForeignKey(key) => ForeignKey { is_not_valid: false, comment: None, ..key }.into(),
        Constraint::Check(check) => check_form(&check).into(),
        Constraint::Exclusion(_) => return None,
    })
}

fn column_form(table: &Table, column: &Column, forms: &mut Forms) -> Column {
    let Column { name, ty, nullable, on_conflict, default, collation, comment: _ } = column;
    let is_strict = table.options.is_strict;
    let own = ty.on(HERE);
    let mut ty = forms.of(own, is_strict);
    let is_only_key = matches!(table.primary_key(), Some(PrimaryKey { columns, .. }) if columns.as_slice() == [name.clone()]);
    let is_custom = matches!(column.ty.on(HERE), Type::Custom { .. });
    let is_rowid = is_only_key && is_integer(&ty) && !is_custom;
    if is_rowid {
        // The rowid has 64 bits under one spelling. A wide integer of a model may be numbered, by the rowid, or not, and a
        // file says neither of a model: that a key of such a word is not the rowid is only named.
        ty = Type::Integer;
    } else if let Some(spelling) = other_integer_key(table, column) {
        ty = Type::Custom { spelling };
    }
    let default = default.as_ref().and_then(|default| {
        let is_numbered = matches!(default, ServerDefault::Identity(_) | ServerDefault::Serial(_));
        if is_rowid && is_numbered { None } else { constant::form(own, &ty, is_strict, default) }
    });
    let collation = collation.as_ref().map(|collation| collation.to_ascii_uppercase());
    Column {
        name: name.clone(),
        ty: ColumnType::same(ty),
        // The rowid is never NULL, and what refuses NULL is not always the column; an integer key of another word is compared
        // as a rowid. What is said of a rowid comes to life when it is the key no more.
        on_conflict: if *nullable { OnConflict::Abort } else { *on_conflict },
        nullable: *nullable
            && !(is_rowid || rowid_column(table) == Some(name) || refuses_null_in_key(table, name)),
        default,
        collation: collation.filter(|collation| collation != "BINARY"),
        comment: None,
    }
}

/// Returns the spelling of an integer that is the only key and not the rowid, as `INT` is not: to write it as INTEGER
/// would make it another thing.
fn other_integer_key(table: &Table, column: &Column) -> Option<String> {
    let is_key = matches!(table.primary_key(), Some(key) if key.columns.as_slice() == [column.name.clone()]);
    let Type::Custom { spelling } = column.ty.on(HERE) else { return None };
    let is_other = is_key && !table.options.is_without_rowid && types::read(spelling) == Type::Integer;
    (is_other && !spelling.eq_ignore_ascii_case("INTEGER")).then(|| spelling.to_ascii_uppercase())
}

/// Tells whether a key refuses NULL although the column does not say so: where it is how the rows are stored, and in a
/// STRICT table (sqlite.org/lang_createtable.html, section 3.5; sqlite.org/stricttables.html).
fn refuses_null_in_key(table: &Table, name: &Ident) -> bool {
    let TableOptions { is_autoincrement: _, is_strict, is_unlogged: _, is_without_rowid } = table.options;
    table.is_in_primary_key(name) && (is_strict || is_without_rowid)
}

fn check_form(check: &Check) -> Check {
    Check { name: check.name.clone(), ..Check::new(text(&check.expression)) }
}

fn index_form(table: &Table, index: &Index) -> Index {
    let Index { name, is_unique, parts, is_nulls_not_distinct, predicate, .. } = index;
    Index {
        is_unique: *is_unique,
        is_nulls_not_distinct: *is_unique && *is_nulls_not_distinct,
        predicate: predicate.as_ref().map(text),
        ..Index::new(name.clone(), parts.iter().map(|part| part_form(table, part)).collect())
    }
}

fn part_form(table: &Table, part: &IndexPart) -> IndexPart {
    let (mut key, mut collation) = (part.key.clone(), part.collation.clone());
    if let (IndexKey::Expression(expression), None) = (&key, &collation) {
        let sql = expression.on(HERE).clone();
        if let Some((split, said)) = split_collation(&sql, &tokens(&sql)) {
            (key, collation) = (split, Some(said));
        }
    }
    if let IndexKey::Expression(expression) = &key {
        let sql = expression.on(HERE);
        let only = match tokens(sql).as_slice() {
            [only] => only.name(),
            _ => None,
        };
        key = match only {
            Some(name) => {
                IndexKey::Column(said::column_of(table, &name).map_or(&name, |column| &column.name).clone())
            }
            None => IndexKey::Expression(text(expression)),
        };
    }
    let own = match &key {
        IndexKey::Column(name) => table.column(name).and_then(|column| column.collation.as_ref()),
        IndexKey::Expression(_) => None,
    };
    let own = own.map_or_else(|| "BINARY".to_owned(), |own| own.to_ascii_uppercase());
    let collation = collation.map(|collation| collation.to_ascii_uppercase());
    let collation = collation.filter(|collation| *collation != own);
    IndexPart { collation, order: part.order, ..IndexPart::new(key) }
}

fn text(expression: &Expression) -> Expression {
    Expression::same(expression_text(expression.on(HERE)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{TableBuilder, build};

    fn form_of(write: impl FnOnce(&mut TableBuilder)) -> Table {
        let table = TableBuilder::build("t", write);
        let name = table.name.clone();
        let once = HERE.canonical(Schema::from_tables([table]));
        assert_eq!(HERE.canonical(once.form().clone()).form(), once.form(), "a form is its own form");
        once.form().table(&name).unwrap().clone()
    }

    #[test]
    fn what_sqlite_stores_alike_is_equal() {
        let model = form_of(|table| {
            table.column(build::big_integer("id").serial());
            table.column(build::float("height").nullable().comment("in cm"));
            table.column(build::date_time_tz("at").default_expression("current_timestamp"));
            table.column(build::boolean("on").default(true));
            table.column(build::jsonb("data").nullable());
            table.column(build::uuid("key"));
            table.primary_key(["id"]);
            table.check("(height > 0)");
        });
        let database = form_of(|table| {
            table.column(build::integer("id").nullable());
            table.column(build::double("height").nullable());
            table.column(build::date_time("at").default_expression("CURRENT_TIMESTAMP"));
            table.column(build::boolean("on").default("1"));
            table.column(build::json("data").nullable().default_expression("NULL"));
            table.column(build::column("key", Type::Char { length: Some(32) }));
            table.primary_key(["id"]);
            table.check("\"height\">0");
        });
        assert_eq!(model, database);
    }

    #[test]
    fn what_differs_stays_different() {
        let one = form_of(|table| table.column(build::text("a").default("x")));
        for other in [
            form_of(|table| table.column(build::text("a").default("y"))),
            form_of(|table| table.column(build::text("a").default("x").nullable())),
            form_of(|table| table.column(build::string("a", 5).default("x"))),
            form_of(|table| table.column(build::text("a").default("x").collate("nocase"))),
            form_of(|table| table.column(build::text("a").default_expression("x()"))),
        ] {
            assert_ne!(one, other);
        }
    }
}
