//! What stands in `#[table(…)]` and `#[sqlx(…)]`, word by word; what a word means is the business of who asks.
//!
//! A word is `unique`, `length = 20` or `references(Bed, on_delete = Cascade)`: `word = value` and `word(value)` are one.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    Attribute, Error, Expr, ExprAssign, ExprCall, ExprLit, Ident, Lit, LitStr, Result, Token,
    punctuated::Punctuated, spanned::Spanned,
};

/// A word with what is said in it.
#[derive(Clone)]
pub(crate) struct Word {
    pub(crate) name: Ident,
    pub(crate) arguments: Vec<Expr>,
}

/// Reads the words of all attributes of a name.
pub(crate) fn words(attributes: &[Attribute], name: &str) -> Result<Vec<Word>> {
    let mut words = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
        let listed = attribute.parse_args_with(Punctuated::<Expr, Token![,]>::parse_terminated)?;
        for one in listed {
            words.push(Word::read(one)?);
        }
    }
    Ok(words)
}

impl Word {
    /// Reads an expression as a word.
    pub(crate) fn read(expression: Expr) -> Result<Self> {
        let word = |name: &Expr, arguments: Vec<Expr>| match ident(name) {
            Some(name) => Ok(Self { name, arguments }),
            None => Err(Error::new(name.span(), "this is not a word")),
        };
        if let Expr::Assign(ExprAssign { left, right, .. }) = expression {
            return word(&left, vec![*right]);
        }
        if let Expr::Call(ExprCall { func, args, .. }) = expression {
            return word(&func, args.into_iter().collect());
        }
        word(&expression, Vec::new())
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    pub(crate) fn span(&self) -> Span {
        self.name.span()
    }

    /// Refuses anything said in it.
    pub(crate) fn flag(&self) -> Result<()> {
        match self.arguments.first() {
            None => Ok(()),
            Some(first) => Err(Error::new(first.span(), format!("`{}` says all by itself", self.name))),
        }
    }

    /// Returns the one value in it.
    pub(crate) fn value(&self) -> Result<&Expr> {
        match &self.arguments[..] {
            [value] => Ok(value),
            _ => Err(Error::new(self.span(), format!("`{0}` takes one value: `{0} = …`", self.name))),
        }
    }

    /// Returns the text in it.
    pub(crate) fn text(&self) -> Result<LitStr> {
        match text(self.value()?) {
            Some(text) => Ok(text.clone()),
            None => {
                Err(Error::new(self.value()?.span(), format!("`{0}` takes a text: `{0} = \"…\"`", self.name)))
            }
        }
    }
}

/// Returns the name that an expression is, if it is one alone.
pub(crate) fn ident(expression: &Expr) -> Option<Ident> {
    if let Expr::Path(path) = expression { path.path.get_ident().cloned() } else { None }
}

/// Returns the text that an expression is.
pub(crate) fn text(expression: &Expr) -> Option<&LitStr> {
    if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = expression { Some(text) } else { None }
}

/// Writes a value in which the words of scripts can be used: `Action::Cascade`, `sql("now()").with(Sqlite, "…")`.
///
/// They are in scope of this value alone: a struct of the user's own may have the name of one.
pub(crate) fn value(expression: &Expr) -> TokenStream {
    if let Expr::Lit(literal) = expression {
        return literal.to_token_stream();
    }
    quote! {{
        #[allow(unused_imports, reason = "a value need not use them")]
        use ::cucurbit::prelude::*;
        #expression
    }}
}

/// Refuses a word that is not known, with those that are.
pub(crate) fn unknown(word: &Word, of: &str, known: &[&str]) -> Error {
    let list = known.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", ");
    Error::new(word.span(), format!("`{}` cannot be said of {of}; these can: {list}", word.name))
}

/// Refuses a word that stands twice where once is all.
pub(crate) fn once<T>(place: &mut Option<T>, value: T, span: Span) -> Result<()> {
    if place.is_some() {
        return Err(Error::new(span, "this is said twice"));
    }
    *place = Some(value);
    Ok(())
}
