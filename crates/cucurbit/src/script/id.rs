//! Revision ids, slugs and file names. Time and randomness come in as arguments.

use jiff::{Timestamp, Zoned, tz::TimeZone};

use super::ScriptError;

/// The `file_template` of a new project.
pub const DEFAULT_FILE_TEMPLATE: &str = "{year}_{month}_{day}_{hour}{minute}-{rev}_{slug}";

/// The longest slug, in characters: Alembic's `truncate_slug_length`.
pub const DEFAULT_SLUG_LENGTH: usize = 40;

/// Makes a revision id of 12 hexadecimal digits, as Alembic does, from random bytes.
///
/// ```
/// use cucurbit::script::new_id;
///
/// assert_eq!(new_id([0x10, 0x93, 0x17, 0xdd, 0x2a, 0x2f]), "109317dd2a2f");
/// ```
#[must_use]
pub fn new_id(random: [u8; 6]) -> String {
    random
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// Makes the words of a message into a part of a file name: lower case, joined by `_`.
///
/// A longer one is cut to `max_length` characters, after a whole word where there is one. A message of nothing
/// but symbols has an empty slug. Alembic 1.20 leaves a `_` at the end of what it cut; we do not.
///
/// ```
/// use cucurbit::script::slug;
///
/// assert_eq!(slug("Add SeedFinder fields (breeder & cultivar)", 40), "add_seedfinder_fields_breeder_cultivar");
/// assert_eq!(slug("Add SeedFinder fields", 20), "add_seedfinder");
/// ```
#[must_use]
pub fn slug(message: &str, max_length: usize) -> String {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let words: Vec<&str> = message.split(|letter| !is_word(letter)).filter(|word| !word.is_empty()).collect();
    let slug = words.join("_").to_lowercase();
    let Some((end, _)) = slug.char_indices().nth(max_length) else {
        return slug.trim_matches('_').to_owned();
    };
    let cut = &slug[..end];
    let whole =
        if slug[end..].starts_with('_') { cut } else { cut.rsplit_once('_').map_or(cut, |(words, _)| words) };
    whole.trim_matches('_').to_owned()
}

/// Makes the name of a revision file, without its extension, from a `file_template`.
///
/// The tokens are Alembic's: `rev`, `slug`, `epoch`, `year`, `month`, `day`, `hour`, `minute`, `second`, in UTC. They
/// are written as `{month}`, with zeros before, or as Alembic does: `%(month).2d`. An empty slug leaves out what
/// separates it.
///
/// ```
/// use cucurbit::script::{DEFAULT_FILE_TEMPLATE, file_name};
///
/// let created = "2025-11-06T12:43:40Z".parse()?;
/// let name = file_name(DEFAULT_FILE_TEMPLATE, "109317dd2a2f", "add_fields", created)?;
/// assert_eq!(name, "2025_11_06_1243-109317dd2a2f_add_fields");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// When the template holds an unknown token or an open one, or when the name would lie in another folder.
pub fn file_name(template: &str, id: &str, slug: &str, created: Timestamp) -> Result<String, ScriptError> {
    let values = Values { id, slug, created: created.to_zoned(TimeZone::UTC) };
    let mut name = String::new();
    let mut rest = template;
    while let Some(start) = rest.find(['%', '{']) {
        name += &rest[..start];
        let token = Token::parse(&rest[start..]).ok_or_else(|| ScriptError::Template {
            template: template.to_owned(),
            at: rest[start..].to_owned(),
        })?;
        rest = &rest[start + token.length..];
        if token.name == "slug" && slug.is_empty() {
            name.truncate(name.trim_end_matches(['_', '-', '.']).len());
            if name.is_empty() {
                rest = rest.trim_start_matches(['_', '-', '.']);
            }
            continue;
        }
        name += &values.of(&token).ok_or_else(|| ScriptError::UnknownToken {
            template: template.to_owned(),
            token: token.name.to_owned(),
        })?;
    }
    name += rest;
    if name.is_empty() || name.contains(['/', '\\', '\0']) {
        return Err(ScriptError::FileName { template: template.to_owned(), name });
    }
    Ok(name)
}

/// What the tokens stand for.
struct Values<'v> {
    id: &'v str,
    slug: &'v str,
    created: Zoned,
}

impl Values<'_> {
    fn of(&self, token: &Token<'_>) -> Option<String> {
        let (number, width) = match token.name {
            "%" => return Some("%".to_owned()),
            "rev" => return Some(self.id.to_owned()),
            "slug" => return Some(self.slug.to_owned()),
            "epoch" => (self.created.timestamp().as_second(), 1),
            "year" => (self.created.year().into(), 4),
            "month" => (self.created.month().into(), 2),
            "day" => (self.created.day().into(), 2),
            "hour" => (self.created.hour().into(), 2),
            "minute" => (self.created.minute().into(), 2),
            "second" => (self.created.second().into(), 2),
            _ => return None,
        };
        let width = token.width.unwrap_or(width);
        Some(format!("{number:0width$}"))
    }
}

/// One token of a template.
struct Token<'t> {
    name: &'t str,
    /// The least number of digits, where the template says it.
    width: Option<usize>,
    /// The length of the token in the template, in bytes.
    length: usize,
}

impl<'t> Token<'t> {
    /// Reads the token that a text starts with: `{name}`, `%(name)s`, `%(name).2d` or `%%`.
    fn parse(text: &'t str) -> Option<Self> {
        if text.starts_with("%%") {
            return Some(Self { name: "%", width: None, length: 2 });
        }
        if let Some(rest) = text.strip_prefix('{') {
            let (name, _) = rest.split_once('}')?;
            return Some(Self { name, width: None, length: name.len() + 2 });
        }
        let (name, rest) = text.strip_prefix("%(")?.split_once(')')?;
        let digits = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        if !rest[digits..].starts_with(['d', 'i', 's']) {
            return None;
        }
        // Python pads with zeros for `.2` and for `02`; without either the number is as it is. No number here has
        // more than 20 digits.
        let width = rest[..digits].trim_start_matches(['.', '0']).parse::<usize>().unwrap_or(1).min(20);
        Some(Self { name, width: Some(width), length: "%()".len() + name.len() + digits + 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(template: &str, slug: &str, expected: &str) {
        let created = "2025-03-06T09:05:04.9Z".parse().unwrap();
        assert_eq!(file_name(template, "ae10", slug, created).unwrap(), expected);
    }

    #[test]
    fn alembics_templates_mean_what_they_mean_in_python() {
        check("%(rev)s_%(slug)s", "add_x", "ae10_add_x");
        check(
            "%(year)d_%(month).2d_%(day)02d_%(hour).2d%(minute).2d-%(rev)s_%(slug)s",
            "x",
            "2025_03_06_0905-ae10_x",
        );
        check("%(month)d%%%(second)d-%(epoch)d", "x", "3%4-1741251904");
    }

    #[test]
    fn plain_tokens_are_padded_with_zeros() {
        check("{year}{month}{day}{hour}{minute}{second}_{rev}_{slug}", "x", "20250306090504_ae10_x");
        check("{epoch}_{rev}", "x", "1741251904_ae10");
    }

    #[test]
    fn an_empty_slug_leaves_no_separator() {
        check(DEFAULT_FILE_TEMPLATE, "", "2025_03_06_0905-ae10");
        check("{slug}_{rev}", "", "ae10");
        check("%(rev)s_%(slug)s_%(year)s", "", "ae10_2025");
    }

    #[test]
    fn an_unknown_token_is_named() {
        let error =
            |template| file_name(template, "ae10", "x", Timestamp::UNIX_EPOCH).unwrap_err().to_string();
        assert_eq!(error("{rev}_{slugg}"), "unknown token `slugg` in the file template `{rev}_{slugg}`");
        assert_eq!(error("%(revision)s"), "unknown token `revision` in the file template `%(revision)s`");
        assert_eq!(error("{rev"), "the file template `{rev` cannot be read at `{rev`");
        assert_eq!(error("%(rev)"), "the file template `%(rev)` cannot be read at `%(rev)`");
        assert_eq!(error("%(rev)5é"), "the file template `%(rev)5é` cannot be read at `%(rev)5é`");
        assert_eq!(
            error("{year}/{rev}"),
            "the file template `{year}/{rev}` makes `1970/ae10`, which is not a file name"
        );
    }

    #[test]
    fn slugs_are_words_in_lower_case() {
        assert_eq!(slug("Generate baseline schema", 40), "generate_baseline_schema");
        assert_eq!(slug("  «größe» -- 植物!  ", 40), "größe_植物");
        assert_eq!(slug("*/ \"\\ \n", 40), "");
        assert_eq!(slug("_", 40), "");
    }

    #[test]
    fn slugs_are_cut_after_whole_words() {
        assert_eq!(slug("one two three", 8), "one_two");
        assert_eq!(slug("one two three", 7), "one_two");
        assert_eq!(slug("one two three", 6), "one");
        assert_eq!(slug("größengrößengrößen", 5), "größe");
        assert_eq!(slug("one", 0), "");
    }
}
