//! Gardens written down as SQL, in the words of each database, and rows for them.

use std::fmt::Write as _;

use cucurbit::schema::Dialect;

use super::garden::{
    Check, Column, Default, Deferral, Garden, Index, Kind, Parent, Part, TYPES, Table, TableOption, Unique,
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

    /// A table or a type, in its schema where there are schemas.
    fn name(self, name: &str) -> String {
        match (self.is_postgres(), name) {
            (true, "tool" | "stage") => format!("shed.{name}"),
            (_, name) => name.to_owned(),
        }
    }

    /// Writes a schema down.
    pub(super) fn schema(self, garden: &Garden) -> String {
        let Garden { tables, enums, sequences } = garden;
        let mut text = String::new();
        let mut write = |line: String| writeln!(text, "{line};").expect("text can be written");
        if self.is_postgres() {
            if tables.contains_key("tool") || enums.contains_key("stage") {
                write("CREATE SCHEMA shed".to_owned());
            }
            for (name, values) in enums {
                let values: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
                write(format!("CREATE TYPE {} AS ENUM ({})", self.name(name), values.join(", ")));
            }
            for (name, step) in sequences {
                write(format!("CREATE SEQUENCE {name} INCREMENT BY {step}"));
            }
        }
        for (name, table) in tables {
            write(self.table(name, table));
            for index in &table.indexes {
                write(self.index(name, table, index));
            }
        }
        if self.is_postgres() {
            for (name, table) in tables {
                self.afterwards(name, table).into_iter().for_each(&mut write);
            }
        }
        text
    }

    fn table(self, name: &str, table: &Table) -> String {
        let key_name = if table.has_odd_key { format!("key_{name}") } else { format!("pk_{name}") };
        let key = match (self.dialect, table.option) {
            (Dialect::Sqlite, TableOption::Numbered) => {
                format!(" CONSTRAINT {key_name} PRIMARY KEY AUTOINCREMENT")
            }
            _ => String::new(),
        };
        let mut lines: Lines = vec![format!("    id INTEGER NOT NULL{key}")];
        let is_strict = !self.is_postgres() && table.option == TableOption::Strict;
        for (column_name, column) in &table.columns {
            lines.push(format!("    {column_name} {}", self.column(column, is_strict)));
        }
        if table.parent.is_some() {
            lines.push("    parent_id INTEGER".to_owned());
        }
        if key.is_empty() {
            lines.push(format!("    CONSTRAINT {key_name} PRIMARY KEY (id)"));
        }
        lines.extend(table.uniques.iter().map(|unique| format!("    {}", self.unique(name, unique))));
        for check in &table.checks {
            if !(self.is_postgres() && check.is_not_valid) {
                lines.push(format!("    {}", self.check(name, table, check)));
            }
        }
        if let (Some(parent), false) = (&table.parent, self.is_postgres()) {
            lines.push(format!("    {}", self.parent(name, parent)));
        }
        if let (Some(column), true) = (table.exclusion, self.is_postgres()) {
            lines.push(format!("    CONSTRAINT ex_{name} EXCLUDE USING btree ({column} WITH =)"));
        }
        let (before, after) = match (self.dialect, table.option) {
            (Dialect::Postgres, TableOption::Odd) => ("UNLOGGED ", ""),
            (Dialect::Sqlite, TableOption::Odd) => ("", " WITHOUT ROWID"),
            (Dialect::Sqlite, TableOption::Strict) => ("", " STRICT"),
            _ => ("", ""),
        };
        format!("CREATE {before}TABLE {} (\n{}\n){after}", self.name(name), lines.join(",\n"))
    }

    fn column(self, column: &Column, is_strict: bool) -> String {
        let Column { kind, is_nullable, default, is_collated, comment: _ } = column;
        let ty = match (kind, self.dialect) {
            // SQLite keeps both words alike, and a STRICT table knows one of them.
            (Kind::Plain(5), Dialect::Sqlite) => "REAL".to_owned(),
            (Kind::Plain(ty), _) if !is_strict => TYPES[*ty].0.to_owned(),
            (Kind::Plain(0 | 1) | Kind::Computed { .. } | Kind::Numbered(0..=2), _) => "INTEGER".to_owned(),
            (Kind::Plain(5), Dialect::Postgres) => TYPES[5].0.to_owned(),
            (Kind::Enum(name), Dialect::Postgres) => self.name(name),
            (Kind::EnumArray(name), Dialect::Postgres) => format!("{}[]", self.name(name)),
            (Kind::Plain(_) | Kind::Enum(_) | Kind::EnumArray(_), _) => "TEXT".to_owned(),
            (Kind::Numbered(_), Dialect::Postgres) => "SERIAL".to_owned(),
            (Kind::Ticket(_), Dialect::Postgres) => "BIGINT".to_owned(),
            (Kind::Numbered(_) | Kind::Ticket(_), Dialect::Sqlite) => "INTEGER".to_owned(),
        };
        let collation = match (is_collated, self.dialect) {
            (true, Dialect::Postgres) => " COLLATE \"C\"",
            (true, Dialect::Sqlite) => " COLLATE NOCASE",
            (false, _) => "",
        };
        let null = if *is_nullable { "" } else { " NOT NULL" };
        format!("{ty}{collation}{}{null}", self.default(column, *default))
    }

    fn default(self, column: &Column, default: Default) -> String {
        match (column.kind, default, self.dialect) {
            (Kind::Computed { of, is_stored }, _, Dialect::Sqlite) if !is_stored => {
                format!(" GENERATED ALWAYS AS ({of} + 1) VIRTUAL")
            }
            (Kind::Computed { of, is_stored }, ..) => {
                let number = if is_stored { "* 2" } else { "+ 1" };
                format!(" GENERATED ALWAYS AS ({of} {number}) STORED")
            }
            (Kind::Numbered(0), _, Dialect::Postgres) => " GENERATED ALWAYS AS IDENTITY".to_owned(),
            (Kind::Numbered(1), _, Dialect::Postgres) => " GENERATED BY DEFAULT AS IDENTITY".to_owned(),
            (Kind::Numbered(2), _, Dialect::Postgres) => {
                " GENERATED BY DEFAULT AS IDENTITY (START WITH 10 INCREMENT BY 5)".to_owned()
            }
            (Kind::Numbered(_), ..) | (Kind::Ticket(_), _, Dialect::Sqlite) => String::new(),
            (Kind::Ticket(name), ..) => format!(" DEFAULT nextval('{name}')"),
            (_, Default::None, _) => String::new(),
            (Kind::Enum(_), ..) => " DEFAULT 'ok'".to_owned(),
            (Kind::EnumArray(_), ..) => " DEFAULT '{ok}'".to_owned(),
            (Kind::Plain(ty), Default::Constant, _) => format!(" DEFAULT {}", TYPES[ty].1),
            (Kind::Plain(_), Default::Expression, _) if column.is_text() => {
                " DEFAULT (upper('x'))".to_owned()
            }
            (Kind::Plain(_), Default::Expression, _) => " DEFAULT (abs(-3))".to_owned(),
        }
    }

    fn unique(self, table: &str, unique: &Unique) -> String {
        let Unique { on, deferral, nulls_are_equal, include } = unique;
        let named = match on.as_slice() {
            ["e", ..] => String::new(),
            on => format!("CONSTRAINT uq_{table}_{} ", on.join("_")),
        };
        let equal = if *nulls_are_equal && self.nulls_can_be_equal { " NULLS NOT DISTINCT" } else { "" };
        let (include, deferral) = match self.dialect {
            Dialect::Postgres => (included(*include), deferred(*deferral)),
            Dialect::Sqlite => (String::new(), ""),
        };
        format!("{named}UNIQUE{equal} ({}){include}{deferral}", on.join(", "))
    }

    fn check(self, name: &str, table: &Table, check: &Check) -> String {
        let on = check.on;
        let named = if on == "e" { String::new() } else { format!("CONSTRAINT ck_{name}_{on} ") };
        let condition = match table.columns[on].kind {
            Kind::Plain(ty) => format!("{on} <> {}", TYPES[ty].1),
            Kind::Enum(_) => format!("{on} = 'ok' OR id > 0"),
            Kind::EnumArray(_) => format!("{on} <> '{{}}'"),
            Kind::Computed { .. } | Kind::Numbered(_) | Kind::Ticket(_) => format!("{on} > 0"),
        };
        format!("{named}CHECK ({condition})")
    }

    fn parent(self, name: &str, parent: &Parent) -> String {
        let Parent { table, by_code, goes_along, deferral } = parent;
        let action = if *goes_along { " ON DELETE CASCADE" } else { "" };
        let (parent, key) = (self.name(table), if *by_code { "a" } else { "id" });
        let deferral = deferred(*deferral);
        format!(
            "CONSTRAINT fk_{name}_{table} FOREIGN KEY (parent_id) REFERENCES {parent} ({key}){action}{deferral}"
        )
    }

    fn index(self, name: &str, table: &Table, index: &Index) -> String {
        let Index { number, keys, is_unique, is_partial, nulls_are_equal, include } = index;
        let unique = if *is_unique { "UNIQUE " } else { "" };
        let keys = keys.iter().map(|(column, part)| match part {
            Part::Column => (*column).to_owned(),
            Part::Descending => format!("{column} DESC"),
            Part::Expression if table.columns[column].is_text() => format!("lower({column})"),
            Part::Expression if table.columns[column].is_number() => format!("({column} + 1)"),
            Part::Expression => (*column).to_owned(),
        });
        let keys = keys.collect::<Vec<_>>().join(", ");
        let include = if self.is_postgres() { included(*include) } else { String::new() };
        let equal = if *nulls_are_equal && self.nulls_can_be_equal { " NULLS NOT DISTINCT" } else { "" };
        let condition = if *is_partial { " WHERE id > 1" } else { "" };
        format!(
            "CREATE {unique}INDEX ix_{name}_{number} ON {} ({keys}){include}{equal}{condition}",
            self.name(name)
        )
    }

    /// What PostgreSQL is told after all tables are there.
    fn afterwards(self, name: &str, table: &Table) -> Lines {
        let mut lines = Lines::new();
        let alter = format!("ALTER TABLE {} ADD", self.name(name));
        lines.extend(table.parent.iter().map(|parent| format!("{alter} {}", self.parent(name, parent))));
        let unchecked = table.checks.iter().filter(|check| check.is_not_valid);
        lines.extend(unchecked.map(|check| format!("{alter} {} NOT VALID", self.check(name, table, check))));
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

    /// Three rows for each table, each with values of its own; they refer to each other at the end.
    pub(super) fn rows(self, garden: &Garden) -> String {
        let mut text = String::new();
        for (name, table) in &garden.tables {
            for id in 1..=3 {
                let (mut names, mut values) = (vec!["id"], vec![id.to_string()]);
                for (column_name, column) in &table.columns {
                    if let Some(value) = value(column_name, column, id) {
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
            if let Some(Parent { by_code, .. }) = table.parent {
                let key = if by_code { "id * 10" } else { "id" };
                let update = format!("UPDATE {} SET parent_id = {key} WHERE id < 3;", self.name(name));
                writeln!(text, "{update}").expect("text can be written");
            }
        }
        text
    }
}

/// A value that differs in each row; `None` where the database computes it.
fn value(name: &str, column: &Column, id: u8) -> Option<String> {
    if column.is_nullable && id == 3 && !matches!(column.kind, Kind::Computed { .. }) {
        return Some("NULL".to_owned());
    }
    match column.kind {
        Kind::Computed { .. } => None,
        Kind::Enum(_) => Some("'ok'".to_owned()),
        Kind::EnumArray(_) => Some("'{ok}'".to_owned()),
        Kind::Numbered(_) | Kind::Ticket(_) | Kind::Plain(0 | 1) => Some((i32::from(id) * 10).to_string()),
        Kind::Plain(5) => Some(format!("{id}.25")),
        // Text that is no number stands in the way of a type of numbers.
        Kind::Plain(_) if name == "c" => Some(format!("'{name}{id}'")),
        Kind::Plain(_) => Some(format!("'{id}0'")),
    }
}

fn deferred(deferral: Deferral) -> &'static str {
    match deferral {
        Deferral::Deferred => " DEFERRABLE INITIALLY DEFERRED",
        Deferral::Immediate => " DEFERRABLE",
        Deferral::None => "",
    }
}

fn included(column: Option<&str>) -> String {
    column.map(|column| format!(" INCLUDE ({column})")).unwrap_or_default()
}
