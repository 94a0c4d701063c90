//! `#[derive(Value)]`: a newtype or an enum as what one column keeps, as `#[derive(sqlx::Type)]` writes it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Attribute, Data, DataEnum, DataStruct, DeriveInput, Error, Expr, Field, Fields, Ident, Meta, Result,
    Token, Variant, punctuated::Punctuated, spanned::Spanned,
};

use crate::{
    attributes::{self, once, unknown, words},
    field::name,
    names::{Qualified, RenameAll, plain},
    ty,
};

/// The words of the type.
const WORDS: &[&str] = &["comment", "length", "name", "rename_all", "ty"];

/// What is said of the type.
#[derive(Default)]
struct Said {
    comment: Option<Expr>,
    length: Option<Expr>,
    name: Option<Qualified>,
    rename_all: Option<RenameAll>,
    ty: Option<Expr>,
}

/// Writes the implementation of `Value`.
pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let said = Said::read(input)?;
    let stored = match (&said.ty, &said.length) {
        (Some(ty), _) => {
            let ty = attributes::value(ty);
            quote!(::cucurbit::model::Stored::new(#ty))
        }
        (None, Some(length)) => {
            let length = attributes::value(length);
            quote!(::cucurbit::model::Stored::new(::cucurbit::schema::Type::string(#length)))
        }
        (None, None) => match &input.data {
            Data::Struct(data) => newtype(input, data, &said)?,
            Data::Enum(data) => enumeration(input, data, &said)?,
            Data::Union(_) => return Err(Error::new(input.ident.span(), "a union is no value of a column")),
        },
    };
    let ident = &input.ident;
    let (generics, arguments, conditions) = input.generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #generics ::cucurbit::model::Value for #ident #arguments #conditions {
            fn stored() -> ::cucurbit::model::Stored {
                #stored
            }
        }
    })
}

impl Said {
    fn read(input: &DeriveInput) -> Result<Self> {
        let mut said = Self::default();
        for word in words(&input.attrs, "sqlx")? {
            if word.is("type_name") {
                said.name = Some(Qualified::read_sql(&name(&word)?.value()));
            }
            if word.is("rename_all") {
                said.rename_all = Some(RenameAll::read(&word.text()?)?);
            }
        }
        let mut named = None;
        for word in words(&input.attrs, "table")? {
            let span = word.span();
            match word.name.to_string().as_str() {
                "comment" => once(&mut said.comment, word.value()?.clone(), span)?,
                "length" => once(&mut said.length, word.value()?.clone(), span)?,
                "name" => once(&mut named, Qualified::read(&name(&word)?.value()), span)?,
                "rename_all" => said.rename_all = Some(RenameAll::read(&word.text()?)?),
                "ty" => once(&mut said.ty, word.value()?.clone(), span)?,
                _ => return Err(unknown(&word, "a value", WORDS)),
            }
        }
        said.name = named.or(said.name);
        Ok(said)
    }
}

/// Writes a newtype: the type of its one field, or the domain that it is named after.
fn newtype(input: &DeriveInput, data: &DataStruct, said: &Said) -> Result<TokenStream> {
    let fields: Vec<&Field> = data.fields.iter().collect();
    let is_transparent = words(&input.attrs, "sqlx")?.iter().any(|word| word.is("transparent"));
    let is_newtype = matches!(data.fields, Fields::Unnamed(_)) || is_transparent;
    let [field] = fields[..] else {
        let message = "a value of a column is a newtype, a struct with one field, or an enum; say the type of another one: \
                       `#[table(ty = Type::Jsonb)]`";
        return Err(Error::new(input.ident.span(), message));
    };
    if !is_newtype {
        let message = "a struct with a named field is a composite type of PostgreSQL, which is no part of a schema; a newtype \
                       is `struct PlantId(i64)`, or says `#[sqlx(transparent)]`";
        return Err(Error::new(input.ident.span(), message));
    }
    match &said.name {
        None => ty::stored(&field.ty),
        Some(name) => builtin(name).ok_or_else(|| {
            let message = "PostgreSQL's domains are no part of a schema: leave the name out, or say the type: \
                           `#[table(ty = Type::custom(\"…\"))]`";
            Error::new(input.ident.span(), message)
        }),
    }
}

/// Writes an enum: its integers where it has a `repr`, else an enum type with its values.
fn enumeration(input: &DeriveInput, data: &DataEnum, said: &Said) -> Result<TokenStream> {
    if let Some(variant) = data.variants.iter().find(|variant| !matches!(variant.fields, Fields::Unit)) {
        let message = "a variant with fields is no value of a column";
        return Err(Error::new(variant.fields.span(), message));
    }
    if let Some(integer) = repr(&input.attrs)? {
        return ty::stored(&syn::parse_quote!(#integer));
    }
    if let Some(text) = said.name.as_ref().and_then(builtin) {
        return Ok(text);
    }
    let values = values(data, said.rename_all)?;
    // sqlx asks PostgreSQL for the type by its name in Rust, which is read without quotes.
    let named = said.name.as_ref().map(Qualified::expression);
    let name = named.unwrap_or_else(|| Qualified::read_sql(&plain(&input.ident)).expression());
    let comment = said.comment.as_ref().map(|comment| {
        let comment = attributes::value(comment);
        quote!(ty.comment(#comment);)
    });
    Ok(quote! {{
        #[allow(unused_mut, reason = "a comment is said afterwards")]
        let mut ty = ::cucurbit::schema::EnumType::new(#name, [#(#values),*]);
        #comment
        ::cucurbit::model::Stored::enumeration(ty)
    }})
}

/// Returns the values, in the order of the variants, of which no two are one.
fn values(data: &DataEnum, rename_all: Option<RenameAll>) -> Result<Vec<String>> {
    let mut values: Vec<String> = Vec::new();
    for variant in &data.variants {
        let value = value(variant, rename_all)?;
        if values.contains(&value) {
            return Err(Error::new(variant.ident.span(), format!("there is a value `{value}` already")));
        }
        values.push(value);
    }
    Ok(values)
}

fn value(variant: &Variant, rename_all: Option<RenameAll>) -> Result<String> {
    let plain = plain(&variant.ident);
    let mut value = rename_all.map_or_else(|| plain.clone(), |way| way.rename(&plain));
    for word in words(&variant.attrs, "sqlx")?.iter().filter(|word| word.is("rename")) {
        value = word.text()?.value();
    }
    for word in words(&variant.attrs, "table")? {
        if !word.is("name") {
            return Err(unknown(&word, "a variant", &["name"]));
        }
        value = word.text()?.value();
    }
    Ok(value)
}

/// Returns the integer of `#[repr(i32)]`.
fn repr(attributes: &[Attribute]) -> Result<Option<Ident>> {
    let is_integer = |ident: &Ident| {
        let name = ident.to_string();
        name.starts_with(['i', 'u']) && name[1..].chars().all(|digit| digit.is_ascii_digit())
    };
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("repr")) {
        let listed = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)?;
        let mut idents = listed.iter().filter_map(|meta| meta.path().get_ident().cloned());
        if let Some(integer) = idents.find(is_integer) {
            return Ok(Some(integer));
        }
    }
    Ok(None)
}

/// Returns the type where sqlx is told one of PostgreSQL's own: `type_name = "text"`.
fn builtin(name: &Qualified) -> Option<TokenStream> {
    if name.schema.is_some() {
        return None;
    }
    let ty = match name.name.as_str() {
        "text" => quote!(Text),
        "varchar" => quote!(String { length: None }),
        "int2" | "smallint" => quote!(SmallInteger),
        "int4" | "int" | "integer" => quote!(Integer),
        "int8" | "bigint" => quote!(BigInteger),
        "uuid" => quote!(Uuid),
        "jsonb" => quote!(Jsonb),
        "json" => quote!(Json),
        _ => return None,
    };
    Some(quote!(::cucurbit::model::Stored::new(::cucurbit::schema::Type::#ty)))
}
