//! Keys, indexes, checks and references: what stands in their parentheses, as calls of the schema's builder.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Error, Expr, ExprMethodCall, Ident, Path, Result, spanned::Spanned};

use crate::{
    attributes::{Word, ident, text, unknown, value},
    names::Qualified,
};

/// The fields of a struct by the names of their columns.
#[derive(Default)]
pub(crate) struct Columns {
    /// Each field with its column; a flattened one has none.
    pub(crate) fields: Vec<(Ident, String)>,
    /// Whether there are columns of other structs beside them.
    pub(crate) has_flattened: bool,
}

impl Columns {
    /// Finds the column of a field.
    fn find(&self, field: &Ident) -> Option<&str> {
        self.fields.iter().find(|(name, _)| name == field).map(|(_, column)| column.as_str())
    }

    /// Reads a field, or the text of a column of a flattened one.
    pub(crate) fn read(&self, expression: &Expr) -> Result<String> {
        if let Some(column) = text(expression) {
            return Ok(column.value());
        }
        let Some(field) = ident(expression) else {
            return Err(Error::new(expression.span(), "this is not the name of a field"));
        };
        match self.find(&field) {
            Some(column) => Ok(column.to_owned()),
            None => Err(Error::new(field.span(), self.missing(&field))),
        }
    }

    fn missing(&self, field: &Ident) -> String {
        let fields = self.fields.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let flattened = if self.has_flattened {
            "; a column of a flattened struct is named by its text: \"created_at\""
        } else {
            ""
        };
        format!("there is no field `{field}` that is a column; there are {fields}{flattened}")
    }
}

/// What a word of a constraint takes.
#[derive(Clone, Copy)]
enum Takes {
    Columns,
    Nothing,
    /// Two texts.
    Pair,
    Value,
    /// A value that may be the bare name of a variant of this enum.
    Variant(&'static str),
}

/// A word of a constraint: its name, the method of the builder, and what it takes.
type Known = (&'static str, &'static str, Takes);

const COMMENT: Known = ("comment", "comment", Takes::Value);
const DEFERRABLE: Known = ("deferrable", "deferrable", Takes::Nothing);
const DEFERRED: Known = ("deferred", "deferred", Takes::Nothing);
const INCLUDE: Known = ("include", "include", Takes::Columns);
const NAME: Known = ("name", "named", Takes::Value);
/// The name of what has one from the start: no method of the builder sets it.
const NAMED: Known = ("name", "", Takes::Value);
const NOT_VALID: Known = ("not_valid", "not_valid", Takes::Nothing);
const NULLS: Known = ("nulls_not_distinct", "nulls_not_distinct", Takes::Nothing);
const ON_CONFLICT: Known = ("on_conflict", "on_conflict", Takes::Variant("OnConflict"));
const PARAMETER: Known = ("parameter", "parameter", Takes::Pair);
const PREDICATE: Known = ("predicate", "predicate", Takes::Value);
const USING: Known = ("using", "using", Takes::Value);

const OF_PRIMARY_KEY: &[Known] = &[COMMENT, DEFERRABLE, DEFERRED, INCLUDE, NAME, ON_CONFLICT];
const OF_UNIQUE: &[Known] = &[COMMENT, DEFERRABLE, DEFERRED, INCLUDE, NAME, NULLS, ON_CONFLICT];
const OF_CHECK: &[Known] = &[COMMENT, NAME, ("no_inherit", "no_inherit", Takes::Nothing), NOT_VALID];
const OF_INDEX: &[Known] =
    &[COMMENT, INCLUDE, NAMED, NULLS, PARAMETER, PREDICATE, ("unique", "unique", Takes::Nothing), USING];
const OF_EXCLUSION: &[Known] = &[COMMENT, DEFERRABLE, DEFERRED, INCLUDE, NAMED, PARAMETER, PREDICATE, USING];
const OF_REFERENCE: &[Known] = &[
    COMMENT,
    DEFERRABLE,
    DEFERRED,
    ("match_full", "match_full", Takes::Nothing),
    NAME,
    NOT_VALID,
    ("on_delete", "on_delete", Takes::Variant("Action")),
    ("on_delete_columns", "on_delete_columns", Takes::Columns),
    ("on_update", "on_update", Takes::Variant("Action")),
];

/// What was said in the parentheses: first what the constraint is of, then words.
struct Said {
    parts: Vec<Expr>,
    words: Vec<Word>,
}

/// Takes words and parts apart. A field comes before a word of the same name.
fn split(columns: &Columns, of: &str, known: &[Known], arguments: &[Expr]) -> Result<Said> {
    let mut said = Said { parts: Vec::new(), words: Vec::new() };
    for argument in arguments {
        let is_field = ident(argument).is_some_and(|name| columns.find(&name).is_some());
        let is_known = |word: &Word| {
            known.iter().any(|(name, _, takes)| {
                word.is(name) && (matches!(takes, Takes::Nothing) || !word.arguments.is_empty())
            })
        };
        let word = Word::read(argument.clone()).ok().filter(|_| !is_field);
        match word {
            Some(word) if is_known(&word) => said.words.push(word),
            Some(word) if matches!(argument, Expr::Assign(_)) => {
                let names: Vec<&str> = known.iter().map(|(name, ..)| *name).collect();
                return Err(unknown(&word, of, &names));
            }
            Some(_) | None => said.parts.push(argument.clone()),
        }
    }
    Ok(said)
}

/// Writes words as calls of the builder's methods.
fn calls(columns: &Columns, known: &[Known], words: &[Word]) -> Result<TokenStream> {
    let mut calls = TokenStream::new();
    for word in words {
        let of_builder = known.iter().find(|(name, method, _)| word.is(name) && !method.is_empty());
        let Some((_, method, takes)) = of_builder else { continue };
        let method = Ident::new(method, word.span());
        let arguments = match takes {
            Takes::Nothing => {
                word.flag()?;
                quote!()
            }
            Takes::Value => value(word.value()?),
            Takes::Variant(of) => variant(of, word.value()?),
            Takes::Pair => {
                let [name, value] = &word.arguments[..] else {
                    let message = format!("`{0}` takes two texts: `{0}(\"fillfactor\", \"70\")`", word.name);
                    return Err(Error::new(word.span(), message));
                };
                let (name, value) = (self::value(name), self::value(value));
                quote!(#name, #value)
            }
            Takes::Columns => {
                let names = word.arguments.iter().map(|one| columns.read(one)).collect::<Result<Vec<_>>>()?;
                quote!([#(#names),*])
            }
        };
        calls.extend(quote!(.#method(#arguments)));
    }
    Ok(calls)
}

/// Writes a variant of an enum of the schema, which may be named alone.
pub(crate) fn variant(of: &str, value: &Expr) -> TokenStream {
    match ident(value) {
        Some(name) => {
            let of = Ident::new(of, name.span());
            quote!(::cucurbit::schema::#of::#name)
        }
        None => self::value(value),
    }
}

fn names(columns: &Columns, of: &str, parts: &[Expr], span: Span) -> Result<Vec<String>> {
    if parts.is_empty() {
        return Err(Error::new(span, format!("{of} is of at least one field")));
    }
    parts.iter().map(|part| columns.read(part)).collect()
}

/// Writes the primary key of several fields.
pub(crate) fn primary_key(columns: &Columns, word: &Word) -> Result<(TokenStream, Vec<String>)> {
    let Said { parts, words } = split(columns, "a primary key", OF_PRIMARY_KEY, &word.arguments)?;
    let names = names(columns, "a primary key", &parts, word.span())?;
    let calls = calls(columns, OF_PRIMARY_KEY, &words)?;
    Ok((quote!(table.primary_key(&[#(#names),*])#calls;), names))
}

/// Writes a unique constraint; `own` is the column that says it.
pub(crate) fn unique(columns: &Columns, word: &Word, own: Option<&str>) -> Result<TokenStream> {
    let Said { parts, words } = split(columns, "a unique constraint", OF_UNIQUE, &word.arguments)?;
    let names = match own {
        Some(column) => {
            refuse_parts(&parts, "unique")?;
            vec![column.to_owned()]
        }
        None => names(columns, "a unique constraint", &parts, word.span())?,
    };
    let calls = calls(columns, OF_UNIQUE, &words)?;
    Ok(quote!(table.table().unique([#(#names),*])#calls;))
}

fn refuse_parts(parts: &[Expr], word: &str) -> Result<()> {
    match parts.first() {
        None => Ok(()),
        Some(part) => Err(Error::new(
            part.span(),
            format!("`{word}` of a field is of this field alone; of several it is said on the struct"),
        )),
    }
}

/// Writes a check.
pub(crate) fn check(columns: &Columns, word: &Word) -> Result<TokenStream> {
    let Said { parts, words } = split(columns, "a check", OF_CHECK, &word.arguments)?;
    let [condition] = &parts[..] else {
        return Err(Error::new(word.span(), "`check` takes one condition in SQL: `check(\"height > 0\")`"));
    };
    let (condition, calls) = (value(condition), calls(columns, OF_CHECK, &words)?);
    Ok(quote!(table.table().check(#condition)#calls;))
}

/// Writes an index; `own` is the column that says it.
pub(crate) fn index(columns: &Columns, table: &str, word: &Word, own: Option<&str>) -> Result<TokenStream> {
    let Said { parts, words } = split(columns, "an index", OF_INDEX, &word.arguments)?;
    let own = own.map(str::to_owned);
    let mut written = Vec::new();
    let mut of_columns: Option<Vec<String>> = Some(own.iter().cloned().collect());
    match &own {
        Some(column) => {
            refuse_parts(&parts, "index")?;
            written.push(quote!(::cucurbit::schema::IndexPart::from(#column)));
        }
        None if parts.is_empty() => {
            return Err(Error::new(word.span(), "an index is of at least one field"));
        }
        None => {
            for part in &parts {
                let (tokens, column) = index_part(columns, part)?;
                written.push(tokens);
                of_columns = of_columns.zip(column).map(|(mut all, column)| {
                    all.push(column);
                    all
                });
            }
        }
    }
    let named = words.iter().find(|one| one.is("name")).map(Word::value).transpose()?;
    let name = match (named, of_columns) {
        (Some(name), _) => value(name),
        (None, Some(columns)) => {
            let name = format!("ix_{table}_{}", columns.join("_"));
            quote!(#name)
        }
        (None, None) => {
            return Err(Error::new(word.span(), "an index on an expression needs a name: `name = \"ix_…\"`"));
        }
    };
    let calls = calls(columns, OF_INDEX, &words)?;
    Ok(quote! {
        table.table().index(::cucurbit::schema::Index::new(#name, ::std::vec![#(#written),*]))#calls;
    })
}

/// Writes a part of an index's key, with its column where it is one: a field, a field with methods, or a text of SQL.
fn index_part(columns: &Columns, part: &Expr) -> Result<(TokenStream, Option<String>)> {
    if let Some(sql) = text(part) {
        return Ok((quote!(::cucurbit::schema::build::expression(#sql)), None));
    }
    if ident(part).is_some() {
        let column = columns.read(part)?;
        return Ok((quote!(::cucurbit::schema::IndexPart::from(#column)), Some(column)));
    }
    if let Expr::MethodCall(ExprMethodCall { receiver, method, args, .. }) = part {
        let (receiver, column) = index_part(columns, receiver)?;
        let args = args.iter().map(value);
        return Ok((quote!(#receiver.#method(#(#args),*)), column));
    }
    // A function of scripts: `expression(sql("…").with(Sqlite, "…"))`.
    Ok((value(part), None))
}

/// Writes an exclusion constraint.
pub(crate) fn exclusion(columns: &Columns, word: &Word) -> Result<TokenStream> {
    let Said { parts, words } = split(columns, "an exclusion constraint", OF_EXCLUSION, &word.arguments)?;
    let named = words.iter().find(|one| one.is("name")).map(Word::value).transpose()?;
    let Some(name) = named else {
        return Err(Error::new(word.span(), "an exclusion constraint needs a name: `name = \"ex_…\"`"));
    };
    if parts.is_empty() {
        return Err(Error::new(
            word.span(),
            "an exclusion constraint is of at least one field: `room.excluding(\"=\")`",
        ));
    }
    let parts = parts.iter().map(|part| Ok(index_part(columns, part)?.0)).collect::<Result<Vec<_>>>()?;
    let (name, calls) = (value(name), calls(columns, OF_EXCLUSION, &words)?);
    Ok(quote!(table.table().exclusion(#name, [#(#parts),*])#calls;))
}

/// Writes a foreign key of one field.
pub(crate) fn references(columns: &Columns, word: &Word, own: &str) -> Result<TokenStream> {
    let Said { parts, words } = split_reference(&word.arguments)?;
    reference(columns, word.span(), &[own.to_owned()], &parts, &words)
}

/// Writes a foreign key of several fields: `foreign_key(bed_id, row, references(Place), on_delete = Cascade)`.
pub(crate) fn foreign_key(columns: &Columns, word: &Word) -> Result<TokenStream> {
    let (to, rest): (Vec<Expr>, Vec<Expr>) = word.arguments.iter().cloned().partition(|argument| {
        Word::read(argument.clone()).is_ok_and(|word| word.is("references")) && ident(argument).is_none()
    });
    let [to] = &to[..] else {
        let message =
            "a foreign key says to which table it leads, once: `foreign_key(bed_id, row, references(Place))`";
        return Err(Error::new(word.span(), message));
    };
    let Said { parts, mut words } = split(columns, "a foreign key", OF_REFERENCE, &rest)?;
    let names = names(columns, "a foreign key", &parts, word.span())?;
    let Said { parts, words: inside } = split_reference(&Word::read(to.clone())?.arguments)?;
    words.extend(inside);
    reference(columns, word.span(), &names, &parts, &words)
}

/// Takes what stands in `references(…)` apart: the names in it are those of another table.
fn split_reference(arguments: &[Expr]) -> Result<Said> {
    split(&Columns::default(), "a reference", OF_REFERENCE, arguments)
}

fn reference(
    columns: &Columns,
    span: Span,
    own: &[String],
    to: &[Expr],
    words: &[Word],
) -> Result<TokenStream> {
    let Some((table, referred)) = to.split_first() else {
        return Err(Error::new(span, "a reference names a struct, or a table: `references(Bed)`"));
    };
    let referred = referred
        .iter()
        .map(|one| match (text(one), ident(one)) {
            (Some(text), _) => Ok(text.value()),
            (None, Some(name)) => Ok(crate::names::plain(&name)),
            (None, None) => Err(Error::new(one.span(), "this is not the name of a column")),
        })
        .collect::<Result<Vec<_>>>()?;
    let calls = calls(columns, OF_REFERENCE, words)?;
    if let Some(name) = text(table) {
        if referred.is_empty() {
            let message =
                "a table that is named by its text is followed by its columns: `references(\"bed\", \"id\")`";
            return Err(Error::new(name.span(), message));
        }
        let name = Qualified::read(&name.value()).expression();
        return Ok(quote! {
            table.table().foreign_key([#(#own),*], #name, [#(#referred),*])#calls;
        });
    }
    let Expr::Path(path) = table else {
        return Err(Error::new(table.span(), "this is neither a struct nor the text of a table's name"));
    };
    let path: &Path = &path.path;
    Ok(quote! {
        table.foreign_key::<#path>(&[#(#own),*], &[#(#referred),*])#calls;
    })
}
