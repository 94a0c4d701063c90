//! Every block of SQL is run by the databases that its fence names (`sql,postgres`), else by both: those of a page in their
//! order, in a database of the page's own. What the cookbook shows is compared with what the tool prints, elsewhere.

use book::{Block, Page};
use cucurbit::{schema::Dialect, testing::Database};

use crate::blocks::pages;

/// Returns the databases that a block is for.
pub(crate) fn dialects(block: &Block) -> Vec<Dialect> {
    let named: Vec<Dialect> = block.words.iter().skip(1).filter_map(|word| Dialect::by_name(word)).collect();
    if named.is_empty() { Dialect::ALL.to_vec() } else { named }
}

async fn problems(page: &Page, dialect: Dialect) -> Vec<String> {
    let blocks: Vec<&Block> = page
        .blocks
        .iter()
        .filter(|block| block.language() == "sql" && dialects(block).contains(&dialect))
        .collect();
    if blocks.is_empty() {
        return Vec::new();
    }
    let database = Database::new(dialect).await.expect("a database for the page");
    let mut connection = database.connect().await.expect("it was made in the line above");
    let mut wrong = Vec::new();
    for block in blocks {
        if let Err(error) = connection.execute(&block.text).await {
            wrong.push(format!("{}:{}: {error:?}", page.name, block.line));
        }
    }
    wrong
}

async fn run_all(dialect: Dialect) {
    let mut wrong = Vec::new();
    for page in pages().iter().filter(|page| !page.name.starts_with("docs/cookbook/")) {
        wrong.extend(problems(page, dialect).await);
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn sqlite_runs_what_the_pages_show() {
    run_all(Dialect::Sqlite).await;
}

#[tokio::test]
async fn postgres_runs_what_the_pages_show() {
    run_all(Dialect::Postgres).await;
}

#[tokio::test]
async fn sql_that_a_database_refuses_is_found() {
    let page =
        Page::read("x.md", "```sql,sqlite\nCREATE TABLE a (b);\n```\n\n```sql\nCREATE TABEL c (d);\n```\n");
    let wrong = problems(&page, Dialect::Sqlite).await;
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(wrong[0].starts_with("x.md:5"), "{wrong:?}");
    assert_eq!(problems(&page, Dialect::Postgres).await.len(), 1);
}
