//! Every relative link leads to a file that is there, and every anchor to a heading of it.

use std::{collections::BTreeMap, path::Path};

use book::{Link, Page, SUMMARY, docs, page, root};

/// Pages beside those of `docs` whose links are followed.
const BESIDE: [&str; 4] = [SUMMARY, "README.md", "CONTRIBUTING.md", "CHANGELOG.md"];

#[test]
fn every_link_leads_to_a_file_and_a_heading_of_it() {
    let pages: BTreeMap<String, Page> =
        docs().into_iter().chain(BESIDE.map(page)).map(|page| (page.name.clone(), page)).collect();
    let mut wrong = Vec::new();
    let mut followed = 0;
    for page in pages.values() {
        for link in &page.links {
            let Some(problem) = problem(&pages, page, link, &mut followed) else { continue };
            wrong.push(format!("{}:{}: {problem}", page.name, link.line));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(followed > 50, "links are found: {followed}");
}

/// Says what is wrong with a link.
fn problem(pages: &BTreeMap<String, Page>, from: &Page, link: &Link, followed: &mut usize) -> Option<String> {
    if ["http://", "https://", "mailto:"].iter().any(|start| link.to.starts_with(start)) {
        return None;
    }
    *followed += 1;
    let (file, anchor) = link.to.split_once('#').unwrap_or((&link.to, ""));
    let name = if file.is_empty() { from.name.clone() } else { joined(&from.name, file) };
    if !root().join(&name).exists() {
        return Some(format!("`{}` leads to no file", link.to));
    }
    if anchor.is_empty() {
        return None;
    }
    let Some(to) = pages.get(&name) else {
        return Some(format!("`{}` leads into a file that is no page", link.to));
    };
    let is_there = to.headings.iter().any(|heading| heading.anchor == anchor);
    (!is_there).then(|| format!("`{}` leads to no heading of {name}", link.to))
}

/// Returns the name of a file that is named from the folder of another one.
fn joined(from: &str, to: &str) -> String {
    let mut parts: Vec<&str> =
        Path::new(from).parent().and_then(Path::to_str).unwrap_or("").split('/').collect();
    for part in to.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.join("/")
}

#[test]
fn links_that_lead_nowhere_are_found() {
    let here =
        Page::read("docs/a/here.md", "# Here\n\n[x](../b.md#there-x) [y](#no) [z](c.md) [here](#here)\n");
    let there = Page::read("docs/b.md", "# B\n\n## There, `x`\n");
    let pages = [here.clone(), there].map(|page| (page.name.clone(), page)).into();
    let told: Vec<Option<String>> =
        here.links.iter().map(|link| problem(&pages, &here, link, &mut 0)).collect();
    // The files of this test are on no disk: only what is on its own page is looked for.
    assert!(told.iter().take(3).all(Option::is_some), "{told:?}");
    assert_eq!(joined("docs/a/here.md", "../b.md"), "docs/b.md");
    assert_eq!(pages["docs/b.md"].headings[1].anchor, "there-x");
}
