//! One `.case` file: its text as values, and its snapshots written back.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use cucurbit::schema::Dialect;

/// What a person writes.
const INPUTS: [&str; 4] = ["from", "to", "rows", "refused"];

/// What `UPDATE_CASES=1` writes, in this order. Those of one dialect are named by it.
const SNAPSHOTS: [&str; 3] = ["operations", "revision", "downgrade"];

/// A behaviour: two schemas, and what leads from the one to the other.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) path: PathBuf,
    /// The dialect that is the only one, if there is one.
    only: Option<Dialect>,
    /// The oldest release of PostgreSQL that understands it.
    pub(super) since: Option<u32>,
    /// Where the library is wrong today; `None` is everywhere.
    known: Vec<Option<Dialect>>,
    sections: Vec<Section>,
    /// The text before the first snapshot, as it was read.
    inputs: String,
}

/// A part of the file under a line `--- word` or `--- word dialect`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Section {
    word: String,
    dialect: Option<Dialect>,
    text: String,
}

/// What the library says of a case on one dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Snapshot {
    pub(super) operations: String,
    pub(super) revision: String,
    pub(super) downgrade: String,
    pub(super) statements: String,
}

impl Snapshot {
    fn of(&self, word: &str) -> &str {
        match word {
            "operations" => &self.operations,
            "revision" => &self.revision,
            "downgrade" => &self.downgrade,
            other => panic!("`{other}` is no snapshot"),
        }
    }
}

impl Case {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        Self::parse(path, &fs::read_to_string(path).map_err(|error| error.to_string())?)
    }

    /// Reads a text.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, String> {
        let mut case = Self {
            path: path.to_owned(),
            only: None,
            since: None,
            known: Vec::new(),
            sections: Vec::new(),
            inputs: String::new(),
        };
        let mut has_sentence = false;
        for line in text.lines() {
            if let Some(title) = line.strip_prefix("--- ") {
                case.sections.push(Section::titled(title)?);
            } else if let Some(section) = case.sections.last_mut() {
                section.text += line;
                section.text.push('\n');
            } else if let Some(rest) = line.strip_prefix("only:") {
                case.only = Some(of_dialect(rest)?.ok_or("`only:` names a dialect and, after a comma, why")?);
            } else if let Some(rest) = line.strip_prefix("since:") {
                let release = rest.split_once(',').and_then(|(release, _why)| release.trim().parse().ok());
                case.since =
                    Some(release.ok_or("`since:` names a release of PostgreSQL and, after a comma, why")?);
            } else if let Some(rest) = line.strip_prefix("known:") {
                case.known.push(of_dialect(rest)?);
            } else {
                has_sentence |= line.trim_end().ends_with(['.', ')']);
            }
            if case.sections.last().is_none_or(Section::is_input) {
                case.inputs += line;
                case.inputs.push('\n');
            }
        }
        if !has_sentence {
            return Err("the first lines are a sentence, with its full stop".to_owned());
        }
        Ok(case)
    }

    /// Lists the dialects it is about.
    pub(super) fn dialects(&self) -> Vec<Dialect> {
        self.only.map_or(Dialect::ALL.to_vec(), |only| vec![only])
    }

    /// Tells whether the library is known to be wrong here.
    pub(super) fn is_known(&self, dialect: Dialect) -> bool {
        self.known.iter().any(|known| known.is_none_or(|known| known == dialect))
    }

    /// Finds what a person wrote for a dialect.
    pub(super) fn input(&self, word: &str, dialect: Dialect) -> Option<&str> {
        let named = |only: Option<Dialect>| {
            self.sections.iter().find(|section| section.word == word && section.dialect == only)
        };
        named(Some(dialect)).or_else(|| named(None)).map(|section| section.text.trim())
    }

    /// Returns the text of the file with these snapshots.
    pub(super) fn text_with(&self, snapshots: &[(Dialect, Snapshot)]) -> String {
        let mut text = self.inputs.clone();
        let mut section = |title: &str, content: &str| {
            write!(text, "--- {title}\n{content}").expect("text can be written");
            if !content.is_empty() && !content.ends_with('\n') {
                text.push('\n');
            }
        };
        for word in SNAPSHOTS {
            let Some((_, first)) = snapshots.first() else { break };
            if snapshots.iter().all(|(_, other)| other.of(word) == first.of(word)) {
                section(word, first.of(word));
            } else {
                for (dialect, snapshot) in snapshots {
                    section(&format!("{word} {}", dialect.name()), snapshot.of(word));
                }
            }
        }
        for (dialect, snapshot) in snapshots {
            section(dialect.name(), &snapshot.statements);
        }
        text
    }
}

impl Section {
    fn titled(title: &str) -> Result<Self, String> {
        let (word, dialect) = match title.trim().split_once(' ') {
            Some((word, name)) => {
                let unknown = || format!("`--- {title}`: `{name}` is no dialect");
                (word, Some(Dialect::by_name(name).ok_or_else(unknown)?))
            }
            None => (title.trim(), None),
        };
        let is_known =
            INPUTS.contains(&word) || SNAPSHOTS.contains(&word) || Dialect::by_name(word).is_some();
        if !is_known {
            return Err(format!("`--- {title}` is no section"));
        }
        Ok(Self { word: word.to_owned(), dialect, text: String::new() })
    }

    fn is_input(&self) -> bool {
        INPUTS.contains(&self.word.as_str())
    }
}

/// Reads `postgres, why` or, for all dialects, `why`.
fn of_dialect(text: &str) -> Result<Option<Dialect>, String> {
    let (dialect, why) = match text.split_once(',') {
        Some((name, why)) if Dialect::by_name(name.trim()).is_some() => (Dialect::by_name(name.trim()), why),
        Some(_) | None => (None, text),
    };
    if why.trim().is_empty() || Dialect::by_name(why.trim()).is_some() {
        return Err(format!("`{}` does not say why", text.trim()));
    }
    Ok(dialect)
}
