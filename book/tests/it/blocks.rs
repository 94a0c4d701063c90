//! Every block of every page says its language, and is what it says.

use std::fs;

use book::{Block, Page, docs, page, root};
use cucurbit::config::{Config, Environment};
use toml::Table;

use crate::commands;

/// What a block can be. What is not in this list is refused, so that none escapes.
///
/// Rust is compiled (`build.rs`), SQL is run (`sql.rs`).
fn problem(block: &Block) -> Option<String> {
    let text = block.text.as_str();
    match block.language() {
        "console" => commands::session(text).err(),
        "diff" => changes(text).err(),
        "jinja" => template(text).err(),
        "json" => serde_json::from_str::<serde_json::Value>(text).err().map(|error| error.to_string()),
        "rust" if block.says("ignore") => {
            let is_said = block.remark.starts_with("not compiled: ");
            (!is_said).then(|| "`ignore` needs `<!-- not compiled: WHY -->` above it".to_owned())
        }
        "rust" | "sql" => None,
        "sh" => commands::script(text).err(),
        "text" => None,
        "toml" => settings(text).err(),
        "yaml" => yaml_rust2::YamlLoader::load_from_str(text).err().map(|error| error.to_string()),
        "" => Some("the block does not say its language: `text` where it is none".to_owned()),
        other => Some(format!(
            "blocks of `{other}` are not known to the tests: add them to book/tests/it/blocks.rs"
        )),
    }
}

/// Every page whose blocks are looked at.
pub(crate) fn pages() -> Vec<Page> {
    docs().into_iter().chain([page("README.md")]).collect()
}

#[test]
fn every_block_is_what_it_says() {
    let mut wrong = Vec::new();
    for page in pages() {
        for block in &page.blocks {
            let Some(problem) = problem(block) else { continue };
            wrong.push(format!("{}:{}: {problem}", page.name, block.line));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn blocks_that_are_not_what_they_say_are_found() {
    let found = |fence: &str, text: &str| {
        let page = Page::read("x.md", &format!("# X\n\n```{fence}\n{text}\n```\n"));
        problem(&page.blocks[0])
    };
    for (fence, text) in [
        ("", "anything"),
        ("pascal", "begin end."),
        ("rust,ignore", "fn x() {}"),
        ("json", "{\"a\": }"),
        ("toml", "a = "),
        ("toml", "url = \"sqlite:///a.db\"\nurls = 1"),
        ("toml", "dialects = [\"oracle\"]"),
        ("yaml", "a: [1"),
        ("diff", "+ a\nb"),
        ("jinja", "{{ a"),
        ("sh", "cucurbit chekc"),
        ("console", "$ cargo migrate upgrade --nonsense"),
    ] {
        assert!(found(fence, text).is_some(), "```{fence}: {text}");
    }
    for (fence, text) in [
        ("toml", "url = \"sqlite:///a.db\""),
        ("toml", "[dependencies]\ncucurbit = \"0.1\""),
        ("sh", "cucurbit check || exit 1"),
        ("console", "$ cargo migrate upgrade head\nunchekced output"),
    ] {
        assert_eq!(found(fence, text), None, "```{fence}: {text}");
    }
}

/// Reads what becomes of a file: lines that stay, go and come.
fn changes(text: &str) -> Result<(), String> {
    let is_one = |line: &str| line.is_empty() || line.starts_with([' ', '+', '-', '@']);
    let other = text.lines().find(|line| !is_one(line));
    other.map_or(Ok(()), |line| Err(format!("`{line}` is neither a line that stays nor one that changes")))
}

fn template(text: &str) -> Result<(), String> {
    let mut environment = minijinja::Environment::new();
    environment.add_filter("comment", |text: String| text);
    environment.add_template("block", text).map_err(|error| error.to_string())
}

/// Reads what has a key of `cucurbit.toml` by the library's own reader, and everything else as TOML.
fn settings(text: &str) -> Result<(), String> {
    let table: Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
    let keys = keys();
    if !table.keys().any(|key| keys.contains(key)) {
        return Ok(());
    }
    read(text).map(drop).map_err(|error| error.to_string())
}

/// Reads a text as `cucurbit.toml`.
pub(crate) fn read(text: &str) -> Result<Config, cucurbit::config::ConfigError> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("cucurbit.toml");
    fs::write(&file, text).expect("our own folder");
    Config::load(Some(&file), &Environment::default(), folder.path(), None)
}

/// Returns the keys of `cucurbit.toml`, as the library lists them when it is given one that it does not know.
pub(crate) fn keys() -> Vec<String> {
    let error = read("zzzzzzzzzzzz = 1").expect_err("there is no such key");
    let hint = error.hint().expect("the keys are told");
    let keys: Vec<String> = hint.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    assert!(keys.iter().any(|key| key == "url"), "{hint}");
    keys
}

#[test]
fn the_start_of_the_readme_is_found() {
    assert!(root().join("README.md").exists());
    let readme = page("README.md");
    assert!(
        readme.blocks.iter().any(|block| block.language() == "rust" && block.line > 1),
        "{:?}",
        readme.blocks
    );
}
