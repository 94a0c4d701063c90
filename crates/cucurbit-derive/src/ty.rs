//! The type of a field as the type of a column.
//!
//! What is known is known by the last name in a type's path: a macro sees no more of it, and so this crate needs none of the
//! crates whose types these are. A type with an implementation of `Value` says it itself, whatever its name is.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{
    Error, GenericArgument, Path, PathArguments, Result, Type, TypeArray, TypePath, TypeReference, TypeSlice,
    spanned::Spanned,
};

/// The type of a field without what says that NULL is taken.
pub(crate) struct Inner {
    pub(crate) ty: Type,
    pub(crate) is_nullable: bool,
}

/// Takes `Option<…>` off.
pub(crate) fn inner(ty: &Type) -> Inner {
    match argument_of(ty, &["Option"]) {
        Some(inner) => Inner { ty: inner.clone(), is_nullable: true },
        None => Inner { ty: ty.clone(), is_nullable: false },
    }
}

/// Returns the expression of what a field's type is kept as.
pub(crate) fn stored(ty: &Type) -> Result<TokenStream> {
    let ty = bare(ty);
    if let Some(element) = array_element(ty) {
        if last_name(element).as_deref() == Some("u8") {
            return known(ty, &quote!(::cucurbit::schema::Type::Binary));
        }
        let element = stored(element)?;
        return Ok(quote!(#element.array()));
    }
    let Some(name) = last_name(ty) else {
        return Err(Error::new(
            ty.span(),
            "no type of a column is known for this; say it: `#[table(ty = Type::Text)]`",
        ));
    };
    if let Some(instead) = refused(&name) {
        let message = format!(
            "neither database has a type for `{name}`; take {instead}, or say the type: `#[table(ty = Type::Text)]`"
        );
        return Err(Error::new(ty.span(), message));
    }
    match by_name(&name) {
        Some(column) => known(ty, &column),
        None => Ok(quote_spanned!(ty.span()=> <#ty as ::cucurbit::model::Value>::stored())),
    }
}

/// Tells whether the column of a field is one of texts, as far as its name tells.
pub(crate) fn may_be_text(ty: &Type) -> bool {
    last_name(bare(ty)).is_some_and(|name| {
        matches!(name.as_str(), "String" | "str")
            || by_name(&name).is_none() && array_element(bare(ty)).is_none()
    })
}

/// Returns the expression of a type that is known by name; one that implements `Value` comes first.
fn known(ty: &Type, column: &TokenStream) -> Result<TokenStream> {
    Ok(quote! {{
        use ::cucurbit::model::stored::{Known as _, Own as _};
        (&::cucurbit::model::stored::Of::<#ty>::new()).stored(::cucurbit::model::Stored::new(#column))
    }})
}

/// The types that are known by their last name.
fn by_name(name: &str) -> Option<TokenStream> {
    let ty = |ty: TokenStream| quote!(::cucurbit::schema::Type::#ty);
    let text_on_sqlite = |spelling: &str| {
        let (spelled, text) = (ty(quote!(custom(#spelling))), ty(quote!(Text)));
        quote!(#spelled.on(::cucurbit::schema::Dialect::Sqlite, #text))
    };
    Some(match name {
        "bool" => ty(quote!(Boolean)),
        // sqlx binds `u16` and its kin on SQLite only, where a word of integers is as good as another.
        "i8" | "i16" | "u8" => ty(quote!(SmallInteger)),
        "i32" | "u16" => ty(quote!(Integer)),
        "i64" | "u32" => ty(quote!(BigInteger)),
        "f32" => ty(quote!(Real)),
        "f64" => ty(quote!(Double)),
        "String" | "str" => ty(quote!(Text)),
        // chrono's and time's.
        "NaiveDate" | "Date" => ty(quote!(Date)),
        "NaiveTime" | "Time" => ty(quote!(Time { precision: None })),
        "NaiveDateTime" | "PrimitiveDateTime" => ty(quote!(DateTime { precision: None })),
        "DateTime" | "OffsetDateTime" => ty(quote!(DateTimeTz { precision: None })),
        "PgInterval" => ty(quote!(Interval)),
        "Uuid" => ty(quote!(Uuid)),
        // serde_json's, and sqlx's wrapper of what serde can write.
        "Value" | "JsonValue" | "Json" | "RawValue" => ty(quote!(Jsonb)),
        "BigDecimal" | "Decimal" => ty(quote!(Decimal { precision: None })),
        "IpAddr" | "IpNetwork" | "IpNet" => text_on_sqlite("inet"),
        "MacAddress" => text_on_sqlite("macaddr"),
        "BitVec" => text_on_sqlite("bit varying"),
        _ => return None,
    })
}

/// The types that no column can keep, with what can be taken instead.
fn refused(name: &str) -> Option<&'static str> {
    Some(match name {
        "u64" | "usize" | "isize" | "i128" | "u128" => "`i64`",
        "char" => "`String`",
        _ => return None,
    })
}

/// Takes off what changes nothing of the value: references, `Box<…>`, `Cow<'_, …>`.
fn bare(ty: &Type) -> &Type {
    if let Type::Reference(TypeReference { elem, .. }) = ty {
        return bare(elem);
    }
    if let Type::Paren(inner) = ty {
        return bare(&inner.elem);
    }
    if let Type::Group(inner) = ty {
        return bare(&inner.elem);
    }
    argument_of(ty, &["Arc", "Box", "Cow", "Rc"]).map_or(ty, bare)
}

/// Returns the type of the elements of a list.
fn array_element(ty: &Type) -> Option<&Type> {
    if let Type::Array(TypeArray { elem, .. }) | Type::Slice(TypeSlice { elem, .. }) = ty {
        return Some(elem);
    }
    argument_of(ty, &["Vec"])
}

/// Returns the last name in the path of a type.
fn last_name(ty: &Type) -> Option<String> {
    Some(path(ty)?.segments.last()?.ident.to_string())
}

fn path(ty: &Type) -> Option<&Path> {
    if let Type::Path(TypePath { qself: None, path, .. }) = ty { Some(path) } else { None }
}

/// Returns the type in the brackets of a generic one with one of these names.
fn argument_of<'t>(ty: &'t Type, names: &[&str]) -> Option<&'t Type> {
    let last = path(ty)?.segments.last()?;
    if !names.iter().any(|name| last.ident == name) {
        return None;
    }
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    arguments
        .args
        .iter()
        .find_map(|argument| if let GenericArgument::Type(inner) = argument { Some(inner) } else { None })
}
