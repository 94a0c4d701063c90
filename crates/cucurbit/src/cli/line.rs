//! A line for people: words, some of which have a colour by what they are.
//!
//! What lives here: which colour is what. No line needs its colours to be understood. Whether there are any is known where
//! lines are printed.

use anstyle::{AnsiColor, Style};

use super::shown;

/// What words are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paint {
    /// Something comes to be.
    Add,
    /// Something changes.
    Alter,
    /// A run came to its end.
    Done,
    /// Something goes.
    Drop,
    /// Something went wrong.
    Error,
    /// Something can be done about it.
    Hint,
    /// A place in the history: `(head)`.
    Mark,
    /// Something to know.
    Note,
    /// The id of a revision.
    Revision,
    /// Something to look at.
    Warning,
}

impl Paint {
    const fn style(self) -> Style {
        match self {
            Self::Add | Self::Done => AnsiColor::Green.on_default(),
            Self::Alter | Self::Revision => AnsiColor::Yellow.on_default(),
            Self::Drop => AnsiColor::Red.on_default(),
            Self::Error => AnsiColor::Red.on_default().bold(),
            Self::Hint | Self::Note => AnsiColor::Cyan.on_default().bold(),
            Self::Mark => AnsiColor::Cyan.on_default(),
            Self::Warning => AnsiColor::Yellow.on_default().bold(),
        }
    }

    /// Puts the colour around words that are safe for a terminal.
    pub(super) fn around(self, words: &str) -> String {
        let style = self.style();
        format!("{style}{words}{style:#}")
    }
}

/// A line for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line(Vec<(Option<Paint>, String)>);

impl Line {
    /// Adds words.
    pub(super) fn add(mut self, words: impl Into<String>) -> Self {
        self.0.push((None, words.into()));
        self
    }

    /// Adds words that have a colour.
    pub(super) fn paint(mut self, paint: Paint, words: impl Into<String>) -> Self {
        self.0.push((Some(paint), words.into()));
        self
    }

    /// Adds words that have a colour, with others between them.
    pub(super) fn paint_each<'w>(
        mut self,
        paint: Paint,
        words: impl IntoIterator<Item = &'w str>,
        between: &str,
    ) -> Self {
        for (at, word) in words.into_iter().enumerate() {
            if at > 0 {
                self = self.add(between);
            }
            self = self.paint(paint, word);
        }
        self
    }

    /// Adds another line.
    pub(super) fn join(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Returns its words as they are.
    pub(super) fn words(&self) -> String {
        self.0.iter().map(|(_, words)| words.as_str()).collect()
    }

    /// Returns what a terminal is sent, without a line break.
    pub(super) fn shown(&self, is_painted: bool) -> String {
        let plain = shown::line(&self.words());
        if !is_painted {
            return plain;
        }
        let safe: Vec<(Option<Paint>, String)> =
            self.0.iter().map(|(paint, words)| (*paint, shown::line(words))).collect();
        // A secret that stands across the words is found in the whole line only.
        if safe.iter().map(|(_, words)| words.as_str()).collect::<String>() != plain {
            return plain;
        }
        let each = safe.into_iter().map(|(paint, words)| match paint {
            Some(paint) if !words.is_empty() => paint.around(&words),
            Some(_) | None => words,
        });
        each.collect()
    }
}

impl From<&str> for Line {
    fn from(words: &str) -> Self {
        Self::default().add(words)
    }
}

impl From<String> for Line {
    fn from(words: String) -> Self {
        Self::default().add(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_escaped_and_colours_are_not() {
        let line = Line::from("at ").paint(Paint::Revision, "a\u{1b}[2J").add("\n");
        assert_eq!(line.shown(false), r"at a\u{1b}[2J\n");
        assert_eq!(line.shown(true), "at \u{1b}[33ma\\u{1b}[2J\u{1b}[0m\\n");
    }

    #[test]
    fn a_secret_across_words_is_hidden_and_has_no_colours() {
        let line = Line::from("postgresql://app:").paint(Paint::Revision, "hunter2").add("@localhost/beds");
        assert_eq!(line.shown(true), line.shown(false));
        assert!(!line.shown(true).contains("hunter2"), "{}", line.shown(true));
    }
}
