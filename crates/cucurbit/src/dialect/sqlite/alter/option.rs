//! Options of a table: its text says them, so that a rebuild changes them.

use crate::{operation::Operation, schema::TableOption};

use super::{
    super::{super::PlanError, definition, render::unsupported, types},
    Work,
};

impl Work<'_> {
    pub(super) fn set_option(
        &mut self,
        option: TableOption,
        is_set: bool,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let was = self.text.clone();
        match option {
            TableOption::Autoincrement => {
                if is_set && self.text.rowid_column().is_none() {
                    let reason = "AUTOINCREMENT needs a primary key of one INTEGER column";
                    return Err(unsupported(operation)(reason.to_owned()));
                }
                let edited = self.text.set_autoincrement(is_set);
                edited.map_err(|error| unsupported(operation)(error.to_string()))?;
            }
            TableOption::Strict => {
                if is_set {
                    self.take_strict_types(operation)?;
                }
                self.text.set_options(is_set, was.options().is_without_rowid);
            }
            // PostgreSQL's.
            TableOption::Unlogged => {}
            TableOption::WithoutRowid => self.text.set_options(was.options().is_strict, is_set),
        }
        if self.text != was {
            self.copy_rows();
        }
        Ok(())
    }

    /// A STRICT table takes six words only (sqlite.org/stricttables.html).
    fn take_strict_types(&mut self, operation: &Operation) -> Result<(), PlanError> {
        for column in self.text.clone().columns() {
            let ty = types::read(column.declared());
            let spelling = definition::spelled(&column.name, &ty, true).map_err(unsupported(operation))?;
            if types::read(&spelling) != ty {
                self.text.set_type(&column.name, &spelling);
            }
        }
        Ok(())
    }
}
