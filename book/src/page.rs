//! One page of Markdown: its headings, its links and its blocks of code.

use std::{collections::BTreeMap, fs, ops::Range, path::Path};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A page, as far as its tests look at it.
#[derive(Clone, Debug)]
pub struct Page {
    /// The file, from the folder of the workspace: `docs/cli.md`.
    pub name: String,
    /// The headings, in order.
    pub headings: Vec<Heading>,
    /// The links and pictures, in order.
    pub links: Vec<Link>,
    /// The blocks of code, fenced and indented, in order.
    pub blocks: Vec<Block>,
    /// The code within lines, in order.
    pub words: Vec<Words>,
}

/// Code within a line, between backticks.
#[derive(Clone, Debug)]
pub struct Words {
    /// What stands between the backticks.
    pub text: String,
    /// The line, from 1.
    pub line: usize,
}

/// A heading, and the anchor that leads to it.
#[derive(Clone, Debug)]
pub struct Heading {
    /// From 1.
    pub level: usize,
    /// Its words, without marks.
    pub text: String,
    /// What stands after `#` in a link to it, the same on GitHub and in the book.
    pub anchor: String,
    /// The line, from 1.
    pub line: usize,
}

/// A link.
#[derive(Clone, Debug)]
pub struct Link {
    /// Where it leads, as it is written.
    pub to: String,
    /// The line, from 1.
    pub line: usize,
}

/// A block of code.
#[derive(Clone, Debug)]
pub struct Block {
    /// The words after the fence: the language, then what else is said; none for an indented block.
    pub words: Vec<String>,
    /// What stands in it.
    pub text: String,
    /// The line of the fence, from 1: the first line of the text is the next one.
    pub line: usize,
    /// The headings above it, from the title of the page to the nearest.
    pub under: Vec<String>,
    /// The HTML comment right above it, without its marks; empty where there is none.
    pub remark: String,
}

impl Block {
    /// Returns the language; empty where none is said.
    #[must_use]
    pub fn language(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// Tells whether a word stands beside the language.
    #[must_use]
    pub fn says(&self, word: &str) -> bool {
        self.words.iter().skip(1).any(|said| said == word)
    }
}

impl Page {
    /// Reads a page.
    #[must_use]
    pub fn read(name: &str, text: &str) -> Self {
        let mut reading = Reading {
            page: Self {
                name: name.to_owned(),
                headings: Vec::new(),
                links: Vec::new(),
                blocks: Vec::new(),
                words: Vec::new(),
            },
            anchors: BTreeMap::new(),
            heading: None,
            block: None,
            remark: String::new(),
        };
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
        for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
            reading.take(event, line(text, &range));
        }
        reading.page
    }
}

/// What is known of a page while it is read.
struct Reading {
    page: Page,
    anchors: BTreeMap<String, usize>,
    heading: Option<Heading>,
    block: Option<Block>,
    remark: String,
}

impl Reading {
    #[expect(clippy::wildcard_enum_match_arm, reason = "a page has far more than is looked at here")]
    fn take(&mut self, event: Event<'_>, line: usize) {
        if let Event::Code(text) = &event {
            self.page.words.push(Words { text: text.to_string(), line });
        }
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let (text, anchor) = (String::new(), String::new());
                self.heading = Some(Heading { level: level as usize, text, anchor, line });
            }
            Event::End(TagEnd::Heading(_)) => self.end_heading(),
            Event::Start(Tag::CodeBlock(kind)) => self.begin_block(&kind, line),
            Event::End(TagEnd::CodeBlock) => self.page.blocks.extend(self.block.take()),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                self.page.links.push(Link { to: dest_url.into_string(), line });
            }
            Event::Html(html) => {
                self.remark.push_str(&html);
                return;
            }
            // The end of an HTML block says nothing, and a comment is above what comes next.
            Event::Start(Tag::HtmlBlock) => self.remark.clear(),
            Event::End(TagEnd::HtmlBlock) => return,
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut self.heading {
                    heading.text.push_str(&text);
                } else if let Some(block) = &mut self.block {
                    block.text.push_str(&text);
                }
            }
            _ => {}
        }
        if self.block.is_none() {
            self.remark.clear();
        }
    }

    fn begin_block(&mut self, kind: &CodeBlockKind<'_>, line: usize) {
        let words = match kind {
            CodeBlockKind::Fenced(words) => words.split([' ', ',']).filter(|word| !word.is_empty()).collect(),
            CodeBlockKind::Indented => Vec::new(),
        };
        let mut under: Vec<&Heading> = Vec::new();
        for heading in &self.page.headings {
            under.retain(|above| above.level < heading.level);
            under.push(heading);
        }
        let remark = self.remark.trim().trim_start_matches("<!--").trim_end_matches("-->").trim();
        self.block = Some(Block {
            words: words.into_iter().map(str::to_owned).collect(),
            text: String::new(),
            line,
            under: under.into_iter().map(|heading| heading.text.clone()).collect(),
            remark: remark.to_owned(),
        });
    }

    fn end_heading(&mut self) {
        let Some(mut heading) = self.heading.take() else { return };
        let anchor = anchor(&heading.text);
        let times = self.anchors.entry(anchor.clone()).or_default();
        heading.anchor = if *times == 0 { anchor } else { format!("{anchor}-{times}") };
        *times += 1;
        self.page.headings.push(heading);
    }
}

/// Returns the anchor of a heading: its letters, digits, `-` and `_` in lower case, and `-` for each space.
fn anchor(text: &str) -> String {
    let kept = text.trim().chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
    kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect::<String>().to_lowercase()
}

fn line(text: &str, range: &Range<usize>) -> usize {
    text[..range.start].matches('\n').count() + 1
}

/// Lists the files of Markdown in a folder and below it, by their names from the root, sorted.
///
/// # Panics
///
/// When the folder cannot be read.
pub(crate) fn names(root: &Path, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root.join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.unwrap_or_else(|error| panic!("{folder}: {error}"));
        let name = format!("{folder}/{}", entry.file_name().display());
        if entry.path().is_dir() {
            names.extend(self::names(root, &name));
        } else if name.ends_with(".md") {
            names.push(name);
        }
    }
    names.sort();
    names
}
