//! The bookkeeping tables of other migration tools, and those that replication and hosts of SQLite files put
//! beside them: they are not compared, unless a model declares one.

use std::{collections::BTreeSet, sync::LazyLock};

use super::{Ident, Table};

/// Each line is a name that no application gives to a table of its own; or a name that an application may well give, with
/// all the columns, sorted, that a tool gives to its table: Laravel, TypeORM, gormigrate, Flyway before 5, tern, Sequel, Yii,
/// Piccolo, Evolve, MyBatis, FluentMigrator, Doctrine before 3, Aerich, PocketBase, DbUp, db-migrate.
static TABLES: LazyLock<BTreeSet<Vec<&str>>> =
    LazyLock::new(|| include_str!("tool.txt").lines().map(|line| line.split(' ').collect()).collect());

/// Phinx keeps one for each plug-in.
const SUFFIX: &str = "_phinxlog";

/// Tells whether a table of this name is a migration tool's, whatever its columns are. Case does not matter.
pub(crate) fn is_name_of_tool(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(SUFFIX) || TABLES.contains([name.as_str()].as_slice())
}

/// Tells whether a table is a migration tool's: by its name, or by a name that others may give and by its columns.
pub(crate) fn is_of_tool(table: &Table) -> bool {
    let lower = |name: &Ident| name.as_str().to_ascii_lowercase();
    let mut words: Vec<String> = table.columns.iter().map(|column| lower(&column.name)).collect();
    words.sort();
    words.insert(0, lower(&table.name.name));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    is_name_of_tool(words[0]) || TABLES.contains(words.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{TableBuilder, build::*};

    fn table(name: &str, columns: &[&str]) -> Table {
        TableBuilder::build(name, |table| columns.iter().for_each(|column| table.column(text(column))))
    }

    #[test]
    fn a_common_name_alone_is_no_tool() {
        assert!(is_of_tool(&table("migrations", &["id", "timestamp", "name"])));
        assert!(is_of_tool(&table("migrations", &["id", "migration", "batch"])));
        assert!(!is_of_tool(&table("migrations", &["id", "name", "timestamp", "bird"])));
        assert!(!is_of_tool(&table("schema_version", &["id", "version"])));
        assert!(is_of_tool(&table("DATABASECHANGELOG", &["ID"])));
        assert!(is_of_tool(&table("blog_phinxlog", &["version"])));
        assert!(is_of_tool(&table("VersionInfo", &["Version", "AppliedOn", "Description"])));
        assert!(!is_of_tool(&table("django_content_type", &["id", "app_label", "model"])));
    }

    #[test]
    fn columns_are_sorted() {
        for table in TABLES.iter() {
            assert!(table[1..].is_sorted(), "{table:?}");
        }
    }
}
