//! Signals: the first asks the run to stop and roll back, the second ends the process.
//!
//! A thread of its own handles them: code of a script may compute and never await.

use std::{
    sync::atomic::{AtomicU8, Ordering},
    thread,
};

use tokio::runtime::{Builder, Runtime};

use crate::runtime::Stop;

use super::exit::Code;

/// The exit code of the signal that arrived; 0 if none did.
static CAME: AtomicU8 = AtomicU8::new(0);

/// Starts to handle signals, for the rest of the process; `told` is called when the first arrives.
pub(super) fn listen(told: impl Fn() + Send + 'static) -> Stop {
    let stop = Stop::default();
    let Some(runtime) = runtime() else { return stop };
    // Before the thread begins, so that none is missed.
    let entered = runtime.enter();
    let Some(mut signals) = Signals::new() else { return stop };
    drop(entered);
    let asked = stop.clone();
    let heard = async move {
        let Some(first) = signals.next().await else { return };
        CAME.store(first as u8, Ordering::SeqCst);
        asked.ask();
        told();
        if let Some(second) = signals.next().await {
            end(second);
        }
    };
    // If no thread can be started, signals are caught already and would be ignored.
    let thread = thread::Builder::new().name("signals".to_owned());
    if thread.spawn(move || runtime.block_on(heard)).is_err() {
        end(Code::Failed);
    }
    stop
}

/// Returns the runtime that waits for signals; `None` where that is not allowed.
fn runtime() -> Option<Runtime> {
    Builder::new_current_thread().enable_all().build().ok()
}

/// Returns the exit code of the signal that arrived.
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

/// The signals that end a run.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Starts to catch them; `None` where that is not allowed.
    fn new() -> Option<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
        Some(Self { interrupt: interrupt.ok()?, terminate: terminate.ok()? })
    }

    /// Waits for the next.
    async fn next(&mut self) -> Option<Code> {
        tokio::select! {
            came = self.interrupt.recv() => came.map(|()| Code::Interrupted),
            came = self.terminate.recv() => came.map(|()| Code::Terminated),
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it may fail")]
    fn new() -> Option<Self> {
        Some(Self)
    }

    async fn next(&mut self) -> Option<Code> {
        tokio::signal::ctrl_c().await.ok().map(|()| Code::Interrupted)
    }
}
