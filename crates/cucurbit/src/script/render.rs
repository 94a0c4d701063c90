//! Operations as the Rust lines that a person would have written.
//!
//! The law of this file: recording the lines gives back the very operations. How a value is spelled is in
//! `spell.rs`; what surrounds the lines is in `template.rs`. Breaking lines is rustfmt's work.

use crate::{
    operation::{BulkInsert, ColumnChange, Consent, ConstraintChange, EnumChange, Execute, Operation},
    schema::{
        Action, Check, Constraint, ConstraintRef, Deferral, EnumPlace, EnumType, ForeignKey, Ident, Match,
        ObjectName, PrimaryKey, Referred, Sequence, Table, TableName, TableOption, TableOptions, Type,
        Unique,
    },
};

use super::spell;

/// Writes operations as the lines of a function's body, each indented once and ended by a newline.
///
/// ```
/// use cucurbit::{operation::Op, schema::build::*, script::render};
///
/// let operations = Op::record(|op| {
///     op.alter_table("breeder", |table| {
///         table.add_column(string("country", 100).nullable());
///         table.drop_column("region").loses_data();
///     });
/// });
/// assert_eq!(
///     render(&operations),
///     r#"    op.alter_table("breeder", |table| {
///         table.add_column(string("country", 100).nullable());
///         table.drop_column("region").loses_data();
///     });
/// "#
/// );
/// ```
#[must_use]
pub fn render(operations: &[Operation]) -> String {
    let mut lines = Lines { code: String::new(), depth: 1 };
    lines.operations(operations);
    lines.code
}

/// Lines of code. Texts of several lines stay as they are: only their first line is indented.
struct Lines {
    code: String,
    depth: usize,
}

impl Lines {
    fn line(&mut self, line: &str) {
        self.code += &"    ".repeat(self.depth);
        self.code += line;
        self.code.push('\n');
    }

    /// Writes a block that is the last argument of a call; `closing` follows its brace.
    fn block(&mut self, opening: &str, parameter: &str, closing: &str, body: impl FnOnce(&mut Self)) {
        let mut inner = Self { code: String::new(), depth: self.depth + 1 };
        body(&mut inner);
        if inner.code.is_empty() {
            return self.line(&format!("{opening}|_| {{}}{closing}"));
        }
        self.line(&format!("{opening}|{parameter}| {{"));
        self.code += &inner.code;
        self.line(&format!("}}{closing}"));
    }

    fn operations(&mut self, operations: &[Operation]) {
        let alterations: Vec<_> =
            operations.iter().map(|operation| (operation, alteration(operation))).collect();
        for group in
            alterations.chunk_by(|(_, left), (_, right)| is_same_table(left.as_ref(), right.as_ref()))
        {
            match group {
                [(operation, None)] => self.statement(operation),
                [(_, Some(Alteration { alone: Some(call), .. }))] => self.line(&format!("op.{call};")),
                _ => self.alter_table(group.iter().filter_map(|(_, alteration)| alteration.as_ref())),
            }
        }
    }

    /// Writes changes of one table as one block.
    fn alter_table<'a>(&mut self, alterations: impl Iterator<Item = &'a Alteration<'a>>) {
        let mut alterations = alterations.peekable();
        let Some(Alteration { table, .. }) = alterations.peek() else { return };
        let opening = format!("op.alter_table({}, ", spell::table_name(table));
        self.block(&opening, "table", ");", |lines| {
            for alteration in alterations {
                lines.line(&format!("table.{};", alteration.in_block));
            }
        });
    }

    /// Writes an operation that is no part of a block.
    fn statement(&mut self, operation: &Operation) {
        match operation {
            Operation::AlterEnum { name, change } => {
                self.line(&format!("op.{};", enum_change(name, change)));
            }
            Operation::AlterSequence { name, changes } => {
                let changes: String = changes.iter().map(spell::sequence_change).collect();
                self.line(&format!("op.alter_sequence({}){changes};", spell::table_name(name)));
            }
            Operation::BulkInsert(BulkInsert { table, columns, rows }) => {
                let (table, columns) = (spell::table_name(table), spell::idents(columns));
                self.line(&format!("op.bulk_insert({table}, {columns}, {});", spell::rows(rows)));
            }
            Operation::CreateEnum(EnumType { name, values, comment }) => {
                let (name, values) = (spell::table_name(name), spell::texts(values));
                self.line(&format!("op.create_enum({name}, {values}){};", spell::comment(comment.as_ref())));
            }
            Operation::CreateIndex { table, index, concurrency } => {
                let (name, table) = (spell::ident(&index.name), spell::table_name(table));
                let (parts, options) = (spell::index_parts(&index.parts), spell::index_options(index));
                let how = spell::flag(concurrency.is_concurrent, ".concurrently()");
                self.line(&format!("op.create_index({name}, {table}, {parts}){options}{how};"));
            }
            Operation::CreateSchema { name } => {
                self.line(&format!("op.create_schema({});", spell::ident(name)));
            }
            Operation::CreateSequence(new) => {
                self.line(&format!("op.create_sequence({}){};", spell::table_name(&new.name), sequence(new)));
            }
            Operation::CreateTable(table) => self.create_table(table),
            Operation::DropEnum { name } => {
                self.line(&format!("op.drop_enum({});", spell::table_name(name)));
            }
            Operation::DropIndex { table, name, concurrency } => {
                let (name, table) = (spell::ident(name), spell::table_name(table));
                let how = spell::flag(concurrency.is_concurrent, ".concurrently()");
                self.line(&format!("op.drop_index({name}, {table}){how};"));
            }
            Operation::DropSchema { name } => {
                self.line(&format!("op.drop_schema({});", spell::ident(name)));
            }
            Operation::DropSequence { name } => {
                self.line(&format!("op.drop_sequence({});", spell::table_name(name)));
            }
            Operation::DropTable { table, consent } => {
                self.line(&format!("op.drop_table({}){};", spell::table_name(table), loses_data(*consent)));
            }
            Operation::Execute(execute) => self.execute(execute),
            Operation::Irreversible { reason } => {
                self.line(&format!("op.irreversible({});", spell::text(reason)));
            }
            Operation::On { dialect, operations } => {
                let opening = format!("op.on({}, ", spell::dialect(*dialect));
                self.block(&opening, "op", ");", |lines| lines.operations(operations));
            }
            // No comparison finds code, and a function has no text: its place is marked for the author.
            Operation::Run { title, key: _ } => {
                self.line(&format!("// op.run({}, …)", spell::text(title)));
            }
            Operation::RenameIndex { table, name, to } => {
                let (name, table, to) = (spell::ident(name), spell::table_name(table), spell::ident(to));
                self.line(&format!("op.rename_index({name}, {table}, {to});"));
            }
            Operation::RenameTable { table, to } => {
                self.line(&format!("op.rename_table({}, {});", spell::table_name(table), spell::ident(to)));
            }
            Operation::SetIndexComment { table, name, comment: Some(comment) } => {
                let (name, table) = (spell::ident(name), spell::table_name(table));
                self.line(&format!("op.create_index_comment({name}, {table}, {});", spell::text(comment)));
            }
            Operation::SetIndexComment { table, name, comment: None } => {
                let (name, table) = (spell::ident(name), spell::table_name(table));
                self.line(&format!("op.drop_index_comment({name}, {table});"));
            }
            Operation::SetTableComment { table, comment: Some(comment) } => {
                let table = spell::table_name(table);
                self.line(&format!("op.create_table_comment({table}, {});", spell::text(comment)));
            }
            Operation::SetTableComment { table, comment: None } => {
                self.line(&format!("op.drop_table_comment({});", spell::table_name(table)));
            }
            Operation::AddColumn { .. }
            | Operation::AlterColumn { .. }
            | Operation::AlterConstraint { .. }
            | Operation::CreateCheck { .. }
            | Operation::CreateExclusion { .. }
            | Operation::CreateForeignKey { .. }
            | Operation::CreatePrimaryKey { .. }
            | Operation::CreateUnique { .. }
            | Operation::DropColumn { .. }
            | Operation::DropConstraint { .. }
            | Operation::SetTableOption { .. } => unreachable!("`alteration` has a spelling for it"),
        }
    }

    fn create_table(&mut self, table: &Table) {
        let name = spell::table_name(&table.name);
        if table.indexes.is_empty() {
            let opening = format!("op.create_table({name}, ");
            return self.block(&opening, "table", ");", |lines| lines.table(table));
        }
        // `op.create_table` makes indexes operations of their own; here they are part of the table.
        let opening = format!("op.invoke(Operation::CreateTable(TableBuilder::build({name}, ");
        self.block(&opening, "table", ")));", |lines| lines.table(table));
    }

    fn constraint(&mut self, constraint: &Constraint) {
        let name = named(constraint.name());
        let line = match constraint {
            Constraint::PrimaryKey(key) => {
                format!(
                    "table.primary_key({}){name}{};",
                    spell::idents(&key.columns),
                    primary_key_options(key)
                )
            }
            Constraint::Unique(unique) => {
                format!("table.unique({}){name}{};", spell::idents(&unique.columns), unique_options(unique))
            }
            Constraint::ForeignKey(key) => {
                format!("table.foreign_key({}){name}{};", key_arguments(key), key_options(key))
            }
            Constraint::Check(check) => {
                format!(
                    "table.check({}){name}{};",
                    spell::expression(&check.expression),
                    check_options(check)
                )
            }
            Constraint::Exclusion(exclusion) => {
                let (arguments, options) = spell::exclusion(exclusion);
                format!("table.exclusion({}, {arguments}){options};", spell::ident(&exclusion.index.name))
            }
        };
        self.line(&line);
    }

    fn table(&mut self, table: &Table) {
        let Table {
            name: _,
            columns,
            constraints,
            indexes,
            comment,
            options: TableOptions { is_autoincrement, is_strict, is_unlogged, is_without_rowid },
        } = table;
        for column in columns {
            self.line(&format!("table.column({});", spell::column(column)));
        }
        constraints.iter().for_each(|constraint| self.constraint(constraint));
        for index in indexes.values() {
            let (name, options) = (spell::ident(&index.name), spell::index_options(index));
            let parts = index.parts.iter().map(spell::index_part).collect::<Vec<_>>().join(", ");
            self.line(&format!("table.index(Index::new({name}, vec![{parts}])){options};"));
        }
        if let Some(comment) = comment {
            self.line(&format!("table.comment({});", spell::text(comment)));
        }
        for (is_set, option) in [
            (is_autoincrement, "autoincrement"),
            (is_strict, "strict"),
            (is_unlogged, "unlogged"),
            (is_without_rowid, "without_rowid"),
        ] {
            if *is_set {
                self.line(&format!("table.{option}();"));
            }
        }
    }

    fn execute(&mut self, execute: &Execute) {
        let Execute { sql, is_outside_transaction, means } = execute;
        let outside = if *is_outside_transaction { ".outside_transaction()" } else { "" };
        let statement = format!("op.execute({}){outside}", spell::text(sql));
        match means {
            Some(operations) => {
                let opening = format!("{statement}.means(");
                self.block(&opening, "op", ");", |lines| lines.operations(operations));
            }
            None => self.line(&format!("{statement};")),
        }
    }
}

/// A change that `op.alter_table` can hold.
struct Alteration<'o> {
    table: &'o TableName,
    /// The call of a method of `AlterTable`.
    in_block: String,
    /// The call of a method of `Op` that says the same, where there is one.
    alone: Option<String>,
}

fn is_same_table(left: Option<&Alteration<'_>>, right: Option<&Alteration<'_>>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => left.table == right.table,
        (Some(_) | None, _) => false,
    }
}

fn alteration(operation: &Operation) -> Option<Alteration<'_>> {
    // Methods of `Op` take the table before what methods of `AlterTable` take.
    let both = |table, method: &str, arguments: &str, options: &str| {
        let name = spell::table_name(table);
        let separator = if arguments.is_empty() { "" } else { ", " };
        Some(Alteration {
            table,
            in_block: format!("{method}({arguments}){options}"),
            alone: Some(format!("{method}({name}{separator}{arguments}){options}")),
        })
    };
    match operation {
        Operation::AddColumn { table, column, backfill } => {
            let backfill = backfill.as_ref().map(|sql| spell::call("backfill", &[&spell::expression(sql)]));
            both(table, "add_column", &spell::column(column), &backfill.unwrap_or_default())
        }
        Operation::AlterColumn { table, column, changes } => {
            let options: String = changes.iter().map(change).collect();
            let alteration = both(table, "alter_column", &spell::ident(column), &options);
            match changes.as_slice() {
                [ColumnChange::Rename { to }] => {
                    let in_block = format!("rename_column({}, {})", spell::ident(column), spell::ident(to));
                    alteration.map(|alteration| Alteration { in_block, ..alteration })
                }
                _ => alteration,
            }
        }
        Operation::AlterConstraint { table, constraint, change } => {
            let in_block = format!("{}{}", altered_constraint(constraint), constraint_change(change));
            Some(Alteration { table, in_block, alone: None })
        }
        Operation::CreateCheck { table, check } => {
            let arguments = spell::expression(&check.expression);
            let methods = ("create_check", "create_check_constraint");
            Some(constraint(table, methods, check.name.as_ref(), &arguments, &check_options(check)))
        }
        Operation::CreateExclusion { table, exclusion } => {
            let ((parts, options), name) = (spell::exclusion(exclusion), spell::ident(&exclusion.index.name));
            let of = spell::table_name(table);
            Some(Alteration {
                table,
                in_block: format!("create_exclusion({name}, {parts}){options}"),
                alone: Some(format!("create_exclude_constraint({name}, {of}, {parts}){options}")),
            })
        }
        Operation::CreateForeignKey { table, foreign_key } => {
            let (arguments, options) = (key_arguments(foreign_key), key_options(foreign_key));
            let methods = ("create_foreign_key", "create_foreign_key");
            Some(constraint(table, methods, foreign_key.name.as_ref(), &arguments, &options))
        }
        Operation::CreatePrimaryKey { table, primary_key: key } => {
            let options = named(key.name.as_ref()) + &primary_key_options(key);
            both(table, "create_primary_key", &spell::idents(&key.columns), &options)
        }
        Operation::CreateUnique { table, unique } => {
            let arguments = spell::idents(&unique.columns);
            let methods = ("create_unique", "create_unique_constraint");
            Some(constraint(table, methods, unique.name.as_ref(), &arguments, &unique_options(unique)))
        }
        Operation::DropColumn { table, column, consent } => {
            both(table, "drop_column", &spell::ident(column), loses_data(*consent))
        }
        Operation::DropConstraint { table, constraint } => Some(drop_constraint(table, constraint)),
        Operation::SetTableOption { table, option, is_set } => {
            let method = match option {
                TableOption::Autoincrement => "autoincrement",
                TableOption::Strict => "strict",
                TableOption::Unlogged => "unlogged",
                TableOption::WithoutRowid => "without_rowid",
            };
            Some(Alteration { table, in_block: format!("{method}({is_set})"), alone: None })
        }
        Operation::AlterEnum { .. }
        | Operation::AlterSequence { .. }
        | Operation::BulkInsert(_)
        | Operation::CreateEnum(_)
        | Operation::CreateSchema { .. }
        | Operation::CreateSequence(_)
        | Operation::CreateIndex { .. }
        | Operation::CreateTable(_)
        | Operation::DropEnum { .. }
        | Operation::DropSchema { .. }
        | Operation::DropSequence { .. }
        | Operation::DropIndex { .. }
        | Operation::DropTable { .. }
        | Operation::Execute(_)
        | Operation::Irreversible { .. }
        | Operation::Run { .. }
        | Operation::On { .. }
        | Operation::RenameIndex { .. }
        | Operation::RenameTable { .. }
        | Operation::SetIndexComment { .. }
        | Operation::SetTableComment { .. } => None,
    }
}

/// Spells a new constraint. Only one with a name has a method of `Op`, which takes name and table first.
fn constraint<'o>(
    table: &'o TableName,
    (in_block, alone): (&str, &str),
    name: Option<&Ident>,
    arguments: &str,
    options: &str,
) -> Alteration<'o> {
    Alteration {
        table,
        in_block: format!("{in_block}({arguments}){}{options}", named(name)),
        alone: name.map(|name| {
            format!("{alone}({}, {}, {arguments}){options}", spell::ident(name), spell::table_name(table))
        }),
    }
}

fn drop_constraint<'o>(table: &'o TableName, constraint: &ConstraintRef) -> Alteration<'o> {
    let in_block = match constraint {
        ConstraintRef::Check { expression } => format!("drop_check({})", spell::expression(expression)),
        ConstraintRef::ForeignKey { columns, referred } => {
            format!("drop_foreign_key({}){}", spell::idents(columns), refers_to(referred.as_ref()))
        }
        ConstraintRef::Named(name) => {
            let name = spell::ident(name);
            let alone = format!("drop_constraint({name}, {})", spell::table_name(table));
            return Alteration { table, in_block: format!("drop_constraint({name})"), alone: Some(alone) };
        }
        ConstraintRef::PrimaryKey => "drop_primary_key()".to_owned(),
        ConstraintRef::Unique { columns } => format!("drop_unique({})", spell::idents(columns)),
    };
    Alteration { table, in_block, alone: None }
}

fn refers_to(referred: Option<&Referred>) -> String {
    let call = |Referred { table, columns }: &Referred| {
        spell::call("to", &[&spell::table_name(table), &spell::idents(columns)])
    };
    referred.map(call).unwrap_or_default()
}

/// Spells which constraint is changed.
fn altered_constraint(constraint: &ConstraintRef) -> String {
    match constraint {
        ConstraintRef::Check { expression } => format!("alter_check({})", spell::expression(expression)),
        ConstraintRef::ForeignKey { columns, referred } => {
            format!("alter_foreign_key({}){}", spell::idents(columns), refers_to(referred.as_ref()))
        }
        ConstraintRef::Named(name) => format!("alter_constraint({})", spell::ident(name)),
        ConstraintRef::PrimaryKey => "alter_primary_key()".to_owned(),
        ConstraintRef::Unique { columns } => format!("alter_unique({})", spell::idents(columns)),
    }
}

fn constraint_change(change: &ConstraintChange) -> String {
    match change {
        ConstraintChange::Rename { to } => spell::call("rename", &[&spell::ident(to)]),
        ConstraintChange::SetComment(Some(comment)) => spell::comment(Some(comment)),
        ConstraintChange::SetComment(None) => ".drop_comment()".to_owned(),
        ConstraintChange::SetDeferral(Deferral::NotDeferrable) => {
            ".deferral(Deferral::NotDeferrable)".to_owned()
        }
        ConstraintChange::SetDeferral(Deferral::Immediate) => ".deferral(Deferral::Immediate)".to_owned(),
        ConstraintChange::SetDeferral(Deferral::Deferred) => ".deferral(Deferral::Deferred)".to_owned(),
        ConstraintChange::Validate => ".validate()".to_owned(),
    }
}

fn change(change: &ColumnChange) -> String {
    match change {
        ColumnChange::Rename { to } => spell::call("rename", &[&spell::ident(to)]),
        ColumnChange::LosesData => ".loses_data()".to_owned(),
        ColumnChange::SetCollation(Some(collation)) => spell::call("collate", &[&spell::text(collation)]),
        ColumnChange::SetCollation(None) => ".drop_collation()".to_owned(),
        ColumnChange::SetComment(Some(comment)) => spell::call("comment", &[&spell::text(comment)]),
        ColumnChange::SetComment(None) => ".drop_comment()".to_owned(),
        ColumnChange::SetDefault(Some(default)) => spell::changed_default(default),
        ColumnChange::SetDefault(None) => ".drop_default()".to_owned(),
        ColumnChange::SetNotNull { backfill: None } => ".not_null()".to_owned(),
        ColumnChange::SetNotNull { backfill: Some(sql) } => {
            format!(".not_null().backfill({})", spell::expression(sql))
        }
        ColumnChange::SetNullable => ".nullable()".to_owned(),
        ColumnChange::SetOnConflict(conflict) => {
            spell::call("on_conflict_not_null", &[spell::on_conflict(*conflict)])
        }
        ColumnChange::SetType { ty, using: None } => spell::call("ty", &[&spell::column_type(ty)]),
        ColumnChange::SetType { ty, using: Some(sql) } => {
            format!(".ty({}).using({})", spell::column_type(ty), spell::expression(sql))
        }
    }
}

fn enum_change(name: &ObjectName, change: &EnumChange) -> String {
    let name = spell::table_name(name);
    match change {
        EnumChange::AddValue { value, place } => {
            let place = match place {
                EnumPlace::After(other) => spell::call("after", &[&spell::text(other)]),
                EnumPlace::Before(other) => spell::call("before", &[&spell::text(other)]),
                EnumPlace::Last => String::new(),
            };
            format!("add_enum_value({name}, {}){place}", spell::text(value))
        }
        EnumChange::RenameValue { value, to } => {
            format!("rename_enum_value({name}, {}, {})", spell::text(value), spell::text(to))
        }
        EnumChange::SetComment(Some(comment)) => {
            format!("create_enum_comment({name}, {})", spell::text(comment))
        }
        EnumChange::SetComment(None) => format!("drop_enum_comment({name})"),
        EnumChange::SetValues { values, replacements, consent } => {
            let replacements = replacements
                .iter()
                .map(|(old, new)| spell::call("replace", &[&spell::text(old), &spell::text(new)]));
            let replacements = replacements.collect::<String>();
            let consent = loses_data(*consent);
            format!("set_enum_values({name}, {}){replacements}{consent}", spell::texts(values))
        }
    }
}

/// Spells what a sequence is besides its name.
fn sequence(Sequence { name: _, ty, options, comment }: &Sequence) -> String {
    let ty = if *ty == Type::BigInteger { String::new() } else { spell::call("ty", &[&spell::ty(ty)]) };
    ty + &spell::sequence_options(options) + &spell::comment(comment.as_ref())
}

fn named(name: Option<&Ident>) -> String {
    name.map(|name| spell::call("named", &[&spell::ident(name)])).unwrap_or_default()
}

const fn loses_data(consent: Consent) -> &'static str {
    if consent.is_given { ".loses_data()" } else { "" }
}

fn key_arguments(foreign_key: &ForeignKey) -> String {
    let ForeignKey { columns, referred_table, referred_columns, .. } = foreign_key;
    let (columns, referred_columns) = (spell::idents(columns), spell::idents(referred_columns));
    format!("{columns}, {}, {referred_columns}", spell::table_name(referred_table))
}

fn key_options(foreign_key: &ForeignKey) -> String {
    let ForeignKey {
        name: _,
        columns: _,
        referred_table: _,
        referred_columns: _,
        on_delete,
        on_delete_columns,
        on_update,
        matching,
        deferral,
        is_not_valid,
        comment,
    } = foreign_key;
    let action = |method: &str, action: Action| match action {
        Action::NoAction => String::new(),
        Action::Cascade | Action::Restrict | Action::SetDefault | Action::SetNull => {
            spell::call(method, &[spell::action(action)])
        }
    };
    let set = spell::listed("on_delete_columns", on_delete_columns);
    let matching = match matching {
        Match::Full => ".match_full()",
        Match::Simple => "",
    };
    let actions = action("on_delete", *on_delete) + &set + &action("on_update", *on_update);
    actions
        + matching
        + spell::deferred(*deferral)
        + spell::flag(*is_not_valid, ".not_valid()")
        + &spell::comment(comment.as_ref())
}

fn primary_key_options(key: &PrimaryKey) -> String {
    let PrimaryKey { name: _, columns: _, include, deferral, on_conflict, comment } = key;
    let conflict = spell::key_conflict(*on_conflict);
    spell::listed("include", include)
        + spell::deferred(*deferral)
        + &conflict
        + &spell::comment(comment.as_ref())
}

fn unique_options(unique: &Unique) -> String {
    let Unique { name: _, columns: _, include, is_nulls_not_distinct, deferral, on_conflict, comment } =
        unique;
    let nulls = spell::flag(*is_nulls_not_distinct, ".nulls_not_distinct()");
    let conflict = spell::key_conflict(*on_conflict);
    let words = spell::listed("include", include) + nulls + spell::deferred(*deferral) + &conflict;
    words + &spell::comment(comment.as_ref())
}

fn check_options(check: &Check) -> String {
    let Check { name: _, expression: _, is_no_inherit, is_not_valid, comment } = check;
    let words =
        spell::flag(*is_no_inherit, ".no_inherit()").to_owned() + spell::flag(*is_not_valid, ".not_valid()");
    words + &spell::comment(comment.as_ref())
}
