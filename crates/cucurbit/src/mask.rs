//! Hides passwords in texts that come from outside: arguments that a person typed, and messages of databases.
//!
//! What lives here: how a connection URL, a list of `key=value` and a name look that have to do with a secret. SQL is masked by
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

/// Whole words of the names of columns that hold secrets.
const SECRET_WORDS: [&str; 7] = ["cvc", "cvv", "otp", "pin", "pins", "ssn", "totp"];

/// Tells whether a text names a secret, as `app.password`, `reset_token` and `pgp_sym_encrypt` do.
pub(crate) fn speaks_of_a_secret(text: &str) -> bool {
    (0..text.len()).any(|at| word_at(text, at, &SECRETS).is_some())
}

/// Tells whether a name says that what it stands for is a secret: `password`, `pin`, `card_pin`, `cardPin`.
pub(crate) fn names_a_secret(name: &str) -> bool {
    let is_end = |letter: char| !letter.is_ascii_alphabetic();
    let mut words = name.split(is_end).flat_map(|piece| {
        // `cardPin` is two words.
        let humps = piece.char_indices().filter(|(_, letter)| letter.is_ascii_uppercase());
        let last_hump = humps.map(|(at, _)| at).next_back().unwrap_or(0);
        [piece, &piece[last_hump..]]
    });
    let is_secret = |word: &str| SECRET_WORDS.iter().any(|secret| word.eq_ignore_ascii_case(secret));
    speaks_of_a_secret(name) || words.any(is_secret)
}

/// Hides what may be a password in a word that a person typed where it does not belong.
///
/// Of a connection URL nothing is kept but its scheme: where its `@` was forgotten, or a password holds another, it is impossible to
/// tell the host from the password.
pub(crate) fn word(text: &str) -> String {
    shortened(text, kept_of_word(text, |_| true))
}

/// Hides the same where a target of revisions is read: `ae10:beds@head` is one. No id holds a dot, a slash or a colon.
pub(crate) fn target(text: &str) -> String {
    shortened(text, kept_of_word(text, |host| host.contains(['/', '.', ':'])))
}

fn shortened(text: &str, kept: usize) -> String {
    if kept < text.len() { format!("{}{HIDDEN}", &text[..kept]) } else { text.to_owned() }
}

/// Says how much of a word can be shown.
fn kept_of_word(text: &str, is_host: impl Fn(&str) -> bool) -> usize {
    let after_key = secret_value(text, 0);
    let url = text.find("://").map(|at| at + 3);
    let bare =
        ["postgresql:", "postgres:"].iter().find_map(|scheme| Some(find(text, scheme)? + scheme.len()));
    // `user:password@host/database`.
    let without_scheme = text.rfind('@').and_then(|at| {
        let is_host = is_host(&text[at + 1..]);
        text[..at].find(':').filter(|_| is_host).map(|colon| colon + 1)
    });
    [after_key, url, bare, without_scheme].into_iter().flatten().min().unwrap_or(text.len())
}

/// Hides passwords in connection URLs and in `password=…` wherever they stand in a text. Hosts, users and databases stay.
///
/// In one pass: a text may be a statement of many megabytes.
pub(crate) fn text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let (mut from, mut url, mut key) = (0, url(text, 0), secret_value(text, 0));
    loop {
        if url.is_some_and(|at| at < from) {
            url = self::url(text, from);
        }
        if key.is_some_and(|at| at < from) {
            key = secret_value(text, from);
        }
        match (url, key) {
            (Some(at), _) if key.is_none_or(|key| at < key) => {
                let end = text[at..].find(ends_url).map_or(text.len(), |length| at + length);
                shown.extend([&text[from..at], &in_url(&text[at..end])]);
                from = end;
                url = self::url(text, from);
            }
            (_, Some(at)) => {
                shown.extend([&text[from..at], HIDDEN]);
                from = at + value(&text[at..]);
                key = secret_value(text, from);
            }
            (_, None) => {
                shown.push_str(&text[from..]);
                return shown;
            }
        }
    }
}

/// Finds where a connection URL begins, behind its scheme.
fn url(text: &str, from: usize) -> Option<usize> {
    text[from..].find("://").map(|at| from + at + 3)
}

fn ends_url(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '`' | '\'' | '"' | '<' | '>')
}

/// Hides the password of what stands after `://`.
fn in_url(url: &str) -> String {
    let (url, hidden) = match secret_value(url, 0) {
        Some(at) => (&url[..at], HIDDEN),
        None => (url, ""),
    };
    let shown = match url.rfind('@') {
        Some(at) => match url[..at].find(':') {
            // The example of our own hints.
            Some(_) if url.starts_with("user:password@host/") => url.to_owned(),
            Some(colon) => format!("{}:{HIDDEN}{}", &url[..colon], &url[at..]),
            None => url.to_owned(),
        },
        // Without an `@`, a colon stands before a port, or before a password.
        None => match password_in_hosts(url) {
            Some(at) => format!("{}{HIDDEN}", &url[..at]),
            None => url.to_owned(),
        },
    };
    shown + hidden
}

/// Finds what stands behind the colon of a host and is no port.
fn password_in_hosts(url: &str) -> Option<usize> {
    let hosts = &url[..url.find(['/', '?']).unwrap_or(url.len())];
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

/// Finds where the value of a `password=…` begins, of which nothing stands before a place.
fn secret_value(text: &str, from: usize) -> Option<usize> {
    let value = (from..text.len()).find_map(|at| {
        let after = text[at + word_at(text, at, &KEYS)?..].trim_start().strip_prefix('=')?;
        Some(text.len() - after.trim_start().len())
    });
    value.filter(|at| *at < text.len())
}

/// Measures a value, in quotes or not.
fn value(text: &str) -> usize {
    match text.chars().next() {
        Some(quote @ ('\'' | '"')) => text[1..].find(quote).map_or(text.len(), |end| end + 2),
        Some(_) | None => text.find(|letter| ends_url(letter) || letter == '&').unwrap_or(text.len()),
    }
}

/// Measures the word, one of these lower-case ASCII words in any case, that stands at a position.
fn word_at(text: &str, at: usize, words: &[&str]) -> Option<usize> {
    let rest = &text.as_bytes()[at..];
    let first = rest.first()?.to_ascii_lowercase();
    let is_here = |word: &&&str| {
        word.as_bytes().first() == Some(&first)
            && rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    };
    words.iter().find(is_here).map(|word| word.len())
}

/// Finds a word of ASCII in any case.
fn find(text: &str, word: &str) -> Option<usize> {
    text.as_bytes().windows(word.len()).position(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_keeps_nothing_of_an_url_but_its_scheme() {
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
            "gardener:s3cret@localhost",
        ] {
            let masked = word(word_of);
            for piece in ["s3", "cr", "et@", "%33"] {
                assert!(!masked.contains(piece), "{masked}");
            }
            assert!(masked.ends_with(HIDDEN), "{masked}");
        }
        for other in ["models", "schema.sql", "label@head-1", "ae10+2", "a:b"] {
            assert_eq!(word(other), other);
        }
        assert_eq!(target("ae10:beds@head"), "ae10:beds@head");
        assert_eq!(target("gardener:s3cret@db.example.org"), "gardener:***");
    }

    #[test]
    fn names_of_secrets_are_told_by_their_words() {
        for name in ["password", "PasswordHash", "card_pin", "cardPin", "PIN", "pin2", "ssn", "totp_secret"] {
            assert!(names_a_secret(name), "{name}");
        }
        for name in ["shipping", "opinion", "pinned", "spin", "name", "id"] {
            assert!(!names_a_secret(name), "{name}");
        }
    }

    #[test]
    fn a_long_text_takes_time_in_proportion_to_its_length() {
        let long = "'https://example.org/x', password=y token ".repeat(20_000);
        let begun = std::time::Instant::now();
        assert_eq!(text(&long), long.replace("=y", "=***"));
        assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
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
            (
                "it begins with `postgresql://`, or with sqlite://",
                "it begins with `postgresql://`, or with sqlite://",
            ),
            ("password=`x` and password=", "password=***`x` and password="),
        ] {
            assert_eq!(text(of), masked);
        }
    }
}
