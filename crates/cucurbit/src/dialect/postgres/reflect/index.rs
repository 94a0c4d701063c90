//! An index as a value: what the catalogue says in columns, and what only its definition says.
//!
//! The definition is read for what follows each part of the key: the collation and the operator class. The server prints
//! them where they are not those that the part has anyway; where the catalogue tells that they are, there is none.

use super::{
    super::expression::{Token, tokens, unwrapped},
    Read, ReflectError, Row, deferral,
};
use crate::schema::{Exclusion, Ident, Index, IndexKey, IndexPart, Nulls, Order};

/// What an index is there for.
pub(super) enum Carried {
    /// For itself.
    Index(Index),
    /// For a constraint.
    Exclusion(Exclusion),
}

/// Reads an index; `None` where it says what our values do not hold.
pub(super) fn index(row: &mut Row<'_>, read: &Read) -> Result<Option<Carried>, ReflectError> {
    let name = Ident::new(row.text()?);
    let is_unique = row.flag()?;
    let predicate = row.optional()?.map(|sql| unwrapped(&sql).into());
    let (mut numbers, length): (Vec<i16>, usize) = (row.numbers()?, row.number()?);
    let options: Vec<u16> = row.numbers()?;
    let (is_nulls_not_distinct, is_valid, method) = (row.flag()?, row.flag()?, row.text()?.into_owned());
    let parameters = row.optional_texts()?.unwrap_or_default();
    let (is_exclusion, deferral) = (row.flag()?, deferral(row.flag()?, row.flag()?));
    let (definition, keys) = (row.optional()?, row.optional_texts()?.unwrap_or_default());

    let included = numbers.split_off(length.min(numbers.len()));
    let said = match definition {
        Some(definition) => said(&definition, &keys),
        None => Some(vec![Said::default(); numbers.len()]),
    };
    let (Some(include), Some(said)) = (read.columns(&included), said) else {
        return Ok(None);
    };
    let operators = said.iter().filter_map(|said| said.operator.clone()).collect();
    let keys = keys.iter().map(Some).chain(std::iter::repeat(None));
    let parts = numbers.iter().zip(options).zip(keys).zip(said);
    let parts = parts.map(|(((number, options), key), said)| {
        let key = match read.columns.get(number) {
            Some(column) => IndexKey::Column(column.clone()),
            None => IndexKey::Expression(unwrapped(key?).into()),
        };
        let Said { collation, operator_class, operator: _ } = said;
        Some(IndexPart { collation, operator_class, ..index_part(key, options) })
    });
    let Some(parts) = parts.collect::<Option<Vec<_>>>() else { return Ok(None) };
    let index = Index {
        name,
        is_unique,
        method: Some(method).filter(|method| method != "btree"),
        parts,
        include,
        is_nulls_not_distinct,
        parameters: parameters.iter().filter_map(|parameter| parameter_of(parameter)).collect(),
        predicate,
        is_invalid: !is_valid,
        comment: None,
    };
    Ok(Some(if is_exclusion {
        Carried::Exclusion(Exclusion { index, operators, deferral, comment: None })
    } else {
        Carried::Index(index)
    }))
}

fn parameter_of(parameter: &str) -> Option<(String, String)> {
    let (name, value) = parameter.split_once('=')?;
    Some((name.to_owned(), value.to_owned()))
}

/// The bits of `pg_index.indoption`: INDOPTION_DESC and INDOPTION_NULLS_FIRST in `src/include/catalog/pg_index.h`.
fn index_part(key: IndexKey, options: u16) -> IndexPart {
    let (is_descending, is_nulls_first) = (options & 1 == 1, options & 2 == 2);
    let nulls = match (is_descending, is_nulls_first) {
        (false, true) => Some(Nulls::First),
        (true, false) => Some(Nulls::Last),
        (false, false) | (true, true) => None,
    };
    let order = if is_descending { Order::Descending } else { Order::Ascending };
    IndexPart { order, nulls, ..IndexPart::new(key) }
}

/// What is said of a part of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Said {
    collation: Option<String>,
    operator_class: Option<String>,
    /// Of an exclusion constraint.
    operator: Option<String>,
}

/// Reads what follows each part of the key in a definition, in which the server prints the parts as it does alone.
fn said(definition: &str, keys: &[String]) -> Option<Vec<Said>> {
    let mut rest = after_method(definition)?;
    let mut all = Vec::with_capacity(keys.len());
    for key in keys {
        rest = rest.trim_start().strip_prefix(key.as_str())?;
        let tokens = tokens(rest);
        let end = end_of_part(&tokens)?;
        all.push(said_of_part(rest, &tokens[..end])?);
        rest = &rest[tokens[end].start + 1..];
    }
    Some(all)
}

/// Returns what is after `USING method (`.
fn after_method(definition: &str) -> Option<&str> {
    let tokens = tokens(definition);
    let using = tokens.iter().position(|token| token.is("USING"))?;
    let open = tokens[using..].iter().find(|token| token.is_sign("("))?;
    definition.get(open.start + 1..)
}

/// Finds the comma or parenthesis that ends a part.
fn end_of_part(tokens: &[Token<'_>]) -> Option<usize> {
    let mut depth = 0_usize;
    tokens.iter().position(|token| {
        if token.is_sign("(") {
            depth += 1;
        } else if token.is_sign(")") && depth > 0 {
            depth -= 1;
        } else {
            return depth == 0 && (token.is_sign(",") || token.is_sign(")"));
        }
        false
    })
}

fn said_of_part(text: &str, mut tokens: &[Token<'_>]) -> Option<Said> {
    let mut said = Said::default();
    if let [word, name, rest @ ..] = tokens
        && word.is("COLLATE")
    {
        // A collation that is not on the search path has a name of two parts, and our values have one.
        if rest.first().is_some_and(|next| next.is_sign(".")) {
            return None;
        }
        said.collation = name.stored_name();
        tokens = rest;
    }
    let span = |tokens: &[Token<'_>]| {
        let (first, last) = (tokens.first()?, tokens.last()?);
        text.get(first.start..last.end()).map(str::to_owned)
    };
    if let Some(with) = tokens.iter().position(|token| token.is("WITH")) {
        said.operator = span(&tokens[with + 1..]);
        tokens = &tokens[..with];
    }
    let is_end = |token: &Token<'_>| token.is_any(&["ASC", "DESC", "NULLS"]);
    said.operator_class = span(&tokens[..tokens.iter().position(is_end).unwrap_or(tokens.len())]);
    Some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_part_is_read_after_it() {
        let definition = "CREATE INDEX \"USING (\" ON public.plant USING gist (lower(name) COLLATE \"C\" DESC NULLS LAST, \
                          ((a || 'x, DESC)'::text)), \"b,\" gist_trgm_ops (siglen='32') DESC) WHERE (a > 1)";
        let keys = ["lower(name)", "((a || 'x, DESC)'::text))", "\"b,\""].map(str::to_owned);
        let all = said(definition, &keys).expect("it can be read");
        assert_eq!(all[0], Said { collation: Some("C".to_owned()), ..Said::default() });
        assert_eq!(all[1], Said::default());
        let class = Some("gist_trgm_ops (siglen='32')".to_owned());
        assert_eq!(all[2], Said { operator_class: class, ..Said::default() });
    }

    #[test]
    fn an_operator_is_read_after_the_part_that_it_compares() {
        let definition =
            "EXCLUDE USING gist (bed WITH =, during range_ops WITH OPERATOR(garden.&&)) WHERE ((bed > 0))";
        let all = said(definition, &["bed", "during"].map(str::to_owned)).expect("it can be read");
        let operators: Vec<_> = all.iter().filter_map(|said| said.operator.as_deref()).collect();
        assert_eq!(operators, ["=", "OPERATOR(garden.&&)"]);
        assert_eq!(all[1].operator_class.as_deref(), Some("range_ops"));
    }

    #[test]
    fn a_collation_of_another_schema_is_nothing_that_our_values_hold() {
        let definition = "CREATE INDEX i ON t USING btree (a COLLATE garden.c)";
        assert_eq!(said(definition, &["a".to_owned()]), None);
    }
}
