//! Gardens written down as SQL, in the words of each database, and rows for them.

use std::{collections::BTreeSet, fmt::Write as _};

use cucurbit::schema::Dialect;

use super::{
    garden::{
        By, Check, Column, Default, Deferral, Garden, Index, Kind, Naming, Origin, Parent, Part, Sequence,
        Table, TableOption, Unique,
    },
    kinds::{Family, TYPES},
    names::Names,
};

/// In whose words it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    pub(super) dialect: Dialect,
    /// PostgreSQL 15 and later know NULLS NOT DISTINCT.
    pub(super) nulls_can_be_equal: bool,
}

/// A list of lines that becomes the body of a table.
type Lines = Vec<String>;

impl Words {
    fn is_postgres(self) -> bool {
        self.dialect == Dialect::Postgres
    }

    /// The schema in which a table, a type or a sequence lies, where there are schemas.
    fn namespace(self, name: &str) -> Option<&'static str> {
        match (self.dialect, name) {
            (Dialect::Postgres, "stage" | "ticket" | "tool" | "yard") => Some("shed"),
            (Dialect::Postgres, "tone" | "zone") => Some("\"Far Side\""),
            (_, _) => None,
        }
    }

    /// The name of a table or a type in its schema.
    pub(super) fn bare(self, name: &str) -> &str {
        match (self.dialect, name) {
            (Dialect::Postgres, "tone") => "mood",
            (Dialect::Postgres, "yard") => "plant",
            (_, name) => name,
        }
    }

    /// A table, a type or a sequence, in its schema where there are schemas.
    fn name(self, name: &str) -> String {
        let bare = self.bare(name);
        self.namespace(name).map_or_else(|| bare.to_owned(), |schema| format!("{schema}.{bare}"))
    }

    /// Writes a schema down.
    pub(super) fn schema(self, garden: &Garden) -> String {
        let Garden { tables, enums, sequences } = garden;
        let mut text = String::new();
        let mut write = |line: String| writeln!(text, "{line};").expect("text can be written");
        let names = tables.keys().chain(enums.keys()).chain(sequences.keys());
        let schemas: BTreeSet<&str> = names.filter_map(|name| self.namespace(name)).collect();
        schemas.into_iter().for_each(|schema| write(format!("CREATE SCHEMA {schema}")));
        if self.is_postgres() {
            for (name, values) in enums {
                let values: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
                write(format!("CREATE TYPE {} AS ENUM ({})", self.name(name), values.join(", ")));
            }
            for (name, sequence) in sequences {
                self.sequence(name, *sequence).into_iter().for_each(&mut write);
            }
        }
        for (name, table) in tables {
            let names = Names::of(self.bare(name), name, table);
            write(self.table(name, table, &names));
            for (index, named) in table.indexes.iter().zip(&names.indexes) {
                write(self.index(name, table, index, named));
            }
            if table.is_known_by_index {
                for (by, named) in table.known_by.iter().zip(&names.known_by) {
                    let columns = key_of(*by).join(", ");
                    write(format!("CREATE UNIQUE INDEX {named} ON {} ({columns})", self.name(name)));
                }
            }
        }
        if self.is_postgres() {
            for (name, table) in tables {
                let names = Names::of(self.bare(name), name, table);
                self.afterwards(name, table, &names).into_iter().for_each(&mut write);
            }
        }
        text
    }

    fn sequence(self, name: &str, sequence: Sequence) -> Lines {
        let Sequence { step, bytes, origin } = sequence;
        let word = match bytes {
            2 => "smallint",
            4 => "integer",
            _ => "bigint",
        };
        let own = self.name(name);
        let create = |name: &str, word: &str| format!("CREATE SEQUENCE {name} AS {word} INCREMENT BY {step}");
        match origin {
            Origin::Made => vec![create(&own, word)],
            Origin::Renamed => {
                let old = own.replace(name, "old");
                vec![create(&old, word), format!("ALTER SEQUENCE {old} RENAME TO {name}")]
            }
            Origin::Widened => {
                vec![create(&own, "smallint"), format!("ALTER SEQUENCE {own} AS {word}")]
            }
        }
    }

    fn table(self, name: &str, table: &Table, names: &Names) -> String {
        let key = match (self.dialect, table.option) {
            (Dialect::Sqlite, TableOption::Numbered) => {
                format!(" {}PRIMARY KEY AUTOINCREMENT", names.key)
            }
            _ => String::new(),
        };
        let mut lines: Lines = vec![format!("    id INTEGER NOT NULL{key}")];
        let is_strict = !self.is_postgres() && table.option == TableOption::Strict;
        for (column_name, column) in &table.columns {
            lines.push(format!("    {column_name} {}", self.column(table, column, is_strict)));
        }
        if table.parent.is_some() {
            lines.push("    parent_id INTEGER".to_owned());
        }
        if key.is_empty() {
            lines.push(format!("    {}PRIMARY KEY (id)", names.key));
        }
        if !table.is_known_by_index {
            let keys = table.known_by.iter().zip(&names.known_by);
            lines.extend(keys.map(|(by, named)| {
                let is_named = table.naming != Naming::Server;
                let named = if is_named { format!("CONSTRAINT {named} ") } else { String::new() };
                format!("    {named}UNIQUE ({})", key_of(*by).join(", "))
            }));
        }
        let uniques = table.uniques.iter().zip(&names.uniques);
        lines.extend(uniques.map(|(unique, named)| format!("    {named}{}", self.unique(unique))));
        for (check, named) in table.checks.iter().zip(&names.checks) {
            if !(self.is_postgres() && check.is_not_valid) {
                lines.push(format!("    {named}{}", self.check(table, check)));
            }
        }
        if let (Some(parent), false) = (&table.parent, self.is_postgres()) {
            lines.push(format!("    {}{}", names.parent, self.parent(parent)));
        }
        if let (Some(column), true) = (table.exclusion, self.is_postgres()) {
            let condition = match table.columns[column].is_enum() {
                true => format!("(id WITH =) WHERE ({column} = 'ok')"),
                false => format!("({column} WITH =)"),
            };
            lines.push(format!("    CONSTRAINT ex_{name} EXCLUDE USING btree {condition}"));
        }
        let (before, after) = match (self.dialect, table.option) {
            (Dialect::Postgres, TableOption::Odd) => ("UNLOGGED ", ""),
            (Dialect::Sqlite, TableOption::Odd) => ("", " WITHOUT ROWID"),
            (Dialect::Sqlite, TableOption::Strict) => ("", " STRICT"),
            _ => ("", ""),
        };
        format!("CREATE {before}TABLE {} (\n{}\n){after}", self.name(name), lines.join(",\n"))
    }

    fn column(self, table: &Table, column: &Column, is_strict: bool) -> String {
        let Column { kind, is_nullable, default, is_collated, comment } = column;
        let ty = match (kind, self.dialect) {
            (Kind::Plain(ty), dialect) => TYPES[*ty].word(dialect, is_strict).to_owned(),
            (Kind::Computed { .. } | Kind::Numbered(0..=2), _) => "INTEGER".to_owned(),
            (Kind::Enum(name), Dialect::Postgres) => self.name(name),
            (Kind::EnumArray(name), Dialect::Postgres) => format!("{}[]", self.name(name)),
            (Kind::Enum(_) | Kind::EnumArray(_), Dialect::Sqlite) => "TEXT".to_owned(),
            (Kind::Numbered(3..=5), Dialect::Postgres) => "SERIAL".to_owned(),
            (Kind::Numbered(_), Dialect::Postgres) => "INTEGER".to_owned(),
            (Kind::Ticket(_), Dialect::Postgres) => "BIGINT".to_owned(),
            (Kind::Numbered(_) | Kind::Ticket(_), Dialect::Sqlite) => "INTEGER".to_owned(),
        };
        let collation = match (is_collated, self.dialect) {
            (true, Dialect::Postgres) => " COLLATE \"C\"",
            (true, Dialect::Sqlite) => " COLLATE NOCASE",
            (false, _) => "",
        };
        let null = match (is_nullable, self.dialect, comment) {
            (true, ..) => "",
            // What only PostgreSQL keeps is the choice of what SQLite does with a row that breaks it.
            (false, Dialect::Sqlite, Some(_)) => " NOT NULL ON CONFLICT FAIL",
            (false, ..) => " NOT NULL",
        };
        format!("{ty}{collation}{}{null}", self.default(table, column, *default))
    }

    fn default(self, table: &Table, column: &Column, default: Default) -> String {
        let Kind::Plain(ty) = column.kind else { return self.special_default(table, column, default) };
        let ty = TYPES[ty];
        let sql = match default {
            Default::None => return String::new(),
            Default::Common => ty.common(self.dialect),
            Default::Constant => ty.constant(self.dialect),
            Default::Expression => ty.expression(self.dialect).unwrap_or(ty.constant(self.dialect)),
        };
        format!(" DEFAULT {sql}")
    }

    /// The default of a column that is not of a plain type.
    fn special_default(self, table: &Table, column: &Column, default: Default) -> String {
        match (column.kind, default, self.dialect) {
            (Kind::Computed { of, is_stored }, _, dialect) => {
                let source = table.columns.get(of);
                let sql = match source {
                    Some(source) if source.is_enum() => format!("CASE WHEN {of} = 'ok' THEN 1 ELSE 2 END"),
                    Some(source) if source.is_text() => format!("length({of})"),
                    _ if is_stored => format!("{of} * 2"),
                    _ => format!("{of} + 1"),
                };
                let word = match (dialect, is_stored) {
                    (Dialect::Sqlite, false) => "VIRTUAL",
                    (Dialect::Postgres, _) | (Dialect::Sqlite, true) => "STORED",
                };
                format!(" GENERATED ALWAYS AS ({sql}) {word}")
            }
            (Kind::Numbered(0), _, Dialect::Postgres) => " GENERATED ALWAYS AS IDENTITY".to_owned(),
            (Kind::Numbered(1), _, Dialect::Postgres) => " GENERATED BY DEFAULT AS IDENTITY".to_owned(),
            (Kind::Numbered(2), _, Dialect::Postgres) => {
                " GENERATED BY DEFAULT AS IDENTITY (START WITH 10 INCREMENT BY 5)".to_owned()
            }
            (Kind::Numbered(_) | Kind::Plain(_), ..) | (Kind::Ticket(_), _, Dialect::Sqlite) => String::new(),
            (Kind::Ticket(name), ..) => format!(" DEFAULT nextval('{}')", self.name(name)),
            (Kind::Enum(_) | Kind::EnumArray(_), Default::None, _) => String::new(),
            (Kind::Enum(_), ..) => " DEFAULT 'ok'".to_owned(),
            (Kind::EnumArray(_), ..) => " DEFAULT '{ok}'".to_owned(),
        }
    }

    fn unique(self, unique: &Unique) -> String {
        let Unique { on, deferral, nulls_are_equal, include } = unique;
        let equal = if *nulls_are_equal && self.nulls_can_be_equal { " NULLS NOT DISTINCT" } else { "" };
        let (include, deferral) = match self.dialect {
            Dialect::Postgres => (included(*include), deferred(*deferral)),
            Dialect::Sqlite => (String::new(), on_conflict(*deferral)),
        };
        format!("UNIQUE{equal} ({}){include}{deferral}", on.join(", "))
    }

    fn check(self, table: &Table, check: &Check) -> String {
        let on = check.on;
        let condition = match table.columns[on].kind {
            Kind::Plain(ty) if self.is_postgres() && !TYPES[ty].is_comparable => {
                format!("{on}::text <> {}", TYPES[ty].constant(self.dialect))
            }
            Kind::Plain(ty) if TYPES[ty].family == Family::Truth => format!("{on} OR id > 0"),
            Kind::Plain(ty) => format!("{on} <> {}", TYPES[ty].constant(self.dialect)),
            Kind::Enum(_) => format!("{on} = 'ok' OR id > 0"),
            Kind::EnumArray(_) => format!("{on} <> '{{}}'"),
            Kind::Computed { .. } | Kind::Numbered(_) | Kind::Ticket(_) => format!("{on} > 0"),
        };
        format!("CHECK ({condition})")
    }

    fn parent(self, parent: &Parent) -> String {
        let Parent { table, by, goes_along, deferral } = parent;
        let action = if *goes_along { " ON DELETE CASCADE" } else { "" };
        let own = if *by == By::Pair { "parent_id, d" } else { "parent_id" };
        let (parent, key, deferral) = (self.name(table), key_of(*by).join(", "), deferred(*deferral));
        format!("FOREIGN KEY ({own}) REFERENCES {parent} ({key}){action}{deferral}")
    }

    fn index(self, name: &str, table: &Table, index: &Index, named: &str) -> String {
        let Index { number: _, keys, is_unique, is_partial, nulls_are_equal, include } = index;
        let unique = if *is_unique { "UNIQUE " } else { "" };
        let of_enum = keys.iter().find(|(column, _)| table.columns[column].is_enum());
        let condition = match (is_partial, of_enum) {
            (false, _) => String::new(),
            (true, Some((column, _))) => format!(" WHERE {column} = 'ok'"),
            (true, None) => " WHERE id > 1".to_owned(),
        };
        let keys = keys.iter().map(|(column, part)| match (part, &table.columns[column]) {
            (Part::Column, _) => (*column).to_owned(),
            (Part::Descending, _) => format!("{column} DESC"),
            (Part::Expression, of) if of.is_text() => format!("lower({column})"),
            (Part::Expression, of) if of.is_number() => format!("({column} + 1)"),
            (Part::Expression, of) if of.is_enum() => format!("coalesce({column}, 'ok')"),
            (Part::Expression, _) => (*column).to_owned(),
        });
        let keys = keys.collect::<Vec<_>>().join(", ");
        let include = if self.is_postgres() { included(*include) } else { String::new() };
        let equal = if *nulls_are_equal && self.nulls_can_be_equal { " NULLS NOT DISTINCT" } else { "" };
        format!("CREATE {unique}INDEX {named} ON {} ({keys}){include}{equal}{condition}", self.name(name))
    }

    /// What PostgreSQL is told after all tables are there.
    fn afterwards(self, name: &str, table: &Table, names: &Names) -> Lines {
        let mut lines = Lines::new();
        let alter = format!("ALTER TABLE {} ADD", self.name(name));
        let parent = table.parent.iter();
        lines.extend(parent.map(|parent| format!("{alter} {}{}", names.parent, self.parent(parent))));
        let unchecked = table.checks.iter().zip(&names.checks).filter(|(check, _)| check.is_not_valid);
        lines.extend(
            unchecked.map(|(check, named)| format!("{alter} {named}{} NOT VALID", self.check(table, check))),
        );
        for (column, Column { kind, .. }) in &table.columns {
            lines.extend(self.own_sequence(name, column, *kind));
        }
        let quoted = |comment: &str| comment.replace('\'', "''");
        if let Some(comment) = table.comment {
            lines.push(format!("COMMENT ON TABLE {} IS '{}'", self.name(name), quoted(comment)));
        }
        for (column, Column { comment, .. }) in &table.columns {
            lines.extend(comment.map(|comment| {
                format!("COMMENT ON COLUMN {}.{column} IS '{}'", self.name(name), quoted(comment))
            }));
        }
        lines
    }

    /// What makes the sequence of a column another than the one that SERIAL makes.
    fn own_sequence(self, name: &str, column: &str, kind: Kind) -> Lines {
        let (table, made) = (self.name(name), format!("{}_{column}_seq", self.name(name)));
        // In the table's schema, and with the name that the server gives.
        let Kind::Numbered(number) = kind else { return Lines::new() };
        match number {
            4 => vec![format!("ALTER SEQUENCE {made} RENAME TO sq_{name}_{column}")],
            5 => vec![format!("ALTER SEQUENCE {made} AS bigint INCREMENT BY 3")],
            6 => vec![
                format!("CREATE SEQUENCE {made} OWNED BY {table}.{column}"),
                format!("ALTER TABLE {table} ALTER {column} SET DEFAULT nextval('{made}')"),
            ],
            _ => Lines::new(),
        }
    }

    /// Three rows for each table, each with values of its own; they refer to each other at the end.
    pub(super) fn rows(self, garden: &Garden) -> String {
        let mut text = String::new();
        for (name, table) in &garden.tables {
            for id in 1..=3 {
                let (mut names, mut values) = (vec!["id"], vec![id.to_string()]);
                for (column_name, column) in &table.columns {
                    if let Some(value) = self.value(column_name, column, id) {
                        names.push(column_name);
                        values.push(value);
                    }
                }
                let overriding = if self.is_postgres() { " OVERRIDING SYSTEM VALUE" } else { "" };
                let (into, names, values) = (self.name(name), names.join(", "), values.join(", "));
                writeln!(text, "INSERT INTO {into} ({names}){overriding} VALUES ({values});")
                    .expect("text can be written");
            }
        }
        for (name, table) in &garden.tables {
            if let Some(Parent { by, .. }) = table.parent {
                let key = if by == By::Code { "id * 10" } else { "id" };
                let update = format!("UPDATE {} SET parent_id = {key} WHERE id < 3;", self.name(name));
                writeln!(text, "{update}").expect("text can be written");
            }
        }
        text
    }

    /// Changes rows and changes them back, so that deferred constraints have something to look at.
    pub(super) fn touched(self, garden: &Garden) -> String {
        let mut text = String::new();
        let mut twice = |name: &str, column: &str, sum: u8| {
            let name = self.name(name);
            for _ in 0..2 {
                writeln!(text, "UPDATE {name} SET {column} = {sum} - {column} WHERE {column} IS NOT NULL;")
                    .expect("text can be written");
            }
        };
        for (name, table) in &garden.tables {
            let is_one_grade = table.columns.get("d").is_some_and(Column::is_enum);
            if let Some(parent) = table.parent.as_ref().filter(|parent| parent.by != By::Pair || is_one_grade)
            {
                twice(name, "parent_id", if parent.by == By::Code { 30 } else { 3 });
            }
            for unique in table.uniques.iter().filter(|unique| unique.deferral != Deferral::None) {
                // SQLite looks at each row.
                if let (true, [only]) = (self.is_postgres(), unique.on.as_slice())
                    && matches!(table.columns[only].kind, Kind::Plain(0 | 1))
                    && !table.is_unique_at_once(only)
                {
                    twice(name, only, 40);
                }
            }
        }
        text
    }

    /// A value that differs in each row; `None` where the database computes it.
    fn value(self, name: &str, column: &Column, id: u8) -> Option<String> {
        if column.is_nullable && id == 3 && !matches!(column.kind, Kind::Computed { .. }) {
            return Some("NULL".to_owned());
        }
        match column.kind {
            Kind::Computed { .. } => None,
            Kind::Enum(_) => Some("'ok'".to_owned()),
            Kind::EnumArray(_) => Some("'{ok}'".to_owned()),
            Kind::Numbered(_) | Kind::Ticket(_) => Some((i32::from(id) * 10).to_string()),
            // Text that is no number stands in the way of a type of numbers.
            Kind::Plain(ty) if name == "c" && TYPES[ty].is_words() => Some(format!("'{name}{id}'")),
            Kind::Plain(ty) => Some(TYPES[ty].value(self.dialect, id)),
        }
    }
}

/// The columns that a reference is to.
pub(super) const fn key_of(by: By) -> &'static [&'static str] {
    match by {
        By::Code => &["a"],
        By::Key => &["id"],
        By::Pair => &["id", "d"],
    }
}

fn deferred(deferral: Deferral) -> &'static str {
    match deferral {
        Deferral::Deferred => " DEFERRABLE INITIALLY DEFERRED",
        Deferral::Immediate => " DEFERRABLE",
        Deferral::None => "",
    }
}

/// What SQLite does with a row that breaks a key, where PostgreSQL is told when it looks.
fn on_conflict(deferral: Deferral) -> &'static str {
    match deferral {
        Deferral::Deferred => " ON CONFLICT REPLACE",
        Deferral::Immediate => " ON CONFLICT IGNORE",
        Deferral::None => "",
    }
}

fn included(column: Option<&str>) -> String {
    column.map(|column| format!(" INCLUDE ({column})")).unwrap_or_default()
}
