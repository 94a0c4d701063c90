//! Why a connection URL is invalid.
//!
//! What lives here: the error and its advice. No variant holds a piece of the connection URL that could be a
//! password: names of parameters and values of harmless ones only.

use thiserror::Error;

/// Why a connection URL is invalid.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectionUrlError {
    /// A bracket of an IPv6 address is missing.
    #[error("the IPv6 host of the connection URL is not closed by `]`")]
    BadHost,
    /// A port is not a port number.
    #[error("the port of {} is not a number from 1 to 65535", named(host.as_deref()))]
    BadPort {
        /// The host before it; `None` behind a password, of which it may be the rest.
        host: Option<String>,
    },
    /// A `%..` decodes to bytes that are not text.
    #[error("the {part} of the connection URL is not UTF-8 text after decoding")]
    BadText {
        /// Which part of the connection URL.
        part: &'static str,
    },
    /// A parameter has an unsupported value.
    #[error("parameter `{name}` of the connection URL cannot be `{value}`")]
    BadValue {
        /// The parameter.
        name: String,
        /// Its value.
        value: String,
        /// The values it can have.
        expected: &'static str,
    },
    /// A SQLite connection URL names neither a file nor memory.
    #[error("the connection URL names no SQLite file")]
    NoFile,
    /// There is no `scheme:`.
    #[error("the connection URL has no scheme")]
    NoScheme,
    /// There is no `//` after a PostgreSQL scheme.
    #[error("`//` is missing after the scheme of the connection URL")]
    NoSlashes,
    /// Several ports, but not as many as hosts.
    #[error("the connection URL has {ports} ports for {hosts} hosts")]
    PortCount {
        /// How many hosts.
        hosts: usize,
        /// How many ports.
        ports: usize,
    },
    /// An `@`, `/` or `?` in a user or password is not encoded.
    #[error("the user or password in the connection URL holds a character that must be encoded")]
    Unencoded,
    /// Unknown parameter.
    #[error("unknown parameter `{name}` in the connection URL")]
    UnknownParameter {
        /// The parameter.
        name: String,
        /// The most similar known one.
        nearest: Option<&'static str>,
    },
    /// The scheme is unknown.
    #[error("unknown scheme `{scheme}` in the connection URL")]
    UnknownScheme {
        /// What is before the colon.
        scheme: String,
        /// The most similar known one.
        nearest: Option<&'static str>,
    },
    /// libpq or another driver knows this parameter, but it is not supported.
    #[error("parameter `{name}` of the connection URL is not supported")]
    UnsupportedParameter {
        /// The parameter.
        name: String,
        /// What to do instead.
        instead: &'static str,
    },
}

impl ConnectionUrlError {
    /// Returns advice on what to write instead.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::BadHost => "write `postgresql://[::1]:5432/database`",
            Self::BadPort { .. } => return Some(format!("write `host:5432`; {ENCODE}")),
            Self::BadText { .. } | Self::UnknownParameter { nearest: None, .. } => return None,
            Self::BadValue { expected, .. } => return Some(format!("it can be {expected}")),
            Self::NoFile => {
                "write `sqlite:///file.db`, `sqlite:////folder/file.db`, or `sqlite://` for memory"
            }
            Self::NoScheme => "write `sqlite:///file.db` or `postgresql://user:password@host/database`",
            Self::NoSlashes => "write `postgresql://user:password@host/database`",
            Self::PortCount { .. } => "give one port for all hosts, or one for each: `h1:5432,h2:5433`",
            Self::Unencoded => ENCODE,
            Self::UnknownParameter { nearest: Some(known), .. }
            | Self::UnknownScheme { nearest: Some(known), .. } => {
                return Some(format!("did you mean `{known}`?"));
            }
            Self::UnknownScheme { nearest: None, .. } => {
                "SQLite and PostgreSQL are supported: `sqlite:` and `postgresql://`"
            }
            Self::UnsupportedParameter { instead, .. } => instead,
        };
        Some(hint.to_owned())
    }

    /// Says that a parameter has an unsupported value.
    pub(super) fn bad(name: String, value: String, expected: &'static str) -> Self {
        Self::BadValue { name, value, expected }
    }
}

fn named(host: Option<&str>) -> String {
    host.map_or_else(|| "the host".to_owned(), |host| format!("host `{host}`"))
}

const ENCODE: &str =
    "in a user or password write `%40` for @, `%3A` for :, `%2F` for /, `%3F` for ? and `%25` for %";
