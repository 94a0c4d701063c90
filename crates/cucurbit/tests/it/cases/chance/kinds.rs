//! What a plain column can be: types in the words of each database, with constants and values for them.

use cucurbit::schema::Dialect;

/// Types whose values become each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Array,
    Bytes,
    Json,
    Number,
    Text,
    Time,
    Truth,
}

/// A type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain {
    pub(super) family: Family,
    postgres: &'static str,
    sqlite: &'static str,
    /// The word for it in a STRICT table.
    strict: &'static str,
    /// A constant as PostgreSQL reads it, and as it lies in a file of SQLite.
    constant: [&'static str; 2],
    /// How values look in which `#` is the number of the row.
    value: [&'static str; 2],
    /// Tells whether PostgreSQL can compare its values.
    pub(super) is_comparable: bool,
}

const fn plain(
    family: Family,
    words: [&'static str; 3],
    constant: [&'static str; 2],
    value: [&'static str; 2],
) -> Plain {
    let [postgres, sqlite, strict] = words;
    Plain { family, postgres, sqlite, strict, constant, value, is_comparable: true }
}

const fn alike(
    family: Family,
    word: &'static str,
    strict: &'static str,
    constant: &'static str,
    value: &'static str,
) -> Plain {
    plain(family, [word, word, strict], [constant, constant], [value, value])
}

/// All types. SQLite keeps some words alike, of which one is used here.
pub(super) const TYPES: [Plain; 22] = [
    alike(Family::Number, "INTEGER", "INTEGER", "7", "#0"),
    alike(Family::Number, "BIGINT", "INTEGER", "8", "#0"),
    alike(Family::Number, "SMALLINT", "INTEGER", "-9", "#0"),
    plain(Family::Number, ["DOUBLE PRECISION", "REAL", "REAL"], ["2.5", "2.5"], ["#.25", "#.25"]),
    plain(Family::Number, ["NUMERIC(8, 2)", "REAL(8, 2)", "REAL"], ["-1.50", "-1.5"], ["#.50", "#.5"]),
    alike(Family::Text, "VARCHAR(20)", "TEXT", "'it''s'", "'#0'"),
    alike(Family::Text, "VARCHAR(40)", "TEXT", "''", "'#0'"),
    alike(Family::Text, "TEXT", "TEXT", "'x, (y'", "'#0'"),
    alike(Family::Text, "CHAR(4)", "TEXT", "'ab'", "'#000'"),
    alike(Family::Time, "DATE", "TEXT", "'2020-02-29'", "'2021-03-0#'"),
    plain(
        Family::Time,
        ["TIMESTAMP", "DATETIME", "TEXT"],
        ["'2020-02-29 01:02:03'", "'2020-02-29 01:02:03'"],
        ["'2021-03-0# 04:05:06'", "'2021-03-0# 04:05:06'"],
    ),
    plain(
        Family::Time,
        ["TIMESTAMPTZ", "DATETIME", "TEXT"],
        ["'2020-02-29 01:02:03+00'", "'2020-02-29 01:02:03'"],
        ["'2021-03-0# 04:05:06+00'", "'2021-03-0# 04:05:06'"],
    ),
    plain(
        Family::Time,
        ["TIMESTAMP(3)", "DATETIME", "TEXT"],
        ["'2020-02-29 01:02:03'", "'2020-02-29 01:02:03'"],
        ["'2021-03-0# 04:05:06.5'", "'2021-03-0# 04:05:06.5'"],
    ),
    Plain {
        is_comparable: false,
        ..plain(
            Family::Json,
            ["JSON", "JSON_TEXT", "TEXT"],
            ["'{\"a\": 1}'", "'{\"a\": 1}'"],
            ["'{\"n\": #}'", "'{\"n\": #}'"],
        )
    },
    plain(Family::Json, ["JSONB", "JSON_TEXT", "TEXT"], ["'{}'", "'{}'"], ["'{\"n\": #}'", "'{\"n\": #}'"]),
    plain(Family::Truth, ["BOOLEAN", "BOOLEAN", "INTEGER"], ["true", "1"], ["#0 > 10", "#0 > 10"]),
    plain(Family::Array, ["TEXT[]", "TEXT", "TEXT"], ["'{}'", "'[]'"], ["'{#0}'", "'[\"#0\"]'"]),
    plain(
        Family::Array,
        ["VARCHAR(9)[]", "TEXT", "TEXT"],
        ["'{a,b}'", "'[\"a\"]'"],
        ["'{#0}'", "'[\"#0\"]'"],
    ),
    plain(Family::Array, ["INTEGER[]", "TEXT", "TEXT"], ["'{1,2}'", "'[1]'"], ["'{#0}'", "'[\"#0\"]'"]),
    plain(Family::Bytes, ["BYTEA", "BLOB", "BLOB"], ["'\\x00'", "X'00'"], ["'\\x0#'", "X'0#'"]),
    plain(
        Family::Text,
        ["UUID", "UUID_TEXT", "BLOB"],
        ["'00000000-0000-0000-0000-000000000000'", "X'00000000000000000000000000000000'"],
        ["'00000000-0000-0000-0000-00000000000#'", "X'0000000000000000000000000000000#'"],
    ),
    alike(Family::Time, "TIME", "TEXT", "'01:02:03'", "'04:05:0#'"),
];

/// Tells whether a type holds whole numbers.
pub(super) const fn is_whole(ty: usize) -> bool {
    ty <= 2
}

const fn place(dialect: Dialect) -> usize {
    match dialect {
        Dialect::Postgres => 0,
        Dialect::Sqlite => 1,
    }
}

impl Plain {
    /// Tells whether it holds words of any kind.
    pub(super) fn is_words(&self) -> bool {
        self.family == Family::Text && !self.is_uuid()
    }

    pub(super) fn is_uuid(&self) -> bool {
        self.postgres == "UUID"
    }

    pub(super) fn is_time_of_day(&self) -> bool {
        self.postgres == "TIME"
    }

    pub(super) fn word(&self, dialect: Dialect, is_strict: bool) -> &'static str {
        match dialect {
            Dialect::Postgres => self.postgres,
            Dialect::Sqlite if is_strict => self.strict,
            Dialect::Sqlite => self.sqlite,
        }
    }

    pub(super) fn constant(&self, dialect: Dialect) -> &'static str {
        self.constant[place(dialect)]
    }

    /// A constant that all types of the family take.
    pub(super) fn common(&self, dialect: Dialect) -> &'static str {
        match (self.family, dialect) {
            (Family::Array, Dialect::Postgres) => "'{3}'",
            (Family::Array, Dialect::Sqlite) => "'[3]'",
            (Family::Json, _) => "'[]'",
            (Family::Number, _) => "5",
            (Family::Time, _) if self.postgres == "DATE" => "'2020-01-02'",
            (Family::Time, _) if self.postgres != "TIME" => "'2020-01-02 00:00:00'",
            (Family::Text, _) if self.postgres != "UUID" => "'10'",
            (Family::Bytes | Family::Text | Family::Time | Family::Truth, _) => self.constant(dialect),
        }
    }

    pub(super) fn value(&self, dialect: Dialect, row: u8) -> String {
        self.value[place(dialect)].replace('#', &row.to_string())
    }

    /// An expression whose value is of the type; `None` where there is none in words of both databases.
    pub(super) fn expression(&self, dialect: Dialect) -> Option<&'static str> {
        match (self.family, dialect) {
            (Family::Text, _) if self.is_words() => Some("(upper('x'))"),
            (Family::Number, _) => Some("(abs(-3))"),
            (Family::Time, _) => Some("CURRENT_TIMESTAMP"),
            (Family::Json, Dialect::Postgres) => Some("(json_build_object('a', 1))"),
            (Family::Json, Dialect::Sqlite) => Some("(json_object('a', 1))"),
            (Family::Array | Family::Bytes | Family::Text | Family::Truth, _) => None,
        }
    }
}
