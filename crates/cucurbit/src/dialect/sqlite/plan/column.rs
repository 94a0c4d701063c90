//! What is done to one column: add, change, drop.

use crate::{
    operation::ColumnChange,
    schema::{
        Column, ColumnType, Constraint, Expression, ForeignKey, Ident, IndexKey, IndexPart, ServerDefault,
        Type,
    },
};

use super::{
    super::{
        super::{HazardKind, PlanError, Statement, sqlite::sql::quoted},
        HERE, constant,
        convert::is_integer,
        ddl::{ClauseKind, ColumnText, CreateTable},
        define, effect,
        token::{is_among, same_name, tokens},
        types,
        words::new_type,
    },
    alter::{Work, new_constraint},
    column_probe,
    step::{changes_of, loosens},
    unsupported,
};

impl Work<'_> {
    pub(super) fn add_column(
        &mut self,
        column: &Column,
        backfill: Option<&Expression>,
        foreign_key: Option<&ForeignKey>,
    ) -> Result<(), PlanError> {
        let refused = unsupported(self.operation);
        let is_key = self.rest.iter().filter_map(new_constraint).any(|next| {
            matches!(next, Constraint::PrimaryKey(key) if key.columns.as_slice() == [column.name.clone()])
        });
        let is_numbered =
            matches!(column.default, Some(ServerDefault::Identity(_) | ServerDefault::Serial(_)));
        constant::refuse_other_default(&self.table, &column.name, &column.ty, column.default.as_ref())?;
        let mut text = if is_key && is_numbered {
            format!("{} INTEGER NOT NULL", quoted(&column.name))
        } else {
            define::column(column, self.text.options().is_strict).map_err(&refused)?
        };
        if let Some(key) = foreign_key {
            text = format!("{text} {}", define::inline_foreign_key(key).map_err(&refused)?);
        }
        self.text.add_column(&text).map_err(unsupported(self.operation))?;
        self.added.insert(column.name.clone());

        let is_virtual = matches!(column.default, Some(ServerDefault::Computed { stored: false, .. }));
        let is_constant = column.default.as_ref().is_some_and(define::is_constant_default);
        let has_value = column
            .default
            .as_ref()
            .is_some_and(|default| define::default(column.ty.on(HERE), default).is_some());
        let is_native =
            is_virtual || (column.default.is_none() || is_constant) && (column.nullable || has_value);
        if is_native {
            self.alter_table(&format!("ADD COLUMN {text}"));
        } else {
            self.copy_rows();
        }
        match backfill {
            Some(backfill) => {
                let value = constant::filling(&self.table, &column.name, column.ty.on(HERE), backfill)?;
                let update = format!("UPDATE {} SET {} = {value}", self.name, quoted(&column.name));
                self.push(Statement::new(update).effect(effect::updates(&self.table)));
                self.fills.insert(column.name.clone(), value);
            }
            None if !column.nullable && !has_value && !is_numbered => {
                let probe = format!("SELECT EXISTS (SELECT 1 FROM {})", self.name);
                self.hazard(HazardKind::NullInNotNull, &column.name, probe);
            }
            None => {}
        }
        Ok(())
    }

    /// Edits the changes of a column in.
    pub(super) fn alter_column(&mut self, column: &Ident, changes: &[ColumnChange]) -> Result<(), PlanError> {
        // What fills it, and what is asked of it, is of the new type.
        let (types, others): (Vec<_>, Vec<_>) =
            changes.iter().partition(|change| matches!(change, ColumnChange::SetType { .. }));
        let mut changes = types.into_iter().chain(others);
        changes.try_for_each(|change| self.change_column(column, change))
    }

    fn change_column(&mut self, column: &Ident, change: &ColumnChange) -> Result<(), PlanError> {
        let was = self.text.clone();
        let mut keeps_rows = true;
        match change {
            // Renames are taken out before; a rename to the same name is nothing.
            ColumnChange::LosesData | ColumnChange::Rename { .. } | ColumnChange::SetComment(_) => {}
            ColumnChange::SetCollation(collation) => {
                self.text.set_collation(column, collation.as_deref());
                keeps_rows = false;
            }
            ColumnChange::SetDefault(default) => {
                self.set_default(column, default.as_ref())?;
                keeps_rows = false;
            }
            ColumnChange::SetNotNull { backfill } => {
                let was_nullable = was.column(column).is_some_and(|column| !column.is_not_null());
                self.text.set_nullable(column, false);
                if let Some(backfill) = backfill {
                    let now = self.fills.remove(column).unwrap_or_else(|| quoted(column));
                    let filling = constant::filling(&self.table, column, &self.type_after(column), backfill)?;
                    self.fills.insert(column.clone(), format!("coalesce({now}, {filling})"));
                } else if was_nullable && !self.is_loosened(column) && !self.added.contains(column) {
                    self.refuses_null(column);
                }
            }
            ColumnChange::SetNullable => self.text.set_nullable(column, true),
            ColumnChange::SetOnConflict(on_conflict) => self.text.set_on_conflict(column, *on_conflict),
            ColumnChange::SetType { ty, using } => {
                self.set_type(column, ty, using.as_ref())?;
                let columns = was.column(column).zip(self.text.column(column));
                keeps_rows = columns.is_some_and(|(was, is)| self.lies_alike(was, is));
            }
        }
        if self.fills.contains_key(column) || self.text != was && !keeps_rows {
            self.copy_rows();
        } else if self.text != was {
            self.edit_text();
        }
        Ok(())
    }

    /// Tells whether a later operation lets a column take NULL.
    pub(super) fn is_loosened(&self, column: &Ident) -> bool {
        self.rest.iter().any(|next| loosens(next, column))
    }

    /// Tells whether the values of a column lie in the file in the same way under both of its types.
    fn lies_alike(&self, was: &ColumnText, is: &ColumnText) -> bool {
        let is_key = self.before.schema.table(&self.table).and_then(|table| table.primary_key());
        let is_in_key = is_key.is_some_and(|key| is_among(&was.name, &key.columns));
        let is_plain = !is_in_key && !was.is_generated() && !self.text.options().is_strict;
        is_plain && types::affinity(was.declared()) == types::affinity(is.declared())
    }

    fn set_default(&mut self, column: &Ident, default: Option<&ServerDefault>) -> Result<(), PlanError> {
        let refuse = |reason: &str| Err(unsupported(self.operation)(reason));
        let now = self.text.column(column);
        match default {
            Some(ServerDefault::Identity(_) | ServerDefault::Serial(_)) => {
                return if self.text.is_rowid(column) {
                    Ok(())
                } else {
                    refuse("SQLite numbers no column but the rowid")
                };
            }
            Some(ServerDefault::Computed { .. })
                if now.is_some_and(|column| !column.is_generated())
                    && !changes_of(self.operation).contains(&ColumnChange::LosesData) =>
            {
                return refuse("its values would be lost, and the script does not say `.loses_data()`");
            }
            Some(_) | None => {}
        }
        let ty = self.type_after(column);
        constant::refuse_other_default(&self.table, column, &ty.clone().into(), default)?;
        let text = default.and_then(|default| define::default_in_file(&ty, default));
        self.text.set_default(column, text.as_deref()).map_err(unsupported(self.operation))
    }

    /// Returns the type of a column after the present operation, in whatever order that says what changes.
    fn type_after(&self, column: &Ident) -> Type {
        let new = changes_of(self.operation).iter().rev().find_map(new_type).map(|ty| ty.on(HERE).clone());
        new.unwrap_or_else(|| self.declared_type(column))
    }

    /// Returns the type that the text declares for a column.
    fn declared_type(&self, column: &Ident) -> Type {
        types::read(self.text.column(column).map_or("", ColumnText::declared))
    }

    /// Declares another type.
    fn set_type(
        &mut self,
        column: &Ident,
        ty: &ColumnType,
        using: Option<&Expression>,
    ) -> Result<(), PlanError> {
        let ty = ty.on(HERE);
        self.convert(column, ty, using)?;
        if is_integer(ty) && self.text.is_rowid(column) {
            // The rowid has 64 bits under the one spelling INTEGER.
            return Ok(());
        }
        let spelling = define::spelled(column, ty, self.text.options().is_strict);
        let spelling = spelling.map_err(unsupported(self.operation))?;
        // A word of one's own is meant to the letter: beside INTEGER, it says that a key is not the rowid.
        let is_to_the_letter = matches!(ty, Type::Custom { .. }) || is_integer_key(&self.text, column);
        let is_other = |now: &ColumnText| {
            types::read(now.declared()) != types::read(&spelling)
                || types::affinity(now.declared()) != types::affinity(&spelling)
                || (is_to_the_letter && !now.declared().eq_ignore_ascii_case(&spelling))
        };
        if self.text.column(column).is_none_or(is_other) {
            self.text.set_type(column, &spelling);
        }
        if spelling.eq_ignore_ascii_case("INTEGER") {
            self.text.set_ascending_key(column);
        }
        Ok(())
    }

    pub(super) fn drop_column(&mut self, column: &Ident, has_consent: bool) -> Result<(), PlanError> {
        let indexes = self.indexes_on(column);
        self.apply()?;
        if let Some(reason) = self.use_of(column, &indexes) {
            return Err(PlanError::InUse { dialect: HERE, operation: self.operation.describe(), reason });
        }
        let is_generated = self.text.column(column).is_some_and(ColumnText::is_generated);
        if !has_consent && !is_generated {
            let condition = format!("{} IS NOT NULL", quoted(column));
            let probe = column_probe(&self.name, column, &condition, "NULL");
            self.hazard(HazardKind::LosesData, column, probe);
        }
        indexes.iter().for_each(|index| self.drop_index(index));
        let is_last = self.text.ends_with(column);
        if self.is_in_a_key(column) {
            self.copy_rows();
            self.text.drop_column(column);
        } else {
            self.alter_table_drop(column);
            self.text.drop_column(column);
            if is_last {
                let space = self.text.take_space_at_its_end();
                self.space.push_str(&space);
            }
        }
        self.added.remove(column);
        self.fills.remove(column);
        Ok(())
    }

    /// Returns the indexes that have a column as a part of their key.
    fn indexes_on(&self, column: &Ident) -> Vec<Ident> {
        let table = self.before.schema.table(&self.table);
        let indexes = table.into_iter().flat_map(|table| table.indexes.values());
        indexes
            .filter(|index| index.parts.iter().any(|part| is_part(part, column)))
            .map(|index| index.name.clone())
            .collect()
    }

    /// Tells whether DROP COLUMN refuses it: it is in the primary key, a unique constraint or a foreign key of the table.
    fn is_in_a_key(&self, column: &Ident) -> bool {
        let mut at_column = self.text.column(column).into_iter().flat_map(|column| &column.clauses);
        at_column.any(|clause| matches!(clause.kind, ClauseKind::PrimaryKey { .. } | ClauseKind::Unique(_)))
            || self.text.constraints().any(|clause| is_among(column, clause.kind.columns()))
    }
}

/// Tells whether a column is the only one of the key and an integer: then its word says whether it is the rowid.
fn is_integer_key(text: &CreateTable, column: &Ident) -> bool {
    let value = text.value();
    let key = value.primary_key().map(|key| key.columns.as_slice()).unwrap_or_default();
    let is_key = matches!(key, [name] if same_name(name, column)) && !value.options.is_without_rowid;
    is_key && text.column(column).is_some_and(|column| types::read(column.declared()) == Type::Integer)
}

/// Tells whether a part of an index is a column, also with a collation of its own.
fn is_part(part: &IndexPart, column: &Ident) -> bool {
    match &part.key {
        IndexKey::Column(key) => same_name(key, column),
        IndexKey::Expression(expression) => {
            let sql = expression.on(HERE);
            matches!(tokens(sql).as_slice(), [key, word, _] if key.names(column) && word.is("COLLATE"))
        }
    }
}
