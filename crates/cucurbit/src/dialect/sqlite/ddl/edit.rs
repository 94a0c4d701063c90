//! Changes of a CREATE TABLE's pieces. Each changes what it names and nothing else.

use crate::schema::{Constraint, Constraints, Deferral, Ident, OnConflict};

use super::{
    super::{
        super::sqlite::sql::quoted,
        define,
        token::{Token, is_among, mentions, replaced, same_name, tokens},
    },
    Body, Clause, ClauseKind, ColumnText, CreateTable, Item, Unreadable,
};

impl CreateTable {
    /// Gives the table another name, in quotes as ALTER TABLE writes it, also where it stands before a dot.
    ///
    /// Foreign keys to the table itself stay: a rebuild ends under the old name.
    pub(in super::super) fn set_name(&mut self, name: &Ident) {
        let from = self.name();
        self.name = quoted(name);
        for clause in self.clauses_mut() {
            clause.text = rename_in_text(&clause.text.clone(), name, |tokens, position| {
                tokens[position].names(&from)
                    && tokens.get(position + 1).is_some_and(|next| next.is_sign("."))
            });
        }
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
        self.items.retain(|item| match &item.body {
            Body::Column(column) => !same_name(&column.name, name),
            Body::Constraint(clause) => !is_among(name, clause.kind.columns()),
        });
    }

    /// Tells whether the last thing in the parentheses is a column of this name.
    pub(in super::super) fn ends_with(&self, name: &Ident) -> bool {
        self.items.last().is_some_and(|item| match &item.body {
            Body::Column(column) => same_name(&column.name, name),
            Body::Constraint(_) => false,
        })
    }

    /// Takes away what stands before the closing parenthesis, as DROP COLUMN does with the last column, and returns it.
    pub(in super::super) fn take_space_at_its_end(&mut self) -> String {
        let close = tokens(&self.tail).iter().find(|token| token.is_sign(")")).map(|token| token.start);
        let tail = self.tail.split_off(close.unwrap_or(0));
        std::mem::replace(&mut self.tail, tail)
    }

    /// Puts space before the closing parenthesis.
    pub(in super::super) fn put_space_at_its_end(&mut self, space: &str) {
        self.tail.insert_str(0, space);
    }

    /// Returns what of the table would still use a column after it is dropped, in words.
    pub(in super::super) fn use_of(&self, name: &Ident) -> Option<String> {
        let is_elsewhere = |at: Option<&ColumnText>| at.is_none_or(|column| !same_name(&column.name, name));
        self.clauses().filter(|(at, _)| is_elsewhere(*at)).find_map(|(_, clause)| {
            let (ClauseKind::Check(sql) | ClauseKind::Generated { expression: sql, .. }) = &clause.kind
            else {
                return None;
            };
            let is_check = matches!(clause.kind, ClauseKind::Check(_));
            mentions(sql, name).then(|| match (&clause.name, is_check) {
                (Some(name), true) => format!("check `{name}` uses it"),
                (None, true) => format!("the check `{sql}` uses it"),
                (_, false) => format!("a generated column uses it: `{sql}`"),
            })
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
        let Some(column) = self.column_text_mut(name) else { return };
        if is_nullable {
            column.clauses.retain(|clause| clause.kind != ClauseKind::NotNull);
        } else if !column.is_not_null() {
            column.clauses.insert(0, Clause::new("NOT NULL", ClauseKind::NotNull));
        }
    }

    /// Says what becomes of a row with NULL in a column that refuses it.
    pub(in super::super) fn set_on_conflict(&mut self, name: &Ident, on_conflict: OnConflict) {
        let Some(column) = self.column_text_mut(name) else { return };
        for clause in column.clauses.iter_mut().filter(|clause| clause.kind == ClauseKind::NotNull) {
            let word = tokens(&clause.text).into_iter().find(|token| token.is("ON"));
            if let Some(word) = word {
                clause.text.truncate(clause.text[..word.start].trim_end().len());
            }
            clause.text.push_str(&define::on_conflict(on_conflict));
            clause.on_conflict = on_conflict;
        }
    }

    /// Sets or removes the default, or the expression of a generated column.
    pub(in super::super) fn set_default(
        &mut self,
        name: &Ident,
        definition: Option<&str>,
    ) -> Result<(), Unreadable> {
        let clauses = definition.map(|text| Self::read(&format!("CREATE TABLE t (c {text})"))).transpose()?;
        if let Some(column) = self.column_text_mut(name) {
            column.clauses.retain(|clause| {
                !matches!(clause.kind, ClauseKind::Default(_) | ClauseKind::Generated { .. })
            });
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

    /// Says after the last parenthesis what the table is.
    pub(in super::super) fn set_options(&mut self, is_strict: bool, is_without_rowid: bool) {
        let close = tokens(&self.tail).iter().find(|token| token.is_sign(")")).map(|token| token.end());
        self.tail.truncate(close.unwrap_or(self.tail.len()));
        self.tail.push_str(&define::options(is_strict, is_without_rowid));
    }

    /// Takes DESC from a key at its column: INTEGER is the rowid without it only.
    pub(in super::super) fn set_ascending_key(&mut self, name: &Ident) {
        let Some(column) = self.column_text_mut(name) else { return };
        for clause in &mut column.clauses {
            if let ClauseKind::PrimaryKey { is_descending, .. } = &mut clause.kind
                && std::mem::take(is_descending)
            {
                clause.take_word("DESC");
            }
        }
    }

    /// Adds AUTOINCREMENT to the primary key, or takes it away.
    pub(in super::super) fn set_autoincrement(&mut self, is_set: bool) -> Result<(), Unreadable> {
        const WORD: &str = "AUTOINCREMENT";
        for clause in self.clauses_mut() {
            let ClauseKind::PrimaryKey { columns, is_autoincrement, .. } = &clause.kind else { continue };
            if *is_autoincrement == is_set {
                continue;
            }
            let is_inline = columns.is_empty();
            // `PRIMARY KEY (id AUTOINCREMENT)` is in the grammar.
            let close = tokens(&clause.text).into_iter().rfind(|token| token.is_sign(")"));
            match close.filter(|_| !is_inline) {
                _ if !is_set => clause.take_word(WORD),
                Some(close) => clause.text.insert_str(close.start, &format!(" {WORD}")),
                None => clause.text = format!("{} {WORD}", clause.text),
            }
        }
        self.read_again()
    }

    /// Removes the constraint at a place of the list that [`CreateTable::value`] returns.
    pub(in super::super) fn drop_constraint(&mut self, constraints: &Constraints, place: usize) {
        let mut is_meant = is_meant(constraints, place);
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

    /// Names the constraint at a place of the list that [`CreateTable::value`] returns.
    pub(in super::super) fn rename_constraint(
        &mut self,
        constraints: &Constraints,
        place: usize,
        to: &Ident,
    ) {
        if let Some(clause) = self.clause_mut(constraints, place) {
            let tokens = tokens(&clause.text);
            clause.text = match (&clause.name, tokens.get(1)) {
                (Some(_), Some(name)) => replaced(&clause.text, &[(*name, quoted(to))]),
                (Some(_), None) | (None, _) => format!("CONSTRAINT {} {}", quoted(to), clause.text),
            };
            clause.name = Some(to.clone());
        }
    }

    /// Says when the foreign key at a place of the list that [`CreateTable::value`] returns is checked.
    pub(in super::super) fn set_deferral(
        &mut self,
        constraints: &Constraints,
        place: usize,
        deferral: Deferral,
    ) {
        let Some(clause) = self.clause_mut(constraints, place) else { return };
        let tokens = tokens(&clause.text);
        let word = tokens.iter().rposition(|token| token.is("DEFERRABLE"));
        let start = word.map(|at| match at.checked_sub(1) {
            Some(before) if tokens[before].is("NOT") => tokens[before].start,
            Some(_) | None => tokens[at].start,
        });
        if let Some(start) = start {
            clause.text.truncate(start);
            clause.text.truncate(clause.text.trim_end().len());
        }
        if deferral != Deferral::NotDeferrable {
            clause.text = format!("{} {}", clause.text, deferral.sql());
        }
        if let ClauseKind::ForeignKey(key) = &mut clause.kind {
            key.deferral = deferral;
        }
    }

    /// Renames a column here, wherever the table's own text means it.
    pub(in super::super) fn rename_column(&mut self, from: &Ident, to: &Ident) -> Result<(), Unreadable> {
        let table = self.name();
        for item in &mut self.items {
            match &mut item.body {
                Body::Column(column) => {
                    if same_name(&column.name, from) {
                        column.spelled = quoted(to);
                    }
                    column.clauses.iter_mut().for_each(|clause| clause.rename_column(&table, from, to));
                }
                Body::Constraint(clause) => clause.rename_column(&table, from, to),
            }
        }
        self.read_again()
    }

    /// Renames a column of another table in the foreign keys that refer to it.
    pub(in super::super) fn rename_referred_column(
        &mut self,
        table: &Ident,
        from: &Ident,
        to: &Ident,
    ) -> Result<(), Unreadable> {
        self.references_mut(table).for_each(|clause| clause.rename_after_references(from, to, false));
        self.read_again()
    }

    /// Renames another table, or this one, in foreign keys and in names before a dot.
    pub(in super::super) fn rename_table(&mut self, from: &Ident, to: &Ident) -> Result<(), Unreadable> {
        if same_name(&self.name(), from) {
            self.set_name(to);
        }
        self.references_mut(from).for_each(|clause| clause.rename_after_references(from, to, true));
        self.read_again()
    }

    /// Lists the foreign keys that refer to a table.
    fn references_mut(&mut self, table: &Ident) -> impl Iterator<Item = &mut Clause> {
        self.clauses_mut().filter(|clause| {
            matches!(&clause.kind, ClauseKind::ForeignKey(key) if same_name(&key.referred_table.name, table))
        })
    }

    /// Finds the clause of the constraint at a place of the list that [`CreateTable::value`] returns.
    fn clause_mut(&mut self, constraints: &Constraints, place: usize) -> Option<&mut Clause> {
        let mut is_meant = is_meant(constraints, place);
        self.clauses_mut().find(|clause| is_meant(clause))
    }

    fn clauses_mut(&mut self) -> impl Iterator<Item = &mut Clause> {
        self.items.iter_mut().flat_map(|item| match &mut item.body {
            Body::Column(column) => column.clauses.iter_mut(),
            Body::Constraint(clause) => std::slice::from_mut(clause).iter_mut(),
        })
    }

    /// After an edit of texts: what they say is read from them.
    fn read_again(&mut self) -> Result<(), Unreadable> {
        *self = Self::read(&self.to_string())?;
        Ok(())
    }
}

impl Clause {
    fn new(text: &str, kind: ClauseKind) -> Self {
        let on_conflict = OnConflict::Abort;
        Self { lead: " ".to_owned(), text: text.to_owned(), name: None, kind, on_conflict }
    }

    /// Takes a word away, with the space before it.
    fn take_word(&mut self, word: &str) {
        if let Some(word) = tokens(&self.text).into_iter().find(|token| token.is(word)) {
            let kept = self.text[..word.start].trim_end().len();
            self.text.replace_range(kept..word.end(), "");
        }
    }

    /// Renames the table's own column.
    fn rename_column(&mut self, table: &Ident, from: &Ident, to: &Ident) {
        let names_none = matches!(self.kind, ClauseKind::NotNull | ClauseKind::Nothing);
        if names_none || matches!(self.kind, ClauseKind::Collate(_) | ClauseKind::Default(_)) {
            return;
        }
        if let ClauseKind::ForeignKey(key) = &self.kind
            && same_name(&key.referred_table.name, table)
        {
            self.rename_after_references(from, to, false);
        }
        let references = references(&self.text);
        self.text = rename_in_text(&self.text.clone(), to, |tokens, position| {
            is_column(tokens, position, from) && references.is_none_or(|at| position < at)
        });
    }

    /// Renames after the word REFERENCES: the table, which is the next name, or its columns.
    fn rename_after_references(&mut self, from: &Ident, to: &Ident, is_table: bool) {
        let Some(references) = references(&self.text) else { return };
        self.text = rename_in_text(&self.text.clone(), to, |tokens, position| {
            let is_place = if is_table { position == references + 1 } else { position > references + 1 };
            is_place && tokens[position].names(from)
        });
    }
}

/// Returns what tells the clause of the constraint at a place of the list that [`CreateTable::value`] returns, asked in the
/// order of the text: those of one kind have one order in both.
fn is_meant(constraints: &Constraints, place: usize) -> impl FnMut(&Clause) -> bool {
    let meant = &constraints[place];
    let is_kind: fn(&ClauseKind) -> bool = match meant {
        Constraint::Check(_) => |kind| matches!(kind, ClauseKind::Check(_)),
        Constraint::ForeignKey(_) => |kind| matches!(kind, ClauseKind::ForeignKey(_)),
        Constraint::PrimaryKey(_) => |kind| matches!(kind, ClauseKind::PrimaryKey { .. }),
        Constraint::Unique(_) => |kind| matches!(kind, ClauseKind::Unique(_)),
        Constraint::Exclusion(_) => |_| false,
    };
    let mut left = constraints[..place].iter().filter(|other| other.is_of_kind_of(meant)).count();
    move |clause| {
        let is_kind = is_kind(&clause.kind);
        let is_it = is_kind && left == 0;
        left = if is_kind { left.wrapping_sub(1) } else { left };
        is_it
    }
}

/// Renames a thing in SQL as ALTER TABLE RENAME does: each of the tokens that `is_meant` says, in quotes.
pub(in super::super) fn rename_in_text(
    sql: &str,
    to: &Ident,
    mut is_meant: impl FnMut(&[Token<'_>], usize) -> bool,
) -> String {
    let tokens = tokens(sql);
    let edits: Vec<(Token<'_>, String)> = (0..tokens.len())
        .filter(|position| is_meant(&tokens, *position))
        .map(|position| (tokens[position], quoted(to)))
        .collect();
    replaced(sql, &edits)
}

/// Returns the place of the word REFERENCES among the tokens.
fn references(text: &str) -> Option<usize> {
    tokens(text).iter().position(|token| token.is("REFERENCES"))
}

/// Tells whether a token of an expression or a list is a column's name, and no function, collation or name of a
/// constraint.
pub(in super::super) fn is_column(tokens: &[Token<'_>], position: usize, column: &Ident) -> bool {
    let before = position.checked_sub(1).and_then(|before| tokens.get(before));
    let is_other = before.is_some_and(|before| before.is("COLLATE") || before.is("CONSTRAINT"));
    let is_call = tokens.get(position + 1).is_some_and(|next| next.is_sign("("));
    let is_qualifier = tokens.get(position + 1).is_some_and(|next| next.is_sign("."));
    tokens[position].names(column) && !is_other && !is_call && !is_qualifier
}
