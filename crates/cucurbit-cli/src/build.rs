//! Builds a project's migrations, so that what runs is never older than its sources: Cargo decides what is.

use std::{
    ffi::OsString,
    io::BufReader,
    path::PathBuf,
    process::{Command, ExitCode, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use cargo_metadata::Message;

use crate::{
    error::{Failure, say},
    project::Project,
};

/// How long a build goes on in silence. One in which nothing is to be done takes less.
const SILENCE: Duration = Duration::from_millis(1500);

/// Builds the project's binary, in silence if there is little to do, and returns it.
///
/// # Errors
///
/// When Cargo cannot be started, or the project does not compile: rustc has said why.
pub(crate) fn build(project: &Project) -> Result<PathBuf, Failure> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--quiet", "--message-format", "json-render-diagnostics", "--manifest-path"]);
    cargo.arg(&project.manifest).args(["--bin", &project.binary]).stdout(Stdio::piped());
    let mut child = cargo.spawn().map_err(|source| Failure::Cargo { source })?;
    let output = child.stdout.take().map(BufReader::new);
    let (done, is_done) = mpsc::channel::<()>();
    let package = project.package.clone();
    let teller = thread::spawn(move || {
        if is_done.recv_timeout(SILENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
            say(&format!("Building {package} ..."));
        }
    });
    let messages = output.into_iter().flat_map(Message::parse_stream).filter_map(Result::ok);
    let built = messages.filter_map(|message| {
        let Message::CompilerArtifact(artifact) = message else { return None };
        artifact.executable.filter(|_| artifact.target.name == project.binary)
    });
    let built = built.last();
    let status = child.wait().map_err(|source| Failure::Cargo { source })?;
    drop(done);
    drop(teller.join());
    match built {
        Some(binary) if status.success() => Ok(binary.into_std_path_buf()),
        Some(_) | None => Err(Failure::Build { package: project.package.clone() }),
    }
}

/// Runs a binary with these words, in its place where the system can do that, and returns its exit code.
///
/// # Errors
///
/// When it cannot be started.
pub(crate) fn execute(binary: PathBuf, words: &[OsString]) -> Result<ExitCode, Failure> {
    let mut command = Command::new(&binary);
    command.args(words);
    #[cfg(unix)]
    let started = {
        use std::os::unix::process::CommandExt as _;
        Err(command.exec())
    };
    #[cfg(not(unix))]
    let started = command.status();
    match started {
        Ok::<std::process::ExitStatus, _>(status) => {
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
        }
        Err(source) => Err(Failure::Start { binary, source }),
    }
}
