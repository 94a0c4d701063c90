//! Names in a database: of tables, columns and values, as sqlx makes them, and of enum types, as PostgreSQL reads them.

use heck::{ToKebabCase, ToLowerCamelCase, ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Ident, LitStr, Result};

/// A way in which names are spelled: sqlx's `rename_all`.
#[derive(Clone, Copy)]
pub(crate) struct RenameAll(Rename);

/// Spells a name in another way.
type Rename = fn(&str) -> String;

/// Each way with its name.
const WAYS: [(&str, Rename); 7] = [
    ("lowercase", |name| name.to_lowercase()),
    ("snake_case", |name| name.to_snake_case()),
    ("UPPERCASE", |name| name.to_uppercase()),
    ("SCREAMING_SNAKE_CASE", |name| name.to_shouty_snake_case()),
    ("kebab-case", |name| name.to_kebab_case()),
    ("camelCase", |name| name.to_lower_camel_case()),
    ("PascalCase", |name| name.to_upper_camel_case()),
];

impl RenameAll {
    /// Finds a way by its name.
    pub(crate) fn read(name: &LitStr) -> Result<Self> {
        let way = WAYS.iter().find(|(way, _)| *way == name.value());
        way.map(|(_, rename)| Self(*rename)).ok_or_else(|| {
            let ways = WAYS.map(|(way, _)| format!("`{way}`")).join(", ");
            Error::new(name.span(), format!("`rename_all` is one of {ways}"))
        })
    }

    /// Spells a name.
    pub(crate) fn rename(self, name: &str) -> String {
        (self.0)(name)
    }
}

/// Returns a name of Rust without the mark of a raw one: `type` for `r#type`.
pub(crate) fn plain(ident: &Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map_or_else(|| name.clone(), str::to_owned)
}

/// Returns the name of a struct's table where none is said: `PlantLog` is `plant_log`.
pub(crate) fn table(ident: &Ident) -> String {
    plain(ident).to_snake_case()
}

/// A name of SQL, perhaps in a namespace.
pub(crate) struct Qualified {
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
}

impl Qualified {
    /// Reads a name as PostgreSQL does, which is how sqlx hands it the names of types: in lower case unless in quotes.
    pub(crate) fn read_sql(text: &str) -> Self {
        let mut parts = vec![String::new()];
        let mut is_quoted = false;
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            let last = parts.last_mut().expect("it begins with one part");
            match letter {
                '"' if is_quoted && letters.peek() == Some(&'"') => {
                    letters.next();
                    last.push('"');
                }
                '"' => is_quoted = !is_quoted,
                '.' if !is_quoted => parts.push(String::new()),
                other if is_quoted => last.push(other),
                other => last.push(other.to_ascii_lowercase()),
            }
        }
        let name = parts.pop().expect("it begins with one part");
        Self { schema: parts.pop(), name }
    }

    /// Reads a name that is taken as it is: `plant`, `shop.plant`.
    pub(crate) fn read(text: &str) -> Self {
        match text.split_once('.') {
            Some((schema, name)) => Self { schema: Some(schema.to_owned()), name: name.to_owned() },
            None => Self { schema: None, name: text.to_owned() },
        }
    }

    /// Returns the expression of Cucurbit's value.
    pub(crate) fn expression(&self) -> TokenStream {
        let Self { schema, name } = self;
        match schema {
            Some(schema) => quote!(::cucurbit::schema::ObjectName::qualified(#schema, #name)),
            None => quote!(::cucurbit::schema::ObjectName::new(#name)),
        }
    }
}
