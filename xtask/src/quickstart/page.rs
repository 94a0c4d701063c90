//! What README.md prints under "Start a project": how the program is installed, and each quickstart. Nothing is run here.

use crate::report::Failure;

/// The section of README.md.
const SECTION: &str = "\n## Start a project\n";

/// The most commands that lead from an application to a migrated database.
const MOST: usize = 6;

/// What the section prints.
#[derive(Debug)]
pub(super) struct Page {
    /// How the program is installed, a command a line.
    pub(super) install: String,
    /// The quickstarts, in the order of the page.
    pub(super) quickstarts: Vec<Quickstart>,
}

/// One way from a bare folder to a migrated database.
#[derive(Debug)]
pub(super) struct Quickstart {
    /// Its title in lower case, with `-` for other characters: `sql-files`.
    pub(super) name: String,
    /// All its blocks of shell commands: first the application, then what leads to the database.
    pub(super) script: String,
    /// How many commands the last block has.
    pub(super) commands: usize,
}

impl Page {
    /// Reads the page.
    pub(super) fn read(text: &str) -> Result<Self, Failure> {
        let lacking = |what: &str| Failure::new(format!("README.md: {what}"));
        let (_, rest) =
            text.split_once(SECTION).ok_or_else(|| lacking("there is no section for new projects"))?;
        let section = rest.split("\n## ").next().unwrap_or_default();
        let mut parts = section.split("\n### ");
        let install = blocks(parts.next().unwrap_or_default()).concat();
        if install.is_empty() {
            return Err(lacking("nothing says how the program is installed"));
        }
        let quickstarts = parts.map(Quickstart::read).collect::<Result<Vec<_>, _>>()?;
        if quickstarts.is_empty() {
            return Err(lacking("there is no quickstart"));
        }
        Ok(Self { install, quickstarts })
    }

    /// Keeps the quickstarts that are named; without a name, all.
    pub(super) fn choose(&mut self, names: &[String]) -> Result<(), Failure> {
        let known: Vec<String> = self.quickstarts.iter().map(|quickstart| quickstart.name.clone()).collect();
        if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
            return Err(Failure::new(format!("README.md has no quickstart `{unknown}`"))
                .hint(format!("it has {}", known.join(", "))));
        }
        self.quickstarts.retain(|quickstart| names.is_empty() || names.contains(&quickstart.name));
        Ok(())
    }
}

impl Quickstart {
    /// Reads the part of the page under a title.
    fn read(part: &str) -> Result<Self, Failure> {
        let (title, text) = part.split_once('\n').unwrap_or((part, ""));
        let letter = |letter: char| if letter.is_alphanumeric() { letter } else { '-' };
        let name: String = title.to_lowercase().chars().map(letter).collect();
        let blocks = blocks(text);
        let commands = blocks.last().map_or(0, |last| commands(last));
        let wrong = |what: String| Err(Failure::new(format!("README.md, {title}: {what}")));
        if blocks.last().and_then(|last| last.lines().last()) != Some("cucurbit check") {
            return wrong("its last command is not `cucurbit check`".to_owned());
        }
        if commands > MOST {
            return wrong(format!("{commands} commands lead to the database; {MOST} are the most"));
        }
        // What the page says in words is counted here, too.
        if !text.contains(&format!("{commands} commands")) {
            return wrong(format!("nothing says that these are `{commands} commands`"));
        }
        Ok(Self { name, script: blocks.concat(), commands })
    }
}

/// The blocks of shell commands in a text.
fn blocks(text: &str) -> Vec<&str> {
    let after = text.split("```sh\n").skip(1);
    after.filter_map(|rest| rest.split_once("```")).map(|(block, _)| block).collect()
}

/// Counts the commands of a block: those on one line by themselves, and what is put into a file as one.
fn commands(block: &str) -> usize {
    let mut count = 0;
    let mut ends_file: Option<&str> = None;
    for line in block.lines() {
        if let Some(end) = ends_file {
            ends_file = Some(end).filter(|end| *end != line);
        } else if !line.is_empty() && !line.starts_with('#') {
            count += 1 + line.matches("&&").count();
            ends_file = line.split_once("<<").map(|(_, end)| end.trim_matches('\''));
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# A\n\n## Start a project\n\nInstall:\n\n```sh\ngit clone a\ncargo install b\n```\n\n\
        ### SQL files\n\n```sh\nmkdir c\ncat > d <<'END'\nCREATE && DROP\nEND\n```\n\nThese are 4 commands:\n\n\
        ```sh\ncucurbit init && cd c\n\n# a word\ncat > d <<END\ncucurbit check\nEND\ncucurbit check\n```\n\n## Next\n\n```sh\nno\n```\n";

    fn problem(page: &str) -> String {
        Page::read(page).expect_err("a problem").to_string()
    }

    #[test]
    fn a_quickstart_is_all_blocks_under_its_title_and_counts_the_last_one() {
        let page = Page::read(PAGE).expect("a page");
        assert_eq!(page.install, "git clone a\ncargo install b\n");
        let [quickstart] = page.quickstarts.as_slice() else { panic!("{:?}", page.quickstarts) };
        assert_eq!((quickstart.name.as_str(), quickstart.commands), ("sql-files", 4));
        assert!(quickstart.script.starts_with("mkdir c\ncat > d <<'END'\n"), "{}", quickstart.script);
        assert!(quickstart.script.ends_with("END\ncucurbit check\n"), "{}", quickstart.script);
    }

    #[test]
    fn a_page_that_says_something_else_is_refused() {
        assert!(problem(&PAGE.replace("4 commands", "3 commands")).contains("`4 commands`"));
        assert!(problem(&PAGE.replace("check\n```", "check\nls\n```")).contains("last command"));
        let many = PAGE.replace("cucurbit init", "a && b && c && cucurbit init");
        assert!(problem(&many).contains("7 commands lead to the database; 6 are the most"));
        assert!(problem("# A\n").contains("no section"));
    }

    #[test]
    fn quickstarts_are_chosen_by_name() {
        let mut page = Page::read(PAGE).expect("a page");
        page.choose(&["sql-files".to_owned()]).expect("it is there");
        assert_eq!(page.quickstarts.len(), 1);
        let unknown = page.choose(&["sql".to_owned()]).expect_err("it is not there");
        assert!(unknown.to_string().contains("`sql`"), "{unknown}");
    }

    #[test]
    fn the_readme_can_be_read() {
        let text = std::fs::read_to_string(crate::root().join("README.md")).expect("README.md");
        let names: Vec<String> =
            Page::read(&text).expect("a page").quickstarts.into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["seaorm-entities", "sqlx-structs", "sql-files"]);
    }
}
