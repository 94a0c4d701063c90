//! Why a text is not an address.
//!
//! What lives here: the error and its advice. No variant holds a piece of the address that could be a
//! password: names of parameters and values of harmless ones only.

use thiserror::Error;

/// Why a text is not the address of a database.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AddressError {
    /// A bracket of an IPv6 address is missing.
    #[error("the IPv6 host of the address is not closed by `]`")]
    BadHost,
    /// A port is not one.
    #[error("the port of {} is not a number from 1 to 65535", named(host.as_deref()))]
    BadPort {
        /// The host before it; `None` behind a password, of which it may be the rest.
        host: Option<String>,
    },
    /// Decoding `%..` gave bytes that are no text.
    #[error("the {part} of the address is not UTF-8 text after decoding")]
    BadText {
        /// Which part of the address.
        part: &'static str,
    },
    /// A parameter has a value that it cannot have.
    #[error("parameter `{name}` of the address cannot be `{value}`")]
    BadValue {
        /// The parameter.
        name: String,
        /// Its value.
        value: String,
        /// The values it can have.
        expected: &'static str,
    },
    /// A SQLite address names neither a file nor memory.
    #[error("the address names no SQLite file")]
    NoFile,
    /// There is no `scheme:`.
    #[error("the address does not begin with the kind of database")]
    NoScheme,
    /// There is no `//` after a PostgreSQL scheme.
    #[error("`//` is missing after the scheme of the address")]
    NoSlashes,
    /// Several ports, but not as many as hosts.
    #[error("the address has {ports} ports for {hosts} hosts")]
    PortCount {
        /// How many hosts.
        hosts: usize,
        /// How many ports.
        ports: usize,
    },
    /// An `@`, `/` or `?` of a user or password is written as it is.
    #[error("the user or password in the address holds a character that must be encoded")]
    Unencoded,
    /// Nobody knows this parameter.
    #[error("unknown parameter `{name}` in the address")]
    UnknownParameter {
        /// The parameter.
        name: String,
        /// The known one that is written most like it.
        nearest: Option<&'static str>,
    },
    /// It is some other kind of address.
    #[error("unknown scheme `{scheme}` in the address")]
    UnknownScheme {
        /// What is before the colon.
        scheme: String,
        /// The known one that is written most like it.
        nearest: Option<&'static str>,
    },
    /// libpq knows this parameter, this program cannot honour it.
    #[error("parameter `{name}` of the address is not supported")]
    UnsupportedParameter {
        /// The parameter.
        name: String,
        /// What to do instead.
        instead: &'static str,
    },
}

impl AddressError {
    /// Returns advice on what to write instead.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::BadHost => Some("write `postgresql://[::1]:5432/database`".to_owned()),
            Self::BadPort { .. } => Some(format!("write `host:5432`; {ENCODE}")),
            Self::BadText { .. } => None,
            Self::BadValue { expected, .. } => Some(format!("it can be {expected}")),
            Self::NoFile => Some(
                "write `sqlite:///file.db`, `sqlite:////folder/file.db`, or `sqlite://` for memory"
                    .to_owned(),
            ),
            Self::NoScheme => {
                Some("write `sqlite:///file.db` or `postgresql://user:password@host/database`".to_owned())
            }
            Self::NoSlashes => Some("write `postgresql://user:password@host/database`".to_owned()),
            Self::PortCount { .. } => {
                Some("give one port for all hosts, or one for each: `h1:5432,h2:5433`".to_owned())
            }
            Self::Unencoded => Some(ENCODE.to_owned()),
            Self::UnknownParameter { nearest, .. } => nearest.map(|known| format!("did you mean `{known}`?")),
            Self::UnknownScheme { nearest: Some(known), .. } => Some(format!("did you mean `{known}`?")),
            Self::UnknownScheme { nearest: None, .. } => {
                Some("SQLite and PostgreSQL are supported: `sqlite:` and `postgresql://`".to_owned())
            }
            Self::UnsupportedParameter { instead, .. } => Some((*instead).to_owned()),
        }
    }
}

fn named(host: Option<&str>) -> String {
    host.map_or_else(|| "the host".to_owned(), |host| format!("host `{host}`"))
}

const ENCODE: &str =
    "in a user or password write `%40` for @, `%3A` for :, `%2F` for /, `%3F` for ? and `%25` for %";
