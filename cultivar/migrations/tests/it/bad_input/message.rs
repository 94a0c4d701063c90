//! Messages that are more than words to a shell, to Rust, to a template or to a terminal; files that cannot be made.

use std::fs;

use insta::assert_snapshot;

use crate::{
    project::Project,
    support::{Database, Kind, Ran},
};

const NASTY: [&str; 24] = [
    "\"; touch pwned; echo \"",
    "$(touch pwned) `touch pwned` $HOME && touch pwned",
    "| touch pwned > pwned & touch pwned",
    "triple \"\"\" quotes and '''",
    "back\\slash \\N \\u \\x \\",
    "ends a comment */ and /* begins one",
    "two\nlines\r\nand a third",
    "one paragraph\n\n\nand another\n",
    "tab\tand \u{1b}[31mred\u{1b}[0m and ünïcödé 🌱",
    "\u{202e}turned around\u{202c}",
    "!!! ???",
    "/ \\ : * ? \" < > | .. ~",
    "{braces} {{and}} {{{more}}} %(percent)s %d %% %",
    "@message@ @upgrade@ @revision@ {rev} {slug} %(rev)s",
    "{% if x %} {{ y }} {# z #} ${mako} <%def>",
    "#![forbid(unsafe_code)]",
    "//! use cucurbit::nothing;",
    "r#\"raw\"# b'x' 'static",
    "- begins with a dash",
    "--head base",
    "'; DROP TABLE bed; --",
    "../../../pwned",
    "CON.rs",
    "…",
];

/// Makes a revision and returns its id.
fn revision(project: &Project, database: &Database, command: &[&str]) -> String {
    let made = project.run(database, &[&["--format", "json"], command].concat()).exits(0);
    let made: serde_json::Value = serde_json::from_str(&made.stdout).expect("JSON");
    made["revision"].as_str().expect("an id").to_owned()
}

/// What comes back of a message: what cannot be seen is written in words, and a line has no spaces at its end.
fn shown(message: &str) -> String {
    let mut shown = message.replace('\t', "    ");
    for hidden in ['\u{1b}', '\u{202e}', '\u{202c}'] {
        shown = shown.replace(hidden, &hidden.escape_unicode().to_string());
    }
    lines(shown.trim())
}

fn lines(text: &str) -> String {
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn defect_13_and_17_a_message_is_text_and_nothing_else() {
    let project = Project::small("messages");
    let database = Database::new(Kind::Sqlite).await;
    database.migrate(&["ensure_version"]).exits(0);
    project.migrate(&database, &["heads"]).exits(0);
    let words = "ten thousand letters ".repeat(477);
    let one_word = "x".repeat(10_000);
    let messages: Vec<&str> = NASTY.into_iter().chain([words.as_str(), one_word.as_str(), ""]).collect();
    let (mut made, mut created) = (Vec::new(), Vec::new());
    for message in &messages {
        // Each is a root: the binary that writes it does not know the others yet.
        // Behind `=`, what begins with a dash is no option; elsewhere it would hide that the message was forgotten.
        let message_is = format!("--message={message}");
        let command = ["revision", &message_is, "--head", "base"];
        made.push((revision(&project, &database, &command), *message));
        // All of these make the tables of the models, so that only one of them could be run.
        created.push((revision(&project, &database, &["create", &message_is, "--head", "base"]), *message));
    }

    // Every file compiles, and every message comes back.
    let entries = project.migrate(&database, &["history", "--format", "json"]).exits(0);
    let entries: serde_json::Value = serde_json::from_str(&entries.stdout).expect("JSON");
    let entries = entries.as_array().expect("a list");
    assert_eq!(entries.len(), 2 * messages.len());
    for (id, message) in made.iter().chain(&created) {
        let entry = entries.iter().find(|entry| entry["revision"] == id.as_str()).expect("listed");
        assert_eq!(lines(entry["doc"].as_str().expect("a text")), shown(message), "{message:?}");
    }
    // A line for each in the list, and the first line of the message in it.
    let history = project.run(&database, &["history"]).exits(0).stdout;
    assert_eq!(history.lines().count(), entries.len(), "{history}");
    for (id, message) in &made {
        let first = shown(message).lines().next().unwrap_or_default().to_owned();
        let line = history.lines().find(|line| line.contains(id.as_str())).expect("listed");
        assert!(line.ends_with(&first), "{line}");
        let run = project.run(&database, &["upgrade", id]).exits(0);
        let [step, last] = run.stderr.lines().collect::<Vec<_>>()[..] else { panic!("{}", run.stderr) };
        assert!(step.ends_with(&first) && last.starts_with("Applied 1 revision in "), "{}", run.stderr);
    }
    // Names of files are short and plain.
    for file in project.versions() {
        let name = file.file_name().expect("a name").to_str().expect("UTF-8").to_owned();
        assert!(name.len() < 100 && name.ends_with(".rs"), "{name}");
        assert!(name.chars().all(|letter| letter.is_alphanumeric() || "_-.".contains(letter)), "{name}");
    }
    for folder in [&project.folder, &project.migrations] {
        assert!(!folder.join("pwned").exists(), "a message was run as a command");
    }
    assert_eq!(fs::read_dir(&project.migrations).expect("the folder").count(), 5, "nothing else was made");
}

#[tokio::test]
async fn a_file_that_cannot_be_made() {
    let project = Project::small("unwritten");
    let database = Database::new(Kind::Sqlite).await;
    project.migrate(&database, &["heads"]).exits(0);
    let settings = |template: &str| {
        let text = format!("dialects = [\"sqlite\"]\nfile_template = \"{template}\"\n");
        fs::write(project.migrations.join("cucurbit.toml"), text).expect("written");
    };
    let said = |id: &str| {
        let Ran { code, stdout, stderr } =
            project.run(&database, &["revision", "-m", "beds", "--head", "base", "--rev-id", id]);
        let text = format!("exit {code}\n{stdout}{stderr}");
        text.replace(&project.migrations.display().to_string(), "<garden>")
    };
    settings("{rev}");
    said("aaaaaaaaaaaa");
    let files = project.versions();
    // The binary does not know the new one yet, but the file is there.
    assert_snapshot!(said("aaaaaaaaaaaa"), @r"
    exit 1
    error[file-exists]: the file `<garden>/versions/aaaaaaaaaaaa.rs` already exists
      hint: give another id, or another message
    ");
    assert_snapshot!(said("beds@2"), @r"
    exit 1
    error[illegal-characters]: Character(s) '@' not allowed in revision identifier 'beds@2'
      hint: use letters, digits and `_`
    ");
    assert_snapshot!(said("head"), @r"
    exit 1
    error[reserved-word]: `head` cannot name a revision or a branch
      hint: base, current, head, heads have a meaning of their own
    ");
    assert_snapshot!(said(""), @r"
    exit 1
    error[empty-identifier]: a revision identifier must not be empty
    ");
    assert_snapshot!(said(&"x".repeat(33)), @r"
    exit 1
    error[identifier-too-long]: revision identifier `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx` has 33 characters
      hint: the version table holds 32 characters; choose a shorter id
    ");
    settings("{yeer}_{rev}");
    assert_snapshot!(said("bbbbbbbbbbbb"), @r"
    exit 1
    error[file-template]: unknown token `yeer` in the file template `{yeer}_{rev}`
      hint: the tokens are `{rev}`, `{slug}`, `{epoch}`, `{year}`, `{month}`, `{day}`, `{hour}`, `{minute}` and `{second}`, or Alembic's `%(rev)s`
    ");
    settings("{rev");
    assert_snapshot!(said("bbbbbbbbbbbb"), @r"
    exit 1
    error[file-template]: the file template `{rev` cannot be read at `{rev`
      hint: the tokens are `{rev}`, `{slug}`, `{epoch}`, `{year}`, `{month}`, `{day}`, `{hour}`, `{minute}` and `{second}`, or Alembic's `%(rev)s`
    ");
    settings("beds/{rev}");
    assert_snapshot!(said("bbbbbbbbbbbb"), @r"
    exit 1
    error[file-template]: the file template `beds/{rev}` makes `beds/bbbbbbbbbbbb`, which is not a file name
      hint: a file template names a file in the versions folder, without `/`
    ");
    settings("");
    assert_snapshot!(said("bbbbbbbbbbbb"), @r"
    exit 1
    error[malformed-configuration]: <garden>/cucurbit.toml:2:17: the value is empty
    ");
    assert_eq!(project.versions(), files);
    settings("{rev}");
    fs::rename(project.migrations.join("versions"), project.migrations.join("moved")).expect("moved");
    assert_snapshot!(said("bbbbbbbbbbbb"), @r"
    exit 1
    error[no-versions-folder]: there is no folder `<garden>/versions`
      hint: create it, and build again: `mkdir <garden>/versions` (git does not keep empty folders)
    ");
}
