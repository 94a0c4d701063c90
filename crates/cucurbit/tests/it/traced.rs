//! What a run tells `tracing`: spans within each other, events in them, no secret.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
    sync::{Arc, Mutex},
};

use cucurbit::{connection::Connection, prelude::*, runtime::Migrator};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};
use tracing_core::span::Current;

use crate::support::{Database, on_each_database, script, scripts};

/// Writes each span and each event with the spans around it: `migrate > revision > an event`.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Written>>);

#[derive(Default)]
struct Written {
    lines: Vec<String>,
    paths: BTreeMap<u64, String>,
    entered: Vec<u64>,
}

impl Written {
    fn under(&self, said: &str) -> String {
        match self.entered.last().and_then(|span| self.paths.get(span)) {
            Some(path) => format!("{path} > {said}"),
            None => said.to_owned(),
        }
    }
}

struct Words(String);

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _infallible = match field.name() {
            "message" => write!(self.0, " {value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "cucurbit"
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        let mut words = Words(span.metadata().name().to_owned());
        span.record(&mut words);
        let mut written = self.0.lock().unwrap();
        let path = written.under(&words.0);
        let id = written.paths.len() as u64 + 1;
        let name = written.under(span.metadata().name());
        written.paths.insert(id, name);
        written.lines.push(path);
        span::Id::from_u64(id)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut words = Words(event.metadata().level().to_string());
        event.record(&mut words);
        let mut written = self.0.lock().unwrap();
        let line = written.under(&words.0);
        written.lines.push(line);
    }

    fn enter(&self, span: &span::Id) {
        self.0.lock().unwrap().entered.push(span.into_u64());
    }

    fn exit(&self, _: &span::Id) {
        self.0.lock().unwrap().entered.pop();
    }

    fn current_span(&self) -> Current {
        Current::none()
    }
}

fn create(op: &mut Op) {
    op.create_table("bed", |table| table.column(integer("id")));
    op.execute("CREATE VIEW secret AS SELECT 'postgresql://app:hunter2@localhost/beds' AS url");
    op.run("count the beds", async |connection: &mut Connection| {
        connection.value("SELECT count(*) FROM bed").await?;
        Ok(())
    });
}

fn drop_bed(op: &mut Op) {
    op.drop_table("bed").loses_data();
}

#[test]
fn a_run_has_a_span_with_its_revisions_and_statements() {
    on_each_database(async |database: Database| {
        let log = Log::default();
        let mut connection = database.connect().await;
        let scripts = scripts(&[script("a1", &[], create, drop_bed)]);
        let guard = tracing::subscriber::set_default(log.clone());
        let done = Migrator::on(&mut connection, &scripts).upgrade_heads().await;
        drop(guard);
        done.unwrap();
        let lines = std::mem::take(&mut log.0.lock().unwrap().lines);
        let name = database.dialect.name();
        assert_eq!(lines[0], format!("migrate direction=upgrade database={name}"));
        assert_eq!(lines[1], "migrate > revision id=a1 direction=upgrade a1");
        assert_eq!(lines[2], "migrate > revision > INFO Running upgrade  -> a1, a1");
        assert!(lines[3].starts_with("migrate > revision > statement sql=CREATE TABLE \"bed\""), "{lines:?}");
        let code = "migrate > revision > INFO code of the revision runs title=count the beds";
        assert!(lines.iter().any(|line| line == code), "{lines:?}");
        let last = lines.last().unwrap();
        assert!(last.starts_with("migrate > INFO the step is committed to=a1 seconds=0."), "{last}");
        let code = "migrate > revision > INFO code of the revision has run title=count the beds seconds=";
        assert!(lines.iter().any(|line| line.starts_with(code)), "{lines:?}");
        assert!(!lines.iter().any(|line| line.contains("hunter2")), "{lines:?}");
    });
}
