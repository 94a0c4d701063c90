//! Finds the unnamed check that a script means among those that the server named and printed in its own form.
//!
//! Only the server knows for certain whether two conditions are one. Here are those rewritings of it that are plain to
//! see; where they do not lead to one check alone, none is meant: to drop another one would be worse than to refuse.

use std::collections::BTreeSet;

use super::{
    define::text,
    expression::{self, Class, Token},
    names,
};
use crate::schema::{Constraint, Expression, Ident, Table};

/// Words behind which the server puts others: `IN (1, 2)` becomes `= ANY (ARRAY[1, 2])`.
const REWRITTEN: [&str; 16] = [
    "at",
    "between",
    "cast",
    "date",
    "distinct",
    "from",
    "ilike",
    "in",
    "interval",
    "like",
    "overlay",
    "position",
    "similar",
    "time",
    "timestamp",
    "trim",
];

/// Finds the name of the check with this condition, among those whose names the server chose.
pub(super) fn named(table: &Table, condition: &Expression) -> Option<Ident> {
    let wanted = Said::of(table, text(condition));
    let unnamed = || {
        let unnamed = table.constraints.iter().filter(|one| names::is_generated(table, one));
        let checks =
            unnamed.filter_map(|one| if let Constraint::Check(check) = one { Some(check) } else { None });
        checks.map(|check| (check, Said::of(table, text(&check.expression))))
    };
    if let Some((check, _)) = unnamed().find(|(_, said)| said.exact == wanted.exact) {
        return check.name.clone();
    }
    let mut alike = unnamed().filter(|(_, said)| wanted.may_be(said));
    match (alike.next(), alike.next()) {
        (Some((check, _)), None) => check.name.clone(),
        (Some(_), Some(_)) | (None, _) => None,
    }
}

/// What a condition says, without parentheses and casts.
#[derive(Debug, Default)]
struct Said {
    /// All of it.
    exact: String,
    /// All of it, with every text as a question mark: the server prints a day or a time in its own form.
    without_texts: String,
    columns: BTreeSet<Ident>,
    numbers: BTreeSet<String>,
    is_rewritten: bool,
}

impl Said {
    fn of(table: &Table, sql: &str) -> Self {
        let columns: Vec<&Ident> = table.columns.iter().map(|column| &column.name).collect();
        let mut said = Self { columns: expression::columns_in(sql, &columns), ..Self::default() };
        let tokens = expression::tokens(sql);
        let mut after_type = 0;
        for (place, token) in tokens.iter().enumerate() {
            match token.class {
                _ if place < after_type => {}
                Class::Sign if token.is_sign("::") => after_type = sized_type_end(&tokens, place + 1),
                Class::Sign if token.is_any_sign(&["(", ")", "[", "]"]) => {}
                Class::Number => {
                    said.numbers.insert(token.text.to_owned());
                    said.push(token.text, token.text);
                }
                Class::Text => {
                    let inner = token.text.trim_matches('\'');
                    let digits = inner.trim_start_matches('-');
                    if digits.parse::<f64>().is_ok() {
                        // A negative number is printed as a text with a cast.
                        said.numbers.insert(digits.to_owned());
                        said.push(inner, inner);
                    } else {
                        said.push(token.text, "?");
                    }
                }
                Class::Name | Class::Word => {
                    let name = token.stored_name().unwrap_or_default();
                    let is_column = columns.iter().any(|column| **column == *name);
                    said.is_rewritten |= !is_column && REWRITTEN.contains(&name.as_str());
                    said.push(&name, &name);
                }
                Class::Blob | Class::Command | Class::Sign => said.push(token.text, token.text),
            }
        }
        said.exact = said.exact.replace("!=", "<>");
        said.without_texts = said.without_texts.replace("!=", "<>");
        said
    }

    fn push(&mut self, exact: &str, without_texts: &str) {
        self.exact.push_str(exact);
        self.without_texts.push_str(without_texts);
    }

    /// Tells whether the server may have printed this as the other.
    fn may_be(&self, printed: &Self) -> bool {
        if self.is_rewritten {
            return self.columns == printed.columns && self.numbers == printed.numbers;
        }
        self.without_texts == printed.without_texts
    }
}

/// Returns where a type ends, with its length: `character varying(20)`.
fn sized_type_end(tokens: &[Token<'_>], start: usize) -> usize {
    let end = expression::type_end(tokens, start);
    let is_sized = tokens.get(end).is_some_and(|token| token.is_sign("("));
    let closes = || tokens[end..].iter().position(|token| token.is_sign(")"));
    if is_sized { closes().map_or(tokens.len(), |length| end + length + 1) } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{TableBuilder, build, build::*};

    /// A table as the server prints it, with the names that it gave.
    fn plant() -> Table {
        TableBuilder::build("plant", |table| {
            table.column(integer("height"));
            table.column(build::text("name"));
            table.column(date_time_tz("at"));
            for (number, sql) in [
                "height > 0",
                "height < 100",
                "(name)::text <> ''::text",
                "height > '-1'::integer",
                "at > '2026-01-01 00:00:00+00'::timestamp with time zone",
                "height = ANY (ARRAY[3, 4])",
                "height = ANY (ARRAY[5, 6])",
            ]
            .into_iter()
            .enumerate()
            {
                table.check(sql).named(format!("plant_check{}", number + 1));
            }
            table.check("height <> 13").named("luck");
        })
    }

    #[test]
    fn a_check_is_found_in_the_words_of_the_server() {
        let found = |sql: &str| named(&plant(), &sql.into()).map(|name| name.to_string());
        for (sql, name) in [
            ("height>0", "plant_check1"),
            ("((HEIGHT < 100))", "plant_check2"),
            ("name != ''", "plant_check3"),
            ("height > -1", "plant_check4"),
            ("at > '2026-01-01'", "plant_check5"),
            ("height IN (3, 4)", "plant_check6"),
        ] {
            assert_eq!(found(sql).as_deref(), Some(name), "{sql}");
        }
    }

    #[test]
    fn another_check_is_never_meant() {
        for sql in [
            "height < 0",
            "height > 100",
            "height IN (3, 7)",
            "name = ''",
            "height <> 13",
            "at < '2026-01-01'",
        ] {
            assert_eq!(named(&plant(), &sql.into()), None, "{sql}");
        }
    }
}
