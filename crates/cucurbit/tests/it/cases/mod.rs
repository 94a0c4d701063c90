//! Cases: one behaviour is one file, `tests/cases/<family>/<what happens>.case`, on both databases.
//!
//! What lives here: a test for each family, which runs all its files and reports every failure at once.
//! `UPDATE_CASES=1` writes the snapshots. The laws need no line in a case; they are in `prove`.

mod chance;
mod changed;
mod effect;
mod file;
mod prove;
mod rows;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use cucurbit::{config::Environment, schema::Dialect, script::NewScript};

use crate::{
    script::{check_law, script},
    support::{Database, on_each_database},
};

use self::{
    changed::{changed, lines},
    file::{Case, Snapshot},
    prove::Proof,
};

/// Mounts a test for each folder of cases.
macro_rules! families {
    ($($family:ident),+ $(,)?) => {
        const FAMILIES: &[&str] = &[$(stringify!($family)),+];
        $(#[test]
        fn $family() {
            run(stringify!($family));
        })+
    };
}

families![column, constraint, default, enumeration, generated, index, name, schema, sequence, table, types];

#[test]
fn every_family_is_mounted() {
    let folders: Vec<String> = entries(&folder()).iter().map(|path| stem(path)).collect();
    assert_eq!(folders, FAMILIES, "a folder of tests/cases and the list `families!` differ");
}

#[test]
fn what_cases_render_records_their_operations() {
    let files: Vec<Case> = FAMILIES.iter().flat_map(|family| read(family)).collect();
    let all: RefCell<Vec<NewScript>> = RefCell::default();
    on_each_database(async |database: Database| {
        let release = release(&database).await;
        let is_for = |case: &&Case| {
            case.dialects().contains(&database.dialect) && (case.since <= release || release.is_none())
        };
        for case in files.iter().filter(is_for) {
            // A case that cannot be compared fails in the test of its family.
            if let Ok((compared, connection)) = prove::compare(case, &database).await {
                connection.close().await.expect("it can be closed");
                let id = format!("{:012x}", all.borrow().len());
                let (upgrade, downgrade) = (compared.upgrade, compared.downgrade);
                all.borrow_mut().push(NewScript { upgrade, downgrade, ..script(&id, &stem(&case.path)) });
            }
        }
    });
    check_law("cases", &all.into_inner());
}

/// Runs the cases of a family on both databases.
fn run(family: &str) {
    let cases = read(family);
    assert!(!cases.is_empty(), "there is no case in {family}");
    let proofs: RefCell<BTreeMap<(usize, Dialect), Proof>> = RefCell::default();
    let too_new: RefCell<BTreeSet<usize>> = RefCell::default();
    on_each_database(async |database: Database| {
        let release = release(&database).await;
        for (number, case) in cases.iter().enumerate() {
            if case.since > release && database.dialect == Dialect::Postgres {
                too_new.borrow_mut().insert(number);
            } else if case.dialects().contains(&database.dialect) {
                let proof = prove::prove(case, &database).await;
                proofs.borrow_mut().insert((number, database.dialect), proof);
            }
        }
    });

    let (mut proofs, too_new) = (proofs.into_inner(), too_new.into_inner());
    let mut failures = Vec::new();
    for (number, case) in cases.iter().enumerate().filter(|(number, _)| !too_new.contains(number)) {
        let mut snapshots: Vec<(Dialect, Snapshot)> = Vec::new();
        for dialect in case.dialects() {
            let Proof { snapshot, failure } = proofs.remove(&(number, dialect)).unwrap_or_default();
            snapshots.extend(snapshot.map(|snapshot| (dialect, snapshot)));
            match failure {
                Some(failure) if !case.is_known(dialect) => {
                    failures.push(format!("{} on {dialect}: {failure}", named(case)));
                }
                None if case.is_known(dialect) => failures.push(format!(
                    "{} on {dialect}: nothing fails any more; remove the line `known:`",
                    named(case)
                )),
                Some(_) | None => {}
            }
        }
        failures.extend(compare_file(case, &snapshots).err());
    }
    assert!(failures.is_empty(), "\n\n{}\n", failures.join("\n"));
}

/// The release of PostgreSQL that the tests meet, such as 15.
async fn release(database: &Database) -> Option<u32> {
    match database.dialect {
        Dialect::Postgres => {
            let mut connection = database.connect().await;
            let release = crate::support::release(&mut connection).await;
            connection.close().await.expect("it can be closed");
            Some(release)
        }
        Dialect::Sqlite => None,
    }
}

/// Compares a file with what it must be, or writes it.
fn compare_file(case: &Case, snapshots: &[(Dialect, Snapshot)]) -> Result<(), String> {
    let is = fs::read_to_string(&case.path).expect("it was read before");
    let now = case.text_with(snapshots);
    if is == now {
        return Ok(());
    }
    let environment = Environment::read();
    if environment.get("UPDATE_CASES").expect("it is text").is_some() {
        fs::write(&case.path, now).expect("the file can be written");
        return Ok(());
    }
    let advice = "if that is right, run again with UPDATE_CASES=1 and read what was written";
    Err(format!("{}: another snapshot:\n{}{}", named(case), changed(&is, &now), lines(advice)))
}

/// Reads the files of a family.
fn read(family: &str) -> Vec<Case> {
    let files = entries(&folder().join(family));
    let read =
        |path: &PathBuf| Case::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    files.iter().map(read).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort();
    paths
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn named(case: &Case) -> String {
    let path = case.path.strip_prefix(folder()).unwrap_or(&case.path);
    path.display().to_string()
}
