//! Who still uses a column that is to be dropped.
//!
//! A trigger, a view, a check, a generated column, an index on an expression: dropping the column would break them, and
//! none of them goes away without being asked for.

use crate::schema::Ident;

use super::{
    super::{
        HERE,
        ddl::is_column,
        rename,
        token::{Token, is_among, mentions, same_name, tokens},
    },
    alter::Work,
};

impl Work<'_> {
    /// Says who uses a column, `indexes` apart, which are dropped with it.
    pub(super) fn use_of(&self, column: &Ident, indexes: &[Ident]) -> Option<String> {
        self.text
            .use_of(column)
            .or_else(|| self.index_use(column, indexes))
            .or_else(|| self.reference(column))
            .or_else(|| self.program_use(column))
    }

    fn index_use(&self, column: &Ident, dropped: &[Ident]) -> Option<String> {
        let table = self.before.schema.table(&self.table)?;
        let mut left = table.indexes.values().filter(|index| !dropped.contains(&index.name));
        let index =
            left.find(|index| index.expressions().any(|expression| mentions(expression.on(HERE), column)))?;
        Some(format!("the index `{}` uses it", index.name))
    }

    fn reference(&self, column: &Ident) -> Option<String> {
        let tables = self.before.schema.tables.values().filter(|other| other.name != self.table);
        let mut keys = tables.flat_map(|other| other.foreign_keys().map(move |key| (other, key)));
        let (other, _) = keys.find(|(_, key)| {
            same_name(&key.referred_table.name, &self.table.name) && is_among(column, &key.referred_columns)
        })?;
        Some(format!("a foreign key of `{}` refers to it", other.name))
    }

    fn program_use(&self, column: &Ident) -> Option<String> {
        let originals = &self.before.originals;
        if let Some(name) = rename::forgotten(self.before) {
            return Some(format!("`{name}` may use it: a rename in this run has changed its text"));
        }
        let trigger = originals.triggers.iter().find(|(_, trigger)| {
            let is_on = same_name(&trigger.table, &self.table.name);
            (is_on || mentions(&trigger.sql, &self.table.name))
                && self.is_used_in(&trigger.sql, column, is_on)
        });
        if let Some((name, _)) = trigger {
            return Some(format!("the trigger `{name}` uses it"));
        }
        let view = originals.views.iter().find(|(_, view)| {
            mentions(&view.sql, &self.table.name) && self.is_used_in(&view.sql, column, false)
        });
        view.map(|(name, _)| format!("the view `{name}` uses it"))
    }

    /// Tells whether SQL that mentions the table uses its column. A name that could be another table's counts as used:
    /// to refuse too much can be helped, to break a view cannot.
    fn is_used_in(&self, sql: &str, column: &Ident, is_on: bool) -> bool {
        let tokens = tokens(sql);
        (0..tokens.len()).any(|at| {
            is_column(&tokens, at, column)
                && match qualifier(&tokens, at) {
                    Some(qualifier) if qualifier.is("NEW") || qualifier.is("OLD") => is_on,
                    Some(qualifier) => self.may_mean(&tokens, qualifier),
                    None => !(at > 0 && tokens[at - 1].is("AS")),
                }
        })
    }

    /// Tells whether what is before a dot may mean the table: its name, its alias, or an alias of who knows what.
    fn may_mean(&self, tokens: &[Token<'_>], qualifier: Token<'_>) -> bool {
        let Some(name) = qualifier.name() else { return true };
        if same_name(&name, &self.table.name) {
            return true;
        }
        let is_table =
            |name: &Ident| self.before.schema.tables.keys().any(|other| same_name(&other.name, name));
        // `FROM plant AS p`, `JOIN plant p`: the name before the alias.
        let owners = (1..tokens.len()).filter_map(|at| {
            let is_alias =
                tokens[at].names(&name) && !tokens.get(at + 1).is_some_and(|next| next.is_sign("."));
            let before = if tokens[at - 1].is("AS") { at.checked_sub(2)? } else { at - 1 };
            tokens[before].name().filter(|owner| is_alias && is_table(owner))
        });
        let owners: Vec<Ident> = owners.collect();
        if owners.is_empty() {
            return !is_table(&name);
        }
        owners.iter().any(|owner| same_name(owner, &self.table.name))
    }
}

/// Returns the name before the dot before a token.
fn qualifier<'s>(tokens: &[Token<'s>], at: usize) -> Option<Token<'s>> {
    let dot = at.checked_sub(1).filter(|dot| tokens[*dot].is_sign("."))?;
    let token = tokens[dot.checked_sub(1)?];
    token.name().map(|_| token)
}
