//! `#[cucurbit::test(…)]`: a test on each kind of database.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    Error, Expr, ExprArray, Ident, ItemFn, Result, Token, parse::Parser, punctuated::Punctuated,
    spanned::Spanned,
};

use crate::{
    attributes::{Word, ident},
    names,
};

/// The databases by the names of their variants.
const ALL: [&str; 2] = ["Postgres", "Sqlite"];

/// Writes a test for each database, in a module of the function's name.
pub(crate) fn expand(arguments: TokenStream, function: &ItemFn) -> Result<TokenStream> {
    if function.sig.asyncness.is_none() || function.sig.inputs.len() != 1 {
        let message = "a test on a database is `async fn name(database: Database)`";
        return Err(Error::new(function.sig.span(), message));
    }
    let arguments = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(arguments)?;
    let mut arguments = arguments.into_iter();
    let Some(scripts) = arguments.next() else {
        let message = "say which revisions are run: `#[cucurbit::test(versions::all())]`";
        return Err(Error::new(function.sig.ident.span(), message));
    };
    let dialects = match arguments.next() {
        Some(databases) => dialects(databases)?,
        None => ALL.map(|name| format_ident!("{name}")).to_vec(),
    };
    let (name, attributes) = (&function.sig.ident, &function.attrs);
    let body = ItemFn { attrs: Vec::new(), ..function.clone() };
    let tests = dialects.iter().map(|dialect| {
        let test = format_ident!("{}", names::plain(dialect).to_lowercase());
        quote! {
            #[::core::prelude::v1::test]
            #(#attributes)*
            fn #test() {
                ::cucurbit::testing::run(::cucurbit::schema::Dialect::#dialect, #scripts, super::#name);
            }
        }
    });
    Ok(quote! {
        #body

        mod #name {
            #[allow(unused_imports, reason = "the revisions may be named by a whole path")]
            use super::*;

            #(#tests)*
        }
    })
}

/// Reads `on = [Sqlite]`.
fn dialects(expression: Expr) -> Result<Vec<Ident>> {
    let span = expression.span();
    let wrong = || Error::new(span, "the databases are named as `on = [Postgres, Sqlite]`");
    let word = Word::read(expression).ok().filter(|word| word.is("on")).ok_or_else(wrong)?;
    let Expr::Array(ExprArray { elems, .. }) = word.value()? else { return Err(wrong()) };
    let names: Option<Vec<Ident>> = elems.iter().map(ident).collect();
    let names = names.filter(|names| !names.is_empty()).ok_or_else(wrong)?;
    match names.iter().find(|name| !ALL.iter().any(|known| name == known)) {
        Some(name) => Err(Error::new(name.span(), "it is `Postgres` or `Sqlite`")),
        None => Ok(names),
    }
}
