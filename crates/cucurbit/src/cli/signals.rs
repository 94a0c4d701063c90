//! Signals: the first asks the run to stop in good order, the second ends the process.

use std::sync::atomic::{AtomicU8, Ordering};

use crate::runtime::Stop;

use super::exit::Code;

/// The exit code of the signal that came; 0 if none did.
static CAME: AtomicU8 = AtomicU8::new(0);

/// Begins to wait for signals, for the rest of the process; `told` is called when the first comes.
pub(super) fn listen(told: impl Fn() + Send + 'static) -> Stop {
    let stop = Stop::default();
    let asked = stop.clone();
    tokio::spawn(async move {
        let Some(first) = signal().await else { return };
        CAME.store(first as u8, Ordering::SeqCst);
        asked.ask();
        told();
        if let Some(second) = signal().await {
            end(second);
        }
    });
    stop
}

/// Returns the exit code of the signal that came.
pub(super) fn came() -> Code {
    if CAME.load(Ordering::SeqCst) == Code::Terminated as u8 { Code::Terminated } else { Code::Interrupted }
}

/// Ends the process at once: the connections break, and the databases roll back by themselves.
#[expect(
    clippy::exit,
    clippy::disallowed_methods,
    reason = "a person who asks twice does not want to wait any longer"
)]
fn end(code: Code) {
    std::process::exit(i32::from(code as u8))
}

/// Waits for a signal; `None` where there are none.
#[cfg(unix)]
async fn signal() -> Option<Code> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) =
        (signal(SignalKind::interrupt()).ok()?, signal(SignalKind::terminate()).ok()?);
    tokio::select! {
        came = interrupt.recv() => came.map(|()| Code::Interrupted),
        came = terminate.recv() => came.map(|()| Code::Terminated),
    }
}

#[cfg(not(unix))]
async fn signal() -> Option<Code> {
    tokio::signal::ctrl_c().await.ok().map(|()| Code::Interrupted)
}
