//! The encoding of a connection URL: percent encoding, lists of parameters.
//!
//! What lives here: RFC 3986's `%40`, both ways. What the parts mean is the business of the other files.

use super::ConnectionUrlError;

/// Decodes `%40` and the like. A `+` stays a plus; a `%` that begins no code stays as it is, as in SQLAlchemy.
pub(super) fn decode(text: &str, part: &'static str) -> Result<String, ConnectionUrlError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| first == b'%').and_then(|digits| {
            let high = char::from(digits[0]).to_digit(16)?;
            let low = char::from(digits[1]).to_digit(16)?;
            u8::try_from(high * 16 + low).ok()
        });
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    match String::from_utf8(bytes) {
        // Neither a C string nor PostgreSQL's protocol can hold a NUL.
        Ok(text) if !text.contains('\0') => Ok(text),
        Ok(_) | Err(_) => Err(ConnectionUrlError::BadText { part }),
    }
}

/// Encodes every byte that is not a letter, a digit, one of `-._~` or one of `keep`.
pub(in crate::connection) fn encode(text: &str, keep: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        let letter = char::from(byte);
        if byte.is_ascii_alphanumeric()
            || "-._~".contains(letter)
            || (byte.is_ascii() && keep.contains(letter))
        {
            encoded.push(letter);
        } else {
            encoded.push('%');
            encoded.extend(
                [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])),
            );
        }
    }
    encoded
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
        parameters.iter().map(|(name, value)| format!("{name}={}", encode(value, "/:,+*"))).collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}
