//! `op.alter_table`: several changes of one table, recorded as operations of that table.

use crate::schema::{
    Check, Column, ColumnType, ConstraintRef, Deferral, Exclusion, ExclusionPart, Expression, ForeignKey,
    Ident, Literal, ObjectId, OnConflict, PrimaryKey, Referred, ServerDefault, TableName, TableOption,
    Unique, build::idents,
};

use super::{Change, ColumnChange, Consent, ConstraintChange, Op, Operation, TableChange, op::last};

/// The changes of one table, as its script writes them down.
#[derive(Debug)]
pub struct AlterTable<'op> {
    op: &'op mut Op,
    table: TableName,
}

impl<'op> AlterTable<'op> {
    pub(super) fn new(op: &'op mut Op, table: TableName) -> Self {
        Self { op, table }
    }

    /// Adds a column at the end of the table.
    pub fn add_column(&mut self, column: Column) -> AddColumn<'_> {
        self.op.add_column(self.table.clone(), column)
    }

    /// Drops a column.
    pub fn drop_column(&mut self, column: impl Into<Ident>) -> &mut Consent {
        self.op.drop_column(self.table.clone(), column)
    }

    /// Changes a column; what is changed is said by what it returns.
    pub fn alter_column(&mut self, column: impl Into<Ident>) -> AlterColumn<'_> {
        self.op.alter_column(self.table.clone(), column)
    }

    /// Gives a column another name.
    pub fn rename_column(&mut self, column: impl Into<Ident>, to: impl Into<Ident>) {
        self.alter_column(column).rename(to);
    }

    /// Adds a foreign key.
    pub fn create_foreign_key(
        &mut self,
        columns: impl IntoIterator<Item = impl Into<Ident>>,
        referred_table: impl Into<TableName>,
        referred_columns: impl IntoIterator<Item = impl Into<Ident>>,
    ) -> &mut ForeignKey {
        self.op
            .create_constraint(self.table.clone(), ForeignKey::new(columns, referred_table, referred_columns))
    }

    /// Adds a unique constraint.
    pub fn create_unique(&mut self, columns: impl IntoIterator<Item = impl Into<Ident>>) -> &mut Unique {
        self.op.create_constraint(self.table.clone(), Unique::new(columns))
    }

    /// Adds a check.
    pub fn create_check(&mut self, condition: impl Into<Expression>) -> &mut Check {
        self.op.create_constraint(self.table.clone(), Check::new(condition))
    }

    /// Adds an exclusion constraint (PostgreSQL only).
    pub fn create_exclusion(
        &mut self,
        name: impl Into<Ident>,
        parts: impl IntoIterator<Item = ExclusionPart>,
    ) -> &mut Exclusion {
        self.op.create_exclude_constraint(name, self.table.clone(), parts)
    }

    /// Adds a primary key to a table that has none.
    pub fn create_primary_key(
        &mut self,
        columns: impl IntoIterator<Item = impl Into<Ident>>,
    ) -> &mut PrimaryKey {
        self.op.create_primary_key(self.table.clone(), columns)
    }

    /// Drops the constraint of this name, whatever it is.
    pub fn drop_constraint(&mut self, name: impl Into<Ident>) {
        self.drop(ConstraintRef::Named(name.into()));
    }

    /// Drops the primary key.
    pub fn drop_primary_key(&mut self) {
        self.drop(ConstraintRef::PrimaryKey);
    }

    /// Drops the unnamed foreign key of these columns.
    pub fn drop_foreign_key(
        &mut self,
        columns: impl IntoIterator<Item = impl Into<Ident>>,
    ) -> DropForeignKey<'_> {
        self.drop(ConstraintRef::ForeignKey { columns: idents(columns), referred: None });
        let constraint =
            last!(self.op, Operation::Drop { id: ObjectId::Constraint { constraint, .. }, .. } => constraint);
        DropForeignKey { constraint }
    }

    /// Drops the unnamed unique constraint on these columns.
    pub fn drop_unique(&mut self, columns: impl IntoIterator<Item = impl Into<Ident>>) {
        self.drop(ConstraintRef::Unique { columns: idents(columns) });
    }

    /// Drops the unnamed check with this condition.
    pub fn drop_check(&mut self, condition: impl Into<Expression>) {
        self.drop(ConstraintRef::Check { expression: condition.into() });
    }

    /// Changes the constraint of this name without recreating it.
    pub fn alter_constraint(&mut self, name: impl Into<Ident>) -> AlterConstraint<'_> {
        self.alter(ConstraintRef::Named(name.into()))
    }

    /// Changes the unnamed check with this condition without recreating it.
    pub fn alter_check(&mut self, condition: impl Into<Expression>) -> AlterConstraint<'_> {
        self.alter(ConstraintRef::Check { expression: condition.into() })
    }

    /// Changes the unnamed foreign key of these columns without recreating it.
    pub fn alter_foreign_key(
        &mut self,
        columns: impl IntoIterator<Item = impl Into<Ident>>,
    ) -> AlterConstraint<'_> {
        self.alter(ConstraintRef::ForeignKey { columns: idents(columns), referred: None })
    }

    /// Changes the primary key without recreating it.
    pub fn alter_primary_key(&mut self) -> AlterConstraint<'_> {
        self.alter(ConstraintRef::PrimaryKey)
    }

    /// Changes the unnamed unique constraint on these columns without recreating it.
    pub fn alter_unique(
        &mut self,
        columns: impl IntoIterator<Item = impl Into<Ident>>,
    ) -> AlterConstraint<'_> {
        self.alter(ConstraintRef::Unique { columns: idents(columns) })
    }

    fn alter(&mut self, constraint: ConstraintRef) -> AlterConstraint<'_> {
        AlterConstraint { op: self.op, table: self.table.clone(), constraint }
    }

    /// SQLite: never gives a row id twice (`AUTOINCREMENT`), or does again.
    pub fn autoincrement(&mut self, is_set: bool) {
        self.set(TableOption::Autoincrement, is_set);
    }

    /// SQLite: refuses values of another type than the column's (`STRICT`), or takes them again.
    pub fn strict(&mut self, is_set: bool) {
        self.set(TableOption::Strict, is_set);
    }

    /// PostgreSQL: does not log what is written (`UNLOGGED`), or does again.
    pub fn unlogged(&mut self, is_set: bool) {
        self.set(TableOption::Unlogged, is_set);
    }

    /// SQLite: keeps the rows in the primary key's own tree (`WITHOUT ROWID`), or beside it again.
    pub fn without_rowid(&mut self, is_set: bool) {
        self.set(TableOption::WithoutRowid, is_set);
    }

    fn set(&mut self, option: TableOption, is_set: bool) {
        let change = TableChange::SetOption { option, is_set };
        self.op.invoke(Operation::Alter(Change::Table { table: self.table.clone(), change }));
    }

    fn drop(&mut self, constraint: ConstraintRef) {
        self.op.invoke(Operation::drop(ObjectId::constraint(self.table.clone(), constraint)));
    }
}

/// A foreign key being dropped, to be told from others on the same columns.
#[derive(Debug)]
pub struct DropForeignKey<'op> {
    constraint: &'op mut ConstraintRef,
}

impl DropForeignKey<'_> {
    /// Says what it refers to.
    pub fn to(
        self,
        referred_table: impl Into<TableName>,
        referred_columns: impl IntoIterator<Item = impl Into<Ident>>,
    ) {
        refer(self.constraint, referred_table.into(), idents(referred_columns));
    }
}

fn refer(constraint: &mut ConstraintRef, table: TableName, columns: Vec<Ident>) {
    if let ConstraintRef::ForeignKey { referred, .. } = constraint {
        *referred = Some(Referred { table, columns });
    }
}

/// A constraint being changed; each method records a change.
#[derive(Debug)]
pub struct AlterConstraint<'op> {
    op: &'op mut Op,
    table: TableName,
    constraint: ConstraintRef,
}

impl AlterConstraint<'_> {
    /// Says what a foreign key refers to, where several are on the same columns.
    #[must_use]
    pub fn to(
        mut self,
        referred_table: impl Into<TableName>,
        referred_columns: impl IntoIterator<Item = impl Into<Ident>>,
    ) -> Self {
        refer(&mut self.constraint, referred_table.into(), idents(referred_columns));
        self
    }

    /// Gives it another name.
    pub fn rename(self, to: impl Into<Ident>) {
        let Self { op, table, constraint } = self;
        op.invoke(Operation::Rename { id: ObjectId::constraint(table, constraint), to: to.into() });
    }

    /// Sets the comment (PostgreSQL only).
    pub fn comment(self, comment: impl Into<String>) {
        self.set_comment(Some(comment.into()));
    }

    /// Removes the comment.
    pub fn drop_comment(self) {
        self.set_comment(None);
    }

    /// Says when a foreign key is checked.
    pub fn deferral(self, deferral: Deferral) {
        self.change(ConstraintChange::SetDeferral(deferral));
    }

    /// Checks the rows that it was made without (PostgreSQL only).
    pub fn validate(self) {
        self.change(ConstraintChange::Validate);
    }

    fn set_comment(self, text: Option<String>) {
        let Self { op, table, constraint } = self;
        op.invoke(Operation::Comment { id: ObjectId::constraint(table, constraint), text });
    }

    fn change(self, change: ConstraintChange) {
        let Self { op, table, constraint } = self;
        op.invoke(Operation::Alter(Change::Constraint { table, constraint, change }));
    }
}

/// A column being added.
#[derive(Debug)]
pub struct AddColumn<'op> {
    backfill: &'op mut Option<Expression>,
}

impl<'op> AddColumn<'op> {
    pub(super) fn new(backfill: &'op mut Option<Expression>) -> Self {
        Self { backfill }
    }

    /// Fills the new column of the rows that are there, before NOT NULL is asked for.
    pub fn backfill(self, sql: impl Into<Expression>) {
        *self.backfill = Some(sql.into());
    }
}

/// A column being changed.
#[derive(Debug)]
pub struct AlterColumn<'op> {
    changes: &'op mut Vec<ColumnChange>,
}

impl<'op> AlterColumn<'op> {
    pub(super) fn new(changes: &'op mut Vec<ColumnChange>) -> Self {
        Self { changes }
    }

    /// Gives it another type.
    pub fn ty(self, ty: impl Into<ColumnType>) -> Self {
        self.change(ColumnChange::SetType { ty: ty.into(), using: None })
    }

    /// Says how the old value becomes one of the new type, as an expression of the row.
    ///
    /// Without a change of type before it there is nothing that it could say.
    pub fn using(self, sql: impl Into<Expression>) -> Self {
        if let Some(ColumnChange::SetType { using, .. }) = self.changes.last_mut() {
            *using = Some(sql.into());
        }
        self
    }

    /// Allows NULL.
    pub fn nullable(self) -> Self {
        self.change(ColumnChange::SetNullable)
    }

    /// Refuses NULL.
    pub fn not_null(self) -> Self {
        self.change(ColumnChange::SetNotNull { backfill: None })
    }

    /// Says what becomes of a row with NULL in a column that refuses it (SQLite only).
    pub fn on_conflict_not_null(self, on_conflict: OnConflict) -> Self {
        self.change(ColumnChange::SetOnConflict(on_conflict))
    }

    /// Fills the rows that hold NULL before `.not_null()` refuses them.
    pub fn backfill(self, sql: impl Into<Expression>) -> Self {
        if let Some(ColumnChange::SetNotNull { backfill }) = self.changes.last_mut() {
            *backfill = Some(sql.into());
        }
        self
    }

    /// Sets a constant as the server default.
    pub fn default(self, value: impl Into<Literal>) -> Self {
        self.server_default(ServerDefault::Literal(value.into()))
    }

    /// Sets an SQL expression as the server default, such as `now()`.
    pub fn default_expression(self, sql: impl Into<Expression>) -> Self {
        self.server_default(ServerDefault::Expression(sql.into()))
    }

    /// Sets any server default.
    pub fn server_default(self, default: ServerDefault) -> Self {
        self.change(ColumnChange::SetDefault(Some(default)))
    }

    /// Removes the server default.
    pub fn drop_default(self) -> Self {
        self.change(ColumnChange::SetDefault(None))
    }

    /// Says that the values that are there may be lost, where computed ones take their place.
    pub fn loses_data(self) -> Self {
        self.change(ColumnChange::LosesData)
    }

    /// Sets the collation.
    pub fn collate(self, collation: impl Into<String>) -> Self {
        self.change(ColumnChange::SetCollation(Some(collation.into())))
    }

    /// Removes the collation.
    pub fn drop_collation(self) -> Self {
        self.change(ColumnChange::SetCollation(None))
    }

    /// Sets the comment (PostgreSQL only).
    pub fn comment(self, comment: impl Into<String>) -> Self {
        self.change(ColumnChange::SetComment(Some(comment.into())))
    }

    /// Removes the comment.
    pub fn drop_comment(self) -> Self {
        self.change(ColumnChange::SetComment(None))
    }

    /// Gives it another name.
    pub fn rename(self, to: impl Into<Ident>) -> Self {
        self.change(ColumnChange::Rename { to: to.into() })
    }

    fn change(self, change: ColumnChange) -> Self {
        self.changes.push(change);
        self
    }
}
