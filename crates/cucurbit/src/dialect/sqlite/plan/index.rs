//! Indexes of a table: created, dropped and given other names by statements of their own.

use crate::schema::{Ident, Index};

use super::{
    super::{
        super::{PlanError, Statement, sqlite::sql::quoted},
        ddl::with_index_name,
        effect,
        memory::{remember_index, unreadable},
        names,
    },
    alter::Work,
    table::refuse_second_index,
    unsupported,
};

impl Work<'_> {
    pub(super) fn create_index(&mut self, index: &Index) -> Result<(), PlanError> {
        let refused = unsupported(self.operation);
        refuse_second_index(self.before, &index.name).map_err(&refused)?;
        self.apply()?;
        let sql = remember_index(self.before, &self.table, index).map_err(&refused)?;
        self.push(effect::create_index(&self.table, &index.name, sql));
        Ok(())
    }

    pub(super) fn drop_index(&mut self, name: &Ident) {
        self.before.originals.indexes.remove(name);
        self.push(Statement::new(format!("DROP INDEX {}", quoted(name))));
    }

    /// SQLite does not rename an index: it is dropped, and made from its own text.
    pub(super) fn rename_index(&mut self, name: &Ident, to: &Ident) -> Result<(), PlanError> {
        let others = self.before.originals.indexes.keys().filter(|other| *other != name);
        names::refuse_second(others, to).map_err(unsupported(self.operation))?;
        self.apply()?;
        let Some((_, sql)) = self.before.originals.indexes.get(name).cloned() else { return Ok(()) };
        let sql = with_index_name(&sql, to).map_err(unreadable(name))?;
        self.drop_index(name);
        self.before.originals.indexes.insert(to.clone(), (self.table.clone(), sql.clone()));
        self.push(effect::create_index(&self.table, to, sql));
        Ok(())
    }
}
