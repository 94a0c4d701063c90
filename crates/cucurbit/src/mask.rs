//! Hides passwords in texts that come from outside: words that a person typed, and what others say.
//!
//! What lives here: how an address, a list of `key=value` and a name look that have to do with a secret. SQL is masked by
//! its tokens, in `dialect/lexer/masked.rs`.

/// What stands in the place of a secret.
pub(crate) const HIDDEN: &str = "***";

/// Pieces of the names of columns, settings, options and functions whose texts are secrets.
const SECRETS: [&str; 13] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "token",
    "credential",
    "apikey",
    "api_key",
    "private_key",
    "crypt",
    "hmac",
];

/// Names before an `=` whose values are secrets.
const KEYS: [&str; 8] =
    ["password", "passwd", "passphrase", "pwd", "secret", "token", "scram_client_key", "scram_server_key"];

/// Tells whether a text names a secret, as `app.password`, `reset_token` and `pgp_sym_encrypt` do.
pub(crate) fn speaks_of_a_secret(text: &str) -> bool {
    SECRETS.iter().any(|word| find(text, word).is_some())
}

/// Hides what may be a password in a word that a person typed where it does not belong.
///
/// Of an address nothing is kept but its scheme: where its `@` was forgotten, or a password holds another, nobody can
/// tell the host from the password.
pub(crate) fn word(text: &str) -> String {
    let kept = kept_of_word(text);
    if kept < text.len() { format!("{}{HIDDEN}", &text[..kept]) } else { text.to_owned() }
}

/// Says how much of a word can be shown.
fn kept_of_word(text: &str) -> usize {
    let after_key = secret_value(text);
    let address = text.find("://").map(|at| at + 3);
    let bare =
        ["postgresql:", "postgres:"].iter().find_map(|scheme| Some(find(text, scheme)? + scheme.len()));
    // `user:password@host/database`. A target such as `ae10:beds@head` is none: no id holds a dot or a slash.
    let without_scheme = text.rfind('@').and_then(|at| {
        let host = &text[at + 1..];
        let is_host = host.contains(['/', '.', ':']);
        text[..at].find(':').filter(|_| is_host).map(|colon| colon + 1)
    });
    [after_key, address, bare, without_scheme].into_iter().flatten().min().unwrap_or(text.len())
}

/// Hides passwords in addresses and in `password=…` wherever they stand in a text. Hosts, users and databases stay.
pub(crate) fn text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        let address = rest.find("://").map(|at| at + 3);
        let key = secret_value(rest);
        match (address, key) {
            (Some(at), _) if key.is_none_or(|key| at < key) => {
                let (before, after) = rest.split_at(at);
                let (address, after) = after.split_at(after.find(ends_address).unwrap_or(after.len()));
                shown.extend([before, &in_address(address)]);
                rest = after;
            }
            (_, Some(key)) => {
                let (before, after) = rest.split_at(key);
                shown.extend([before, HIDDEN]);
                rest = &after[value(after)..];
            }
            (_, None) => {
                shown.push_str(rest);
                return shown;
            }
        }
    }
}

fn ends_address(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '`' | '\'' | '"' | '<' | '>')
}

/// Hides the password of what stands after `://`.
fn in_address(address: &str) -> String {
    let (address, hidden) = match secret_value(address) {
        Some(at) => (&address[..at], HIDDEN),
        None => (address, ""),
    };
    let shown = match address.rfind('@') {
        Some(at) => match address[..at].find(':') {
            // The example of our own hints.
            Some(_) if address.starts_with("user:password@host/") => address.to_owned(),
            Some(colon) => format!("{}:{HIDDEN}{}", &address[..colon], &address[at..]),
            None => address.to_owned(),
        },
        // Without an `@`, a colon stands before a port, or before a password.
        None => match password_in_hosts(address) {
            Some(at) => format!("{}{HIDDEN}", &address[..at]),
            None => address.to_owned(),
        },
    };
    shown + hidden
}

/// Finds what stands behind the colon of a host and is no port.
fn password_in_hosts(address: &str) -> Option<usize> {
    let hosts = &address[..address.find(['/', '?']).unwrap_or(address.len())];
    let mut start = 0;
    for host in hosts.split(',') {
        let after_brackets = host.find(']').map_or(0, |at| at + 1);
        if let Some(colon) = host[after_brackets..].find(':') {
            let port = after_brackets + colon + 1;
            if !host[port..].bytes().all(|byte| byte.is_ascii_digit()) {
                return Some(start + port);
            }
        }
        start += host.len() + 1;
    }
    None
}

/// Finds where the value of `password=…` begins.
fn secret_value(text: &str) -> Option<usize> {
    let of_key = |key: &&str| {
        let mut from = 0;
        loop {
            let end = from + find(&text[from..], key)? + key.len();
            let after = text[end..].trim_start();
            if let Some(value) = after.strip_prefix('=') {
                return Some(text.len() - value.trim_start().len());
            }
            from = end;
        }
    };
    KEYS.iter().filter_map(of_key).min().filter(|at| *at < text.len())
}

/// Measures a value, in quotes or not.
fn value(text: &str) -> usize {
    match text.chars().next() {
        Some(quote @ ('\'' | '"')) => text[1..].find(quote).map_or(text.len(), |end| end + 2),
        Some(_) | None => text.find(|letter| ends_address(letter) || letter == '&').unwrap_or(text.len()),
    }
}

/// Finds a word of ASCII in any case.
fn find(text: &str, word: &str) -> Option<usize> {
    text.as_bytes().windows(word.len()).position(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_keeps_nothing_of_an_address_but_its_scheme() {
        for word_of in [
            "postgresql://gardener:s3cret@db/garden",
            "postgresql://gardener:s3cret/garden",
            "postgresql://gardener:p@s3cret/garden",
            "postgresql+asyncpg://gardener:s3 cr'et@db/garden",
            "postgresql:gardener:s3cret@db/garden",
            "gardener:s3cret@db.example.org/garden",
            "host=db password=s3cret user=gardener",
            "host=db password = 's3 cret'",
            "mysql://gardener:s%33cret@db/garden",
            "postgresql:///garden?sslpassword=s3cret",
        ] {
            let masked = word(word_of);
            for piece in ["s3", "cr", "et@", "%33"] {
                assert!(!masked.contains(piece), "{masked}");
            }
            assert!(masked.ends_with(HIDDEN), "{masked}");
        }
        for other in ["models", "schema.sql", "ae10:beds@head", "label@head-1", "ae10+2", "a:b"] {
            assert_eq!(word(other), other);
        }
    }

    #[test]
    fn a_text_keeps_hosts_and_ports() {
        for (of, masked) in [
            ("no `postgresql://u:pw@h:5432/x` there", "no `postgresql://u:***@h:5432/x` there"),
            ("at postgresql://u:p@w@h/x, or so", "at postgresql://u:***@h/x, or so"),
            ("at postgresql://u:pwh/x", "at postgresql://u:***"),
            (
                "at postgresql://h1:5432,h2:5433/x?sslmode=require",
                "at postgresql://h1:5432,h2:5433/x?sslmode=require",
            ),
            ("at postgresql://[::1]:5432/x", "at postgresql://[::1]:5432/x"),
            ("at postgresql://u:***@h/x", "at postgresql://u:***@h/x"),
            ("postgresql:///x?user=u&password=p@w&sslmode=require", "postgresql:///x?user=u&password=***"),
            ("host=h password='p w' user=u", "host=h password=*** user=u"),
            ("host=h PASSWORD = pw user=u", "host=h PASSWORD = *** user=u"),
            ("sqlite:////srv/garden.db", "sqlite:////srv/garden.db"),
            ("a password is missing", "a password is missing"),
        ] {
            assert_eq!(text(of), masked);
        }
    }
}
