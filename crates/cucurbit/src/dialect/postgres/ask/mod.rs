//! Asks the server for the one text that it gives to an expression.
//!
//! In a transaction that is always rolled back, each table with a question is made once more, temporary and with
//! only the columns that its questions name; then all texts are read in one query. Nothing is evaluated but constants
//! under casts: a default stands in CREATE TABLE, which stores it and no more, and no row is ever inserted.
//!
//! What the server prints it may print in other words when it has read them: `kind IN ('a', 'b')` of a VARCHAR becomes
//! `… (ARRAY['a'::character varying, …])::text[]`, and that becomes `… ARRAY[('a'::character varying)::text, …]`. So a
//! text that is on one side only is asked about again, until it stays. Beside each text the server's own tree is read:
//! two texts are one where their trees have one form (`node`).

mod lacking;
mod node;
mod told;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use self::told::Told;
use super::{
    define::{collated, text},
    expression, literal, plan, shadowed, types,
};
use crate::{
    connection::{Connection, ConnectionError},
    dialect::{
        Answer, Answers, Before, Question, Side, Subject,
        postgres::sql::{qualified, quoted, string},
    },
    operation::Operation,
    schema::{
        Column, Dialect, Expression, Ident, IndexKey, IndexPart, Object, Schema, ServerDefault, Table,
        TableName,
    },
};

/// What the tables, columns, constraints and indexes made for questions are called.
const PREFIX: &str = "cucurbit_ask_";

/// How often a text is asked about at most. Two are enough for all that is known.
const ROUNDS: usize = 4;

/// Answers all questions in one batch; a question that the server refuses does not spoil the others.
pub(crate) async fn ask(
    connection: &mut Connection,
    from: &Schema,
    to: &Schema,
    questions: &[Question],
) -> Result<Answers, ConnectionError> {
    let (from, to) = (&*with_types_said(connection, from).await?, &*with_types_said(connection, to).await?);
    let mut told = Told { questions, answers: Answers::default(), forms: BTreeMap::new() };
    let mut jobs = jobs(from, to, questions, &mut told.answers);
    let types = other_types(from, to);
    for _ in 0..ROUNDS {
        if jobs.is_empty() {
            break;
        }
        ask_once(connection, (from, to), jobs.clone(), &types, &mut told).await?;
        lacking::ask_refused(connection, (from, to), &jobs, &mut told).await?;
        told.unite();
        jobs = unsettled(jobs, &told);
    }
    Ok(told.answers)
}

/// Writes types that bear the name of one of the server's with their schema.
async fn with_types_said<'s>(
    connection: &mut Connection,
    schema: &'s Schema,
) -> Result<Cow<'s, Schema>, ConnectionError> {
    if !shadowed::has_some(schema) {
        return Ok(Cow::Borrowed(schema));
    }
    let own = connection.value("SELECT pg_catalog.current_schema()").await?;
    let mut schema = schema.clone();
    shadowed::say(&mut schema, &Ident::new(own.unwrap_or_else(|| "public".to_owned())));
    Ok(Cow::Owned(schema))
}

/// Finds the texts that no expression on the other side of their table has; they are what is asked about next.
fn unsettled<'s>(mut jobs: Vec<Job<'s>>, told: &Told<'_>) -> Vec<Job<'s>> {
    let questions = told.questions;
    let said = |question: &Question| told.text(question);
    let texts: BTreeSet<(&TableName, Side, String)> = questions
        .iter()
        .filter_map(|question| said(question).map(|text| (&question.table, question.side, text)))
        .collect();
    for job in &mut jobs {
        job.asked.retain_mut(|asked| {
            let question = &questions[asked.place];
            let other = match question.side {
                Side::From => Side::To,
                Side::To => Side::From,
            };
            let Some(text) = said(question).filter(|text| *text != asked.expression) else { return false };
            let has_twin = texts.contains(&(&question.table, other, text.clone()));
            asked.expression = Cow::Owned(text);
            !has_twin
        });
    }
    jobs.retain(|job| !job.asked.is_empty());
    jobs
}

/// Both schemas of a comparison.
type Sides<'s> = (&'s Schema, &'s Schema);

const fn of_side((from, to): Sides<'_>, side: Side) -> &Schema {
    match side {
        Side::From => from,
        Side::To => to,
    }
}

/// Answers in a transaction that is rolled back.
async fn ask_once(
    connection: &mut Connection,
    sides: Sides<'_>,
    jobs: Vec<Job<'_>>,
    types: &[String],
    told: &mut Told<'_>,
) -> Result<(), ConnectionError> {
    let is_inside = is_in_transaction(connection).await?;
    connection.execute(if is_inside { "SAVEPOINT cucurbit_ask" } else { "BEGIN" }).await?;
    let asked = ask_both(connection, sides, jobs, types, told).await;
    let end = if is_inside {
        "ROLLBACK TO SAVEPOINT cucurbit_ask; RELEASE SAVEPOINT cucurbit_ask"
    } else {
        "ROLLBACK"
    };
    // Also after an error: what was made must go.
    let ended = connection.execute(end).await;
    asked?;
    ended?;
    Ok(())
}

/// Writes the statements that put the enum types of one schema in the place of those of another, and create what else is
/// new besides tables.
fn other_types(from: &Schema, to: &Schema) -> Vec<String> {
    let names = to.besides_tables().filter_map(|(_, name)| name.schema.as_ref());
    let schemas: BTreeSet<&Ident> = names.filter(|name| !from.namespaces.contains(*name)).collect();
    let schemas = schemas.into_iter().map(|name| format!("CREATE SCHEMA IF NOT EXISTS {}", quoted(name)));
    let mut statements: Vec<String> = schemas.collect();
    for (kind, name) in to.besides_tables() {
        let Some(new) = to.get(kind, name) else { continue };
        match (from.get(kind, name), &new) {
            (Some(Object::Enum(old)), Object::Enum(new)) if old != *new => {
                let aside = Ident::new(format!("{PREFIX}{}", name.name));
                statements.push(format!("ALTER TYPE {} RENAME TO {}", qualified(name), quoted(&aside)));
            }
            (Some(_), _) => continue,
            (None, _) => {}
        }
        let created = plan(&mut Before::default(), &[Operation::create(new)]);
        statements
            .extend(created.into_iter().flat_map(|plan| plan.statements).map(|statement| statement.sql));
    }
    statements
}

/// Asks about both sides at once, or about one after the other where they do not have the same types.
async fn ask_both(
    connection: &mut Connection,
    sides: Sides<'_>,
    jobs: Vec<Job<'_>>,
    types: &[String],
    told: &mut Told<'_>,
) -> Result<(), ConnectionError> {
    if types.is_empty() {
        return ask_all(connection, sides, jobs, told).await;
    }
    let (from, to): (Vec<_>, Vec<_>) = jobs.into_iter().partition(|job| job.side == Side::From);
    connection.execute("SAVEPOINT cucurbit_ask_side").await?;
    ask_all(connection, sides, from, told).await?;
    connection.execute("ROLLBACK TO SAVEPOINT cucurbit_ask_side").await?;
    // Where the types may not be touched, questions that need the new ones are refused, and no others.
    if let Err(error) = connection.execute(&types.join(";\n")).await {
        refusal(error)?;
        connection.execute("ROLLBACK TO SAVEPOINT cucurbit_ask_side").await?;
    }
    ask_all(connection, sides, to, told).await
}

/// Tells whether a transaction is open, without an error or a warning in the server's log.
///
/// A setting made for the transaction is gone in the next statement unless they share one.
async fn is_in_transaction(connection: &mut Connection) -> Result<bool, ConnectionError> {
    connection.execute("SELECT set_config('cucurbit.asking', 'yes', true)").await?;
    let setting = connection.value("SELECT current_setting('cucurbit.asking', true)").await?;
    if setting.as_deref() == Some("yes") {
        connection.execute("SELECT set_config('cucurbit.asking', '', true)").await?;
        return Ok(true);
    }
    Ok(false)
}

/// A table to be made, and the questions about it by their place in the list.
#[derive(Clone, Debug)]
struct Job<'s> {
    side: Side,
    table: &'s Table,
    asked: Vec<Asked<'s>>,
}

#[derive(Clone, Debug)]
struct Asked<'s> {
    place: usize,
    kind: Kind<'s>,
    expression: Cow<'s, str>,
}

#[derive(Clone, Copy, Debug)]
enum Kind<'s> {
    Check,
    Computed(&'s Column),
    Default(&'s Column),
    /// With the method and the operator class: its type might have no order.
    IndexPart(Option<&'s str>, Option<&'s str>),
    Predicate,
}

/// Sorts the questions by table; what is no question for the server is answered at once.
fn jobs<'s>(from: &'s Schema, to: &'s Schema, questions: &[Question], answers: &mut Answers) -> Vec<Job<'s>> {
    let mut jobs: BTreeMap<_, Job<'s>> = BTreeMap::new();
    for (place, question) in questions.iter().enumerate() {
        let found = of_side((from, to), question.side)
            .table(&question.table)
            .map(|table| (table, subject(table, &question.subject)));
        match found {
            Some((table, Ok((kind, expression)))) if expression::is_one_expression(expression) => {
                let job = jobs.entry((question.side, question.table.clone()));
                let job = job.or_insert_with(|| Job { side: question.side, table, asked: Vec::new() });
                job.asked.push(Asked { place, kind, expression: expression.into() });
            }
            Some((_, Ok((_, expression)))) => {
                let reason = format!("`{expression}` is not one expression");
                answers.insert(question.clone(), Answer::Refused(reason));
            }
            Some((_, Err(answer))) => answers.insert(question.clone(), answer),
            None => {
                let reason = format!("there is no table `{}`", question.table);
                answers.insert(question.clone(), Answer::Refused(reason));
            }
        }
    }
    jobs.into_values().collect()
}

/// Finds the expression that a question is about, or the answer if there is none to ask for.
fn subject<'s>(table: &'s Table, subject: &Subject) -> Result<(Kind<'s>, &'s str), Answer> {
    let missing = |what: String| Answer::Refused(format!("table `{}` has no {what}", table.name));
    match subject {
        Subject::Check(place) => match table.checks().nth(*place) {
            Some(check) => Ok((Kind::Check, text(&check.expression))),
            None => Err(missing(format!("check number {place}"))),
        },
        Subject::Computed(name) | Subject::Default(name) => {
            let column = table.column(name).ok_or_else(|| missing(format!("column `{name}`")))?;
            match &column.default {
                Some(ServerDefault::Computed { expression, stored: _ }) => {
                    Ok((Kind::Computed(column), text(expression)))
                }
                Some(ServerDefault::Expression(expression)) => Ok((Kind::Default(column), text(expression))),
                Some(ServerDefault::Identity(_) | ServerDefault::Literal(_) | ServerDefault::Serial(_))
                | None => Err(missing(format!("expression as the default of `{name}`"))),
            }
        }
        Subject::IndexPart(name, place) => {
            let index = table.index(name).ok_or_else(|| missing(format!("index `{name}`")))?;
            match index.parts.get(*place) {
                Some(IndexPart { key: IndexKey::Column(column), .. }) => {
                    Err(Answer::Canonical(quoted(column)))
                }
                Some(IndexPart { key: IndexKey::Expression(expression), operator_class, .. }) => {
                    let (method, class) = (index.method.as_deref(), operator_class.as_deref());
                    Ok((Kind::IndexPart(method, class), text(expression)))
                }
                None => Err(missing(format!("part {place} in index `{name}`"))),
            }
        }
        Subject::Predicate(name) => {
            let condition: Option<&Expression> = table.index(name).and_then(|index| index.predicate.as_ref());
            match condition {
                Some(condition) => Ok((Kind::Predicate, text(condition))),
                None => Err(missing(format!("condition of index `{name}`"))),
            }
        }
    }
}

/// Where the tables are made.
#[derive(Debug)]
struct Place {
    /// Before a table's name.
    prefix: String,
    create: &'static str,
    /// The schema's oid, as an expression.
    namespace: String,
}

/// Temporary tables, or a schema of our own for a role that may not make them.
///
/// The search path stays as it is, so that the server qualifies names as it does in what is reflected.
async fn make_place(connection: &mut Connection) -> Result<Place, ConnectionError> {
    let privilege = "SELECT CASE WHEN has_database_privilege(current_database(), 'TEMP') \
                     THEN NULL ELSE pg_backend_pid() END";
    match connection.value(privilege).await? {
        None => Ok(Place {
            prefix: "pg_temp.".to_owned(),
            create: "CREATE TEMPORARY TABLE",
            namespace: "pg_my_temp_schema()".to_owned(),
        }),
        Some(process) => {
            let schema = Ident::new(format!("{PREFIX}{process}"));
            connection.execute(&format!("CREATE SCHEMA {}", quoted(&schema))).await?;
            Ok(Place {
                prefix: format!("{}.", quoted(&schema)),
                create: "CREATE TABLE",
                namespace: format!("{}::regnamespace", string(schema.as_str())),
            })
        }
    }
}

async fn ask_all(
    connection: &mut Connection,
    sides: Sides<'_>,
    jobs: Vec<Job<'_>>,
    told: &mut Told<'_>,
) -> Result<(), ConnectionError> {
    if jobs.is_empty() {
        return Ok(());
    }
    let place = match make_place(connection).await {
        Ok(place) => place,
        Err(error) => {
            let refused = refusal(error)?;
            told.refuse(&jobs, &refused.reason);
            return Ok(());
        }
    };
    // Halves of a batch that is refused are tried again, down to the one question that is to blame.
    let mut batches = vec![jobs];
    let mut tables = 0;
    while let Some(mut batch) = batches.pop() {
        match run(connection, &place, &batch, &mut tables).await? {
            None => {}
            Some(refused) if refused.is_of_all => told.refuse(&batch, &refused.reason),
            Some(refused) => match batch.as_mut_slice() {
                [job] if job.asked.len() == 1 => told.refuse(&batch, &refused.reason),
                [job] => batches.extend(
                    job.asked
                        .drain(..)
                        .map(|asked| vec![Job { side: job.side, table: job.table, asked: vec![asked] }]),
                ),
                [..] => batches.extend(halves(batch)),
            },
        }
    }
    let mut constants = Vec::new();
    let mut facts = node::Facts::default();
    for row in connection.rows(&read(&place)).await? {
        let [Some(name), Some(sql), tree, columns] = row.as_slice() else { continue };
        let more = tree.as_deref().zip(columns.as_deref());
        if more.is_some_and(|(one, other)| facts.record([name, sql, one, other])) {
            continue;
        }
        let question = name.strip_prefix(PREFIX).and_then(|number| number.parse::<usize>().ok());
        if let Some((place, question)) = question.and_then(|at| Some((at, told.questions.get(at)?))) {
            let canonical = expression::unwrapped(sql).to_owned();
            constants.extend(constant_of(question, sides, &canonical).map(|sql| (question, sql)));
            told.answers.insert(question.clone(), Answer::Canonical(canonical));
            let form = more.and_then(|(tree, columns)| {
                node::form(tree, &serde_json::from_str::<Vec<String>>(columns).ok()?, &facts)
            });
            match form {
                Some(form) => drop(told.forms.insert(place, form)),
                None => drop(told.forms.remove(&place)),
            }
        }
    }
    ask_constants(connection, constants, &mut told.answers).await
}

/// Writes the expression that evaluates a default to one constant of its column's type, where it is constants under
/// casts: `''::character varying` and `''::text` are one default of a TEXT column.
fn constant_of(question: &Question, sides: Sides<'_>, canonical: &str) -> Option<String> {
    let Question { side, table, subject } = question;
    let Subject::Default(column) = subject else { return None };
    let ty = of_side(sides, *side).table(table)?.column(column)?.ty.on(Dialect::Postgres);
    let spelled = types::spelled(ty);
    let spelled = if spelled.contains('"') { spelled } else { spelled.to_lowercase() };
    literal::is_under_casts(ty, canonical).then(|| {
        format!(
            "pg_catalog.quote_literal((({canonical})::{spelled})::text) || {}",
            string(&format!("::{spelled}"))
        )
    })
}

/// Evaluates constants, all at once, or one by one where the server refuses one; that keeps its text.
async fn ask_constants(
    connection: &mut Connection,
    constants: Vec<(&Question, String)>,
    answers: &mut Answers,
) -> Result<(), ConnectionError> {
    let mut batches = vec![constants];
    while let Some(batch) = batches.pop() {
        if batch.is_empty() {
            continue;
        }
        let rows = batch.iter().enumerate().map(|(place, (_, sql))| format!("SELECT {place}, {sql}"));
        let query = rows.collect::<Vec<_>>().join("\nUNION ALL ");
        connection.execute("SAVEPOINT cucurbit_ask_constants").await?;
        let rows = connection.rows(&query).await;
        let end = if rows.is_ok() { "" } else { "ROLLBACK TO SAVEPOINT cucurbit_ask_constants; " };
        connection.execute(&format!("{end}RELEASE SAVEPOINT cucurbit_ask_constants")).await?;
        match rows {
            Ok(rows) => {
                for row in rows {
                    let [Some(place), Some(constant)] = row.as_slice() else { continue };
                    let asked = place.parse::<usize>().ok().and_then(|place| batch.get(place));
                    if let Some((question, _)) = asked {
                        answers.insert((*question).clone(), Answer::Canonical(constant.clone()));
                    }
                }
            }
            Err(error) => {
                refusal(error)?;
                if batch.len() > 1 {
                    batches.extend(halves(batch));
                }
            }
        }
    }
    Ok(())
}

/// Splits a batch; the first half is last, where the next one is taken from.
fn halves<T>(mut batch: Vec<T>) -> [Vec<T>; 2] {
    let rest = batch.split_off(batch.len() / 2);
    [rest, batch]
}

/// Makes a batch of tables, or nothing and says why the server refuses.
async fn run(
    connection: &mut Connection,
    place: &Place,
    batch: &[Job<'_>],
    tables: &mut usize,
) -> Result<Option<Refusal>, ConnectionError> {
    let mut statements = vec!["SAVEPOINT cucurbit_ask_batch".to_owned()];
    for job in batch {
        statements.extend(make(place, job, *tables));
        *tables += 1;
    }
    statements.push("RELEASE SAVEPOINT cucurbit_ask_batch".to_owned());
    let Err(error) = connection.execute(&statements.join(";\n")).await else { return Ok(None) };
    let refused = refusal(error)?;
    let undo = "ROLLBACK TO SAVEPOINT cucurbit_ask_batch; RELEASE SAVEPOINT cucurbit_ask_batch";
    connection.execute(undo).await?;
    Ok(Some(refused))
}

impl Told<'_> {
    /// Records one reason for all questions of some tables.
    fn refuse(&mut self, jobs: &[Job<'_>], reason: &str) {
        for asked in jobs.iter().flat_map(|job| &job.asked) {
            let question = &self.questions[asked.place];
            // What was said before stays: only its other words are refused.
            if self.answers.get(question).is_none() {
                self.answers.insert(question.clone(), Answer::Refused(reason.to_owned()));
            }
        }
    }
}

/// Why the server refuses to make a table.
#[derive(Debug)]
struct Refusal {
    reason: String,
    /// Whether it refuses every other as well: the transaction is read only, as on a standby (25006).
    is_of_all: bool,
}

/// Returns the server's reason for refusing a statement; other failures are errors.
///
/// Not reasons but failures: connection (08), rollback (40), resources (53), intervention (57), system (58, XX).
fn refusal(error: ConnectionError) -> Result<Refusal, ConnectionError> {
    let ConnectionError::Statement { sql: _, source } = &error else { return Err(error) };
    let Some(reason) = source.message().map(str::to_owned) else { return Err(error) };
    let code = source.code().unwrap_or_default();
    if ["08", "40", "53", "57", "58", "XX"].iter().any(|class| code.starts_with(class)) {
        return Err(error);
    }
    let is_of_all = code == "25006";
    Ok(Refusal { reason, is_of_all })
}

/// Writes the statements that make a table with what is asked about it.
fn make(place: &Place, job: &Job<'_>, number: usize) -> Vec<String> {
    let Job { side: _, table, asked } = job;
    let columns: Vec<&Ident> = table.columns.iter().map(|column| &column.name).collect();
    let is_named = |column: &&Column| {
        asked.iter().any(|asked| expression::columns_in(&asked.expression, &columns).contains(&column.name))
    };
    let mut parts: Vec<String> = table
        .columns
        .iter()
        .filter(is_named)
        .map(|column| format!("{} {}", quoted(&column.name), type_of(column)))
        .collect();
    let table = format!("{}{PREFIX}table_{number}", place.prefix);
    let mut indexes = Vec::new();
    for Asked { place, kind, expression } in asked {
        let name = format!("{PREFIX}{place}");
        match kind {
            Kind::Check => parts.push(format!("CONSTRAINT {name} CHECK ({expression})")),
            Kind::Computed(column) => {
                parts.push(format!("{name} {} GENERATED ALWAYS AS ({expression}) STORED", type_of(column)));
            }
            Kind::Default(column) => parts.push(format!("{name} {} DEFAULT ({expression})", type_of(column))),
            Kind::IndexPart(method, class) => {
                let method = quoted(&Ident::new(method.unwrap_or("btree")));
                let class = class.unwrap_or_default();
                let part = format!("({expression}) {class}");
                indexes.push(format!("CREATE INDEX {name} ON {table} USING {method} ({part})"));
            }
            // A key that every table can have: a column's type might have no order.
            Kind::Predicate => {
                indexes.push(format!("CREATE INDEX {name} ON {table} ((1)) WHERE ({expression})"))
            }
        }
    }
    let create = format!("{} {table} ({})", place.create, parts.join(", "));
    std::iter::once(create).chain(indexes).collect()
}

fn type_of(column: &Column) -> String {
    collated(types::spelled(column.ty.on(Dialect::Postgres)), column.collation.as_ref())
}

/// Writes the query for all texts, of checks, of defaults and computed columns, of indexes: beside each its tree and the
/// columns of its table. What there is to know about trees comes first.
fn read(place: &Place) -> String {
    let namespace = &place.namespace;
    let mine = format!("c.relnamespace = {namespace} AND c.relname LIKE '{PREFIX}%'");
    let columns = |table: &str| {
        format!(
            "(SELECT pg_catalog.json_agg(n.attname ORDER BY n.attnum)::text
              FROM pg_catalog.pg_attribute n WHERE n.attrelid = {table} AND n.attnum > 0)"
        )
    };
    let (of_table, of_index) = (columns("c.oid"), columns("i.indrelid"));
    format!(
        "{facts}
         UNION ALL
         SELECT o.conname, pg_catalog.pg_get_expr(o.conbin, o.conrelid, false), o.conbin::text, {of_table}
         FROM pg_catalog.pg_constraint o JOIN pg_catalog.pg_class c ON c.oid = o.conrelid
         WHERE {mine} AND o.contype = 'c'
         UNION ALL
         SELECT a.attname, pg_catalog.pg_get_expr(d.adbin, d.adrelid, false), d.adbin::text, {of_table}
         FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_class c ON c.oid = d.adrelid
         JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
         WHERE {mine}
         UNION ALL
         SELECT c.relname, CASE WHEN i.indpred IS NULL THEN pg_catalog.pg_get_indexdef(i.indexrelid, 1, false)
           ELSE pg_catalog.pg_get_expr(i.indpred, i.indrelid, false) END,
           coalesce(i.indpred, i.indexprs)::text, {of_index}
         FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
         WHERE {mine}",
        facts = node::FACTS
    )
}
