//! What a CREATE TABLE says and a [`Table`](crate::schema::Table) has no place for: it is named, and an edit keeps it.

use crate::schema::Type;

use super::{super::token::tokens, Clause, ClauseKind, ColumnText, CreateTable};

impl CreateTable {
    /// Lists the keys with columns in another order than upwards, or by another collation than the column's.
    pub(in super::super) fn own_orders(&self) -> Vec<String> {
        let is_key =
            |clause: &Clause| matches!(clause.kind, ClauseKind::PrimaryKey { .. } | ClauseKind::Unique(_));
        self.clauses()
            .filter(|(_, clause)| is_key(clause) && has_order(&clause.text))
            .map(|(at, clause)| self.called(at, clause))
            .collect()
    }

    /// Returns the column that is the only key, an integer by a wide or a narrow word, and so not the rowid.
    pub(in super::super) fn key_beside_rowid(&self) -> Option<String> {
        let value = self.value();
        let key = value.primary_key().filter(|_| !value.options.is_without_rowid)?;
        let [name] = key.columns.as_slice() else { return None };
        let column = value.column(name)?;
        let is_wide = matches!(column.ty.base, Type::BigInteger | Type::SmallInteger);
        is_wide.then(|| format!("{}.{name}", self.name()))
    }

    /// Calls a key by its name, or by what it is on.
    fn called(&self, at: Option<&ColumnText>, clause: &Clause) -> String {
        let table = self.name();
        let columns = match (&clause.name, at) {
            (Some(name), _) => return format!("{table}.{name}"),
            (None, Some(column)) => column.name.to_string(),
            (None, None) => {
                clause.kind.columns().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
            }
        };
        format!("{table} ({columns})")
    }
}

/// `INTEGER PRIMARY KEY DESC` is told by its type.
fn has_order(text: &str) -> bool {
    tokens(text).iter().any(|token| token.is("COLLATE") || token.is("DESC"))
}
