//! The table of contents names every page, once, and no other.

use book::{SUMMARY, docs, page};

#[test]
fn every_page_stands_in_the_table_of_contents_once() {
    let listed: Vec<String> = page(SUMMARY).links.iter().map(|link| format!("docs/{}", link.to)).collect();
    let pages: Vec<String> = docs().into_iter().map(|page| page.name).collect();
    let mut wrong = Vec::new();
    for page in &pages {
        match listed.iter().filter(|listed| *listed == page).count() {
            1 => {}
            0 => wrong.push(format!("{SUMMARY} lacks {page}")),
            _ => wrong.push(format!("{SUMMARY} lists {page} twice")),
        }
    }
    let strange = listed.iter().filter(|listed| !pages.contains(listed));
    wrong.extend(strange.map(|listed| format!("{SUMMARY} lists {listed}, which is not there")));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(pages.len() > 10, "the pages are found: {pages:?}");
}

#[test]
fn every_page_begins_with_its_title() {
    let is_titled = |page: &book::Page| page.headings.first().is_some_and(|first| first.level == 1);
    let is_only = |page: &book::Page| page.headings.iter().filter(|heading| heading.level == 1).count() == 1;
    let wrong: Vec<String> = docs()
        .iter()
        .filter(|page| !is_titled(page) || !is_only(page))
        .map(|page| page.name.clone())
        .collect();
    assert!(wrong.is_empty(), "pages without a title, or with two: {wrong:?}");
}
