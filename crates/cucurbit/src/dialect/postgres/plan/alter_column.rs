//! The statements that change a column.
//!
//! The order is chosen so that nothing stands in the way of what follows: the old default goes before the type
//! changes, NULLs are filled before they are refused, and the new name comes last.

use std::collections::BTreeMap;

use super::{
    super::{
        convert::{self, cast},
        define::{self, text},
        effect,
        sequence::{self, first, of_column},
        types,
    },
    around::with_column,
    comment,
    sequence::{alter_owned, in_block, make_own_sequence, sequence_of},
};
use crate::{
    dialect::{
        Effect, Hazard, LockMode, PlanError, Statement,
        postgres::sql::{qualified, quoted, string},
    },
    operation::{ColumnChange, Consent},
    schema::{
        Column, Dialect, Expression, Ident, Identity, ObjectName, Sequence, SequenceOptions, ServerDefault,
        Table, Type,
    },
};

/// What a list of changes comes to: of two changes of one thing the later counts.
#[derive(Debug, Default)]
pub(super) struct Changes<'c> {
    collation: Option<&'c Option<String>>,
    comment: Option<&'c Option<String>>,
    /// Whether values may be lost.
    pub(super) consent: Consent,
    pub(super) default: Option<&'c Option<ServerDefault>>,
    not_null: Option<Nullability<'c>>,
    pub(super) rename: Option<&'c Ident>,
    /// The new type, and how the values become those of it.
    pub(super) ty: Option<(&'c Type, Option<&'c Expression>)>,
}

#[derive(Debug)]
enum Nullability<'c> {
    Loosened,
    Tightened(Option<&'c Expression>),
}

impl<'c> Changes<'c> {
    pub(super) fn of(changes: &'c [ColumnChange]) -> Self {
        let mut all = Self::default();
        for change in changes {
            match change {
                ColumnChange::LosesData => all.consent = Consent::GIVEN,
                ColumnChange::Rename { to } => all.rename = Some(to),
                ColumnChange::SetCollation(collation) => all.collation = Some(collation),
                ColumnChange::SetComment(comment) => all.comment = Some(comment),
                ColumnChange::SetDefault(default) => all.default = Some(default),
                ColumnChange::SetNotNull { backfill } => {
                    all.not_null = Some(Nullability::Tightened(backfill.as_ref()));
                }
                ColumnChange::SetNullable => all.not_null = Some(Nullability::Loosened),
                // SQLite's alone.
                ColumnChange::SetOnConflict(_) => {}
                ColumnChange::SetType { ty, using } => {
                    all.ty = Some((ty.on(Dialect::Postgres), using.as_ref()));
                }
            }
        }
        all
    }

    /// Returns the default that the column gets.
    pub(super) fn new_default(&self) -> Option<&'c ServerDefault> {
        self.default.and_then(Option::as_ref)
    }

    /// Returns the array that a default becomes where its column becomes one of arrays and nothing else is said of it.
    pub(super) fn array_default(&self, column: &Column) -> Option<ServerDefault> {
        let (None, Some((ty, _))) = (self.default, self.ty) else { return None };
        convert::array_default(column, &types::stored(ty))
    }

    /// Tells whether they drop a column and add it again.
    pub(super) fn make_again(&self, column: &Column) -> bool {
        self.compute() && self.new_default() != column.default.as_ref()
    }

    /// Tells whether the values of the column are computed from then on.
    pub(super) fn compute(&self) -> bool {
        self.new_default().is_some_and(is_computed)
    }

    /// Tells whether they give a column another type or collation.
    pub(super) fn retype(&self, column: &Column) -> bool {
        let is_other = |ty: &Type| types::stored(ty) != effect::stored(column);
        self.collation.is_some() || self.ty.is_some_and(|(ty, using)| using.is_some() || is_other(ty))
    }

    /// Tells whether they refuse NULL in rows that nothing fills.
    pub(super) fn refuse_nulls(&self) -> bool {
        let is_numbered =
            matches!(self.new_default(), Some(ServerDefault::Identity(_) | ServerDefault::Serial(_)));
        match self.not_null {
            Some(Nullability::Tightened(backfill)) => backfill.is_none(),
            Some(Nullability::Loosened) | None => is_numbered,
        }
    }
}

/// Changes a column of a table; both are as they are before. The hazard is that of NOT NULL. Of the sequences that stand
/// alone the column comes to own what it is said to own. `ends` is what a new type means for the tables at the other ends of
/// foreign keys.
pub(super) fn alter_column(
    table: &Table,
    column: &Column,
    changes: &Changes<'_>,
    hazard: Option<Hazard>,
    alone: &BTreeMap<ObjectName, Sequence>,
    ends: &Effect,
) -> Result<Vec<Statement>, PlanError> {
    let mut altered = Altered {
        table,
        column,
        changes,
        alone,
        ends,
        clauses: Vec::new(),
        effect: Effect::none(),
        statements: Vec::new(),
        hazard,
        is_tightened: false,
    };
    let is_cast = altered.type_and_default()?;
    altered.nullability();
    altered.flush();
    if let Some(comment) = changes.comment {
        altered.push([comment::on_column(&table.name, &column.name, comment.as_ref())]);
    }
    altered.sequence(is_cast)?;
    if let Some(to) = changes.rename.filter(|to| **to != column.name) {
        let rename = format!("RENAME COLUMN {} TO {}", quoted(&column.name), quoted(to));
        altered.push([effect::alter_table(&table.name, &rename)]);
    }
    Ok(altered.statements)
}

/// Statements being put together; what ALTER TABLE takes in one statement waits in `clauses`.
#[derive(Debug)]
struct Altered<'t> {
    table: &'t Table,
    column: &'t Column,
    changes: &'t Changes<'t>,
    alone: &'t BTreeMap<ObjectName, Sequence>,
    ends: &'t Effect,
    clauses: Vec<String>,
    /// That of the clauses.
    effect: Effect,
    statements: Vec<Statement>,
    hazard: Option<Hazard>,
    is_tightened: bool,
}

impl Altered<'_> {
    fn clause(&mut self, clause: impl AsRef<str>) {
        self.clauses.push(format!("ALTER COLUMN {} {}", quoted(&self.column.name), clause.as_ref()));
    }

    /// Says what a clause means beyond the lock that any of them takes.
    fn means(&mut self, effect: Effect) {
        self.effect = std::mem::take(&mut self.effect).with(effect);
    }

    fn push(&mut self, statements: impl IntoIterator<Item = Statement>) {
        self.flush();
        self.statements.extend(statements);
    }

    fn flush(&mut self) {
        if !self.clauses.is_empty() {
            let clauses = std::mem::take(&mut self.clauses).join(", ");
            let effect = std::mem::take(&mut self.effect).with(effect::alters(&self.table.name));
            let sql = format!("ALTER TABLE {} {clauses}", qualified(&self.table.name));
            let statement = Statement::new(sql).effect(effect);
            let hazard = if self.is_tightened { self.hazard.take() } else { None };
            self.statements.push(Statement { hazards: hazard.into_iter().collect(), ..statement });
        }
    }

    /// Changes type, collation and default, and tells whether the type changes.
    fn type_and_default(&mut self) -> Result<bool, PlanError> {
        let changes = self.changes;
        let from = self.column.ty.on(Dialect::Postgres);
        let (to, using) = changes.ty.unwrap_or((from, None));
        let is_cast = types::stored(from) != types::stored(to);
        let needs_type = is_cast || using.is_some() || changes.collation.is_some();
        let old = self.column.default.as_ref();
        let new = changes.default.map_or(old, Option::as_ref);
        // A default of the old type stands in the way of a cast that ALTER TABLE would not make by itself.
        let is_in_the_way =
            is_cast && matches!(old, Some(ServerDefault::Expression(_) | ServerDefault::Literal(_)));
        // The sequence of a column that stays SERIAL is changed afterwards.
        let stays_serial =
            matches!((old, new), (Some(ServerDefault::Serial(_)), Some(ServerDefault::Serial(_))));
        let changes_default = new != old && !stays_serial;
        if changes_default {
            self.drop_default(new);
            if is_cast && matches!(old, Some(ServerDefault::Computed { .. } | ServerDefault::Identity(_))) {
                // One statement changes types before it drops these, which few types can have and no USING can lead to.
                self.flush();
            }
        } else if is_in_the_way {
            self.clause("DROP DEFAULT");
        }
        if needs_type {
            self.set_type(from, to, using);
        }
        if changes_default || is_in_the_way {
            self.set_default(new, to)?;
        }
        Ok(is_cast)
    }

    fn set_type(&mut self, from: &Type, to: &Type, using: Option<&Expression>) {
        let changes = self.changes;
        // Without COLLATE the column gets the collation of its type, if that has one (manual, ALTER TABLE).
        let collation = changes.collation.unwrap_or(&self.column.collation).as_ref();
        let mut clause = define::collated(format!("TYPE {}", types::spelled(to)), collation);
        let using = match using {
            Some(using) => Some(text(using).to_owned()),
            None => cast(&quoted(&self.column.name), from, to),
        };
        let has_using = using.is_some();
        if let Some(using) = using {
            clause = format!("{clause} USING {using}");
        }
        let (from, to) = (&types::stored(from), &types::stored(to));
        let has_other_collation = changes.collation.is_some_and(|new| *new != self.column.collation);
        let retyped = effect::Retyped { from, to, has_using, has_other_collation };
        self.means(effect::retypes(self.table, &self.column.name, &retyped));
        self.means(self.ends.clone());
        self.clause(clause);
    }

    /// Takes away what fills the column now, as far as the new default does not replace it.
    fn drop_default(&mut self, new: Option<&ServerDefault>) {
        match &self.column.default {
            None => {}
            Some(ServerDefault::Expression(_) | ServerDefault::Literal(_)) => self.clause("DROP DEFAULT"),
            Some(ServerDefault::Identity(_)) if matches!(new, Some(ServerDefault::Identity(_))) => {}
            Some(ServerDefault::Identity(_)) => self.clause("DROP IDENTITY"),
            Some(ServerDefault::Computed { .. }) if new.is_some_and(is_computed) => {}
            Some(ServerDefault::Computed { .. }) => self.clause("DROP EXPRESSION"),
            Some(ServerDefault::Serial(_)) => {
                let sequence = sequence_of(self.table, self.column);
                self.clause("DROP DEFAULT");
                let drop = in_block(&format!("EXECUTE 'DROP SEQUENCE ' || {sequence}"));
                self.push([self.about_sequence(drop, LockMode::AccessExclusive)]);
            }
        }
    }

    fn set_default(&mut self, new: Option<&ServerDefault>, ty: &Type) -> Result<(), PlanError> {
        match new {
            None => {}
            Some(default @ (ServerDefault::Expression(_) | ServerDefault::Literal(_))) => {
                self.clause(format!("SET DEFAULT {}", define::constant_or_expression(ty, default)));
            }
            Some(ServerDefault::Identity(identity)) => {
                if let Some(ServerDefault::Identity(old)) = &self.column.default {
                    self.clause(identity_changes(ty, old, identity));
                    return Ok(());
                }
                // An identity column must be NOT NULL before it becomes one.
                self.tighten();
                self.flush();
                self.clause(format!("ADD {}", define::identity(identity)));
                self.flush();
                self.continue_after_rows(ty, &identity.options);
            }
            Some(default @ ServerDefault::Serial(_)) => self.make_serial(default, ty)?,
            Some(default @ ServerDefault::Computed { .. }) => self.compute(default, ty)?,
        }
        Ok(())
    }

    /// Makes a sequence of the column's own, as SERIAL does (manual, 8.1.4).
    fn make_serial(&mut self, default: &ServerDefault, ty: &Type) -> Result<(), PlanError> {
        let (table, column) = (self.table, self.column);
        let serial = serial_column(column, default, ty);
        let sequence = of_column(&table.name, &serial).filter(|_| types::serial(ty).is_some());
        let Some(sequence) = sequence else { return Err(define::no_sequence(&table.name, &column.name)) };
        let alone = self.alone.get(&sequence.name);
        let own = make_own_sequence(table, column, &sequence, alone)?;
        self.push(own.before.into_iter().chain(own.after));
        self.clause(format!("SET DEFAULT nextval({})", string(&qualified(&sequence.name))));
        self.tighten();
        self.flush();
        // One that filled the column before goes on where it is.
        let is_at_work = alone.is_some() && matches!(column.default, Some(ServerDefault::Expression(_)));
        if !is_at_work {
            self.continue_after_rows(&sequence.ty, &sequence.options);
        }
        Ok(())
    }

    /// Lets a new sequence that counts upwards go on after the largest value that is there.
    fn continue_after_rows(&mut self, ty: &Type, options: &SequenceOptions) {
        if options.increment.unwrap_or(1) <= 0 {
            return;
        }
        let Self { table, column, .. } = &*self;
        let (sequence, name, start) = (sequence_of(table, column), quoted(&column.name), first(ty, options));
        let next = format!("GREATEST(COALESCE(MAX({name}) + 1, {start}), {start})");
        let sql = format!("SELECT setval({sequence}, {next}, false) FROM {}", qualified(&table.name));
        let effect = Effect::on(&table.name, LockMode::AccessShare).scans(&table.name);
        self.push([Statement::new(sql).effect(effect)]);
    }

    /// A computed column is a new column: what computes it cannot be changed before PostgreSQL 17.
    fn compute(&mut self, default: &ServerDefault, ty: &Type) -> Result<(), PlanError> {
        let (table, column) = (self.table, self.column);
        let (default, ty) = (Some(default.clone()), ty.clone().into());
        let collation = self.changes.collation.unwrap_or(&column.collation).clone();
        // It is filled when it is added; what comes to refuse NULL does so afterwards.
        let nullable = column.nullable || matches!(self.changes.not_null, Some(Nullability::Loosened));
        let computed = Column { default, ty, collation, nullable, ..Column::clone(column) };
        let (name, added) = (quoted(&column.name), define::column(&table.name, &computed)?);
        self.clauses = vec![format!("DROP COLUMN {name}"), format!("ADD COLUMN {added}")];
        self.effect = effect::alters(&table.name).rewrites(&table.name).with(self.ends.clone());
        let comment = column.comment.as_ref();
        self.push(comment.map(|comment| comment::on_column(&table.name, &column.name, Some(comment))));
        self.push(with_column(table, &column.name));
        Ok(())
    }

    fn nullability(&mut self) {
        match self.changes.not_null {
            Some(Nullability::Loosened) => self.clause("DROP NOT NULL"),
            Some(Nullability::Tightened(_)) => self.tighten(),
            None => {}
        }
    }

    /// Refuses NULL, once, after what fills the rows that hold it.
    fn tighten(&mut self) {
        if self.is_tightened {
            return;
        }
        if let Some(Nullability::Tightened(Some(backfill))) = self.changes.not_null {
            let (table, name) = (qualified(&self.table.name), quoted(&self.column.name));
            let value = text(backfill);
            let sql = format!("UPDATE {table} SET {name} = ({value}) WHERE {name} IS NULL");
            self.push([Statement::new(sql).effect(effect::updates(&self.table.name))]);
        }
        self.is_tightened = true;
        self.means(effect::refuses_null(&self.table.name, self.column.nullable));
        self.clause("SET NOT NULL");
    }

    /// The sequence of a column that stays SERIAL: what is said of it; else its type, which is the column's. Without this
    /// BIGINT would end where INTEGER does.
    fn sequence(&mut self, is_cast: bool) -> Result<(), PlanError> {
        let (table, column) = (self.table, self.column);
        let Some(ServerDefault::Serial(was)) = &column.default else { return Ok(()) };
        let ty = self.changes.ty.map_or(column.ty.on(Dialect::Postgres), |(ty, _)| ty);
        match self.changes.default {
            Some(Some(default @ ServerDefault::Serial(_))) => {
                let to = serial_column(column, default, ty);
                if let (Some(from), Some(to)) = (of_column(&table.name, column), of_column(&table.name, &to))
                {
                    self.push(alter_owned(&from, &to)?);
                }
            }
            None if is_cast && was.ty.is_none() && types::serial(ty).is_some() => {
                let (sequence, ty) = (sequence_of(table, column), types::spelled(ty));
                let alter = in_block(&format!("EXECUTE 'ALTER SEQUENCE ' || {sequence} || ' AS {ty}'"));
                self.push([self.about_sequence(alter, LockMode::ShareRowExclusive)]);
            }
            Some(_) | None => {}
        }
        Ok(())
    }

    /// A statement about the sequence that the column owns before.
    fn about_sequence(&self, sql: String, mode: LockMode) -> Statement {
        let statement = Statement::new(sql);
        match of_column(&self.table.name, self.column) {
            Some(sequence) => statement.effect(effect::about_sequence(&sequence.name, mode)),
            None => statement,
        }
    }
}

/// A column as it is numbered by another sequence, or with another type.
fn serial_column(column: &Column, default: &ServerDefault, ty: &Type) -> Column {
    Column { default: Some(default.clone()), ty: ty.clone().into(), ..column.clone() }
}

fn identity_changes(ty: &Type, from: &Identity, to: &Identity) -> String {
    let mut changes = Vec::new();
    if from.always != to.always {
        changes.push(format!("SET GENERATED {}", if to.always { "ALWAYS" } else { "BY DEFAULT" }));
    }
    let options = sequence::changes((ty, &from.options), (ty, &to.options));
    changes.extend(options.into_iter().map(|option| format!("SET {option}")));
    changes.join(" ")
}

/// Tells whether a default computes its column.
pub(super) const fn is_computed(default: &ServerDefault) -> bool {
    matches!(default, ServerDefault::Computed { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Literal, TableBuilder, build::*};

    fn sql(column: Column, changes: &[ColumnChange]) -> Vec<String> {
        let table = TableBuilder::build("plant", |table| table.column(column));
        let statements = alter_column(
            &table,
            &table.columns[0],
            &Changes::of(changes),
            None,
            &BTreeMap::new(),
            &Effect::none(),
        )
        .expect("the change can be made");
        statements.into_iter().map(|statement| statement.sql).collect()
    }

    #[test]
    fn one_statement_where_one_is_enough() {
        let changes = [
            ColumnChange::Rename { to: "tall".into() },
            ColumnChange::SetNotNull { backfill: None },
            ColumnChange::SetDefault(Some(ServerDefault::Literal(Literal::Integer(1)))),
            ColumnChange::SetType { ty: Type::Integer.into(), using: None },
        ];
        assert_eq!(
            sql(text_column().default("0"), &changes),
            [
                "ALTER TABLE \"plant\" ALTER COLUMN \"height\" DROP DEFAULT, \
             ALTER COLUMN \"height\" TYPE INTEGER USING \"height\"::INTEGER, \
             ALTER COLUMN \"height\" SET DEFAULT 1, ALTER COLUMN \"height\" SET NOT NULL",
                "ALTER TABLE \"plant\" RENAME COLUMN \"height\" TO \"tall\"",
            ]
        );
    }

    fn text_column() -> Column {
        crate::schema::build::text("height").nullable()
    }

    #[test]
    fn nulls_are_filled_before_they_are_refused() {
        assert_eq!(
            sql(text_column(), &[ColumnChange::SetNotNull { backfill: Some("'tall'".into()) }]),
            [
                "UPDATE \"plant\" SET \"height\" = ('tall') WHERE \"height\" IS NULL",
                "ALTER TABLE \"plant\" ALTER COLUMN \"height\" SET NOT NULL",
            ]
        );
    }

    #[test]
    fn a_type_keeps_its_collation_unless_it_changes() {
        let to = |ty: Type| ColumnChange::SetType { ty: ty.into(), using: None };
        let changes = [to(Type::String { length: Some(9) })];
        assert_eq!(
            sql(text_column().collate("C"), &changes),
            ["ALTER TABLE \"plant\" ALTER COLUMN \"height\" TYPE VARCHAR(9) COLLATE \"C\"",]
        );
        assert_eq!(
            sql(text_column().collate("C"), &[ColumnChange::SetCollation(None)]),
            ["ALTER TABLE \"plant\" ALTER COLUMN \"height\" TYPE TEXT",]
        );
        assert_eq!(sql(double("height"), &[to(Type::Float)]), [""; 0]);
    }
}
