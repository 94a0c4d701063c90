//! A page of `docs/` as a session: its files are written, its commands are run, and what it prints is what they print.
//!
//! A page says it in blocks. `console` has commands after `$ `, each with what it prints; a line `…` stands for lines that the
//! page leaves out, and nothing for all of them. A block whose first line is a comment with a path is that file. `diff`, under
//! `+++ PATH`, changes a file. What differs from run to run (ids, times, folders) is not compared.

use std::{fs, path::Path, process::Command};

use crate::support::Folder;

/// What a page does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Changes a file.
    Change { path: String, from: String, to: String },
    /// Runs a command.
    Run { command: String, printed: Vec<String> },
    /// Writes a file.
    Write { path: String, text: String },
}

/// Reads a page of `docs/`, in which some words are others here.
pub(crate) fn read(page: &str, replaced: &[(&str, &str)]) -> Vec<Step> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(page);
    let mut text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{page}: {error}"));
    for (of_page, here) in replaced {
        assert!(text.contains(of_page), "{page} has no `{of_page}`");
        text = text.replace(of_page, here);
    }
    steps(&text)
}

fn steps(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(language) = line.strip_prefix("```") else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        match language {
            "console" => steps.extend(commands(&block)),
            "diff" => steps.push(change(&block)),
            _ => steps.extend(written(&block)),
        }
    }
    steps
}

fn commands(block: &[&str]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in block {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(typed), _) => {
                let command = typed.split("  #").next().unwrap_or_default().trim_end().to_owned();
                steps.push(Step::Run { command, printed: Vec::new() });
            }
            (None, Some(Step::Run { printed, .. })) => printed.push((*line).to_owned()),
            (None, _) => panic!("`{line}` stands before the first command"),
        }
    }
    steps
}

fn change(block: &[&str]) -> Step {
    let path = block[0].strip_prefix("+++ ").expect("a change begins with `+++ PATH`").to_owned();
    let side = |other: char| {
        let lines = block[1..].iter().filter(|line| !line.starts_with(other));
        lines.map(|line| format!("{}\n", line.get(1..).unwrap_or_default())).collect::<String>()
    };
    Step::Change { path, from: side('+'), to: side('-') }
}

fn written(block: &[&str]) -> Option<Step> {
    let first = block.first()?;
    let path = ["// ", "-- ", "# "].iter().find_map(|comment| first.strip_prefix(comment))?;
    let is_path = path.contains('.') && !path.contains(' ');
    is_path.then(|| Step::Write { path: path.to_owned(), text: format!("{}\n", block.join("\n")) })
}

/// A page that is followed in a folder.
pub(crate) struct Session<'a> {
    /// Where everything is.
    pub(crate) folder: &'a Folder,
    /// What the page calls its migrations package, and what it is called here: all tests build in one folder, where
    /// binaries of one name are one file.
    pub(crate) package: (&'a str, &'a str),
    /// The variables of the shell.
    pub(crate) variables: &'a [(&'a str, &'a str)],
    /// Whether what is printed is compared: some of it is of one database alone.
    pub(crate) compares: bool,
}

impl Session<'_> {
    /// Follows the steps; `elsewhere` runs the commands that are not ours and tells whether it knows one.
    pub(crate) fn follow(&self, steps: &[Step], elsewhere: &mut dyn FnMut(&str) -> bool) {
        let mut inside = String::new();
        let mut wrong = Vec::new();
        for step in steps {
            match step {
                Step::Change { path, from, to } => {
                    let path = self.here(&format!("{inside}{path}"));
                    let text = self.folder.read(&path);
                    assert!(text.contains(from.as_str()), "{path} has no\n{from}\nbut\n{text}");
                    self.folder.write(&path, &text.replacen(from.as_str(), to, 1));
                }
                Step::Run { command, printed } => match command.strip_prefix("cd ") {
                    Some(folder) => inside = self.here(&format!("{inside}{folder}/")),
                    None if elsewhere(command) => {}
                    None => wrong.extend(self.run(command, printed, &inside)),
                },
                Step::Write { path, text } => {
                    self.folder.write(&self.here(&format!("{inside}{path}")), text);
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    }

    /// A path or a command of the page with the name that the package has here.
    fn here(&self, text: &str) -> String {
        let (of_page, of_here) = self.package;
        match text.strip_prefix("cucurbit init") {
            Some(rest) if rest.is_empty() || rest.starts_with(" --") => {
                format!("cucurbit init {of_here}{rest}")
            }
            // As a folder, and no other word: `--to database` is one.
            _ => text
                .replace(&format!("init {of_page}"), &format!("init {of_here}"))
                .replace(&format!("{of_page}/"), &format!("{of_here}/")),
        }
    }

    /// Runs a command, which must end as the page says; returns what it prints other than that.
    fn run(&self, command: &str, printed: &[String], inside: &str) -> Option<String> {
        if self.folder.path().join(inside).join("Cargo.toml").exists() {
            self.folder.take_lock_file(inside);
        }
        let program = Path::new(env!("CARGO_BIN_EXE_cucurbit")).parent().unwrap().display().to_string();
        // The tests of this program are run without the variables of a database: these are set here.
        let variables: String =
            self.variables.iter().map(|(name, value)| format!("export {name}='{value}'; ")).collect();
        let mut shell = Command::new("bash");
        shell.args([
            "-e",
            "-c",
            &format!("exec 2>&1; PATH={program}:$PATH; {variables}{}", self.here(command)),
        ]);
        let said = self.folder.run_by(&mut shell, inside);
        // With these words `check` and `diff` say that there are differences.
        let differs = ["New upgrade operations detected:", "From `"];
        let has_differences =
            said.out.lines().any(|line| differs.iter().any(|words| line.starts_with(words)));
        assert_eq!(said.code, Some(if has_differences { 3 } else { 0 }), "`{command}`:\n{}", said.out);
        let is_compared = self.compares && !printed.is_empty();
        if is_compared { self.compare(command, printed, &said.out) } else { None }
    }

    fn compare(&self, command: &str, printed: &[String], said: &str) -> Option<String> {
        let (of_page, of_here) = self.package;
        let said = said.replace(&self.folder.path().display().to_string(), "…").replace(of_here, of_page);
        // How long it took stands in a line of its own where there is no terminal.
        let lines =
            said.lines().filter(|line| !line.starts_with("Building ") && !line.starts_with("  done in "));
        let is: Vec<String> = lines.map(without_ids).collect();
        let parts: Vec<Vec<String>> = printed
            .split(|line| line.trim() == "…")
            .map(|part| part.iter().map(|line| without_ids(line)).collect())
            .collect();
        let fits = match parts.as_slice() {
            [whole] => is == *whole,
            [first, .., last] => {
                let holds =
                    |part: &Vec<String>| part.is_empty() || is.windows(part.len()).any(|lines| lines == part);
                is.starts_with(first) && is.ends_with(last) && parts.iter().all(holds)
            }
            [] => true,
        };
        (!fits).then(|| format!("`{command}` prints\n{said}\nand the page says\n{}", printed.join("\n")))
    }
}

/// A line with all that differs from run to run made equal: ids of revisions, and digits that say a time.
fn without_ids(line: &str) -> String {
    let is_hex = |word: &str| word.len() == 12 && word.chars().all(|letter| letter.is_ascii_hexdigit());
    let mut made = String::new();
    for word in line.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric()) {
        let plain = word.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
        if is_hex(plain) {
            made.push_str("ID");
        } else {
            let parts = plain.split_inclusive(|letter: char| !letter.is_ascii_digit());
            made.extend(parts.map(|part| {
                let letter = part.trim_start_matches(|digit: char| digit.is_ascii_digit());
                if part.len() - letter.len() < 2 { part.to_owned() } else { format!("N{letter}") }
            }));
        }
        made.push_str(&word[plain.len()..]);
    }
    let made = without_times(made.trim_end());
    made.strip_suffix(" ... done in N T").unwrap_or(&made).to_owned()
}

/// A line in which `in 51 ms` and `in 1.2 s` are `in N T`.
fn without_times(line: &str) -> String {
    let mut words: Vec<&str> = line.split(' ').collect();
    for at in 2..words.len() {
        let rest = words[at].trim_start_matches(['m', 's']);
        if words[at - 2] == "in" && rest.len() < words[at].len() && rest.len() < 2 {
            words[at - 1] = "N";
            words[at] = if rest.is_empty() { "T" } else { "T;" };
        }
    }
    words.join(" ")
}

#[test]
fn a_page_is_read_as_it_is_written() {
    let page = "Text\n\n```console\n$ cucurbit init  # why\nCreated a\n\n$ ls\n```\n\n```rust\n// src/a.rs\nfn a() {}\n```\n\n\
        ```diff\n+++ src/a.rs\n fn a() {}\n-fn b() {}\n+fn c() {}\n```\n\n```sql\nSELECT 1.5;\n```\n";
    let text = |text: &str| text.to_owned();
    assert_eq!(
        steps(page),
        [
            Step::Run { command: text("cucurbit init"), printed: vec![text("Created a"), String::new()] },
            Step::Run { command: text("ls"), printed: Vec::new() },
            Step::Write { path: text("src/a.rs"), text: text("// src/a.rs\nfn a() {}\n") },
            Step::Change {
                path: text("src/a.rs"),
                from: text("fn a() {}\nfn b() {}\n"),
                to: text("fn a() {}\nfn c() {}\n")
            },
        ]
    );
    assert_eq!(without_ids("2026_11_28_1413-e11afe1be27a_a.rs 5"), "N_N_N_N-ID_a.rs 5");
    let both = ["Running a -> b ... done in 24 ms", "Applied 1 revision in 1.25 s; the database is at b."];
    assert_eq!(both.map(without_ids), ["Running a -> b", "Applied 1 revision in N T; the database is at b."]);
    assert_eq!(without_ids("2026-11-28T14:07:31Z i32 1.5"), "N-N-NTN:N:NZ iN 1.5");
}
