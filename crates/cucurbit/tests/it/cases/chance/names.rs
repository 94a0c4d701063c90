//! Names of constraints and indexes, as people choose them and as servers do.

use std::collections::BTreeSet;

use super::{
    garden::{Index, Naming, Parent, Table, Unique},
    sql::key_of,
};

/// The names of what is in a table, in the order of the lists there.
#[derive(Debug)]
pub(super) struct Names {
    /// `CONSTRAINT name `, or nothing, as all of these that are for constraints.
    pub(super) key: String,
    pub(super) uniques: Vec<String>,
    pub(super) checks: Vec<String>,
    pub(super) parent: String,
    pub(super) indexes: Vec<String>,
    pub(super) known_by: Vec<String>,
}

impl Names {
    /// Names what is in a table. `bare` is its name in its schema, `name` its own among all.
    pub(super) fn of(bare: &str, name: &str, table: &Table) -> Self {
        let mut taken = BTreeSet::new();
        let mut once = |wanted: String, other: String| {
            let chosen = if taken.contains(&wanted) { other } else { wanted };
            taken.insert(chosen.clone());
            chosen
        };
        let naming = table.naming;
        let key = match naming {
            Naming::Chosen if table.has_odd_key => format!("key_{name}"),
            Naming::Chosen => format!("pk_{name}"),
            Naming::Crossed => format!("{bare}_a_key"),
            Naming::Server => format!("{bare}_pkey"),
            Naming::Shifted => format!("{bare}_pkey1"),
        };
        let key = once(key.clone(), key);
        let known_by = table.known_by.iter().map(|by| {
            let columns = key_of(*by).join("_");
            let chosen = format!("ux_{name}_{columns}");
            match naming {
                Naming::Chosen | Naming::Server => once(chosen.clone(), chosen),
                Naming::Crossed => once(format!("{bare}_pkey"), chosen),
                Naming::Shifted => once(format!("{bare}_{columns}_key1"), chosen),
            }
        });
        let known_by = known_by.collect();
        let uniques = table.uniques.iter().map(|Unique { on, .. }| {
            let columns = on.join("_");
            let chosen = format!("uq_{name}_{columns}");
            match naming {
                _ if on.first() == Some(&"e") => None,
                Naming::Chosen => Some(once(chosen.clone(), chosen)),
                Naming::Crossed => Some(once(format!("{bare}_id_key"), chosen)),
                Naming::Server => None,
                Naming::Shifted => Some(once(format!("{bare}_{columns}_key2"), chosen)),
            }
        });
        let uniques = uniques.map(constraint).collect();
        let parent = table.parent.as_ref().map(|Parent { table: parent, .. }| {
            let chosen = format!("fk_{name}_{parent}");
            match naming {
                Naming::Chosen => Some(chosen),
                Naming::Crossed => Some(once(format!("{bare}_a_fkey"), chosen)),
                Naming::Server => None,
                Naming::Shifted => Some(once(format!("{bare}_parent_id_fkey1"), chosen)),
            }
        });
        let parent = constraint(parent.flatten());
        let checks = table.checks.iter().map(|check| {
            let on = check.on;
            let chosen = format!("ck_{name}_{on}");
            match naming {
                _ if on == "e" => None,
                Naming::Chosen => Some(once(chosen.clone(), chosen)),
                Naming::Crossed => Some(once(format!("{bare}_id_check"), chosen)),
                Naming::Server => None,
                Naming::Shifted => Some(once(format!("{bare}_{on}_check2"), chosen)),
            }
        });
        let checks = checks.map(constraint).collect();
        let indexes = table.indexes.iter().map(|Index { number, keys, .. }| {
            let chosen = format!("ix_{name}_{number}");
            let first = keys[0].0;
            match naming {
                Naming::Chosen => once(chosen.clone(), chosen),
                Naming::Crossed => once(format!("{bare}_b_key"), chosen),
                Naming::Server => once(format!("{bare}_{first}_idx"), chosen),
                Naming::Shifted => once(format!("{bare}_pkey"), chosen),
            }
        });
        // Names of indexes are those of a schema, and on SQLite those of the file.
        let indexes = indexes.collect();
        Self { key: constraint(Some(key)), uniques, checks, parent, indexes, known_by }
    }
}

/// The words before a constraint.
fn constraint(name: Option<String>) -> String {
    name.map(|name| format!("CONSTRAINT {name} ")).unwrap_or_default()
}
