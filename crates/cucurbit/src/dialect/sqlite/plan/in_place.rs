//! An edit of the stored text alone, where the rows may stay as they lie in the file.
//!
//! SQLite documents it for what does not change the content of the file (sqlite.org/lang_altertable.html, section 7, the
//! second procedure): NOT NULL, CHECK and FOREIGN KEY, names of constraints. A declared type is the same where it has
//! the same affinity (sqlite.org/datatype3.html, section 3.1). A default is not: rows that are older than their column
//! are read with the default of the text.
//!
//! The new text is first given to SQLite as a table of its own, since a text that it cannot read would spoil the file.
//! That table also moves the schema's version, by which other connections see that they must read it again.

use crate::schema::{Check, Ident};

use super::{
    super::{
        super::{
            Effect, Guard, Hazard, HazardKind, Session, Statement, sqlite::sql::quoted, sqlite::sql::string,
        },
        HERE,
        ddl::CreateTable,
        effect,
        memory::free_name,
        rename,
    },
    alter::Work,
    name_text,
};

/// How a table comes to its new text; each is more expensive than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// By ALTER TABLE, CREATE INDEX and DROP INDEX.
    Native,
    /// By an edit of its stored text, too.
    Edited,
    /// By a table with the new text, into which the rows are copied.
    Copied,
}

/// What has been edited in and is not written yet.
#[derive(Debug, Default)]
pub(super) struct Edit {
    /// What must not be among the rows.
    hazards: Vec<Hazard>,
    /// Whether a foreign key came.
    has_reference: bool,
}

impl Work<'_> {
    /// Notes that the text has changed, and that the rows may stay as they are.
    pub(super) fn edit_text(&mut self) -> &mut Edit {
        self.way = self.way.max(Way::Edited);
        self.edit.get_or_insert_default()
    }

    /// Notes that the rows must be copied.
    pub(super) fn copy_rows(&mut self) {
        self.way = Way::Copied;
    }

    /// Adds an ALTER TABLE. What was edited before it is written first: a column may be dropped because its check is.
    pub(super) fn alter_table(&mut self, change: &str) {
        let was = self.was.clone();
        self.write_edit(&was);
        self.push(Statement::new(format!("ALTER TABLE {} {change}", self.name)));
    }

    /// Adds an ALTER TABLE that drops a column.
    pub(super) fn alter_table_drop(&mut self, column: &Ident) {
        let was = self.was.clone();
        self.write_edit(&was);
        let drop = Statement::new(format!("ALTER TABLE {} DROP COLUMN {}", self.name, quoted(column)));
        // What the column held is taken out of every row (sqlite.org/lang_altertable.html, section 5).
        let drop = drop.effect(effect::writes().rewrites(&self.table));
        self.statements.extend(rename::statements(&self.before.originals, drop));
    }

    /// Writes what was edited, if something was.
    pub(super) fn write_edit(&mut self, text: &CreateTable) {
        let Some(Edit { mut hazards, has_reference }) = self.edit.take() else { return };
        let name = free_name(&self.before.originals, &self.table.name);
        let mut probe = text.clone();
        probe.set_name(&name);
        let mut tried = Statement::new(probe.to_string());
        tried.hazards.append(&mut hazards);
        if has_reference {
            tried.session = Session::ForeignKeysOff;
        }
        let columns: Vec<&str> = text.columns().map(|column| column.name.as_str()).collect();
        let table = name_text(&self.table.name);
        let update = format!(
            "UPDATE sqlite_schema SET sql = {} WHERE type = 'table' AND name = {table} COLLATE NOCASE \
             AND (SELECT group_concat(name) FROM pragma_table_xinfo({table})) = {}",
            string(&text.to_string()),
            string(&columns.join(","))
        );
        self.push(tried);
        self.push(Statement::new(format!("DROP TABLE {}", quoted(&name))));
        self.push(
            Statement::new("PRAGMA writable_schema = ON").effect(Effect::none()).session(Session::Changed),
        );
        self.push(Statement::new(update).guard(Guard::WritesOneText { of: self.table.clone() }));
        // It is switched off, and the schema is read again.
        self.push(Statement::new("PRAGMA writable_schema = RESET").effect(Effect::none()));
    }

    /// Every row must fulfil a check.
    pub(super) fn looks_for_rows_that_break(&mut self, check: &Check) {
        let (condition, name) = (check.expression.on(HERE), &self.name);
        let hazard = Hazard {
            kind: HazardKind::BreaksCheck {
                check: check.name.as_ref().map_or_else(|| condition.to_owned(), ToString::to_string),
            },
            table: self.table.clone(),
            column: None,
            probe: format!("SELECT EXISTS (SELECT 1 FROM {name} WHERE NOT ({condition}))"),
            waits: false,
            offenders: Some(self.offenders(&format!("NOT ({condition})"), "NULL")),
        };
        self.edit_text().hazards.push(hazard);
    }

    /// Every row must refer to one that is there.
    pub(super) fn looks_for_broken_references(&mut self) {
        self.edit_text().has_reference = true;
    }
}
