//! The command line: arguments in, text out. Every decision is in `command`.

mod args;
mod consent;
mod editor;
mod exit;
mod line;
mod notices;
mod print;
mod report;
mod shown;
mod signals;

use std::{ffi::OsString, process::ExitCode};

use clap::{CommandFactory as _, Parser as _};
use jiff::Timestamp;

use crate::{
    command::{self, Between, CheckOptions, Env, Location, NewRevision, Project, Source, Warning},
    config::Environment,
    error::Error,
    revision::{Reach, Step, Target, TargetRange},
    runtime::{Event, Observer, Report, RunOptions},
};

use self::{
    args::{
        Arguments, BetweenArguments, Colour, Command, DatabaseCommand, NewArguments, ResetArguments,
        RunArguments,
    },
    exit::Code,
    print::{Printer, Told},
};

/// Runs the command line of a project's migrations and returns its exit code: all that the `main` of a project's binary does.
///
/// It starts a runtime of tokio for the thread that it is called on; where there is one, call [`main`].
///
/// Codes: 0 done, 1 failed, 2 wrong usage, 3 differences found, 4 timed out waiting for the lock, 5 not at the
/// heads, 130 and 143 stopped by Ctrl-C or SIGTERM.
#[must_use]
pub fn run(env: Env) -> ExitCode {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(main(env)),
        Err(error) => report::no_runtime(&error),
    }
}

/// Runs the command line of a project's migrations on a runtime that is there, and returns its exit code: [`run`] is the same
/// for a `main` without one.
pub async fn main(env: Env) -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    choose_colour(&words);
    let arguments = match Arguments::try_parse_from(&words) {
        Ok(arguments) => arguments,
        Err(error) => {
            let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
            return report::usage(error, &words);
        }
    };
    let format = arguments.format;
    let printer = Printer::new(arguments.format, arguments.quiet, is_dumb());
    let mut done = Vec::new();
    match dispatch(env, arguments, &printer, &mut done).await {
        Ok(code) => code.into(),
        Err(error) => {
            report::error(&error, format, &done);
            Code::of(&error).into()
        }
    }
}

/// Returns the commands of every project as clap knows them, for the program `cucurbit`: its help and its completions. What
/// it is made of follows clap, and may change with it.
#[doc(hidden)]
#[must_use]
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Takes `--color` from the arguments, for everything that is printed: for the program `cucurbit`.
#[doc(hidden)]
pub fn choose_colour(words: &[OsString]) {
    match Colour::of(words) {
        // The rules of the terminal are anstream's, but for one: CI, where it is set, would mean more than `TERM=dumb`.
        None | Some(Colour::Auto) if is_dumb() && !is_forced() => Colour::Never.choose(),
        Some(colour) => colour.choose(),
        None => {}
    }
}

/// Tells whether a terminal can do no more than print.
fn is_dumb() -> bool {
    matches!(Environment::read().get("TERM"), Ok(Some("dumb")))
}

/// Tells whether colours are wanted everywhere.
fn is_forced() -> bool {
    Environment::read().get("CLICOLOR_FORCE").is_ok_and(|value| value.is_some())
}

/// Prints an error that is none of the library's, in the form of one: for the program `cucurbit`.
#[doc(hidden)]
pub fn say_error(message: &str, causes: &[String], hint: Option<&str>) {
    let causes: Vec<String> = causes.iter().map(|cause| format!("caused by: {cause}")).collect();
    print::write_stderr(&report::in_words("error:", message, &causes, hint));
}

/// Prints an error as every command does, and returns its exit code: for the program `cucurbit`.
#[doc(hidden)]
pub fn failed(error: &Error) -> ExitCode {
    report::error(error, args::Format::Text, &[]);
    Code::of(error).into()
}

/// Starts a script that is made now, with a random id: for the program `cucurbit`.
#[doc(hidden)]
#[must_use]
pub fn revision_made_now(message: &str) -> NewRevision {
    NewRevision::new(message, exit::random_bytes(), Timestamp::now())
}

/// Opens the project and runs one command; `done` gets the steps that are committed, also where it fails after them.
async fn dispatch(
    env: Env,
    arguments: Arguments,
    printer: &Printer,
    done: &mut Vec<Step>,
) -> Result<Code, Error> {
    let working_directory = std::env::current_dir().unwrap_or_default();
    let environment = Environment::read().with_dot_env(&working_directory)?;
    let editor = editor::named(&environment);
    let Arguments { config, database_url, command, .. } = arguments;
    let location = Location { config, database_url, working_directory, environment };
    let project = Project::open(env, location)?;
    // Commands that need all scripts refuse an old binary, or were given the parent explicitly.
    let unbuilt = if needs_all_scripts(&command) { None } else { project.unbuilt_warning() };
    let warnings: Vec<Warning> =
        unbuilt.into_iter().chain(project.warnings(reads_database(&command))).collect();
    printer.warnings(&warnings);
    match command {
        Command::Branches { verbose } => printer.branches(&command::branches(&project), verbose),
        Command::Check { require_heads, allow_uncompared } => {
            let options = CheckOptions { require_heads, allow_uncompared };
            let check = command::check(&project, options).await?;
            printer.check(&check);
            return Ok(if check.operations.is_empty() { Code::Done } else { Code::Differences });
        }
        Command::Create { message, between, new } => {
            return create(&project, message, between, new, printer).await;
        }
        Command::Current { verbose, check_heads } => {
            let entries = command::current(&project, check_heads).await?;
            let url = project.url()?;
            printer.current(&entries, verbose.then_some(&url));
        }
        Command::Database { command: DatabaseCommand::Create { verbose } } => {
            let mut told = Told::new(*printer, verbose);
            let created =
                command::create_database(&project, &mut |event: Event<'_>| told.event(&event)).await?;
            printer.database(&project.url()?, created, ("created", "is there already"));
        }
        Command::Database { command: DatabaseCommand::Drop { drop, verbose } } => {
            let url = project.url()?;
            consent::to_drop(&url, drop.yes)?;
            let mut told = Told::new(*printer, verbose);
            let observer = &mut |event: Event<'_>| told.event(&event);
            let dropped = command::drop_database(&project, drop.force, observer).await?;
            printer.database(&url, dropped, ("dropped", "is not there"));
        }
        Command::Database { command: DatabaseCommand::Reset(reset) } | Command::Fresh(reset) => {
            let ResetArguments { drop, run } = reset;
            consent::to_drop(&project.url()?, drop.yes)?;
            let work = async |options: RunOptions, observer: &mut Observer<'_>| {
                command::reset_database(&project, drop.force, options, observer).await
            };
            reported(&project, &run, printer, done, work).await?;
        }
        Command::Diff { from, to, allow_uncompared } => {
            let between = Between { from, to };
            let differences = command::diff(&project, &between, allow_uncompared).await?;
            printer.differences(&between, &differences);
            return Ok(if differences.operations.is_empty() { Code::Done } else { Code::Differences });
        }
        Command::Downgrade { target, revision, sql: true, .. } => {
            let range = range(&one_of(target, revision, None)?)?;
            printer.sql(&command::downgrade_sql(&project, &range)?);
        }
        Command::Downgrade { target, revision, all, sql: false, dry_run, run } => {
            let target: Target = one_of(target, revision, None)?.parse()?;
            let reach = if all { Reach::Everything } else { Reach::Branch };
            if dry_run {
                printer.dry_run(&command::downgrade_dry_run(&project, &target, reach).await?);
                return Ok(Code::Done);
            }
            let work = async |options: RunOptions, observer: &mut Observer<'_>| {
                command::downgrade(&project, &target, reach, options, observer).await
            };
            reported(&project, &run, printer, done, work).await?;
        }
        Command::Edit { revision } => {
            editor::open(&editor?, &command::script_files(&project, &revision.parse()?).await?)?;
        }
        Command::EnsureVersion => {
            command::ensure_version(&project).await?;
            printer.ensured(project.version_table().name().as_str());
        }
        Command::Heads { verbose, resolve_dependencies } => {
            printer.heads(&command::heads(&project, resolve_dependencies), verbose);
        }
        Command::History { rev_range, verbose, indicate_current } => {
            let range: TargetRange = rev_range.as_deref().unwrap_or(":").parse()?;
            printer.history(&command::history(&project, &range, indicate_current).await?, verbose);
        }
        Command::Inspect { source } => {
            printer.inspected(&source, &command::inspect(&project, &source).await?);
        }
        Command::Merge { revisions, message, new } => {
            let targets = targets(&revisions)?;
            printer.written(&command::merge(&project, &new_revision(message, new)?, &targets)?);
        }
        Command::Revision { message, autogenerate: true, between, new } => {
            return create(&project, message.unwrap_or_default(), between, new, printer).await;
        }
        Command::Revision { message, autogenerate: false, between, new } => {
            let BetweenArguments { from: None, to: None } = between else {
                let message = "`--from` and `--to` compare, and so need `--autogenerate`".to_owned();
                return Err(Error::Usage { message });
            };
            let message = message.unwrap_or_else(|| "empty message".to_owned());
            printer.written(&command::new_revision(&project, &new_revision(message, new)?)?);
        }
        Command::ScriptTemplate => printer.template(command::script_template()),
        Command::Show { revision } => printer.show(&command::show(&project, &revision.parse()?).await?),
        Command::Status => printer.status(&command::status(&project).await?),
        Command::Stamp { revisions, sql: true, .. } => {
            printer.sql(&command::stamp_sql(&project, &targets(&revisions)?)?);
        }
        Command::Stamp { revisions, purge, sql: false, run } => {
            let targets = targets(&revisions)?;
            let work = async |options: RunOptions, observer: &mut Observer<'_>| {
                command::stamp(&project, &targets, purge, options, observer).await
            };
            reported(&project, &run, printer, done, work).await?;
        }
        Command::Upgrade { target, revision, sql: true, .. } => {
            let range = range(&one_of(target, revision, Some("head"))?)?;
            printer.sql(&command::upgrade_sql(&project, &range)?);
        }
        Command::Upgrade { target, revision, sql: false, dry_run, run } => {
            let targets: [Target; 1] = [one_of(target, revision, Some("head"))?.parse()?];
            if dry_run {
                printer.dry_run(&command::upgrade_dry_run(&project, &targets).await?);
                return Ok(Code::Done);
            }
            let work = async |options: RunOptions, observer: &mut Observer<'_>| {
                command::upgrade(&project, &targets, options, observer).await
            };
            reported(&project, &run, printer, done, work).await?;
        }
    }
    Ok(Code::Done)
}

/// Tells whether a command reads a database and makes none: a SQLite file that is not there is an empty one to it.
fn reads_database(command: &Command) -> bool {
    let is_database = |source: &Option<Source>| source.as_ref() == Some(&Source::Database);
    if let Command::Create { between, .. } | Command::Revision { autogenerate: true, between, .. } = command {
        between.from.is_none() || is_database(&between.from) || is_database(&between.to)
    } else if let Command::Diff { from, to, .. } = command {
        [from, to].contains(&&Source::Database)
    } else if let Command::Inspect { source } = command {
        *source == Source::Database
    } else {
        matches!(
            command,
            Command::Check { .. }
                | Command::Current { .. }
                | Command::History { indicate_current: true, .. }
                | Command::Status
        )
    }
}

/// Tells whether a command refuses an old binary, unless it is told the parent of a new script.
const fn needs_all_scripts(command: &Command) -> bool {
    matches!(
        command,
        Command::Create { .. }
            | Command::Database { command: DatabaseCommand::Reset(_) }
            | Command::Downgrade { sql: false, dry_run: false, .. }
            | Command::Fresh(_)
            | Command::Merge { .. }
            | Command::Revision { .. }
            | Command::Stamp { sql: false, .. }
            | Command::Upgrade { sql: false, dry_run: false, .. }
    )
}

async fn create(
    project: &Project,
    message: String,
    BetweenArguments { from, to }: BetweenArguments,
    new: NewArguments,
    printer: &Printer,
) -> Result<Code, Error> {
    let usual = Between::default();
    let between = Between { from: from.unwrap_or(usual.from), to: to.unwrap_or(usual.to) };
    match command::create(project, &new_revision(message, new)?, &between).await? {
        Some(written) => printer.written(&written),
        None => printer.nothing_to_create(&between, project.scripts().is_empty()),
    }
    Ok(Code::Done)
}

/// Takes the target from its place or from `--revision`, never from both.
fn one_of(target: Option<String>, revision: Option<String>, default: Option<&str>) -> Result<String, Error> {
    let usage = |message: &str| Error::Usage { message: message.to_owned() };
    match (target, revision) {
        (Some(_), Some(_)) => Err(usage("the revision was given twice, in its place and by `--revision`")),
        (Some(target), None) | (None, Some(target)) => Ok(target),
        (None, None) => {
            default.map(str::to_owned).ok_or_else(|| usage("no revision was given; `-1` undoes the last one"))
        }
    }
}

/// Reads `a:b`, or `b` alone, which begins at the base.
fn range(words: &str) -> Result<TargetRange, Error> {
    if words.contains(':') {
        return Ok(words.parse()?);
    }
    Ok(TargetRange { start: None, end: Some(words.parse()?) })
}

fn targets(words: &[String]) -> Result<Vec<Target>, Error> {
    Ok(words.iter().map(|word| word.parse()).collect::<Result<_, _>>()?)
}

/// Runs scripts, tells what goes on meanwhile, also what the server says, and prints what was done.
async fn reported(
    project: &Project,
    run: &RunArguments,
    printer: &Printer,
    done: &mut Vec<Step>,
    work: impl AsyncFnOnce(RunOptions, &mut Observer<'_>) -> Result<Report, Error>,
) -> Result<(), Error> {
    let own = *printer;
    let mut told = Told::new(own, run.verbose);
    let mut observer = |event: Event<'_>| told.event(&event);
    let server = move |notice| own.notice(&notice);
    let report = notices::heard(server, work(run_options(project, run, own), &mut observer)).await;
    *done = told.done;
    printer.report(&report?, &command::heads(project, false));
    Ok(())
}

fn run_options(project: &Project, run: &RunArguments, told: Printer) -> RunOptions {
    let options = project.run_options();
    RunOptions {
        lock_wait: run.lock_wait.unwrap_or(options.lock_wait),
        allow_data_loss: run.allow_data_loss,
        stop: Some(signals::listen(move || told.stopping())),
        ..options
    }
}

/// Makes the value that a new script is written from; time and chance come in here.
fn new_revision(message: String, new: NewArguments) -> Result<NewRevision, Error> {
    let NewArguments { rev_id, head, splice, branch_label, depends_on } = new;
    Ok(NewRevision {
        message,
        id: rev_id,
        head: head.as_deref().map(str::parse).transpose()?,
        splice,
        branch_labels: branch_label.into_iter().collect(),
        depends_on,
        random: exit::random_bytes(),
        now: Timestamp::now(),
    })
}
