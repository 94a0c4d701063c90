//! What a CREATE TABLE says, as a [`Table`].

use crate::dialect::sqlite::sql::string;
use crate::schema::{
    Check, Column, ForeignKey, Ident, OnConflict, PrimaryKey, ServerDefault, Table, TableName, TableOptions,
    Type, Unique,
};

use super::{
    super::{
        HERE, constant,
        token::{Kind, same_name, tokens, unquoted_text},
        types,
    },
    Clause, ClauseKind, ColumnText, CreateTable,
};

impl CreateTable {
    /// Returns the name.
    pub(in super::super) fn name(&self) -> Ident {
        tokens(&self.name)
            .first()
            .and_then(|token| token.name(&self.name))
            .unwrap_or_else(|| self.name.as_str().into())
    }

    /// Returns the table that it makes, without its indexes.
    ///
    /// The lists are in the order of the text. A column of the primary key takes NULL unless it says otherwise, it is the
    /// rowid, or the table is STRICT or WITHOUT ROWID (sqlite.org/lang_createtable.html, section 3.5).
    pub(in super::super) fn value(&self) -> Table {
        let mut table = Table::new(TableName::new(self.name()));
        table.options = self.options();
        for column in self.columns() {
            table.columns.push(self.column_value(column));
            for clause in &column.clauses {
                self.add_constraint_value(&mut table, clause, Some(&column.name));
            }
        }
        for clause in self.constraints() {
            self.add_constraint_value(&mut table, clause, None);
        }
        let key = table.primary_key().cloned();
        let TableOptions { is_strict, is_without_rowid, .. } = table.options;
        let rowid = self.rowid_column().map(|column| &column.name);
        for column in &mut table.columns {
            let is_refused = is_strict || is_without_rowid || rowid == Some(&column.name);
            if is_refused && key.as_ref().is_some_and(|key| key.columns.contains(&column.name)) {
                column.nullable = false;
            }
        }
        table.shrink_to_fit();
        table
    }

    /// Returns the column that is the rowid: the only column of the primary key, declared `INTEGER` to the letter
    /// (sqlite.org/lang_createtable.html, section 5).
    pub(in super::super) fn rowid_column(&self) -> Option<&ColumnText> {
        if self.options().is_without_rowid {
            return None;
        }
        let mut keys = self.keys();
        let (columns, is_descending) = keys.next()?;
        let [name] = columns.as_slice() else { return None };
        let column = self.columns().find(|column| same_name(&column.name, name))?;
        (column.declared().eq_ignore_ascii_case("INTEGER") && !is_descending).then_some(column)
    }

    /// Tells whether a constraint says what becomes of a row that breaks it, other than what happens anyway.
    pub(in super::super) fn has_conflicts(&self) -> bool {
        let clauses = self.columns().flat_map(|column| &column.clauses).chain(self.constraints());
        clauses.into_iter().any(|clause| clause.on_conflict != OnConflict::Abort)
    }

    /// Returns the options after the parenthesis, and AUTOINCREMENT.
    pub(in super::super) fn options(&self) -> TableOptions {
        let words = tokens(&self.tail);
        let has = |word: &str| words.iter().any(|token| token.is(&self.tail, word));
        let is_autoincrement = self
            .columns()
            .flat_map(|column| &column.clauses)
            .chain(self.constraints())
            .any(|clause| matches!(clause.kind, ClauseKind::PrimaryKey { is_autoincrement: true, .. }));
        TableOptions {
            is_autoincrement,
            is_strict: has("STRICT"),
            is_unlogged: false,
            is_without_rowid: has("WITHOUT"),
        }
    }

    /// Returns the primary key's columns as they stand in the text; there is one key at most.
    fn keys(&self) -> impl Iterator<Item = (Vec<Ident>, bool)> {
        let inline = self.columns().flat_map(|column| {
            column.clauses.iter().filter_map(|clause| {
                let ClauseKind::PrimaryKey { is_descending, .. } = &clause.kind else { return None };
                Some((vec![column.name.clone()], *is_descending))
            })
        });
        let own = self.constraints().filter_map(|clause| {
            let ClauseKind::PrimaryKey { columns, .. } = &clause.kind else { return None };
            Some((columns.clone(), false))
        });
        inline.chain(own)
    }

    fn column_value(&self, text: &ColumnText) -> Column {
        let mut ty = types::read(text.declared());
        let is_key = self
            .keys()
            .any(|(columns, _)| matches!(columns.as_slice(), [name] if same_name(name, &text.name)));
        if is_key && ty == Type::Integer && !self.options().is_without_rowid {
            if !text.declared().eq_ignore_ascii_case("INTEGER") {
                // `INT PRIMARY KEY` is not the rowid; it must not be rewritten as one.
                ty = Type::Custom { spelling: text.declared().to_owned() };
            } else if self.rowid_column().is_none() {
                // Nor is `INTEGER PRIMARY KEY DESC`, which is what `INT PRIMARY KEY` is.
                ty = Type::Custom { spelling: "INT".to_owned() };
            }
        }
        let mut column = Column::new(text.name.clone(), ty);
        column.nullable = !text.is_not_null();
        for clause in &text.clauses {
            match &clause.kind {
                ClauseKind::Collate(collation) => column.collation = Some(collation.clone()),
                ClauseKind::Default(sql) => {
                    column.default = default_value(column.ty.on(HERE), text.declared(), sql);
                }
                ClauseKind::Generated { expression, stored } => {
                    let expression = expression.as_str().into();
                    column.default = Some(ServerDefault::Computed { expression, stored: *stored });
                }
                ClauseKind::NotNull => column.on_conflict = clause.on_conflict,
                ClauseKind::Check(_)
                | ClauseKind::ForeignKey(_)
                | ClauseKind::Nothing
                | ClauseKind::PrimaryKey { .. }
                | ClauseKind::Unique(_) => {}
            }
        }
        column
    }

    fn add_constraint_value(&self, table: &mut Table, clause: &Clause, at: Option<&Ident>) {
        let (name, on_conflict) = (clause.name.clone(), clause.on_conflict);
        // The names in a list may be in another case than the columns'.
        let columns = |listed: &[Ident]| -> Vec<Ident> {
            match at {
                Some(column) => vec![column.clone()],
                None => listed.iter().map(|name| self.spelled_as_column(name)).collect(),
            }
        };
        match &clause.kind {
            ClauseKind::Check(condition) => {
                table.constraints.push(Check { name, ..Check::new(condition.as_str()) });
            }
            ClauseKind::ForeignKey(key) => {
                table.constraints.push(ForeignKey { name, columns: columns(&key.columns), ..key.clone() });
            }
            ClauseKind::PrimaryKey { columns: own, .. } => {
                table.constraints.push(PrimaryKey { name, on_conflict, ..PrimaryKey::new(columns(own)) });
            }
            ClauseKind::Unique(own) => {
                table.constraints.push(Unique { name, on_conflict, ..Unique::new(columns(own)) });
            }
            ClauseKind::Collate(_)
            | ClauseKind::Default(_)
            | ClauseKind::Generated { .. }
            | ClauseKind::NotNull
            | ClauseKind::Nothing => {}
        }
    }

    fn spelled_as_column(&self, name: &Ident) -> Ident {
        let column = self.columns().find(|column| same_name(&column.name, name));
        column.map_or_else(|| name.clone(), |column| column.name.clone())
    }
}

/// Reads a default: a constant, a bare word (which SQLite takes for text), or an expression. NULL is none.
fn default_value(ty: &Type, declared: &str, sql: &str) -> Option<ServerDefault> {
    let bare = match tokens(sql).as_slice() {
        [token] if token.kind == Kind::QuotedName => Some(unquoted_text(sql)),
        [token] if token.kind == Kind::Word && !is_word_of_sql(sql) => Some(sql.to_owned()),
        _ => None,
    };
    match bare {
        Some(text) => constant::read(ty, declared, &string(&text)),
        None => constant::read(ty, declared, sql),
    }
}

/// Tells whether a word is a constant of SQL, or one for the present time.
fn is_word_of_sql(word: &str) -> bool {
    let word = word.to_ascii_uppercase();
    matches!(word.as_str(), "FALSE" | "NULL" | "TRUE") || word.starts_with("CURRENT_")
}
