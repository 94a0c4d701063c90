//! The walls of the house: what the compiler does not check. Plain file reading; each failure says what to do.
//!
//! The table of allowed edges is read from `docs/ARCHITECTURE.md`, so that the page and this test cannot disagree.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The longest file, in lines.
const LONGEST: usize = 600;

/// The heading of the page above the table of edges.
const EDGES: &str = "## Who may use whom";

/// What `lib.rs` offers at the root of the crate and may be named as `crate::…` although it is no room.
const MACROS: [&str; 4] = ["assert_in_sync", "assert_up_down_up", "include_versions", "rows"];

/// Where sqlx may be named: paths as in the table of edges.
const SQLX: [&str; 5] =
    ["connection", "dialect/*/ask", "dialect/*/lock", "dialect/*/reflect", "dialect/*/scratch"];

/// Where people are printed to.
const PRINTING: [&str; 2] = ["cli/print", "cli/report"];

/// What every database has a file for, in its folder: equal work has equal names.
const OF_EVERY_DATABASE: [&str; 28] = [
    "activity",
    "ask",
    "canonical",
    "capabilities",
    "constant",
    "convert",
    "database",
    "define",
    "effect",
    "expression",
    "lock",
    "memory",
    "names",
    "plan",
    "plan/column",
    "plan/constraint",
    "plan/enumeration",
    "plan/execute",
    "plan/index",
    "plan/retype",
    "plan/table",
    "reflect",
    "reflect/unmanaged",
    "rename",
    "scratch",
    "session",
    "sql",
    "types",
];

/// Where a database may be named by its variant, and why: `Dialect::Postgres`, `Self::Sqlite`, and the kinds of connections.
const DIALECT_NAMED: [(&str, &str); 10] = [
    ("connection", "a connection knows which database it is to; a URL says it by its scheme"),
    ("dialect/lexer", "it reads what psql and sqlite3 print and take, which is not all SQL"),
    ("dialect/mod", "the one `match`"),
    ("dialect/postgres", "its own name, in errors and in values that differ between databases"),
    ("dialect/sqlite", "its own name, in errors and in values that differ between databases"),
    ("model/declared", "a numbered key of a struct is a variant: SQLite numbers an `INTEGER` alone"),
    (
        "operation/exclusion",
        "exclusion constraints are PostgreSQL's, and what makes one is recorded for it alone",
    ),
    ("prelude", "scripts say `op.on(Postgres, …)`"),
    ("schema/variant", "the names themselves"),
    ("testing/database", "the database of a test is a file, or lies on a server"),
];

/// Words that may not stand in the documentation, in comments or in messages, and what to say instead.
const WORDS: [(&str, &str); 15] = [
    ("anew", "again; to make anew is to recreate"),
    ("books", "bookkeeping tables"),
    ("by chance", "random"),
    ("come and go", "are added and dropped"),
    ("comes and goes", "is added and dropped"),
    ("dearer", "more expensive"),
    ("everybody", "who exactly; every user, everything"),
    ("had in time", "timed out waiting for it"),
    ("in its letters", "in case"),
    ("in other letters", "in another case"),
    ("nobody", "who or what exactly: no process, no revision"),
    ("papers", "documentation"),
    ("somebody", "who exactly: another process, another program, a user"),
    ("time-out", "timeout"),
    ("whoever", "who exactly: the caller, the user who"),
];

/// Where one of [`WORDS`] is meant: the file, the words around it, and why.
const WORDS_MEANT: [(&str, &str, &str); 4] = [
    ("docs/AUTOGENERATE.md", "collations come and go", "the name of a case"),
    ("docs/AUTOGENERATE.md", "sequences come and go", "the name of a case"),
    ("xtask/src/postgres/owner.rs", "`nobody`", "the system's user of that name"),
    ("xtask/src/postgres/owner.rs", "\"nobody\"", "the system's user of that name"),
];

#[test]
fn rooms_use_only_what_the_map_allows() {
    let rules = Rules::read();
    let mut wrong = Vec::new();
    for file in sources() {
        let allowed = rules.allowed(&file.path);
        for used in file.uses() {
            let is_own = file.room() == used;
            let is_root = file.path == "lib" || MACROS.contains(&used.as_str());
            if !is_own && !is_root && !allowed.contains(&used) {
                wrong.push(format!("{} uses crate::{used}", file.name));
            }
        }
    }
    let advice = "turn the dependency round, move the code to a room that may, or change the table \
                  \"Who may use whom\" in docs/ARCHITECTURE.md and say why in the commit; \
                  what lib.rs re-exports is named by its room";
    report(&wrong, advice);
}

#[test]
fn the_map_names_every_room_and_no_other() {
    let rules = Rules::read();
    let page = architecture();
    let rooms: BTreeSet<String> = sources().iter().map(File::room).filter(|room| room != "lib").collect();
    let mut wrong = Vec::new();
    for room in &rooms {
        if !rules.rows.contains_key(room) {
            wrong.push(format!("the room `{room}` has no row in the table of edges"));
        }
        if !page
            .lines()
            .any(|line| line.starts_with(&format!("| `{room}` |")) && line.matches('|').count() == 4)
        {
            wrong.push(format!("the room `{room}` has no row in the table of rooms"));
        }
    }
    for (path, used) in &rules.rows {
        for room in path.split('/').take(1).map(str::to_owned).chain(used.iter().cloned()) {
            if !rooms.contains(&room) {
                wrong.push(format!("`{room}` in the table of edges is no room"));
            }
        }
    }
    report(&wrong, "add the row to docs/ARCHITECTURE.md, or remove the one that is left over");
}

#[test]
fn sqlx_is_named_only_where_the_sockets_are() {
    let wrong = found_outside(&SQLX, |line| line.contains("sqlx::") || line.contains("use sqlx"));
    report(&wrong, "ask through `Connection`, or do it in dialect/*/{reflect,ask,lock,scratch}.rs");
}

#[test]
fn rustls_is_named_only_where_its_errors_are_read() {
    let wrong = found_outside(&["connection/tls"], |line| line.contains("rustls"));
    report(&wrong, "sqlx speaks TLS; what an error of rustls means is known in connection/tls.rs");
}

#[test]
fn only_the_command_line_prints() {
    let words =
        ["print!(", "println!(", "eprint!(", "eprintln!(", "io::stdout(", "io::stderr(", "AutoStream"];
    let wrong = found_outside(&PRINTING, |line| words.iter().any(|word| line.contains(word)));
    report(&wrong, "return a value or tell an `Event`; cli/print/ and cli/report.rs find the words");
}

#[test]
fn a_database_is_named_only_where_it_is_told_apart() {
    let places: Vec<&str> = DIALECT_NAMED.iter().map(|(path, _)| *path).collect();
    let wrong = found_in(&places, names_a_database, |code| code.split(TESTS).next().unwrap_or_default());
    report(
        &wrong,
        "make it a verb that both folders of the room dialect have, or a fact in their capabilities.rs, or list the \
         exception here with its reason",
    );
    let mut matches = found_outside(&[], |line| line.contains("schema::Dialect::"));
    matches.retain(|place| place.contains("src/dialect/mod.rs") && place.contains("=>"));
    assert_eq!(matches.len(), 2, "dialect/mod.rs has one match on the dialect, in `on!`: {matches:?}");
}

/// Tells whether a line has `::Postgres` or `::Sqlite` as a whole name.
fn names_a_database(line: &str) -> bool {
    ["::Postgres", "::Sqlite"].into_iter().any(|name| {
        let is_whole = |at: usize| {
            !line[at + name.len()..].starts_with(|next: char| next.is_alphanumeric() || next == '_')
        };
        line.match_indices(name).any(|(at, _)| is_whole(at))
    })
}

#[test]
fn databases_have_the_same_files_for_the_same_work() {
    let files: BTreeSet<String> = sources()
        .into_iter()
        .filter_map(|file| Some(file.path.strip_prefix("dialect/")?.trim_end_matches("/mod").to_owned()))
        .collect();
    let of = |folder: &str| -> BTreeSet<String> {
        let path = format!("{folder}/");
        files.iter().filter_map(|file| Some(file.strip_prefix(&path)?.to_owned())).collect()
    };
    let folders: Vec<&String> =
        files.iter().filter(|file| files.contains(&format!("{file}/capabilities"))).collect();
    assert!(folders.len() > 1, "the folders of the databases are found: {folders:?}");
    let mut shared = of(folders[0]);
    let mut wrong = Vec::new();
    for folder in folders {
        let own = of(folder);
        let lacking = OF_EVERY_DATABASE.into_iter().filter(|name| !own.contains(*name));
        wrong.extend(lacking.map(|name| format!("dialect/{folder} has no file `{name}`")));
        shared.retain(|name| own.contains(name));
    }
    let unlisted = shared.iter().filter(|name| !OF_EVERY_DATABASE.contains(&name.as_str()));
    wrong.extend(unlisted.map(|name| format!("every database has a file `{name}`, and it is not listed")));
    report(&wrong, "name the file as the others name theirs, or change the list in this test");
}

#[test]
fn every_file_says_what_lives_there() {
    let wrong: Vec<String> = rust_files(&workspace())
        .into_iter()
        .filter(|path| !read(path).starts_with("//!"))
        .map(|path| named(&path))
        .collect();
    report(&wrong, "begin the file with `//!`: what lives there, and what may not");
}

#[test]
fn no_file_is_too_long() {
    let wrong: Vec<String> = rust_files(&workspace())
        .into_iter()
        // A revision is as long as what it records, and is never edited afterwards.
        .filter(|path| !path.components().any(|part| part.as_os_str() == "versions"))
        .filter_map(|path| {
            let lines = read(&path).lines().count();
            (lines > LONGEST).then(|| format!("{}: {lines} lines", named(&path)))
        })
        .collect();
    report(&wrong, &format!("split the file by nouns or verbs; {LONGEST} lines are the most"));
}

#[test]
fn prose_uses_the_words_of_the_field() {
    let mut wrong = Vec::new();
    let mut unused: Vec<&(&str, &str, &str)> = WORDS_MEANT.iter().collect();
    for path in prose() {
        let name = named(&path);
        let lines: Vec<String> = read(&path).lines().map(said).collect();
        for (number, line) in lines.iter().enumerate() {
            let next = lines.get(number + 1).map(String::as_str).unwrap_or_default();
            let mut text = format!("{line} {next}").to_lowercase();
            for meant in WORDS_MEANT.iter().filter(|(file, _, _)| *file == name) {
                let (_, words, _) = meant;
                if text.contains(&words.to_lowercase()) {
                    text = text.replace(&words.to_lowercase(), &"-".repeat(words.len()));
                    unused.retain(|other| *other != meant);
                }
            }
            for (word, instead) in WORDS {
                if places(&text, word).any(|at| at < line.len()) {
                    wrong.push(format!("{name}:{}: `{word}`: say {instead}", number + 1));
                }
            }
        }
    }
    wrong.extend(
        unused.iter().map(|(file, words, _)| format!("{file} has `{words}` no longer: remove it here")),
    );
    report(&wrong, "write it as an engineer would who has never seen this project (docs/STYLE.md, 21 to 25)");
}

/// The documentation, and the sources of all programs and libraries without their tests.
fn prose() -> Vec<PathBuf> {
    let root = workspace();
    let mut files = vec![root.join("README.md"), root.join("CHANGELOG.md"), root.join("CONTRIBUTING.md")];
    files.extend(pages(&root.join("docs")));
    let is_test = |path: &PathBuf| {
        path.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")))
    };
    files.extend(rust_files(&root).into_iter().filter(|path| !is_test(path)));
    files.sort();
    files
}

/// The pages in a folder, and in those below it.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of pages") {
        let path = entry.expect("a page").path();
        if path.is_dir() {
            pages.extend(self::pages(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
    pages
}

/// A line without its indentation and the marks of a comment.
fn said(line: &str) -> String {
    line.trim().trim_start_matches("//").trim_start_matches(['/', '!']).trim().to_owned()
}

/// Where a word stands as a whole one.
fn places<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |&at| !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}

#[test]
fn every_test_is_mounted() {
    let mut wrong = Vec::new();
    for path in rust_files(&workspace()) {
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let Some(at) = parts.windows(2).position(|two| two == ["tests", "it"]) else { continue };
        // A file is mounted by the main.rs or mod.rs beside it; a mod.rs by the one above.
        let is_mod = path.ends_with("mod.rs");
        let module = if is_mod { path.parent().unwrap_or(&path) } else { &path };
        let (Some(name), Some(folder)) = (module.file_stem(), module.parent()) else { continue };
        if path.ends_with("main.rs") || parts.len() - at < 3 {
            continue;
        }
        let mount = format!("mod {};", name.to_string_lossy());
        let mounts =
            ["main.rs", "mod.rs"].map(|file| folder.join(file)).into_iter().filter(|file| file.exists());
        if !mounts
            .into_iter()
            .any(|file| code(&read(&file)).lines().any(|line| line.trim().ends_with(&mount)))
        {
            wrong.push(named(&path));
        }
    }
    report(
        &wrong,
        "add `mod …;` to the main.rs or mod.rs beside it: a test that is not mounted is never run",
    );
}

/// The table of edges.
struct Rules {
    /// What a path may use.
    rows: BTreeMap<String, BTreeSet<String>>,
}

impl Rules {
    fn read() -> Self {
        let page = architecture();
        let (_, section) = page.split_once(EDGES).expect("docs/ARCHITECTURE.md has the section of edges");
        let section = section.split("\n## ").next().unwrap_or_default();
        let mut rows = BTreeMap::new();
        for line in section.lines().filter(|line| line.starts_with("| `")) {
            let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
            let [paths, used] = cells[..] else {
                panic!("a row of the table of edges has two cells: {line}")
            };
            for path in quoted(paths) {
                assert!(rows.insert(path.clone(), quoted(used).collect()).is_none(), "`{path}` has two rows");
            }
        }
        assert!(rows.len() > 5, "the table of edges in docs/ARCHITECTURE.md cannot be read");
        Self { rows }
    }

    /// What a file may use: the row of the longest path that fits.
    fn allowed(&self, path: &str) -> BTreeSet<String> {
        let fitting = self.rows.iter().filter(|(row, _)| fits(row, path));
        let longest = fitting.max_by_key(|(row, _)| (row.split('/').count(), !row.contains('*')));
        longest.map(|(_, used)| used.clone()).unwrap_or_default()
    }
}

/// Tells whether a path of the table stands for a file: `dialect/*/lock` for `dialect/postgres/lock`.
fn fits(row: &str, path: &str) -> bool {
    let path: Vec<&str> = path.split('/').collect();
    let row: Vec<&str> = row.split('/').collect();
    row.len() <= path.len() && row.iter().zip(&path).all(|(row, part)| *row == "*" || row == part)
}

/// The texts between backticks.
fn quoted(cell: &str) -> impl Iterator<Item = String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned)
}

/// A file of the library.
struct File {
    /// For people: `crates/cucurbit/src/diff/mod.rs`.
    name: String,
    /// Under `src` and without its extension: `diff/mod`.
    path: String,
    /// Its text without comments.
    code: String,
}

impl File {
    fn room(&self) -> String {
        self.path.split('/').next().unwrap_or_default().to_owned()
    }

    /// The first names after `crate::`, and after as many `super::` as lead to the root.
    fn uses(&self) -> BTreeSet<String> {
        let depth = self.path.strip_suffix("/mod").unwrap_or(&self.path).split('/').count();
        let mut uses = after(&self.code, "crate::");
        let rooms = after(&self.code, &"super::".repeat(depth));
        let is_room = |name: &String| {
            let room = source_folder().join(name);
            room.exists() || room.with_extension("rs").exists()
        };
        uses.extend(rooms.into_iter().filter(is_room));
        uses
    }
}

/// The first names of every path that begins with a prefix, opening one `{…}`.
fn after(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        // `$crate::x` counts as well; a longer word that ends in it does not.
        let is_inside = code[..at].ends_with(|last: char| last.is_alphanumeric() || "_:".contains(last));
        let rest = &code[at + prefix.len()..];
        if is_inside {
            continue;
        }
        match rest.strip_prefix('{') {
            Some(list) => names.extend(top_names(list)),
            None => names.extend(first_name(rest)),
        }
    }
    names
}

/// The first names of `a::b, c::{d, e}, f}`.
fn top_names(list: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    let mut start = 0;
    for (at, letter) in list.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.extend(first_name(&list[start..at]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.extend(first_name(&list[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    names
}

fn first_name(path: &str) -> Option<String> {
    let name: String =
        path.trim_start().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// The lines of the library, as `file:line: text`, that are found outside of the places where they belong.
fn found_outside(places: &[&str], is_found: impl Fn(&str) -> bool) -> Vec<String> {
    found_in(places, is_found, |code| code)
}

/// What begins the tests of a file.
const TESTS: &str = "#[cfg(test)]\nmod tests {";

/// The lines outside of some places, of a part of each file.
fn found_in(
    places: &[&str],
    is_found: impl Fn(&str) -> bool,
    part: impl for<'c> Fn(&'c str) -> &'c str,
) -> Vec<String> {
    let mut found = Vec::new();
    for file in sources() {
        if places.iter().any(|place| fits(place, &file.path)) {
            continue;
        }
        for (line, text) in part(&file.code).lines().enumerate().filter(|(_, text)| is_found(text)) {
            found.push(format!("{}:{}: {}", file.name, line + 1, text.trim()));
        }
    }
    found
}

/// The files of the library.
fn sources() -> Vec<File> {
    let folder = source_folder();
    let files: Vec<File> = rust_files(&folder)
        .into_iter()
        .map(|file| {
            let path = file.strip_prefix(&folder).expect("it was found there").with_extension("");
            File {
                name: named(&file),
                path: path.to_string_lossy().replace('\\', "/"),
                code: code(&read(&file)),
            }
        })
        .collect();
    assert!(files.len() > 20, "the library was not found in {}", folder.display());
    files
}

/// Leaves out comments; a `//` in a text is cut too, and costs only what stands behind it.
fn code(text: &str) -> String {
    let lines = text.lines().map(|line| match line.find("//") {
        // The slashes of a connection URL are no comment.
        Some(at) if !line[..at].ends_with(':') => &line[..at],
        Some(_) | None => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Programs of one name overwrite each other in the target folder, and tests then run another one's.
#[test]
fn no_two_programs_have_one_name() {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for main in rust_files(&workspace()).iter().filter(|path| is_program(path)) {
        let member = main.ancestors().find(|folder| folder.join("Cargo.toml").is_file()).expect("a member");
        let manifest = read(&member.join("Cargo.toml"));
        let declared = manifest.split("[[bin]]").nth(1).filter(|_| main.ends_with("src/main.rs"));
        let text = declared.unwrap_or(&manifest);
        let name = text.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
        let of_file = main.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let name = if main.ends_with("src/main.rs") { name.map(str::to_owned) } else { of_file };
        names.entry(name.expect("a name")).or_default().push(named(main));
    }
    assert!(names.len() > 3, "programs are found: {names:?}");
    let wrong: Vec<String> =
        names.into_values().filter(|files| files.len() > 1).map(|files| files.join(", ")).collect();
    report(&wrong, "give each program a name of its own");
}

fn is_program(path: &Path) -> bool {
    let is_in_bin = path.parent().is_some_and(|folder| folder.ends_with("src/bin"));
    is_in_bin || path.ends_with("src/main.rs")
}

/// All `.rs` files under a folder, sorted; hidden folders and what is built are left out.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("cannot read {}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("the folder can be read to its end").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') || name.starts_with("target") {
            continue;
        }
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn workspace() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    folder.expect("the crate lies in crates/ of the workspace").to_owned()
}

fn architecture() -> String {
    read(&workspace().join("docs").join("ARCHITECTURE.md"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

/// A path as people know it.
fn named(path: &Path) -> String {
    path.strip_prefix(workspace()).unwrap_or(path).display().to_string()
}

fn report(wrong: &[String], advice: &str) {
    assert!(wrong.is_empty(), "\n  {}\nWhat to do: {advice}.\n", wrong.join("\n  "));
}
