//! The program as people use it: on folders of its own, with real builds.

#[cfg(test)] // Tells clippy that helpers are tests too.
mod coming_from; // The pages of docs/coming-from, on databases of other tools.
#[cfg(test)]
mod completions; // What shells complete: commands, and the revisions of the project.
#[cfg(test)]
mod database; // `init` beside a database that is there.
#[cfg(test)]
mod graph; // Drawings of the graph, without a build.
#[cfg(test)]
mod init; // What `init` finds and writes, without building it.
#[cfg(test)]
mod new_project; // What `init` wrote is built and run.
#[cfg(test)]
mod page; // A page of docs/ as a session.
#[cfg(test)]
mod project; // Which project is meant, and what is said where there is none.
#[cfg(test)]
mod start; // The pages of docs/start: from an empty folder to a migrated database, and on.
#[cfg(test)]
mod support;
