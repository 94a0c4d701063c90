//! The one text of an expression, from SQLite's own grammar.
//!
//! SQLite has no server to ask: two expressions are one when the parser reads them as one. Parentheses that change
//! nothing, quotes around names, the case of names and keywords, `!=` and `==` do not count; the order of operands
//! does. What the parser cannot read stays as it is.

use std::fmt;

use sqlite3_parser::{
    Bump, FallibleIterator as _,
    ast::{Cmd, Expr, Literal, OneSelect, Operator, ResultColumn, Stmt, UnaryOperator, fmt::ToTokens as _},
    lexer::sql::Parser,
};

use super::token::{Class, quoted_lower, unquoted};
use crate::{
    dialect::lexer::Tokens,
    schema::{self, Dialect},
};

/// A constant of SQLite: one of ours, or bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Constant {
    /// Bytes, as hexadecimal digits.
    Blob(String),
    /// Everything else.
    Literal(schema::Literal),
}

/// Returns the text that stands for an expression in a comparison.
pub(super) fn expression_text(sql: &str) -> String {
    with_expression(sql, text).unwrap_or_else(|| sql.trim().to_owned())
}

/// Returns the constant that an expression is, if it is one.
pub(super) fn constant(sql: &str) -> Option<Constant> {
    with_expression(sql, literal).flatten()
}

/// Tells whether a text is an expression of SQLite.
pub(super) fn is_expression(sql: &str) -> bool {
    with_expression(sql, |_| ()).is_some()
}

/// An expression that is deeper is not read: its own text stands for it. SQLite takes 1,000 levels
/// (sqlite.org/limits.html, section 5), parentheses apart, which may be planted.
const DEEPEST: usize = 4_000;

/// An expression that is deeper is read on a thread that has room for it: reading goes as deep as it does.
const DEEP: usize = 200;

/// So much room a level takes at most, in bytes.
const ROOM_OF_A_LEVEL: usize = 1 << 14;

/// Parses an expression and hands it on; `None` where the grammar does not know it, or it is too deep.
fn with_expression<T: Send>(sql: &str, read: fn(&Expr<'_>) -> T) -> Option<T> {
    match depth(sql)? {
        ..=DEEP => parsed(sql, read),
        depth @ ..=DEEPEST => std::thread::scope(|scope| {
            let room = std::thread::Builder::new().stack_size(depth * ROOM_OF_A_LEVEL);
            // Without a thread it is compared by its own text, as one that cannot be read.
            room.spawn_scoped(scope, || parsed(sql, read)).ok()?.join().ok()?
        }),
        _ => None,
    }
}

/// Counts how deep the tree of an expression can be at most: its parentheses, and its operators between two commas.
/// `None` where a quote or a parenthesis is not closed within the text, which the parser takes for granted.
fn depth(sql: &str) -> Option<usize> {
    const OPERATORS: [&str; 20] = [
        "AND", "BETWEEN", "CASE", "COLLATE", "ELSE", "ESCAPE", "EXISTS", "GLOB", "IN", "IS", "ISNULL",
        "LIKE", "MATCH", "NOT", "NOTNULL", "OR", "REGEXP", "SELECT", "THEN", "WHEN",
    ];
    let (mut deepest, mut depth, mut here) = (0, 0_usize, 0);
    let mut outside = Vec::new();
    let mut tokens = Tokens::new(sql, Dialect::Sqlite);
    for token in tokens.by_ref() {
        match (token.class, token.text) {
            (Class::Sign, "(") => {
                outside.push(here);
                here = 0;
                depth += 1;
            }
            (Class::Sign, ")") => {
                let before = outside.pop()?;
                depth -= here + 1;
                here = before;
            }
            (Class::Sign, ",") => {
                depth -= here;
                here = 0;
            }
            (Class::Sign, ";") => return None,
            (Class::Sign, ".") => {}
            (Class::Sign, _) => {
                depth += 1;
                here += 1;
            }
            (Class::Word, _) if token.is_any(&OPERATORS) => {
                depth += 1;
                here += 1;
            }
            (Class::Blob | Class::Command | Class::Name | Class::Number | Class::Text | Class::Word, _) => {}
        }
        deepest = deepest.max(depth);
    }
    (outside.is_empty() && tokens.is_closed()).then_some(deepest)
}

/// Parses an expression whose quotes and parentheses are closed.
fn parsed<T>(sql: &str, read: fn(&Expr<'_>) -> T) -> Option<T> {
    let bump = Bump::new();
    let select = format!("SELECT ({sql}\n)");
    let mut parser = Parser::new(&bump, select.as_bytes());
    let Ok(Some(Cmd::Stmt(Stmt::Select(select)))) = parser.next() else { return None };
    let OneSelect::Select { columns: [ResultColumn::Expr(expression, None)], from: None, .. } =
        &select.body.select
    else {
        return None;
    };
    Some(read(expression))
}

/// Takes the parentheses off an expression.
fn bare<'e, 's>(mut expression: &'e Expr<'s>) -> &'e Expr<'s> {
    while let Expr::Parenthesized(inner) = expression
        && let [inner] = inner.as_slice()
    {
        expression = inner;
    }
    expression
}

fn literal(expression: &Expr<'_>) -> Option<Constant> {
    if let Expr::Literal(Literal::Blob(hex)) = bare(expression) {
        return Some(Constant::Blob((*hex).to_owned()));
    }
    plain(expression).map(Constant::Literal)
}

fn plain(expression: &Expr<'_>) -> Option<schema::Literal> {
    let expression = bare(expression);
    if let Expr::Unary(UnaryOperator::Positive, inner) = expression {
        return signed("", inner);
    }
    if let Expr::Unary(UnaryOperator::Negative, inner) = expression {
        return signed("-", inner);
    }
    if let Expr::Id(id) = expression {
        let is = |word: &str| id.0.eq_ignore_ascii_case(word);
        return if is("true") { Some(true.into()) } else { is("false").then(|| false.into()) };
    }
    let Expr::Literal(constant) = expression else { return None };
    match constant {
        Literal::Null => Some(schema::Literal::Null),
        Literal::Numeric(digits) => Some(number("", digits)),
        Literal::String(quoted) => Some(schema::Literal::String(unquoted(quoted))),
        Literal::Blob(_)
        | Literal::CurrentDate
        | Literal::CurrentTime
        | Literal::CurrentTimestamp
        | Literal::Keyword(_) => None,
    }
}

/// Reads a number behind a sign. The smallest of 64 bits is a number only with its sign.
fn signed(sign: &str, expression: &Expr<'_>) -> Option<schema::Literal> {
    let expression = bare(expression);
    if let Expr::Literal(Literal::Numeric(digits)) = expression {
        return Some(number(sign, digits));
    }
    let Expr::Unary(..) = expression else { return None };
    match (sign, plain(expression)?) {
        ("", number @ (schema::Literal::Integer(_) | schema::Literal::Number(_))) => Some(number),
        (_, schema::Literal::Integer(value)) => Some(schema::Literal::Integer(value.checked_neg()?)),
        (_, _) => None,
    }
}

/// Reads digits: hexadecimal ones are the 64 bits of a number (sqlite.org/lang_expr.html, section 3), and `_` may
/// stand between two.
fn number(sign: &str, digits: &str) -> schema::Literal {
    let digits = digits.replace('_', "");
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    if let Some(Ok(bits)) = hex.map(|hex| u64::from_str_radix(hex, 16)) {
        let value = bits.cast_signed();
        return schema::Literal::Integer(if sign == "-" { value.wrapping_neg() } else { value });
    }
    let digits = format!("{sign}{digits}");
    match digits.parse() {
        Ok(value) => schema::Literal::Integer(value),
        Err(_) => schema::Literal::Number(digits),
    }
}

/// Writes an expression with parentheses around every operator, so that none of the author's are needed.
fn text(expression: &Expr<'_>) -> String {
    let not = |not: bool| if not { "NOT " } else { "" };
    match expression {
        Expr::Between { lhs, not: is_not, start, end } => {
            format!("({} {}BETWEEN {} AND {})", text(lhs), not(*is_not), text(start), text(end))
        }
        Expr::Binary(left, Operator::Is, right) if is_null(right) => format!("({} IS NULL)", text(left)),
        Expr::Binary(left, Operator::IsNot, right) if is_null(right) => {
            format!("({} IS NOT NULL)", text(left))
        }
        Expr::Binary(left, operator, right) => {
            format!("({} {} {})", text(left), Sign(*operator), text(right))
        }
        Expr::Case { base, when_then_pairs, else_expr } => {
            let mut result = "CASE".to_owned();
            for part in base.iter() {
                result = format!("{result} {}", text(part));
            }
            for (when, then) in *when_then_pairs {
                result = format!("{result} WHEN {} THEN {}", text(when), text(then));
            }
            for part in else_expr.iter() {
                result = format!("{result} ELSE {}", text(part));
            }
            format!("{result} END")
        }
        Expr::Cast { expr, type_name } => {
            let ty = type_name.as_ref().map(|ty| ty.name.to_ascii_uppercase()).unwrap_or_default();
            let size = type_name.as_ref().and_then(|ty| ty.size.as_ref()).map(|size| match size {
                sqlite3_parser::ast::TypeSize::MaxSize(size) => format!("({})", text(size)),
                sqlite3_parser::ast::TypeSize::TypeSize(one, two) => {
                    format!("({}, {})", text(one), text(two))
                }
            });
            format!("CAST({} AS {ty}{})", text(expr), size.unwrap_or_default())
        }
        Expr::Collate(inner, collation) => {
            format!("({} COLLATE {})", text(inner), collation.to_ascii_uppercase())
        }
        Expr::FunctionCall { name, distinctness: None, args, order_by: None, filter_over: None } => {
            format!("{}({})", name.0.to_ascii_lowercase(), list(args.unwrap_or_default()))
        }
        Expr::Id(id) => quoted_lower(id.0),
        Expr::InList { lhs, not: is_not, rhs } => {
            format!("({} {}IN ({}))", text(lhs), not(*is_not), list(rhs.unwrap_or_default()))
        }
        Expr::IsNull(inner) => format!("({} IS NULL)", text(inner)),
        Expr::Like { lhs, not: is_not, op, rhs, escape } => {
            let escape = escape.map(|escape| format!(" ESCAPE {}", text(escape))).unwrap_or_default();
            let operator = format!("{op:?}").to_ascii_uppercase();
            format!("({} {}{operator} {}{escape})", text(lhs), not(*is_not), text(rhs))
        }
        Expr::Literal(literal) => match literal {
            Literal::Blob(hex) => format!("x'{}'", hex.to_ascii_uppercase()),
            Literal::CurrentDate => "CURRENT_DATE".to_owned(),
            Literal::CurrentTime => "CURRENT_TIME".to_owned(),
            Literal::CurrentTimestamp => "CURRENT_TIMESTAMP".to_owned(),
            Literal::Keyword(word) => word.to_ascii_uppercase(),
            Literal::Null => "NULL".to_owned(),
            Literal::Numeric(digits) => digits.to_ascii_lowercase(),
            Literal::String(quoted) => (*quoted).to_owned(),
        },
        Expr::Name(spelled) => quoted_lower(spelled.0),
        Expr::NotNull(inner) => format!("({} IS NOT NULL)", text(inner)),
        Expr::Parenthesized(inner) if inner.len() == 1 => text(&inner[0]),
        Expr::Parenthesized(inner) => format!("({})", list(inner)),
        Expr::Qualified(table, column) => format!("{}.{}", quoted_lower(table.0), quoted_lower(column.0)),
        Expr::Unary(operator, inner) => match operator {
            UnaryOperator::BitwiseNot => format!("(~ {})", text(inner)),
            UnaryOperator::Negative => format!("(- {})", text(inner)),
            UnaryOperator::Not => format!("(NOT {})", text(inner)),
            UnaryOperator::Positive => format!("(+ {})", text(inner)),
        },
        // A constraint or an index holds none of these, or too rarely to be told apart by more than their text.
        Expr::DoublyQualified(..)
        | Expr::Exists(_)
        | Expr::FunctionCall { .. }
        | Expr::FunctionCallStar { .. }
        | Expr::InSelect { .. }
        | Expr::InTable { .. }
        | Expr::Raise(..)
        | Expr::Subquery(_)
        | Expr::Variable(_) => expression.to_string(),
    }
}

fn is_null(expression: &Expr<'_>) -> bool {
    matches!(expression, Expr::Literal(Literal::Null))
}

fn list(expressions: &[Expr<'_>]) -> String {
    expressions.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// An operator as the parser writes it: the same for all of its spellings.
struct Sign(Operator);

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.to_fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_expression_have_one_text() {
        let families: [&[&str]; 7] = [
            &["a > 0 AND b<>'x'", "((\"A\" > 0) and ([b] != 'x'))", "a>0 -- why\n and b <> 'x'"],
            &["status IN ('a', 'b')", "(Status in ('a','b'))"],
            &["x IS NOT NULL", "x NOTNULL", "(x not null)"],
            &["lower(name)", "LOWER( \"name\" )"],
            &["name COLLATE nocase", "\"name\" collate NOCASE"],
            &["a = 1 OR b = 2 AND c = 3", "a == 1 or (b == 2 and c == 3)"],
            &["CASE WHEN a THEN 1 ELSE 2 END", "case when (a) then 1 else 2 end"],
        ];
        for family in families {
            for spelling in family {
                assert_eq!(expression_text(spelling), expression_text(family[0]), "{spelling}");
            }
        }
    }

    #[test]
    fn different_expressions_have_different_texts() {
        for (one, other) in
            [("a - (b - c)", "a - b - c"), ("a = 'X'", "a = 'x'"), ("a OR b AND c", "(a OR b) AND c")]
        {
            assert_ne!(expression_text(one), expression_text(other));
        }
    }

    #[test]
    fn what_cannot_be_read_is_kept() {
        for odd in ["'x'::text", "a > ", "1) FROM t --", "'open", "\"", "a; b", ""] {
            assert_eq!(expression_text(odd), odd.trim(), "{odd}");
        }
    }

    #[test]
    fn a_text_is_its_own_text() {
        for sql in
            ["a > 0 AND NOT b", "-x", "CAST(a AS numeric(3, 2))", "EXISTS (SELECT 1)", "a IN (SELECT 1)"]
        {
            let once = expression_text(sql);
            assert_eq!(expression_text(&once), once, "{sql}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic_and_its_result_is_stable(
            parts in proptest::collection::vec(proptest::sample::select(PARTS.as_slice()), 0..9)
        ) {
            let sql = parts.join(" ");
            let once = expression_text(&sql);
            proptest::prop_assert_eq!(expression_text(&once), once);
            constant(&sql);
        }
    }

    const PARTS: [&str; 44] = [
        "a",
        "b",
        "\"c\"\"d\"",
        "[e]",
        "`f`",
        "'g''h'",
        "''",
        "\"\"",
        "[]",
        "1",
        "1.5e3",
        "x'0A'",
        "x'0'",
        "?",
        ":p",
        "(",
        ")",
        ",",
        ".",
        "+",
        "-",
        "||",
        "->>",
        "=",
        "<>",
        "!",
        "AND",
        "OR",
        "NOT",
        "IS",
        "NULL",
        "IN",
        "LIKE",
        "BETWEEN",
        "CASE",
        "WHEN",
        "THEN",
        "END",
        "CAST",
        "COLLATE",
        "NOTNULL",
        "lower",
        "CURRENT_DATE",
        "é",
    ];

    #[test]
    fn constants_are_found_in_parentheses_and_behind_signs() {
        let is = |sql: &str, literal: schema::Literal| {
            assert_eq!(constant(sql), Some(Constant::Literal(literal)), "{sql}");
        };
        is("(0)", 0.into());
        is("- 1.5", schema::Literal::number("-1.5"));
        is("'it''s'", "it's".into());
        is("TRUE", true.into());
        is("null", schema::Literal::Null);
        is("-9223372036854775808", i64::MIN.into());
        is("-(9223372036854775808)", i64::MIN.into());
        is("9223372036854775808", schema::Literal::number("9223372036854775808"));
        is("- -7", 7.into());
        is("+.5", schema::Literal::number(".5"));
        is("0x1F", 31.into());
        is("0xFFFFFFFFFFFFFFFF", (-1).into());
        is("-0.0", schema::Literal::number("-0.0"));
        assert_eq!(constant("x'0aFF'"), Some(Constant::Blob("0aFF".to_owned())));
        assert_eq!(constant("datetime('now')"), None);
    }
}
