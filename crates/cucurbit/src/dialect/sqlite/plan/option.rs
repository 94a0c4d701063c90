//! Options of a table: its text says them, so that a rebuild changes them.

use crate::schema::{Ident, TableOption, TableOptions};

use super::{
    super::{super::PlanError, define, said, types},
    alter::Work,
    unsupported,
};

impl Work<'_> {
    pub(super) fn set_option(&mut self, option: TableOption, is_set: bool) -> Result<(), PlanError> {
        let was = self.text.clone();
        match option {
            TableOption::Autoincrement => {
                if is_set && self.text.rowid_column().is_none() {
                    let reason = "AUTOINCREMENT needs a primary key of one INTEGER column";
                    return Err(unsupported(self.operation)(reason));
                }
                self.text.set_autoincrement(is_set).map_err(unsupported(self.operation))?;
            }
            TableOption::Strict => {
                if is_set {
                    self.take_strict_types()?;
                }
                self.text.set_options(is_set, was.options().is_without_rowid);
            }
            // PostgreSQL's.
            TableOption::Unlogged => {}
            TableOption::WithoutRowid => self.text.set_options(was.options().is_strict, is_set),
        }
        if !is_set {
            self.keep_key_without_null();
        }
        if self.text != was {
            self.copy_rows();
        }
        Ok(())
    }

    /// A key refuses NULL of itself in a table WITHOUT ROWID and in a STRICT one (sqlite.org/withoutrowid.html, section 2):
    /// where the table is neither any more, its columns say so.
    fn keep_key_without_null(&mut self) {
        let TableOptions { is_strict, is_without_rowid, .. } = self.text.options();
        let Some(table) = self.before.schema.table(&self.table).filter(|_| !is_strict && !is_without_rowid)
        else {
            return;
        };
        let refuses_null = |name: &Ident| {
            let column = said::column_of(table, name);
            !self.text.is_rowid(name) && column.is_some_and(|column| !column.nullable)
        };
        let key = table.primary_key().into_iter().flat_map(|key| &key.columns);
        let silent: Vec<Ident> = key.filter(|name| refuses_null(name)).cloned().collect();
        for name in silent {
            self.text.set_nullable(&name, false);
        }
    }

    /// A STRICT table takes six words only (sqlite.org/stricttables.html).
    fn take_strict_types(&mut self) -> Result<(), PlanError> {
        for column in self.text.clone().columns() {
            let ty = types::read(column.declared());
            let spelling = define::spelled(&column.name, &ty, true).map_err(unsupported(self.operation))?;
            if types::read(&spelling) != ty {
                self.text.set_type(&column.name, &spelling);
            }
        }
        Ok(())
    }
}
