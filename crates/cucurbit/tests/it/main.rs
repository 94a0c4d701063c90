//! Tests of the library: one binary, one line for each subject.

#[cfg(test)] // Tells clippy that helpers are tests too.
mod any_operation; // Operations of every kind, with the names and texts that break things, for laws.
#[cfg(test)]
mod autogenerate; // docs/AUTOGENERATE.md: every row names a case or a test that shows it.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod cases; // Every file of tests/cases: what is written for it, and the laws on real databases.
#[cfg(all(feature = "runtime", unix))]
#[cfg(test)]
mod catalogue; // Statements outside transactions that were cut off: the catalogue tells whether they were done.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod checked; // What depends on rows in steps with statements outside transactions, in every run that goes on.
#[cfg(all(feature = "runtime", unix))]
#[cfg(test)]
mod cluster; // A PostgreSQL server of a test's own, and certificates for it.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod code; // Code of scripts, the rules that it keeps to, and the connections of applications.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod command; // Commands as library functions: what a new script may be, and what a rehearsal runs.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod concurrently; // Indexes that are made and dropped while others write.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod config; // Which configuration file is found, what it may say, and which connection URL wins.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod connect; // Real files and a real server opened by their connection URLs, and what is said when that fails.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod conversions; // Changes of types with rows: every type into every other, as PostgreSQL converts the values.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod diff; // What is found can be run, leads to the other schema and can be undone, on real databases.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod dumps; // What pg_dump writes of everything is read, and files change nothing of the server.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod elsewhere; // What is not the project's is neither compared nor dropped nor made, and is counted and named.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod enum_values; // Values of enum types that are renamed, replaced and taken away: rows end alike on both databases.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod errors; // Every error has a stable name, and docs/errors.md an entry for each.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod external; // Tables of others, to which keys refer, are never made, dropped, altered or compared.
#[cfg(test)]
mod graph; // Alembic's recorded behaviour on small graphs, what differs on purpose, and laws over random graphs.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod histories; // Histories made by chance end in the same place in one run and in many, up, down, up again, offline.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod in_place; // SQLite: changes that leave the rows where they lie in the file.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod journal; // Statements outside transactions: what is left when they stop, and how it goes on.
#[cfg(test)]
mod json; // The JSON of a schema: there and back, its form, and what is wrong in it.
#[cfg(all(feature = "runtime", unix))]
#[cfg(test)]
mod killed; // Processes that are killed in the middle: the next run finishes, nothing ran twice, nothing is left.
#[cfg(test)]
mod kinds; // What the laws are tried with holds every kind of object.
#[cfg(test)]
mod laws; // Laws of comparing and undoing, over schemas made by chance.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod left_out; // Books of migration tools, shadow tables, what an extension owns: never part of a comparison.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod lexer; // What our lexer calls a statement, real databases take as one.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod literals; // Constants of scripts come back from wherever they were written, or are refused as no values of their type.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod misfit; // Operations that do not fit: whose mistake it is, in which file, and what was meant.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod names; // Names like the server's own, names that are cut, sequences of columns: what is kept, and what is said.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod not_kept; // Enum types, sequences and comments, which SQLite does not keep, are known from the scripts.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod oracle; // What shares no code with the library says of a database.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod pending; // Pending SQL whose effect only a database can tell is tried on a scratch database.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod places; // Models: which schema a name means, types that nobody declares, remarks on columns.
#[cfg(all(feature = "runtime", unix))]
#[cfg(test)]
mod pooled; // PostgreSQL behind a pooler that mixes sessions.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod postgres; // PostgreSQL: statements, reflection, questions and the lock, on a real server.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod resumed; // A revision that failed outside transactions, taken up with the script as it is then.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod rich; // A schema with everything in it, on both databases: read, made again elsewhere, undone.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod rivals; // Several runs on one database at once.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod runtime; // Runs: what is left after a failure, what is refused before one, and what is told meanwhile.
#[cfg(all(feature = "runtime", unix))]
#[cfg(test)]
mod scratch; // Scratch databases: what a killed process left goes with a later run, and no drop waits without end.
#[cfg(test)]
mod script; // What revision files look like, and that compiling and recording them gives back what was rendered.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod secrets; // Passwords in statements and connection URLs: nothing that is said repeats one.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod session; // What scripts do to a session is as before afterwards.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod settled; // Schemas in the one form in which memory and disk can be compared.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod sources; // `create` and `diff` between any two sources: database, empty, history, models, a file of SQL.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod spellings; // What a model says in its own words and the database in others is no difference.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod sql_files; // SQL as psql, pg_dump, sqlite3 and people write it: in files and in scripts, COPY with its rows.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod sql_models; // `models` in cucurbit.toml: a file of SQL, or a folder, as the models of every command.
#[cfg(all(feature = "runtime", unix))]
#[cfg(test)]
mod sql_reach; // Files of SQL that drop what is not there, or reach beyond their database.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod sqlite; // SQLite: what Alembic's rebuild loses is kept, and memory agrees with the file, on real files with rows.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod statements; // How many statements `check` sends, however many tables there are.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod stopped; // Runs that are stopped, take long or lose their session, and what is refused before one.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod support; // Databases of a test's own, and scripts written in a line.
#[cfg(all(feature = "runtime", unix))]
#[cfg(test)]
mod template; // A project's own template of scripts, and the hooks after one is written.
#[cfg(feature = "testing")]
#[cfg(test)]
mod testing; // What a project's own tests are given: databases that go, and checks that find what is wrong.
#[cfg(all(feature = "runtime", unix))]
#[cfg(test)]
mod tls; // What each `sslmode` does and refuses, on a server of the test's own with certificates made for it.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod traced; // What a run tells `tracing`: spans within each other, events in them, no secret.
#[cfg(test)]
mod types_page; // docs/TYPES.md says what every type is declared as.
#[cfg(all(feature = "runtime", unix))]
#[cfg(test)]
mod url; // Forms of connection URLs that need a server of the test's own: users, sockets, standbys, poolers.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod version_table; // Which table is the version table, and what is said of one that cannot be read as such.
#[cfg(test)]
mod walls; // The walls of the house, read from docs/ARCHITECTURE.md.
#[cfg(feature = "runtime")]
#[cfg(test)]
mod watched; // What is told of a statement that takes long: how far it is, which lock it waits for, and who holds that.
