//! Writes the blocks of Rust of all pages as modules of the test: one file for each page, in which every line stands where it
//! stands in the page, so that the compiler's `docs__cookbook__columns.md:31` is line 31 of that page.
//!
//! A block of items is a module, a block of statements a function of one. A block that is a revision script is listed, too, with
//! the heading that it stands under; those of the cookbook become tests.

#[path = "src/page.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "it is a part of the library, of which only blocks are needed here"
)]
mod page;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use page::{Block, Page};

/// What stands around the statements of a block that names a context: the arguments of their function. The names of the
/// context itself are those of `tests/it/context/NAME.rs`.
const ARGUMENTS: [(&str, &str); 2] =
    [("application", "database: sea_orm::DatabaseConnection"), ("script", "op: &mut cucurbit::Op")];

/// The databases, as fences name those that a recipe is for.
const DATABASES: [&str; 2] = ["sqlite", "postgres"];

/// What a revision script begins with.
const PRELUDE: &str = "use cucurbit::prelude::*;";

fn main() {
    let folder = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let root = folder("..");
    for watched in ["build.rs", "src/page.rs", "../docs", "../README.md"] {
        println!("cargo::rerun-if-changed={}", folder(watched).display());
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "a build script is told by the environment alone where to write"
    )]
    let out = PathBuf::from(std::env::var("OUT_DIR").expect("Cargo says where"));
    let mut written = Written::default();
    let pages = page::names(&root, "docs").into_iter().chain(["README.md".to_owned()]);
    for name in pages {
        let text = fs::read_to_string(root.join(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        written.page(&Page::read(&name, &text), &out);
    }
    fs::write(out.join("pages.rs"), written.finish()).expect("the folder is ours");
}

/// The file that names the others.
#[derive(Default)]
struct Written {
    modules: String,
    scripts: String,
    tests: String,
}

impl Written {
    fn page(&mut self, page: &Page, out: &Path) {
        let blocks = page.blocks.iter().filter(|block| block.language() == "rust" && !block.says("ignore"));
        let mut lines: Vec<String> = Vec::new();
        let module = page.name.replace(".md", "").replace(['/', '-', '.'], "_").to_lowercase();
        for block in blocks {
            let wrapped = wrapped(block);
            lines.resize(lines.len().max(block.line - 1), String::new());
            lines.push(wrapped.begin);
            lines.extend(block.text.lines().map(str::to_owned));
            lines.push(wrapped.end);
            if wrapped.is_script {
                self.script(page, &module, block);
            }
        }
        if lines.is_empty() {
            return;
        }
        let file = out.join(format!("{}.rs", page.name.replace('/', "__")));
        fs::write(&file, lines.join("\n")).expect("the folder is ours");
        writeln!(self.modules, "#[path = {file:?}]\npub mod {module};").expect("memory");
    }

    fn script(&mut self, page: &Page, module: &str, block: &Block) {
        let path = format!("{module}::line_{}", block.line);
        let under = block.under.last().cloned().unwrap_or_default();
        let revision =
            if has_revision(block) { format!("Some({path}::REVISION)") } else { "None".to_owned() };
        writeln!(
            self.scripts,
            "Script {{ page: {:?}, line: {}, under: {under:?}, revision: {revision}, upgrade: {path}::upgrade, downgrade: \
             {path}::downgrade }},",
            page.name, block.line
        )
        .expect("memory");
        let is_first = !self.tests.contains(&format!("{under:?}"));
        if page.name.starts_with("docs/cookbook/") && !page.name.ends_with("/index.md") && is_first {
            let name: String = under
                .to_lowercase()
                .chars()
                .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' })
                .collect();
            let on: Vec<&str> = DATABASES.into_iter().filter(|database| block.says(database)).collect();
            let on = if on.is_empty() { DATABASES.join(" ") } else { on.join(" ") };
            writeln!(self.tests, "recipe!({name}, {:?}, {under:?}, {on});", page.name).expect("memory");
        }
    }

    fn finish(self) -> String {
        let Self { modules, scripts, tests } = self;
        format!(
            "{modules}\nuse crate::cookbook::Script;\npub const SCRIPTS: &[Script] = &[\n{scripts}];\n\
             pub mod recipes {{\nuse crate::cookbook::recipe;\n{tests}}}\n"
        )
    }
}

/// What stands in the lines of the fences.
struct Wrapped {
    begin: String,
    end: String,
    is_script: bool,
}

fn wrapped(block: &Block) -> Wrapped {
    let named = block.words.get(1).filter(|word| !DATABASES.contains(&word.as_str()));
    let context = named.map(|name| format!(" use crate::context::{name}::*;")).unwrap_or_default();
    let module = format!("pub mod line_{} {{", block.line);
    let is_script = block.text.contains("pub fn upgrade(") && block.text.contains("pub fn downgrade(");
    if is_script {
        let prelude = if block.text.contains(PRELUDE) { "" } else { PRELUDE };
        return Wrapped { begin: module, end: format!("{context} {prelude} }}"), is_script };
    }
    if syn::parse_file(&block.text).is_ok() {
        let is_part = has_revision(block) && !block.text.contains(PRELUDE);
        let prelude = if is_part { PRELUDE } else { "" };
        return Wrapped { begin: module, end: format!("{context} {prelude} }}"), is_script };
    }
    let is_op = block.text.trim_start().starts_with("op.");
    let of_context =
        |name: &str| ARGUMENTS.iter().find(|(known, _)| *known == name).map(|(_, arguments)| *arguments);
    let arguments = named.and_then(|name| of_context(name)).or(of_context("script").filter(|_| is_op));
    let (arguments, prelude) = (arguments.unwrap_or_default(), if is_op { PRELUDE } else { "" });
    // Of a page that shows a value, it is one.
    let is_value = !is_op && syn::parse_str::<syn::Expr>(&block.text).is_ok();
    let (value, value_end) = if is_value { ("let _shown =", ";") } else { ("", "") };
    let (asynchronous, result, end) = match is_op {
        true => ("", "()", ""),
        false => ("async ", "Result<(), Box<dyn std::error::Error + Send + Sync>>", " Ok(())"),
    };
    let begin =
        format!("{module}{context} {prelude} pub {asynchronous}fn block({arguments}) -> {result} {{ {value}");
    let end = format!("{value_end}{end}");
    Wrapped { begin, end: format!("{end} }} }}"), is_script }
}

fn has_revision(block: &Block) -> bool {
    block.text.contains("pub const REVISION")
}
