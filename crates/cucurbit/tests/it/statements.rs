//! How many statements `check` sends: as many for ten tables as for a thousand, and nine at most.
//!
//! What was sent is counted by what sqlx reports of itself (target `sqlx::query`), which shares nothing with our code.

use std::{
    cell::RefCell,
    convert::Infallible,
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use cucurbit::{
    Env, Script,
    command::{self, Check, CheckOptions, Location, Project},
    prelude::*,
    schema::{Dialect, Schema},
};
use tracing::{
    Event, Instrument as _, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};
use tracing_core::span::Current;

use crate::support::{Database, on_each_database, script};

/// The statements that were sent while a span of ours was entered: other tests may run at the same time.
///
/// SQLite's worker thread enters the span of whoever sends it work (`sqlx-sqlite`, `connection/worker.rs`).
static SENT: Mutex<Vec<String>> = Mutex::new(Vec::new());

const SPAN: &str = "counted";

thread_local! {
    static ENTERED: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

struct Counter {
    spans: AtomicU64,
    /// What is known of the one kind of spans that there is.
    metadata: OnceLock<&'static Metadata<'static>>,
}

impl Subscriber for Counter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        if metadata.is_span() { metadata.name() == SPAN } else { metadata.target() == "sqlx::query" }
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        self.metadata.get_or_init(|| span.metadata());
        span::Id::from_u64(1 + self.spans.fetch_add(1, Ordering::Relaxed))
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        if ENTERED.with_borrow(|entered| !entered.is_empty()) {
            let mut text = Text::default();
            event.record(&mut text);
            SENT.lock().unwrap().push(if text.whole.is_empty() { text.summary } else { text.whole });
        }
    }

    fn enter(&self, span: &span::Id) {
        ENTERED.with_borrow_mut(|entered| entered.push(span.into_u64()));
    }

    fn exit(&self, _: &span::Id) {
        ENTERED.with_borrow_mut(|entered| entered.pop());
    }

    fn current_span(&self) -> Current {
        match (ENTERED.with_borrow(|entered| entered.last().copied()), self.metadata.get()) {
            (Some(span), Some(metadata)) => Current::new(span::Id::from_u64(span), metadata),
            (_, _) => Current::none(),
        }
    }
}

/// What sqlx says of a statement: its first words, and all of it if there are more.
#[derive(Default)]
struct Text {
    summary: String,
    whole: String,
}

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.trim().clone_into(&mut self.whole),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

fn name(number: usize) -> TableName {
    TableName::new(format!("t{number:04}"))
}

fn write(table: &mut TableBuilder, number: usize, is_asked_about: bool) {
    table.column(integer("id"));
    table.column(string("name", 100));
    if is_asked_about && number.is_multiple_of(10) {
        table.column(integer("amount").default_expression("(3*(1+2))"));
        table.check("amount>=0 AND amount+1<100");
    } else {
        table.column(integer("amount").nullable());
    }
    table.column(integer("parent_id").nullable());
    table.primary_key(["id"]);
    table.foreign_key(["parent_id"], name(number.saturating_sub(1)), ["id"]);
    table.index(Index::new(format!("ix_t{number:04}_name"), vec![key("name")]));
}

fn models<const TABLES: usize, const ASKED: bool>() -> Result<Schema, Infallible> {
    Ok(Schema::from_tables(
        (0..TABLES).map(|number| TableBuilder::build(name(number), |table| write(table, number, ASKED))),
    ))
}

fn make<const TABLES: usize, const ASKED: bool>(op: &mut Op) {
    for number in 0..TABLES {
        op.create_table(name(number), |table| write(table, number, ASKED));
    }
}

fn nothing(_: &mut Op) {}

/// Upgrades an empty database to that many tables, and lists what `check` sends to it.
async fn sent<const TABLES: usize, const ASKED: bool>(database: &Database) -> Vec<String> {
    database.emptied().await.close().await.unwrap();
    let scripts: Vec<Script> = vec![script("a", &[], make::<TABLES, ASKED>, nothing)];
    let location = Location::new().database_url(&database.url);
    let project = Project::open(Env::new(scripts).models(models::<TABLES, ASKED>), location).unwrap();
    let head = "head".parse().unwrap();
    command::upgrade(&project, &[head], project.run_options(), &mut |_| ()).await.unwrap();

    // The first of several tests of this process sets it.
    let _is_set = tracing::subscriber::set_global_default(Counter {
        spans: AtomicU64::new(0),
        metadata: OnceLock::new(),
    });
    SENT.lock().unwrap().clear();
    let span = tracing::error_span!(SPAN);
    let Check { pending, operations, uncompared, unmanaged: _, left_out: _, warnings: _, .. } =
        command::check(&project, CheckOptions::default()).instrument(span).await.unwrap();
    assert_eq!((pending.len(), operations.len(), uncompared), (0, 0, 0), "{operations:?}");
    std::mem::take(&mut *SENT.lock().unwrap())
}

/// Counts statements: one call may send several. BEGIN and ROLLBACK are not counted, as they are not in the figures of
/// Alembic that this is measured by.
fn statements(sent: &[String]) -> usize {
    let statements = sent.iter().flat_map(|sql| sql.split(';')).map(str::trim);
    statements.filter(|sql| !(sql.is_empty() || sql.starts_with("BEGIN") || *sql == "ROLLBACK")).count()
}

// One test: what is counted is counted in one place.
#[test]
fn check_sends_as_many_statements_for_ten_tables_as_for_a_thousand() {
    on_each_database(async |database: Database| {
        let (ten, thousand) = (sent::<10, false>(&database).await, sent::<1_000, false>(&database).await);
        assert_eq!(statements(&ten), statements(&thousand), "{ten:#?} {thousand:#?}");
        assert!((4..=9).contains(&statements(&ten)), "{ten:#?}");

        // What must be asked about is sent in as many batches, however much it is.
        let (ten, hundred) = (sent::<10, true>(&database).await, sent::<100, true>(&database).await);
        assert_eq!(ten.len(), hundred.len(), "{ten:#?}");
        match database.dialect {
            Dialect::Postgres => assert!(statements(&hundred) > 20, "something was asked: {hundred:#?}"),
            Dialect::Sqlite => {}
        }
    });
}
