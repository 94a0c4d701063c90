//! What the server says beside its answers: notices and warnings, as the driver reports them.
//!
//! sqlx passes them to `tracing` only. While a run is polled, a subscriber stands before whatever the
//! program has, takes them, and passes on everything.

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::pin,
};

use tracing::{
    Dispatch, Event, Level, Metadata, Subscriber, dispatcher,
    field::{Field, Visit},
    level_filters::LevelFilter,
    span,
    subscriber::Interest,
};

/// What sqlx calls them.
const TARGET: &str = concat!("sqlx", "::postgres::notice");

/// Something that the server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Notice {
    pub(super) is_warning: bool,
    pub(super) message: String,
}

/// Runs, and hands over what the server says meanwhile.
pub(super) async fn heard<T>(
    told: impl Fn(Notice) + Send + Sync + 'static,
    run: impl Future<Output = T>,
) -> T {
    let before = dispatcher::get_default(Clone::clone);
    let listener = Dispatch::new(Listener { told: Box::new(told), before, most: LevelFilter::current() });
    let mut run = pin!(run);
    poll_fn(|context| dispatcher::with_default(&listener, || run.as_mut().poll(context))).await
}

struct Listener {
    told: Box<dyn Fn(Notice) + Send + Sync>,
    /// The previous subscriber.
    before: Dispatch,
    /// The most that anybody wanted to know before.
    most: LevelFilter,
}

/// The driver asks first whether anybody listens, with the metadata of a hint and not of an event.
fn is_notice(metadata: &Metadata<'_>) -> bool {
    metadata.target() == TARGET && !metadata.is_span()
}

impl Subscriber for Listener {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        // What a server sends unasked, sqlx calls INFO, WARN or, for VACUUM VERBOSE, TRACE.
        Some(self.most.max(LevelFilter::TRACE))
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        is_notice(metadata) || self.before.enabled(metadata)
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        self.before.new_span(span)
    }

    fn record(&self, span: &span::Id, values: &span::Record<'_>) {
        self.before.record(span, values);
    }

    fn record_follows_from(&self, span: &span::Id, follows: &span::Id) {
        self.before.record_follows_from(span, follows);
    }

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        if is_notice(metadata) {
            let mut message = Message(String::new());
            event.record(&mut message);
            (self.told)(Notice { is_warning: *metadata.level() <= Level::WARN, message: message.0 });
        }
        if self.before.enabled(metadata) {
            self.before.event(event);
        }
    }

    fn enter(&self, span: &span::Id) {
        self.before.enter(span);
    }

    fn exit(&self, span: &span::Id) {
        self.before.exit(span);
    }

    fn clone_span(&self, span: &span::Id) -> span::Id {
        self.before.clone_span(span)
    }

    fn try_close(&self, span: span::Id) -> bool {
        self.before.try_close(span)
    }
}

/// Reads the message of an event.
struct Message(String);

impl Visit for Message {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.0);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn what_the_driver_reports_is_heard_and_nothing_else() {
        let heard_of = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&heard_of);
        let told = move |notice: Notice| seen.lock().unwrap().push((notice.is_warning, notice.message));
        let run = async {
            assert!(tracing::enabled!(target: TARGET, Level::WARN), "the driver asks so");
            assert!(!tracing::enabled!(target: "another", Level::WARN));
            tracing::event!(target: TARGET, Level::WARN, message = "careful");
            tracing::event!(target: TARGET, Level::INFO, message = "by the way");
            tracing::event!(target: "another", Level::WARN, message = "slow");
            7
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert_eq!(runtime.block_on(heard(told, run)), 7);
        let said = heard_of.lock().unwrap().clone();
        assert_eq!(said, [(true, "careful".to_owned()), (false, "by the way".to_owned())]);
    }
}
