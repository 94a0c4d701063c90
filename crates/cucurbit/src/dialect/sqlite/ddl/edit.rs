//! Changes of a CREATE TABLE's pieces. Each changes what it names and nothing else.

use crate::{operation::Found, schema::Ident};

use super::{
    super::{
        super::sql::quoted,
        token::{Token, mentions, replaced, same_name, tokens},
    },
    Body, Clause, ClauseKind, ColumnText, CreateTable, Item, Unreadable,
};

impl CreateTable {
    /// Gives the table another name, in quotes as ALTER TABLE writes it.
    pub(in super::super) fn set_name(&mut self, name: &Ident) {
        self.name = quoted(name);
    }

    fn column_text_mut(&mut self, name: &Ident) -> Option<&mut ColumnText> {
        self.items.iter_mut().find_map(|item| match &mut item.body {
            Body::Column(column) if same_name(&column.name, name) => Some(column),
            Body::Column(_) | Body::Constraint(_) => None,
        })
    }

    /// Adds a column after the last one, given its definition.
    pub(in super::super) fn add_column(&mut self, definition: &str) -> Result<(), Unreadable> {
        let at = self.columns().count();
        self.insert(at, definition)
    }

    /// Adds a table constraint, given its text.
    pub(in super::super) fn add_constraint(&mut self, text: &str) -> Result<(), Unreadable> {
        self.insert(self.items.len(), text)
    }

    /// Puts an item at a place, set as its neighbour is.
    fn insert(&mut self, at: usize, text: &str) -> Result<(), Unreadable> {
        let probe = Self::read(&format!("CREATE TABLE t ({text})"))?;
        let lead = match self.items.first() {
            Some(first) if first.lead.contains('\n') && first.lead.trim().is_empty() => first.lead.clone(),
            Some(_) | None => " ".to_owned(),
        };
        for Item { body, .. } in probe.items {
            self.items.insert(at, Item { lead: lead.clone(), body, trail: String::new() });
        }
        Ok(())
    }

    /// Drops a column, and the keys, uniques and foreign keys that are on it.
    pub(in super::super) fn drop_column(&mut self, name: &Ident) {
        let is_on = |columns: &[Ident]| columns.iter().any(|column| same_name(column, name));
        self.items.retain(|item| match &item.body {
            Body::Column(column) => !same_name(&column.name, name),
            Body::Constraint(clause) => match &clause.kind {
                ClauseKind::ForeignKey(reference) => !is_on(&reference.columns),
                ClauseKind::PrimaryKey { columns, .. } | ClauseKind::Unique(columns) => !is_on(columns),
                ClauseKind::Check(_)
                | ClauseKind::Collate(_)
                | ClauseKind::Default(_)
                | ClauseKind::Generated { .. }
                | ClauseKind::NotNull
                | ClauseKind::Nothing => true,
            },
        });
    }

    /// Returns what of the table would still use a column after it is dropped, in words.
    pub(in super::super) fn use_of(&self, name: &Ident) -> Option<String> {
        let elsewhere = self
            .columns()
            .filter(|column| !same_name(&column.name, name))
            .flat_map(|column| &column.clauses)
            .chain(self.constraints());
        elsewhere.into_iter().find_map(|clause| match &clause.kind {
            ClauseKind::Check(condition) if mentions(condition, name) => Some(match &clause.name {
                Some(name) => format!("check `{name}` uses it"),
                None => format!("the check `{condition}` uses it"),
            }),
            ClauseKind::Generated { expression, .. } if mentions(expression, name) => {
                Some(format!("a generated column uses it: `{expression}`"))
            }
            _ => None,
        })
    }

    /// Declares another type.
    pub(in super::super) fn set_type(&mut self, name: &Ident, spelling: &str) {
        if let Some(column) = self.column_text_mut(name) {
            column.ty = if spelling.is_empty() { String::new() } else { format!(" {spelling}") };
        }
    }

    /// Refuses or allows NULL.
    pub(in super::super) fn set_nullable(&mut self, name: &Ident, is_nullable: bool) {
        if let Some(column) = self.column_text_mut(name) {
            let had = column.is_not_null();
            if is_nullable {
                column.clauses.retain(|clause| clause.kind != ClauseKind::NotNull);
            } else if !had {
                column.clauses.insert(0, Clause::new("NOT NULL", ClauseKind::NotNull));
            }
        }
    }

    /// Sets or removes the default, or the expression of a generated column.
    pub(in super::super) fn set_default(&mut self, name: &Ident, definition: Option<&str>) -> Result<(), Unreadable> {
        let clauses = definition.map(|text| Self::read(&format!("CREATE TABLE t (c {text})"))).transpose()?;
        if let Some(column) = self.column_text_mut(name) {
            column
                .clauses
                .retain(|clause| !matches!(clause.kind, ClauseKind::Default(_) | ClauseKind::Generated { .. }));
            let new = clauses.iter().flat_map(Self::columns).flat_map(|column| column.clauses.clone());
            column.clauses.extend(new);
        }
        Ok(())
    }

    /// Sets or removes the collation.
    pub(in super::super) fn set_collation(&mut self, name: &Ident, collation: Option<&str>) {
        if let Some(column) = self.column_text_mut(name) {
            column.clauses.retain(|clause| !matches!(clause.kind, ClauseKind::Collate(_)));
            if let Some(collation) = collation {
                let text = format!("COLLATE {}", quoted(&collation.into()));
                column.clauses.push(Clause::new(&text, ClauseKind::Collate(collation.to_owned())));
            }
        }
    }

    /// Removes the constraint at a place of the lists that [`CreateTable::value`] returns.
    pub(in super::super) fn drop_constraint(&mut self, found: Found) {
        let mut left = match found {
            Found::Check(position) | Found::ForeignKey(position) | Found::Unique(position) => position,
            Found::PrimaryKey => 0,
        };
        let mut is_meant = |clause: &Clause| {
            let is_kind = matches!(
                (&clause.kind, found),
                (ClauseKind::Check(_), Found::Check(_))
                    | (ClauseKind::ForeignKey(_), Found::ForeignKey(_))
                    | (ClauseKind::PrimaryKey { .. }, Found::PrimaryKey)
                    | (ClauseKind::Unique(_), Found::Unique(_))
            );
            let is_it = is_kind && left == 0;
            left = if is_kind { left.wrapping_sub(1) } else { left };
            is_it
        };
        // Columns come first, in the text as in the lists.
        for item in &mut self.items {
            if let Body::Column(column) = &mut item.body {
                column.clauses.retain(|clause| !is_meant(clause));
            }
        }
        self.items.retain(|item| match &item.body {
            Body::Column(_) => true,
            Body::Constraint(clause) => !is_meant(clause),
        });
    }
}

impl Clause {
    fn new(text: &str, kind: ClauseKind) -> Self {
        Self { lead: " ".to_owned(), text: text.to_owned(), name: None, kind }
    }
}

/// Renames a thing in SQL as ALTER TABLE RENAME does: each of the tokens that `is_meant` says, in quotes.
pub(in super::super) fn rename_in_text(
    sql: &str,
    to: &Ident,
    mut is_meant: impl FnMut(&[Token], usize) -> bool,
) -> String {
    let tokens = tokens(sql);
    let edits: Vec<(Token, String)> = (0..tokens.len())
        .filter(|position| is_meant(&tokens, *position))
        .map(|position| (tokens[position], quoted(to)))
        .collect();
    replaced(sql, &edits)
}
