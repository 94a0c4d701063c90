//! What a CREATE TABLE says, as a [`Table`].

use crate::dialect::sqlite::sql::string;
use crate::schema::{
    Check, Column, ForeignKey, Ident, OnConflict, PrimaryKey, ServerDefault, Table, TableName, TableOptions,
    Type, Unique,
};

use super::{
    super::{
        HERE, constant,
        token::{Class, same_name, tokens, unquoted},
        types,
    },
    Clause, ClauseKind, ColumnText, CreateTable,
};

impl CreateTable {
    /// Returns the name.
    pub(in super::super) fn name(&self) -> Ident {
        tokens(&self.name).first().and_then(|token| token.name()).unwrap_or_else(|| self.name.as_str().into())
    }

    /// Returns the table that it makes, without its indexes.
    ///
    /// The lists are in the order of the text. A column of the primary key takes NULL unless it says otherwise, it is the
    /// rowid, or the table is STRICT or WITHOUT ROWID (sqlite.org/lang_createtable.html, section 3.5).
    pub(in super::super) fn value(&self) -> Table {
        let mut table = Table::new(TableName::new(self.name()));
        table.options = self.options();
        table.columns = self.columns().map(|column| self.column_value(column)).collect();
        for (at, clause) in self.clauses() {
            self.add_constraint_value(&mut table, clause, at);
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
        let (columns, is_descending) = self.key()?;
        let [name] = columns else { return None };
        let column = self.column(name)?;
        (column.declared().eq_ignore_ascii_case("INTEGER") && !is_descending).then_some(column)
    }

    /// Tells whether a column is the rowid.
    pub(in super::super) fn is_rowid(&self, name: &Ident) -> bool {
        self.rowid_column().is_some_and(|rowid| same_name(&rowid.name, name))
    }

    /// Tells whether a constraint says what becomes of a row that breaks it, other than what happens anyway.
    pub(in super::super) fn has_conflicts(&self) -> bool {
        self.clauses().any(|(_, clause)| clause.on_conflict != OnConflict::Abort)
    }

    /// Returns the options after the parenthesis, and AUTOINCREMENT.
    pub(in super::super) fn options(&self) -> TableOptions {
        let words = tokens(&self.tail);
        let has = |word: &str| words.iter().any(|token| token.is(word));
        TableOptions {
            is_autoincrement: self.clauses().any(|(_, clause)| {
                matches!(clause.kind, ClauseKind::PrimaryKey { is_autoincrement: true, .. })
            }),
            is_strict: has("STRICT"),
            is_unlogged: false,
            is_without_rowid: has("WITHOUT"),
        }
    }

    /// Returns the primary key's columns as they stand in the text, and whether the key stands at its column in descending
    /// order.
    fn key(&self) -> Option<(&[Ident], bool)> {
        self.clauses().find_map(|(at, clause)| {
            let ClauseKind::PrimaryKey { columns, is_descending, .. } = &clause.kind else { return None };
            let own = at.map(|column| (std::slice::from_ref(&column.name), *is_descending));
            Some(own.unwrap_or((columns, false)))
        })
    }

    fn column_value(&self, text: &ColumnText) -> Column {
        let mut ty = types::read(text.declared());
        let is_key = matches!(self.key(), Some(([name], _)) if same_name(name, &text.name));
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
            if let ClauseKind::Collate(collation) = &clause.kind {
                column.collation = Some(collation.clone());
            } else if let ClauseKind::Default(sql) = &clause.kind {
                column.default = default_value(column.ty.on(HERE), text.declared(), sql);
            } else if let ClauseKind::Generated { expression, stored } = &clause.kind {
                let expression = expression.as_str().into();
                column.default = Some(ServerDefault::Computed { expression, stored: *stored });
            } else if clause.kind == ClauseKind::NotNull {
                column.on_conflict = clause.on_conflict;
            }
        }
        column
    }

    fn add_constraint_value(&self, table: &mut Table, clause: &Clause, at: Option<&ColumnText>) {
        let (name, on_conflict) = (clause.name.clone(), clause.on_conflict);
        // The names in a list may be in another case than the columns'.
        let spelled = |name: &Ident| self.column(name).map_or(name, |column| &column.name).clone();
        let columns: Vec<Ident> = match at {
            Some(column) => vec![column.name.clone()],
            None => clause.kind.columns().iter().map(spelled).collect(),
        };
        if let ClauseKind::Check(condition) = &clause.kind {
            table.constraints.push(Check { name, ..Check::new(condition.as_str()) });
        } else if let ClauseKind::ForeignKey(key) = &clause.kind {
            table.constraints.push(ForeignKey { name, columns, ..key.clone() });
        } else if let ClauseKind::PrimaryKey { .. } = &clause.kind {
            table.constraints.push(PrimaryKey { name, on_conflict, ..PrimaryKey::new(columns) });
        } else if let ClauseKind::Unique(_) = &clause.kind {
            table.constraints.push(Unique { name, on_conflict, ..Unique::new(columns) });
        }
    }
}

/// Reads a default: a constant, a bare word (which SQLite takes for text), or an expression. NULL is none.
fn default_value(ty: &Type, declared: &str, sql: &str) -> Option<ServerDefault> {
    let bare = match tokens(sql).as_slice() {
        [token] if token.class == Class::Name => Some(unquoted(sql)),
        [token] if token.class == Class::Word && !is_word_of_sql(sql) => Some(sql.to_owned()),
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
