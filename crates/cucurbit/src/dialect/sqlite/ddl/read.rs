//! Reads a stored CREATE TABLE, after sqlite.org/lang_createtable.html and `parse.y`.
//!
//! SQLite has accepted the text before it stored it, so only what tells the pieces apart is looked at.

use crate::schema::{Action, Deferral, ForeignKey, Ident, Match, OnConflict, TableName};

use super::{
    super::token::{Token, closing, tokens},
    Body, Clause, ClauseKind, ColumnText, CreateTable, Item, Unreadable,
};

/// A place in a list of tokens.
struct Reader<'s> {
    sql: &'s str,
    tokens: Vec<Token<'s>>,
    at: usize,
    /// What the constraint that is read says of a row that breaks it.
    conflict: OnConflict,
}

impl<'s> Reader<'s> {
    fn new(sql: &'s str) -> Self {
        Self { sql, tokens: tokens(sql), at: 0, conflict: OnConflict::Abort }
    }

    fn peek(&self) -> Option<Token<'s>> {
        self.tokens.get(self.at).copied()
    }

    fn is(&self, ahead: usize, word: &str) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(|token| token.is(word))
    }

    fn is_sign(&self, sign: &str) -> bool {
        self.peek().is_some_and(|token| token.is_sign(sign))
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.is(0, word);
        self.at += usize::from(found);
        found
    }

    fn next(&mut self, expected: &'static str) -> Result<Token<'s>, Unreadable> {
        let token = self.peek().ok_or(Unreadable { expected, at: self.sql.len() })?;
        self.at += 1;
        Ok(token)
    }

    fn name(&mut self, expected: &'static str) -> Result<Ident, Unreadable> {
        let token = self.next(expected)?;
        token.name().ok_or(Unreadable { expected, at: token.start })
    }

    /// Returns the byte after the last token that was read.
    fn end(&self) -> usize {
        self.at.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(0, |token| token.end())
    }

    /// Skips a parenthesis and returns what is in it.
    fn parenthesis(&mut self, expected: &'static str) -> Result<&'s str, Unreadable> {
        let at = self.peek().map_or(self.sql.len(), |token| token.start);
        let missing = Unreadable { expected, at };
        if !self.is_sign("(") {
            return Err(missing);
        }
        let close = closing(&self.tokens, self.at).ok_or(missing)?;
        let inner = &self.sql[self.tokens[self.at].end()..self.tokens[close].start];
        self.at = close + 1;
        Ok(inner.trim())
    }

    /// Reads `(a, b COLLATE x DESC)` as the names that its parts begin with.
    fn names(&mut self) -> Result<(Vec<Ident>, &'s str), Unreadable> {
        let inner = self.parenthesis("a list of columns")?;
        let mut names = Vec::new();
        let mut is_start = true;
        for token in tokens(inner) {
            if token.is_sign(",") {
                is_start = true;
            } else if is_start {
                names.extend(token.name());
                is_start = false;
            }
        }
        Ok((names, inner))
    }
}

/// Reads a CREATE TABLE.
pub(super) fn table(sql: &str) -> Result<CreateTable, Unreadable> {
    let mut reader = Reader::new(sql);
    while !reader.eat("TABLE") {
        reader.next("CREATE TABLE")?;
    }
    if reader.eat("IF") {
        reader.at += 2;
    }
    let mut name = reader.next("the table's name")?;
    if reader.is_sign(".") {
        reader.at += 1;
        name = reader.next("the table's name")?;
    }
    let open = reader.next("(")?;
    let close = closing(&reader.tokens, reader.at - 1).ok_or(Unreadable { expected: ")", at: sql.len() })?;
    let close = reader.tokens[close].start;
    if !open.is_sign("(") {
        return Err(Unreadable { expected: "(", at: open.start });
    }
    let mut items = Vec::new();
    let mut from = open.end();
    while reader.peek().is_some_and(|token| token.start < close) {
        let item = item(&mut reader, from)?;
        items.push(item);
        from = reader.end();
        if reader.is_sign(",") {
            if let (Some(last), Some(comma)) = (items.last_mut(), reader.peek()) {
                last.trail = sql[from..comma.start].to_owned();
            }
            reader.at += 1;
            from = reader.end();
        }
    }
    Ok(CreateTable {
        before_name: sql[..name.start].to_owned(),
        name: name.text.to_owned(),
        after_name: sql[name.end()..open.end()].to_owned(),
        items,
        tail: sql[from..].to_owned(),
    })
}

fn item(reader: &mut Reader<'_>, from: usize) -> Result<Item, Unreadable> {
    let first = reader.peek().ok_or(Unreadable { expected: "a column", at: from })?;
    let lead = reader.sql[from..first.start].to_owned();
    let is_constraint =
        ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"].iter().any(|word| first.is(word));
    let body = if is_constraint {
        let mut clause = clause(reader, first.start)?;
        clause.lead.clear();
        Body::Constraint(clause)
    } else {
        Body::Column(column(reader)?)
    };
    Ok(Item { lead, body, trail: String::new() })
}

fn column(reader: &mut Reader<'_>) -> Result<ColumnText, Unreadable> {
    let token = reader.next("a column's name")?;
    let name = token.name().ok_or(Unreadable { expected: "a column's name", at: token.start })?;
    while !starts_clause(reader) {
        if reader.is_sign("(") {
            reader.parenthesis("the type's arguments")?;
        } else {
            reader.at += 1;
        }
    }
    let ty = reader.sql[token.end()..reader.end()].to_owned();
    let mut clauses = Vec::new();
    while !ends_item(reader) {
        let from = reader.end();
        clauses.push(clause(reader, from)?);
    }
    Ok(ColumnText { name, spelled: token.text.to_owned(), ty, clauses })
}

fn ends_item(reader: &Reader<'_>) -> bool {
    reader.peek().is_none_or(|token| token.is_sign(",") || token.is_sign(")"))
}

fn starts_clause(reader: &Reader<'_>) -> bool {
    const WORDS: [&str; 11] = [
        "AS",
        "CHECK",
        "COLLATE",
        "CONSTRAINT",
        "DEFAULT",
        "DEFERRABLE",
        "NOT",
        "NULL",
        "PRIMARY",
        "REFERENCES",
        "UNIQUE",
    ];
    ends_item(reader)
        || WORDS.iter().any(|word| reader.is(0, word))
        || (reader.is(0, "GENERATED") && reader.is(1, "ALWAYS"))
}

/// Reads one constraint, of a column or of the table: their first words tell them apart.
fn clause(reader: &mut Reader<'_>, from: usize) -> Result<Clause, Unreadable> {
    let start = reader.peek().map_or(reader.sql.len(), |token| token.start);
    let name = if reader.eat("CONSTRAINT") { Some(reader.name("a constraint's name")?) } else { None };
    reader.conflict = OnConflict::Abort;
    let kind = kind(reader)?;
    Ok(Clause {
        lead: reader.sql[from..start].to_owned(),
        text: reader.sql[start..reader.end()].to_owned(),
        name,
        kind,
        on_conflict: reader.conflict,
    })
}

fn kind(reader: &mut Reader<'_>) -> Result<ClauseKind, Unreadable> {
    if ends_item(reader) || reader.is(0, "CONSTRAINT") {
        return Ok(ClauseKind::Nothing);
    }
    if reader.eat("NOT") {
        reader.next("NULL")?;
        on_conflict(reader);
        return Ok(ClauseKind::NotNull);
    }
    if reader.eat("NULL") {
        on_conflict(reader);
        return Ok(ClauseKind::Nothing);
    }
    if reader.eat("PRIMARY") {
        reader.next("KEY")?;
        return primary_key(reader);
    }
    if reader.eat("UNIQUE") {
        let columns = if reader.is_sign("(") { reader.names()?.0 } else { Vec::new() };
        on_conflict(reader);
        return Ok(ClauseKind::Unique(columns));
    }
    if reader.eat("CHECK") {
        let condition = reader.parenthesis("a condition")?.to_owned();
        on_conflict(reader);
        return Ok(ClauseKind::Check(condition));
    }
    if reader.eat("DEFAULT") {
        return default(reader).map(ClauseKind::Default);
    }
    if reader.eat("COLLATE") {
        return Ok(ClauseKind::Collate(reader.name("a collation")?.as_str().to_owned()));
    }
    if reader.eat("FOREIGN") {
        reader.next("KEY")?;
        let columns = reader.names()?.0;
        reader.next("REFERENCES")?;
        return reference(reader, columns).map(ClauseKind::ForeignKey);
    }
    if reader.eat("REFERENCES") {
        return reference(reader, Vec::new()).map(ClauseKind::ForeignKey);
    }
    if reader.eat("GENERATED") {
        reader.next("ALWAYS")?;
    }
    if reader.eat("AS") {
        let expression = reader.parenthesis("an expression")?.to_owned();
        let stored = reader.eat("STORED");
        reader.eat("VIRTUAL");
        return Ok(ClauseKind::Generated { expression, stored });
    }
    Err(Unreadable { expected: "a constraint", at: reader.peek().map_or(0, |token| token.start) })
}

fn primary_key(reader: &mut Reader<'_>) -> Result<ClauseKind, Unreadable> {
    let (mut columns, mut is_autoincrement, mut is_descending) = (Vec::new(), false, false);
    if reader.is_sign("(") {
        let (names, inner) = reader.names()?;
        columns = names;
        // `PRIMARY KEY (id AUTOINCREMENT)` is in the grammar.
        is_autoincrement = tokens(inner).iter().skip(1).any(|token| token.is("AUTOINCREMENT"));
    }
    if !reader.eat("ASC") {
        is_descending = reader.eat("DESC");
    }
    on_conflict(reader);
    is_autoincrement |= reader.eat("AUTOINCREMENT");
    Ok(ClauseKind::PrimaryKey { columns, is_autoincrement, is_descending })
}

fn on_conflict(reader: &mut Reader<'_>) {
    if reader.is(0, "ON") && reader.is(1, "CONFLICT") {
        let said = OnConflict::ALL.into_iter().find(|one| reader.is(2, one.sql()));
        reader.conflict = said.unwrap_or_default();
        reader.at += 3;
    }
}

fn default(reader: &mut Reader<'_>) -> Result<String, Unreadable> {
    if reader.is_sign("(") {
        return Ok(reader.parenthesis("an expression")?.to_owned());
    }
    let first = reader.next("a default")?;
    if first.is_sign("+") || first.is_sign("-") {
        reader.next("a number")?;
    }
    Ok(reader.sql[first.start..reader.end()].to_owned())
}

fn reference(reader: &mut Reader<'_>, columns: Vec<Ident>) -> Result<ForeignKey, Unreadable> {
    let table = TableName::new(reader.name("a table")?);
    let referred = if reader.is_sign("(") { reader.names()?.0 } else { Vec::new() };
    let mut key = ForeignKey::new(columns, table, referred);
    loop {
        if reader.eat("ON") {
            let is_delete = reader.is(0, "DELETE");
            let is_update = reader.is(0, "UPDATE");
            reader.at += 1;
            let action = action(reader)?;
            if is_delete {
                key.on_delete = action;
            } else if is_update {
                key.on_update = action;
            }
        } else if reader.eat("MATCH") {
            key.matching = if reader.is(0, "FULL") { Match::Full } else { Match::Simple };
            reader.at += 1;
        } else {
            break;
        }
    }
    let is_not = reader.is(0, "NOT") && reader.is(1, "DEFERRABLE");
    reader.at += usize::from(is_not);
    if reader.eat("DEFERRABLE") {
        let is_deferred = reader.is(0, "INITIALLY") && reader.is(1, "DEFERRED");
        if reader.eat("INITIALLY") {
            reader.at += 1;
        }
        key.deferral = match (is_not, is_deferred) {
            (true, _) => Deferral::NotDeferrable,
            (false, true) => Deferral::Deferred,
            (false, false) => Deferral::Immediate,
        };
    }
    Ok(key)
}

fn action(reader: &mut Reader<'_>) -> Result<Action, Unreadable> {
    const ALL: [Action; 5] =
        [Action::Cascade, Action::NoAction, Action::Restrict, Action::SetDefault, Action::SetNull];
    let words = |action: Action| action.sql().split(' ').enumerate();
    let found = ALL.into_iter().find(|action| words(*action).all(|(at, word)| reader.is(at, word)));
    let action = found.ok_or(Unreadable { expected: "an action", at: reader.end() })?;
    reader.at += words(action).count();
    Ok(action)
}
