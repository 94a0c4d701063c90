//! The recorder that a revision script is handed: Alembic's method names, recorded as [`Operation`]s.
//!
//! Nothing is executed here.

use crate::schema::{
    Check, Column, Dialect, EnumPlace, EnumType, Exclusion, ExclusionPart, Expression, ForeignKey, Ident,
    Index, IndexPart, Literal, Object, ObjectId, ObjectName, OfKind, PrimaryKey, Sequence, TableBuilder,
    TableName, Unique, build::idents,
};

use super::{
    AddColumn, AlterColumn, AlterSequence, AlterTable, BulkInsert, Change, Concurrency, Consent, CreateIndex,
    EnumChange, Execute, Operation, SetEnumValues,
};

/// What `upgrade` and `downgrade` are handed.
#[derive(Debug, Default)]
pub struct Op {
    operations: Vec<Operation>,
    #[cfg(feature = "runtime")]
    functions: super::Functions,
}

impl Op {
    /// Runs a script's function and returns what it recorded, in order.
    #[must_use]
    pub fn record(script: impl FnOnce(&mut Self)) -> Vec<Operation> {
        let mut op = Self::default();
        script(&mut op);
        op.operations
    }

    /// Runs a script's function and returns what it recorded, with the functions that [`Op::run`] was given.
    #[cfg(feature = "runtime")]
    #[must_use]
    pub fn record_with_functions(script: impl FnOnce(&mut Self)) -> (Vec<Operation>, super::Functions) {
        let mut op = Self::default();
        script(&mut op);
        (op.operations, op.functions)
    }

    /// Records any operation.
    pub fn invoke(&mut self, operation: Operation) {
        self.operations.push(operation);
    }

    /// Creates a table.
    pub fn create_table(&mut self, name: impl Into<TableName>, write: impl FnOnce(&mut TableBuilder)) {
        let mut table = TableBuilder::build(name, write);
        let indexes = std::mem::take(&mut table.indexes);
        let name = table.name.clone();
        self.invoke(Operation::create(table));
        for index in indexes.into_values() {
            self.invoke(Operation::create(Object::index(name.clone(), index)));
        }
    }

    /// Drops a table with its indexes.
    pub fn drop_table(&mut self, name: impl Into<TableName>) -> &mut Consent {
        self.invoke(Operation::drop(ObjectId::Table(name.into())));
        last!(self, Operation::Drop { consent, .. } => consent)
    }

    /// Renames a table within its schema.
    pub fn rename_table(&mut self, table: impl Into<TableName>, to: impl Into<Ident>) {
        self.rename(ObjectId::Table(table.into()), to);
    }

    /// Changes a table: Alembic's `batch_alter_table`. On SQLite all of it is one rebuild at most.
    pub fn alter_table(&mut self, table: impl Into<TableName>, write: impl FnOnce(&mut AlterTable<'_>)) {
        write(&mut AlterTable::new(self, table.into()));
    }

    /// Adds a column at the end of a table.
    pub fn add_column(&mut self, table: impl Into<TableName>, column: Column) -> AddColumn<'_> {
        self.invoke(Operation::create(Object::column(table, column)));
        AddColumn::new(last!(self, Operation::Create { backfill, .. } => backfill))
    }

    /// Changes a column; what is changed is said by what it returns.
    pub fn alter_column(&mut self, table: impl Into<TableName>, column: impl Into<Ident>) -> AlterColumn<'_> {
        self.invoke(Operation::alter_column(table, column, Vec::new()));
        AlterColumn::new(last!(self, Operation::Alter(Change::Column { changes, .. }) => changes))
    }

    /// Drops a column.
    pub fn drop_column(&mut self, table: impl Into<TableName>, column: impl Into<Ident>) -> &mut Consent {
        self.invoke(Operation::drop(ObjectId::column(table, column)));
        last!(self, Operation::Drop { consent, .. } => consent)
    }

    /// Creates an index on columns or expressions.
    pub fn create_index(
        &mut self,
        name: impl Into<Ident>,
        table: impl Into<TableName>,
        parts: impl IntoIterator<Item = impl Into<IndexPart>>,
    ) -> CreateIndex<'_> {
        let index = Index::new(name, parts.into_iter().map(Into::into).collect());
        self.invoke(Operation::create(Object::index(table, index)));
        last!(self, Operation::Create { object: Object::Index { index, .. }, concurrency, .. } =>
            CreateIndex::new(index, concurrency))
    }

    /// Drops an index.
    pub fn drop_index(&mut self, name: impl Into<Ident>, table: impl Into<TableName>) -> &mut Concurrency {
        self.invoke(Operation::drop(ObjectId::index(table, name)));
        last!(self, Operation::Drop { concurrency, .. } => concurrency)
    }

    /// Gives an index another name.
    pub fn rename_index(
        &mut self,
        name: impl Into<Ident>,
        table: impl Into<TableName>,
        to: impl Into<Ident>,
    ) {
        self.rename(ObjectId::index(table, name), to);
    }

    /// Adds a named unique constraint to a table that exists.
    pub fn create_unique_constraint(
        &mut self,
        name: impl Into<Ident>,
        table: impl Into<TableName>,
        columns: impl IntoIterator<Item = impl Into<Ident>>,
    ) -> &mut Unique {
        self.create_constraint(table, Unique::new(columns)).named(name)
    }

    /// Adds a named check to a table that exists.
    pub fn create_check_constraint(
        &mut self,
        name: impl Into<Ident>,
        table: impl Into<TableName>,
        condition: impl Into<Expression>,
    ) -> &mut Check {
        self.create_constraint(table, Check::new(condition)).named(name)
    }

    /// Adds an exclusion constraint to a table that exists (PostgreSQL only):
    /// `[key("bed_id").excluding("="), key("during").excluding("&&")]`.
    pub fn create_exclude_constraint(
        &mut self,
        name: impl Into<Ident>,
        table: impl Into<TableName>,
        parts: impl IntoIterator<Item = ExclusionPart>,
    ) -> &mut Exclusion {
        self.create_constraint(table, Exclusion::new(name, parts))
    }

    /// Adds a named foreign key to a table that exists.
    pub fn create_foreign_key(
        &mut self,
        name: impl Into<Ident>,
        table: impl Into<TableName>,
        columns: impl IntoIterator<Item = impl Into<Ident>>,
        referred_table: impl Into<TableName>,
        referred_columns: impl IntoIterator<Item = impl Into<Ident>>,
    ) -> &mut ForeignKey {
        self.create_constraint(table, ForeignKey::new(columns, referred_table, referred_columns)).named(name)
    }

    /// Adds a primary key to a table that has none.
    pub fn create_primary_key(
        &mut self,
        table: impl Into<TableName>,
        columns: impl IntoIterator<Item = impl Into<Ident>>,
    ) -> &mut PrimaryKey {
        self.create_constraint(table, PrimaryKey::new(columns))
    }

    /// Drops a constraint by its name.
    pub fn drop_constraint(&mut self, name: impl Into<Ident>, table: impl Into<TableName>) {
        self.alter_table(table, |table| table.drop_constraint(name));
    }

    /// Sets a table's comment (PostgreSQL only).
    pub fn create_table_comment(&mut self, table: impl Into<TableName>, comment: impl Into<String>) {
        self.comment(ObjectId::Table(table.into()), Some(comment.into()));
    }

    /// Removes a table's comment.
    pub fn drop_table_comment(&mut self, table: impl Into<TableName>) {
        self.comment(ObjectId::Table(table.into()), None);
    }

    /// Sets an index's comment (PostgreSQL only).
    pub fn create_index_comment(
        &mut self,
        name: impl Into<Ident>,
        table: impl Into<TableName>,
        comment: impl Into<String>,
    ) {
        self.comment(ObjectId::index(table, name), Some(comment.into()));
    }

    /// Removes an index's comment.
    pub fn drop_index_comment(&mut self, name: impl Into<Ident>, table: impl Into<TableName>) {
        self.comment(ObjectId::index(table, name), None);
    }

    /// Creates an enum type (PostgreSQL; on SQLite a column of it is text).
    pub fn create_enum(
        &mut self,
        name: impl Into<ObjectName>,
        values: impl IntoIterator<Item = impl Into<String>>,
    ) -> &mut EnumType {
        self.invoke(Operation::create(EnumType::new(name, values)));
        last!(self, Operation::Create { object: Object::Enum(new), .. } => new)
    }

    /// Sets an enum type's comment (PostgreSQL; elsewhere it is only known).
    pub fn create_enum_comment(&mut self, name: impl Into<ObjectName>, comment: impl Into<String>) {
        self.comment(ObjectId::Enum(name.into()), Some(comment.into()));
    }

    /// Removes an enum type's comment.
    pub fn drop_enum_comment(&mut self, name: impl Into<ObjectName>) {
        self.comment(ObjectId::Enum(name.into()), None);
    }

    /// Gives an enum type another name (PostgreSQL; elsewhere it is only known).
    pub fn rename_enum(&mut self, name: impl Into<ObjectName>, to: impl Into<Ident>) {
        self.rename(ObjectId::Enum(name.into()), to);
    }

    /// Drops an enum type that nothing uses.
    pub fn drop_enum(&mut self, name: impl Into<ObjectName>) {
        self.invoke(Operation::drop(ObjectId::Enum(name.into())));
    }

    /// Adds a value to an enum type: after all others, unless it says `.after(…)` or `.before(…)`.
    pub fn add_enum_value(
        &mut self,
        name: impl Into<ObjectName>,
        value: impl Into<String>,
    ) -> &mut EnumPlace {
        let change = EnumChange::AddValue { value: value.into(), place: EnumPlace::Last };
        self.invoke(Operation::Alter(Change::Enum { name: name.into(), change }));
        last!(self, Operation::Alter(Change::Enum { change: EnumChange::AddValue { place, .. }, .. }) => place)
    }

    /// Gives a value of an enum type another name (PostgreSQL; on SQLite the rows hold the text).
    pub fn rename_enum_value(
        &mut self,
        name: impl Into<ObjectName>,
        value: impl Into<String>,
        to: impl Into<String>,
    ) {
        let change = EnumChange::RenameValue { value: value.into(), to: to.into() };
        self.invoke(Operation::Alter(Change::Enum { name: name.into(), change }));
    }

    /// Recreates an enum type with these values: some go, or they sort otherwise.
    ///
    /// Rows that hold a value which goes are refused, unless `.replace(…)` says what they get.
    pub fn set_enum_values(
        &mut self,
        name: impl Into<ObjectName>,
        values: impl IntoIterator<Item = impl Into<String>>,
    ) -> SetEnumValues<'_> {
        let values = values.into_iter().map(Into::into).collect();
        let change = EnumChange::SetValues { values, replacements: Vec::new(), consent: Consent::NONE };
        self.invoke(Operation::Alter(Change::Enum { name: name.into(), change }));
        let (replacements, consent) = last!(
            self,
            Operation::Alter(Change::Enum {
                change: EnumChange::SetValues { replacements, consent, .. }, ..
            }) => (replacements, consent)
        );
        SetEnumValues::new(replacements, consent)
    }

    /// Creates a sequence that no column owns (PostgreSQL; SQLite has none and does nothing).
    pub fn create_sequence(&mut self, name: impl Into<ObjectName>) -> &mut Sequence {
        self.invoke(Operation::create(Sequence::new(name)));
        last!(self, Operation::Create { object: Object::Sequence(sequence), .. } => sequence)
    }

    /// Changes a sequence: what the calls after it say, and nothing else. One that a column owns stands alone afterwards,
    /// and goes on to fill the column.
    pub fn alter_sequence(&mut self, name: impl Into<ObjectName>) -> AlterSequence<'_> {
        self.invoke(Operation::Alter(Change::Sequence { name: name.into(), changes: Vec::new() }));
        AlterSequence::new(last!(self, Operation::Alter(Change::Sequence { changes, .. }) => changes))
    }

    /// Gives a sequence that no column owns another name (PostgreSQL; elsewhere it is only known).
    pub fn rename_sequence(&mut self, name: impl Into<ObjectName>, to: impl Into<Ident>) {
        self.rename(ObjectId::Sequence(name.into()), to);
    }

    /// Sets a sequence's comment (PostgreSQL; elsewhere it is only known).
    pub fn create_sequence_comment(&mut self, name: impl Into<ObjectName>, comment: impl Into<String>) {
        self.comment(ObjectId::Sequence(name.into()), Some(comment.into()));
    }

    /// Removes a sequence's comment.
    pub fn drop_sequence_comment(&mut self, name: impl Into<ObjectName>) {
        self.comment(ObjectId::Sequence(name.into()), None);
    }

    /// Drops a sequence, and its place with it.
    pub fn drop_sequence(&mut self, name: impl Into<ObjectName>) {
        self.invoke(Operation::drop(ObjectId::Sequence(name.into())));
    }

    /// Creates a schema (PostgreSQL only).
    pub fn create_schema(&mut self, name: impl Into<Ident>) {
        self.invoke(Operation::create(Object::Namespace(name.into())));
    }

    /// Gives a schema another name (PostgreSQL only).
    pub fn rename_schema(&mut self, name: impl Into<Ident>, to: impl Into<Ident>) {
        self.rename(ObjectId::Namespace(name.into()), to);
    }

    /// Drops a schema in which nothing lies (PostgreSQL only).
    pub fn drop_schema(&mut self, name: impl Into<Ident>) {
        self.invoke(Operation::drop(ObjectId::Namespace(name.into())));
    }

    /// Runs SQL as it is written, one statement at a time. `:x` and `?` are plain text.
    ///
    /// What it sets in the session (`SET search_path …`, a pragma) lasts to the end of its revision.
    pub fn execute(&mut self, sql: impl Into<String>) -> &mut Execute {
        self.invoke(Operation::Execute(Execute::new(sql)));
        last!(self, Operation::Execute(execute) => execute)
    }

    /// Inserts rows of constants, each with a value for every column.
    ///
    /// Rows of several kinds of constants are written by [`rows!`](crate::rows).
    pub fn bulk_insert<Row>(
        &mut self,
        table: impl Into<TableName>,
        columns: impl IntoIterator<Item = impl Into<Ident>>,
        rows: impl IntoIterator<Item = Row>,
    ) where
        Row: IntoIterator,
        Row::Item: Into<Literal>,
    {
        let rows = rows.into_iter().map(|row| row.into_iter().map(Into::into).collect()).collect();
        let insert = BulkInsert { table: table.into(), columns: idents(columns), rows };
        self.invoke(Operation::BulkInsert(insert));
    }

    /// Runs code that must read before it can write, on the connection of the run and in its transaction.
    ///
    /// `title` says what it does, as in "number the seed packets"; the code reads and writes rows and may not change
    /// the schema. It is not run by a comparison, and `--sql` refuses it by its title. A transaction that it begins
    /// is a savepoint.
    ///
    /// ```
    /// use cucurbit::prelude::*;
    ///
    /// fn upgrade(op: &mut Op) {
    ///     op.run("trim the names of plants", async |connection: &mut Connection| {
    ///         for row in connection.rows("SELECT id, name FROM plant ORDER BY id").await? {
    ///             let [Some(id), Some(name)] = row.as_slice() else { continue };
    ///             let name = name.trim().replace('\'', "''");
    ///             connection.execute(&format!("UPDATE plant SET name = '{name}' WHERE id = {id}")).await?;
    ///         }
    ///         Ok(())
    ///     });
    /// }
    /// # assert_eq!(Op::record(upgrade)[0].describe(), "run: trim the names of plants");
    /// ```
    #[cfg(feature = "runtime")]
    pub fn run(&mut self, title: impl Into<String>, code: impl for<'c> super::Code<'c> + 'static) {
        let key = self.functions.keep(code);
        self.invoke(Operation::Run { title: title.into(), key });
    }

    /// Refuses to run, with a reason, before anything is touched.
    pub fn irreversible(&mut self, reason: impl Into<String>) {
        self.invoke(Operation::Irreversible { reason: reason.into() });
    }

    /// Records operations for one dialect only.
    pub fn on(&mut self, dialect: Dialect, record: impl FnOnce(&mut Self)) {
        // The functions of a block are numbered with those around it.
        let outside = std::mem::take(&mut self.operations);
        record(self);
        let operations = std::mem::replace(&mut self.operations, outside);
        self.invoke(Operation::On { dialect, operations });
    }

    pub(super) fn create_constraint<T: OfKind>(
        &mut self,
        table: impl Into<TableName>,
        constraint: T,
    ) -> &mut T {
        self.invoke(Operation::create(Object::constraint(table, constraint)));
        let recorded = last!(self, Operation::Create { object: Object::Constraint { constraint, .. }, .. } => constraint);
        T::of_mut(recorded).expect("it is of the kind that was recorded in the lines above")
    }

    fn rename(&mut self, id: ObjectId, to: impl Into<Ident>) {
        self.invoke(Operation::Rename { id, to: to.into() });
    }

    fn comment(&mut self, id: ObjectId, text: Option<String>) {
        self.invoke(Operation::Comment { id, text });
    }

    /// The operation recorded last, to be refined by what a method returns.
    pub(super) fn last_mut(&mut self) -> Option<&mut Operation> {
        self.operations.last_mut()
    }
}

/// Returns a part of the operation that was recorded a line above.
macro_rules! last {
    ($op:expr, $pattern:pat => $part:expr) => {
        match $op.last_mut() {
            Some($pattern) => $part,
            Some(_) | None => unreachable!("the operation was recorded in the line above"),
        }
    };
}
pub(super) use last;

/// Writes rows of constants of several kinds, for [`Op::bulk_insert`].
///
/// ```
/// use cucurbit::prelude::*;
///
/// let operations = Op::record(|op| {
///     op.bulk_insert("status", ["id", "name", "rank"], rows![[1, "growing", 2.5], [2, "dried", Null]]);
/// });
/// assert_eq!(operations.len(), 1);
/// ```
#[macro_export]
macro_rules! rows {
    ($([$($value:expr),* $(,)?]),* $(,)?) => {
        ::std::vec::Vec::<::std::vec::Vec<$crate::schema::Literal>>::from([
            $(::std::vec::Vec::from([$($crate::schema::Literal::from($value)),*])),*
        ])
    };
}
