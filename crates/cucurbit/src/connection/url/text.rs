//! The encoding of a connection URL: percent encoding, lists of parameters.
//!
//! What lives here: RFC 3986's `%40`, both ways. What the parts mean is the business of the other files.

pub(in crate::connection) use percent_encoding::utf8_percent_encode as encode;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str};

use super::ConnectionUrlError;

/// Every character but letters, digits and `-._~`.
pub(in crate::connection) const ALL: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// As [`ALL`], but for a `*`: passwords are written as `***`.
pub(super) const NAME: &AsciiSet = &ALL.remove(b'*');

/// As [`ALL`], but for what parts hosts and their ports.
pub(super) const HOSTS: &AsciiSet = &ALL.remove(b',').remove(b':').remove(b'[').remove(b']').remove(b'+');

/// As [`ALL`], but for what is plain in a path.
pub(super) const PATH: &AsciiSet = &ALL.remove(b'/').remove(b':').remove(b'\\').remove(b' ');

/// As [`ALL`], but for what is plain in the value of a parameter.
const VALUE: &AsciiSet = &ALL.remove(b'/').remove(b':').remove(b',').remove(b'+').remove(b'*');

/// Decodes `%40` and the like. A `+` stays a plus; a `%` that begins no code stays as it is, as in SQLAlchemy.
pub(super) fn decode(text: &str, part: &'static str) -> Result<String, ConnectionUrlError> {
    match percent_decode_str(text).decode_utf8() {
        // Neither a C string nor PostgreSQL's protocol can hold a NUL.
        Ok(text) if !text.contains('\0') => Ok(text.into_owned()),
        Ok(_) | Err(_) => Err(ConnectionUrlError::BadText { part }),
    }
}

/// Reads `a=1&b=2`: names and values in their order, decoded. A parameter without `=` has an empty value.
pub(super) fn parameters(query: &str) -> Result<Vec<(String, String)>, ConnectionUrlError> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            // No name holds an `@`: this is the rest of a password that holds a `?`.
            if name.contains('@') {
                return Err(ConnectionUrlError::Unencoded);
            }
            Ok((decode(name, "parameter")?, decode(value, "parameter")?))
        })
        .collect()
}

/// Writes `?a=1&b=2`, or nothing.
pub(super) fn query(parameters: &[(&'static str, String)]) -> String {
    let pairs: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{name}={}", encode(value, VALUE))).collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}
