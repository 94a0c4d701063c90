//! Prints the statements by which Cucurbit reads the schema of the database whose connection URL is the argument.
//!
//! They are what sqlx reports of itself (target `sqlx::query`), so that they are the very ones that are sent.

use std::sync::Mutex;

use cucurbit::{connection::Connection, dialect};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

static SENT: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        !metadata.is_span() && metadata.target() == "sqlx::query"
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut text = Text::default();
        event.record(&mut text);
        let sql = if text.whole.is_empty() { text.summary } else { text.whole };
        SENT.lock().expect("nothing panics with it").push(sql);
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

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

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).ok_or("no connection URL")?;
    let mut connection = Connection::connect(&url.parse()?, &Default::default()).await?;
    tracing::subscriber::set_global_default(Listener)?;
    dialect::reflect_snapshot(&mut connection).await?;
    dialect::unmanaged(&mut connection).await?;
    for sql in &*SENT.lock().expect("nothing panics with it") {
        println!("{sql};");
    }
    Ok(())
}
