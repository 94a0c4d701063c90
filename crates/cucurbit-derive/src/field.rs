//! One field of a struct as a column.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Error, Field, Ident, LitStr, Result, Type, spanned::Spanned};

use crate::{
    attributes::{Word, once, unknown, value, words},
    constraint::{self, Columns},
    names::{RenameAll, plain},
    ty,
};

/// The words of a field.
const WORDS: &[&str] = &[
    "check",
    "collate",
    "comment",
    "computed",
    "computed_virtual",
    "default",
    "default_expression",
    "flatten",
    "identity",
    "index",
    "length",
    "name",
    "no_default",
    "not_null",
    "nullable",
    "on",
    "on_conflict_not_null",
    "primary_key",
    "references",
    "serial",
    "serial_by",
    "server_default",
    "skip",
    "ty",
    "unique",
];

/// The words that set what the database fills in: one of them is all.
const DEFAULTS: &[&str] = &[
    "computed",
    "computed_virtual",
    "default",
    "default_expression",
    "identity",
    "no_default",
    "serial",
    "serial_by",
    "server_default",
];

/// A field, as far as it is read before all fields are known.
pub(crate) struct ColumnField {
    pub(crate) ident: Ident,
    pub(crate) column: String,
    pub(crate) place: Place,
    /// Whether it says that it is part of the primary key.
    pub(crate) is_key: bool,
    ty: Type,
    json: Option<Json>,
    words: Vec<Word>,
}

/// What becomes of a field.
#[derive(PartialEq, Eq)]
pub(crate) enum Place {
    Column,
    /// Its type's columns are columns of this table.
    Flattened,
    Skipped,
}

/// sqlx's `json`: the column holds the field as serde writes it.
struct Json {
    is_nullable: bool,
}

impl ColumnField {
    /// Reads a field with what sqlx is told of it.
    pub(crate) fn read(field: &Field, rename_all: Option<RenameAll>) -> Result<Self> {
        let ident = field.ident.clone().expect("only structs with named fields are read");
        let plain = plain(&ident);
        let renamed = rename_all.map_or_else(|| plain.clone(), |way| way.rename(&plain));
        let mut one = Self {
            ident,
            column: renamed,
            place: Place::Column,
            is_key: false,
            ty: field.ty.clone(),
            json: None,
            words: words(&field.attrs, "table")?,
        };
        for word in words(&field.attrs, "sqlx")? {
            one.read_sqlx(&word)?;
        }
        let mut name = None;
        for word in &one.words {
            match word.name.to_string().as_str() {
                "name" => once(&mut name, word.text()?.value(), word.span())?,
                "skip" => {
                    word.flag()?;
                    one.place = Place::Skipped;
                }
                "flatten" => {
                    word.flag()?;
                    one.place = Place::Flattened;
                }
                "primary_key" => {
                    word.flag()?;
                    one.is_key = true;
                }
                known if WORDS.contains(&known) => {}
                _ => return Err(unknown(word, "a field", WORDS)),
            }
        }
        one.column = name.unwrap_or(one.column);
        one.refuse_words_beside_no_column()?;
        Ok(one)
    }

    /// Reads what sqlx is told; what only changes how a row is read is passed over.
    fn read_sqlx(&mut self, word: &Word) -> Result<()> {
        match word.name.to_string().as_str() {
            "rename" => self.column = word.text()?.value(),
            "skip" => self.place = Place::Skipped,
            "flatten" => self.place = Place::Flattened,
            "try_from" => self.ty = word.text()?.parse()?,
            "json" => self.json = Some(Json { is_nullable: !word.arguments.is_empty() }),
            _ => {}
        }
        Ok(())
    }

    fn refuse_words_beside_no_column(&self) -> Result<()> {
        let is_place = |word: &&Word| !word.is("skip") && !word.is("flatten");
        match self.words.iter().find(is_place) {
            Some(word) if self.place != Place::Column => {
                let message = format!("`{}` is of a column, and this field is none of its own", word.name);
                Err(Error::new(word.span(), message))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Writes the column, and what is said of it as constraints and indexes.
    pub(crate) fn declare(&self, columns: &Columns, table: &str) -> Result<TokenStream> {
        let ty = &self.ty;
        match self.place {
            Place::Skipped => return Ok(quote!()),
            Place::Flattened => {
                return Ok(quote_spanned!(ty.span()=> <#ty as ::cucurbit::model::Model>::declare(table);));
            }
            Place::Column => {}
        }
        let name = &self.column;
        let (stored, is_nullable) = self.stored()?;
        let nullable = is_nullable.then(|| quote!(let column = column.nullable();));
        let written = self.column_words()?;
        let constraints = self.constraints(columns, table)?;
        let key = self.is_key.then(|| quote!(table.key_column(#name);));
        let unnumbered =
            self.words.iter().any(|word| word.is("no_default")).then(|| quote!(table.not_numbered(#name);));
        Ok(quote! {
            table.column(#name, #stored, |column| {
                #nullable
                #written
                column
            });
            #key
            #unnumbered
            #constraints
        })
    }

    /// Returns the expression of the type, and whether the column takes NULL.
    fn stored(&self) -> Result<(TokenStream, bool)> {
        let ty::Inner { ty, is_nullable } = ty::inner(&self.ty);
        let mut said: Option<TokenStream> = None;
        for word in &self.words {
            if word.is("length") {
                let length = value(word.value()?);
                if !ty::may_be_text(&ty) {
                    return Err(Error::new(word.span(), "`length` is said of texts: `String`"));
                }
                let string =
                    quote!(::cucurbit::model::Stored::new(::cucurbit::schema::Type::string(#length)));
                once(&mut said, string, word.span())?;
            }
            if word.is("ty") {
                let ty = value(word.value()?);
                once(&mut said, quote!(::cucurbit::model::Stored::new(#ty)), word.span())?;
            }
        }
        if let (Some(Json { is_nullable }), None) = (&self.json, &said) {
            return Ok((
                quote!(::cucurbit::model::Stored::new(::cucurbit::schema::Type::Jsonb)),
                *is_nullable,
            ));
        }
        let said = said.map_or_else(|| ty::stored(&ty), Ok)?;
        Ok((said, is_nullable))
    }

    /// Writes what is said of the column itself.
    fn column_words(&self) -> Result<TokenStream> {
        let mut written = TokenStream::new();
        let mut default: Option<()> = None;
        for word in &self.words {
            if DEFAULTS.iter().any(|one| word.is(one)) {
                once(&mut default, (), word.span())
                    .map_err(|_| Error::new(word.span(), "a column has one default"))?;
            }
            let name = &word.name;
            let call = match name.to_string().as_str() {
                "nullable" | "not_null" | "serial" => {
                    word.flag()?;
                    quote!(#name())
                }
                "identity" if word.arguments.is_empty() => {
                    quote!(#name(::cucurbit::schema::Identity::by_default()))
                }
                "collate" | "comment" | "computed" | "computed_virtual" | "default"
                | "default_expression" | "identity" | "serial_by" | "server_default" => {
                    let value = value(word.value()?);
                    quote!(#name(#value))
                }
                "on_conflict_not_null" => {
                    let value = constraint::variant("OnConflict", word.value()?);
                    quote!(#name(#value))
                }
                "on" => on(word)?,
                _ => continue,
            };
            written.extend(quote!(let column = column.#call;));
        }
        Ok(written)
    }

    fn constraints(&self, columns: &Columns, table: &str) -> Result<TokenStream> {
        let mut written = TokenStream::new();
        for word in &self.words {
            written.extend(match word.name.to_string().as_str() {
                "check" => constraint::check(columns, word)?,
                "index" => constraint::index(columns, table, word, Some(&self.column))?,
                "references" => constraint::references(columns, word, &self.column)?,
                "unique" => constraint::unique(columns, word, Some(&self.column))?,
                _ => continue,
            });
        }
        Ok(written)
    }

    /// Returns the type of a flattened field.
    pub(crate) fn flattened(&self) -> Option<&Type> {
        (self.place == Place::Flattened).then_some(&self.ty)
    }
}

/// Writes the type on one database: `on(Sqlite, Type::Text)`.
fn on(word: &Word) -> Result<TokenStream> {
    let [dialect, ty] = &word.arguments[..] else {
        return Err(Error::new(word.span(), "`on` takes a database and a type: `on(Sqlite, Type::Text)`"));
    };
    let (dialect, ty) = (constraint::variant("Dialect", dialect), value(ty));
    Ok(quote!(on(#dialect, #ty)))
}

/// Reads a name that a struct or a field says by a text.
pub(crate) fn name(word: &Word) -> Result<LitStr> {
    let name = word.text()?;
    if name.value().is_empty() {
        return Err(Error::new(name.span(), "a name is not empty"));
    }
    Ok(name)
}
