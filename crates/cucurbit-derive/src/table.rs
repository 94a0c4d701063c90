//! `#[derive(Table)]`: a struct with named fields as a table.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, FieldsNamed, Result, spanned::Spanned};

use crate::{
    attributes::{Word, once, unknown, value, words},
    constraint::{self, Columns},
    field::{ColumnField, Place, name},
    names::{self, Qualified, RenameAll},
};

/// The words of a struct.
const WORDS: &[&str] = &[
    "autoincrement",
    "check",
    "comment",
    "exclusion",
    "foreign_key",
    "index",
    "name",
    "primary_key",
    "rename_all",
    "schema",
    "strict",
    "unique",
    "unlogged",
    "without_rowid",
];

/// What a struct says of its table, besides its fields.
struct Said {
    name: Qualified,
    rename_all: Option<RenameAll>,
    words: Vec<Word>,
}

/// Writes the implementation of `Model`.
pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let fields = named_fields(input)?;
    if let Some(parameter) = input.generics.type_params().next() {
        return Err(Error::new(
            parameter.span(),
            "a table has no type parameters: name the types of its columns",
        ));
    }
    let said = Said::read(input)?;
    let fields = fields
        .named
        .iter()
        .map(|field| ColumnField::read(field, said.rename_all))
        .collect::<Result<Vec<_>>>()?;
    let columns = columns(&fields)?;
    let table = &said.name.name;
    let mut written = TokenStream::new();
    for field in &fields {
        written.extend(field.declare(&columns, table)?);
    }
    let (constraints, key) = said.constraints(&columns, &fields)?;
    if key.is_by_name {
        let name = &key.columns;
        written.extend(quote!(#(table.key_column(#name);)*));
    }
    written.extend(constraints);

    let (ident, name, key_columns) = (&input.ident, said.name.expression(), &key.columns);
    let flattened = fields.iter().filter_map(ColumnField::flattened);
    let (generics, arguments, conditions) = input.generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #generics ::cucurbit::model::Model for #ident #arguments #conditions {
            fn table_name() -> ::cucurbit::schema::TableName {
                #name
            }

            fn key() -> ::std::vec::Vec<::cucurbit::schema::Ident> {
                #[allow(unused_mut, reason = "only flattened structs add to it")]
                let mut key: ::std::vec::Vec<::cucurbit::schema::Ident> =
                    ::std::vec![#(::cucurbit::schema::Ident::from(#key_columns)),*];
                #(key.extend(<#flattened as ::cucurbit::model::Model>::key());)*
                key
            }

            fn declare(table: &mut ::cucurbit::model::Declared) {
                #written
            }
        }
    })
}

fn named_fields(input: &DeriveInput) -> Result<&FieldsNamed> {
    let what = match &input.data {
        Data::Struct(data) => {
            if let Fields::Named(fields) = &data.fields {
                return Ok(fields);
            }
            "a table is a struct with named fields; for a newtype write `#[derive(cucurbit::Value)]`"
        }
        Data::Enum(_) => {
            "a table is a struct; for an enum that is kept in a column write `#[derive(cucurbit::Value)]`"
        }
        Data::Union(_) => "a table is a struct",
    };
    Err(Error::new(input.ident.span(), what))
}

/// Collects the columns, of which no two have one name.
fn columns(fields: &[ColumnField]) -> Result<Columns> {
    let mut columns = Columns::default();
    for field in fields {
        match field.place {
            Place::Skipped => {}
            Place::Flattened => columns.has_flattened = true,
            Place::Column => {
                if columns.fields.iter().any(|(_, other)| *other == field.column) {
                    let message = format!("there is a column `{}` already", field.column);
                    return Err(Error::new(field.ident.span(), message));
                }
                columns.fields.push((field.ident.clone(), field.column.clone()));
            }
        }
    }
    Ok(columns)
}

/// The primary key, as far as it is the struct's own.
struct Key {
    columns: Vec<String>,
    /// Whether it is only known by the name `id`.
    is_by_name: bool,
}

impl Said {
    fn read(input: &DeriveInput) -> Result<Self> {
        let (mut table, mut schema, mut rename_all) = (None, None, None);
        for word in words(&input.attrs, "sqlx")?.iter().filter(|word| word.is("rename_all")) {
            rename_all = Some(RenameAll::read(&word.text()?)?);
        }
        let words = words(&input.attrs, "table")?;
        for word in &words {
            match word.name.to_string().as_str() {
                "name" => once(&mut table, name(word)?, word.span())?,
                "schema" => once(&mut schema, name(word)?.value(), word.span())?,
                "rename_all" => rename_all = Some(RenameAll::read(&word.text()?)?),
                known if WORDS.contains(&known) => {}
                _ => return Err(unknown(word, "a struct", WORDS)),
            }
        }
        let mut name = match &table {
            Some(name) => Qualified::read(&name.value()),
            None => Qualified { schema: None, name: names::table(&input.ident) },
        };
        if name.schema.is_none() {
            name.schema = schema;
        }
        Ok(Self { name, rename_all, words })
    }

    /// Writes what is said on the struct, and finds its key.
    fn constraints(&self, columns: &Columns, fields: &[ColumnField]) -> Result<(TokenStream, Key)> {
        let mut written = TokenStream::new();
        let of_fields = || fields.iter().filter(|field| field.is_key).map(|field| field.column.clone());
        let mut key: Option<Vec<String>> = None;
        for word in &self.words {
            let name = &word.name;
            written.extend(match name.to_string().as_str() {
                "autoincrement" | "strict" | "unlogged" | "without_rowid" => {
                    word.flag()?;
                    quote!(table.table().#name();)
                }
                "check" => constraint::check(columns, word)?,
                "comment" => {
                    let comment = value(word.value()?);
                    quote!(table.table().comment(#comment);)
                }
                "exclusion" => constraint::exclusion(columns, word)?,
                "foreign_key" => constraint::foreign_key(columns, word)?,
                "index" => constraint::index(columns, &self.name.name, word, None)?,
                "primary_key" => {
                    if of_fields().next().is_some() {
                        return Err(Error::new(
                            word.span(),
                            "a field says `primary_key` already: say it once",
                        ));
                    }
                    let (statement, columns) = constraint::primary_key(columns, word)?;
                    once(&mut key, columns, word.span())?;
                    statement
                }
                "unique" => constraint::unique(columns, word, None)?,
                _ => continue,
            });
        }
        let said: Vec<String> = key.unwrap_or_else(|| of_fields().collect());
        let is_by_name = said.is_empty() && columns.fields.iter().any(|(_, column)| column == "id");
        let columns = if is_by_name { vec!["id".to_owned()] } else { said };
        Ok((written, Key { columns, is_by_name }))
    }
}
