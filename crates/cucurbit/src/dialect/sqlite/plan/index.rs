//! Indexes of a table: created, dropped and given other names by statements of their own.

use crate::{
    operation::Operation,
    schema::{Ident, Index, TableName},
};

use super::{
    super::{
        super::{PlanError, Statement, sqlite::sql::quoted},
        ddl::with_index_name,
        effect,
        memory::{apply, remember_index, unreadable},
        names,
    },
    alter::Work,
    table::refuse_second_index,
    unsupported,
};

impl Work<'_> {
    pub(super) fn create_index(
        &mut self,
        table: &TableName,
        index: &Index,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        refuse_second_index(self.before, &index.name).map_err(unsupported(operation))?;
        apply(self.before, operation)?;
        let sql = remember_index(self.before, table, index).map_err(unsupported(operation))?;
        self.push(effect::create_index(table, &index.name, sql));
        Ok(())
    }

    pub(super) fn drop_index(&mut self, name: &Ident) {
        self.before.originals.indexes.remove(name);
        self.push(Statement::new(format!("DROP INDEX {}", quoted(name))));
    }

    /// SQLite does not rename an index: it is dropped, and made from its own text.
    pub(super) fn rename_index(
        &mut self,
        table: &TableName,
        name: &Ident,
        to: &Ident,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let others = self.before.originals.indexes.keys().filter(|other| *other != name);
        names::refuse_second(others, to).map_err(unsupported(operation))?;
        apply(self.before, operation)?;
        let Some((_, sql)) = self.before.originals.indexes.get(name).cloned() else { return Ok(()) };
        let sql = with_index_name(&sql, to).map_err(unreadable(name))?;
        self.drop_index(name);
        self.before.originals.indexes.insert(to.clone(), (table.clone(), sql.clone()));
        self.push(effect::create_index(table, to, sql));
        Ok(())
    }
}
